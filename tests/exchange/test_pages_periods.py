"""The free and limited form on every page that tells of time, and an auction that stands still (B1, court rule 28)."""

from __future__ import annotations

import importlib
import json
import re

import pytest
from django.apps import apps
from django.test import Client
from django.utils import translation

from tests.browser.given_rooms import an_open_lot
from tests.exchange import given_deals as given
from tests.exchange.given_desk import browser_of
from tests.exchange.given_hall import Day, signed_in, the_floor, the_index
from tests.web.given_pages import text_of
from zhirong.exchange.actions import bidding, deals, listings
from zhirong.exchange.models import Lot, LotStep
from zhirong.record import actions as record
from zhirong.web import filters
from zhirong.web.exchange import board, front, transcript

pytestmark = pytest.mark.django_db(transaction=True)
SECOND_NS = 10**9
WINDOW_NS = 180 * SECOND_NS
FREE, LIMITED = "自由报价期", "限时报价期"


@pytest.fixture(autouse=True)
def anew() -> None:
    front.forget()


@pytest.fixture
def day() -> Day:
    return Day()


@pytest.fixture
def lot(day: Day) -> Lot:
    """Its free period of an hour has just begun."""
    return an_open_lot(day, "free_limited")


def fresh(lot: Lot) -> Lot:
    return Lot.objects.get(pk=lot.pk)


def bids(day: Day, lot: Lot, place: int, amount: str) -> None:
    """One of the buyers bids on a floor of its own, so that no clock jumps under one that runs."""
    with the_floor():
        sent = {"own": amount, "key": f"{place} {amount}"}
        answer = signed_in(day.buyers[place].person).post(f"/lots/{lot.pk}/bid", sent)
    assert answer.status_code == 302, answer.content.decode()


def told(client: Client, lot: Lot) -> dict[str, object]:
    facts: dict[str, object] = json.loads(client.get(f"/api/lots/{lot.pk}").content)
    return facts


def until(at_ns: int) -> None:
    given.time_passes(seconds=(at_ns - record.now_ns()) // SECOND_NS + 1)


def test_the_transcript_says_of_a_bid_what_it_did_to_the_limited_period() -> None:
    minute = 60 * SECOND_NS
    opened, first, late = (
        LotStep(seq=seq, kind=kind, received_ns=at * minute, code="A1", amount_fen=seq, closes_ns=end * minute)
        for seq, kind, at, end in ((1, "open", 0, 10), (2, "bid", 4, 13), (3, "bid", 11, 14))
    )
    with translation.override("en"):
        said = [
            transcript.line_of(step, None, before=before, free_end_ns=10 * minute).word
            for before, step in ((opened, first), (first, late))
        ]
    assert said == [
        "Bid; a limited period follows the free one, until 08:13:00",
        "Bid; the limited period began anew: until 08:14:00, before 08:13:00",
    ]


def test_before_the_first_bid_the_free_period_ends_the_auction(client: Client, lot: Lot) -> None:
    ends = filters.short_clock(lot.closes_ns)
    room = text_of(client, f"/lots/{lot.pk}")
    assert f"{FREE}至 {ends}；无人出价则届时结束" in room
    assert f"{FREE} · 距截止" in room
    assert "无人出价的，自由报价期届满即结束" in room
    assert "移到该出价之后" not in room, "the rule of the timed form"
    listing = text_of(client, f"/listings/{lot.listing.number}")
    assert f"<dt>{FREE}至</dt><dd>{ends}</dd>" in listing
    assert "有人出价的，自由报价期后 180 秒" in listing
    assert "<dt>延时</dt>" not in listing
    assert f" · {FREE}</span>" in text_of(client, "/")
    with the_index():
        assert f"{FREE} · {filters.short_moment(lot.closes_ns)} 截止" in text_of(client, "/market")
    facts = told(client, lot)
    assert (facts["form"], facts["period"], facts["free_end_ns"]) == ("free_limited", "free", lot.closes_ns)


def test_the_rules_name_the_periods_where_their_form_has_them(client: Client, day: Day) -> None:
    rules = text_of(client, "/rules")
    timed, _, after = rules.partition("限时报价期内出价后重新起算")
    assert "时段内出价则延至其后" in timed
    assert after, "the free and limited form"
    seller = text_of(browser_of(day.seller.person), "/listings/new")
    assert "限时报价期 180 秒" in seller
    listing = given.a_draft(day.house, day.seller, rule_set="free_limited")
    review = text_of(signed_in(day.house.operator), f"/office/listings/{listing.pk}")
    assert "自由报价期不少于" in review
    assert "临近截止出价" not in review


def test_the_first_bid_opens_the_limited_period_and_extends_nothing(client: Client, day: Day, lot: Lot) -> None:
    free_end_ns = lot.closes_ns
    bids(day, lot, 0, "80万")
    lot = fresh(lot)
    assert (lot.closes_ns, lot.extensions) == (free_end_ns + WINDOW_NS, 0)
    free, end = filters.short_clock(free_end_ns), filters.short_clock(lot.closes_ns)
    room = text_of(client, f"/lots/{lot.pk}")
    assert f"{FREE}至 {free} · {LIMITED}至 {end}" in room
    assert "领先，其后限时报价" in room
    assert "延时" not in room
    assert "重新起算 " not in room.replace("这 180 秒重新起算", "")
    listing = text_of(client, f"/listings/{lot.listing.number}")
    assert f"<dt>{FREE}至</dt><dd>{free}</dd>" in listing
    assert f"<dt>{LIMITED}至</dt><dd>{end}</dd>" in listing
    clock = board.fragments(f"lot:{lot.pk}", "zh-hans")
    assert clock is not None
    assert f"{LIMITED}至 {end}" in clock["clock"]
    facts = told(client, lot)
    assert (facts["period"], facts["free_end_ns"], facts["extensions"]) == ("free", free_end_ns, 0)
    bids(day, lot, 1, "80.5万")
    assert (fresh(lot).closes_ns, fresh(lot).extensions) == (lot.closes_ns, 0), "in the free period bids move no end"
    assert '<span class="st on">领先</span>' in text_of(client, f"/lots/{lot.pk}")


def test_each_bid_of_the_limited_period_starts_it_anew(client: Client, day: Day, lot: Lot) -> None:
    free_end_ns = lot.closes_ns
    bids(day, lot, 0, "80万")
    bidder = browser_of(day.buyers[1].person)
    news = f"/listings/{lot.listing.number}/news"
    before = bidder.get(news).json()["mark"]
    assert bidder.get(news).json()["mark"] == before
    until(free_end_ns)
    assert bidder.get(news).json()["mark"] != before, "the period is another one"
    assert f"{LIMITED} · 距截止" in text_of(client, f"/lots/{lot.pk}")
    bids(day, lot, 1, "80.5万")
    lot = fresh(lot)
    assert lot.extensions == 1
    assert lot.closes_ns > free_end_ns + WINDOW_NS
    room = text_of(client, f"/lots/{lot.pk}")
    assert "领先，限时重新起算" in room
    assert "被超过，其后限时报价" in room
    assert "已重新起算 1 次" in room
    assert f"竞价中 · {LIMITED} · 已重新起算 1 次" in text_of(client, "/")
    facts = told(client, lot)
    assert (facts["period"], facts["free_end_ns"], facts["extensions"]) == ("limited", free_end_ns, 1)
    office = text_of(signed_in(day.house.operator), f"/office/lots/{lot.pk}")
    assert "限时报价期重新起算次数" in office
    assert f"<dt>{FREE}至</dt>" in office


def test_counted_anew_from_its_steps_a_lot_has_the_extensions_that_the_floor_counts(day: Day, lot: Lot) -> None:
    free_end_ns = lot.closes_ns
    count_anew = importlib.import_module("zhirong.exchange.migrations.0017_openings_no_extensions").count_anew
    bids(day, lot, 0, "80万")
    with the_floor():
        bidding.pause(day.house.operator, fresh(lot), reason="线路故障")
        bidding.resume(day.house.operator, fresh(lot))
    until(fresh(lot).closes_ns - WINDOW_NS + SECOND_NS)
    bids(day, lot, 1, "80.5万")
    assert fresh(lot).closes_ns > free_end_ns + WINDOW_NS
    Lot.objects.filter(pk=lot.pk).update(extensions=2)
    count_anew(apps, None)
    assert fresh(lot).extensions == 1


def test_the_transcript_tells_when_the_limited_period_opened(client: Client, day: Day, lot: Lot) -> None:
    free_end_ns, page = lot.closes_ns, f"/lots/{lot.pk}/transcript"
    line = f'<tr><th scope="row">{LIMITED}开始</th>'
    bids(day, lot, 0, "80万")
    bids(day, lot, 1, "80.5万")
    assert line not in text_of(client, page), "the free period runs"
    until(free_end_ns)
    assert text_of(client, page).count(line) == 1
    bids(day, lot, 0, "81万")
    text = text_of(client, page)
    assert text.count(line) == 1
    assert text.index("805,000") < text.index(line) < text.index("810,000")
    told = client.get(f"{page}.csv").content.decode("utf-8-sig").splitlines()[1:]
    assert [row.split(",")[0] for row in told] == ["1", "2", "3", "", "4"], "what is nobody's deed has no number"


@pytest.mark.parametrize("most", [1, 2, 3])
def test_the_opening_of_the_limited_period_stands_on_one_page_of_the_transcript_alone(
    client: Client, day: Day, lot: Lot, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(transcript, "PAGE", most)
    free_end_ns = lot.closes_ns
    bids(day, lot, 0, "80万")
    until(free_end_ns)
    bids(day, lot, 1, "80.5万")
    found = [text_of(client, f"/lots/{lot.pk}/transcript?page={page}") for page in range(1, -(-3 // most) + 1)]
    assert sum(text.count(f"{LIMITED}开始") for text in found) == 1


def test_a_pause_in_the_free_period_moves_both_ends(client: Client, day: Day, lot: Lot) -> None:
    free_end_ns = lot.closes_ns
    bids(day, lot, 0, "80万")
    with the_floor():
        bidding.pause(day.house.operator, fresh(lot), reason="线路故障")
        bidding.resume(day.house.operator, fresh(lot))
    facts = told(client, lot)
    given_back_ns = fresh(lot).closes_ns - free_end_ns - WINDOW_NS
    assert given_back_ns >= WINDOW_NS
    assert facts["free_end_ns"] == free_end_ns + given_back_ns
    assert facts["period"] == "free"


def test_a_stopped_auction_takes_no_bid_and_says_since_when_why_and_what_follows(client: Client, day: Day) -> None:
    lot, _ = day.auction()
    browser, number = signed_in(day.buyers[0].person), lot.listing.number
    with the_floor():
        browser.post(f"/lots/{lot.pk}/bid", {"own": "80万", "key": "a"})
        bidding.pause(day.house.operator, lot, reason="登记簿有查封记载，核对中")
        for one in (browser, client):
            room = text_of(one, f"/lots/{lot.pk}")
            assert "竞价暂停</h2>" in room
            assert "登记簿有查封记载，核对中" in room
            assert "期间不受理出价" in room
            assert "另加一个完整的延时时段 1 分钟" in room or "另加一个完整的延时时段 60 秒" in room
            assert "data-bind" not in room
            assert "data-amount" not in room
            assert 'data-stage="paused"' in room
            assert " 截止</p>" not in room, "no end that the pause has moved already"
        assert "您的出价 800,000 元已于" in text_of(browser, f"/lots/{lot.pk}")
        listing = text_of(client, f"/listings/{number}")
        assert '<span class="st half">已暂停</span>' in listing
        assert "<dt>暂停自</dt>" in listing
        assert "登记簿有查封记载，核对中" in listing
        refused = browser.post(f"/lots/{lot.pk}/confirm", {"own": "85万", "key": "b"})
        assert refused.status_code == 409
        assert "恢复时补足剩余时间" in refused.content.decode()
        assert told(client, lot)["paused_reason"] == "登记簿有查封记载，核对中"
        with the_index():
            assert "已暂停" in text_of(client, "/market")
        seller = text_of(browser_of(day.seller.person), "/desk/listings")
        assert "已暂停" in seller
        assert "已暂停" in text_of(browser_of(day.seller.person), f"/listings/{number}/seller")
        browser.cookies["lang"] = "en"
        mine = text_of(browser, "/desk")
        assert "The bidding on" in mine
        assert "Bid for it" not in mine
        browser.cookies["lang"] = "zh-hans"
        bidding.resume(day.house.operator, fresh(lot))
        again = text_of(browser, f"/lots/{lot.pk}")
    assert "data-bind" in again
    assert "竞价暂停</h2>" not in again
    assert told(client, lot)["paused_reason"] == ""


def test_the_clock_counts_to_the_end_of_the_free_period_and_then_of_the_limited_one(
    client: Client, day: Day, lot: Lot
) -> None:
    free_ms = lot.closes_ns // 10**6
    bids(day, lot, 0, "80万")
    room = text_of(client, f"/lots/{lot.pk}")
    counted = re.search(r'<div data-until="(\d+)"><p role="timer"[^>]* data-counts="(\d+)">([0-9:]+)</p>', room)
    assert counted is not None
    assert counted.groups()[:2] == (str(free_ms), str(free_ms))
    minutes, seconds = counted[3].split(":")[-2:]
    left_ns = int(minutes) * 60 * SECOND_NS + int(seconds) * SECOND_NS
    assert abs(lot.closes_ns - record.now_ns() - left_ns) < 30 * SECOND_NS, "of the free period, not of the limited one"
    assert f'<div data-since="{free_ms}" hidden><p role="timer"' in room
    assert f'data-closes="{fresh(lot).closes_ns // 10**6}"' in room
    until(lot.closes_ns)
    room = text_of(client, f"/lots/{lot.pk}")
    assert "data-counts" not in room
    assert f'<div><p role="timer" aria-live="off" class="big" data-closes="{fresh(lot).closes_ns // 10**6}"' in room


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_an_annulled_auction_tells_when_it_was_annulled_and_that_deposits_stay(
    client: Client, day: Day, language: str
) -> None:
    lot, _ = day.auction()
    client.cookies["lang"] = language
    with the_floor():
        bidding.annul(day.house.operator, lot, reason="公告有误")
    lot = fresh(lot)
    assert lot.closed_ns is not None
    assert lot.closed_ns < lot.closes_ns
    deals.follow_lot(lot.pk)
    room, at = text_of(client, f"/lots/{lot.pk}"), filters.short_clock(lot.closed_ns)
    assert (f"annulled {at}" if language == "en" else f"{at} 撤销") in room
    assert filters.short_clock(lot.closes_ns) not in room
    stay = "deposits stay frozen until it goes on or ends" if language == "en" else "恢复或者终结前保证金继续冻结"
    assert stay in room
    assert "所有保证金按规则退还" not in room
    listings.terminate(day.house.operator, lot.listing_id, reason="公告有误，终结。")
    room = text_of(client, f"/lots/{lot.pk}")
    assert stay not in room
    assert ("Deposits of everyone go back" if language == "en" else "所有保证金按规则退还") in room


def test_an_auction_annulled_before_it_opened_tells_no_opening(client: Client, day: Day, lot: Lot) -> None:
    later = record.now_ns() + 3600 * SECOND_NS
    Lot.objects.filter(pk=lot.pk).update(
        state="closed", opens_ns=later, closes_ns=later * 2, closed_ns=record.now_ns(), result='{"outcome":"annulled"}'
    )
    room = text_of(client, f"/lots/{lot.pk}")
    assert f"{filters.short_clock(fresh(lot).closed_ns or 0)} 撤销" in room
    assert f"{filters.short_moment(later)} 开始" not in room
