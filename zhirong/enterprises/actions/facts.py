"""Stating facts of an enterprise, and taking a statement back; nothing that was stated is ever lost."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from zhirong.base.calendar import beijing_day
from zhirong.base.refused import Refused
from zhirong.enterprises import rules, sources
from zhirong.enterprises.models import Statement
from zhirong.enterprises.rules import Told
from zhirong.people import access
from zhirong.people.access import Who
from zhirong.people.models import Party, Person
from zhirong.record import actions as record
from zhirong.record.engine.canonical import canonical
from zhirong.record.models import File

MOST_AT_ONCE = 500
# Small enough that no chunk holds SQLite's write lock for long.
CHUNK = 500


@dataclass(frozen=True, slots=True)
class Brought:
    """A fact of one enterprise from a sheet, with its source."""

    party: Party
    source: str
    told: Told


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
    told = [Brought(party, source, rules.judged(one)) for one in statements]
    _once_each(told)
    kept, _ = _keep(who, told, evidence=evidence)
    return kept


def bring_facts(who: Person, brought: Sequence[Brought], *, proof: File) -> int:
    """How many were new, of a sheet of many enterprises. The same sheet twice changes nothing.

    All are judged before the first is written; then chunk by chunk, each told on the record of its enterprises.
    """
    standing = access.standing_of(who)
    for party, source in {(one.party, one.source) for one in brought}:
        _may_note(standing, party, source)
    told = [Brought(one.party, one.source, rules.judged(one.told)) for one in brought]
    _once_each(told)
    return sum(_bring(who, told[start : start + CHUNK], proof) for start in range(0, len(told), CHUNK))


@transaction.atomic
def _bring(who: Person, chunk: Sequence[Brought], proof: File) -> int:
    _, fresh = _keep(who, chunk, evidence=None, sheet=proof)
    return fresh


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


def _may_note(who: Who, party: Party, source: str) -> None:
    if source == sources.SELF:
        access.require(who, "enterprises.note_own", party)
        return
    access.require(who, "enterprises.note_official", party)
    if source not in sources.official(beijing_day(record.now())):
        raise Refused("enterprises.source_unknown", source=source[:16])


def _once_each(brought: Sequence[Brought]) -> None:
    seen = set()
    for one in brought:
        place = (one.party.pk, one.source, one.told.name, one.told.about, one.told.since)
        if place in seen:
            raise Refused("enterprises.fact_twice", name=one.told.name)
        seen.add(place)


Place = tuple[int, str, str, str, date | None]


def _place(row: Statement) -> Place:
    """What a source says but one thing of at a time."""
    return row.party_id, row.source, row.name, row.about, row.since


def _keep(
    who: Person, brought: Sequence[Brought], *, evidence: File | None, sheet: File | None = None
) -> tuple[list[Statement], int]:
    """The statement that now stands for each, and how many of them are new."""
    # The rows of the enterprises are the lock: two who state the same fact at once come one after the other.
    ids = sorted({one.party.pk for one in brought})
    list(Party.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))
    now = record.now()
    living = _living(ids, {one.told.name for one in brought})
    kept: list[Statement] = []
    fresh: list[tuple[Statement, Statement | None]] = []
    for one in brought:
        row = _row(one, evidence=evidence, who=who, now=now)
        before = living.get(_place(row))
        if before is not None and _same(before, row):
            kept.append(before)
            continue
        kept.append(row)
        fresh.append((row, before))
    if fresh:
        _put(fresh, now)
        _tell(who, [row for row, _ in fresh], proof=evidence or sheet, now=now)
    return kept, len(fresh)


def _living(party_ids: Sequence[int], names: set[str]) -> dict[Place, Statement]:
    found = Statement.objects.filter(
        replaced_at__isnull=True, withdrawn_at__isnull=True, party__in=party_ids, name__in=names
    )
    return {_place(one): one for one in found}


def _row(one: Brought, *, evidence: File | None, who: Person, now: datetime) -> Statement:
    told = one.told
    return Statement(
        party=one.party,
        name=told.name,
        about=told.about,
        value=told.value,
        since=told.since,
        until=told.until,
        known_from=now,
        source=one.source,
        source_text=told.source_text,
        evidence=evidence,
        said_by=who,
    )


def _same(before: Statement, row: Statement) -> bool:
    def content(one: Statement) -> tuple[Any, ...]:
        return canonical(one.value), one.until, one.source_text, one.evidence_id

    return content(before) == content(row)


def _put(fresh: Sequence[tuple[Statement, Statement | None]], now: datetime) -> None:
    # First the old ones step back: the database holds one word of a source on a fact and day.
    replaced = [before.pk for _, before in fresh if before is not None]
    Statement.objects.filter(pk__in=replaced).update(replaced_at=now)
    Statement.objects.bulk_create([row for row, _ in fresh])
    befores = []
    for row, before in fresh:
        if before is not None:
            before.replaced_at, before.replaced_by = now, row
            befores.append(before)
    Statement.objects.bulk_update(befores, ["replaced_by"])


def _tell(who: Person, fresh: Sequence[Statement], *, proof: File | None, now: datetime) -> None:
    """The record proves what was stated by its digest and tells no value: some are about persons."""
    by_source: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for one in fresh:
        told = {"statement": one.pk, "name": one.name, "about": one.about, "sha256": digest(one)}
        by_source.setdefault((one.party.topic, one.source), []).append(told)
    sha256 = proof.sha256 if proof else ""
    record.tell_many(
        record.Deed(
            kind="enterprises.facts_noted",
            topic=topic,
            who_ref=record.ref_of(who),
            at=now,
            facts={"statements": told, "source": source, "evidence": sha256},
        )
        for (topic, source), told in by_source.items()
    )


def digest(one: Statement) -> str:
    """The SHA-256 of what a statement says, in one canonical spelling."""
    days = [day.isoformat() if day else None for day in (one.since, one.until)]
    said = {"name": one.name, "about": one.about, "value": one.value, "days": days, "source": one.source}
    return hashlib.sha256(canonical(said).encode()).hexdigest()
