"""Sheets (表格) that people take away: Excel by xlsxwriter in constant memory, and CSV.

A text that begins like a formula is written as text and quoted in CSV, so that opening a sheet runs nothing.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from fractions import Fraction
from typing import Any, Literal

import xlsxwriter

from zhirong.base import shown

Kind = Literal["text", "number", "money", "day", "moment"]
Value = str | int | bool | date | datetime | None
WIDTHS: dict[Kind, int] = {"text": 24, "number": 12, "money": 18, "day": 12, "moment": 20}
FORMATS: dict[Kind, str] = {
    "text": "@",
    "number": "#,##0",
    "money": '#,##0.00;[Red]-#,##0.00;"–"',
    "day": "yyyy-mm-dd",
    "moment": "yyyy-mm-dd hh:mm:ss",
}
# What a spreadsheet reads as a formula or a command (OWASP, CSV injection), after any blank.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
MOST_ROWS = 1_000_000
LONGEST_CELL = 32_767
# A spreadsheet keeps numbers as floating point with 15 digits; beyond it a sum is written as text, exactly.
MOST_EXACT_FEN = 10**15


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column: its head, what stands in it, its width in characters."""

    head: str
    kind: Kind = "text"
    width: int | None = None


def workbook(
    title: str, columns: Sequence[Column], rows: Iterable[Sequence[Value]], *, made_at: datetime, note: str = ""
) -> bytes:
    """One sheet with a frozen, filtered head; money comes in fen and is written as a number of yuan."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(
        target, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"title": title, "comments": note, "created": made_at.replace(tzinfo=None)})
    sheet = book.add_worksheet(_sheet_name(title))
    _head(book, sheet, columns)
    formats = [book.add_format({"num_format": FORMATS[column.kind], "valign": "top"}) for column in columns]
    count = 0
    for count, row in enumerate(rows, start=1):
        assert count < MOST_ROWS, "a sheet holds a million rows"
        for at, (column, value) in enumerate(zip(columns, row, strict=True)):
            _write(sheet, (count, at), value, kind=column.kind, style=formats[at])
    sheet.autofilter(0, 0, count, len(columns) - 1)
    book.close()
    return target.getvalue()


def _head(book: Any, sheet: Any, columns: Sequence[Column]) -> None:
    for at, column in enumerate(columns):
        sheet.set_column(at, at, column.width or WIDTHS[column.kind])
    style = {"bold": True, "bottom": 2, "bottom_color": "#16202D", "text_wrap": True, "valign": "bottom"}
    left = book.add_format(style)
    right = book.add_format({**style, "align": "right"})
    sheet.freeze_panes(1, 0)
    for at, column in enumerate(columns):
        sheet.write_string(0, at, column.head, right if column.kind in ("number", "money") else left)


def _sheet_name(title: str) -> str:
    kept = "".join(" " if sign in "[]:*?/\\'" else sign for sign in title).strip()
    return kept[:31] or "1"


def _write(sheet: Any, place: tuple[int, int], value: Value, *, kind: Kind, style: Any) -> None:
    if value is None or value == "":
        sheet.write_blank(*place, None, style)
    elif isinstance(value, datetime):
        sheet.write_datetime(*place, value.astimezone(shown.BEIJING).replace(tzinfo=None), style)
    elif isinstance(value, date):
        sheet.write_datetime(*place, datetime.combine(value, time()), style)
    elif kind == "money" and isinstance(value, int) and abs(value) < MOST_EXACT_FEN:
        sheet.write_number(*place, Fraction(value, 100), style)
    elif kind == "number" and isinstance(value, int) and abs(value) < MOST_EXACT_FEN:
        sheet.write_number(*place, value, style)
    else:
        sheet.write_string(*place, plain(value, kind=kind)[:LONGEST_CELL], style)


def plain(value: Value, *, kind: Kind = "text") -> str:
    """A value as text without thousands: what CSV holds and what reads back without loss."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value.astimezone(shown.BEIJING):%Y-%m-%d %H:%M:%S}"
    if isinstance(value, date):
        return value.isoformat()
    if kind == "money" and isinstance(value, int):
        return shown.figures(value).replace(",", "")
    return str(value)


def csv_file(columns: Sequence[Column], rows: Iterable[Sequence[Value]]) -> bytes:
    """The same as CSV in UTF-8 with its mark, so that Excel opens it with its Chinese intact."""
    target = io.StringIO(newline="")
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow([harmless(column.head) for column in columns])
    for row in rows:
        pairs = zip(columns, row, strict=True)
        writer.writerow(
            [
                harmless(plain(value)) if column.kind == "text" else plain(value, kind=column.kind)
                for column, value in pairs
            ]
        )
    return target.getvalue().encode("utf-8-sig")


def harmless(value: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe before it, as spreadsheets themselves do."""
    return f"'{value}" if value.lstrip(" ").startswith(DANGEROUS) else value
