"""An auction that the register stopped goes on only when its rights may be sold again (B9, E28)."""

from __future__ import annotations

import pytest

from tests.exchange import given_deals as given
from tests.exchange import given_desk as desk
from tests.exchange.given_hall import Day, signed_in, the_floor
from tests.web.given_pages import text_of
from zhirong.base.refused import Refused, sentence
from zhirong.exchange.actions import bidding, objections, register_watch
from zhirong.exchange.models import Listing, Lot
from zhirong.registry.actions import weights
from zhirong.registry.models import Encumbrance, Right

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
        assert "竞价已暂停，须恢复或撤销" in text_of(operator, "/office")
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
        assert Lot.objects.get(pk=lot.pk).state == "live"
        page = text_of(operator, address)
        assert "登记簿上有障碍：" not in page
        assert "竞价已暂停，须恢复或撤销" not in text_of(operator, "/office")


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


def test_the_page_of_a_stopped_deal_names_what_stopped_it_and_the_queue_holds_it() -> None:
    sold = desk.a_deal()
    operator, right = signed_in(sold.house.operator), right_of(sold.deal.listing)
    assert "结算已停，须消除或撤销" not in text_of(operator, "/office")
    given.a_pledge(sold.house, right)
    register_watch.stop_if_blocked(sold.deal.listing_id)
    page = text_of(operator, f"/office/deals/{sold.deal.pk}")
    assert "民法典 第四百四十四条" in page
    assert f"/office/rights/{right.pk}" in page
    assert "请提出撤销成交" in page
    assert "有异议待决定" not in page
    assert "结算已停，须消除或撤销" in text_of(operator, "/office")


def test_a_deal_that_an_objection_stopped_leads_to_the_objection_and_stands_in_the_queue_once() -> None:
    sold = desk.a_deal()
    raised = objections.raise_objection(sold.buyer.person, sold.deal.pk, text="权利人已经变更，请核实登记簿。")
    operator = signed_in(sold.house.operator)
    page = text_of(operator, f"/office/deals/{sold.deal.pk}")
    assert f"/office/objections/{raised.pk}" in page
    assert "有异议待决定" in page
    assert "权利不能转让：" not in page
    assert "结算已停，须消除或撤销" not in text_of(operator, "/office")
