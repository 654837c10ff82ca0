"""What the bidding room tells a bidder by itself: that it was outbid, and which amounts fit."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit, opened
from tests.exchange.given_hall import Day
from zhirong.exchange.models import Intent, Lot, LotStep

pytestmark = pytest.mark.browser


def test_whoever_is_outbid_is_told_so_at_once_in_place_of_the_acceptance(day: Day, lot: Lot, visit: Visit) -> None:
    one, other = [opened(visit(buyer.person, lang="en"), f"/lots/{lot.pk}") for buyer in day.buyers[:2]]
    one.locator("[data-bind]").click()
    accepted, told = one.locator("[data-last]"), one.locator("[data-outbid]")
    expect(accepted).to_have_class("s notice go")
    expect(told).to_be_hidden()
    other.get_by_text("3 steps").click()
    other.locator("[data-bind]").click()
    code = day_code(lot, day, 1)
    expect(told).to_have_text(f"You have been outbid by {code}; the least valid amount now is 820,000 yuan.")
    expect(accepted).to_have_class("s")
    expect(accepted).to_contain_text("Your bid of 800,000 yuan was accepted")
    expect(other.locator("[data-outbid]")).to_be_hidden()
    one.get_by_text("6 steps").click()
    one.locator("[data-bind]").click()
    expect(other.locator("[data-outbid]")).to_contain_text(f"outbid by {day_code(lot, day, 0)}")
    expect(told).to_be_hidden()


def day_code(lot: Lot, day: Day, place: int) -> str:
    """The code under which a buyer of the day bids."""
    return Intent.objects.get(listing=lot.listing, party=day.buyers[place].party).code


def test_an_amount_off_the_step_cannot_be_confirmed_and_says_what_fits(day: Day, lot: Lot, visit: Visit) -> None:
    pages = [opened(visit(buyer.person, lang="en"), f"/lots/{lot.pk}") for buyer in day.buyers]
    other, button = pages[1], pages[1].locator("[data-bind]")
    other.get_by_label("Or your own").fill("802500")
    expect(button).to_be_enabled()
    pages[0].locator("[data-bind]").click()
    expect(other.locator("[data-why]")).to_have_text(
        "802,500 yuan is too low: the least valid amount now is 805,000 yuan."
    )
    expect(button).to_be_disabled()
    other.get_by_label("Or your own").fill("812500")
    expect(other.locator("[data-why]")).to_have_text(
        "812,500 yuan is no whole number of steps above the price: 810,000 yuan or 815,000 yuan fits."
    )
    expect(button).to_be_disabled()
    other.get_by_label("Or your own").fill("815000")
    expect(button).to_be_enabled()
    expect(other.locator("[data-why]")).to_have_text("")
    assert [step.amount_fen for step in LotStep.objects.filter(lot=lot, kind="bid")] == [80_000_000]
