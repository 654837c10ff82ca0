"""Money under an ended code, and money without one: it waits no longer than its term, and has an owner once matched."""

from __future__ import annotations

from typing import Any

import pytest

from tests.exchange import given_deals as given
from tests.exchange.test_earmarks import paid, state_of
from tests.people.given_people import deeds, refused
from zhirong.exchange import jobs, terms
from zhirong.exchange.actions import intents, money, refunds, unplaced
from zhirong.ledger import reports, rules
from zhirong.ledger.actions import dues, matches
from zhirong.ledger.models import BankLine, Due
from zhirong.people.actions import secrets
from zhirong.record.models import Notice

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]


def matched(house: given.House, buyer: given.Side) -> BankLine:
    line = BankLine.objects.get(state="suspense")
    assert given.free_fen(buyer) == 0
    matches.propose_match(house.operator, line.pk, account=rules.available(buyer.party.ref))
    return unplaced.confirm_match(house.checker, line.pk)


def told(person_ref: str) -> int:
    return Notice.objects.filter(kind="exchange.suspense_overdue", person_ref=person_ref).count()


def test_a_deposit_that_comes_late_is_due_to_its_payer_once_it_is_matched() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    intent = intents.register(buyer.person, given.an_announced(house, seller).pk, party=buyer.party)
    given.time_passes(minutes=4)
    jobs.tick()
    assert state_of(intent) == ("lapsed", "waived")
    paid(house, buyer, intent.deposit_fen, code=intent.payment_code)
    line = matched(house, buyer)
    due = Due.objects.get()
    assert (due.key, due.why, due.topic) == (f"match:{line.pk}", "matched", intent.listing.topic)
    assert (due.party, due.left, due.state) == (buyer.party, intent.deposit_fen, "due")
    dues.keep(buyer.person, due.key)
    assert refunds.claim(buyer.person, due.key).state == "due"
    with refused("ledger.payee_without_account"):
        dues.prepare(house.operator, [due.key])
    secrets.keep_secret(buyer.person, buyer.party.pk, kind=secrets.ACCOUNT, value="6222021234567890")
    assert [one.amount for one in dues.prepare(house.operator, [due.key])] == [intent.deposit_fen]
    assert list(reports.faults()) == []


def test_matched_money_that_a_deposit_takes_is_no_longer_due() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    intent = intents.register(buyer.person, given.an_announced(house, seller).pk, party=buyer.party)
    paid(house, buyer, intent.deposit_fen, code="没有写付款码")
    matched(house, buyer)
    jobs.tick()
    assert state_of(intent) == ("admitted", "held")
    assert Due.objects.get().state == "used"


def test_money_without_a_listing_can_be_left_and_asked_back() -> None:
    house, buyer = given.House(), given.a_side("buyer")
    paid(house, buyer, 7_00, code="")
    matched(house, buyer)
    due = Due.objects.get()
    assert due.topic.startswith("bank:")
    dues.keep(buyer.person, due.key)
    assert refunds.claim(buyer.person, due.key).state == "due"


def test_money_in_suspense_past_its_term_is_told_once_to_the_office_and_its_payer() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    intent = intents.register(buyer.person, given.an_announced(house, seller).pk, party=buyer.party)
    given.time_passes(minutes=4)
    jobs.tick()
    paid(house, buyer, intent.deposit_fen, code=intent.payment_code)
    paid(house, buyer, 7_00, code="")
    jobs.tick()
    assert "exchange.suspense_overdue" not in deeds()
    given.time_passes(minutes=6)
    for _ in range(2):
        jobs.tick()
    assert deeds().count("exchange.suspense_overdue") == 1, "money that names no listing has the house's term"
    assert [told(one.ref) for one in (house.operator, house.checker, buyer.person, seller.person)] == [1, 1, 1, 0]
    given.time_passes(days=20)
    for _ in range(2):
        jobs.tick()
    assert deeds().count("exchange.suspense_overdue") == 2
    assert set(BankLine.objects.values_list("state", flat=True)) == {"suspense"}


def test_the_terms_of_all_that_waits_are_read_in_three_questions(django_assert_num_queries: Any) -> None:
    house, seller = given.House(), given.a_side("holder")
    buyers = [given.a_side("buyer") for _ in range(3)]
    announced = [given.an_announced(house, seller) for _ in buyers]
    asked = [
        intents.register(buyer.person, listing.pk, party=buyer.party)
        for buyer, listing in zip(buyers, announced, strict=True)
    ]
    for buyer, intent in zip(buyers, asked, strict=True):
        paid(house, buyer, 9_00, code=intent.payment_code)
    paid(house, buyers[0], 7_00, code="")
    with django_assert_num_queries(3):
        found = unplaced.ends()
    own = [money.refund_due_at(listing, line.file.at) for listing, (line, _) in zip(announced, found, strict=False)]
    line, due_at = found[3]
    assert [at for _, at in found[:3]] == own
    assert due_at == terms.unplaced_ends(line.file.at) > max(own)
