"""The page of a listing and its forms."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client

from tests.exchange import given_deals as given
from tests.exchange import given_money
from tests.exchange.given_hall import Day, signed_in
from tests.web.given_pages import text_of
from zhirong.base.calendar import beijing_day, china
from zhirong.exchange import jobs
from zhirong.exchange.actions import deals, listings
from zhirong.exchange.models import Intent, Question
from zhirong.exchange.rule_sets import rule_set
from zhirong.web import filters

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_listing_says_whether_it_can_be_sold_and_by_which_law(client: Client) -> None:
    listing = Day().announced()
    text = text_of(client, f"/listings/{listing.number}")
    assert "能不能转让" in text
    assert "年费已缴至第 12 年度" in text
    assert "细则 第一百一十五条" in text
    assert "演示规则，无法律效力" in text
    assert "捌拾万元整" in text


def test_a_listing_speaks_english_in_full(client: Client) -> None:
    listing = Day().announced()
    client.cookies["lang"] = "en"
    text = text_of(client, f"/listings/{listing.number}")
    assert "Can it be sold" in text
    assert "eight hundred thousand yuan only" in text
    assert "within 5 minutes if you do not win" in text


def test_the_result_stands_in_public_from_the_contract_for_its_term_and_after(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    deal = given_money.a_deal(house, seller, buyer)
    page = f"/listings/{deal.listing.number}"
    assert "结果公告至少至" not in text_of(client, page), "no contract binds yet"
    given_money.a_paid(deal, seller, buyer)
    deal.refresh_from_db()
    until = deals.result_stands_until(deal)
    assert timedelta(0) <= until - deal.signed_at - timedelta(minutes=5) < timedelta(seconds=1)
    for minutes in (4, 10):
        given.time_passes(minutes=minutes)
        text = text_of(client, page)
        assert f"<dt>结果公告至少至</dt><dd>{filters.moment(until)}</dd>" in text
        assert "捌拾万元整" in text
    monkeypatch.setattr(deals, "rules_of", lambda listing: rule_set("state_owned", beijing_day(deal.made_at)))
    fifth = china().add_working_days(beijing_day(deal.signed_at), 5).day
    assert deals.result_stands_until(deal) == china().closing_time(fifth)


def test_a_draft_is_seen_by_its_seller_alone(client: Client) -> None:
    day = Day()
    draft = given.a_draft(day.house, day.seller)
    assert client.get(f"/listings/{draft.number}").status_code == 404
    assert signed_in(day.buyers[0].person).get(f"/listings/{draft.number}").status_code == 404
    assert "审核中" in text_of(signed_in(day.seller.person), f"/listings/{draft.number}")


def test_a_buyer_registers_and_is_told_the_payment_code() -> None:
    day = Day()
    listing, browser = day.announced(), signed_in(day.buyers[0].person)
    text = text_of(browser, f"/listings/{listing.number}")
    assert "报名，保证金 80,000 元" in text
    answer = browser.post(f"/listings/{listing.number}/register", {"party": day.buyers[0].party.pk})
    assert answer.status_code == 302
    intent = Intent.objects.get(listing=listing)
    text = text_of(browser, f"/listings/{listing.number}")
    assert "等待保证金到账" in text
    assert intent.payment_code in text
    assert intent.payment_code not in text_of(Client(), f"/listings/{listing.number}")


def test_the_seller_may_not_register_and_reads_why_in_the_page() -> None:
    day = Day()
    listing = day.announced()
    answer = signed_in(day.seller.person).post(f"/listings/{listing.number}/register", {"party": day.seller.party.pk})
    assert answer.status_code == 403
    assert not Intent.objects.exists()


def test_stepping_back_frees_the_deposit() -> None:
    day = Day()
    listing, buyer = day.announced(), day.buyers[0]
    intent = given.an_admitted(listing, buyer)
    browser = signed_in(buyer.person)
    assert f"竞买人代码 {intent.code}" in text_of(browser, f"/listings/{listing.number}")
    assert browser.post(f"/listings/{listing.number}/step-back", {"intent": intent.pk}).status_code == 302
    assert Intent.objects.get().state == "withdrawn"
    assert given.free_fen(buyer) == listing.deposit_fen


def test_a_strangers_intent_is_not_withdrawn_from_here() -> None:
    day = Day()
    listing = day.announced()
    intent = given.an_admitted(listing, day.buyers[0])
    answer = signed_in(day.buyers[1].person).post(f"/listings/{listing.number}/step-back", {"intent": intent.pk})
    assert answer.status_code == 403
    assert Intent.objects.get().state == "admitted"


def test_priority_is_claimed_with_its_ground_and_told_to_all_without_a_name(client: Client) -> None:
    day = Day()
    listing, buyer = day.announced(), day.buyers[0]
    intent = given.an_admitted(listing, buyer)
    posted = {"intent": intent.pk, "basis": "共有人"}
    assert signed_in(buyer.person).post(f"/listings/{listing.number}/priority", posted).status_code == 302
    text = text_of(client, f"/listings/{listing.number}")
    assert "民法典 859、860" in text
    assert buyer.party.name not in text


def test_a_listing_that_ended_says_so_and_shows_no_terms_as_if_it_were_open(client: Client) -> None:
    day = Day()
    listing = day.announced()
    address = f"/listings/{listing.number}"
    assert "<dt>报名截止于</dt>" in text_of(client, address)
    assert "<dt>已报名</dt>" in text_of(client, address)
    listings.withdraw(day.seller.person, listing.pk, reason="另有安排")
    page = text_of(client, address)
    assert f"<dt>已结束</dt><dd>{filters.moment(given.fresh(listing).ended_at)}</dd>" in page
    assert "另有安排" in page
    for open_word in ("<dt>报名截止于</dt>", "<dt>已报名</dt>", "<dt>保证金</dt><dd>", "<dt>退还</dt>"):
        assert open_word not in page.split('<aside class="stick', 1)[1], open_word


def test_a_question_is_public_and_its_answer_is_given_once(client: Client) -> None:
    day = Day()
    listing = day.announced()
    asker = signed_in(day.buyers[0].person)
    assert asker.post(f"/listings/{listing.number}/ask", {"question": "是否含同族申请？"}).status_code == 302
    asked = Question.objects.get()
    seller = signed_in(day.seller.person)
    posted = {"asked": asked.pk, "answer": "无同族。"}
    assert seller.post(f"/listings/{listing.number}/answer", posted).status_code == 302
    assert seller.post(f"/listings/{listing.number}/answer", {**posted, "answer": "有。"}).status_code == 409
    text = text_of(client, f"/listings/{listing.number}")
    assert "是否含同族申请？" in text
    assert "无同族。" in text
    assert day.buyers[0].person.name not in text


def test_a_question_that_is_too_short_is_refused_beside_its_field_and_kept() -> None:
    day = Day()
    listing = day.announced()
    answer = signed_in(day.buyers[0].person).post(f"/listings/{listing.number}/ask", {"question": "同?"})
    assert answer.status_code == 422
    assert "同?" in answer.content.decode()
    assert 'aria-invalid="true"' in answer.content.decode()


def test_the_seller_answers_the_one_buyer_from_the_page() -> None:
    day = Day()
    listing = day.announced()
    given.an_admitted(listing, day.buyers[0])
    given.time_passes(minutes=4)
    jobs.tick()
    browser = signed_in(day.seller.person)
    assert "按 800,000 元成交" in text_of(browser, f"/listings/{listing.number}")
    assert signed_in(day.buyers[0].person).post(f"/listings/{listing.number}/answer-buyer").status_code == 403
    assert browser.post(f"/listings/{listing.number}/answer-buyer", {"consents": "yes"}).status_code == 302
    assert given.fresh(listing).state == "sold"
    text_of(browser, f"/listings/{listing.number}")


def test_a_listing_of_several_rights_lists_every_one(client: Client) -> None:
    day = Day()
    rights = [given.a_right(day.house, day.seller.party) for _ in range(3)]
    offer = given.an_offer(day.seller, *rights)
    draft = listings.submit(day.seller.person, listings.draft(day.seller.person, offer).pk)
    listing = listings.announce(day.house.operator, draft.pk)
    text = text_of(client, f"/listings/{listing.number}")
    assert all(right.number in text for right in rights)
    assert "3 项权利整体转让" in text


def test_a_holders_sale_by_a_courts_terms_says_that_no_court_sells(client: Client) -> None:
    house, seller = given.House(), given.a_side("holder")
    draft = given.an_offer(seller, given.a_right(house, seller.party), rule_set="court_timed")
    listing = listings.draft(seller.person, replace(draft, reserve_fen=draft.asking_fen))
    listings.submit(seller.person, listing.pk)
    listings.announce(house.operator, listing.pk, fees_unknown=True)
    text = text_of(client, f"/listings/{listing.number}")
    assert "比照网络司法拍卖规则（限时竞价）" in text
    assert "不是人民法院的司法拍卖" in text
    other = given.an_announced(house, given.a_side("holder"))
    assert "司法拍卖" not in text_of(client, f"/listings/{other.number}")
