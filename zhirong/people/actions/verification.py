"""Verification (实名核验): a party brings evidence that it is who it says, and an operator decides."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from zhirong.base import text
from zhirong.base.refused import Refused
from zhirong.people import access
from zhirong.people.actions import parties
from zhirong.people.models import Party, Person, Verification
from zhirong.record import actions as record
from zhirong.record.models import File

WAITING, ACCEPTED, REJECTED = "waiting", "accepted", "rejected"


@transaction.atomic
def submit_verification(who: Person, party_id: int, *, evidence: Iterable[File]) -> Verification:
    """A member asks for a decision on files of their own; one request waits at a time."""
    party = Party.objects.select_for_update().get(pk=party_id)
    access.require(who, "people.submit_verification", party)
    files = sorted({file.pk: file for file in evidence}.values(), key=lambda file: file.pk)
    if not files:
        raise Refused("people.no_evidence")
    if any(file.owner_ref != who.ref for file in files):
        raise Refused("people.not_your_file")
    waiting = Verification.objects.filter(party=party, state=WAITING).first()
    if waiting is not None:
        if waiting.asked_by_id == who.pk and {file.pk for file in files} == set(
            waiting.evidence.values_list("pk", flat=True)
        ):
            return waiting
        raise Refused("people.verification_waiting", asked_at=waiting.asked_at)
    record.must_be_evidence(*files)
    asked = Verification.objects.create(party=party, asked_by=who, asked_at=record.now())
    asked.evidence.set(files)
    sha256 = [file.sha256 for file in files]
    record.tell("people.verification_asked", party.topic, who=who, verification=asked.pk, sha256=sha256)
    return asked


@transaction.atomic
def accept_verification(who: Person, verification_id: int) -> Verification:
    """The operator found the evidence good: the party is verified from now on. Never one's own party or request."""
    asked = _to_decide(who, verification_id)
    if asked.state == ACCEPTED and asked.decided_by_id == who.pk:
        return asked
    _must_wait(asked)
    record.must_have_read(who, *asked.evidence.order_by("pk"))
    _decide(who, asked, state=ACCEPTED, reason="")
    Party.objects.filter(pk=asked.party_id).update(verified_at=asked.decided_at)
    asked.party.verified_at = asked.decided_at
    record.tell("people.verified", asked.party.topic, who=who, to=_concerned(asked), verification=asked.pk)
    return asked


@transaction.atomic
def reject_verification(who: Person, verification_id: int, *, reason: str) -> Verification:
    """The operator found the evidence lacking and says what is missing; the party may ask again."""
    asked = _to_decide(who, verification_id)
    why = text.tidy(reason)
    if not why:
        raise Refused("people.no_reason")
    if asked.state == REJECTED and asked.decided_by_id == who.pk and asked.reason == why:
        return asked
    _decide(who, asked, state=REJECTED, reason=why)
    # The reason is free text and stays in the row; the record holds only that there was a decision.
    record.tell("people.verification_rejected", asked.party.topic, who=who, to=_concerned(asked), verification=asked.pk)
    return asked


def read_evidence(who: Person, verification_id: int, file_id: int) -> tuple[File, bytes]:
    """One file of a request and its content, for those who brought it or decide on it; its reading is a deed."""
    asked = Verification.objects.get(pk=verification_id)
    access.require(who, "people.see_evidence", asked)
    file = asked.evidence.get(pk=file_id)
    return file, record.read_file(who, file, is_evidence=True)


def _to_decide(who: Person, verification_id: int) -> Verification:
    row = Verification.objects.select_for_update(of=("self",)).select_related("party", "asked_by")
    asked = row.get(pk=verification_id)
    access.require(who, "people.decide_verification", asked)
    return asked


def _must_wait(asked: Verification) -> None:
    if asked.state != WAITING:
        raise Refused("people.already_decided", decided_at=asked.decided_at)


def _decide(who: Person, asked: Verification, *, state: str, reason: str) -> None:
    _must_wait(asked)
    asked.state, asked.reason, asked.decided_by, asked.decided_at = state, reason, who, record.now()
    asked.save(update_fields=["state", "reason", "decided_by", "decided_at"])


def _concerned(asked: Verification) -> list[Person]:
    return [asked.asked_by, *parties.administrators_of(asked.party)]
