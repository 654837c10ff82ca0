"""Tables that a centre loads itself: classes of the IPC, WIPO's fields of technology, administrative divisions."""

from __future__ import annotations

import csv
import gzip
import io
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from zhirong.base import yaml_text
from zhirong.base.refused import Refused

TableName = Literal["ipc", "fields", "divisions"]
Row = dict[str, Any]

MOST_UNPACKED_BYTES: Final = 100 * 1024 * 1024
MOST_TITLE: Final = 4_000
SYMBOL: Final = re.compile(r"[A-H](\d{2}([A-Z](\d{1,4}/\d{2,6})?)?)?", re.ASCII)
PREFIX: Final = re.compile(r"[A-H]\d{2}[A-Z]( *\d{1,4}/)?%?", re.ASCII)
# Columns by table: those a file must have. Divisions come as districts or as streets.
COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "ipc": ("symbol", "level", "dots", "parent"),
    "fields": ("Field_number", "Sector_en", "Field_en", "IPC_code"),
    "divisions": ("code", "name"),
}


@cache
def field_names() -> dict[int, str]:
    """The Chinese names of the 35 fields."""
    found: dict[int, str] = yaml_text.parse(Path(__file__).with_name("technology_fields.yaml").read_text("utf-8"))
    return found


def read(table: TableName, data: bytes) -> list[Row]:
    """The rows of one file, each by its key, or the refusal that names the first line that is none."""
    text = _text(table, data)
    mark = "\t" if "\t" in text.partition("\n")[0] else ","
    lines = csv.DictReader(
        io.StringIO(text), delimiter=mark, quoting=csv.QUOTE_NONE if mark == "\t" else csv.QUOTE_MINIMAL
    )
    missing = [name for name in COLUMNS[table] if name not in (lines.fieldnames or [])]
    if missing:
        raise Refused("registry.sheet_lacks_columns", columns=list(missing))
    rows = list(READERS[table](_numbered(table, lines)))
    if not rows:
        raise Refused("registry.sheet_empty")
    return rows


def _text(table: TableName, data: bytes) -> str:
    try:
        if data.startswith(b"\x1f\x8b"):
            with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
                data = packed.read(MOST_UNPACKED_BYTES + 1)
        if len(data) > MOST_UNPACKED_BYTES:
            raise Refused("registry.file_too_large", most_bytes=MOST_UNPACKED_BYTES, found_bytes=len(data))
        return data.decode("utf-8-sig")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError):
        raise Refused("registry.reference_unreadable", table=table, line=1, column="-") from None


def _numbered(table: TableName, lines: csv.DictReader[str]) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        for line in lines:
            yield lines.line_num, {name: (value or "").strip() for name, value in line.items() if name}
    except (csv.Error, AttributeError):
        raise Refused("registry.reference_unreadable", table=table, line=lines.line_num, column="-") from None


def _classes(lines: Iterable[tuple[int, dict[str, str]]]) -> Iterator[Row]:
    found: dict[str, tuple[int, dict[str, str]]] = {}
    for number, line in lines:
        if not SYMBOL.fullmatch(line["symbol"]) or line["symbol"] in found:
            raise Refused("registry.reference_unreadable", table="ipc", line=number, column="symbol")
        found[line["symbol"]] = number, line
    paths: dict[str, str] = {}
    for symbol, (number, line) in found.items():
        yield {
            "symbol": symbol,
            "level": line["level"][:12],
            "dots": int(line["dots"]) if line["dots"].isascii() and line["dots"].isdecimal() else None,
            "path": _path(symbol, found, paths, number=number),
            "title_zh": _title(line, "title_zh"),
            "title_en": _title(line, "title_en"),
        }


def _title(line: dict[str, str], language: str) -> str:
    """The newest column of a language: an edition's year may follow the name, as in title_zh_2026."""
    name = max((name for name in line if name.startswith(language)), default="")
    return line.get(name, "")[:MOST_TITLE]


def _path(symbol: str, found: dict[str, tuple[int, dict[str, str]]], paths: dict[str, str], *, number: int) -> str:
    """The ancestors from the section down, found by the parents that the file names."""
    chain: list[str] = []
    parent = found[symbol][1]["parent"]
    while parent:
        if parent in paths:
            chain += [parent, *reversed(paths[parent].split())]
            break
        if parent not in found or parent in chain or parent == symbol:
            raise Refused("registry.reference_unreadable", table="ipc", line=number, column="parent")
        chain.append(parent)
        parent = found[parent][1]["parent"]
    paths[symbol] = " ".join(reversed(chain))
    return paths[symbol]


def _fields(lines: Iterable[tuple[int, dict[str, str]]]) -> Iterator[Row]:
    names = field_names()
    for number, line in lines:
        field = int(line["Field_number"]) if line["Field_number"].isdecimal() else 0
        if field not in names:
            raise Refused("registry.reference_unreadable", table="fields", line=number, column="Field_number")
        if not PREFIX.fullmatch(line["IPC_code"]):
            raise Refused("registry.reference_unreadable", table="fields", line=number, column="IPC_code")
        yield {
            "prefix": line["IPC_code"].rstrip("%").replace(" ", ""),
            "number": field,
            "name_zh": names[field],
            "name_en": line["Field_en"][:80],
            "sector_en": line["Sector_en"][:80],
        }


def _divisions(lines: Iterable[tuple[int, dict[str, str]]]) -> Iterator[Row]:
    for number, line in lines:
        code = line["code"]
        if not (code.isascii() and code.isdecimal() and len(code) in (6, 9, 12)):
            raise Refused("registry.reference_unreadable", table="divisions", line=number, column="code")
        if not 0 < len(line["name"]) <= 80:
            raise Refused("registry.reference_unreadable", table="divisions", line=number, column="name")
        level, parent = ("district", code[:4]) if len(code) == 6 else ("street", code[:6])
        yield {"code": code, "name": line["name"], "level": level, "parent": parent}


READERS: Final[dict[str, Callable[[Iterable[tuple[int, dict[str, str]]]], Iterator[Row]]]] = {
    "ipc": _classes,
    "fields": _fields,
    "divisions": _divisions,
}
