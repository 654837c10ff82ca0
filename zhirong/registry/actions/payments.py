"""Annual fees paid at the office: a holder reports one with its receipt, an operator looks and confirms (N22, N23)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from zhirong.base.refused import Refused
from zhirong.people import access
from zhirong.people.models import Person
from zhirong.record import actions as record
from zhirong.record.models import File
from zhirong.registry import labels, queries, rules
from zhirong.registry.actions import deeds, entries, putting
from zhirong.registry.engine import fees
from zhirong.registry.engine.facts import Reduction
from zhirong.registry.models import FeePayment, Right


@dataclass(frozen=True, slots=True)
class Paid:
    """What the office's receipt says."""

    year: int
    on: date
    fen: int
    reduction: Reduction = Reduction.NONE


@dataclass(frozen=True, slots=True)
class OfPayment:
    """What access looks at where a payment is confirmed: who reported it, and one of the right's holders."""

    entered_by_id: int | None
    party_id: int | None


@transaction.atomic
def pay_fee(who: Person, right: Right, paid: Paid, *, file: File | None) -> FeePayment:
    """A payment on its receipt; a holder's own waits for the operator's look.

    The same payment twice is one; a refused one may be reported again with a better receipt.
    """
    entries.require_for_holder(who, "registry.pay_fee", right)
    row = entries.locked(right)
    same = FeePayment.objects.filter(right=row, year=paid.year, paid_on=paid.on, amount_fen=paid.fen)
    known = same.exclude(state="refused").first()
    if known is not None:
        return known
    _refuse_unfit(row, paid)
    if file is None:
        raise Refused("registry.receipt_missing", year=paid.year)
    record.must_be_evidence(file)
    now, is_looked_at = record.now(), _may_decide(who, row, entered_by_id=None)
    one = FeePayment.objects.create(
        right=row,
        year=paid.year,
        paid_on=paid.on,
        amount_fen=paid.fen,
        reduction=str(paid.reduction),
        file=file,
        entered_by=who,
        entered_at=now,
        state="confirmed" if is_looked_at else "waiting",
        decided_by=who if is_looked_at else None,
        decided_at=now if is_looked_at else None,
    )
    if is_looked_at:
        _tell_paid(who, one)
    else:
        deeds.tell("registry.fee_reported", row, who=who, payment=one.pk, year=one.year)
    return one


@transaction.atomic
def confirm_payment(who: Person, payment: FeePayment) -> FeePayment:
    """The operator found the payment at the office; from now on the year counts as paid. Done twice it is once."""
    one = _decidable(who, payment)
    if one.state == "confirmed":
        return one
    _must_wait(one)
    _refuse_unfit(one.right, Paid(one.year, one.paid_on, one.amount_fen, Reduction(one.reduction)))
    record.must_have_read(who, one.file)
    _decide(who, one, state="confirmed", reason="")
    _tell_paid(who, one)
    return one


@transaction.atomic
def refuse_payment(who: Person, payment: FeePayment, *, reason: str) -> FeePayment:
    """The receipt does not show it or the office has none; whoever reported it is told why."""
    one = _decidable(who, payment)
    _must_wait(one)
    _decide(who, one, state="refused", reason=rules.must_give_reason(reason))
    return one


def _may_decide(who: Person, right: Right, *, entered_by_id: int | None) -> bool:
    return all(access.may(who, "registry.confirm_payment", one) for one in _things(right, entered_by_id))


def _things(right: Right, entered_by_id: int | None) -> list[OfPayment]:
    parties = {one.party_id for one in queries.holdings_on(right, putting.today())}
    return [OfPayment(entered_by_id, party_id) for party_id in parties | {None}]


def _decidable(who: Person, payment: FeePayment) -> FeePayment:
    """The payment under its right's lock, for an operator who neither reported it nor belongs to a holder."""
    row = entries.locked(payment.right)
    for thing in _things(row, payment.entered_by_id):
        access.require(who, "registry.confirm_payment", thing)
    found = FeePayment.objects.select_for_update(of=("self",)).select_related("right", "entered_by")
    return found.get(pk=payment.pk)


def _must_wait(payment: FeePayment) -> None:
    if payment.state != "waiting":
        state = labels.of("payment", payment.state)
        raise Refused("registry.payment_decided", number=payment.right.number, year=payment.year, state=state)


def _decide(who: Person, payment: FeePayment, *, state: str, reason: str) -> None:
    payment.state, payment.decided_by, payment.decided_at, payment.reason = state, who, record.now(), reason
    payment.save(update_fields=["state", "decided_by", "decided_at", "reason"])
    deeds.tell(
        "registry.payment_decided",
        payment.right,
        who=who,
        to=[payment.entered_by] if payment.entered_by else [],
        payment=payment.pk,
        number=payment.right.number,
        year=payment.year,
        state=state,
        reason=reason,
    )


def _tell_paid(who: Person, payment: FeePayment) -> None:
    deeds.tell(
        "registry.fee_paid",
        payment.right,
        who=who,
        year=payment.year,
        paid_on=payment.paid_on.isoformat(),
        amount_fen=payment.amount_fen,
    )


def _refuse_unfit(right: Right, paid: Paid) -> None:
    """What cannot be: a kind without fees, a day to come, a year it does not have, a payment after the grace."""
    facts = queries.facts_of(right, putting.today())
    if not facts.is_patent or facts.filed_on is None:
        raise Refused("registry.no_annual_fee", kind=labels.of("kind", right.kind))
    if paid.on > putting.today():
        raise Refused("registry.day_to_come", day=paid.on)
    if paid.fen <= 0:
        raise Refused("registry.price_not_positive", price_fen=paid.fen)
    fees.full_fen(facts.kind, paid.year, on=max(paid.on, fees.due_on(facts.filed_on, paid.year)))
    fees.surcharge_percent(facts.filed_on, paid.year, paid.on)
    # Who looked at the office's register after that day and saw the year unpaid is believed, not the later receipt.
    if fees.was_seen_unpaid(facts, paid.year) and facts.fees.as_of is not None and paid.on < facts.fees.as_of:
        raise Refused("registry.seen_unpaid", year=paid.year, paid_on=paid.on, as_of=facts.fees.as_of)
