"""Builders for tests of a deal's money: a deal that one buyer made, signed, paid, recorded."""

from __future__ import annotations

from tests.exchange import given_deals as given
from zhirong.base.calendar import beijing_day
from zhirong.exchange import jobs
from zhirong.exchange.actions import deals, settlement
from zhirong.exchange.models import Deal, Listing, Recordal
from zhirong.record import actions as record


def a_deal(house: given.House, seller: given.Side, buyer: given.Side) -> Deal:
    """A contract at the asking price with the one buyer who came, by the seller's silence."""
    return a_deal_of(given.an_announced(house, seller), buyer)


def a_deal_of(listing: Listing, buyer: given.Side) -> Deal:
    given.an_admitted(listing, buyer)
    for minutes in (4, 6):
        given.time_passes(minutes=minutes)
        jobs.tick()
    return Deal.objects.get(listing=listing)


def a_paid(deal: Deal, seller: given.Side, buyer: given.Side) -> Deal:
    """Both sides signed, and the price lies in escrow."""
    given.money_for(buyer.party, deal.price_fen + deal.buyer_fee_fen - deal.intent.deposit_fen)
    return a_paid_without_money(deal, seller, buyer)


def a_paid_without_money(deal: Deal, seller: given.Side, buyer: given.Side) -> Deal:
    """Both sides signed, and what the buyer has lies in escrow."""
    text = given.contract_of(deal)
    deals.accept(seller.person, deal.pk, side="seller", contract_sha256=text)
    deals.accept(buyer.person, deal.pk, side="buyer", contract_sha256=text)
    return settlement.take_price(deal.pk)


def a_recordal(house: given.House, deal: Deal) -> Recordal:
    """The operator's proof, which waits for a second person."""
    return settlement.enter_recordal(
        house.operator,
        deal.pk,
        settlement.Proof("2026000123456", beijing_day(record.now()), given.a_notice(house.operator)),
    )


def settled(house: given.House, deal: Deal) -> Deal:
    """Recorded by one, confirmed by another."""
    entered = a_recordal(house, deal)
    given.reads(house.checker, entered.file)
    return settlement.confirm_recordal(house.checker, deal.pk, payload_hash=entered.payload_hash)
