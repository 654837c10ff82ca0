"""Lines of a sheet as records: every fault of a line is found, each with its column, none stops the others."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any, TypeVar

from zhirong.base import money, numbers
from zhirong.base import text as texts
from zhirong.base.refused import Refused
from zhirong.registry import records
from zhirong.registry.engine.facts import PATENTS, Kind
from zhirong.registry.readers.sheets import Line, Table
from zhirong.registry.records import Named, RightRecord

Read = TypeVar("Read")
MOST_TITLE = 500
MOST_NUMBERS = 200
MOST_NAME = 80
KINDS = {
    "发明": Kind.INVENTION,
    "发明专利": Kind.INVENTION,
    "实用新型": Kind.UTILITY_MODEL,
    "实用新型专利": Kind.UTILITY_MODEL,
    "外观设计": Kind.DESIGN,
    "外观设计专利": Kind.DESIGN,
    "商标": Kind.TRADE_MARK,
    "著作权": Kind.COPYRIGHT,
    "作品": Kind.COPYRIGHT,
    "软件": Kind.SOFTWARE,
    "软件著作权": Kind.SOFTWARE,
    "布图设计": Kind.CIRCUIT_LAYOUT,
    "集成电路布图设计": Kind.CIRCUIT_LAYOUT,
} | {kind.value.replace("_", " "): kind for kind in Kind}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in one cell: the column's heading and a refusal's code with its facts."""

    column: str
    code: str
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unread:
    """Number and title of a line with faults as they stand in the file, so that people find it again."""

    number: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class RightRow:
    """A line that became a record, or the faults that kept it from it."""

    line: int
    record: RightRecord | None
    faults: tuple[Fault, ...] = ()
    unread: Unread = Unread()


@dataclass(frozen=True, slots=True)
class ListingFacts:
    """What a line of the listings' sheet asks for; the exchange decides about it."""

    keys: tuple[str, ...]
    asking_fen: int
    title: str = ""
    title_en: str = ""
    rule_set: str = ""
    summary: str = ""


@dataclass(frozen=True, slots=True)
class ListingRow:
    """A line of the listings' sheet, or its faults."""

    line: int
    listing: ListingFacts | None
    faults: tuple[Fault, ...] = ()
    unread: Unread = Unread()


class Cells:
    """One line being read: each `read` keeps the fault of its column and goes on."""

    def __init__(self, line: Line, headings: dict[str, str]) -> None:
        self.line, self.headings = line, headings
        self.faults: list[Fault] = []

    def text(self, name: str) -> str:
        """The cell as it stands; a column the sheet lacks is empty."""
        return self.line.cells.get(name, "")

    def needed(self, name: str) -> str:
        """The cell, which may not be empty."""
        if not self.text(name):
            self.fault(name, Refused("registry.cell_empty"))
        return self.text(name)

    def read(self, name: str, reader: Callable[[str], Read]) -> Read | None:
        """What the reader makes of a filled cell; a refusal becomes the column's fault."""
        if not self.text(name):
            return None
        try:
            return reader(self.text(name))
        except Refused as refused:
            self.fault(name, refused)
            return None

    def unread(self) -> Unread:
        """What people know the line by; where it was read, the record says it."""
        if not self.faults:
            return Unread()
        return Unread(_written(self.text("number")[:MOST_NUMBERS]), self.text("title")[:MOST_TITLE])

    def fault(self, name: str, refused: Refused) -> None:
        """Keep what is wrong with a column under the heading that the sheet has for it."""
        self.faults.append(Fault(self.headings.get(name, name), refused.code, refused.facts))


def rights(table: Table, *, today: date) -> Iterator[RightRow]:
    """Every line of a rights' sheet; a number that stands twice is a fault of the later line."""
    seen: dict[str, int] = {}
    for line in table.lines:
        cells = Cells(line, table.headings)
        record = _right(cells)
        for name, day in (records.days_to_come(record, today) if record is not None else {}).items():
            cells.fault(name, Refused("registry.day_to_come", day=day))
        if record is not None and record.key in seen:
            cells.fault("number", Refused("registry.number_twice", line=seen[record.key]))
        elif record is not None:
            seen[record.key] = line.number
        yield RightRow(line.number, None if cells.faults else record, tuple(cells.faults), cells.unread())


def listings(table: Table) -> Iterator[ListingRow]:
    """Every line of a listings' sheet."""
    for line in table.lines:
        cells = Cells(line, table.headings)
        cells.needed("number"), cells.needed("asking_fen")
        keys = cells.read("number", _keys)
        asking_fen = cells.read("asking_fen", read_price)
        facts = None
        if keys is not None and asking_fen is not None and not cells.faults:
            facts = ListingFacts(
                keys=keys,
                asking_fen=asking_fen,
                title=cells.text("title")[:MOST_TITLE],
                title_en=cells.text("title_en")[:MOST_TITLE],
                rule_set=cells.text("rule_set")[:MOST_NAME],
                summary=cells.text("summary"),
            )
        yield ListingRow(line.number, facts, tuple(cells.faults), cells.unread())


def _right(cells: Cells) -> RightRecord | None:
    kind = cells.read("kind", read_kind)
    cells.needed("number")
    number = cells.read("number", lambda text: records.read_number(kind, text))
    title = cells.needed("title")
    if len(title) > MOST_TITLE:
        cells.fault("title", Refused("registry.cell_too_long", most_characters=MOST_TITLE))
    cells.needed("holders")
    holders = cells.read("holders", _holders) or ()
    days: dict[str, Any] = {
        name: cells.read(name, read_day)
        for name in ("filed_on", "published_on", "granted_on", "term_ends_on", "fees_as_of")
    }
    publication = cells.read("publication_number", lambda text: numbers.read_publication_number(text).key) or ""
    classes = cells.read("ipc", read_classes) or ()
    year = cells.read("fees_paid_through_year", _year) or 0
    is_patent = number is not None and number[0] in PATENTS
    _check_days(cells, days, needs_filing=is_patent)
    if number is None:
        return None
    if is_patent:
        _check_filing_year(cells, number[2], days["filed_on"])
    return RightRecord(
        kind=number[0],
        key=number[1],
        number=number[2],
        title=title,
        title_en=cells.text("title_en")[:MOST_TITLE],
        abstract=cells.text("abstract"),
        publication_number=publication,
        ipc=classes,
        holders=holders,
        inventors=_names(cells.text("inventors")),
        fees_paid_through_year=year,
        source_day=days["fees_as_of"],
        **days,
    )


def _check_days(cells: Cells, days: dict[str, date | None], *, needs_filing: bool) -> None:
    """A patent has a filing date, and nothing of it is older than that day."""
    filed_on = days["filed_on"]
    if needs_filing and not cells.text("filed_on"):
        cells.fault("filed_on", Refused("registry.cell_empty"))
    if filed_on is None:
        return
    for name in ("published_on", "granted_on", "term_ends_on"):
        day = days[name]
        if day is not None and day < filed_on:
            cells.fault(name, Refused("registry.day_before_filing", day=day, filed_on=filed_on))


def _check_filing_year(cells: Cells, number: str, filed_on: date | None) -> None:
    """Filed in the number's year; before it only divisions and international applications (N10). Never after it."""
    year = numbers.read_patent_number(number).filing_year
    if filed_on is not None and filed_on.year > year:
        cells.fault("filed_on", Refused("registry.filed_after_number", day=filed_on, number=number, year=year))


def read_kind(text: str) -> Kind:
    """A kind of right by its Chinese or English name."""
    kind = KINDS.get(texts.half_width(text).casefold().replace("_", " ").strip())
    if kind is None:
        raise Refused("registry.kind_unknown", text=text[:40])
    return kind


def read_day(text: str) -> date:
    """2019-04-16, 2019/4/16, 2019.4.16, 20190416 or 2019年4月16日."""
    found = re.fullmatch(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?(?:[ T]00:00(?::00)?)?", texts.half_width(text))
    try:
        if found is None:
            raise ValueError
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        raise Refused("registry.day_unknown", text=text[:40]) from None


def _year(text: str) -> int:
    found = re.fullmatch(r"第?(\d{1,2})年?(?:度)?", texts.half_width(text))
    if found is None or not 0 <= int(found[1]) <= 20:
        raise Refused("registry.patent_year_unknown", text=text[:40])
    return int(found[1])


def _written(text: str) -> str:
    """Numbers as they are written everywhere, those that cannot be read as they stand."""
    try:
        return "；".join(numbers.read_right_number(part).shown for part in _names(text))
    except Refused:
        return text


def read_price(text: str) -> int:
    """An amount in yuan as people type it, in fen; nothing and less is refused."""
    fen = money.read_yuan(text)
    if fen <= 0:
        raise Refused("registry.price_not_positive", price_fen=fen)
    return fen


def _keys(text: str) -> tuple[str, ...]:
    keys = tuple(_any_key(part) for part in _names(text))
    if len(set(keys)) < len(keys):
        raise Refused("registry.number_twice_in_cell", text=text[:60])
    return keys


def _any_key(text: str) -> str:
    found = numbers.read_right_number(text)
    if found.kind == "patent_publication":
        return f"publication:{found.key}"
    if found.kind == "patent_application":
        return f"patent:{found.key}"
    return records.read_number(Kind.CIRCUIT_LAYOUT if found.kind == "layout" else Kind(found.kind), text)[1]


def read_classes(text: str) -> tuple[str, ...]:
    """Classes of IPC, of designs those of Locarno, each once in one spelling."""
    return tuple(dict.fromkeys(_class(part) for part in _names(text)))


def _class(text: str) -> str:
    return numbers.read_locarno(text) if re.search(r"\d{2}-\d{2}", text) else numbers.read_ipc(text)


def _names(text: str) -> tuple[str, ...]:
    """Parts of a cell that names several, parted by semicolons, list commas or lines."""
    return tuple(filter(None, (part.strip() for part in re.split(r"[;；、\n|]", text))))


def _holders(text: str) -> tuple[Named, ...]:
    """Names with or without shares; all shares are given or none, and they sum to one."""
    parts = [re.fullmatch(r"(.+?)[\s(（:：]*(?:(\d{1,3}(?:\.\d{1,4})?)\s*[%％])?[)）]?", part) for part in _names(text)]
    named = [(found[1].strip(), Fraction(found[2]) / 100 if found[2] else None) for found in parts if found]
    if len({texts.party_name(name) for name, _ in named}) < len(named):
        raise Refused("registry.holder_twice", text=text[:60])
    shares = [share for _, share in named if share is not None]
    if shares and (len(shares) < len(named) or sum(shares) != 1):
        raise Refused("registry.shares_do_not_sum", text=text[:60])
    return tuple(Named(name[:200], share_ppm=int((share or Fraction(0)) * records.WHOLE_PPM)) for name, share in named)
