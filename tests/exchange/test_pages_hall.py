"""First page and hall: figures, timetable, search, facets, addresses, export."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest
from django.test import Client

from tests.exchange import given_deals as given
from tests.exchange import given_many
from tests.exchange.given_hall import Day, signed_in, the_floor, the_index
from tests.web.given_pages import few_queries, text_of
from zhirong.base.shown import to_ns
from zhirong.exchange import finder, floor_doors
from zhirong.exchange.actions import listings
from zhirong.exchange.engine.shape import Pause, Resume
from zhirong.exchange.models import Listing, Lot
from zhirong.record import actions as record
from zhirong.record import sequencer
from zhirong.web import lists
from zhirong.web.exchange import front, market

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def counted_anew() -> Iterator[None]:
    front.forget()
    yield
    front.forget()


def test_the_first_page_counts_what_is_on_sale_and_links_each_figure(client: Client) -> None:
    day = Day()
    day.announced()
    day.announced(asking_fen=1_200_000_00)
    text = text_of(client, "/")
    assert ">2<small>项</small></a>" in text
    assert ">200.00<small>万元</small></a>" in text
    assert "目前没有安排竞价" in text
    assert "还没有成交" in text


def test_the_timetable_stands_by_time_with_the_room_one_click_away(client: Client) -> None:
    day = Day()
    lot, _ = day.auction()
    waiting = day.announced()
    given.an_admitted(waiting, given.a_side("buyer"))
    text = text_of(client, "/")
    assert f'href="/lots/{lot.pk}"' in text
    assert "报名中 · 1 家" in text
    assert text.index(f"/listings/{waiting.number}") < text.index(f"/lots/{lot.pk}"), "it closes earlier"


@pytest.mark.parametrize(
    ("state", "opens_in", "word"),
    [("scheduled", 60, "opens"), ("live", -60, "ends"), ("paused", -60, "was to end"), ("paused", 60, "was to open")],
)
def test_the_timetable_says_what_each_time_is(client: Client, state: str, opens_in: int, word: str) -> None:
    day = Day()
    lot, _ = day.auction()
    now_ns = record.now_ns()
    lot.state, lot.opens_ns, lot.closes_ns = state, now_ns + opens_in * 10**9, now_ns + 3600 * 10**9
    lot.save()
    client.cookies["lang"] = "en"
    assert f'class="when"><small>{word}</small><br>' in text_of(client, "/")


def test_the_timetable_says_until_when_one_may_register(client: Client) -> None:
    waiting = Day().announced()
    given.an_admitted(waiting, given.a_side("buyer"))
    assert 'class="when"><small>登记截至</small><br>' in text_of(client, "/")


def test_the_hall_finds_two_characters_and_numbers(client: Client) -> None:
    day = Day()
    listing = day.announced()
    right = listing.items.get().right
    with the_index():
        for asked in ("储能", right.number, listing.number, "H01M", "标题=储能 and 申请日>=2018"):
            text = text_of(client, f"/market?q={asked}")
            assert f"/listings/{listing.number}" in text, asked
            assert "找到 1 项" in text
        assert "<mark>储能</mark>" in text_of(client, "/market?q=储能")
        assert "没有找到" in text_of(client, "/market?q=驱鸟")


def test_facets_sort_and_price_stand_in_the_address(client: Client) -> None:
    day = Day()
    cheap, dear = day.announced(asking_fen=10_000_00), day.announced(asking_fen=900_000_00)
    with the_index():
        text = text_of(client, "/market?right_kind=invention&section=H&mode=demo&state=announced&sort=-price")
        assert text.index(dear.number) < text.index(cheap.number)
        assert "筛选条件，已选 4 项" in text
        text = text_of(client, "/market?from=50万&to=100万")
        assert dear.number in text
        assert cheap.number not in text
        assert "500,000 – 1,000,000 元" in text
        assert "没有找到" in text_of(client, "/market?right_kind=design")


def test_a_query_that_cannot_be_read_is_refused_at_the_box_with_its_place(client: Client) -> None:
    with the_index():
        answer = client.get("/market", {"q": "(电池"})
    assert answer.status_code == 400
    text = answer.content.decode()
    assert 'value="(电池"' in text
    assert "检索式第 1 个字符处" in text
    assert 'aria-invalid="true"' in text


def test_rights_are_found_beside_the_listings(client: Client) -> None:
    day = Day()
    unlisted = given.a_right(day.house, day.seller.party)
    with the_index():
        text = text_of(client, f"/market?q={unlisted.number}")
        assert "在全部权利中找到 1 项" in text
        text = text_of(client, f"/market?kind=right&q={unlisted.number}")
        assert unlisted.number in text
        assert "未挂牌" in text


def test_the_hall_follows_the_record(client: Client) -> None:
    day = Day()
    with the_index():
        assert "没有找到" in text_of(client, "/market?q=储能")
        listing = day.announced()
        sequencer.number_now()
        finder.follow()
        assert listing.number in text_of(client, "/market?q=储能")
        listings.withdraw(day.seller.person, listing.pk, reason="不转让了")
        sequencer.number_now()
        finder.follow()
        assert listing.number not in text_of(client, "/market?q=储能&state=announced")
        assert listing.number in text_of(client, "/market?q=储能&state=withdrawn")


def test_a_bid_moves_the_price_that_the_hall_sorts_by(client: Client) -> None:
    day = Day()
    lot, _ = day.auction()
    with the_index(), the_floor():
        signed_in(day.buyers[0].person).post(f"/lots/{lot.pk}/bid", {"own": "200万", "key": "1"})
        sequencer.number_now()
        finder.follow()
        assert "2,000,000" in text_of(client, "/market?from=150万")


def test_a_hall_without_an_index_says_how_far_it_is(client: Client) -> None:
    finder.stop()
    assert "正在建立索引" in text_of(client, "/market?q=储能")


def test_a_suspended_listing_stands_behind_those_one_can_register_for(client: Client) -> None:
    day = Day()
    stopped, other = day.announced(), day.announced()
    listings.suspend(day.house.operator, stopped.pk, reason="收到权属异议，核实期间暂停。")
    with the_index():
        for address in ("/market", "/market?sort=closes"):
            text = text_of(client, address)
            assert text.index(other.number) < text.index(stopped.number), address


def an_end(day: Day, *, state: str, registration: int, bidding: int | None = None) -> Listing:
    """A listing in this state whose registration and whose bidding end so many hours from now."""
    now = record.now()
    listing = day.announced()
    if bidding is not None:
        closes_ns = to_ns(now + timedelta(hours=bidding))
        times = {"opens_ns": to_ns(now), "closes_ns": closes_ns, "paused_ns": to_ns(now) if state == "paused" else None}
        Lot.objects.create(listing=listing, state=state, terms="{}", start_fen=1_00, **times)
    Listing.objects.filter(pk=listing.pk).update(
        state=state if bidding is None else "bidding", closes_at=now + timedelta(hours=registration)
    )
    return listing


def test_the_order_of_closing_is_by_the_end_that_matters_now_and_what_stands_still_is_behind(client: Client) -> None:
    day = Day()
    late_bidding = an_end(day, state="scheduled", registration=-9, bidding=30)
    registering = an_end(day, state="announced", registration=7)
    paused = an_end(day, state="paused", registration=-8, bidding=1)
    soon_bidding = an_end(day, state="live", registration=-2, bidding=3)
    waiting = an_end(day, state="qualifying", registration=-1)
    suspended = an_end(day, state="suspended", registration=5)
    over = an_end(day, state="ended", registration=-20)
    known = [soon_bidding, registering, late_bidding]
    unknown = [waiting, paused, suspended]
    with the_index():
        for address in ("/market", "/market?sort=closes"):
            text = text_of(client, address)
            order = sorted((*known, *unknown, over), key=lambda one: text.index(one.number))
            assert [one.number for one in order] == [one.number for one in (*known, *unknown, over)], address
            assert "截止时间未定，排在其后" in text
        for sort, numbers in (("closes", [*known, *unknown]), ("-closes", [*known[::-1], *unknown[::-1]])):
            found = client.get(f"/api/listings?sort={sort}").json()["items"]
            assert [one["number"] for one in found] == [one.number for one in (*numbers, over)]
        assert "截止时间未定，排在其后" not in text_of(client, "/market?sort=price")


def test_a_pause_puts_an_auction_behind_and_a_resumption_puts_it_back(client: Client) -> None:
    day = Day()
    lot, _ = day.auction()
    registering = an_end(day, state="announced", registration=9)
    number = lot.listing.number
    with the_index(), the_floor():
        for deed, is_first in ((partial(Pause, reason="系统网络中断，核实期间暂停。"), False), (Resume, True)):
            floor_doors.order(lot.pk, deed, who_ref="official")
            sequencer.number_now()
            finder.follow()
            text = text_of(client, "/market")
            assert (text.index(number) < text.index(registering.number)) is is_first


def test_the_timetable_has_what_stands_still_behind_what_has_a_time(client: Client) -> None:
    day = Day()
    paused = an_end(day, state="paused", registration=-8, bidding=1)
    live = an_end(day, state="live", registration=-2, bidding=3)
    registering = an_end(day, state="announced", registration=7)
    given.an_admitted(registering, day.buyers[0])
    text = text_of(client, "/").partition('class="when"')[2]
    rows = [f"/lots/{live.lots.get().pk}", f"/listings/{registering.number}", f"/lots/{paused.lots.get().pk}"]
    assert sorted(rows, key=text.index) == rows


def test_what_was_found_is_taken_away_as_a_sheet(client: Client) -> None:
    day = Day()
    listing = day.announced()
    with the_index():
        with few_queries():
            sheet = client.get("/market.csv?q=储能")
        assert listing.number in sheet.content.decode("utf-8-sig")
        assert "800000.00" in sheet.content.decode("utf-8-sig")
        assert client.get("/market.xlsx?q=储能").content[:2] == b"PK"
        assert client.get("/market.exe?q=储能").status_code == 404
        assert client.get("/market.csv", {"q": "(电池"}).status_code == 400


def test_pages_of_the_list_are_links_that_keep_the_search(client: Client) -> None:
    day = Day()
    for _ in range(21):
        day.announced()
    with the_index():
        text = text_of(client, "/market?q=储能&sort=price")
        assert 'rel="next" href="/market?q=%E5%82%A8%E8%83%BD&amp;sort=price&amp;page=2"' in text
        assert text.count("<h3>") == 20
        assert text_of(client, "/market?q=储能&sort=price&page=2").count("<h3>") == 1


def test_what_the_hall_does_not_know_is_passed_over_aloud_and_the_list_stays(client: Client) -> None:
    day = Day()
    listing = day.announced()
    with the_index():
        for asked, said in [
            ("from=viel", "未按“from=viel”筛选"),
            ("price_min=5", "未按“price_min=5”筛选"),
            ("state=gone", "未按“state=gone”筛选"),
            ("right_kind=poem", "未按“right_kind=poem”筛选"),
            ("sort=size", "没有“size”这种排序"),
            ("page=9", "未翻到第 9 页"),
            ("page=x", "未翻到第 x 页"),
        ]:
            text = text_of(client, f"/market?q=储能&{asked}")
            assert said in text, asked
            assert listing.number in text, asked
            is_page = asked.startswith("page")
            assert client.get(f"/market.csv?q=储能&{asked}").status_code == (200 if is_page else 400), asked
        assert 'role="status">未' not in text_of(client, "/market?q=储能&from=&to=&sort=price&kind=any&page=1")


def test_beyond_the_last_page_the_hall_says_how_to_go_on_and_the_export_is_whole(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = Day()
    found = {day.announced().number for _ in range(3)}
    monkeypatch.setattr(market, "DEEPEST", 2)
    monkeypatch.setattr(market, "EXPORT_CHUNK", 2)
    with the_index():
        assert "最多可翻看前 2 项" in text_of(client, "/market?q=储能")
        sheet = client.get("/market.csv?q=储能&page=2").content.decode("utf-8-sig")
        assert {number for number in found if number in sheet} == found
        monkeypatch.setattr(lists, "EXPORT_MOST", 2)
        refused = client.get("/market.csv?q=储能")
        assert refused.status_code == 422
        assert "共 3 行" in refused.content.decode()


def test_a_thousand_listings_leave_by_each_sheet(client: Client) -> None:
    one = Day().announced()
    numbers = {one.number, *(listing.number for listing in given_many.alike(one, count=1_000))}
    with the_index():
        sheet = client.get("/market.csv")
        assert sheet.status_code == 200
        _, *rows = csv.reader(io.StringIO(sheet.content.decode("utf-8-sig")))
        assert len(rows) == 1_001
        assert {number for number, *_ in rows} == numbers
        assert all(holders for _, _, _, holders, *_ in rows)
        workbook = client.get("/market.xlsx")
        assert workbook.status_code == 200
        text = zipfile.ZipFile(io.BytesIO(workbook.content)).read("xl/worksheets/sheet1.xml").decode()
        assert text.count("<row ") > 1_001
