"""The pages of a listing and of a deal follow what happens, for those whom it concerns and for nobody else."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.test import Client

from tests.exchange import given_deals as given
from tests.exchange import given_desk as desk
from tests.people.given_people import a_person
from tests.web.given_pages import text_of
from zhirong.exchange import jobs as exchange_jobs
from zhirong.exchange.actions import intents, money, settlement
from zhirong.ledger import jobs
from zhirong.ledger.actions import simulated
from zhirong.record import actions as record

pytestmark = pytest.mark.django_db(transaction=True)


def mark_of(browser: Client, address: str) -> str:
    """What follow.js asks, and what the page itself holds just then: they agree."""
    mark = browser.get(f"{address}/news").json()["mark"]
    held = re.search(r'data-mark="(\w+)"', text_of(browser, address))
    assert held is not None
    assert held[1] == mark
    return str(mark)


def test_a_listing_tells_its_bidder_of_the_deposit_and_no_stranger_anything() -> None:
    house, seller, buyer, other = given.House(), given.a_side("holder"), given.a_side("buyer"), given.a_side("buyer")
    listing = given.an_announced(house, seller)
    browser, others = desk.browser_of(buyer.person), desk.browser_of(other.person)
    address = f"/listings/{listing.number}"
    for stranger in (browser, others):
        assert stranger.get(f"{address}/news").status_code == 404
        assert "data-news" not in text_of(stranger, address)
    assert Client().get(f"{address}/news").status_code == 302
    intent = intents.register(buyer.person, listing.pk, party=buyer.party)
    intents.register(other.person, listing.pk, party=other.party)
    before, of_other = mark_of(browser, address), mark_of(others, address)
    assert mark_of(browser, address) == before
    given.money_for(buyer.party, listing.deposit_fen)
    intents.deposit_arrived(intent.pk)
    assert mark_of(browser, address) != before
    assert mark_of(others, address) == of_other, "whose deposit came is nobody else's to know"
    assert "follow.js" in text_of(browser, address)


def test_a_deal_tells_its_sides_of_the_payment_and_no_stranger_anything() -> None:
    sold = desk.signed(desk.a_deal())
    address = f"/deals/{sold.deal.number}"
    sides = [desk.browser_of(sold.seller.person), desk.browser_of(sold.buyer.person)]
    before = [mark_of(one, address) for one in sides]
    desk.paid(sold)
    for one, mark in zip(sides, before, strict=True):
        assert mark_of(one, address) != mark
        assert "bank-demo?code" not in text_of(one, address)
    stranger = desk.browser_of(a_person("buyer"))
    assert stranger.get(f"{address}/news").status_code == 404


def test_a_losing_bidder_hears_nothing_of_the_deal_that_is_not_public() -> None:
    sold, loser = desk.a_deal(), given.a_side("buyer")
    listing, address = sold.deal.listing, f"/listings/{sold.deal.listing.number}"
    listing.intents.create(
        party=loser.party, person=loser.person, state="withdrawn", deposit_state="none", deposit_fen=0,
        registered_at=record.now(), payment_code="ZR-LOST",
    )  # fmt: skip
    browser = desk.browser_of(loser.person)
    before = mark_of(browser, address)
    seen = mark_of(desk.browser_of(sold.buyer.person), f"/deals/{sold.deal.number}")
    desk.signed(sold)
    signed = mark_of(browser, address)
    assert signed != before, "the page of a listing shows everybody when the contract was made"
    given.time_passes(days=30)
    settlement.propose_default(sold.house.operator, sold.deal.pk, reason="价款逾期未付")
    assert mark_of(browser, address) == signed
    assert mark_of(desk.browser_of(sold.buyer.person), f"/deals/{sold.deal.number}") != seen


def test_a_second_payment_is_held_and_the_page_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "DEMO", True)
    sold = desk.signed(desk.a_deal())
    exchange_jobs.tick()
    browser, address = desk.browser_of(sold.buyer.person), f"/deals/{sold.deal.number}"
    code, owed = money.price_code(sold.deal), money.due_fen(sold.deal)
    counter = f"/bank-demo?code={code}"
    assert counter in text_of(browser, address)

    def pays() -> None:
        simulated.customer_pays(sold.buyer.person, payer=sold.buyer.party.name, amount_fen=owed, memo=code)

    before = mark_of(browser, address)
    pays()
    assert mark_of(browser, address) != before
    assert counter not in text_of(browser, address), "the bank has the money: nothing more is to be paid"
    jobs.fetch_news()
    settlement.take_price(sold.deal.pk)
    assert sold.fresh().paid_at is not None
    assert "已无待收款项" not in text_of(browser, address)
    pays()
    assert "又有一笔付款" in text_of(browser, counter)
    jobs.fetch_news()
    for page in (counter, address):
        text = text_of(browser, page)
        assert "此付款码已无待收款项，又到账 736,000 元" in text
        assert "待核" in text


def test_a_wrong_payment_leaves_the_way_open_to_pay_rightly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "DEMO", True)
    house, buyer = given.House(), given.a_side("buyer")
    listing = given.an_announced(house, given.a_side("holder"))
    intent = intents.register(buyer.person, listing.pk, party=buyer.party)
    browser, counter = desk.browser_of(buyer.person), f"/bank-demo?code={intent.payment_code}"
    simulated.customer_pays(buyer.person, payer=buyer.party.name, amount_fen=7, memo=intent.payment_code)
    assert counter not in text_of(browser, f"/listings/{listing.number}")
    jobs.fetch_news()
    text = text_of(browser, f"/listings/{listing.number}")
    assert counter in text
    assert "到账 0.07 元，应付 80,000 元" in text
    assert "尚差 79,999.93 元" in text
    assert 'value="pay"' in text_of(browser, counter)
