"""A sheet of streets, parks and carriers: read, with every fault by line and column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from zhirong.base import identities, yaml_text
from zhirong.base.refused import Refused
from zhirong.enterprises import rules, sources
from zhirong.enterprises.actions.places import Placed
from zhirong.enterprises.models import Place
from zhirong.papers import sheet_reader, sheets
from zhirong.papers.sheet_reader import Row
from zhirong.people.models import Party

MOST_ROWS = 5_000


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in one cell: its line, the heading of its column, and the refusal."""

    line: int
    column: str
    refused: Refused


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet as judged: its places in the order in which they can be put, every fault, headings not understood."""

    rows: int
    places: tuple[Placed, ...]
    faults: tuple[Fault, ...]
    unknown: tuple[str, ...]


@cache
def columns() -> Mapping[str, Mapping[str, Any]]:
    """The columns by name: whether needed, and the headings."""
    found: Mapping[str, Mapping[str, Any]] = yaml_text.parse(
        Path(__file__).with_name("place_columns.yaml").read_text("utf-8")
    )
    return found


def read(content: bytes, *, name: str) -> Sheet:
    """The places of a sheet. A file that is no such sheet is refused; faults of lines are told, all of them at once."""
    table = sheet_reader.read(content, name=name)
    if len(table.rows) > MOST_ROWS:
        raise Refused("enterprises.sheet_too_long", name=name, rows=len(table.rows), most=MOST_ROWS)
    heads = _headings(table.heads, name)
    placed: list[Placed] = []
    faults: list[Fault] = []
    for row in table.rows:
        _line(row, heads, placed=placed, faults=faults)
    faults += _order_faults(placed, table.rows, heads)
    unknown = tuple(head for head in table.heads if head not in heads.values())
    return Sheet(len(table.rows), tuple(placed), tuple(faults), unknown)


def _headings(heads: Mapping[str, str], name: str) -> dict[str, str]:
    found = {}
    for column, told in columns().items():
        head = next((head for head in heads if head.rstrip("*").strip().casefold() in told["names"]), None)
        if head is not None:
            found[column] = head
    missing = [told["names"][0] for column, told in columns().items() if told["needed"] and column not in found]
    if missing:
        raise Refused("enterprises.sheet_lacks_columns", name=name, missing="、".join(missing))
    return found


def _line(row: Row, heads: Mapping[str, str], *, placed: list[Placed], faults: list[Fault]) -> None:
    said = {column: row.cells[heads[column]].text if column in heads else "" for column in columns()}
    found = []
    kind = _kind(said["kind"])
    if not rules.PLACE_CODE.fullmatch(said["code"]):
        found.append(("code", Refused("enterprises.place_code", place=said["code"][:24])))
    elif said["code"] in {one.code for one in placed}:
        found.append(("code", Refused("enterprises.place_twice", place=said["code"])))
    if kind is None:
        found.append(("kind", Refused("enterprises.place_kind", kind=said["kind"][:8])))
    if not 1 <= len(said["name"]) <= 120:
        found.append(("name", Refused("enterprises.text_length", field=heads["name"], least=1, most=120)))
    operator = None
    if said["operator"]:
        try:
            operator = _operator(said["operator"])
        except Refused as refused:
            found.append(("operator", refused))
    faults += [Fault(row.line, heads[column], refused) for column, refused in found]
    if not found:
        plain = {name: said[name] for name in ("code", "name", "name_en", "inside", "address")}
        placed.append(Placed(**plain, kind=kind or "", operator=operator, line=row.line))


def _kind(text: str) -> str | None:
    for kind, names in sources.places().items():
        if text.casefold() in {kind, *(name.casefold() for name in names.values())}:
            return kind
    return None


def _operator(text: str) -> Party:
    code = identities.read_uscc(text)
    found = Party.objects.filter(code=code).first()
    if found is None:
        raise Refused("enterprises.party_unknown", credit_code=code)
    return found


def _order_faults(placed: Sequence[Placed], rows: Sequence[Row], heads: Mapping[str, str]) -> list[Fault]:
    """A place lies inside one that stands above it in the sheet, or in the house already; so no circle can close."""
    wanted = {one.inside for one in placed if one.inside}
    known = set(Place.objects.filter(code__in=wanted, ended_on__isnull=True).values_list("code", flat=True))
    faults = []
    for one in placed:
        if one.inside and one.inside not in known:
            faults.append(Fault(one.line, heads["inside"], Refused("enterprises.place_unknown", place=one.inside[:24])))
        known.add(one.code)
    return faults


def template(*, made_at: datetime) -> bytes:
    """A workbook to fill in, with invented lines that show the way."""
    heads = [sheets.Column(head=told["names"][0] + ("*" if told["needed"] else "")) for told in columns().values()]
    rows = [
        ["440304-X1", "街道", "示例街道", "", "", "", ""],
        ["FT-P01", "园区", "示例科技园", "Example Park", "440304-X1", "", "示例路1号"],
    ]
    return sheets.workbook("places", heads, rows, made_at=made_at)
