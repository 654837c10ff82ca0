"""Lists of every kind: a page of rows with the whole count, sorted as the address says, and the rows as a sheet.

A list that a template lays out is `paged`; a `table` is described by its columns and laid out alike everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar
from urllib.parse import quote

from django.db.models import CharField, F, Model, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf
from django.http import Http404, HttpRequest, HttpResponse

from zhirong.base.refused import Refused
from zhirong.papers import sheets
from zhirong.record import actions as record
from zhirong.web import filters, limits, reading

PAGE = 20
TABLE_PAGE = 40
EXPORT_MOST = 50_000
SHEETS = ("csv", "xlsx")
MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "zip": "application/zip",
    "json": "application/json",
}
# ZR-2026-000518, CJ-2026-000012 and their like.
NUMBER = re.compile(r"[A-Z]{2}-\d{4}-\d{6}")
Row = TypeVar("Row", bound=Model)


def title_of(path: str) -> F | Coalesce:
    """A title as the database reads it: the English one where there is one and the page is English."""
    if filters.is_chinese():
        return F(path)
    return Coalesce(NullIf(F(f"{path}_en"), Value("", CharField())), F(path))


@dataclass(frozen=True)
class Listed(Generic[Row]):
    """A page of a list, and what its links need."""

    rows: list[Row]
    number: int
    last: int
    total: int
    order: str
    query: Mapping[str, str] = field(default_factory=dict)


def number_of(text: str, *, least: int = 1, most: int = 10**9) -> int:
    """A whole number from an address or a form; the least where it is none."""
    return max(least, min(int(text), most)) if text.isdecimal() and len(text) < 19 else least


def paged(request: HttpRequest, rows: QuerySet[Row], orders: Mapping[str, str], *, default: str) -> Listed[Row]:
    """One page in two queries: how many there are, and the rows that stand on it.

    What a row shows beside itself is asked of the rows of the page, not of all that the database must put in order.
    """
    order = reading.order(request, orders, default=default)
    column = orders[order.removeprefix("-")]
    inside = rows.order_by(f"-{column}" if order.startswith("-") else column, "-pk")
    total = rows.order_by().count()
    last = max(1, -(-total // PAGE))
    number = reading.page(request, last)
    places = inside.values("pk")[(number - 1) * PAGE : number * PAGE]
    found = list(inside.filter(pk__in=places)) if total else []
    query: dict[str, str] = {
        name: str(value) for name, value in request.GET.items() if name not in ("page", "order", "form") and value
    }
    return Listed(found, number, last, total, order, {**query, "order": order})


def refuse_too_long(count: int) -> None:
    """A file holds all that was found or is not made: one that ends early looks whole."""
    if count > EXPORT_MOST:
        raise Refused("web.sheet_too_long", count=count, most=EXPORT_MOST)


def whole(rows: QuerySet[Row]) -> QuerySet[Row]:
    """The rows of a file, unless they are more than one holds."""
    refuse_too_long(rows.count())
    return rows


def sheet(
    request: HttpRequest,
    form: str,
    columns: Sequence[sheets.Column],
    *,
    rows: Iterable[Sequence[Any]],
    title: str,
    name: str = "",
) -> HttpResponse:
    """A list as CSV or Excel, under its title or a name of its own."""
    limits.take(request, "export")
    if form == "csv":
        return file(sheets.csv_file(columns, rows), f"{name or title}.csv")
    if form == "xlsx":
        return file(sheets.workbook(title, columns, rows, made_at=record.now()), f"{name or title}.xlsx")
    raise Http404


def file(content: bytes, name: str, *, media_type: str = "", inline: bool = False) -> HttpResponse:
    """Bytes as a download; a name in Chinese survives (RFC 8187)."""
    kind = media_type or MEDIA.get(name.rpartition(".")[2], "application/octet-stream")
    answer = HttpResponse(content, content_type=kind)
    how = "inline" if inline else "attachment"
    answer["Content-Disposition"] = f"{how}; filename*=UTF-8''{quote(name)}"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: its head, what stands in it, by which field it is sorted, where it leads, which state it shows."""

    head: str
    value: Callable[[Any], sheets.Value]
    kind: sheets.Kind = "text"
    order: str = ""
    link: Callable[[Any], str] | None = None
    state: Callable[[Any], str] | None = None
    # A reference to be copied, which no word stands for.
    is_code: bool = False


@dataclass(frozen=True)
class Cell:
    """What a page shows in one place of the table."""

    text: str
    kind: str
    link: str
    state: str
    is_code: bool = False
    # An instant or a number of the house's own, which a narrow column may not break in two.
    is_whole: bool = False


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
    beside: Callable[[list[Any]], None] = lambda _: None,
) -> Table:
    """One page of what was found; lists that are no query are short and come in their order.

    `beside` is told the rows of the page before they are shown, to ask at once for what stands beside them.
    """
    query = {key: str(value) for key, value in request.GET.items() if key not in ("as", f"{name}_page")}
    is_query = isinstance(found, QuerySet)
    known = {column.order for column in columns if column.order} if is_query else set()
    wanted = reading.order(request, known, default=order, name=f"{name}_order")
    total, ordered = (found.count(), in_order(found, wanted)) if isinstance(found, QuerySet) else (len(found), found)
    last = max(1, -(-total // TABLE_PAGE))
    number = reading.page(request, last, name=f"{name}_page")
    things = list(ordered[(number - 1) * TABLE_PAGE : number * TABLE_PAGE])
    beside(things)
    rows = [[cell(column, thing) for column in columns] for thing in things]
    return Table(name, caption, columns, rows, things, wanted, number, last, total, query)


def in_order(found: QuerySet[Any], order: str) -> QuerySet[Any]:
    """Sorted by a field, the newest first among equals."""
    return found.order_by(order, "-pk") if order else found


def cell(column: Column, thing: Any) -> Cell:
    """A value as the page shows it."""
    value = column.value(thing)
    text = shown(value, column.kind)
    return Cell(
        text=text,
        kind=column.kind,
        link=column.link(thing) if column.link else "",
        state=column.state(thing) if column.state else "",
        is_code=column.is_code,
        is_whole=column.kind == "moment" or NUMBER.fullmatch(text) is not None,
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
    """The whole table as a file, where the address asks for it: ?as=lines.csv."""
    asked, _, form = request.GET.get("as", "").partition(".")
    if asked != name or form not in SHEETS:
        return None
    things = whole(found) if isinstance(found, QuerySet) else found
    heads = [sheets.Column(head=column.head, kind=column.kind) for column in columns]
    rows = ([column.value(thing) for column in columns] for thing in things)
    return sheet(request, form, heads, rows=rows, title=caption, name=f"{name}-{filters.day(record.now())}")
