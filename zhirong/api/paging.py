"""How lists are cut: by a cursor, so that what comes in between neither repeats nor hides a row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet
from pydantic import BaseModel, ConfigDict, Field

from zhirong.api import shapes

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
    return cut_together(rows, asked, lambda page: [shown(row) for row in page])


def cut_together(rows: QuerySet[Row], asked: Asked, shown: Callable[[list[Row]], list[Item]]) -> Page[Item]:
    """The same where the rows of a page are asked about together."""
    total = rows.count()
    if asked.after is not None:
        rows = rows.filter(pk__lt=asked.after)
    page, last = first(rows.order_by("-pk"), asked.limit)
    return Page(items=shown(page), next=last.pk if last else None, total=total)


def first(rows: QuerySet[Row], limit: int) -> tuple[list[Row], Row | None]:
    """The rows of one page, and the last of them where more follow."""
    found = list(rows[: limit + 1])
    return found[:limit], found[limit - 1] if len(found) > limit else None
