"""The demo's clock: forward only, and what falls due on the way happens at its deadline and in its order."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.apps import apps
from django.conf import settings

from tests.exchange import given_deals as given
from tests.people.given_people import refused
from zhirong.exchange import clockwork, terms
from zhirong.exchange.actions import intents, listings, overdue, unplaced
from zhirong.exchange.models import Intent, Listing
from zhirong.ledger import jobs as ledger_jobs
from zhirong.ledger.actions import simulated
from zhirong.ledger.models import BankFile
from zhirong.record import actions as record
from zhirong.record.models import ClockMove, Event
from zhirong.web.office import clock

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


def test_a_deposit_that_the_bank_tells_late_but_before_the_close_admits_its_buyer() -> None:
    house, buyer = given.House(), given.a_side("buyer")
    listing, now = given.an_announced(house, given.a_side("holder")), record.now()
    Listing.objects.filter(pk=listing.pk).update(closes_at=now + timedelta(hours=8))
    intent = intents.register(buyer.person, listing.pk, party=buyer.party)
    line = simulated.pay_in(buyer.party.name, intent.deposit_fen, memo=intent.payment_code, now=now, quirk="late")
    coming = [(one.kind, one.number, one.by_clock) for one in clockwork.deadlines(now)]
    assert coming == [("bank", line.bank_ref, True), ("registration", listing.number, True)]
    assert clockwork.next_deadline(now) == line.told_from
    clockwork.move_to(house.operator, now + timedelta(hours=8, minutes=1), why="test")
    assert Intent.objects.get().state == "admitted"
    assert given.fresh(listing).state == "answering"
    assert BankFile.objects.get().at - line.told_from < timedelta(seconds=5)
    assert Intent.objects.get().decided_at - line.told_from < timedelta(seconds=5)


def test_what_the_bank_tells_at_the_very_instant_of_the_close_still_counts() -> None:
    house, buyer = given.House(), given.a_side("buyer")
    listing = given.an_announced(house, given.a_side("holder"))
    intent = intents.register(buyer.person, listing.pk, party=buyer.party)
    line = simulated.pay_in(buyer.party.name, intent.deposit_fen, memo=intent.payment_code, now=record.now())
    line.told_from = given.fresh(listing).closes_at
    line.save()
    clockwork.move_to(house.operator, line.told_from + timedelta(seconds=30), why="test")
    assert given.fresh(listing).state == "answering"
    assert Intent.objects.get().state == "admitted"


def test_a_suspensions_term_is_a_stop_and_is_told_when_it_passes() -> None:
    house = given.House()
    listing = given.an_announced(house, given.a_side("holder"))
    suspended = listings.suspend(house.operator, listing.pk, reason="核查")
    due_at = next(at for _, _, at in overdue.listing_terms())
    assert [(one.kind, one.at, one.by_clock) for one in clockwork.deadlines(record.now())] == [
        ("suspension", due_at, False)
    ]
    assert (clockwork.next_deadline(record.now()), clockwork.next_stop(record.now())) == (None, due_at)
    clockwork.move_to(house.operator, due_at + timedelta(days=1), why="nobody decides")
    told = Event.objects.get(kind="exchange.suspension_overdue").leaf
    assert told.at - due_at < timedelta(seconds=5)
    assert given.fresh(suspended).state == "suspended"


def test_money_in_suspense_is_a_stop_and_its_term_is_told_when_it_passes() -> None:
    house = given.House()
    simulated.pay_in("某厂", 5_000_00, memo="", now=record.now(), quirk="stranger")
    ledger_jobs.fetch_news()
    [(line, due_at)] = unplaced.ends()
    assert [(one.kind, one.number, one.at, one.by_clock) for one in clockwork.deadlines(record.now())] == [
        ("suspense", line.bank_ref, due_at, False)
    ]
    assert clockwork.next_stop(record.now()) == due_at
    clockwork.move_to(house.operator, due_at + timedelta(days=1), why="nobody looks")
    assert Event.objects.get(kind="exchange.suspense_overdue").leaf.at - due_at < timedelta(seconds=5)
    assert unplaced.ends() == []


# Every column that holds an instant by which something must be done or begins, and the kind of deadline it is.
COLUMNS = {
    "exchange.Listing.closes_at": "registration",
    "exchange.Listing.bidding_at": "opening",
    "exchange.Listing.answer_due_at": "answer",
    "exchange.Lot.opens_ns": "opening",
    "exchange.Lot.closes_ns": "close",
    "exchange.Deal.contract_due_at": "contract",
    "exchange.Deal.payment_due_at": "payment",
    "exchange.Deal.recordal_due_at": "recordal",
    "ledger.Due.due_at": "refund",
    "ledger.SimulatedLine.told_from": "bank",
}
# What a bid moved, a term that was told, a term that a hold of the exchange never has.
NO_TERMS = {"exchange.LotStep.closes_ns", "exchange.Overdue.due_at", "ledger.Hold.expires_at"}
INSTANT = re.compile(r"(\w+_)?(closes|opens|bidding|due|expires|ends|until)_(at|ns)|told_from")
# The terms that no column holds, by their name in the parameters or as the deed that tells them.
PARAMETERS = {"suspension": "suspension", "qualification": "qualify", "unplaced": "suspense"}


def test_every_kind_of_term_is_in_the_one_list_of_deadlines() -> None:
    kinds = {*clockwork.BY_CLOCK, *clockwork.TOLD}
    columns = {
        f"{model._meta.app_label}.{model.__name__}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_label in ("exchange", "ledger", "registry")
        for field in model._meta.get_fields()
        if INSTANT.fullmatch(field.name)
    }
    assert columns == {*COLUMNS, *NO_TERMS}
    assert set(terms._terms()) == set(PARAMETERS)
    told = {*overdue.OF_DEALS, *overdue.OF_LISTINGS, unplaced.WHAT, "refund"}
    assert told == set(clockwork.TOLD)
    assert {*COLUMNS.values(), *PARAMETERS.values(), *told} | {"offer"} == kinds
    assert set(clock.kind_words()) == kinds
