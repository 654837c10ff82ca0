"""The officials' side: what is missing is told once, the case is decided with the engine, a second person confirms."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from zhirong.base.refused import Refused
from zhirong.people import access
from zhirong.people.models import Person
from zhirong.policy import application_rules as rules
from zhirong.policy import concerned, filing, reading
from zhirong.policy.actions import budget_books
from zhirong.policy.actions.cases import locked, move, tell, tell_officials
from zhirong.policy.applied import Application
from zhirong.policy.engine import decide as engine
from zhirong.policy.engine import facts, values
from zhirong.policy.filing import Assessed
from zhirong.record import actions as record
from zhirong.record.engine.canonical import canonical

MOST_REASON = 4000
AT_ONCE = 200


@dataclass(frozen=True, kw_only=True)
class Ruling:
    """What an official decides: the verdict, why, what was found otherwise than filed, and the clauses of a refusal."""

    verdict: str
    reason: str = ""
    differences: Mapping[str, Any] = field(default_factory=dict)
    difference_reason: str = ""
    clauses: tuple[str, ...] = ()
    score_ppm: int | None = None


@transaction.atomic
def ask_supplement(who: Person, application_id: int, *, missing: str) -> Application:
    """One complete list of what is missing, once (一次性告知); the enterprise has its term."""
    row = locked(application_id)
    access.require(who, "policy.check_application", row)
    said = rules.must_be_text(missing, field="missing", most=MOST_REASON)
    if row.state == "asked" and row.supplement_list == said:
        return row
    rules.must_be_asked_once(row.supplement_asked_at)
    rules.after(row.state, "ask_supplement")
    row.supplement_asked_by, row.supplement_asked_at, row.supplement_list = who, record.now(), said
    move(row, "ask_supplement")
    row.save()
    assert row.due_at
    tell("policy.supplement_asked", row, who, missing=said, due_at=row.due_at.isoformat())
    return row


@transaction.atomic
def complete(who: Person, application_id: int) -> Application:
    """Everything on the checklist is there and was looked at."""
    row = locked(application_id)
    access.require(who, "policy.check_application", row)
    if row.state == "complete":
        return row
    rules.after(row.state, "complete")
    row.completed_by, row.completed_at = who, record.now()
    move(row, "complete")
    row.save()
    tell("policy.application_complete", row, who)
    return row


@transaction.atomic
def decide(who: Person, application_id: int, ruling: Ruling) -> Application:
    """The first official's decision; the amount is the engine's, on the facts as filed or as they were found."""
    row = locked(application_id)
    access.require(who, "policy.check_application", row)
    rules.after(row.state, "decide")
    found, differences = found_of(row, ruling)
    row.verdict = judged(row, ruling, found)
    row.clauses = canonical(clauses_of(ruling, found))
    row.decision_reason = rules.must_be_text(
        ruling.reason, field="reason", most=MOST_REASON, least=1 if row.verdict == "refused" else 0
    )
    row.differences = canonical(differences)
    row.decided_facts, row.decided = canonical(found.facts), canonical(filing.told(found))
    row.decided_plain_facts = canonical(found.plain_facts)
    row.decided_sha256 = found.decision.sha256
    row.decided_fen = found.amount_fen if row.verdict == "eligible" else None
    row.decided_limits = canonical([vars(one) for one in found.limits])
    row.score_ppm = ruling.score_ppm
    row.decided_by, row.decided_at, row.confirmed_by, row.confirmed_at = who, record.now(), None, None
    move(row, "decide")
    row.save()
    tell_officials(
        "policy.application_decided",
        row,
        who,
        verdict=row.verdict,
        amount_fen=row.decided_fen or 0,
        decided_sha256=row.decided_sha256,
        differences=len(differences),
    )
    return row


def found_of(row: Application, ruling: Ruling) -> tuple[Assessed, dict[str, Any]]:
    """The case with what the official found otherwise, each with what had been filed and why it differs."""
    vocabulary = reading.own().vocabulary
    filed = facts.settled(json.loads(row.facts), vocabulary)
    settled = facts.settled(dict(ruling.differences), vocabulary)
    changed = rules.differences_of(filed, settled, reason=ruling.difference_reason)
    differences = {
        name: {
            "filed": values.written(both["filed"]),
            "found": values.written(both["found"]),
            "reason": rules.must_be_text(ruling.difference_reason, field="difference_reason", most=MOST_REASON),
        }
        for name, both in changed.items()
    }
    found = filing.assess_again(row, {name: one["found"] for name, one in differences.items()})
    return found, differences


def judged(row: Application, ruling: Ruling, found: Assessed) -> str:
    """The verdict, where the engine bears it: nothing is granted that the clauses do not give."""
    if ruling.verdict == "refused":
        return "refused"
    if ruling.verdict != "eligible":
        raise Refused("policy.no_such_verdict", given=ruling.verdict[:20])
    if row.state == "supplemented":
        raise Refused("policy.not_called_complete", number=row.number)
    rules.must_qualify(found.decision, names=filing.names_of(found))
    if found.same:
        raise Refused("policy.granted_before", number=found.same.number)
    if not found.amount_fen:
        limit = found.limits[0]
        raise Refused("policy.excluded_by_other", number=limit.by, clause={"zh": limit.zh, "en": limit.en})
    return "eligible"


def clauses_of(ruling: Ruling, found: Assessed) -> list[str]:
    """The clauses of a refusal: those that failed by the engine, and those the official names; at least one."""
    if ruling.verdict != "refused":
        return []
    failing = [one.clause for one in found.decision.leaves if one.id in found.decision.failing]
    known: Collection[str] = found.measure.clauses
    for name in ruling.clauses:
        if name not in known:
            raise Refused("policy.clause_unknown", clause=name[:100])
    barring = [one.clause for one in found.limits if one.kind == "barred"]
    clauses = list(dict.fromkeys([*failing, *barring, *ruling.clauses]))
    if not clauses:
        raise Refused("policy.clause_missing")
    return clauses


@transaction.atomic
def confirm(who: Person, application_id: int, *, decided_sha256: str) -> Application:
    """A second official confirms what stood on the page; the money is fixed, or the refusal stands."""
    row = locked(application_id)
    access.require(who, "policy.confirm_application", row)
    if row.confirmed_by_id == who.pk and row.decided_sha256 == decided_sha256:
        return row
    deed = "confirm_refused" if row.verdict == "refused" else "confirm_eligible"
    rules.after(row.state, deed)
    must_be_as_decided(row, decided_sha256)
    row.confirmed_by, row.confirmed_at = who, record.now()
    if row.verdict == "eligible":
        budget_books.grant(row, who)
    else:
        budget_books.release(row, who)
    move(row, deed)
    if row.verdict == "eligible" and row.granted_fen == 0:
        move(row, "allocate_nothing")
    if row.state == "refused":
        row.ended_at = row.confirmed_at
    row.save()
    tell(
        "policy.application_confirmed",
        row,
        who,
        verdict="eligible" if row.state == "eligible" else "refused",
        granted_fen=row.granted_fen or 0,
        reason=row.decision_reason,
        clauses="、".join(json.loads(row.clauses)),
    )
    return row


def must_be_as_decided(row: Application, decided_sha256: str) -> None:
    """What is confirmed is what was decided and read, and another grant since has not changed it."""
    if decided_sha256 != row.decided_sha256:
        raise Refused("policy.another_decision_read", number=row.number)
    if filing.replayed(row, is_filed=False) != row.decided_sha256:
        raise Refused("policy.replay_differs", number=row.number)
    if row.verdict != "eligible":
        return
    again = filing.assess_again(row, {name: one["found"] for name, one in json.loads(row.differences).items()})
    if again.same or again.decision.eligible != engine.MET or again.amount_fen != row.decided_fen:
        raise Refused("policy.decision_changed", number=row.number)


@transaction.atomic
def send_back(who: Person, application_id: int, *, reason: str) -> Application:
    """The second official found a fault: the case is decided anew."""
    row = locked(application_id)
    access.require(who, "policy.confirm_application", row)
    rules.after(row.state, "send_back")
    said = rules.must_be_text(reason, field="reason", most=MOST_REASON)
    move(row, "send_back")
    row.save()
    tell_officials("policy.application_sent_back", row, who, reason=said)
    return row


def overdue() -> list[int]:
    """Supplements whose term has passed."""
    found = Application.objects.filter(state="asked", due_at__lte=record.now())
    return list(found.order_by("due_at", "pk").values_list("pk", flat=True)[:AT_ONCE])


def to_remind() -> list[int]:
    """Cases whose term ends soon and of which nobody was reminded."""
    found = Application.objects.filter(remind_at__lte=record.now())
    return list(found.order_by("remind_at", "pk").values_list("pk", flat=True)[:AT_ONCE])


@transaction.atomic
def lapse(application_id: int) -> Application:
    """The clock ends what was not supplemented in its term; the money kept for it is free."""
    row = locked(application_id)
    if row.state != "asked" or row.due_at is None or row.due_at > record.now():
        return row
    budget_books.release(row, None)
    row.ended_at, row.end_reason = record.now(), "supplement"
    move(row, "lapse")
    row.save()
    tell("policy.application_lapsed", row, None)
    return row


@transaction.atomic
def remind(application_id: int) -> None:
    """The clock tells once that a term ends: the enterprise or the officials, whoever's turn it is."""
    row = locked(application_id)
    if row.remind_at is None or row.due_at is None or row.remind_at > record.now():
        return
    row.remind_at = None
    row.save(update_fields=["remind_at"])
    tell_of_term(row)


def tell_of_term(row: Application) -> None:
    """One notice to those whose turn it is."""
    assert row.due_at
    waits = concerned.members_of(row.party) if row.state in rules.WAITS_FOR_PARTY else concerned.officials()
    record.tell(
        "policy.application_due",
        row.topic,
        who=None,
        to=waits,
        number=row.number,
        due_at=row.due_at.isoformat(),
    )
