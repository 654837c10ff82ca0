"""The exchange in real browsers: every page in both languages, bidding in two browsers, by keyboard, without script."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, TimeoutError, expect

from tests.browser.conftest import (
    PATIENCE_MS,
    WIDTHS,
    Visit,
    Visitor,
    must_be_accessible,
    must_fit,
    must_have_targets,
    opened,
)
from tests.browser.given_rooms import an_open_lot, leave
from tests.exchange import given_deals as given
from tests.exchange.given_hall import Day
from zhirong.base import money
from zhirong.exchange import floor_doors
from zhirong.exchange.actions import bidding
from zhirong.exchange.models import Lot, LotStep
from zhirong.record import sequencer
from zhirong.record.models import Leaf
from zhirong.web import filters

pytestmark = pytest.mark.browser


@pytest.fixture
def busy_lot(day: Day) -> Lot:
    """The same with a third bidder."""
    day.buyers.append(given.a_side("buyer"))
    return an_open_lot(day)


@pytest.fixture
def closing_lot(day: Day) -> Lot:
    """The same lot four minutes before its close, in the five in which a bid moves it."""
    return leave(an_open_lot(day), seconds=240)


def pages_of(day: Day, lot: Lot) -> list[str]:
    listing = day.announced()
    given.an_admitted(listing, given.a_side("buyer"))
    sequencer.number_now()
    leaf = Leaf.objects.get(kind="exchange.announced", topic=listing.topic)
    return [
        "/",
        "/market?q=储能&right_kind=invention&from=1万",
        "/market?q=(",
        "/market?kind=right",
        f"/listings/{listing.number}",
        f"/lots/{lot.pk}",
        f"/lots/{lot.pk}/transcript",
        "/rules",
        "/fees?price=128万",
        "/verify",
        f"/receipts/{leaf.pk}",
    ]


@pytest.mark.parametrize(
    ("lang", "width", "view", "contrast"),
    [
        ("zh-hans", 1280, "plain", "plain"),
        ("en", 390, "plain", "plain"),
        ("zh-hans", 390, "elder", "plain"),
        ("en", 1280, "plain", "high"),
    ],
)
def test_every_page_is_accessible(
    day: Day, lot: Lot, visit: Visit, lang: str, width: int, view: str, contrast: str
) -> None:
    visitor = visit(width=width, lang=lang, view=view, contrast=contrast)
    for path in pages_of(day, lot):
        page = visitor.go(path)
        must_fit(page)
        must_have_targets(page, 60 if view == "elder" else 44)
        must_be_accessible(page)
        page.close()


@pytest.mark.parametrize("view", ["plain", "elder"])
def test_pages_fit_every_width(day: Day, lot: Lot, visit: Visit, view: str) -> None:
    visitor = visit(day.buyers[0].person, view=view)
    for path in pages_of(day, lot):
        page = visitor.go(path)
        must_fit(page, *WIDTHS)
        page.close()


@pytest.mark.parametrize(("lang", "width"), [("zh-hans", 390), ("en", 1280)])
def test_the_bidders_own_pages_are_accessible(day: Day, lot: Lot, visit: Visit, lang: str, width: int) -> None:
    listing = day.announced()
    visitor = visit(day.buyers[0].person, width=width, lang=lang)
    for path in (f"/lots/{lot.pk}", f"/listings/{lot.listing.number}", f"/listings/{listing.number}"):
        page = visitor.go(path)
        must_fit(page)
        must_have_targets(page)
        must_be_accessible(page)
        page.close()
    assert visitor.complaints == []


def shows(page: Page, text: str) -> None:
    """The board comes to say this price."""
    expect(page.locator("[role=status] .big")).to_have_text(text)


def closes(page: Page) -> int:
    return int(page.locator("[role=timer]").get_attribute("data-closes") or 0)


def test_two_browsers_bid_against_each_other(day: Day, lot: Lot, visit: Visit) -> None:
    one = opened(visit(day.buyers[0].person), f"/lots/{lot.pk}")
    other = opened(visit(day.buyers[1].person), f"/lots/{lot.pk}")
    onlooker = opened(visit(lang="en", width=390), f"/lots/{lot.pk}")
    one.get_by_role("button", name=re.compile("确认出价")).click()
    shows(other, "800,000")
    expect(onlooker.locator("[role=log] tbody tr")).to_have_count(2)
    expect(one.locator("[role=log]")).to_contain_text("（您）")
    expect(other.locator("[role=log] tbody tr")).to_have_count(2)
    expect(other.locator("[role=log]")).not_to_contain_text("（您）")
    expect(onlooker.locator("[role=log]")).to_contain_text("Leading")

    # The choice that was offered is now below the next valid bid: nothing is chosen for the bidder instead.
    button = other.get_by_role("button", name=re.compile("确认出价"))
    expect(button).to_be_disabled()
    other.get_by_text("加 3 个幅度").click()
    expect(button).to_have_text(re.compile("815,000"))
    expect(other.locator("[data-capitals]")).to_have_text("捌拾壹万伍仟元整")
    before = closes(one)
    button.click()
    shows(one, "815,000")
    assert closes(one) == before, "a day before its end a bid moves nothing"
    assert [step.amount_fen for step in LotStep.objects.filter(lot=lot, kind="bid").order_by("seq")] == [
        80_000_000,
        81_500_000,
    ]


def test_a_bid_in_the_last_minute_moves_the_close_in_every_browser(day: Day, closing_lot: Lot, visit: Visit) -> None:
    onlooker = opened(visit(), f"/lots/{closing_lot.pk}")
    before = closes(onlooker)
    bidder = opened(visit(day.buyers[0].person), f"/lots/{closing_lot.pk}")
    bidder.get_by_role("button", name=re.compile("确认出价")).click()
    expect(onlooker.locator("[role=log]")).to_contain_text("领先，延时")
    expect(onlooker.locator("[role=timer]")).not_to_have_attribute("data-closes", str(before))
    assert before < closes(onlooker) <= before + 300_000
    expect(onlooker.locator("[role=alert][data-alert]")).to_contain_text("已延时至")


def test_what_a_bidder_typed_is_never_touched(day: Day, lot: Lot, visit: Visit) -> None:
    one = opened(visit(day.buyers[0].person), f"/lots/{lot.pk}")
    other = opened(visit(day.buyers[1].person), f"/lots/{lot.pk}")
    own = other.get_by_label("或自己填")
    own.fill("805000")
    one.get_by_text("加 5 个幅度").click()
    one.get_by_role("button", name=re.compile("确认出价")).click()
    shows(other, "825,000")
    expect(own).to_have_value("805000")
    expect(own).to_be_focused()
    expect(other.get_by_text("您填写的内容保留不变")).to_be_visible()
    expect(other.locator("[data-why]")).to_have_text("805,000 元过低：现在最低应出 830,000 元。")
    expect(other.get_by_role("button", name=re.compile("确认出价"))).to_be_disabled()


# The whole of a room but what runs by itself (clocks, bars, spoken words), the marks of one request, and the second
# step of the form, which follows what the bidder chose and never chooses instead, and where the focus was put.
RUNS = "[data-closes], [data-now], [data-bar], [data-alert], [data-scripted], input[type=hidden]"
STILL = """(runs) => {
  const room = document.querySelector("main").cloneNode(true);
  room.querySelectorAll(runs).forEach((one) => one.remove());
  room.querySelectorAll("[checked]").forEach((one) => one.removeAttribute("checked"));
  room.querySelectorAll("h2[tabindex]").forEach((one) => one.removeAttribute("tabindex"));
  room.querySelectorAll("[class='']").forEach((one) => one.removeAttribute("class"));
  return room.innerHTML.replace(/\\s+/g, " ").replace(/> </g, "><");
}"""


def must_become(page: Page, fresh: Page) -> None:
    """The live page comes to be what a page loaded now is, word for word."""
    wanted = fresh.evaluate(STILL, RUNS)
    try:
        page.wait_for_function(f"([wanted, runs]) => ({STILL})(runs) === wanted", arg=[wanted, RUNS])
    except TimeoutError:
        assert page.evaluate(STILL, RUNS) == wanted


def test_replayed_events_give_what_a_fresh_page_shows(day: Day, busy_lot: Lot, visit: Visit) -> None:
    """The room of an onlooker and of a bidder, after each kind of event, against the same rooms loaded anew."""
    rooms = [(visitor, opened(visitor, f"/lots/{busy_lot.pk}")) for visitor in (visit(), visit(day.buyers[2].person))]
    first, second = [visit(buyer.person) for buyer in day.buyers[:2]]

    def bid(bidder: Visitor) -> None:
        page = opened(bidder, f"/lots/{busy_lot.pk}")
        page.get_by_role("button", name=re.compile("确认出价")).click()
        expect(page.locator("[data-last]")).to_be_visible()
        page.close()

    events: list[Callable[[], object]] = [
        lambda: bid(first),
        lambda: bidding.pause(day.house.operator, busy_lot, reason="核对公告内容。"),
        lambda: bidding.resume(day.house.operator, busy_lot),
        lambda: bid(second),
        lambda: bid(first),
    ]
    for event in events:
        event()
        for visitor, watching in rooms:
            fresh = opened(visitor, f"/lots/{busy_lot.pk}")
            must_become(watching, fresh)
            assert closes(watching) == closes(fresh)
            fresh.close()


def test_a_bid_goes_by_plain_forms_without_script(day: Day, lot: Lot, visit: Visit) -> None:
    page = visit(day.buyers[0].person, script=False).go(f"/lots/{lot.pk}")
    expect(page.get_by_role("button", name=re.compile("确认出价"))).to_have_count(0)
    page.get_by_text("加 2 个幅度").click()
    page.get_by_role("button", name="核对此金额").click()
    expect(page.locator(".caps").first).to_have_text("捌拾壹万元整")
    page.get_by_role("button", name=re.compile("确认出价 810,000 元")).click()
    expect(page.get_by_text("您的出价 810,000 元")).to_be_visible()
    shows(page, "810,000")


def test_a_bidder_needs_no_mouse(day: Day, lot: Lot, visit: Visit) -> None:
    page = opened(visit(day.buyers[0].person), f"/lots/{lot.pk}")
    page.locator("input[name=amount]").first.focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("[data-capitals]")).to_have_text("捌拾壹万元整")
    page.get_by_role("button", name=re.compile("确认出价")).focus()
    with page.expect_response(re.compile(rf"/live/bid/{lot.pk}$")) as answer:
        page.keyboard.press("Enter")
    assert answer.value.status == 200, "with script the bid goes through the thin door"
    expect(page.get_by_text("您的出价 810,000 元")).to_be_visible()


CONFIRM = re.compile("确认出价")


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("3005.0001万", 3_005_000_100),
        ("3006.5万", 3_006_500_000),
        ("30,060,000.55", 3_006_000_055),
        ("０.３亿元", 3_000_000_000),
        ("3000,5000", None),
    ],
)
def test_what_the_confirm_step_shows_is_what_is_bid(
    day: Day, lot: Lot, visit: Visit, typed: str, fen: int | None
) -> None:
    page = opened(visit(day.buyers[0].person), f"/lots/{lot.pk}")
    page.get_by_label("或自己填").fill(typed)
    button = page.get_by_role("button", name=CONFIRM)
    if fen is None:
        expect(page.locator("[data-why]")).to_contain_text(f"“{typed}”不能作为出价")
        expect(button).to_be_disabled()
        return
    expect(page.locator("[data-capitals]")).to_have_text(money.capitals(fen))
    expect(button).to_have_text(re.compile(f"确认出价 {re.escape(filters.yuan(fen))} 元"))
    button.click()
    expect(page.locator("[data-last]")).to_contain_text(f"您的出价 {filters.yuan(fen)} 元")
    assert [step.amount_fen for step in LotStep.objects.filter(lot=lot, kind="bid")] == [fen]


def test_an_amount_that_is_not_understood_cannot_be_confirmed(day: Day, lot: Lot, visit: Visit) -> None:
    page = opened(visit(day.buyers[0].person), f"/lots/{lot.pk}")
    own, button = page.get_by_label("或自己填"), page.get_by_role("button", name=CONFIRM)
    refused = {
        "abc": "“abc”不能作为出价",
        "99999999999999": "99,999,999,999,999 元不能作为出价：须大于零且不超过",
        "0": "0 元不能作为出价",
    }
    for typed, why in refused.items():
        own.fill("900000")
        expect(button).to_be_enabled()
        own.fill(typed)
        expect(page.locator("[data-why]")).to_contain_text(why)
        expect(button).to_be_disabled()
        expect(page.locator("button [data-figure]")).to_have_text("–")
        expect(page.locator("[data-capitals]")).to_have_text("")
        own.press("Enter")
    assert not LotStep.objects.filter(lot=lot, kind="bid").exists()


def test_enter_leads_to_the_confirm_step_and_bids_nothing(day: Day, lot: Lot, visit: Visit) -> None:
    page = opened(visit(day.buyers[0].person), f"/lots/{lot.pk}")
    own, step_two = page.get_by_label("或自己填"), page.get_by_role("group", name="二、核对后确认")
    own.fill("900000")
    own.press("Enter")
    expect(step_two).to_be_focused()
    page.keyboard.press("Enter")
    page.locator("input[name=amount]").first.focus()
    page.keyboard.press("Enter")
    expect(step_two).to_be_focused()
    expect(page).to_have_url(re.compile(rf"/lots/{lot.pk}$"))
    assert not LotStep.objects.filter(lot=lot, kind="bid").exists()


def test_the_leader_is_told_so_before_a_click(day: Day, lot: Lot, visit: Visit) -> None:
    one, other = (opened(visit(buyer.person), f"/lots/{lot.pk}") for buyer in day.buyers[:2])
    button = one.get_by_role("button", name=CONFIRM)
    button.click()
    expect(one.locator("[data-last]")).to_be_visible()
    expect(one.locator("[data-why]")).to_contain_text("您目前领先")
    expect(button).to_be_disabled()
    other.get_by_text("加 3 个幅度").click()
    other.get_by_role("button", name=CONFIRM).click()
    shows(one, "815,000")
    expect(one.locator("[data-why]")).not_to_contain_text("您目前领先")
    one.get_by_text("加 3 个幅度").click()
    expect(button).to_be_enabled()


@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_after_the_hammer_the_open_room_is_what_a_fresh_one_shows(
    day: Day, busy_lot: Lot, visit: Visit, lang: str
) -> None:
    path = f"/lots/{busy_lot.pk}"
    visitors = [visit(buyer.person, lang=lang) for buyer in day.buyers[:2]] + [visit(lang=lang)]
    winner, loser, onlooker = rooms = [opened(visitor, path) for visitor in visitors]
    winner.locator("[data-bind]").click()
    expect(winner.locator("[data-last]")).to_be_visible()
    loser.get_by_label(re.compile("或自己填|Or your own")).fill("3006.5万")
    floor_doors.running().expect_clock_move()
    leave(busy_lot, seconds=-1)
    sold, won, lost = {
        "zh-hans": ("成交", "您以上述价格成交", "由其他竞买人成交"),
        "en": ("Sold", "You won this lot", "Another bidder won"),
    }[lang]
    expect(winner.get_by_text(won)).to_be_visible()
    expect(winner.locator("a.btn[href^='/deals/']")).to_be_visible()
    expect(loser.get_by_text(lost)).to_be_visible()
    for visitor, page in zip(visitors, rooms, strict=True):
        expect(page.locator("main")).to_contain_text(sold)
        expect(page.locator("[data-bind]")).to_have_count(0)
        expect(page.locator("[data-alert]")).to_contain_text("800,000")
        expect(page.locator("[data-again]")).to_have_count(0)
        must_become(page, opened(visitor, path))
    expect(onlooker.locator("a.btn[href^='/deals/']")).to_have_count(0)


def test_the_filters_of_the_hall_work_without_script(day: Day, lot: Lot, visit: Visit) -> None:
    listing = day.announced()
    sequencer.number_now()
    page = visit(script=False).go("/market")
    for _ in range(PATIENCE_MS // 300):  # the index follows the record on its own thread
        if page.get_by_text(listing.number).count():
            break
        page.wait_for_timeout(300)
        page.reload()
    page.get_by_label("可报名").check()
    page.get_by_role("button", name="按条件筛选").click()
    expect(page.locator("[role=status]").first).to_have_text("找到 1 项")
    page.get_by_role("link", name=re.compile("可报名.*去掉此条件")).click()
    expect(page.locator("[role=status]").first).to_have_text("找到 2 项")
