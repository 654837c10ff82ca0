"""Stating facts of an enterprise, and taking a statement back; nothing that was stated is ever lost."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from zhirong.base.calendar import beijing_day
from zhirong.base.refused import Refused
from zhirong.enterprises import rules, sources
from zhirong.enterprises.models import Statement
from zhirong.enterprises.rules import Told
from zhirong.people import access
from zhirong.people.models import Party, Person
from zhirong.record import actions as record
from zhirong.record.engine.canonical import canonical
from zhirong.record.models import File

MOST_AT_ONCE = 500


@transaction.atomic
def note_facts(
    who: Person, party: Party, statements: Sequence[Told], *, source: str, evidence: File | None = None
) -> list[Statement]:
    """Statements of one source, all or none. What stands already is kept as it is, so a repeat changes nothing.

    A newer word of the same source on the same fact and first day replaces the older one, which stays to be read.
    """
    _may_note(who, party, source)
    if not 0 < len(statements) <= MOST_AT_ONCE:
        raise Refused("enterprises.facts_count", most=MOST_AT_ONCE, given=len(statements))
    record.must_be_evidence(evidence)
    told = [rules.judged(one) for one in statements]
    _once_each(told)
    # The row of the enterprise is the lock: two who state the same fact at once come one after the other.
    Party.objects.select_for_update().get(pk=party.pk)
    now = record.now()
    living = _living(party, source, {one.name for one in told})
    kept = []
    fresh = []
    for one in told:
        row = _row(party, one, source=source, evidence=evidence, who=who, now=now)
        before = living.get(_place(row))
        if before is not None and _same(before, row):
            kept.append(before)
            continue
        _put(row, before)
        kept.append(row)
        fresh.append(row)
    if fresh:
        _tell(who, party, fresh, source=source, evidence=evidence)
    return kept


@transaction.atomic
def withdraw_fact(who: Person, statement_id: int, *, reason: str) -> Statement:
    """The statement counts no more from now on, for a reason; what it said and when stays. Twice is once."""
    found = Statement.objects.select_for_update(of=("self",)).select_related("party").filter(pk=statement_id).first()
    verb = "enterprises.withdraw_own" if found and found.source == sources.SELF else "enterprises.withdraw_official"
    access.require(who, verb, found)
    if found is None:
        raise Refused("enterprises.fact_unknown")
    if found.withdrawn_at is not None:
        return found
    if found.replaced_at is not None:
        raise Refused("enterprises.fact_replaced", on=found.replaced_at)
    found.reason = rules.must_be_text(reason, field="reason", most=500)
    found.withdrawn_at, found.withdrawn_by = record.now(), who
    found.save(update_fields=["reason", "withdrawn_at", "withdrawn_by"])
    facts: dict[str, Any] = {"statement": found.pk, "name": found.name, "about": found.about, "source": found.source}
    record.tell("enterprises.fact_withdrawn", found.party.topic, who=who, **facts, reason=found.reason)
    return found


def _may_note(who: Person, party: Party, source: str) -> None:
    if source == sources.SELF:
        access.require(who, "enterprises.note_own", party)
        return
    access.require(who, "enterprises.note_official", party)
    if source not in sources.official(beijing_day(record.now())):
        raise Refused("enterprises.source_unknown", source=source[:16])


def _once_each(told: Sequence[Told]) -> None:
    seen = set()
    for one in told:
        place = (one.name, one.about, one.since)
        if place in seen:
            raise Refused("enterprises.fact_twice", name=one.name)
        seen.add(place)


Place = tuple[str, str, Any]


def _place(row: Statement) -> Place:
    return row.name, row.about, row.since


def _living(party: Party, source: str, names: set[str]) -> dict[Place, Statement]:
    is_living = Q(replaced_at__isnull=True, withdrawn_at__isnull=True)
    found = Statement.objects.filter(is_living, party=party, source=source, name__in=names)
    return {_place(one): one for one in found}


def _row(party: Party, one: Told, *, source: str, evidence: File | None, who: Person, now: datetime) -> Statement:
    return Statement(
        party=party,
        name=one.name,
        about=one.about,
        value=one.value,
        since=one.since,
        until=one.until,
        known_from=now,
        source=source,
        source_text=one.source_text,
        evidence=evidence,
        said_by=who,
    )


def _same(before: Statement, row: Statement) -> bool:
    def content(one: Statement) -> tuple[Any, ...]:
        return canonical(one.value), one.until, one.source_text, one.evidence_id

    return content(before) == content(row)


def _put(row: Statement, before: Statement | None) -> None:
    if before is not None:
        # First the old one steps back: the database holds one word of a source on a fact and day.
        before.replaced_at = row.known_from
        before.save(update_fields=["replaced_at"])
    row.save()
    if before is not None:
        before.replaced_by = row
        before.save(update_fields=["replaced_by"])


def _tell(who: Person, party: Party, fresh: Sequence[Statement], *, source: str, evidence: File | None) -> None:
    """The record proves what was stated by its digest and tells no value: some are about persons."""
    told = [{"statement": one.pk, "name": one.name, "about": one.about, "sha256": digest(one)} for one in fresh]
    proof = evidence.sha256 if evidence else ""
    record.tell("enterprises.facts_noted", party.topic, who=who, statements=told, source=source, evidence=proof)


def digest(one: Statement) -> str:
    """The SHA-256 of what a statement says, in one canonical spelling."""
    days = [day.isoformat() if day else None for day in (one.since, one.until)]
    said = {"name": one.name, "about": one.about, "value": one.value, "days": days, "source": one.source}
    return hashlib.sha256(canonical(said).encode()).hexdigest()
