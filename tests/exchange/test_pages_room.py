"""The bidding room without a browser: choosing, confirming, bidding, refusals, fragments, transcript."""

from __future__ import annotations

import json
import re
from datetime import datetime

import pytest
from django.template import engines
from django.test import Client
from django.utils import translation

from tests.exchange import given_deals as given
from tests.exchange.given_floor import fresh, until
from tests.exchange.given_hall import Day, signed_in, the_floor
from tests.web.given_pages import few_queries, text_of
from zhirong.base import shown, yaml_text
from zhirong.exchange import floor_doors, jobs
from zhirong.exchange.actions import bidding
from zhirong.exchange.models import Lot, LotStep
from zhirong.record import sequencer
from zhirong.web import feed, filters
from zhirong.web.exchange import board

pytestmark = pytest.mark.django_db(transaction=True)


def test_everyone_sees_the_board_and_nobody_a_name(client: Client) -> None:
    day = Day()
    lot, _ = day.auction()
    text = text_of(client, f"/lots/{lot.pk}")
    assert "800,000" in text
    assert "起始价，尚无出价" in text
    assert "登录后出价" in text
    assert all(buyer.party.name not in text for buyer in day.buyers)


def test_a_bid_is_confirmed_in_capitals_and_stands_on_the_board(client: Client) -> None:
    day = Day()
    lot, intents = day.auction()
    with the_floor():
        browser = signed_in(day.buyers[0].person)
        text = text_of(browser, f"/lots/{lot.pk}")
        assert f"您是竞买人 {intents[0].code}" in text
        confirm = browser.post(f"/lots/{lot.pk}/confirm", {"amount": "800,000", "key": "k1"}).content.decode()
        assert "捌拾万元整" in confirm
        assert 'name="key" value="k1"' in confirm
        answer = browser.post(f"/lots/{lot.pk}/bid", {"own": "80万", "key": "k1"})
        assert answer.status_code == 302
        again = browser.post(f"/lots/{lot.pk}/bid", {"own": "80万", "key": "k1"})
        assert again.status_code == 302
    assert LotStep.objects.filter(lot=lot, kind="bid").count() == 1
    mine, others = text_of(browser, f"/lots/{lot.pk}"), text_of(client, f"/lots/{lot.pk}")
    assert f"竞买人 {intents[0].code} 领先" in others
    assert "（您）" in mine
    assert "（您）</small>" not in others
    assert "已于" in mine


def test_amounts_on_the_chart_are_said_as_people_say_them() -> None:
    with translation.override("en"):
        assert [board.short(fen) for fen in (9_000_00, 62_000_00, 201_000_00)] == ["9,000", "62,000", "201,000"]
        assert [board.short(fen) for fen in (1_250_000_00, 20_000_000_00)] == ["1.25 m", "20 m"]
    with translation.override("zh-hans"):
        assert [board.short(fen) for fen in (9_000_00, 62_000_00, 1_250_000_00)] == ["9,000", "6.2 万", "125 万"]


def test_a_refused_bid_says_the_rule_and_the_next_valid_amount_and_stays() -> None:
    day = Day()
    lot, _ = day.auction()
    with the_floor():
        first, second = (signed_in(buyer.person) for buyer in day.buyers)
        first.post(f"/lots/{lot.pk}/bid", {"amount": "900000", "key": "a"})
        answer = second.post(f"/lots/{lot.pk}/bid", {"own": "850000", "key": "b"})
    assert answer.status_code == 409
    text = answer.content.decode()
    assert '规则：有效出价 <a class="xs soft" href="/rules#B7">B7</a>' in text
    assert "905,000 元" in text
    assert 'value="850000"' in text
    later = text_of(second, f"/lots/{lot.pk}")
    assert "上一次出价未受理：850,000 元" in later


def test_what_is_no_amount_is_refused_and_kept() -> None:
    day = Day()
    lot, _ = day.auction()
    with the_floor():
        answer = signed_in(day.buyers[0].person).post(f"/lots/{lot.pk}/bid", {"own": "八十", "key": "b"})
    assert answer.status_code == 422
    assert 'value="八十"' in answer.content.decode()
    assert not LotStep.objects.filter(kind="bid").exists()


def test_the_reader_says_which_amounts_fit_before_the_bid(client: Client) -> None:
    day = Day()
    lot, _ = day.auction()
    client.cookies["lang"] = "en"

    def read(own: str) -> tuple[str | None, str]:
        found = client.get(f"/lots/{lot.pk}/amount", {"own": own}).json()
        return found.get("fen"), found["why"]

    assert read("802500") == ("80250000", "")
    assert read("799999") == ("79999900", "799,999 yuan is too low: the least valid amount now is 800,000 yuan.")
    with the_floor():
        signed_in(day.buyers[0].person).post(f"/lots/{lot.pk}/bid", {"own": "802500", "key": "a"})
    assert read("80.75万") == ("80750000", "")
    off = "808,000 yuan is no whole number of steps above the price: 807,500 yuan or 812,500 yuan fits."
    assert read("808000") == ("80800000", off)
    most_fen = board.terms_of(lot).most_fen
    none, why = read(str(most_fen // 100 + 1))
    assert (none, why.endswith(f"at most {filters.yuan(most_fen)} yuan.")) == (None, True)
    top = most_fen - (most_fen - 80_250_000) % 500_000
    assert read(str(top // 100 + 1))[1].endswith(f"above the price: {filters.yuan(top)} yuan fits.")


def test_an_amount_that_does_not_fit_is_refused_before_the_confirmation() -> None:
    day = Day()
    lot, _ = day.auction()
    browser = signed_in(day.buyers[0].person)
    for own, code in (("799999", 409), ("99999999999999", 422), ("0", 422), ("800001", 200)):
        assert browser.post(f"/lots/{lot.pk}/confirm", {"own": own}).status_code == code, own
    with the_floor():
        signed_in(day.buyers[1].person).post(f"/lots/{lot.pk}/bid", {"own": "800000", "key": "a"})
    answer = browser.post(f"/lots/{lot.pk}/confirm", {"own": "808000"})
    assert answer.status_code == 409
    assert "可出 805,000 元 或 810,000 元" in answer.content.decode()
    assert LotStep.objects.filter(lot=lot, kind="bid").count() == 1


def test_whoever_was_outbid_reads_so_without_script_too() -> None:
    day = Day()
    lot, intents = day.auction()
    first, second = (signed_in(buyer.person) for buyer in day.buyers)
    with the_floor():
        assert "data-outbid" not in first.get(f"/lots/{lot.pk}").content.decode()
        first.post(f"/lots/{lot.pk}/bid", {"own": "800000", "key": "a"})
        assert "data-outbid hidden" in first.get(f"/lots/{lot.pk}").content.decode()
        second.post(f"/lots/{lot.pk}/bid", {"own": "820000", "key": "b"})
    told = f"您的出价已被竞买人 {intents[1].code} 超过；现在最低应出 825,000 元。"
    page = first.get(f"/lots/{lot.pk}").content.decode()
    assert f"data-outbid><b>{told}</b>" in page
    assert "notice go" not in page
    assert "data-outbid hidden" in second.get(f"/lots/{lot.pk}").content.decode()
    assert "data-outbid" not in Client().get(f"/lots/{lot.pk}").content.decode()


def test_who_is_not_admitted_does_not_bid() -> None:
    day = Day()
    lot, _ = day.auction()
    with the_floor():
        answer = signed_in(day.seller.person).post(f"/lots/{lot.pk}/bid", {"own": "800000", "key": "b"})
        nobody = Client().post(f"/lots/{lot.pk}/bid", {"own": "800000", "key": "b"})
    assert answer.status_code == 403
    assert nobody.status_code == 302
    assert nobody["Location"].startswith("/sign-in")
    assert not LotStep.objects.filter(kind="bid").exists()


def test_the_fragments_of_the_hub_are_what_a_fresh_page_shows(client: Client) -> None:
    day = Day()
    lot, _ = day.auction()
    with the_floor():
        for place, buyer in enumerate([*day.buyers, *day.buyers]):
            posted = {"own": str(800_000 + place * 20_000), "key": str(place)}
            assert signed_in(buyer.person).post(f"/lots/{lot.pk}/bid", posted).status_code == 302
    for language in ("zh-hans", "en"):
        client.cookies["lang"] = language
        page = plain(client.get(f"/lots/{lot.pk}").content.decode())
        with few_queries(4):
            fragments = feed.write(f"lot:{lot.pk}", language)
        assert fragments is not None
        assert set(fragments) == {"state", "price", "leads", "next", "clock", "choices", "record"}
        for name in set(fragments) - {"choices"}:  # a visitor has nothing to choose
            assert plain(fragments[name]) in page, name
    assert feed.write("lot:0", "en") is None


def plain(html: str) -> str:
    """Without what only the clock changes, and without blanks between lines."""
    html = re.sub(r'(<p role="timer".*?</p>)|(data-bar="[^"]*")|(width="[0-9.]+%")', "", html)
    return re.sub(r"\s+", " ", html)


def test_the_transcript_names_the_buyer_only_when_it_is_over(client: Client) -> None:
    day = Day()
    lot, intents = day.auction()
    with the_floor():
        browser = signed_in(day.buyers[0].person)
        browser.post(f"/lots/{lot.pk}/bid", {"own": "800000", "key": "1"})
        text = text_of(client, f"/lots/{lot.pk}/transcript")
        assert intents[0].code in text
        assert day.buyers[0].party.name not in text
        assert "<dt>加价幅度</dt>" in text
        assert "演示规则" in text
        end(lot)
    text = text_of(client, f"/lots/{lot.pk}/transcript")
    assert day.buyers[0].party.name in text
    assert day.buyers[1].party.name not in text
    assert text_of(client, f"/lots/{lot.pk}").count(day.buyers[0].party.name) == 1


BEGIN_NS = int(datetime(2026, 11, 22, 11, 20, tzinfo=shown.BEIJING).timestamp()) * 10**9
SECOND_NS = 10**9


def a_step(kind: str, at: int, *, closes: int, **facts: object) -> LotStep:
    """A step of the record, with its instants in seconds after 11:20."""
    received_ns, closes_ns = BEGIN_NS + at * SECOND_NS, BEGIN_NS + closes * SECOND_NS
    return LotStep(kind=kind, received_ns=received_ns, closes_ns=closes_ns, facts=json.dumps(facts))


def test_the_record_of_an_outage_can_be_reckoned() -> None:
    """Stamped in the same second, it says all the same from when to when, what was given back, and the new end."""
    stop = a_step("paused", 219, closes=449, since_ns=BEGIN_NS + 204 * SECOND_NS, reason="outage")
    on = a_step("resumed", 219, closes=524)
    with translation.override("en"):
        assert board.said(stop) == "Paused from 11:23:24 on: the floor was out of reach"
        assert board.said(on, stop) == (
            "Resumed: stood still from 11:23:24 to 11:23:39; given back 75 seconds "
            "(15 seconds lost and one full window of 60 seconds); the end moved from 11:27:29 to 11:28:44"
        )
    with translation.override("zh-hans"):
        assert board.said(stop) == "11:23:24 起暂停：系统中断"
        assert board.said(on, stop) == (
            "恢复竞价：11:23:24 至 11:23:39 停止竞价；补足 75 秒（停止的 15 秒，另加一个完整的延时时段 60 秒）；"
            "截止时间由 11:27:29 改为 11:28:44"
        )


def test_before_the_opening_a_pause_gives_back_no_more_than_it_took() -> None:
    stop = a_step("encumbered", 0, closes=90_000, since_ns=BEGIN_NS, reason="质押登记")
    on = a_step("resumed", 7_200, closes=97_200)
    with translation.override("en"):
        assert board.said(on, stop) == (
            "Resumed: stood still from 11:20:00 to 13:20:00; given back 2:00:00; "
            "the end moved from 11-23 12:20:00 to 11-23 14:20:00"
        )


def test_a_pause_is_told_alike_in_room_transcript_file_and_receipt(client: Client) -> None:
    day = Day()
    lot, _ = day.auction()
    with the_floor():
        bidding.pause(day.house.operator, lot, reason="核对公告内容。")
        bidding.resume(day.house.operator, lot)
    sequencer.number_now()
    for kind in ("paused", "resumed"):
        step = LotStep.objects.get(lot=lot, kind=kind)
        with translation.override("zh-hans"):
            told = board.said(step)
        assert filters.clock(step.received_ns) in told
        rows = client.get(f"/lots/{lot.pk}/transcript.csv").content.decode("utf-8-sig")
        assert told in rows
        for path in (f"/lots/{lot.pk}", f"/lots/{lot.pk}/transcript", f"/receipts/{step.leaf_id}"):
            assert told in text_of(client, path), (kind, path)


def end(lot: Lot) -> None:
    """Time runs past the close, and the listing follows."""
    floor_doors.running().expect_clock_move()
    given.time_passes(minutes=30)
    until(lambda: fresh(lot).state == "closed")
    jobs.tick()


def test_the_transcript_is_taken_away_as_a_file(client: Client) -> None:
    day = Day()
    lot, _ = day.auction()
    with the_floor():
        browser = signed_in(day.buyers[0].person)
        browser.post(f"/lots/{lot.pk}/bid", {"own": "800000", "key": "1"})
    sequencer.number_now()
    paper = json.loads(client.get(f"/lots/{lot.pk}/transcript.json").content)
    assert paper["format"] == "zhirong-transcript/1"
    assert [line["leaf"]["price_fen"] for line in paper["lines"] if line["leaf"]["kind"] == "exchange.bid"] == [
        80_000_000
    ]
    assert "800000.00" in client.get(f"/lots/{lot.pk}/transcript.csv").content.decode("utf-8-sig")
    assert client.get(f"/lots/{lot.pk}/transcript.xlsx").content[:2] == b"PK"
    assert client.get(f"/lots/{lot.pk}/transcript.exe").status_code == 404


def test_the_first_bid_of_a_process_waits_for_no_template_and_no_words(monkeypatch: pytest.MonkeyPatch) -> None:
    lot, _ = Day().auction()
    room = engines["jinja2"].env
    room.cache.clear()
    shown.fact_values.cache_clear()
    feed.make_ready()

    def too_late(*_args: object, **_options: object) -> None:
        pytest.fail("This was to be read when the house opened.")

    monkeypatch.setattr(room, "compile", too_late)
    monkeypatch.setattr(yaml_text, "parse", too_late)
    assert feed.write(f"lot:{lot.pk}", "en")
    assert feed.write(f"lot:{lot.pk}", "zh-hans")
