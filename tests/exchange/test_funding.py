"""A deposit takes money that was to be repaid only as far as its owner confirmed it, in figures."""

from __future__ import annotations

import pytest

from tests.api.given_api import a_caller
from tests.exchange import given_deals as given
from tests.exchange import given_desk as desk
from tests.exchange.test_refunds import a_released
from tests.people.given_people import deeds, refused
from zhirong.exchange import jobs
from zhirong.exchange.actions import intents, listings, money
from zhirong.exchange.models import Intent, Listing
from zhirong.ledger.actions import dues
from zhirong.ledger.models import Due, Expectation

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]
DEPOSIT = 80_000_00


def again() -> tuple[given.Side, Due, Listing]:
    """A buyer whose deposit of 80,000 yuan came free, and another listing that asks as much."""
    house, buyer = given.House(), given.a_side("buyer")
    due = a_released(house, given.a_side("holder"), buyer)
    return buyer, due, given.an_announced(house, given.a_side("holder"))


def test_money_on_its_way_back_is_not_frozen_before_its_owner_says_so() -> None:
    buyer, due, listing = again()
    told = {"deposit_fen": DEPOSIT, "repaid_fen": DEPOSIT, "repaid_by": due.due_at}
    with refused("intent.confirm_funding", **told):
        intents.register(buyer.person, listing.pk, party=buyer.party)
    with refused("intent.confirm_funding", **told):
        intents.register(buyer.person, listing.pk, party=buyer.party, of_repaid_fen=DEPOSIT - 1)
    assert not Intent.objects.filter(listing=listing).exists()
    assert (Due.objects.get().left, given.free_fen(buyer)) == (DEPOSIT, DEPOSIT)
    intent = intents.register(buyer.person, listing.pk, party=buyer.party, of_repaid_fen=DEPOSIT)
    assert (intent.state, intent.deposit_state, given.free_fen(buyer)) == ("admitted", "held", 0)
    assert Due.objects.get().state == "used"
    assert deeds().count("exchange.deposit_of_repaid") == 1


def test_only_what_was_to_be_repaid_asks_for_the_word() -> None:
    buyer, due, listing = again()
    given.money_for(buyer.party, 30_000_00)
    found = money.funding(buyer.party, DEPOSIT)
    assert found == money.Funding(50_000_00, due.due_at)
    intents.register(buyer.person, listing.pk, party=buyer.party, of_repaid_fen=50_000_00)
    assert Due.objects.get().left == 30_000_00


def test_money_that_was_left_for_bids_or_does_not_suffice_asks_for_no_word() -> None:
    buyer, due, listing = again()
    dues.keep(buyer.person, due.key)
    assert money.funding(buyer.party, DEPOSIT) == money.Funding(0, None)
    assert money.funding(buyer.party, DEPOSIT + 1) == money.Funding(0, None)
    assert intents.register(buyer.person, listing.pk, party=buyer.party).state == "admitted"
    poor = given.a_side("buyer")
    assert intents.register(poor.person, listing.pk, party=poor.party).deposit_state == "due"
    assert Expectation.objects.get(state="open").amount == DEPOSIT
    assert "exchange.deposit_of_repaid" not in deeds()


def test_the_page_asks_in_figures_and_the_receipt_says_them_again() -> None:
    buyer, _, listing = again()
    browser = desk.browser_of(buyer.person)
    address = f"/listings/{listing.number}/register"
    answer = browser.post(address, {"party": buyer.party.pk})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "80,000 元 取自您的可用余额（其中 80,000 元 原定于" in text
    assert f'name="of_repaid" value="{DEPOSIT}"' in text
    assert browser.post(address, {"party": buyer.party.pk, "of_repaid": DEPOSIT}).status_code == 302
    assert Intent.objects.get(listing=listing).state == "admitted"
    assert "80,000 元 取自可用余额（其中 80,000 元 原定于" in browser.get("/desk/messages").content.decode()


def test_a_program_confirms_the_same_amount() -> None:
    buyer, _, listing = again()
    caller = a_caller(buyer.person)
    said = {"party": buyer.party.ref}
    assert caller.refused(f"/listings/{listing.pk}/intents", said, key="a") == (409, "intent.confirm_funding")
    told = caller.post(f"/listings/{listing.pk}/intents", {**said, "of_repaid_fen": DEPOSIT}, key="b")
    assert (told["state"], told["deposit_state"]) == ("admitted", "held")


def test_the_clock_freezes_nothing_of_what_is_to_be_repaid_until_its_owner_leaves_it() -> None:
    house, buyer = given.House(), given.a_side("buyer")
    first = given.an_announced(house, given.a_side("holder"))
    given.an_admitted(first, buyer)
    intent = intents.register(
        buyer.person, given.an_announced(house, given.a_side("holder")).pk, party=buyer.party, of_repaid_fen=DEPOSIT
    )
    assert intent.deposit_state == "due"
    listings.terminate(house.operator, first.pk, reason="转让方撤回委托。")
    for _ in range(2):
        jobs.tick()
    due = Due.objects.get()
    assert (due.state, due.left, given.free_fen(buyer)) == ("due", DEPOSIT, DEPOSIT)
    assert money.deposits_met() == []
    assert intents.deposit_arrived(intent.pk).deposit_state == "due"
    dues.keep(buyer.person, due.key)
    jobs.tick()
    intent.refresh_from_db()
    assert (intent.state, intent.deposit_state) == ("admitted", "held")
    assert Due.objects.get().state == "used"
    assert "exchange.deposit_of_repaid" not in deeds()


def test_fresh_money_pays_a_deposit_beside_what_is_to_be_repaid() -> None:
    house, buyer = given.House(), given.a_side("buyer")
    first = given.an_announced(house, given.a_side("holder"))
    given.an_admitted(first, buyer)
    other = given.an_announced(house, given.a_side("holder"))
    intent = intents.register(buyer.person, other.pk, party=buyer.party)
    listings.terminate(house.operator, first.pk, reason="转让方撤回委托。")
    given.money_for(buyer.party, DEPOSIT)
    jobs.tick()
    intent.refresh_from_db()
    assert intent.state == "admitted"
    assert (Due.objects.get().left, given.free_fen(buyer)) == (DEPOSIT, DEPOSIT)
