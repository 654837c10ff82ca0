"""An auction that the register stopped goes on only when its rights may be sold again (B9, E28)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import translation

from tests.exchange import given_deals as given
from tests.exchange.given_hall import Day, signed_in, the_floor
from tests.web.given_pages import text_of
from zhirong.base.refused import Refused, sentence
from zhirong.exchange import floor_doors, jobs
from zhirong.exchange.actions import bidding, register_watch
from zhirong.exchange.floor import Health
from zhirong.exchange.models import Listing, Lot, LotStep
from zhirong.ledger import rules
from zhirong.record import actions as record
from zhirong.registry.actions import weights
from zhirong.registry.models import Encumbrance, Right
from zhirong.web.exchange import front, transcript

pytestmark = pytest.mark.django_db(transaction=True)


def right_of(listing: Listing) -> Right:
    return listing.items.get().right


def test_an_auction_that_a_pledge_stopped_is_not_resumed_before_the_pledge_is_lifted() -> None:
    day = Day()
    lot, _ = day.auction()
    right = right_of(lot.listing)
    address = f"/office/lots/{lot.pk}"
    operator = signed_in(day.house.operator)
    with the_floor():
        given.a_pledge(day.house, right)
        register_watch.stop_if_blocked(lot.listing_id)
        assert Lot.objects.get(pk=lot.pk).state == "paused"
        page = text_of(operator, address)
        assert "登记簿上有障碍：" in page
        assert "民法典 第四百四十四条" in page
        assert f"/office/rights/{right.pk}" in page
        answer = operator.post(address, {"deed": "resume"})
        assert answer.status_code == 409
        with pytest.raises(Refused) as caught:
            bidding.resume(day.house.operator, lot)
        assert caught.value.code == "lot.gate_closed"
        told = sentence(caught.value, "zh")
        assert "质权人尚未同意（民法典 第四百四十四条）" in told
        assert "请撤销竞价" in told
        assert Lot.objects.get(pk=lot.pk).state == "paused"
        assert not lot.steps.filter(kind="resumed").exists()
        one = Encumbrance.objects.get()
        weights.release(day.house.operator, one, day=one.since, file=one.file)
        bidding.resume(day.house.operator, lot)
        # It goes on from where it stood: the floor may not yet have told its opening.
        assert Lot.objects.get(pk=lot.pk).state in ("scheduled", "live")
        page = text_of(operator, address)
        assert "登记簿上有障碍：" not in page


def test_a_pledge_entered_while_no_floor_ran_stops_the_auction_before_anybody_bids() -> None:
    day = Day()
    lot, intents = day.auction()
    other, _ = Day().auction()
    given.a_pledge(day.house, right_of(lot.listing))
    jobs.tick()
    assert Lot.objects.get(pk=lot.pk).state in ("scheduled", "live")
    with the_floor():
        assert [one.state == "paused" for one in Lot.objects.order_by("pk")] == [True, False]
        reply = floor_doors.bid(lot.pk, intents[0].code, lot.start_fen, key="k")
        assert not reply.accepted
        assert lot.steps.filter(kind="encumbered").count() == 1
        assert lot.listing.gates.get(stage="watch").passed is False
        jobs.tick()
        assert not lot.steps.filter(kind="bid", refusal="").exists()
        assert lot.steps.filter(kind="encumbered").count() == 1
        assert Lot.objects.get(pk=other.pk).state != "paused"


def test_a_change_found_while_no_floor_ran_is_stopped_as_soon_as_one_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    day = Day()
    lot, _ = day.auction()
    register_watch.forget()
    with the_floor():
        given.a_pledge(day.house, right_of(lot.listing))
        with monkeypatch.context() as away:
            away.setattr(register_watch.floor_doors, "health", lambda: Health("fallen", "", 0, 0, 0, 0))
            jobs.tick()
        assert Lot.objects.get(pk=lot.pk).state != "paused"
        Encumbrance.objects.update(entered_at=record.now() - timedelta(hours=1))
        jobs.tick()
        assert Lot.objects.get(pk=lot.pk).state == "paused"


def test_a_pledge_entered_while_the_order_to_resume_was_under_way_stops_the_auction_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    day = Day()
    lot, _ = day.auction()
    with the_floor():
        bidding.pause(day.house.operator, lot, reason="核对公告内容。")
        monkeypatch.setattr(bidding, "must_be_free", lambda one: given.a_pledge(day.house, right_of(one.listing)))
        bidding.resume(day.house.operator, lot)
        assert Lot.objects.get(pk=lot.pk).state == "paused"
        assert lot.steps.filter(kind="encumbered").count() == 1


def test_the_seller_of_an_open_auction_reads_why_there_is_no_way_back_and_whom_to_ask() -> None:
    day = Day()
    listing = day.announced()
    browser, address = signed_in(day.seller.person), f"/listings/{listing.number}/seller"
    assert "挂牌不能再撤回" not in text_of(browser, address)
    Listing.objects.filter(pk=listing.pk).update(state="bidding")
    page = text_of(browser, address)
    assert "竞价已开始，挂牌不能再撤回" in page
    assert "书面告知中心" in page


def test_the_transcript_says_of_a_late_bid_from_when_to_when_it_moved_the_end() -> None:
    minute = 60 * 10**9
    first, early, late = (
        LotStep(seq=seq, kind="bid", received_ns=at * minute, code="A1", amount_fen=seq, closes_ns=end * minute)
        for seq, at, end in ((1, 1, 10), (2, 2, 10), (3, 9, 11))
    )
    with translation.override("en"):
        assert transcript.line_of(early, None, before=first).word == "Bid"
        told = transcript.line_of(late, None, before=early).word
    assert told == "Bid; it moved the end from 08:10:00 to 08:11:00"


def test_a_price_that_rose_by_half_a_percent_is_not_told_as_one_that_did_not() -> None:
    asking = 30_000_000_00
    rises = {price: front.rise(price, asking) for price in (asking, asking + 1, 30_150_000_00, 33_000_000_00)}
    assert list(rises.values()) == ["", "<0.1%", "0.5%", "10%"]


def test_the_account_of_a_client_whose_money_is_frozen_says_why_nothing_can_be_paid_out() -> None:
    day = Day()
    listing = day.announced()
    buyer = day.buyers[0]
    given.an_admitted(listing, buyer)
    page = text_of(signed_in(day.house.operator), f"/office/bank/books?path={rules.available(buyer.party.ref)}")
    assert "现无可付余额" in page


def test_an_auction_that_the_register_stopped_is_a_task_of_the_office_and_found_among_those_that_stand_still() -> None:
    day = Day()
    lot, _ = day.auction()
    browser = signed_in(day.house.operator)
    with the_floor():
        assert f"/office/lots/{lot.pk}" not in text_of(browser, "/office")
        given.a_pledge(day.house, right_of(lot.listing))
        register_watch.stop_if_blocked(lot.listing_id)
        assert Lot.objects.get(pk=lot.pk).state == "paused"
        for address in ("/office", "/office?kind=paused"):
            told = text_of(browser, address)
            assert "竞价已暂停" in told
            assert f"/office/lots/{lot.pk}" in told
        one = Encumbrance.objects.get()
        weights.release(day.house.operator, one, day=one.since, file=one.file)
        bidding.resume(day.house.operator, lot)
        assert f"/office/lots/{lot.pk}" not in text_of(browser, "/office")
