"""A suspended listing says why, since when and what follows, on every page and over the interface; and afterwards."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.exchange import given_deals as given
from tests.exchange.given_hall import Day, signed_in, the_floor
from tests.web.given_pages import text_of
from zhirong.exchange import jobs, stops, terms
from zhirong.exchange.actions import bidding, listings, register_watch
from zhirong.exchange.actions.listings import rules_of
from zhirong.exchange.models import Listing
from zhirong.web import filters
from zhirong.web.exchange import stopped

pytestmark = pytest.mark.django_db(transaction=True)
TYPED = "登记权利人来函，权属有争议，待核实。"
ON = "权属证明已核对。"


def suspended() -> tuple[Day, Listing]:
    day = Day()
    listing = day.announced()
    return day, listings.suspend(day.house.operator, listing.pk, reason=TYPED)


def english(client: Client) -> Client:
    client.cookies["lang"] = "en"
    return client


def ends(listing: Listing) -> str:
    assert listing.suspended_at is not None
    return filters.moment(terms.suspension_ends(rules_of(listing).basis, listing.suspended_at))


@pytest.mark.both
def test_the_stops_of_a_listing_are_told_in_order_by_one_question_or_beside_its_row() -> None:
    day, listing = suspended()
    listings.resume(day.house.operator, listing.pk, reason=ON)
    listing = listings.suspend(day.house.operator, listing.pk, reason="再次核实。")
    found = stops.of(listing)
    assert [(one.reason["zh"], one.reason["en"], one.why_on and one.why_on["en"]) for one in found] == [
        (TYPED, TYPED, ON),
        ("再次核实。", "再次核实。", None),
    ]
    assert found[0].until is not None
    assert found[0].since < found[0].until < found[1].since
    assert found[1].until is None
    row = Listing.objects.annotate(**stops.beside()).get(pk=listing.pk)
    assert stops.of_row(row) == found
    other = Listing.objects.annotate(**stops.beside()).get(pk=day.announced().pk)
    assert stops.of_row(other) == []


def test_the_public_page_of_a_suspended_listing_says_why_since_when_and_what_follows(client: Client) -> None:
    _, listing = suspended()
    page = f"/listings/{listing.number}"
    text = text_of(client, page)
    assert f"<b>自 {filters.moment(listing.suspended_at)} 起中止。</b> {TYPED}" in text
    assert f"经办机构应于 {ends(listing)} 前恢复挂牌" in text
    assert f"<dt>报名</dt><dd>自 {filters.moment(listing.suspended_at)} 起停止计算</dd>" in text
    assert "报名截止于" not in text
    assert "报名截止<small>停止计算</small>" in text
    assert filters.short_moment(listing.closes_at) not in text, "no end that will not be"
    told = text_of(english(client), page)
    assert f"<b>Suspended since {filters.moment(listing.suspended_at)}.</b> {TYPED}" in told
    assert "Registration closes<small>stands still</small>" in told


def test_a_stop_by_the_register_is_told_in_the_language_of_the_page_and_names_nobody(client: Client) -> None:
    day = Day()
    listing = day.announced()
    given.a_pledge(day.house, listing.items.get().right)
    register_watch.stop_if_blocked(listing.pk)
    reason = stops.of(listing)[-1].reason
    assert reason["zh"] != reason["en"]
    text = text_of(client, f"/listings/{listing.number}")
    assert f"起中止。</b> {reason['zh']}" in text
    assert "某某银行" not in text
    assert "民法典 第四百四十四条" in reason["zh"]
    assert reason["en"] in text_of(english(client), f"/listings/{listing.number}")


def test_after_the_resumption_the_public_history_keeps_both_reasons(client: Client) -> None:
    day, listing = suspended()
    text = text_of(client, f"/listings/{listing.number}")
    assert "本挂牌的中止记录" not in text
    given.time_passes(minutes=1)
    listing = listings.resume(day.house.operator, listing.pk, reason=ON)
    text = text_of(client, f"/listings/{listing.number}")
    assert "起中止。" not in text
    assert "报名截止于" in text
    history = text[text.index("本挂牌的中止记录") :]
    assert [one for one in (f"中止：{TYPED}", f"恢复：{ON}") if one not in history] == []
    told = text_of(english(client), f"/listings/{listing.number}")
    assert f"Suspended: {TYPED}" in told
    assert f"Went on: {ON}" in told


def test_after_the_end_the_suspension_stays_in_the_history(client: Client) -> None:
    day, listing = suspended()
    listings.terminate(day.house.operator, listing.pk, reason="权属不清，终结。")
    text = text_of(client, f"/listings/{listing.number}")
    assert f"中止：{TYPED}" in text
    assert "权属不清，终结。" in text
    assert "起中止。" not in text


def test_the_seller_reads_the_reason_what_to_bring_and_has_it_as_a_task() -> None:
    day, listing = suspended()
    browser = signed_in(day.seller.person)
    text = text_of(browser, f"/listings/{listing.number}/seller")
    assert f"<b>自 {filters.moment(listing.suspended_at)} 起中止。</b> {TYPED}" in text
    assert f"请于 {ends(listing)} 前向中心提交消除中止事由的材料" in text
    assert "撤回此挂牌" in text or "撤回挂牌" in text
    assert f"{filters.moment(listing.closes_at)}" not in text
    todo = text_of(browser, "/desk")
    assert f"{listing.number} 已中止：请提交消除中止事由的材料，或者撤回" in todo
    assert TYPED in todo
    assert f"/listings/{listing.number}/seller" in todo
    english(browser)
    assert "Bring the Centre what takes the reason away" in text_of(browser, f"/listings/{listing.number}/seller")
    assert f"{listing.number} is suspended: bring what lets it go on" in text_of(browser, "/desk")
    listings.resume(day.house.operator, listing.pk, reason=ON)
    assert "is suspended: bring" not in text_of(browser, "/desk")


def test_after_the_end_of_registration_only_what_follows_it_stands_still(client: Client) -> None:
    day = Day()
    lot, _ = day.auction()
    with the_floor():
        bidding.annul(day.house.operator, lot, reason="公告有误")
    jobs.tick()
    listing = given.fresh(lot.listing)
    assert (listing.state, stopped.closed(listing)) == ("suspended", listing.closes_at)
    seller, number = signed_in(day.seller.person), listing.number
    for browser, address in ((client, f"/listings/{number}"), (seller, f"/listings/{number}/seller")):
        text = text_of(browser, address)
        assert "停止计算" not in text
        assert filters.short_moment(listing.closes_at) in text
    assert f"报名已于此前（{filters.moment(listing.closes_at)}）截止" in text_of(client, f"/listings/{number}")
    assert "无需补交材料：该场竞价已撤销" in text_of(seller, f"/listings/{number}/seller")
    assert "请提交消除中止事由的材料" not in text_of(seller, "/desk")


def test_a_registered_buyer_may_step_back_while_it_is_suspended() -> None:
    day = Day()
    listing, buyer = day.announced(), day.buyers[0]
    intent = given.an_admitted(listing, buyer)
    listings.suspend(day.house.operator, listing.pk, reason=TYPED)
    browser = signed_in(buyer.person)
    text = text_of(browser, f"/listings/{listing.number}")
    assert re.search(rf'action="/listings/{listing.number}/step-back"', text)
    assert browser.post(f"/listings/{listing.number}/step-back", {"intent": intent.pk}).status_code == 302
    assert given.free_fen(buyer) == listing.deposit_fen


def test_the_interface_tells_every_stop_with_its_reason(client: Client) -> None:
    day, listing = suspended()
    told = client.get(f"/api/listings/{listing.pk}").json()
    [stop] = told["stops"]
    assert (stop["reason"], stop["until"], stop["why_on"]) == ({"zh": TYPED, "en": TYPED}, None, None)
    assert stop["since"][:19] == listing.suspended_at.isoformat()[:19]
    listings.resume(day.house.operator, listing.pk, reason=ON)
    [stop] = client.get(f"/api/listings/{listing.pk}").json()["stops"]
    assert stop["why_on"] == {"zh": ON, "en": ON}
    assert client.get(f"/api/listings/{day.announced().pk}").json()["stops"] == []
