"""Payouts that are sent: many leave in several files, each a short transaction, and each payout leaves once."""

from __future__ import annotations

import pytest

from tests.ledger import given_bank
from zhirong.base.refused import Refused
from zhirong.ledger import rules
from zhirong.ledger.actions import earmarks, payouts, simulated
from zhirong.ledger.models import BankFile, Payout
from zhirong.record import actions as record
from zhirong.record.models import Event

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def some_checked(who: given_bank.People, count: int) -> None:
    """Payouts of a fen each that wait to be sent."""
    given_bank.expected("a", 100)
    simulated.pay_in("公司a", 100, memo="Pa", now=record.now())
    given_bank.taken(who.operator)
    earmarks.let_go("Pa")
    for place in range(count):
        payouts.make_payout(
            who.operator, id=f"p{place}", account=rules.available("a"), payee="公司a", amount_fen=1, topic="x"
        )
        payouts.check_payout(who.checker, f"p{place}")


def test_many_payouts_leave_in_several_files_each_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(payouts, "MOST_IN_A_FILE", 2)
    who = given_bank.people()
    some_checked(who, 5)
    sent = payouts.send_payouts(who.operator, given_bank.BANK)
    assert [one.lines for one in sent] == [2, 2, 1]
    assert Event.objects.filter(kind="ledger.payouts_sent").count() == 3
    assert simulated.holds_now() == 95
    assert payouts.send_payouts(who.operator, given_bank.BANK) == []
    taken = given_bank.taken(who.operator)
    assert sorted(one.id for one in taken.paid_out) == ["p0", "p1", "p2", "p3", "p4"]
    assert taken.standing == rules.Standing(95, 95, 95, 0, 0, 0)


def test_what_begins_to_differ_on_the_way_holds_back_the_rest_and_undoes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(payouts, "MOST_IN_A_FILE", 2)
    who = given_bank.people()
    some_checked(who, 3)
    even = payouts.require_even

    def require_even() -> None:
        even()
        if BankFile.objects.filter(direction="out").exists():
            raise Refused("ledger.payouts_halted", difference_fen=-1)

    monkeypatch.setattr(payouts, "require_even", require_even)
    assert [one.lines for one in payouts.send_payouts(who.operator, given_bank.BANK)] == [2]
    states = Payout.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["sent", "sent", "checked"]
    with pytest.raises(Refused):
        payouts.send_payouts(who.operator, given_bank.BANK)
    assert list(states.all()) == ["sent", "sent", "checked"]
    assert simulated.holds_now() == 98


def test_an_instruction_file_is_short_so_that_no_bid_waits_for_its_transaction() -> None:
    who = given_bank.people()
    some_checked(who, 11)
    assert [one.lines for one in payouts.send_payouts(who.operator, given_bank.BANK)] == [10, 1]
    assert Payout.objects.filter(state="sent").count() == 11
