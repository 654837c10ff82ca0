"""Since when and why a listing was suspended, and when it went on: as its deeds on the record tell it (B8, X4)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Aggregate, CharField, F, OuterRef, Subquery, TextField, Value
from django.db.models.functions import Cast, Concat
from django.db.models.sql.compiler import SQLCompiler

from zhirong.exchange.models import Listing
from zhirong.record.models import Leaf

SUSPENDED, RESUMED = "exchange.suspended", "exchange.resumed"
BOTH = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Stop:
    """One suspension with its published reason in both languages, and how it went on, once it did."""

    since: datetime
    reason: dict[str, str]
    until: datetime | None = None
    why_on: dict[str, str] | None = None


class _Listed(Aggregate):
    """The bodies of several leaves as one JSON list, in the words of either database."""

    function = "json_group_array"
    template = "%(function)s(json(%(expressions)s))"
    output_field = TextField()

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **more: Any) -> Any:
        """The same there."""
        return self.as_sql(compiler, connection, template="json_agg((%(expressions)s)::json)::text", **more)


def beside(ref: str = "pk") -> dict[str, Subquery]:
    """What `of_row` reads beside a row that leads to a listing, so that it costs no question of its own."""
    told = Leaf.objects.filter(topic=Concat(Value("listing:"), Cast(OuterRef(ref), CharField())))
    one = told.filter(kind__in=(SUSPENDED, RESUMED)).order_by().values("topic")
    return {"stops_told": Subquery(one.annotate(told=_Listed(F("body"))).values("told"))}


def of_row(row: Any) -> list[Stop]:
    """Every suspension of a listing, in order, from a row that was read with `beside`."""
    return _in_order(json.loads(row.stops_told or "[]"))


def of(listing: Listing) -> list[Stop]:
    """The same in one question."""
    told = Leaf.objects.filter(topic=listing.topic, kind__in=(SUSPENDED, RESUMED))
    return _in_order(json.loads(body) for body in told.values_list("body", flat=True))


def _in_order(bodies: Iterable[dict[str, Any]]) -> list[Stop]:
    found: list[Stop] = []
    for body in sorted(bodies, key=lambda one: datetime.fromisoformat(one["at"])):
        at, reason = datetime.fromisoformat(body["at"]), _in_both(body["reason"])
        if body["kind"] == SUSPENDED:
            found.append(Stop(at, reason))
        elif found:
            found[-1] = replace(found[-1], until=at, why_on=reason)
    return found


def _in_both(reason: Any) -> dict[str, str]:
    """What a person wrote stands in both languages as it was written."""
    return dict.fromkeys(BOTH, reason) if isinstance(reason, str) else {one: str(reason[one]) for one in BOTH}
