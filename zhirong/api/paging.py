"""How lists are cut: by a cursor, so that what comes in between neither repeats nor hides a row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from pydantic import BaseModel, ConfigDict, Field

from zhirong.api import shapes
from zhirong.base.refused import Refused

Row = TypeVar("Row", bound=Model)
Item = TypeVar("Item")
MOST = 200


class Asked(BaseModel):
    """?after=CURSOR&limit=50"""

    model_config = ConfigDict(extra="forbid")

    after: int | None = Field(
        None, ge=0, le=2**63 - 1, description="`next` of the page before; nothing for the first page"
    )
    limit: int = Field(50, ge=1, le=MOST, description="Rows on a page")


class Page(BaseModel, Generic[Item]):
    """One page; `next` is null on the last; `total` counts the rows of all pages."""

    items: list[Item]
    next: shapes.Cursor
    total: shapes.Total


def cut(rows: QuerySet[Row], asked: Asked, shown: Callable[[Row], Item]) -> Page[Item]:
    """Rows by falling id, newest first, and the cursor of the page after."""
    total = rows.count()
    if asked.after is not None:
        rows = rows.filter(pk__lt=asked.after)
    found = list(rows.order_by("-pk")[: asked.limit + 1])
    page = found[: asked.limit]
    following = page[-1].pk if len(found) > asked.limit else None
    return Page(items=[shown(row) for row in page], next=following, total=total)


def key_of(request: HttpRequest) -> str:
    """The Idempotency-Key of a deed that asks for one: a repeat with the same key does nothing twice."""
    key = request.headers.get("Idempotency-Key", "")
    if not 1 <= len(key) <= 64 or not key.isascii() or not key.isprintable() or " " in key:
        raise Refused("api.no_key")
    return key
