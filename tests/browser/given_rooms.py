"""Lots for slow browsers: open for a whole day under the platform's rules, so that no test runs against their close."""

from __future__ import annotations

from tests.exchange import given_deals as given
from tests.exchange.given_hall import Day
from zhirong.exchange import jobs
from zhirong.exchange.models import Lot
from zhirong.record import actions as record
from zhirong.web.exchange import front

SECOND_NS = 10**9


def an_open_lot(day: Day, rule_set: str = "platform") -> Lot:
    """Bidding is open for two bidders; told before the house opens its floor, so that no clock jumps under it."""
    front.forget()
    listing = given.an_announced(day.house, day.seller, rule_set=rule_set)
    for buyer in day.buyers:
        given.an_admitted(listing, buyer)
    assert listing.closes_at is not None
    given.time_passes(seconds=int((listing.closes_at - record.now()).total_seconds()) + 1)
    jobs.tick()
    lot = Lot.objects.get(listing=listing)
    given.time_passes(seconds=max(0, (lot.opens_ns - record.now_ns()) // SECOND_NS + 1))
    return lot


def leave(lot: Lot, seconds: int) -> Lot:
    """The same lot so many seconds before its close."""
    given.time_passes(seconds=(lot.closes_ns - record.now_ns()) // SECOND_NS - seconds)
    return lot
