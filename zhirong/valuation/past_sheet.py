"""A sheet of past prices against the register and what is known: deals with the facts of their day, or faults."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from zhirong.base.refused import Refused
from zhirong.registry.engine import terms
from zhirong.registry.engine.facts import Kind, RightFacts
from zhirong.registry.models import Right
from zhirong.registry.readers import sheets
from zhirong.registry.readers.rows import Fault
from zhirong.valuation import past_rows, subjects
from zhirong.valuation.actions.comparables import RIGHTS_MOST, Price
from zhirong.valuation.actions.past_prices import Brought
from zhirong.valuation.engine.subject import Subject
from zhirong.valuation.models import Comparable
from zhirong.valuation.past_rows import Told

# So many keys fit one question of SQLite.
CHUNK = 500
# What is the deal's and not a right's: it stands on the first line of a lot, and on the others the same or nothing.
OF_THE_DEAL = ("on", "price_fen", "deal_kind", "is_arms_length")
NEEDED = ("on", "price_fen", "deal_kind")
Facts = Mapping[int, Subject | Refused]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A sheet as judged: deals that can be brought where there are no faults, and each fault with its line."""

    rows: int
    deals: tuple[Brought, ...]
    faults: tuple[tuple[int, Fault], ...]
    # References that stand here already with the same price.
    known: frozenset[str]
    # Headings that nobody understood; they are told, not guessed at.
    unknown: tuple[str, ...]


def read(data: bytes, *, today: date) -> Sheet:
    """The deals of a sheet. A file that is no such sheet is refused; faults of lines are told, all of them at once."""
    table = sheets.read_by(data, past_rows.columns())
    lines = [past_rows.told(line, table.headings, today=today) for line in table.lines]
    lots: dict[str, list[Told]] = {}
    for one in lines:
        lots.setdefault(one.reference, []).append(one)
    whole = [_agreed(lot) for reference, lot in lots.items() if reference]
    known = _of_register(one for lot in whole for one in lot)
    fields = subjects.fields_of([one.ipc for one in lines])
    by_line = {one.line: number for one, number in zip(lines, fields, strict=True)}
    deals = [_deal(lot, known, by_line) for lot in whole]
    same = _known_here(deals, {lot[0].reference: lot[0] for lot in whole})
    faults = [(one.line, fault) for one in lines for fault in one.cells.faults]
    return Sheet(
        rows=len(lines),
        deals=tuple(deal for deal in deals if deal is not None),
        faults=tuple(faults),
        known=same,
        unknown=table.unknown,
    )


def sample() -> bytes:
    """A sheet to fill in, with three invented lines that show the way: a sale, and a licence of two rights together."""
    lot = {"reference": "往年-2023-002", "on": "2023-09-01", "price_fen": "1,280,000", "deal_kind": "独占许可"}
    rows = [
        {"reference": "往年-2023-001", "on": "2023-04-16", "price_fen": "12.5万", "deal_kind": "转让",
         "kind": "发明", "filed_on": "2015-04-16", "granted_on": "2018-06-01", "ipc": "G06F 17/30", "claims": "10",
         "independent_claims": "2", "family": "3", "citations": "4", "owner_kind": "企业"},
        {**lot, "kind": "发明", "filed_on": "2017-03-02", "granted_on": "2020-01-07", "field": "6", "claims": "8"},
        {"reference": lot["reference"], "kind": "实用新型", "filed_on": "2019-05-20", "granted_on": "2020-02-18",
         "field": "6", "claims": "6"},
    ]  # fmt: skip
    return sheets.template_by(past_rows.columns(), rows)


def _agreed(lot: Sequence[Told]) -> list[Told]:
    """The lines of one lot with the deal of its first line; what another says otherwise is that line's fault."""
    first = lot[0]
    for name in NEEDED:
        if not first.cells.text(name):
            first.cells.fault(name, Refused("registry.cell_empty"))
    if len(lot) > RIGHTS_MOST:
        first.cells.fault("reference", Refused("valuation.rights_count", most=RIGHTS_MOST, given=len(lot)))
    of_first = {name: getattr(first, name) for name in OF_THE_DEAL}
    seen: dict[str, int] = {}
    for one in lot:
        for name in OF_THE_DEAL:
            said = getattr(one, name)
            if said is not None and of_first[name] is not None and said != of_first[name]:
                one.cells.fault(name, Refused("valuation.lot_disagrees", reference=first.reference, line=first.line))
        if one.key and seen.setdefault(one.key, one.line) != one.line:
            one.cells.fault("number", Refused("registry.number_twice", line=seen[one.key]))
    return [replace(one, **of_first) for one in lot]


def _of_register(lines: Iterable[Told]) -> Facts:
    """What the register knew of each named right on the day of its deal, by line; what it does not know is left out."""
    wanted = [one for one in lines if one.key and one.on is not None]
    rights: dict[str, Right] = {}
    keys = list(dict.fromkeys(one.key for one in wanted))
    for start in range(0, len(keys), CHUNK):
        rights |= {one.key: one for one in Right.objects.visible().filter(key__in=keys[start : start + CHUNK])}
    by_day: dict[date, list[Told]] = {}
    for one in wanted:
        if one.key in rights and one.on is not None:
            by_day.setdefault(one.on, []).append(one)
    found: dict[int, Subject | Refused] = {}
    for day, many in by_day.items():
        answers = subjects.of_rights([rights[one.key] for one in many], day)
        found |= {one.line: answer for one, answer in zip(many, answers, strict=True)}
    return found


def _deal(lot: Sequence[Told], known: Facts, fields: Mapping[int, int | None]) -> Brought | None:
    """The deal of a lot, None where any of its lines has a fault."""
    found = [_subject(one, known.get(one.line), fields[one.line]) for one in lot]
    first = lot[0]
    rights = tuple(one for one in found if one is not None)
    if any(one.cells.faults for one in lot) or len(rights) < len(lot):
        return None
    assert first.on is not None
    assert first.price_fen is not None
    assert first.deal_kind is not None
    price = Price(
        reference=first.reference,
        source="import",
        on=first.on,
        kind=first.deal_kind,
        price_fen=first.price_fen,
        is_arms_length=first.is_arms_length is not False,
    )
    return Brought(price, rights)


def _subject(one: Told, known: Subject | Refused | None, field: int | None) -> Subject | None:
    """The right as of the day of the deal: what the line says, and where it is silent what the register knew."""
    if one.kind is None and not one.cells.text("kind") and not one.cells.text("number"):
        one.cells.fault("kind", Refused("valuation.kind_or_number"))
    if isinstance(known, Refused):
        one.cells.fault("number", known)
    if isinstance(known, Subject):
        _must_agree(one, known)
    if one.on is None or one.kind is None or isinstance(known, Refused):
        return None
    # A grant after the day was not known on it, and no later knowledge may leak in.
    granted_on = one.granted_on if one.granted_on is not None and one.granted_on <= one.on else None
    said: dict[str, Any] = {
        "filed_on": one.filed_on, "granted_on": granted_on, "field": one.field or field, "owner_kind": one.owner_kind,
        "is_pledged": one.is_pledged, "section": one.ipc[0][:1] if one.ipc and one.ipc[0][:1].isalpha() else None,
        "ipc_count": len({symbol[:4] for symbol in one.ipc}) or None, **one.counts,
    }  # fmt: skip
    filled = {name: value for name, value in said.items() if value is not None}
    start = known or Subject(day=one.on, kind=str(one.kind), number=one.number)
    found = replace(start, **filled)
    if found.term_ends_on is None:
        found = replace(found, term_ends_on=_term_ends_on(one))
    if found.term_ends_on is not None and found.term_ends_on < one.on:
        one.cells.fault("on", Refused("valuation.deal_after_term", day=one.on, ended_on=found.term_ends_on))
    return found


def _must_agree(one: Told, known: Subject) -> None:
    """Days of filing and grant are the register's; a line that says another is wrong about its right."""
    for name in ("filed_on", "granted_on"):
        said, stands = getattr(one, name), getattr(known, name)
        if said is not None and stands is not None and said != stands:
            one.cells.fault(name, Refused("valuation.register_says_other", day=said, stands=stands, number=one.number))


def _term_ends_on(one: Told) -> date | None:
    facts = RightFacts(kind=Kind(str(one.kind)), number=one.number, filed_on=one.filed_on, granted_on=one.granted_on)
    try:
        return terms.term_last_day(facts)
    except Refused:
        # Without the day it runs from, the term cannot be told.
        return None


def _known_here(deals: Iterable[Brought | None], first: Mapping[str, Told]) -> frozenset[str]:
    """References that stand here with the same deal; one that stands with another is a fault of its first line."""
    mine = {deal.price.reference: deal for deal in deals if deal is not None}
    same: set[str] = set()
    for row in _stored(list(mine)):
        deal = mine[row.reference]
        said = (deal.price.on, deal.price.kind, deal.price.price_fen, len(deal.subjects))
        if said == (row.on, row.kind, row.price_fen, row.rights_count):
            same.add(row.reference)
        else:
            first[row.reference].cells.fault(
                "reference", Refused("valuation.reference_stands", reference=row.reference, day=row.on)
            )
    return frozenset(same)


def _stored(references: Sequence[str]) -> Iterator[Comparable]:
    for start in range(0, len(references), CHUNK):
        yield from Comparable.objects.filter(reference__in=references[start : start + CHUNK])
