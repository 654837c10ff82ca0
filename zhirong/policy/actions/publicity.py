"""Publicity (公示) and objections (异议): published, objected to, answered by another official, closed."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from zhirong.base.calendar import Due, beijing_day
from zhirong.base.refused import Refused
from zhirong.people import access
from zhirong.people.models import Person
from zhirong.policy import application_rules as rules
from zhirong.policy import concerned
from zhirong.policy.actions import budget_books
from zhirong.policy.actions.cases import locked, move, tell, today
from zhirong.policy.applied import Application, ApplicationObjection
from zhirong.record import actions as record
from zhirong.record.models import File

MOST_REASON = 4000
SECOND = timedelta(seconds=1)


@transaction.atomic
def publish(who: Person, application_id: int) -> Application:
    """Name, measure and amount are public until the end of the term."""
    row = locked(application_id)
    access.require(who, "policy.publish_application", row)
    if row.state == "publicity":
        return row
    rules.after(row.state, "publish")
    if row.granted_fen is None:
        raise Refused("policy.not_allocated", number=row.number)
    move(row, "publish")
    assert row.due_at
    # The term ends with its last day; the instant is the first of the next one.
    row.publicity_from, row.publicity_until = today(), beijing_day(row.due_at - SECOND)
    row.save()
    tell("policy.application_published", row, who, until=row.publicity_until.isoformat(), granted_fen=row.granted_fen)
    return row


@transaction.atomic
def object_to(who: Person, application_id: int, *, reason: str, evidence: File | None = None) -> ApplicationObjection:
    """Anybody with a log-in during the publicity, the enterprise itself against a refusal; one open each."""
    row = locked(application_id)
    access.require(who, "policy.object", row)
    said = rules.must_be_text(reason, field="reason", most=MOST_REASON)
    if done := row.objections.filter(state="open", by=who).first():
        return done
    must_be_open_to(who, row)
    rules.after(row.state, "object")
    record.must_be_evidence(evidence)
    found = ApplicationObjection.objects.create(
        application=row, by=who, reason=said, evidence=evidence, raised_at=record.now()
    )
    if row.state != "objected":
        move(row, "object")
        row.ended_at = None
        row.save()
    tell("policy.application_objected", row, who, objection=found.pk)
    return found


def must_be_open_to(who: Person, row: Application) -> None:
    """Anybody may object to what is published until its last day; to a refusal the enterprise alone, and once."""
    if row.state in rules.PUBLIC and row.publicity_until is not None:
        if row.publicity_until < today():
            raise Refused("policy.publicity_over", until=row.publicity_until)
        return
    if not access.may(who, "policy.keep_application", row):
        raise Refused("policy.not_published")
    if row.objections.filter(by=who).exists():
        raise Refused("policy.objected_before", number=row.number)
    # One case is open for a measure and a thing: a new one took the place of the refused.
    open_ones = Application.objects.filter(party=row.party, measure=row.measure, about=row.about, state__in=rules.OPEN)
    if other := open_ones.exclude(pk=row.pk).first():
        raise Refused("policy.objection_beside_open", number=other.number)


@transaction.atomic
def decide_objection(who: Person, objection_id: int, *, is_upheld: bool, answer: str) -> ApplicationObjection:
    """An official who had no hand in the case answers; upheld, the case is decided anew and its grant is undone."""
    pk = ApplicationObjection.objects.filter(pk=objection_id).values_list("application", flat=True).first()
    if pk is None:
        raise Refused("policy.objection_unknown")
    row = locked(pk)
    found = ApplicationObjection.objects.select_for_update(of=("self",)).select_related("by").get(pk=objection_id)
    found.application = row
    access.require(who, "policy.decide_objection", found)
    if found.state != "open":
        if found.decided_by_id == who.pk and (found.state == "upheld") == is_upheld:
            return found
        raise Refused("policy.objection_decided", number=row.number)
    found.answer = rules.must_be_text(answer, field="answer", most=MOST_REASON)
    found.state = "upheld" if is_upheld else "rejected"
    found.decided_by, found.decided_at = who, record.now()
    found.save()
    others = follow(row, found, who)
    row.save()
    record.tell(
        "policy.objection_decided",
        row.topic,
        who=who,
        to=concerned.together(concerned.members_of(row.party), [found.by], others),
        number=row.number,
        is_upheld=is_upheld,
        answer=found.answer,
    )
    return found


def follow(row: Application, found: ApplicationObjection, who: Person) -> list[Person]:
    """What an answer means for the case: decided anew, or back to where it was once none is open.

    The answer is who else objected to the decision that is no more: they are answered with it.
    """
    others = row.objections.filter(state="open").exclude(pk=found.pk)
    if found.state == "upheld":
        budget_books.release(row, who)
        move(row, "uphold")
        row.publicity_from = row.publicity_until = None
        budget_books.reserve(row, who)
        answered = [one.by for one in others.select_related("by").order_by("pk")]
        others.update(state="upheld", decided_by=who, decided_at=found.decided_at, answer=found.answer)
        return answered
    if not others.exists():
        was_until = row.publicity_until
        move(row, "reject_refused" if row.verdict == "refused" else "reject")
        if row.state == "refused":
            row.ended_at = record.now()
        elif was_until:
            # The term that was published stands; it does not begin anew.
            row.due_at = rules.due_at(Due(was_until, provisional=row.is_due_provisional))
    return []


@transaction.atomic
def close(who: Person, application_id: int) -> Application:
    """After the last day of the publicity and with no objection open: approved, and the payment is due."""
    row = locked(application_id)
    access.require(who, "policy.publish_application", row)
    if row.state == "approved":
        return row
    rules.after(row.state, "close")
    if row.publicity_until is None or today() <= row.publicity_until:
        raise Refused("policy.publicity_runs", until=row.publicity_until)
    row.approved_at = record.now()
    move(row, "close")
    row.save()
    tell("policy.application_approved", row, who, granted_fen=row.granted_fen)
    return row
