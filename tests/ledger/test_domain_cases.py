"""The exchange's own cases (LEDGER 6.2), to the fen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from tests.exchange import given_fees
from tests.ledger import given_bank
from tests.ledger import given_books as given
from zhirong.base.refused import Refused
from zhirong.exchange import rules as exchange_rules
from zhirong.ledger import reports, rules
from zhirong.ledger.actions import payouts, simulated
from zhirong.ledger.actions import transfers as actions
from zhirong.ledger.book import Answer, Order
from zhirong.ledger.engine.transfers import Status
from zhirong.ledger.models import BankLine, Entry, Payout
from zhirong.record import actions as record

pytestmark = [pytest.mark.django_db, pytest.mark.both]

DEPOSIT, PRICE = 50_000_00, 1_234_567_89
FEE, SELLER_GETS = 18_518_52, 1_216_049_37


def bidders(count: int) -> list[str]:
    """Parties whose deposits for lot 7 are paid in and frozen."""
    refs = [f"b{n}" for n in range(1, count + 1)]
    for ref in refs:
        given.funded(ref, DEPOSIT)
        actions.freeze(None, id=f"h:{ref}", party_ref=ref, lot="7", amount_fen=DEPOSIT, topic="listing:7")
    return refs


def settle() -> list[Answer]:
    """Price from escrow: seller and fee in one linked group."""
    given.funded("s", 0)
    actions.open_accounts(["fee:seller"])
    orders = [
        Order("deal:3:seller", rules.escrow("3"), rules.available("s"), SELLER_GETS, kind="price"),
        Order("deal:3:fee", rules.escrow("3"), "fee:seller", FEE, kind="fee"),
    ]
    return actions.move(None, orders, topic="deal:3", group="deal:3:settle")


def paid_deal() -> None:
    """One winner whose whole price is in escrow."""
    bidders(1)
    actions.apply(None, "h:b1", id="apply:3", deal="3", topic="deal:3")
    given.funded("b1", PRICE - DEPOSIT, id="rest")
    rest = Order("deal:3:rest", rules.available("b1"), rules.escrow("3"), PRICE - DEPOSIT, kind="price")
    actions.move(None, [rest], topic="deal:3")


def test_thirty_seven_deposits_one_winner_and_every_fen_is_somewhere() -> None:
    refs = bidders(37)
    assert exchange_rules.fee_fen(given_fees.one_and_a_half(), PRICE, side="seller") == FEE
    for ref in refs[1:]:
        actions.release(None, f"h:{ref}", id=f"r:{ref}", topic="listing:7")
    refunded = sum(given.balance(rules.available(ref)) for ref in refs[1:])
    assert refunded == 1_800_000_00
    actions.apply(None, "h:b1", id="apply:3", deal="3", topic="deal:3")
    given.funded("b1", PRICE - DEPOSIT, id="rest")
    assert PRICE - DEPOSIT == 1_184_567_89
    rest = Order("deal:3:rest", rules.available("b1"), rules.escrow("3"), PRICE - DEPOSIT, kind="price")
    actions.move(None, [rest], topic="deal:3")
    assert given.balance(rules.escrow("3")) == PRICE
    settle()
    assert given.balance(rules.escrow("3")) == 0
    assert given.balance(rules.available("s")) == SELLER_GETS
    assert given.balance("fee:seller") == FEE
    assert sum(reports.balances().values()) == 0
    assert list(reports.faults()) == []
    assert reports.deposits_of("7") == reports.Deposits(
        taken=37 * DEPOSIT, returned=36 * DEPOSIT, applied=DEPOSIT, forfeited=0, held=0
    )


def test_a_defaulting_winner_forfeits_and_the_next_has_to_freeze_anew() -> None:
    bidders(2)
    who = given_bank.people()
    actions.release(None, "h:b2", id="r:b2", topic="listing:7")
    actions.forfeit(who.operator, "h:b1", id="f:b1", checked_by=who.checker, topic="deal:3")
    assert given.balance("forfeit:deposits") == DEPOSIT
    with pytest.raises(Refused) as refused:
        actions.apply(None, "h:b2", id="apply:4", deal="4", topic="deal:4")
    assert refused.value.code == "ledger.hold_resolved"
    assert given.balance(rules.available("b2")) == DEPOSIT
    actions.freeze(None, id="h2:b2", party_ref="b2", lot="7", amount_fen=DEPOSIT, topic="listing:7")
    actions.apply(None, "h2:b2", id="apply:4", deal="4", topic="deal:4")
    assert given.balance(rules.escrow("4")) == DEPOSIT
    assert reports.deposits_of("7") == reports.Deposits(
        taken=3 * DEPOSIT, returned=DEPOSIT, applied=DEPOSIT, forfeited=DEPOSIT, held=0
    )


class Crash(RuntimeError):
    """The process dies here."""


def release_and_pay(*, dies: bool) -> None:
    """Delivery against payment and the seller's payout, one deed; it may die before its end."""
    with transaction.atomic():
        settle()
        payouts.make_payout(
            None, id="seller-3", account=rules.available("s"), payee="公司s", amount_fen=SELLER_GETS, topic="deal:3"
        )
        if dies:
            raise Crash


def test_after_a_crash_in_the_release_there_is_one_release_and_one_payout() -> None:
    paid_deal()
    with pytest.raises(Crash):
        release_and_pay(dies=True)
    assert given.balance(rules.escrow("3")) == PRICE
    assert Payout.objects.count() == 0
    release_and_pay(dies=False)
    release_and_pay(dies=False)
    assert [a.status for a in settle()] == [Status.EXISTS, Status.EXISTS]
    assert Entry.objects.filter(kind="price", debit__path=rules.escrow("3")).count() == 1
    assert Payout.objects.get().amount == SELLER_GETS
    assert given.sums(rules.available("s")) == (SELLER_GETS, 0, 0, SELLER_GETS)


def test_one_line_in_two_files_and_a_correction_of_one_fen() -> None:
    who = given_bank.people()
    given_bank.expected("a", DEPOSIT)
    line = simulated.pay_in("公司a", DEPOSIT, memo="Pa", now=record.now(), quirk="twice")
    given_bank.taken(who.operator)
    simulated.take_back(line.bank_ref, now=record.now(), amount_fen=1)
    taken = given_bank.taken(who.operator)
    assert (taken.fresh, taken.repeated, taken.suspended) == (1, 1, 1)
    assert given.balance(rules.available("a")) == DEPOSIT
    assert given.balance(rules.suspense()) == -1
    assert BankLine.objects.get(state="suspense").why == "correction"
    assert taken.standing == rules.Standing(DEPOSIT - 1, DEPOSIT - 1, DEPOSIT, 0, 0, -1)


def test_a_recordal_of_93_days_leaves_the_deposit_frozen_on_every_statement(monkeypatch: pytest.MonkeyPatch) -> None:
    begins = datetime(2026, 9, 15, 2, tzinfo=UTC)
    monkeypatch.setattr(record, "now", lambda: begins)
    bidders(1)
    monkeypatch.setattr(record, "now", lambda: begins + timedelta(days=93))
    assert actions.expire_holds(record.now()) == 0
    ends = [datetime(2026, month, 1, tzinfo=UTC) for month in (10, 11, 12)]
    for month_begins, month_ends in zip([begins, *ends], ends, strict=False):
        shown = reports.statement(rules.available("b1"), month_begins, month_ends)
        assert (shown.closing, shown.frozen_sum) == (DEPOSIT, DEPOSIT)
        assert [one.id for one in shown.frozen] == ["h:b1"]
    actions.apply(None, "h:b1", id="apply:3", deal="3", topic="deal:3")
    after = reports.statement(rules.available("b1"), ends[-1], begins + timedelta(days=94))
    assert (after.opening, after.closing, after.frozen) == (DEPOSIT, 0, ())
    assert [(row.kind, row.amount) for row in after.rows] == [("post", -DEPOSIT)]
    assert reports.statement(rules.available("b1"), begins, ends[0]).frozen_sum == DEPOSIT
