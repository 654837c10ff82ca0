"""Reading sheets that people bring: Excel by calamine, CSV in UTF-8 or GB 18030, each cell with its place (B7)."""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from numbers import Integral, Real
from typing import Any

import python_calamine

from zhirong.base import text as texts
from zhirong.base.refused import Refused
from zhirong.papers import sheet_bounds
from zhirong.papers.sheets import DANGEROUS

MOST_ROWS = 200_000
MOST_COLUMNS = 200
# A sheet is XML in a ZIP: what it unpacks to is looked at before it is unpacked.
MOST_UNPACKED_BYTES = 300_000_000
# What opening and unpacking say: damaged, packed in a way of its own, or a name in no encoding.
BROKEN_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError)
EXCEL, OLD_EXCEL = b"PK\3\4", b"\xd0\xcf\x11\xe0"
Value = str | int | bool | date | datetime | None


@dataclass(frozen=True)
class Cell:
    """A cell as it was read, with its place as people name it. Broken numbers are the text of what was typed."""

    place: str
    value: Value

    @property
    def text(self) -> str:
        """The value as tidy text, for columns of words and of numbers of rights."""
        return "" if self.value is None else texts.tidy(str(self.value))


@dataclass(frozen=True)
class Row:
    """A row below the heads: its line in the file (from 1) and its cells by head."""

    line: int
    cells: dict[str, Cell]


@dataclass(frozen=True)
class Table:
    """The first sheet of a file: its heads in order, each with its place, and its rows that are not empty."""

    heads: dict[str, str]
    rows: tuple[Row, ...]


def read(content: bytes, *, name: str) -> Table:
    """The table in a file, told by what it is and not by its name; the name is for the sentence of a refusal."""
    # The Excel of before 2007 is not read: its cells, too, may spread over everything, and it cannot be looked through.
    if content.startswith(OLD_EXCEL):
        raise Refused("papers.sheet_unreadable", name=name)
    lines = _filled(_excel(content, name) if content.startswith(EXCEL) else _csv(content, name), name)
    first = next(lines, None)
    if first is None:
        raise Refused("papers.sheet_empty", name=name)
    columns = _columns(first[1], name=name)
    rows = tuple(_row(line, values, columns) for line, values in lines)
    return Table({head: f"{letters(at)}{first[0]}" for at, head in columns.items()}, rows)


def _filled(lines: Iterator[list[Any]], name: str) -> Iterator[tuple[int, list[Value]]]:
    """The lines with anything in them, numbered as in the file, within the limits."""
    for line, raw in enumerate(lines, start=1):
        if line > MOST_ROWS or len(raw) > MOST_COLUMNS:
            raise Refused("papers.sheet_too_large", name=name, most_rows=MOST_ROWS, most_columns=MOST_COLUMNS)
        values = [_value(each) for each in raw]
        if any(value is not None for value in values):
            yield line, values


def _columns(values: Sequence[Value], *, name: str) -> dict[int, str]:
    columns: dict[int, str] = {}
    for at, value in enumerate(values):
        head = "" if value is None else texts.tidy(str(value))
        if head in columns.values():
            raise Refused("papers.head_twice", name=name, head=head, place=letters(at))
        if head:
            columns[at] = head
    return columns


def _row(line: int, values: Sequence[Value], columns: dict[int, str]) -> Row:
    return Row(
        line,
        {head: Cell(f"{letters(at)}{line}", values[at] if at < len(values) else None) for at, head in columns.items()},
    )


def letters(at: int) -> str:
    """The letters of a column counted from nought: A, Z, AA."""
    name = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def _value(raw: Any) -> Value:
    """A value without binary fractions: 1280000.5 comes as the text 1280000.5, which money and rates read exactly."""
    if isinstance(raw, str):
        return raw.strip() or None
    if raw is None or isinstance(raw, bool | date | datetime):
        return raw
    if isinstance(raw, Integral):
        return int(raw)
    if isinstance(raw, Real):
        typed = repr(raw)
        return int(typed[:-2]) if typed.endswith(".0") else typed
    return str(raw)


def _excel(content: bytes, name: str) -> Iterator[list[Any]]:
    try:
        if _unpacked_bytes(content) > MOST_UNPACKED_BYTES or not sheet_bounds.fits(content):
            raise Refused("papers.sheet_too_large", name=name, most_rows=MOST_ROWS, most_columns=MOST_COLUMNS)
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheet = book.get_sheet_by_index(0)
        if sheet.total_height > MOST_ROWS or sheet.total_width > MOST_COLUMNS:
            raise Refused("papers.sheet_too_large", name=name, most_rows=MOST_ROWS, most_columns=MOST_COLUMNS)
        return iter(sheet.to_python(skip_empty_area=False))
    except (python_calamine.CalamineError, *BROKEN_ZIP, OSError, IndexError):
        raise Refused("papers.sheet_unreadable", name=name) from None


def _unpacked_bytes(content: bytes) -> int:
    """What an archive says it unpacks to; the reader's own library stops at what an entry says."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return sum(part.file_size for part in packed.infolist())


def _csv(content: bytes, name: str) -> Iterator[list[Any]]:
    """Comma, semicolon or tab, whichever the head line has most of."""
    try:
        plain = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            plain = content.decode("gb18030")
        except UnicodeDecodeError:
            raise Refused("papers.sheet_unreadable", name=name) from None
    if "\0" in plain:
        raise Refused("papers.sheet_unreadable", name=name)
    head = plain.lstrip().split("\n", 1)[0]
    sign = max(",;\t", key=head.count)
    try:
        lines = list(csv.reader(io.StringIO(plain, newline=""), delimiter=sign, strict=True))
    except csv.Error:
        raise Refused("papers.sheet_unreadable", name=name) from None
    return ([_unguarded(cell) for cell in line] for line in lines)


def _unguarded(cell: str) -> str:
    """Without the apostrophe that keeps a text from being a formula."""
    return cell[1:] if cell.startswith("'") and cell[1:].lstrip(" ").startswith(DANGEROUS) else cell
