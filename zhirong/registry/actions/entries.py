"""Entries of the register, and what the operator saw there of the annual fees (细则 第一百零六条, N16, N20 to N22)."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date

from django.db import transaction

from zhirong.base.refused import Refused
from zhirong.people import access
from zhirong.people.models import Person
from zhirong.record import actions as record
from zhirong.record.models import File
from zhirong.registry import labels, queries
from zhirong.registry.actions import deeds, putting
from zhirong.registry.engine.facts import Ending, EventKind
from zhirong.registry.models import Holding, RegisterEvent, Right

# Entries that change more than the state have verbs of their own.
OWN_VERBS = {
    EventKind.TRANSFER: "titles.transfer",
    EventKind.PLEDGE_PRESERVATION: "weights.encumber",
    EventKind.LICENCE: "weights.encumber",
    EventKind.OPEN_LICENCE: "weights.encumber",
}
ENDINGS = {
    EventKind.TERMINATION: {Ending.UNPAID, Ending.EXPIRED, Ending.SURRENDERED, Ending.APPLICATION_DEAD},
    EventKind.INVALIDATION: {Ending.INVALID, Ending.PARTLY_INVALID},
}


@dataclass(frozen=True, slots=True)
class OfParty:
    """What access looks at where a deed is done for one party."""

    party_id: int | None


def locked(right: Right) -> Right:
    """The row of a right, locked for the deed by the line that reads it."""
    return Right.objects.visible().select_for_update(of=("self",)).get(pk=right.pk)


def must_be_past(day: date) -> None:
    """What the office published has happened: a year that was mistyped would stand on the register for good."""
    if day > putting.today():
        raise Refused("registry.day_to_come", day=day)


@transaction.atomic
def enter_event(
    who: Person,
    right: Right,
    kind: EventKind,
    *,
    day: date,
    source: str,
    ending: Ending | None = None,
    days: int = 0,
    file: File | None = None,
) -> RegisterEvent:
    """One entry as the office published it; the same entry twice is one. A grant also dates the right itself."""
    access.require(who, "registry.enter_event")
    if kind in OWN_VERBS:
        raise Refused("registry.entry_has_own_verb", entry=labels.of("entry", kind))
    if ending not in ENDINGS.get(kind, {None}) or (kind is EventKind.TERM_COMPENSATION) != (days > 0):
        raise Refused("registry.entry_does_not_fit", entry=labels.of("entry", kind))
    must_be_past(day)
    record.must_be_evidence(file)
    row = locked(right)
    entry = write_entry(who, row, kind, day=day, source=source, facts=_said(ending, days), file=file)
    if kind is EventKind.GRANT and row.granted_on is None:
        putting.put_right_locked(who, row, replace(queries.record_of(row), granted_on=day), source=source, file=file)
    return entry


def write_entry(
    who: Person,
    right: Right,
    kind: EventKind,
    *,
    day: date,
    source: str,
    facts: dict[str, object],
    file: File | None = None,
) -> RegisterEvent:
    """The row of an entry and its deed, once; in the caller's transaction and under its permission."""
    text = json.dumps(facts, ensure_ascii=False, sort_keys=True)
    if known := RegisterEvent.objects.filter(right=right, kind=str(kind), day=day, facts=text).first():
        return known
    entry = RegisterEvent.objects.create(
        right=right,
        kind=str(kind),
        day=day,
        facts=text,
        source=source,
        file=file,
        entered_by=who,
        entered_at=record.now(),
    )
    deeds.tell(
        "registry.event_entered",
        right,
        who=who,
        entry=str(kind),
        day=day.isoformat(),
        event=entry.pk,
    )
    return entry


@transaction.atomic
def rename_holder(
    who: Person, right: Right, holding: Holding, *, name: str, day: date, file: File | None = None
) -> Holding:
    """A holder's name changed on the register (N16, N31): the old name stays, dated."""
    access.require(who, "registry.enter_event")
    must_be_past(day)
    record.must_be_evidence(file)
    row = locked(right)
    old = Holding.objects.select_for_update().get(pk=holding.pk, right=row, until__isnull=True)
    Holding.objects.filter(pk=old.pk).update(until=day)
    new = Holding.objects.create(
        right=row, name=name, party=old.party, share_ppm=old.share_ppm, position=old.position, since=day
    )
    write_entry(
        who, row, EventKind.HOLDER_CHANGE, day=day, source="register", facts={"from": old.pk, "to": new.pk}, file=file
    )
    return new


@transaction.atomic
def confirm_fees(who: Person, right: Right, *, paid_through_year: int, as_of: date, file: File | None = None) -> Right:
    """The operator looked at the office's register: fees are paid through this year, as of this day."""
    access.require(who, "registry.confirm_fees")
    record.must_be_evidence(file)
    row = locked(right)
    must_be_past(as_of)
    said = replace(queries.record_of(row), fees_paid_through_year=paid_through_year, fees_as_of=as_of)
    putting.put_right_locked(who, row, said, source="register", file=file)
    return row


def require_for_holder(who: Person, verb: str, right: Right) -> None:
    """The verb for any one of the right's holders; where none is known only a role that need not belong passes."""
    held = [OfParty(one.party_id) for one in queries.holdings_on(right, putting.today())]
    if not any(access.may(who, verb, one) for one in held):
        access.require(who, verb, OfParty(None))


def _said(ending: Ending | None, days: int) -> dict[str, object]:
    said: dict[str, object] = {}
    if ending is not None:
        said["ending"] = str(ending)
    if days:
        said["days"] = days
    return said
