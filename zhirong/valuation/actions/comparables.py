"""Comparables: each deal, each ask that nobody took and each price from outside, with its rights as of that day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from zhirong.base.refused import Refused
from zhirong.people import access
from zhirong.people.models import Person
from zhirong.record import actions as record
from zhirong.record.models import File
from zhirong.registry.models import Right
from zhirong.valuation import frozen, known, rules, subjects
from zhirong.valuation.actions import appraisals
from zhirong.valuation.engine.subject import Subject
from zhirong.valuation.models import Comparable

# What an operator enters by hand, and how each comes about.
SOURCES = ("licence", "pledge_disposal", "import")
KINDS = ("sale", "auction", "plain_licence", "exclusive_licence", "open_licence", "disposal")
RIGHTS_MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What was paid or asked: its reference, where from, when, for what kind of deal, how much."""

    reference: str
    source: str
    on: date
    kind: str
    price_fen: int
    currency: str = "CNY"
    is_arms_length: bool = True


@transaction.atomic
def note_comparable(rights: Iterable[Right], price: Price, *, who: Person | None = None) -> Comparable | None:
    """Keep a price in the transaction of the deed that made it; the same reference is kept once.

    The facts of the rights are those of the day of the price. A lot with a right of which the methods know nothing
    (no holder, unpublished, ended) teaches nothing and is left out: None.
    """
    if done := Comparable.objects.filter(reference=price.reference).first():
        return done
    seen = subjects.of_rights(rights, price.on)
    if not seen or not all(isinstance(one, Subject) for one in seen):
        return None
    kept = Comparable.objects.create(
        reference=price.reference,
        source=price.source,
        on=price.on,
        kind=price.kind,
        price_fen=price.price_fen,
        currency=price.currency,
        rights_count=len(seen),
        subjects=frozen.to_text(one for one in seen if isinstance(one, Subject)),
        is_arms_length=price.is_arms_length,
        entered_by=who,
        entered_at=record.now(),
    )
    record.tell(
        "valuation.comparable_noted",
        f"comparable:{kept.pk}",
        who=who,
        reference=kept.reference,
        source=kept.source,
        rights=kept.rights_count,
    )
    return kept


@transaction.atomic
def enter_comparable(who: Person, rights: tuple[int, ...], price: Price, *, proof: File) -> Comparable:
    """The operator enters a price from outside the exchange on its paper: a licence, a disposal, a deal elsewhere."""
    access.require(who, "valuation.note_comparable")
    rules.must_be_one_of(price.source, SOURCES, field="source")
    rules.must_be_one_of(price.kind, KINDS, field="kind")
    if price.on > appraisals.today():
        raise Refused("valuation.value_date_to_come", value_date=price.on)
    if not 0 < price.price_fen <= rules.MOST_FEN:
        raise Refused("valuation.price_range", most_fen=rules.MOST_FEN)
    if not 0 < len(set(rights)) <= RIGHTS_MOST:
        raise Refused("valuation.rights_count", most=RIGHTS_MOST, given=len(set(rights)))
    rules.must_be_text(price.reference, field="reference", most=64)
    record.must_be_evidence(proof)
    found = known.all_named(rights)
    if done := Comparable.objects.filter(reference=price.reference).first():
        return done
    kept = note_comparable(found, price, who=who)
    if kept is None:
        raise Refused("valuation.comparable_unknown_rights", rights=[right.number for right in found])
    kept.proof = proof
    kept.save(update_fields=["proof"])
    return kept


@transaction.atomic
def withdraw_comparable(who: Person, reference: str, *, reason: str) -> Comparable:
    """A price that was no price teaches no further model; its row stays with the reason."""
    found = Comparable.objects.select_for_update().filter(reference=reference).first()
    access.require(who, "valuation.withdraw_comparable", found)
    assert found is not None
    if found.withdrawn_at is not None:
        return found
    found.withdrawn_at, found.withdrawn_by = record.now(), who
    found.reason = rules.must_be_text(reason, field="reason", most=1000)
    found.save()
    record.tell(
        "valuation.comparable_withdrawn",
        f"comparable:{found.pk}",
        who=who,
        reference=found.reference,
        reason=found.reason,
    )
    return found
