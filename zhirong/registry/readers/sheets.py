"""Excel and CSV sheets: a table of texts with its line numbers, headings in Chinese or English (rights, listings)."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

import python_calamine
import xlsxwriter

from zhirong.base import text as texts
from zhirong.base import yaml_text
from zhirong.base.refused import Refused
from zhirong.papers import sheet_bounds, sheet_reader

Sheet = Literal["rights", "listings"]
# By field: `names` (headings, the first is shown), `en`, `needed`, `note` in both languages.
Columns = Mapping[str, Mapping[str, Any]]
MOST_BYTES = 24 * 1024 * 1024
# A packed sheet may hold a thousand times its size; a real one of 50,000 rows unpacks to some 60 MB.
MOST_UNPACKED_BYTES = 200 * 1024 * 1024
MOST_ROWS = 50_000
MOST_CELL_CHARACTERS = 20_000
HEADING_LINES = 5


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a sheet: its number as Excel counts, and the texts of its known columns."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet as read: which heading each column had, and its lines without empty ones."""

    headings: dict[str, str]
    unknown: tuple[str, ...]
    lines: tuple[Line, ...]


@cache
def columns(sheet: Sheet) -> dict[str, dict[str, Any]]:
    """The columns of a sheet by their field, in the template's order."""
    found: dict[str, dict[str, Any]] = yaml_text.parse((Path(__file__).parent / "columns.yaml").read_text("utf-8"))[
        sheet
    ]
    return found


def read(data: bytes, sheet: Sheet) -> Table:
    """A sheet of rights or of listings."""
    return read_by(data, columns(sheet))


def read_by(data: bytes, known: Columns) -> Table:
    """A sheet of either form, told apart by its first bytes; its headings may stand on one of the first five lines."""
    if len(data) > MOST_BYTES:
        raise Refused("registry.file_too_large", most_bytes=MOST_BYTES, found_bytes=len(data))
    # The Excel of before 2007 is not read: its cells, too, may spread over everything, and it cannot be looked through.
    if data.startswith(sheet_reader.OLD_EXCEL):
        raise Refused("registry.file_not_a_sheet")
    is_excel = data.startswith(sheet_reader.EXCEL)
    rows = list(_excel_rows(data) if is_excel else _csv_rows(data))
    return _table(rows, known)


def template(sheet: Sheet) -> bytes:
    """An empty sheet of rights or of listings."""
    return template_by(columns(sheet))


def template_by(known: Columns, rows: Sequence[Mapping[str, str]] = ()) -> bytes:
    """A sheet with the headings, a page of notes in both languages, and below the headings what rows show the way."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    bold = book.add_format({"bold": True, "bg_color": "#E8EEF7", "border": 1})
    text = book.add_format({"num_format": "@"})
    page = book.add_worksheet("填写 Fill in")
    notes = book.add_worksheet("说明 Notes")
    notes.write_row(0, 0, ["列", "Column", "必填 Needed", "说明", "Note"], bold)
    for place, entry in enumerate(known.values()):
        page.write_string(0, place, entry["names"][0], bold)
        # Texts, so that Excel does not turn a long number into 2.01910E+11.
        page.set_column(place, place, 22, text)
        needed = "是 yes" if entry.get("needed") else ""
        notes.write_row(
            place + 1, 0, [entry["names"][0], entry["en"], needed, entry["note"]["zh"], entry["note"]["en"]]
        )
    for line, row in enumerate(rows, start=1):
        for place, field in enumerate(known):
            if row.get(field):
                page.write_string(line, place, row[field], text)
    notes.set_column(0, 2, 22)
    notes.set_column(3, 4, 70)
    page.freeze_panes(1, 0)
    book.close()
    return out.getvalue()


def _excel_rows(data: bytes) -> Iterator[list[str]]:
    _refuse_a_bomb(data)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (python_calamine.CalamineError, IndexError):
        raise Refused("registry.file_not_a_sheet") from None
    for row in rows:
        yield [_text_of_cell(cell) for cell in row]


def _refuse_a_bomb(data: bytes) -> None:
    if not data.startswith(b"PK"):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            size = sum(entry.file_size for entry in packed.infolist())
        if size > MOST_UNPACKED_BYTES:
            raise Refused("registry.file_too_large", most_bytes=MOST_UNPACKED_BYTES, found_bytes=size)
        if not sheet_bounds.fits(data):
            raise Refused("registry.sheet_too_wide", most_places=sheet_bounds.MOST_PLACES)
    except sheet_reader.BROKEN_ZIP:
        raise Refused("registry.file_not_a_sheet") from None


def _text_of_cell(cell: Any) -> str:
    """Days as ISO, whole numbers without the `.0` that Excel gives them."""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell).removesuffix(".0") if not isinstance(cell, str) else cell


def _csv_rows(data: bytes) -> Iterator[list[str]]:
    text = _decoded(data)
    first = text.split("\n", 1)[0]
    mark = max(",;\t", key=first.count)
    try:
        yield from csv.reader(io.StringIO(text), delimiter=mark)
    except csv.Error:
        raise Refused("registry.file_not_a_sheet") from None


def _decoded(data: bytes) -> str:
    """UTF-8 with or without mark, else GB 18030, which Chinese Excel writes."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise Refused("registry.file_not_a_sheet")


def _table(rows: list[list[str]], wanted: Columns) -> Table:
    if len(rows) > MOST_ROWS + HEADING_LINES:
        raise Refused("registry.sheet_too_long", most_rows=MOST_ROWS, found_rows=len(rows))
    at = _heading_line(rows, wanted)
    fields = _fields(rows[at], wanted)
    lines = tuple(_lines(rows[at + 1 :], fields, first_number=at + 2))
    if not lines:
        raise Refused("registry.sheet_empty")
    known = set(fields)
    unknown = tuple(cell for place, cell in enumerate(rows[at]) if cell.strip() and place not in known)
    return Table({field: rows[at][place].strip() for place, field in fields.items()}, unknown, lines)


def _heading_line(rows: list[list[str]], known: Columns) -> int:
    """The first of the top lines that names every needed column; people put a title above."""
    needed = {field for field, entry in known.items() if entry.get("needed")}
    best: set[str] = set()
    for at, row in enumerate(rows[:HEADING_LINES]):
        found = set(_fields(row, known).values())
        if needed <= found:
            return at
        best = max(best, found, key=len)
    missing = [entry["names"][0] for field, entry in known.items() if field in needed - best]
    raise Refused("registry.sheet_lacks_columns", columns=list(missing))


def _fields(row: Iterable[str], known: Columns) -> dict[int, str]:
    """Which field each column holds; of two headings for one field the first counts."""
    by_name = {_plain(name): field for field, entry in known.items() for name in entry["names"]}
    fields: dict[int, str] = {}
    for place, cell in enumerate(row):
        field = by_name.get(_plain(cell))
        if field is not None and field not in fields.values():
            fields[place] = field
    return fields


def _plain(heading: str) -> str:
    return texts.half_width(texts.tidy(heading)).replace("*", "").casefold().replace(" ", "")


def _lines(rows: Iterable[list[str]], fields: dict[int, str], *, first_number: int) -> Iterator[Line]:
    for number, row in enumerate(rows, first_number):
        cells = {
            field: texts.tidy(row[place])[:MOST_CELL_CHARACTERS] for place, field in fields.items() if place < len(row)
        }
        if any(cells.values()):
            yield Line(number, cells)
