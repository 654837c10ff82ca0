"""A deal at each of its steps, told through the actions, for the pages of its two sides."""

from __future__ import annotations

from dataclasses import dataclass

from django.test import Client

from tests.exchange import given_deals as given
from zhirong.base.calendar import beijing_day
from zhirong.exchange import jobs
from zhirong.exchange.actions import contracts, settlement
from zhirong.exchange.models import Deal
from zhirong.people.models import Person
from zhirong.record import actions as record
from zhirong.record import sequencer


@dataclass
class Sold:
    """A deal with its people."""

    house: given.House
    seller: given.Side
    buyer: given.Side
    deal: Deal

    def fresh(self) -> Deal:
        self.deal = Deal.objects.get(pk=self.deal.pk)
        return self.deal


def a_deal() -> Sold:
    """One buyer came and the seller kept silent: the contract is written and waits for both."""
    house, seller, buyer = given.House(), given.a_side("holder", "buyer"), given.a_side("buyer", "holder")
    listing = given.an_announced(house, seller)
    given.an_admitted(listing, buyer)
    given.time_passes(minutes=4)
    jobs.tick()
    given.time_passes(minutes=6)
    jobs.tick()
    deal = Deal.objects.get(listing=listing)
    return Sold(house, seller, buyer, contracts.write(deal.pk))


def signed(sold: Sold) -> Sold:
    """Both sides accepted the text."""
    deal = Deal.objects.select_related("contract_file").get(pk=sold.deal.pk)
    assert deal.contract_file is not None
    contracts.accept(sold.seller.person, deal, side="seller", contract_sha256=deal.contract_file.sha256)
    contracts.accept(sold.buyer.person, deal, side="buyer", contract_sha256=deal.contract_file.sha256)
    sold.fresh()
    return sold


def paid(sold: Sold) -> Sold:
    """The price is in escrow."""
    given.money_for(sold.buyer.party, sold.deal.price_fen + sold.deal.buyer_fee_fen)
    settlement.take_price(sold.deal.pk)
    sold.fresh()
    return sold


def settled(sold: Sold) -> Sold:
    """The office's notice entered and confirmed, the certificate issued and sealed."""
    today = beijing_day(record.now())
    entered = settlement.enter_recordal(
        sold.house.operator,
        sold.deal.pk,
        settlement.Proof("手续合格通知书 2026", today, given.a_notice(sold.house.operator)),
    )
    given.reads(sold.house.checker, entered.file)
    settlement.confirm_recordal(sold.house.checker, sold.deal.pk, payload_hash=entered.payload_hash)
    sequencer.number_now()
    jobs.tick()
    sequencer.number_now()
    sold.fresh()
    return sold


def browser_of(person: Person) -> Client:
    """A browser in which this person is signed in."""
    client = Client()
    client.force_login(person)
    return client
