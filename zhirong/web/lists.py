"""Lists of every kind: a page of rows with the whole count, sorted as the address says, and the rows as a sheet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from urllib.parse import quote

from django.db.models import Count, Model, QuerySet, Window
from django.http import Http404, HttpRequest, HttpResponse

from zhirong.papers import sheets
from zhirong.record import actions as record
from zhirong.web import limits

PAGE = 20
EXPORT_MOST = 50_000
MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "zip": "application/zip",
    "json": "application/json",
}
Row = TypeVar("Row", bound=Model)


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


def ordered(rows: QuerySet[Row], asked: str, orders: Mapping[str, str], *, default: str) -> tuple[QuerySet[Row], str]:
    """The rows in the order that the address asks for; a key that the list does not know is its own order."""
    order = asked if asked.lstrip("-") in orders else default
    column = orders[order.lstrip("-")]
    return rows.order_by(f"-{column}" if order.startswith("-") else column, "-pk"), order


def paged(request: HttpRequest, rows: QuerySet[Row], orders: Mapping[str, str], *, default: str) -> Listed[Row]:
    """One page in one query: every row brings the count of all."""
    inside, order = ordered(rows, request.GET.get("order", ""), orders, default=default)
    number = number_of(request.GET.get("page", "1"))
    found = list(inside.annotate(of_all=Window(Count("pk")))[(number - 1) * PAGE : number * PAGE])
    if not found and number > 1:
        raise Http404
    total = int(found[0].of_all) if found else 0  # type: ignore[attr-defined]
    query: dict[str, str] = {
        name: str(value) for name, value in request.GET.items() if name not in ("page", "order", "form") and value
    }
    return Listed(found, number, max(1, -(-total // PAGE)), total, order, {**query, "order": order})


def sheet(
    request: HttpRequest, form: str, columns: Sequence[sheets.Column], *, rows: Iterable[Sequence[Any]], title: str
) -> HttpResponse:
    """A list as CSV or Excel, under its own name."""
    limits.take(request, "export")
    if form == "csv":
        return file(sheets.csv_file(columns, rows), f"{title}.csv")
    if form == "xlsx":
        return file(sheets.workbook(title, columns, rows, made_at=record.now()), f"{title}.xlsx")
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
