"""The listing's page tells a bidder what became of its deposit, in every state of it."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.exchange import given_deals as given
from tests.exchange import given_money
from tests.exchange.given_hall import Day, signed_in
from tests.exchange.test_refunds import a_released
from tests.web.given_pages import text_of
from zhirong.exchange.actions import intents, listings, settlement
from zhirong.exchange.models import Deal, Intent, Listing
from zhirong.ledger.actions import dues
from zhirong.ledger.models import Due
from zhirong.web import filters

pytestmark = pytest.mark.django_db(transaction=True)
CODE_ALONE = "结束前他人只看到代码"


def page_of(side: given.Side, listing: Listing) -> str:
    return text_of(signed_in(side.person), f"/listings/{listing.number}")


def in_english(side: given.Side, listing: Listing) -> str:
    browser = signed_in(side.person)
    browser.cookies["lang"] = "en"
    return text_of(browser, f"/listings/{listing.number}")


def test_a_deposit_is_frozen_while_the_listing_runs_and_its_bidder_hidden() -> None:
    day = Day()
    listing = day.announced()
    given.an_admitted(listing, day.buyers[0])
    assert f"保证金 80,000 元已冻结。 {CODE_ALONE}" in page_of(day.buyers[0], listing)
    told = in_english(day.buyers[0], listing)
    assert "Deposit of 80,000 yuan frozen. Others see the code, never the name, until the end." in told


def test_a_released_deposit_is_told_with_the_day_by_which_it_is_paid_out() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    due = a_released(house, seller, buyer)
    listing = Listing.objects.get()
    text = page_of(buyer, listing)
    assert f"保证金 80,000 元已解冻。80,000 元将于 {filters.moment(due.due_at)} 前付出。" in text
    assert f"曾获准参加，竞买人代码 {Intent.objects.get().code}" in text
    assert "已冻结" not in text
    assert CODE_ALONE not in text
    by = f"is to be paid out by {filters.moment(due.due_at)}."
    assert f"Deposit of 80,000 yuan released. 80,000 yuan {by}" in in_english(buyer, listing)


def test_a_released_deposit_is_told_as_kept_used_in_part_and_paid() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    due = a_released(house, seller, buyer)
    listing = Listing.objects.get()
    dues.keep(buyer.person, due.key)
    assert "保证金 80,000 元已解冻。80,000 元已留作后续竞买。" in page_of(buyer, listing)
    other = given.an_announced(house, seller, asking_fen=300_000_00)
    intents.register(buyer.person, other.pk, party=buyer.party, of_repaid_fen=30_000_00)
    assert "已解冻。其中 30,000 元已用于您的其他竞买。50,000 元已留作" in page_of(buyer, listing)
    Due.objects.update(state="paid", paid_at=due.made_at)
    assert f"其他竞买。50,000 元已于 {filters.moment(due.made_at)} 付出。" in page_of(buyer, listing)
    assert f"yours. 50,000 yuan was paid out on {filters.moment(due.made_at)}." in in_english(buyer, listing)


def test_the_buyers_deposit_counts_towards_the_price_first_frozen_and_then_applied() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    deal = given_money.a_deal(house, seller, buyer)
    assert "保证金 80,000 元已冻结，将抵作价款。" in page_of(buyer, deal.listing)
    given_money.settled(house, given_money.a_paid(deal, seller, buyer))
    text = page_of(buyer, deal.listing)
    assert "保证金已划扣 80,000 元，抵作价款及服务费。" in text
    assert "已冻结" not in text
    assert "Deposit: 80,000 yuan counted towards the price and its fee." in in_english(buyer, deal.listing)


def test_of_a_deposit_above_the_price_the_part_that_counted_is_told() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    deal = given_money.a_deal(house, seller, buyer)
    Deal.objects.filter(pk=deal.pk).update(price_fen=50_000_00, buyer_fee_fen=1_000_00, seller_fee_fen=1_500_00)
    given_money.a_paid_without_money(Deal.objects.get(pk=deal.pk), seller, buyer)
    assert "保证金已划扣 51,000 元，抵作价款及服务费。" in page_of(buyer, deal.listing)


def test_a_forfeited_deposit_is_told_as_forfeited() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    deal = given_money.a_deal(house, seller, buyer)
    given.seller_accepts(deal)
    given.time_passes(minutes=11)
    settlement.propose_default(house.operator, deal.pk, reason="逾期未签约。")
    settlement.confirm_default(house.checker, deal.pk, payload_hash=given.waits(deal))
    text = page_of(buyer, deal.listing)
    assert "保证金 80,000 元已没收：未履行成交义务。" in text
    assert "已冻结" not in text
    assert "Deposit of 80,000 yuan forfeited: the contract was not kept." in in_english(buyer, deal.listing)


def test_a_deposit_that_went_back_before_the_end_is_told_to_whoever_stepped_back() -> None:
    day = Day()
    listing = day.announced()
    intent = given.an_admitted(listing, day.buyers[0])
    intents.withdraw(day.buyers[0].person, intent.pk)
    due = Due.objects.get()
    assert f"保证金 80,000 元已解冻。80,000 元将于 {filters.moment(due.due_at)} 前付出。" in page_of(
        day.buyers[0], listing
    )


def test_a_stranger_reads_nothing_of_anybodys_deposit(client: Client) -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    a_released(house, seller, buyer)
    text = text_of(client, f"/listings/{Listing.objects.get().number}")
    assert "已解冻" not in text
    assert "80,000 元将于" not in text


def test_of_a_terminated_listing_nobody_is_told_that_the_code_still_hides_the_name() -> None:
    day = Day()
    listing = day.announced()
    given.an_admitted(listing, day.buyers[0])
    listings.suspend(day.house.operator, listing.pk, reason="权属待核。")
    assert CODE_ALONE in page_of(day.buyers[0], listing)
    listings.terminate(day.house.operator, listing.pk, reason="权属不清。")
    assert CODE_ALONE not in page_of(day.buyers[0], listing)


def test_of_a_deal_undone_after_payment_the_buyer_reads_that_all_goes_back() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    deal = given_money.a_paid(given_money.a_deal(house, seller, buyer), seller, buyer)
    assert "抵作价款及服务费" in page_of(buyer, deal.listing)
    settlement.propose_annulment(house.operator, deal.pk, reason="登记机关不予变更。")
    settlement.confirm_annulment(house.checker, deal.pk, payload_hash=given.waits(deal))
    assert "该成交已撤销，您所付款项全部退还" in page_of(buyer, deal.listing)
