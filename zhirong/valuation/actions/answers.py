"""Answers to guided questions: what a party says of a right, on its word or on a paper; a newer one for the older."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from zhirong.base.calendar import beijing_day
from zhirong.people import access
from zhirong.people.models import Party, Person
from zhirong.record import actions as record
from zhirong.record.models import File
from zhirong.registry.models import Right
from zhirong.valuation import known, rules, said
from zhirong.valuation.models import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One answer: for which party, the number in millionths of the question's unit, and the paper it was read from."""

    party: Party
    question: str
    value_micro: int
    evidence: File | None = None

    @property
    def party_id(self) -> int:
        """The party for which the person must be able to act."""
        return self.party.pk

    @property
    def grade(self) -> str:
        """How well it is known: read from a paper, or somebody's word."""
        return "stated" if self.evidence is None else "document"


@transaction.atomic
def answer(who: Person, right_id: int, given: Given) -> Answer:
    """The party's answer from now on. It moves the estimates that this party sees, and nobody else's.

    Said again the same, nothing changes.
    """
    access.require(who, "valuation.answer", given)
    right = _locked_right(given, right_id)
    said.must_be_answerable(given.question, given.value_micro, day=beijing_day(record.now()))
    record.must_be_evidence(given.evidence)
    now, old = record.now(), current(right, given.party).filter(question=given.question).first()
    if old is not None and (old.value_micro, old.evidence_id) == (
        given.value_micro,
        given.evidence.pk if given.evidence else None,
    ):
        return old
    if old is not None:
        old.replaced_at = now
        old.save(update_fields=["replaced_at"])
    made = Answer.objects.create(
        right=right,
        party=given.party,
        question=given.question,
        value_micro=rules.must_be_micro(given.value_micro),
        grade=given.grade,
        evidence=given.evidence,
        by=who,
        at=now,
    )
    # The number is the party's secret: the record proves that it answered, and holds the paper's hash.
    record.tell(
        "valuation.answered",
        right.topic,
        who=who,
        party=given.party.ref,
        question=given.question,
        grade=given.grade,
        sha256=given.evidence.sha256 if given.evidence else "",
    )
    return made


@transaction.atomic
def take_back(who: Person, right_id: int, given: Given) -> int:
    """The party's answer counts no longer; taken back twice it is gone once. Gives how many went."""
    access.require(who, "valuation.answer", given)
    right = _locked_right(given, right_id)
    gone = current(right, given.party).filter(question=given.question).update(replaced_at=record.now())
    if gone:
        record.tell("valuation.answer_taken_back", right.topic, who=who, party=given.party.ref, question=given.question)
    return gone


def _locked_right(given: Given, right_id: int) -> Right:
    known.must_be_known(given.party.pk, [right_id])
    return Right.objects.select_for_update().get(pk=right_id)


def current(right: Right, party: Party) -> QuerySet[Answer]:
    """The answers of a party that count."""
    return Answer.objects.filter(right=right, party=party, replaced_at__isnull=True)
