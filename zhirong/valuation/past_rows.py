"""Lines of a sheet of past prices as people type them: every fault is kept with its column, none stops the others."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import Final

from zhirong.base import numbers, yaml_text
from zhirong.base import text as texts
from zhirong.base.refused import Refused
from zhirong.registry import records
from zhirong.registry.engine.facts import PATENTS, Kind
from zhirong.registry.readers import reference, rows, sheets
from zhirong.registry.readers.sheets import Line
from zhirong.valuation import rules

# The least that a count of the sheet may be; a nought where nobody counted would be learnt as a fact.
COUNTS: Final[Mapping[str, int]] = {
    "claims": 1,
    "independent_claims": 1,
    "family": 1,
    "citations": 0,
    "inventors": 1,
    "holders": 1,
    "plain_licences": 0,
    "exclusive_licences": 0,
}
MOST_COUNTED: Final = 99_999
MOST_REFERENCE: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One line: its deal and its right. What is empty, or could not be read, is None; `cells` holds the faults."""

    cells: rows.Cells
    reference: str
    on: date | None
    price_fen: int | None
    deal_kind: str | None
    is_arms_length: bool | None
    kind: Kind | None
    number: str
    # As the registry names the right; empty where the line names none.
    key: str
    filed_on: date | None
    granted_on: date | None
    field: int | None
    ipc: tuple[str, ...]
    owner_kind: str | None
    is_pledged: bool | None
    counts: Mapping[str, int]

    @property
    def line(self) -> int:
        """Its row as Excel counts."""
        return self.cells.line.number


@cache
def columns() -> sheets.Columns:
    """The columns of the sheet, in the template's order."""
    found: sheets.Columns = yaml_text.parse(Path(__file__).with_name("past_columns.yaml").read_text("utf-8"))
    return found


def told(line: Line, headings: dict[str, str], *, today: date) -> Told:
    """What one line says. The faults of its cells are in `cells.faults`."""
    cells = rows.Cells(line, headings)
    cells.needed("reference")
    if len(cells.text("reference")) > MOST_REFERENCE:
        cells.fault("reference", Refused("registry.cell_too_long", most_characters=MOST_REFERENCE))
    days = {name: _past(cells, name, today) for name in ("on", "filed_on", "granted_on")}
    kind = cells.read("kind", rows.read_kind)
    named = cells.read("number", lambda text: records.read_number(kind, text))
    pledged, fair = (cells.read(name, _reader(name)) for name in ("is_pledged", "is_arms_length"))
    found = Told(
        cells=cells,
        reference=cells.text("reference"),
        price_fen=cells.read("price_fen", _price),
        deal_kind=cells.read("deal_kind", _reader("deal_kind")),
        is_arms_length=None if fair is None else fair == "yes",
        kind=named[0] if named else kind,
        number=named[2] if named else "",
        key=named[1] if named else "",
        field=cells.read("field", _field),
        ipc=cells.read("ipc", rows.read_classes) or (),
        owner_kind=cells.read("owner_kind", _reader("owner_kind")),
        is_pledged=None if pledged is None else pledged == "yes",
        counts=_counts(cells),
        **days,
    )
    _judge_days(found)
    return found


def _counts(cells: rows.Cells) -> dict[str, int]:
    read = {name: cells.read(name, partial(_count, least=least)) for name, least in COUNTS.items()}
    found = {name: count for name, count in read.items() if count is not None}
    claims = found.get("claims")
    if claims is not None and found.get("independent_claims", 0) > claims:
        cells.fault("independent_claims", Refused("valuation.more_independent_claims", claims=claims))
    return found


def _past(cells: rows.Cells, name: str, today: date) -> date | None:
    day = cells.read(name, rows.read_day)
    if day is not None and day > today:
        cells.fault(name, Refused("registry.day_to_come", day=day))
        return None
    return day


def _judge_days(one: Told) -> None:
    """Nothing of a right is older than its filing, and no number is older than what was filed under it."""
    if one.filed_on is None:
        return
    for name, day in (("on", one.on), ("granted_on", one.granted_on)):
        if day is not None and day < one.filed_on:
            one.cells.fault(name, Refused("registry.day_before_filing", day=day, filed_on=one.filed_on))
    if one.number and one.kind in PATENTS:
        year = numbers.read_patent_number(one.number).filing_year
        if one.filed_on.year > year:
            facts = {"day": one.filed_on, "number": one.number, "year": year}
            one.cells.fault("filed_on", Refused("registry.filed_after_number", **facts))


def _price(text: str) -> int:
    fen = rows.read_price(text)
    if fen > rules.MOST_FEN:
        raise Refused("valuation.price_range", most_fen=rules.MOST_FEN)
    return fen


def _count(text: str, *, least: int) -> int:
    plain = texts.half_width(text).replace(",", "").strip()
    found = re.fullmatch(r"(\d{1,7})\s*[件项个人次份家]?", plain, re.ASCII)
    if found is None or not least <= int(found[1]) <= MOST_COUNTED:
        raise Refused("valuation.not_a_count", text=text[:40], least=least, most=MOST_COUNTED)
    return int(found[1])


def _field(text: str) -> int:
    plain, names = texts.half_width(text).strip(), reference.field_names()
    if plain.isascii() and plain.isdigit() and int(plain) in names:
        return int(plain)
    for number, name in names.items():
        if name == text.strip():
            return number
    raise Refused("valuation.field_unknown", text=text[:40], fields=len(names))


def _reader(name: str) -> Callable[[str], str]:
    """Reads a cell in which one of a few words stands."""
    by_word: dict[str, str] = {_plain(word): code for code, word in _words(name)}
    meant: list[list[str]] = list(columns()[name]["words"].values())
    shown = {
        "zh": "、".join(words[0] for words in meant),
        "en": ", ".join(next(word for word in words if word.isascii()) for words in meant),
    }

    def read(text: str) -> str:
        if _plain(text) not in by_word:
            raise Refused("valuation.word_unknown", text=text[:40], words=shown)
        return by_word[_plain(text)]

    return read


def _words(name: str) -> list[tuple[str, str]]:
    return [(code, word) for code, words in columns()[name]["words"].items() for word in [code, *words]]


def _plain(text: str) -> str:
    return texts.half_width(text).casefold().replace("_", " ").replace("(", "").replace(")", "").strip()
