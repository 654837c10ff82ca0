"""Deeds on a live lot: who may, then an order in the floor's queue. The floor alone writes the lot's rows."""

from __future__ import annotations

from concurrent.futures import Future
from functools import partial

from zhirong.base.refused import Refused
from zhirong.exchange import floor_doors, gates, listing_rules
from zhirong.exchange.actions import annulments, watched
from zhirong.exchange.engine.shape import Annul, Ban, Encumber, Pause, PriorityMatch, Reply, Resume
from zhirong.exchange.models import Deal, Intent, Lot
from zhirong.people import access
from zhirong.people.models import Membership, Person
from zhirong.record import actions as record


def bidder_of(who: Person | None, lot: Lot) -> Intent | None:
    """Under which admitted intent this person bids on this lot; None for onlookers."""
    if who is None:
        return None
    parties = Membership.objects.filter(person=who, confirmed_at__isnull=False, ended_at__isnull=True)
    mine = Intent.objects.filter(listing_id=lot.listing_id, state="admitted", party__in=parties.values("party"))
    return mine.order_by("pk").first()


def place_bid(who: Person, lot: Lot, price_fen: int, *, key: str) -> Future[Reply]:
    """Hand a bid to the floor; the reply comes after its commit, and a repeat of the key gets the same one."""
    intent = bidder_of(who, lot)
    if intent is None:
        raise Refused("bid.not_admitted")
    access.require(who, "exchange.bid", intent)
    floor_doors.must_be_key(key)
    return floor_doors.running().bid(lot.pk, intent.code, price_fen, key=key, who_ref=who.ref)


def match_price(who: Person, lot: Lot, *, takes: bool) -> Reply:
    """A priority purchaser takes the lot at the top price, or waives (court rules 16, 19, 21)."""
    intent = bidder_of(who, lot)
    if intent is None:
        raise Refused("bid.not_admitted")
    access.require(who, "exchange.bid", intent)
    return floor_doors.order(lot.pk, partial(PriorityMatch, bidder=intent.code, takes=takes), who_ref=who.ref)


def pause(who: Person, lot: Lot, *, reason: str) -> Reply:
    """Stop a live auction with a published reason; what time is left is kept (court rule 28)."""
    access.require(who, "exchange.control", lot)
    said = listing_rules.must_be_text(reason, field="reason", most=1000)
    return floor_doors.order(lot.pk, partial(Pause, reason=said), who_ref=who.ref)


def resume(who: Person, lot: Lot) -> Reply:
    """Go on with the time that was left and one full window, if the rights may still be sold (B9, E28).

    A right is not sold free while a pledge or a seizure stands on it: the auction stays as it is (民法典 444).
    """
    access.require(who, "exchange.control", lot)
    must_be_free(lot)
    reply = floor_doors.order(lot.pk, Resume, who_ref=who.ref)
    gate = gates.check(lot.listing, stage=watched.STAGE, now=record.now())
    watched.keep(gate, watched.last(lot.listing))
    if not gate.passed:
        # Entered between the look and the order: the watch looked at it while nothing ran.
        return stop_for_register(lot, reason=gates.in_one_text(gate))
    return reply


def must_be_free(lot: Lot) -> None:
    """The gate is asked as at publication; a closed one is told with each ground and its rule (B9, E28)."""
    gate = gates.check(lot.listing, stage=watched.STAGE, now=record.now())
    if not gate.passed:
        raise Refused("lot.gate_closed", number=lot.listing.number, findings=gates.blocking(gate))


def ban(who: Person, lot: Lot, *, code: str, reason: str) -> Reply:
    """A bidder broke the published rules: its bids are void and the price is worked out again (E36)."""
    access.require(who, "exchange.control", lot)
    said = listing_rules.must_be_text(reason, field="reason", most=1000)
    return floor_doors.order(lot.pk, partial(Ban, bidder=code, reason=said), who_ref=who.ref)


def annul(who: Person, lot: Lot, *, reason: str) -> Reply:
    """Undo an auction by a new event; what happened stays written, and the listing stops until a person decides.

    The clock may make a deal of the hammer between the look and the order: that deal is undone with its auction.
    """
    access.require(who, "exchange.control", lot)
    if Deal.objects.filter(lot=lot).exclude(state__in=listing_rules.DEAL_UNDONE).exists():
        raise Refused("lot.has_deal", lot=lot.pk)
    said = listing_rules.must_be_text(reason, field="reason", most=1000)
    reply = floor_doors.order(lot.pk, partial(Annul, reason=said), who_ref=who.ref)
    for deal_id in annulments.left(lot.pk):
        annulments.undo(deal_id)
    return reply


def stop_for_register(lot: Lot, *, reason: str) -> Reply:
    """The register changed under a live lot (E28): it stops until the operator resumes or annuls it."""
    return floor_doors.order(lot.pk, partial(Encumber, reason=reason))
