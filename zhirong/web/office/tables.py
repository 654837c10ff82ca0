"""Lists of the office: paged, sorted by their heads, and taken away as CSV or Excel."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from zhirong.papers import sheets
from zhirong.record import actions as record
from zhirong.web import filters

ON_A_PAGE = 40
MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
MOST_TAKEN_AWAY = 100_000


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: its head, what stands in it, by which field it is sorted, where it leads, which state it shows."""

    head: str
    value: Callable[[Any], sheets.Value]
    kind: sheets.Kind = "text"
    order: str = ""
    link: Callable[[Any], str] | None = None
    state: Callable[[Any], str] | None = None


@dataclass(frozen=True)
class Cell:
    """What a page shows in one place of the table."""

    text: str
    kind: str
    link: str
    state: str


@dataclass(frozen=True)
class Table:
    """A page of a list with all that its heads and its pager need."""

    name: str
    caption: str
    columns: Sequence[Column]
    rows: list[list[Cell]]
    things: list[Any]
    order: str
    number: int
    last: int
    total: int
    query: dict[str, str] = field(default_factory=dict)

    def with_query(self, **changes: Any) -> dict[str, str]:
        """The page's search with these changes, the names made this table's own."""
        return {**self.query, **{f"{self.name}_{name}": str(value) for name, value in changes.items()}}


def table(
    request: HttpRequest,
    name: str,
    caption: str,
    *,
    columns: Sequence[Column],
    found: QuerySet[Any] | Sequence[Any],
    order: str = "",
) -> Table:
    """One page of what was found; lists that are no query are short and come in their order."""
    query = {key: str(value) for key, value in request.GET.items() if key not in ("as", f"{name}_page")}
    wanted = request.GET.get(f"{name}_order", order)
    ordered: Any = found
    if not isinstance(found, QuerySet):
        total = len(found)
    else:
        known = {column.order for column in columns if column.order}
        wanted = wanted if wanted.lstrip("-") in known else order
        total, ordered = found.count(), in_order(found, wanted)
    last = max(1, -(-total // ON_A_PAGE))
    asked = request.GET.get(f"{name}_page", "1")
    number = min(int(asked), last) if asked.isdecimal() and int(asked) else 1
    things = list(ordered[(number - 1) * ON_A_PAGE : number * ON_A_PAGE])
    rows = [[cell(column, thing) for column in columns] for thing in things]
    return Table(name, caption, columns, rows, things, wanted, number, last, total, query)


def in_order(found: QuerySet[Any], order: str) -> QuerySet[Any]:
    """Sorted by a field, the newest first among equals."""
    return found.order_by(order, "-pk") if order else found


def cell(column: Column, thing: Any) -> Cell:
    """A value as the page shows it."""
    value = column.value(thing)
    return Cell(
        text=shown(value, column.kind),
        kind=column.kind,
        link=column.link(thing) if column.link else "",
        state=column.state(thing) if column.state else "",
    )


def shown(value: sheets.Value, kind: sheets.Kind) -> str:
    """Money without its unit (the head has it), instants on the Beijing clock, a dash for what does not apply."""
    if value is None or value == "":
        return "–"
    if kind == "money" and isinstance(value, int):
        return filters.yuan(value)
    if isinstance(value, datetime):
        return filters.moment(value)
    if kind == "number" and isinstance(value, int):
        return filters.thousands(value)
    return sheets.plain(value)


def taken_away(
    request: HttpRequest, name: str, caption: str, *, columns: Sequence[Column], found: Iterable[Any]
) -> HttpResponse | None:
    """The whole list as a file, where the address asks for it: ?as=lines.csv."""
    asked, _, form = request.GET.get("as", "").partition(".")
    if asked != name or form not in MEDIA:
        return None
    things = found[:MOST_TAKEN_AWAY] if isinstance(found, QuerySet) else found
    heads = [sheets.Column(head=column.head, kind=column.kind) for column in columns]
    rows = ([column.value(thing) for column in columns] for thing in things)
    now = record.now()
    content = sheets.csv_file(heads, rows) if form == "csv" else sheets.workbook(caption, heads, rows, made_at=now)
    answer = HttpResponse(content, content_type=MEDIA[form])
    answer["Content-Disposition"] = f'attachment; filename="{name}-{filters.day(now)}.{form}"'
    return answer
