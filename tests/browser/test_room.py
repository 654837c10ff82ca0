"""What the bidding room tells a bidder by itself: that it was outbid, and which amounts fit."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit, must_be_accessible, must_fit, opened
from tests.browser.given_rooms import SECOND_NS, an_open_lot
from tests.exchange.given_hall import Day
from zhirong.exchange.actions import bidding
from zhirong.exchange.models import Intent, Lot, LotStep
from zhirong.web import filters

pytestmark = pytest.mark.browser


def test_whoever_is_outbid_is_told_so_at_once_in_place_of_the_acceptance(day: Day, lot: Lot, visit: Visit) -> None:
    one, other = [opened(visit(buyer.person, lang="en"), f"/lots/{lot.pk}") for buyer in day.buyers[:2]]
    one.locator("[data-bind]").click()
    accepted, told = one.locator("[data-last]"), one.locator("[data-outbid]")
    expect(accepted).to_have_class("s notice go")
    # The keyboard goes on from the answer.
    expect(accepted).to_be_focused()
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


@pytest.fixture
def free_lot(day: Day) -> Lot:
    """Its free period has just begun."""
    return an_open_lot(day, "free_limited")


def test_the_board_tells_the_free_and_the_limited_period(day: Day, free_lot: Lot, visit: Visit) -> None:
    lot = free_lot
    free = filters.short_clock(lot.closes_ns)
    one, onlooker = opened(visit(day.buyers[0].person), f"/lots/{lot.pk}"), opened(visit(width=390), f"/lots/{lot.pk}")
    clock = onlooker.locator("[data-live=clock]")
    expect(clock).to_contain_text(f"自由报价期至 {free}；无人出价则届时结束")
    one.locator("[data-bind]").click()
    end = filters.short_clock(lot.closes_ns + 180 * SECOND_NS)
    expect(clock).to_contain_text(f"自由报价期至 {free} · 限时报价期至 {end}")
    expect(onlooker.locator("[role=log] tbody tr").first).to_contain_text("领先，其后限时报价")
    expect(onlooker.locator("main")).not_to_contain_text("延时")
    expect(onlooker.locator("[data-alert]")).to_contain_text("限时报价期延至")
    # When the free period is over no event tells it: the page's own clock does.
    expect(clock.locator("div[data-until]")).to_be_visible()
    expect(clock.locator("div[data-since]")).to_be_hidden()
    clock.evaluate(
        "node => { for (const name of ['until', 'since'])"
        " node.querySelectorAll(`[data-${name}]`).forEach((part) => { part.dataset[name] = Date.now() - 9e9; }); }"
    )
    expect(clock.locator("div[data-until]")).to_be_hidden()
    expect(clock.locator("span[data-until]")).to_be_hidden()
    expect(clock.locator("span[data-since]")).to_have_text("限时报价期")
    expect(clock.locator("div[data-since]")).to_be_visible()
    must_fit(onlooker)
    must_be_accessible(onlooker)


def test_an_auction_that_is_stopped_takes_its_form_away_and_gives_it_back(day: Day, lot: Lot, visit: Visit) -> None:
    pages = [opened(visit(day.buyers[0].person), f"/lots/{lot.pk}"), opened(visit(width=390), f"/lots/{lot.pk}")]
    bidding.pause(day.house.operator, lot, reason="登记簿有查封记载，核对中")
    for page in pages:
        expect(page.locator("#h-bid")).to_have_text("竞价暂停")
        expect(page.locator("main")).to_contain_text("登记簿有查封记载，核对中")
        expect(page.locator("[data-bind]")).to_have_count(0)
        must_fit(page)
        must_be_accessible(page)
    bidding.resume(day.house.operator, lot)
    expect(pages[0].locator("[data-bind]")).to_be_enabled()
    expect(pages[1].locator("#h-bid")).not_to_have_text("竞价暂停")
