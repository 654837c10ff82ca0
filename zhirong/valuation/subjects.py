"""From rows of the registry to what the methods know of a right: many rights in a few queries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from django.db.models import BooleanField, CharField, Value
from django.db.models.functions import Cast

from zhirong.base import dated
from zhirong.base.refused import Refused
from zhirong.people.models import Party
from zhirong.registry import labels, queries, records
from zhirong.registry.engine import fees, states, terms
from zhirong.registry.engine.facts import LicenceKind, Reduction, RightFacts, Weight
from zhirong.registry.models import Encumbrance, Right, TechnologyField
from zhirong.registry.records import RightRecord
from zhirong.valuation.engine.subject import Subject

PARAMETERS = Path(__file__).parent / "parameters" / "estimate.yaml"
# So many rights share the queries; SQLite takes no endless list of ids.
CHUNK = 2_000
# What an importer may note of a right beyond the columns of the registry, as whole numbers.
COUNTED = ("claims", "independent_claims", "family", "citations")
Answer = Subject | Refused


def of_right(right: Right, day: date) -> Subject:
    """The right as the methods see it on the day. Refused: no holder, not published, ended."""
    found = of_rights([right], day)[0]
    if isinstance(found, Refused):
        raise found
    return found


def of_rights(rights: Iterable[Right], day: date) -> list[Answer]:
    """Each right as of the day, or why there is nothing to estimate; in the order given."""
    rows = iter(rights)
    found: list[Answer] = []
    while chunk := list(islice(rows, CHUNK)):
        found += _of_chunk(chunk, day)
    return found


@dataclass(frozen=True, slots=True)
class _Beside:
    """What stands beside the facts of some rights."""

    # WIPO's prefixes and their fields; empty where the table is not loaded.
    concordance: Mapping[str, int]
    # What kind of owner each known party is, by its ref.
    parties: Mapping[str, str]
    # Rights with an invalidation procedure that was over by the day; one that ended the right is refused before.
    survived: frozenset[int]


def _of_chunk(rights: Sequence[Right], day: date) -> Iterator[Answer]:
    """Six queries for a chunk: five for the facts, one for what stands beside them."""
    facts = queries.facts_of_read(rights, day)
    beside = _beside([right.pk for right in rights], facts, day)
    for right, known in zip(rights, facts, strict=True):
        yield _answer(right, _as_of(known, day), day, beside=beside)


def _answer(right: Right, facts: RightFacts, day: date, *, beside: _Beside) -> Answer:
    standing = states.standing(facts, day)
    refusal = refusal_of(facts, standing, is_published=_is_published(right, facts, day))
    if refusal is not None:
        return refusal
    said = records.from_text(right.facts)
    symbols = said.ipc or ((right.ipc,) if right.ipc else ())
    licences = [one for one in facts.licences if _lasts(one.scope.since, one.scope.until, day)]
    plain = sum(one.kind is LicenceKind.PLAIN for one in licences)
    over = standing.overlays
    return Subject(
        day=day,
        kind=str(facts.kind),
        number=facts.number,
        filed_on=facts.filed_on,
        granted_on=facts.granted_on,
        term_ends_on=_term_ends_on(facts),
        is_in_force=_is_in_force(standing),
        field=_field(symbols, beside.concordance),
        section=symbols[0].strip()[:1].upper() if symbols else "",
        ipc_count=len({symbol.replace(" ", "")[:4] for symbol in symbols}) or None,
        **_counts(said),
        inventors=len(said.inventors) or None,
        owner_kind=_owner_kind(facts, beside.parties),
        holders=len(facts.holders),
        plain_licences=plain,
        exclusive_licences=len(licences) - plain,
        is_pledged=states.Overlay.PLEDGED in over,
        is_blocked=bool(over & {states.Overlay.SEIZED, states.Overlay.SUSPENDED}) or bool(facts.contested_by),
        invalidation_open=states.Overlay.INVALIDATION_ASKED in over,
        invalidation_survived=right.pk in beside.survived,
        open_licence=states.Overlay.OPEN_LICENCE in over,
        paid_through_year=_paid_through(facts, day, standing),
        reduction=_reduction(facts),
    )


def refusal_of(facts: RightFacts, standing: states.Standing, *, is_published: bool) -> Refused | None:
    """Why no estimate is made: nobody holds it, nobody knows it, or it has ended. A zero is never invented."""
    number = facts.number
    if not facts.holders:
        return Refused("valuation.no_holder", number=number)
    if standing.has_ended:
        return Refused(
            "valuation.right_ended", number=number, state=labels.of("state", standing.state), since=standing.since
        )
    if facts.is_patent and not is_published:
        return Refused("valuation.not_published", number=number)
    return None


def _is_published(right: Right, facts: RightFacts, day: date) -> bool:
    """Whether the office had told the world of it by the day; a number without its day counts for every day."""
    told = (facts.granted_on, facts.published_on)
    return any(one is not None and one <= day for one in told) or (
        facts.published_on is None and bool(right.publication_number)
    )


def _as_of(facts: RightFacts, day: date) -> RightFacts:
    """Without what was entered later: a deal of the past is judged by what was known then (no leakage)."""
    seen = facts.fees.as_of
    later = seen is not None and seen > day
    payments = tuple(one for one in facts.fees.payments if one.on <= day)
    record = replace(facts.fees, payments=payments)
    if later:
        record = replace(record, paid_through_year=0, as_of=None)
    return replace(facts, entries=tuple(one for one in facts.entries if one.on <= day), fees=record)


def _is_in_force(standing: states.Standing) -> bool | None:
    """None where a fee fell due and nobody looked, and for an application, whose grant is open."""
    if not standing.is_living or standing.fees is fees.Standing.UNCONFIRMED:
        return None
    return True


def _term_ends_on(facts: RightFacts) -> date | None:
    if not terms.is_known(facts):
        return None
    try:
        return terms.term_last_day(facts)
    except Refused:
        # No day of filing, registration or publication on file: the term cannot be told.
        return None


def _paid_through(facts: RightFacts, day: date, standing: states.Standing) -> int | None:
    """The last patent year known as paid by the day; None where nobody looked."""
    if not facts.is_patent or facts.granted_on is None or standing.fees is fees.Standing.UNCONFIRMED:
        return None
    return fees.paid_through(facts)


def _reduction(facts: RightFacts) -> str:
    """What the office granted on the last fee paid here."""
    paid = sorted(facts.fees.payments, key=lambda one: one.year)
    return str(paid[-1].reduction if paid else Reduction.NONE)


def _counts(said: RightRecord) -> dict[str, int | None]:
    told = {name: said.more.get(name, "").strip() for name in COUNTED}
    return {name: int(text) if text.isascii() and text.isdigit() else None for name, text in told.items()}


def fields_of(many: Iterable[Sequence[str]]) -> list[int | None]:
    """The field of technology of each row of classes by its first; None where the concordance knows none."""
    concordance = dict(TechnologyField.objects.values_list("prefix", "number"))
    return [_field(symbols, concordance) for symbols in many]


def _lasts(since: date, until: date | None, day: date) -> bool:
    return since <= day and (until is None or day <= until)


def _field(symbols: Sequence[str], concordance: Mapping[str, int]) -> int | None:
    """The field of the first class: by its main group where the concordance divides a subclass, else its subclass."""
    if not symbols:
        return None
    plain = symbols[0].replace(" ", "")
    return concordance.get(f"{plain.partition('/')[0]}/", concordance.get(plain[:4]))


def _beside(ids: Sequence[int], many: Sequence[RightFacts], day: date) -> _Beside:
    """Fields of technology, owners and survived invalidations in a single query: a page asks few."""
    refs = {holder.party for facts in many for holder in facts.holders if holder.party}
    nothing, no = Value("", CharField()), Value(False, BooleanField())
    fields = TechnologyField.objects.values_list(
        Value("field", CharField()), "prefix", Cast("number", CharField()), no
    ).order_by()
    parties = Party.objects.filter(ref__in=refs).values_list(
        Value("party", CharField()), "ref", "kind", "is_public_research"
    )
    over = Encumbrance.objects.filter(right__in=ids, kind=Weight.INVALIDATION, ended_on__lte=day)
    survived = over.values_list(Value("survived", CharField()), Cast("right_id", CharField()), nothing, no)
    rows = list(fields.union(parties.order_by(), survived.order_by(), all=True))
    return _Beside(
        concordance={name: int(number) for what, name, number, _ in rows if what == "field"},
        parties={
            ref: "person" if kind == "natural" else "university" if research else "firm"
            for what, ref, kind, research in rows
            if what == "party"
        },
        survived=frozenset(int(name) for what, name, _, _ in rows if what == "survived"),
    )


def _owner_kind(facts: RightFacts, parties: Mapping[str, str]) -> str | None:
    """The first holder's kind: of the party that proved to be it, else by the words of the name."""
    first = facts.holders[0]
    said = _kind_by_name(first.shown)
    known = parties.get(first.party)
    return said if known in (None, "firm") and said == "university" else known or said


def _kind_by_name(name: str) -> str | None:
    for kind, words in owner_words().items():
        if any(word in name for word in words):
            return kind
    return None


@cache
def owner_words() -> dict[str, tuple[str, ...]]:
    """Words of names that tell what an owner is."""
    row: Any = dated.read(PARAMETERS)["owner_words"][-1].value
    return {kind: tuple(words) for kind, words in row.items()}
