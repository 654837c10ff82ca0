"""A sheet of facts of one or many enterprises (Excel, CSV): read, with every fault by line and column, or refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from zhirong.base import identities, yaml_text
from zhirong.base import text as texts
from zhirong.base.refused import Refused
from zhirong.enterprises import rules, sources
from zhirong.enterprises.actions.facts import Brought
from zhirong.enterprises.rules import Told
from zhirong.papers import sheet_reader, sheets
from zhirong.papers.sheet_reader import Cell, Row
from zhirong.people import access
from zhirong.people.models import Party
from zhirong.people.rules import Standing
from zhirong.policy import naming, stating
from zhirong.policy.engine import numerals
from zhirong.policy.engine.facts import Fact, Vocabulary

MOST_ROWS = 50_000
CHUNK = 500
# An invented enterprise for the template.
SAMPLE_CODE = "91440300MA5FT0003R"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in one cell: its line, the heading of its column, and the refusal."""

    line: int
    column: str
    refused: Refused


@dataclass(frozen=True, slots=True)
class Line:
    """A line that can be taken in, with the name of its fact for the preview."""

    line: int
    brought: Brought
    fact: Fact


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet as judged: its lines where there are no faults, every fault, and headings that nobody understood."""

    rows: int
    lines: tuple[Line, ...]
    faults: tuple[Fault, ...]
    unknown: tuple[str, ...]

    @property
    def brought(self) -> list[Brought]:
        """What can be taken in."""
        return [one.brought for one in self.lines]


@cache
def columns() -> Mapping[str, Mapping[str, Any]]:
    """The columns by name: whether needed, the headings, a note for the template."""
    found: Mapping[str, Mapping[str, Any]] = yaml_text.parse(
        Path(__file__).with_name("fact_columns.yaml").read_text("utf-8")
    )
    return found


def read(content: bytes, *, name: str, vocabulary: Vocabulary, day: date) -> Sheet:
    """The facts of a sheet. A file that is no such sheet is refused; faults of lines are told, all of them at once."""
    table = sheet_reader.read(content, name=name)
    if len(table.rows) > MOST_ROWS:
        raise Refused("policy.sheet_too_long", name=name, rows=len(table.rows), most=MOST_ROWS)
    heads = headings(table.heads, name)
    parties = parties_of(row.cells[heads["credit_code"]].text for row in table.rows)
    known = Known(vocabulary, parties, frozenset(sources.ranks(day)) - {sources.HOUSE})
    read_lines = [Reader(row, heads, known) for row in table.rows]
    lines = [line for one in read_lines if (line := one.line(name)) is not None]
    faults = [fault for one in read_lines for fault in one.faults]
    faults += [*twice(lines, heads), *against_each_other(lines, heads, vocabulary)]
    understood = set(heads.values())
    return Sheet(
        rows=len(table.rows),
        lines=tuple(lines),
        faults=tuple(sorted(faults, key=lambda fault: fault.line)),
        unknown=tuple(head for head in table.heads if head not in understood),
    )


def headings(heads: Mapping[str, str], name: str) -> dict[str, str]:
    """The heading of each column that the sheet has. Refused: one that is needed is missing."""
    found = {}
    for column, told in columns().items():
        words = {word.casefold() for word in told["names"]}
        head = next((head for head in heads if head.rstrip("*").strip().casefold() in words), None)
        if head is not None:
            found[column] = head
    missing = [told["names"][0] for column, told in columns().items() if told["needed"] and column not in found]
    if missing:
        raise Refused("policy.sheet_lacks_columns", name=name, missing="、".join(missing))
    return found


def parties_of(codes: Iterable[str]) -> dict[str, Party]:
    """The enterprises of a sheet by their codes."""
    wanted = sorted({texts.half_width(code).replace(" ", "").upper() for code in codes})
    found: dict[str, Party] = {}
    for start in range(0, len(wanted), CHUNK):
        for party in Party.objects.filter(code__in=wanted[start : start + CHUNK]):
            found[party.code or ""] = party
    return found


@dataclass(frozen=True, slots=True)
class Known:
    """What the lines of a sheet are judged by."""

    vocabulary: Vocabulary
    parties: Mapping[str, Party]
    sources: frozenset[str]


@dataclass
class Reader:
    """One line being read: each fault is kept with its column, and the reading goes on."""

    row: Row
    heads: Mapping[str, str]
    known: Known
    faults: list[Fault] = field(default_factory=list)

    def line(self, name: str) -> Line | None:
        """What the line says, or nothing where something is wrong in it."""
        party = self.tried("credit_code", self.party)
        fact = self.tried("fact", lambda: stating.fact_named(self.text("fact"), self.known.vocabulary))
        source = self.tried("source", self.source)
        value = None if fact is None else self.tried("value", lambda: self.value(fact))
        since, until = self.tried("since", lambda: self.day("since")), self.tried("until", lambda: self.day("until"))
        if self.faults or party is None or fact is None or source is None:
            return None
        said = self.text("source_text") or f"{name}:{self.row.line}"
        told = Told(fact.name, value, since, until, self.text("about"), said)
        judged = self.tried("about", lambda: rules.judged(told))
        return None if judged is None else Line(self.row.line, Brought(party, source, judged), fact)

    def tried(self, column: str, reading: Any) -> Any:
        """What the reading gives; a refusal becomes a fault of the column."""
        try:
            return reading()
        except Refused as refused:
            self.faults.append(Fault(self.row.line, self.heads.get(column, column), refused))
            return None

    def text(self, column: str) -> str:
        """The cell as text; a column that the sheet lacks is empty."""
        head = self.heads.get(column)
        return "" if head is None else plain(self.row.cells[head])

    def needed(self, column: str) -> str:
        """The text of a cell that may not be empty."""
        text = self.text(column)
        if not text:
            raise Refused("registry.cell_empty")
        return text

    def party(self) -> Party:
        code = identities.read_uscc(self.needed("credit_code"))
        if code not in self.known.parties:
            raise Refused("enterprises.party_unknown", credit_code=code)
        return self.known.parties[code]

    def source(self) -> str:
        text = self.needed("source").casefold()
        for source in sorted(self.known.sources):
            if text in {source, *(name.casefold() for name in sources.names()[source].values())}:
                return source
        raise Refused("enterprises.source_unknown", source=text[:16])

    def value(self, fact: Fact) -> Any:
        return stating.of_text(fact, with_unit(fact, self.needed("value"), self.text("unit")))

    def day(self, column: str) -> date | None:
        text = self.text(column)
        if not text:
            return None
        try:
            return date.fromisoformat(stating.day(text))
        except ValueError:
            raise Refused("policy.no_such_day", text=text[:40]) from None


def plain(cell: Cell) -> str:
    """A cell as text: days in ISO form, lines kept, for a list of records has them."""
    if isinstance(cell.value, datetime):
        return cell.value.date().isoformat()
    return "" if cell.value is None else str(cell.value).strip()


def with_unit(fact: Fact, text: str, unit: str) -> str:
    """The number with the unit of its own column. Refused: a unit in both, for 300万 and 万元 could be either."""
    unit = "" if unit == fact.unit else unit
    if fact.kind != "number" or not unit:
        return text
    if not numerals.PLAIN.fullmatch(texts.half_width(text).replace(" ", "")):
        raise Refused("policy.unit_twice", text=text[:40], unit=unit[:12])
    return text + unit


def twice(lines: Sequence[Line], heads: Mapping[str, str]) -> Iterable[Fault]:
    """A fact that the sheet states twice for one enterprise, source, thing and first day."""
    seen = set()
    for one in lines:
        told = one.brought.told
        place = (one.brought.party.pk, one.brought.source, told.name, told.about, told.since)
        if place in seen:
            yield Fault(one.line, heads["fact"], Refused("enterprises.fact_twice", name=told.name))
        seen.add(place)


def against_each_other(lines: Sequence[Line], heads: Mapping[str, str], vocabulary: Vocabulary) -> Iterable[Fault]:
    """What one source says of one thing from one day on, where it can never all be true."""
    said: dict[tuple[Any, ...], list[Line]] = {}
    for one in lines:
        told = one.brought.told
        said.setdefault((one.brought.party.pk, one.brought.source, told.about, told.since), []).append(one)
    for together in said.values():
        given = {one.brought.told.name: one.brought.told.value for one in together}
        if len(given) > 1 and (refused := stating.contradictions(given, vocabulary)) is not None:
            yield Fault(together[0].line, heads["value"], refused)


def allowed(sheet: Sheet, standing: Standing | None) -> Sheet:
    """The same sheet; what this person may not state of an enterprise is a fault of its first line, each told once."""
    first: dict[tuple[int, str], Line] = {}
    for one in sheet.lines:
        first.setdefault((one.brought.party.pk, one.brought.source), one)
    faults = []
    for one in first.values():
        verb = "enterprises.note_own" if one.brought.source == sources.SELF else "enterprises.note_official"
        try:
            access.require(standing, verb, one.brought.party)
        except Refused as refused:
            faults.append(Fault(one.line, columns()["source"]["names"][0], refused))
    return replace(sheet, faults=tuple(sorted((*sheet.faults, *faults), key=lambda fault: fault.line)))


def template(vocabulary: Vocabulary, *, made_at: datetime, language: str = "zh") -> bytes:
    """A workbook to fill in: the headings, and invented lines that show the way."""
    shown = ["loan_principal", "loan_rate", "loan_repaid", "founded_on", "industry"]
    examples = {"loan_principal": ("300", "万元"), "loan_rate": ("4.35", "%"), "loan_repaid": ("是", ""),
                "founded_on": ("2015-06-01", ""), "industry": ("制造业", "")}  # fmt: skip
    heads = [sheets.Column(head=told["names"][0] + ("*" if told["needed"] else "")) for told in columns().values()]
    rows = [
        [SAMPLE_CODE, naming.fact(vocabulary.facts[name], language), *examples[name], "2022-01-01", "",
         sources.names()["bank" if name.startswith("loan") else "self"][language],
         "loan:2022-01" if name.startswith("loan") else "", ""]
        for name in shown if name in vocabulary.facts
    ]  # fmt: skip
    return sheets.workbook("facts", heads, rows, made_at=made_at)
