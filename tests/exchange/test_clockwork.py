"""The demo's clock: forward only, and what falls due on the way happens at its deadline and in its order."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings

from tests.exchange import given_deals as given
from tests.people.given_people import refused
from zhirong.exchange import clockwork
from zhirong.exchange.models import Listing
from zhirong.record import actions as record
from zhirong.record.models import ClockMove, Event

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def demo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "DEMO", True)


def test_what_falls_due_on_the_way_happens_at_its_deadline_and_in_its_order() -> None:
    house = given.House()
    first = given.an_announced(house, given.a_side("holder"))
    second = given.an_announced(house, given.a_side("holder"))
    # Both may have been announced within one second.
    Listing.objects.filter(pk=second.pk).update(closes_at=given.fresh(first).closes_at + timedelta(seconds=2))
    for listing in (first, second):
        given.an_admitted(listing, given.a_side("buyer"))
    closes = given.fresh(first).closes_at
    assert [one.number for one in clockwork.deadlines(record.now())] == [first.number, second.number]
    assert clockwork.next_deadline(record.now()) == closes
    stops = clockwork.move_to(house.operator, record.now() + timedelta(minutes=4), why="test")
    assert stops == 2
    assert [given.fresh(one).state for one in (first, second)] == ["answering", "answering"]
    told = Event.objects.filter(kind__in=("exchange.one_bidder", "record.clock_moved")).order_by("pk")
    kinds = list(told.values_list("kind", flat=True))
    assert kinds == ["record.clock_moved", "exchange.one_bidder"] * 2 + ["record.clock_moved"]


def test_an_auction_opens_and_closes_on_the_way() -> None:
    house = given.House()
    listing = given.an_announced(house, given.a_side("holder"))
    for _ in range(2):
        given.an_admitted(listing, given.a_side("buyer"))
    clockwork.move_to(house.operator, record.now() + timedelta(minutes=30), why="test")
    assert given.fresh(listing).state == "ended"
    assert listing.lots.get().state == "closed"
    assert clockwork.next_deadline(record.now()) is None


def test_a_move_is_an_operators_deed_and_not_too_far() -> None:
    house, before = given.House(), record.now()
    with refused("people.not_allowed"):
        clockwork.move_to(house.checker, before + timedelta(hours=1), why="test")
    with refused("clock.too_far", most_days=400):
        clockwork.move_to(house.operator, before + timedelta(days=500), why="test")
    assert not ClockMove.objects.exists()
    assert clockwork.move_to(house.operator, before, why="the past is over") == 0
    assert record.now() - before < timedelta(minutes=1)


def test_a_deals_terms_stand_among_the_deadlines_but_the_clock_only_waits_for_them() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    listing = given.an_announced(house, seller)
    given.an_admitted(listing, buyer)
    clockwork.move_to(house.operator, record.now() + timedelta(minutes=9), why="the seller keeps silent")
    deal = listing.deals.get()
    coming = clockwork.deadlines(record.now())
    assert [(one.kind, one.number, one.by_clock) for one in coming] == [("contract", deal.number, False)]
    assert clockwork.next_deadline(record.now()) is None
    clockwork.move_to(house.operator, deal.contract_due_at + timedelta(days=1), why="nobody accepts")
    told = Event.objects.get(kind="exchange.contract_overdue").leaf
    assert told.at - deal.contract_due_at < timedelta(seconds=5)
