"""Builders of what follows a hammer: a lot sold to the best of some bidders, a default, the next best asked."""

from __future__ import annotations

from tests.exchange import given_deals as given
from tests.exchange.given_floor import until
from zhirong.exchange import floor_doors, jobs
from zhirong.exchange.actions import deals, settlement
from zhirong.exchange.models import Deal, Lot
from zhirong.record import actions as record


def sold(
    house: given.House, seller: given.Side, prices: list[tuple[given.Side, int]], *, rule_set: str = "demo"
) -> Deal:
    """An auction with these bids in their order, and what the clock made of it."""
    lot = hammered(house, seller, prices, rule_set=rule_set)
    jobs.tick()
    return Deal.objects.get(listing=lot.listing)


def hammered(
    house: given.House, seller: given.Side, prices: list[tuple[given.Side, int]], *, rule_set: str = "demo"
) -> Lot:
    """The same up to the hammer, of which the clock has not heard yet."""
    listing = given.an_announced(house, seller, rule_set=rule_set)
    sides = {side.party.ref: side for side, _ in prices}
    codes = {ref: given.an_admitted(listing, side).code for ref, side in sides.items()}
    given.time_passes(days=60) if rule_set != "demo" else given.time_passes(minutes=4)
    jobs.tick()
    lot = Lot.objects.get(listing=listing)
    # It opens at once, and the floor may have begun it by its own times: then five seconds later it still runs.
    Lot.objects.filter(pk=lot.pk).update(opens_ns=record.now_ns(), closes_ns=record.now_ns() + 3600 * 10**9)
    given.time_passes(seconds=5)
    for side, price_fen in prices:
        reply = floor_doors.bid(lot.pk, codes[side.party.ref], price_fen, key=f"k{price_fen}")
        assert reply.accepted, reply
    given.time_passes(days=2)
    until(lambda: Lot.objects.get(pk=lot.pk).state == "closed")
    return Lot.objects.get(pk=lot.pk)


def three(house: given.House) -> tuple[Deal, given.Side, list[given.Side]]:
    """Three bidders, the first of whom wins at 860,000 yuan."""
    seller = given.a_side("holder")
    sides = [given.a_side("buyer") for _ in range(3)]
    first, second, third = sides
    bids = [(third, 800_000_00), (second, 840_000_00), (first, 860_000_00)]
    return sold(house, seller, bids), seller, sides


def defaults(house: given.House, deal: Deal, **later: int) -> Deal:
    """The seller accepted in time, the buyer did not, and two persons say that it defaulted."""
    given.seller_accepts(deal)
    given.time_passes(**(later or {"hours": 1}))
    settlement.propose_default(house.operator, deal.pk, reason="未签约")
    return settlement.confirm_default(house.checker, deal.pk, payload_hash=given.waits(deal))


def asked(house: given.House) -> tuple[Deal, Deal, list[given.Side]]:
    """The first of three fell: its deal, the offer to the second, and all three."""
    deal, _, sides = three(house)
    return defaults(house, deal), Deal.objects.get(state="offered"), sides


def signed(deal: Deal, seller: given.Side, buyer: given.Side) -> Deal:
    text = given.contract_of(deal)
    deals.accept(seller.person, deal.pk, side="seller", contract_sha256=text)
    return deals.accept(buyer.person, deal.pk, side="buyer", contract_sha256=text)
