"""A page left open comes to show what happened, and takes nothing away from whoever is writing in it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit, must_be_accessible
from tests.exchange import given_deals as given
from tests.exchange import given_desk as desk
from zhirong.exchange.actions import intents

pytestmark = pytest.mark.browser


def test_an_open_listing_shows_the_deposit_that_came_and_a_written_question_stays(visit: Visit) -> None:
    house, buyer, other = given.House(), given.a_side("buyer"), given.a_side("buyer")
    listing = given.an_announced(house, given.a_side("holder"))
    for one in (buyer, other):
        intents.register(one.person, listing.pk, party=one.party)
    visitors = [visit(one.person, lang="en") for one in (buyer, other)]
    pages = [one.go(f"/listings/{listing.number}") for one in visitors]
    for page in pages:
        expect(page.locator("main")).to_contain_text("Deposit awaited")
    pages[1].locator("main textarea").first.evaluate(
        "(field) => { field.closest('details')?.setAttribute('open', '') }"
    )
    pages[1].locator("main textarea").first.fill("Is the fee paid?")
    for one in (buyer, other):
        given.money_for(one.party, listing.deposit_fen)
        intents.deposit_arrived(listing.intents.get(party=one.party).pk)
    expect(pages[0].locator("main")).to_contain_text("Admitted as bidder")
    expect(pages[0].locator("main")).not_to_contain_text("Deposit awaited")
    expect(pages[0].get_by_role("status")).to_contain_text("the page now shows it")
    must_be_accessible(pages[0])
    expect(pages[1].get_by_role("status")).to_contain_text("Something changed here")
    assert pages[1].locator("main textarea").first.input_value() == "Is the fee paid?"
    pages[1].get_by_role("link", name="Show it").click()
    expect(pages[1].locator("main")).to_contain_text("Admitted as bidder")
    assert [one.complaints for one in visitors] == [[], []]


def test_an_open_deal_that_is_paid_no_longer_asks_for_payment(visit: Visit) -> None:
    sold = desk.signed(desk.a_deal())
    visitor = visit(sold.buyer.person, lang="en")
    page = visitor.go(f"/deals/{sold.deal.number}")
    expect(page.locator("#h-pay + span")).to_contain_text("due by")
    desk.paid(sold)
    expect(page.locator("#h-pay + span")).to_contain_text("In escrow since")
    expect(page.locator("main")).not_to_contain_text("Payment code")
    assert visitor.complaints == []
