"""Payment lists (拨付清单), payments as the bank made them, repayments: two persons, a reference for money."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date

from django.db import transaction

from zhirong.base.calendar import beijing_day
from zhirong.base.refused import Refused
from zhirong.people import access
from zhirong.people.models import Person, Secret
from zhirong.policy import application_rules as rules
from zhirong.policy import application_terms as terms
from zhirong.policy import concerned
from zhirong.policy.actions import budget_books
from zhirong.policy.actions.cases import locked, locked_many, move, tell, today
from zhirong.policy.applied import Application, PaymentLine, PaymentList, Repayment
from zhirong.record import actions as record

ACCOUNT = "bank_account"


@transaction.atomic
def make_list(who: Person, numbers: Sequence[str]) -> PaymentList:
    """Approved cases to be paid together. The same cases again from the same person are the same list."""
    access.require(who, "policy.make_payment_list")
    wanted, most = sorted(set(numbers)), terms.on("list_most", today())
    if not 0 < len(wanted) <= most:
        raise Refused("policy.list_count", most=most, given=len(wanted))
    cases = locked_many(list(Application.objects.filter(number__in=wanted).values_list("pk", flat=True)))
    if len(cases) < len(wanted):
        raise Refused("policy.application_unknown")
    if same := same_list(who, cases):
        return same
    for row in cases:
        access.require(who, "policy.publish_application", row)
        rules.after(row.state, "list")
    must_have_accounts(cases)
    now = record.now()
    found = PaymentList.objects.create(
        number=secrets.token_hex(12),
        total_fen=sum(row.granted_fen or 0 for row in cases),
        count=len(cases),
        made_by=who,
        made_at=now,
    )
    found.number = f"BF-{beijing_day(now).year}-{found.pk:06d}"
    found.save(update_fields=["number"])
    for row in cases:
        assert row.granted_fen
        PaymentLine.objects.create(list=found, application=row, amount_fen=row.granted_fen)
        move(row, "list")
        row.save()
        tell("policy.application_listed", row, who, list_number=found.number)
    record.tell(
        "policy.payment_list_made",
        found.topic,
        who=who,
        to=concerned.together(concerned.officials(), besides=who),
        number=found.number,
        count=found.count,
        total_fen=found.total_fen,
    )
    return found


def same_list(who: Person, cases: Sequence[Application]) -> PaymentList | None:
    """The list that this person made of exactly these, if there is one."""
    if any(row.state != "listed" for row in cases):
        return None
    lines = PaymentLine.objects.filter(application__in=cases, is_dropped=False).values_list("list", flat=True)
    lists = set(lines)
    found = PaymentList.objects.filter(pk__in=lists, made_by=who, count=len(cases)).first()
    return found if len(lists) == 1 else None


def must_have_accounts(cases: Sequence[Application]) -> None:
    """Money goes to an account of the enterprise itself; a list without one would come back from the bank."""
    kept = Secret.objects.filter(kind=ACCOUNT, party__in={row.party_id for row in cases})
    known = set(kept.values_list("party", flat=True))
    lacking = [row.number for row in cases if row.party_id not in known]
    if lacking:
        raise Refused("policy.account_missing", numbers=lacking)


def accounts_of(found: PaymentList) -> dict[int, str]:
    """The masked account of each party on a list."""
    parties = found.lines.values("application__party")
    return dict(Secret.objects.filter(kind=ACCOUNT, party__in=parties).values_list("party", "masked"))


@transaction.atomic
def confirm_list(who: Person, list_id: int) -> PaymentList:
    """A second official looked at every line; from now on it may be paid."""
    found = locked_list(list_id)
    access.require(who, "policy.confirm_payment_list", found)
    if found.state == "confirmed":
        return found
    if found.state != "draft":
        raise Refused("policy.payment_list_over", number=found.number)
    found.state, found.confirmed_by, found.confirmed_at = "confirmed", who, record.now()
    found.save()
    record.tell("policy.payment_list_confirmed", found.topic, who=who, number=found.number, total_fen=found.total_fen)
    return found


@transaction.atomic
def drop_list(who: Person, list_id: int, *, reason: str) -> PaymentList:
    """A list that is not confirmed is given up; its cases may be listed anew."""
    access.require(who, "policy.make_payment_list")
    rows = locked_many(list(PaymentLine.objects.filter(list=list_id).values_list("application", flat=True)))
    found = locked_list(list_id)
    if found.state == "dropped":
        return found
    if found.state != "draft":
        raise Refused("policy.payment_list_over", number=found.number)
    said = rules.must_be_text(reason, field="reason", most=1000)
    found.state = "dropped"
    found.save(update_fields=["state"])
    found.lines.update(is_dropped=True)
    for row in rows:
        move(row, "unlist")
        row.save()
    record.tell("policy.payment_list_dropped", found.topic, who=who, number=found.number, reason=said)
    return found


@transaction.atomic
def note_paid(who: Person, line_id: int, *, amount_fen: int, on: date, reference: str) -> PaymentLine:
    """The bank paid one line, whole. The same words again change nothing; other words are refused."""
    access.require(who, "policy.note_payment")
    pk = PaymentLine.objects.filter(pk=line_id, is_dropped=False).values_list("application", flat=True).first()
    if pk is None:
        raise Refused("policy.payment_line_unknown")
    row = locked(pk)
    line = PaymentLine.objects.select_for_update(of=("self",)).select_related("list").get(pk=line_id)
    said = rules.must_be_text(reference, field="reference", most=64)
    if line.reference is not None:
        if (line.reference, line.paid_on, line.paid_fen) == (said, on, amount_fen):
            return line
        raise Refused("policy.paid_before", number=row.number, reference=line.reference)
    access.require(who, "policy.publish_application", row)
    if line.list.state != "confirmed":
        raise Refused("policy.payment_list_unconfirmed", number=line.list.number)
    if amount_fen != line.amount_fen:
        raise Refused("policy.paid_another_amount", amount_fen=line.amount_fen)
    must_be_past(on)
    must_be_fresh(said)
    line.paid_fen, line.paid_on, line.reference, line.noted_by, line.noted_at = amount_fen, on, said, who, record.now()
    line.save()
    budget_books.pay(row, amount_fen, who)
    row.ended_at = record.now()
    move(row, "pay")
    row.save()
    tell("policy.application_paid", row, who, amount_fen=amount_fen, paid_on=on.isoformat(), reference=said)
    return line


def must_be_past(on: date) -> None:
    """Money that is noted has moved."""
    if on > today():
        raise Refused("policy.paid_in_future", day=on)


def must_be_fresh(reference: str) -> None:
    """A bank's reference stands for one payment."""
    lines = PaymentLine.objects.filter(reference=reference)
    if lines.exists() or Repayment.objects.filter(reference=reference).exists():
        raise Refused("policy.reference_used", reference=reference)


@transaction.atomic
def demand(who: Person, application_id: int, *, amount_fen: int, reason: str) -> Repayment:
    """A grant is to be paid back, whole or in part, for a reason; the enterprise has its term."""
    row = locked(application_id)
    access.require(who, "policy.demand_repayment", row)
    said = rules.must_be_text(reason, field="reason", most=4000)
    before = Repayment.objects.filter(application=row).first()
    if before is not None and (before.amount_fen, before.reason) == (amount_fen, said):
        return before
    rules.after(row.state, "demand")
    if not 0 < amount_fen <= (row.granted_fen or 0):
        raise Refused("policy.repayment_too_large", granted_fen=row.granted_fen or 0)
    found = Repayment.objects.create(
        application=row, amount_fen=amount_fen, reason=said, demanded_by=who, demanded_at=record.now()
    )
    row.ended_at = None
    move(row, "demand")
    row.save()
    assert row.due_at
    tell("policy.repayment_demanded", row, who, amount_fen=amount_fen, reason=said, due_at=row.due_at.isoformat())
    return found


@transaction.atomic
def note_repaid(who: Person, application_id: int, *, on: date, reference: str) -> Repayment:
    """The demanded money came back whole, as another official than demanded it sees; it may be granted again.

    The same words again change nothing.
    """
    row = locked(application_id)
    found = Repayment.objects.select_for_update(of=("self",)).filter(application=row).first()
    if found is None:
        raise Refused("policy.repayment_unknown", number=row.number)
    found.application = row
    access.require(who, "policy.note_repayment", found)
    said = rules.must_be_text(reference, field="reference", most=64)
    if found.reference is not None:
        if (found.reference, found.repaid_on) == (said, on):
            return found
        raise Refused("policy.paid_before", number=row.number, reference=found.reference)
    rules.after(row.state, "repay")
    must_be_past(on)
    must_be_fresh(said)
    found.repaid_on, found.reference, found.noted_by, found.noted_at = on, said, who, record.now()
    found.save()
    budget_books.give_back(row, found.amount_fen, who)
    row.ended_at = record.now()
    move(row, "repay")
    row.save()
    tell("policy.application_repaid", row, who, amount_fen=found.amount_fen, reference=said)
    return found


def locked_list(list_id: int) -> PaymentList:
    """The list for a deed."""
    found = PaymentList.objects.select_for_update().filter(pk=list_id).first()
    if found is None:
        raise Refused("policy.payment_list_unknown")
    return found
