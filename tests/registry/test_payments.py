"""Annual fees on a holder's word and on the operator's look: what counts, what waits, what is refused."""

from __future__ import annotations

from datetime import date

import pytest

from tests.registry.given_rights import (
    a_file,
    a_party,
    a_person,
    a_right,
    an_operator,
    kinds_told,
    read,
    refused,
    standing_of,
)
from zhirong.record.models import Notice
from zhirong.registry import queries
from zhirong.registry.actions import entries, payments
from zhirong.registry.actions.payments import Paid
from zhirong.registry.engine import fees
from zhirong.registry.engine.facts import Act, Reduction
from zhirong.registry.engine.states import Overlay, State
from zhirong.registry.models import FeePayment, Right

pytestmark = [pytest.mark.django_db, pytest.mark.both]
DAY = date(2026, 3, 20)
SIX = Paid(6, date(2026, 2, 20), 120_000)


def a_patent(**changes: object) -> Right:
    """Filed 2021-03-05: the fee of year 6 falls due on 2026-03-05 and can be paid late until 2026-09-05."""
    said = {"fees_paid_through_year": 5, "fees_as_of": date(2026, 1, 5), **changes}
    return a_right(parties=(a_party(),), **said)


def holder_of(right: Right):
    return a_person("holder", of=right.holdings.get().party)


def codes(right: Right, day: date = DAY) -> list[str]:
    return [reason.code for reason in queries.is_free(right, Act.SELL, day).reasons]


def test_a_holders_payment_waits_and_the_right_is_disclosed_as_not_confirmed():
    right = a_patent()
    who = holder_of(right)
    paid = payments.pay_fee(who, right, SIX, file=a_file())
    assert payments.pay_fee(who, right, SIX, file=a_file()) == paid
    assert (paid.state, paid.decided_by) == ("waiting", None)
    assert not {row.year: row.is_paid for row in fees.fee_table(queries.facts_of(right, DAY), DAY)}[6]
    assert codes(right) == ["fees_unconfirmed"]
    assert kinds_told().count("registry.fee_reported") == 1
    assert "registry.fee_paid" not in kinds_told()


def test_an_operator_finds_the_payment_and_the_year_counts_as_paid():
    right = a_patent()
    who, operator = holder_of(right), an_operator()
    paid = payments.pay_fee(who, right, SIX, file=a_file())
    with refused("file.not_read"):
        payments.confirm_payment(operator, paid)
    assert codes(right) == ["fees_unconfirmed"]
    read(operator, paid.file)
    assert payments.confirm_payment(operator, paid).decided_by == operator
    payments.confirm_payment(operator, paid)
    rows = {row.year: row for row in fees.fee_table(queries.facts_of(right, DAY), DAY)}
    assert (rows[6].is_paid, rows[6].paid_fen, rows[6].owed_fen) == (True, 120_000, 0)
    assert (rows[7].is_paid, rows[7].due_on) == (False, date(2027, 3, 5))
    assert codes(right) == ["fees_paid"]
    assert (kinds_told().count("registry.fee_paid"), kinds_told().count("registry.payment_decided")) == (1, 1)
    assert [notice.person_ref for notice in Notice.objects.all()] == [who.ref]


def test_an_operator_who_entered_it_has_looked_at_it():
    right = a_patent()
    reduced = Paid(6, date(2026, 2, 20), 18_000, Reduction.SINGLE)
    assert payments.pay_fee(an_operator(), right, reduced, file=a_file()).state == "confirmed"
    assert {row.year: row.is_paid for row in fees.fee_table(queries.facts_of(right, DAY), DAY)}[6]
    assert "registry.fee_reported" not in kinds_told()


def test_a_refused_payment_may_be_reported_again_with_a_better_receipt():
    right = a_patent()
    who, operator = holder_of(right), an_operator()
    first = payments.pay_fee(who, right, SIX, file=a_file())
    payments.refuse_payment(operator, first, reason="收据不清")
    again = payments.pay_fee(who, right, SIX, file=a_file())
    assert (again.pk != first.pk, again.state) == (True, "waiting")
    assert payments.pay_fee(who, right, SIX, file=a_file()) == again
    read(operator, again.file)
    assert payments.confirm_payment(operator, again).state == "confirmed"
    assert [one.state for one in FeePayment.objects.order_by("pk")] == ["refused", "confirmed"]
    assert {row.year: row.is_paid for row in fees.fee_table(queries.facts_of(right, DAY), DAY)}[6]
    with refused("registry.payment_decided"):
        payments.confirm_payment(operator, first)


def test_a_payment_without_its_receipt_is_refused():
    right = a_patent()
    for who in (holder_of(right), an_operator()):
        with refused("registry.receipt_missing", year=6):
            payments.pay_fee(who, right, SIX, file=None)
    assert FeePayment.objects.count() == 0


def test_a_lapsed_patent_is_not_revived_by_a_payment_dated_before_the_operators_look():
    right = a_patent(fees_paid_through_year=3, fees_as_of=date(2025, 1, 10))
    assert standing_of(right, DAY).state is State.LAPSED
    for who in (holder_of(right), an_operator()):
        with refused("registry.seen_unpaid", year=4, as_of=date(2025, 1, 10)):
            payments.pay_fee(who, right, Paid(4, date(2024, 2, 20), 120_000), file=a_file())
    assert standing_of(right, DAY).state is State.LAPSED
    assert FeePayment.objects.count() == 0


def test_a_payment_that_the_operator_has_since_seen_missing_is_not_confirmed():
    right, operator = a_patent(), an_operator()
    paid = payments.pay_fee(holder_of(right), right, SIX, file=a_file())
    entries.confirm_fees(operator, right, paid_through_year=5, as_of=date(2026, 10, 9))
    with refused("registry.seen_unpaid", year=6):
        payments.confirm_payment(operator, paid)
    assert standing_of(right, date(2026, 10, 10)).state is State.LAPSED


def test_a_late_payment_after_the_look_is_disclosed_until_it_is_confirmed():
    right = a_patent(fees_as_of=date(2026, 3, 12))
    assert codes(right) == ["fee_in_grace"]
    payments.pay_fee(holder_of(right), right, Paid(6, date(2026, 3, 16), 120_000), file=a_file())
    standing = standing_of(right, DAY)
    assert (standing.state, standing.overlays) == (State.IN_FORCE, frozenset({Overlay.FEES_UNCONFIRMED}))
    assert codes(right) == ["fees_unconfirmed"]


def test_a_refused_payment_counts_nowhere_and_is_told_to_whoever_reported_it():
    right, operator = a_patent(fees_as_of=date(2026, 3, 12)), an_operator()
    who = holder_of(right)
    paid = payments.pay_fee(who, right, Paid(6, date(2026, 3, 16), 120_000), file=a_file())
    with refused("registry.reason_missing"):
        payments.refuse_payment(operator, paid, reason=" ")
    payments.refuse_payment(operator, paid, reason="收据不是本专利的")
    with refused("registry.payment_decided", state={"zh": "未核实", "en": "refused"}):
        payments.confirm_payment(operator, paid)
    assert codes(right) == ["fee_in_grace"]
    assert [notice.person_ref for notice in Notice.objects.all()] == [who.ref]


def test_nobody_confirms_a_payment_of_its_own_or_of_its_party():
    right = a_patent()
    party = right.holdings.get().party
    paid = payments.pay_fee(holder_of(right), right, SIX, file=a_file())
    with refused("people.not_allowed"):
        payments.confirm_payment(holder_of(right), paid)
    with refused("people.own_party"):
        payments.confirm_payment(a_person("operator", of=party), paid)
    assert (
        payments.pay_fee(a_person("operator", of=party), right, Paid(7, DAY, 200_000), file=a_file()).state == "waiting"
    )
    assert FeePayment.objects.get(pk=paid.pk).state == "waiting"


def test_a_fee_of_a_year_that_is_not_or_after_the_grace_is_refused():
    right, who = a_patent(fees_paid_through_year=3), an_operator()
    with refused("registry.no_such_patent_year"):
        payments.pay_fee(who, right, Paid(21, date(2026, 2, 20), 1), file=a_file())
    with refused("registry.grace_over", year=4):
        payments.pay_fee(who, right, Paid(4, date(2025, 2, 20), 1), file=a_file())
    with refused("people.not_allowed"):
        payments.pay_fee(a_person("holder", of=a_party("别人")), right, SIX, file=a_file())
    assert FeePayment.objects.count() == 0
