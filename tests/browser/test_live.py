"""The live half of a page: fragments, the clock, spoken warnings, and all of it without script."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import override_settings
from playwright.sync_api import Page, expect

from tests.browser import live_pages
from tests.browser.conftest import Visit, must_be_accessible, must_fit, must_have_targets
from tests.exchange.given_deals import time_passes
from zhirong.web import feed, hub

pytestmark = pytest.mark.browser


@pytest.fixture
def room(house: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(feed.WRITERS, "probe", live_pages.fragments)
    live_pages.open_room()
    with override_settings(ROOT_URLCONF=live_pages.__name__):
        yield


def shows(page: Page, text: str) -> None:
    """The board comes to say this price."""
    expect(page.get_by_role("status").locator(".big")).to_have_text(text)


def test_a_bid_is_seen_in_every_browser_soon_after_its_commit(visit: Visit, room: None) -> None:
    first, second = visit().go("/probe"), visit(lang="en").go("/probe")
    for page in (first, second):
        shows(page, "1,280,000")
    live_pages.bid(130_000_000)
    for page in (first, second):
        shows(page, "1,300,000")
    expect(second.get_by_role("status")).to_contain_text("yuan")


def test_the_live_page_ends_as_a_fresh_one_shows(visit: Visit, room: None) -> None:
    visitor = visit()
    page = visitor.go("/probe")
    for price_fen in (130_000_000, 132_000_000, 140_000_000):
        live_pages.bid(price_fen, closes_in_ms=1000)
    expect(page.get_by_role("status")).to_contain_text("1,400,000")
    fresh = visitor.go("/probe")
    still = """() => document.querySelector('[data-live=board]').innerHTML.replace(/>[^<]*<\\/p><svg/, '><svg')
        .replace(/width="[\\d.]+%"/g, '')"""
    page.wait_for_function(f"(wanted) => ({still})() === wanted", arg=fresh.evaluate(still))
    assert visitor.complaints == []


def test_what_is_being_typed_is_never_touched(visit: Visit, room: None) -> None:
    page = visit().go("/probe")
    own = page.locator("#own")
    own.fill("1300000")
    live_pages.bid(140_000_000)
    expect(page.get_by_role("status")).to_contain_text("1,400,000")
    expect(own).to_have_value("1300000")
    expect(own).to_be_focused()


def test_a_moved_close_is_spoken_and_so_is_the_last_minute(visit: Visit, room: None) -> None:
    live_pages.open_room(closes_in_ms=3_600_000)
    page = visit().go("/probe")
    alert = page.locator("[data-alert]")
    expect(page.locator("html")).to_have_attribute("data-script", "on")
    expect(alert).to_have_text("")
    time_passes(seconds=3_545)
    expect(alert).to_have_text("1 minute")
    live_pages.bid(130_000_000, closes_in_ms=3_600_000)
    expect(alert).to_contain_text("until ")


def test_a_lost_line_is_said_with_the_button_still_usable(
    visit: Visit, room: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = visit().go("/probe")
    # The page looks twice a second whether the line is lost; by now it has.
    page.wait_for_function("() => performance.now() > 2000")
    expect(page.locator("[data-lost]")).to_be_hidden()
    monkeypatch.setattr(hub, "BEAT_SECONDS", 1000)
    expect(page.locator("[data-lost]")).to_be_visible()
    expect(page.locator("button.bind")).to_be_enabled()


def test_a_line_that_came_back_counts_as_lost_until_the_board_is_fresh(visit: Visit, room: None) -> None:
    page = visit().go("/probe")
    shows(page, "1,280,000")
    beats = 'retry: 100\nevent: beat\ndata: {"now": 0}\n\n'
    page.route("**/live/?*", lambda route: route.fulfill(content_type="text/event-stream", body=beats))
    page.reload()
    live_pages.bid(130_000_000)
    page.wait_for_function("() => performance.now() > 2000")
    lost = page.locator("[data-lost]")
    expect(lost).to_be_visible()
    page.unroute("**/live/?*")
    expect(lost).to_be_hidden()
    assert page.get_by_role("status").locator(".big").text_content() == "1,300,000"


def test_a_line_that_was_refused_is_tried_again(visit: Visit, room: None) -> None:
    page = visit().go("/probe")
    page.route("**/live/?*", lambda route: route.fulfill(status=503))
    page.reload()
    expect(page.locator("[data-lost]")).to_be_visible()
    page.unroute("**/live/?*")
    live_pages.bid(130_000_000)
    shows(page, "1,300,000")
    expect(page.locator("[data-lost]")).to_be_hidden()


@pytest.mark.parametrize("script", [True, False])
def test_a_refused_bid_gets_its_page_with_and_without_script(visit: Visit, room: None, script: bool) -> None:
    page = visit(script=script).go("/probe")
    page.locator("button.bind").click()
    expect(page.locator(".why")).to_be_visible()
    expect(page.locator("main")).to_contain_text("60 秒后可以再试")
    expect(page.locator("main")).to_contain_text("1300000")


@pytest.mark.parametrize(
    ("width", "view", "contrast"),
    [(1280, "plain", "plain"), (390, "plain", "plain"), (390, "elder", "plain"), (1280, "plain", "high")],
)
def test_a_page_of_every_part_is_accessible(visit: Visit, room: None, width: int, view: str, contrast: str) -> None:
    page = visit(width=width, view=view, contrast=contrast).go("/probe")
    must_fit(page)
    must_have_targets(page, 60 if view == "elder" else 44)
    must_be_accessible(page)


def test_the_page_of_every_part_fits_a_small_telephone(visit: Visit, room: None) -> None:
    for view in ("plain", "elder"):
        must_fit(visit(width=320, view=view).go("/probe"))
