"""A statement that cannot be booked to its end is set aside by two persons, so that the bank desk goes on.

What was booked of it stands. What was not is told by the bank again or stays as a difference of bank and books, which
lets nothing leave (I11). The proposal stands on the record alone: its maker is who told it.
"""

from __future__ import annotations

import json

from django.db import transaction
from django.db.models import CharField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Concat

from zhirong.base.refused import Refused
from zhirong.ledger import rules
from zhirong.ledger.actions import bank, transfers
from zhirong.ledger.models import BankFile
from zhirong.people import access
from zhirong.people.models import Person
from zhirong.record import actions as record
from zhirong.record.models import Event

PROPOSED = "ledger.set_aside_proposed"
DONE = "ledger.set_aside"


@transaction.atomic
def propose_set_aside(who: Person, file_id: int, *, reason: str) -> BankFile:
    """Say that a statement cannot be booked to its end, and why."""
    access.require(who, "ledger.propose_set_aside")
    file = _unfinished(file_id)
    if not reason.strip():
        raise Refused("ledger.no_reason")
    record.tell(PROPOSED, _topic(file), who=who, file=file.name, sha256=file.sha256, reason=reason.strip()[:1000])
    return file


@transaction.atomic
def confirm_set_aside(who: Person, file_id: int) -> BankFile:
    """The second person's word: no line more is booked of it, and the same file may be taken in anew (I4)."""
    access.require(who, "ledger.confirm_set_aside")
    file = _unfinished(file_id)
    maker_ref = proposed_by(file)
    if not maker_ref:
        raise Refused("ledger.set_aside_not_proposed", file=file.name)
    rules.require_two_persons(maker_ref, who.ref)
    file.direction = bank.SET_ASIDE
    file.save(update_fields=["direction"])
    booked = file.statement_lines.count()
    record.tell(DONE, _topic(file), who=who, file=file.name, sha256=file.sha256, booked=booked)
    return file


def proposed_by(file: BankFile) -> str:
    """The ref of who proposed it last; empty where nobody did since it was taken in, or taken in again."""
    found = Event.objects.filter(kind__in=(PROPOSED, DONE), topic=_topic(file)).order_by("-pk").first()
    return str(json.loads(found.body)["who"]) if found and found.kind == PROPOSED else ""


def proposed() -> QuerySet[BankFile]:
    """The statements that somebody proposed to set aside and nobody has decided."""
    topic = Concat(Value("bankfile:"), Cast(OuterRef("pk"), CharField()))
    told = Event.objects.filter(kind__in=(PROPOSED, DONE), topic=topic).order_by("-pk").values("kind")[:1]
    waiting = BankFile.objects.filter(direction="in", booked_at=None)
    return waiting.alias(last=Subquery(told)).filter(last=PROPOSED)


def _topic(file: BankFile) -> str:
    return f"bankfile:{file.pk}"


def _unfinished(file_id: int) -> BankFile:
    """The statement, while it is not booked to its end; the book first, since a chunk may be under way."""
    transfers.lock_book()
    file = BankFile.objects.filter(pk=file_id, direction="in", booked_at=None).first()
    if file is None:
        raise Refused("ledger.file_not_unfinished")
    return file
