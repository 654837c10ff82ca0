"""Money that came under a code serves its own deposit or price first, in whatever order the clock asks."""

from __future__ import annotations

import importlib
from itertools import count

import pytest
from django.apps import apps

from tests.exchange import given_deals as given
from tests.exchange import given_money
from tests.people.given_people import refused
from zhirong.base.calendar import beijing_day
from zhirong.exchange import jobs
from zhirong.exchange.actions import intents, money, settlement
from zhirong.exchange.models import Deal, Intent
from zhirong.ledger import bank as banks
from zhirong.ledger import reports, rules
from zhirong.ledger.actions import bank, dues, payouts
from zhirong.ledger.models import Due, Expectation
from zhirong.record import actions as record

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]
_count = count(1)


def paid(house: given.House, buyer: given.Side, fen: int, *, code: str, corrects: str = "") -> str:
    """A statement with one line of the buyer's; gives the bank's reference."""
    ref, day = f"R{next(_count)}", beijing_day(record.now())
    line = rules.Line(ref, "6228", buyer.party.name, fen, day, f"知融 {code}", corrects)
    closing = fen - reports.balances().get(rules.custody(), 0)
    file = banks.write_statement([line], closing=closing, account="6228", day=day)
    taken = bank.take_statement(house.operator, file, name=f"{ref}.csv")
    assert taken.standing.is_even
    return ref


def state_of(intent: Intent) -> tuple[str, str]:
    intent.refresh_from_db()
    return intent.state, intent.deposit_state


def a_signed(house: given.House, seller: given.Side, buyer: given.Side) -> Deal:
    deal = given_money.a_paid_without_money(given_money.a_deal(house, seller, buyer), seller, buyer)
    assert deal.state == "payment"
    return deal


def test_a_price_paid_under_its_code_is_not_taken_for_a_deposit() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    deal = a_signed(house, seller, buyer)
    other = intents.register(buyer.person, given.an_announced(house, seller).pk, party=buyer.party)
    paid(house, buyer, money.due_fen(deal), code=money.price_code(deal))
    jobs.tick()
    deal.refresh_from_db()
    assert (deal.state, state_of(other)) == ("recordal", ("registered", "due"))
    assert given.free_fen(buyer) == 0
    paid(house, buyer, other.deposit_fen, code=other.payment_code)
    jobs.tick()
    assert state_of(other) == ("admitted", "held")
    assert not Expectation.objects.filter(state="met").exists()
    assert list(reports.faults()) == []


def test_a_deposit_admits_where_its_code_says_and_not_where_the_buyer_registered_first() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    first, second = (
        intents.register(buyer.person, given.an_announced(house, seller).pk, party=buyer.party) for _ in range(2)
    )
    paid(house, buyer, second.deposit_fen, code=second.payment_code)
    # A third registration finds the money on the account and may not take it either.
    third = intents.register(buyer.person, given.an_announced(house, seller).pk, party=buyer.party)
    jobs.tick()
    assert [state_of(one)[1] for one in (first, second, third)] == ["due", "held", "due"]
    paid(house, buyer, first.deposit_fen, code=first.payment_code)
    jobs.tick()
    assert [state_of(one)[1] for one in (first, second, third)] == ["held", "held", "due"]
    assert list(reports.faults()) == []


def test_a_price_leaves_the_money_of_a_deposit_alone() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    deal = a_signed(house, seller, buyer)
    dear = given.an_announced(house, seller, asking_fen=80_000_000_00)
    other = intents.register(buyer.person, dear.pk, party=buyer.party)
    assert other.deposit_fen > money.due_fen(deal)
    paid(house, buyer, other.deposit_fen, code=other.payment_code)
    assert settlement.take_price(deal.pk).state == "payment"
    jobs.tick()
    assert state_of(other) == ("admitted", "held")
    assert Deal.objects.get(pk=deal.pk).state == "payment"


def test_money_beyond_every_code_still_serves_whatever_is_owed() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    deal = a_signed(house, seller, buyer)
    other = intents.register(buyer.person, given.an_announced(house, seller).pk, party=buyer.party)
    paid(house, buyer, other.deposit_fen, code=other.payment_code)
    given.money_for(buyer.party, money.due_fen(deal))
    jobs.tick()
    assert Deal.objects.get(pk=deal.pk).state == "recordal"
    assert state_of(other) == ("admitted", "held")
    assert given.free_fen(buyer) == 0


def test_a_payout_does_not_touch_what_came_for_a_price() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    deal = a_signed(house, seller, buyer)
    withdrawn = intents.register(buyer.person, given.an_announced(house, seller).pk, party=buyer.party)
    deposit_fen = withdrawn.deposit_fen
    paid(house, buyer, deposit_fen, code=withdrawn.payment_code)
    jobs.tick()
    intents.withdraw(buyer.person, withdrawn.pk)
    due = Due.objects.get(party=buyer.party)
    again = given.an_announced(house, seller)
    # The freed deposit is frozen anew while the price lies on the same account.
    paid(house, buyer, money.due_fen(deal), code=money.price_code(deal))
    assert intents.register(buyer.person, again.pk, party=buyer.party, of_repaid_fen=due.left).deposit_state == "held"
    due.refresh_from_db()
    assert (due.state, due.left) == ("used", 0)
    with refused("ledger.not_enough", available_fen=0, asked_fen=1):
        path = rules.available(buyer.party.ref)
        payouts.make_payout(house.operator, id="x", account=path, payee=buyer.party.name, amount_fen=1, topic="office")
    jobs.tick()
    assert Deal.objects.get(pk=deal.pk).state == "recordal"


def test_what_came_for_a_registration_that_ended_before_it_was_used_is_due_to_its_payer() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    intent = intents.register(buyer.person, given.an_announced(house, seller).pk, party=buyer.party)
    paid(house, buyer, intent.deposit_fen, code=intent.payment_code)
    intents.withdraw(buyer.person, intent.pk)
    due = Due.objects.get()
    assert (due.why, due.party, due.amount, due.state) == ("deposit", buyer.party, intent.deposit_fen, "due")
    assert [one.amount for one in dues.prepare(house.operator, [due.key])] == [intent.deposit_fen]
    assert list(reports.faults()) == []


def test_a_price_that_came_while_the_deal_stood_still_is_due_when_the_deal_is_annulled() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    deal = a_signed(house, seller, buyer)
    owed_fen = money.due_fen(deal)
    paid(house, buyer, owed_fen, code=money.price_code(deal))
    settlement.propose_annulment(house.operator, deal.pk, reason="转让方已不是权利人")
    settlement.confirm_annulment(house.checker, deal.pk, payload_hash=given.waits(deal))
    assert set(Due.objects.values_list("why", "amount")) == {("deposit", deal.intent.deposit_fen), ("price", owed_fen)}
    assert given.free_fen(buyer) == owed_fen + deal.intent.deposit_fen
    assert list(reports.faults()) == []


def test_money_that_the_bank_took_back_is_expected_again_under_its_code() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    intent = intents.register(buyer.person, given.an_announced(house, seller).pk, party=buyer.party)
    fen = intent.deposit_fen
    ref = paid(house, buyer, fen, code=intent.payment_code)
    paid(house, buyer, -fen, code="冲正", corrects=ref)
    jobs.tick()
    assert state_of(intent) == ("registered", "due")
    assert Expectation.objects.get().state == "open"
    paid(house, buyer, fen, code=intent.payment_code)
    jobs.tick()
    assert state_of(intent) == ("admitted", "held")


def test_the_bank_takes_back_no_money_that_came_for_another_purpose() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    used = intents.register(buyer.person, given.an_announced(house, seller).pk, party=buyer.party)
    ref = paid(house, buyer, used.deposit_fen, code=used.payment_code)
    jobs.tick()
    assert state_of(used) == ("admitted", "held")
    other = intents.register(buyer.person, given.an_announced(house, seller).pk, party=buyer.party)
    paid(house, buyer, other.deposit_fen, code=other.payment_code)
    paid(house, buyer, -used.deposit_fen, code="冲正", corrects=ref)
    jobs.tick()
    assert state_of(other) == ("admitted", "held")
    assert list(reports.faults()) == []


def test_an_older_houses_money_that_was_used_is_set_aside_for_nothing() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    deal = a_signed(house, seller, buyer)
    waiting, used = (
        intents.register(buyer.person, given.an_announced(house, seller).pk, party=buyer.party) for _ in range(2)
    )
    paid(house, buyer, used.deposit_fen, code=used.payment_code)
    jobs.tick()
    # As a house wrote it before: whatever was paid stayed "met".
    Expectation.objects.update(state="met")
    importlib.import_module("zhirong.exchange.migrations.0008_earmarks").mark_served(apps, None)
    assert dict(Expectation.objects.values_list("code", "state")) == {
        waiting.payment_code: "met",
        money.price_code(deal): "met",
        used.payment_code: "served",
    }
