"""Prices of years before the house began, brought as a whole with the facts of their rights as they then stood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from zhirong.base.refused import Refused
from zhirong.people import access
from zhirong.people.models import Person
from zhirong.record import actions as record
from zhirong.record.models import File
from zhirong.valuation import frozen, rules
from zhirong.valuation.actions import appraisals
from zhirong.valuation.actions.comparables import RIGHTS_MOST, Price
from zhirong.valuation.engine.subject import Subject
from zhirong.valuation.models import Comparable

# Small enough that no chunk holds SQLite's write lock for long.
CHUNK = 500


@dataclass(frozen=True, slots=True)
class Brought:
    """A price with the facts of its rights, frozen by whoever kept them; the rights need not stand in this house."""

    price: Price
    subjects: tuple[Subject, ...]


def bring(who: Person, prices: Sequence[Brought], *, proof: File) -> int:
    """How many were new. The same reference is kept once, so that the same file twice changes nothing.

    All are judged before the first is written; then chunk by chunk, and one entry of the record for the file.
    """
    access.require(who, "valuation.note_comparable")
    for one in prices:
        _must_stand(one)
    known = set(Comparable.objects.values_list("reference", flat=True))
    fresh = list({one.price.reference: one for one in prices if one.price.reference not in known}.values())
    for start in range(0, len(fresh), CHUNK):
        _put(who, fresh[start : start + CHUNK], proof)
    if fresh:
        _tell(who, len(fresh), proof)
    return len(fresh)


def _must_stand(one: Brought) -> None:
    price = one.price
    rules.must_be_text(price.reference, field="reference", most=64)
    if price.on > appraisals.today():
        raise Refused("valuation.value_date_to_come", value_date=price.on)
    if not 0 < price.price_fen <= rules.MOST_FEN:
        raise Refused("valuation.price_range", most_fen=rules.MOST_FEN)
    if not 0 < len(one.subjects) <= RIGHTS_MOST:
        raise Refused("valuation.rights_count", most=RIGHTS_MOST, given=len(one.subjects))


@transaction.atomic
def _put(who: Person, chunk: Sequence[Brought], proof: File) -> None:
    now = record.now()
    Comparable.objects.bulk_create(
        [
            Comparable(
                reference=one.price.reference,
                source=one.price.source,
                on=one.price.on,
                kind=one.price.kind,
                price_fen=one.price.price_fen,
                currency=one.price.currency,
                rights_count=len(one.subjects),
                subjects=frozen.to_text(one.subjects),
                is_arms_length=one.price.is_arms_length,
                proof=proof,
                entered_by=who,
                entered_at=now,
            )
            for one in chunk
        ],
        ignore_conflicts=True,
    )


@transaction.atomic
def _tell(who: Person, count: int, proof: File) -> None:
    record.tell("valuation.comparables_brought", "comparables", who=who, count=count, sha256=proof.sha256)
