"""Time that a demo moves: forward only, with a stop at each deadline on the way, the earliest first.

Stops are what the clock acts on (ends of registration, answers, offers, openings, closes, lines that the bank tells
late) and the terms whose passing is told (`TOLD`). At each stop everything is
done that the house's clock does every second, in the same order: the bank is asked first.

The move itself is the record's deed (`record.move_clock`), which refuses outside a demo's data folder.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import F, Max, Min, QuerySet, Value

from zhirong.base.calendar import beijing_day, china
from zhirong.base.refused import Refused
from zhirong.base.shown import from_ns, to_ns
from zhirong.exchange import floor_doors, jobs
from zhirong.exchange.actions import overdue, unplaced
from zhirong.exchange.models import Deal, Listing, Lot
from zhirong.ledger.actions import simulated
from zhirong.ledger.models import Due
from zhirong.people import access
from zhirong.people.models import Person
from zhirong.record import actions as record
from zhirong.record.models import Leaf

FLOOR_SECONDS = 20
LONGEST_STEPS = 10_000
# A breath past the deadline, since a thing is due only after its instant.
BREATH = timedelta(milliseconds=1)
FARTHEST = timedelta(days=400)
LOTS_THAT_RUN = ("scheduled", "live", "matching")
# Every kind of deadline there is: what the clock acts on, and the terms of persons whose passing is told.
BY_CLOCK = ("registration", "answer", "offer", "opening", "close", "bank")
TOLD = ("contract", "payment", "recordal", "refund", "suspension", "qualify", "relisting", "suspense")


@dataclass(frozen=True, slots=True)
class Deadline:
    """Something that falls due: what kind of thing, which one, and whether the clock acts on it by itself."""

    at: datetime
    kind: str
    pk: int
    number: str
    by_clock: bool


@contextmanager
def floor_runs() -> Iterator[None]:
    """A floor for as long as the block lasts, where none runs yet."""
    runs = floor_doors.health().state == "running"
    if not runs:
        floor_doors.start(data=settings.DATA)
    try:
        yield
    finally:
        if not runs:
            floor_doors.stop()


def _of_refunds(after: datetime) -> Iterator[QuerySet[Any]]:
    """Money that must be on its way to its owner by then (B10, X4)."""
    found = Due.objects.filter(state__in=("due", "made"), due_at__gt=after)
    yield _named(found, "refund", "due_at", number="party__name")


def deadlines(after: datetime, *, most: int = 20) -> list[Deadline]:
    """What falls due next, earliest first: what the clock does, and what persons owe. Every stop of a move is here."""
    timed = _first([*_of_listings(after), *_of_bank(after), *_of_deals(after), *_of_refunds(after)], most)
    found = [Deadline(at, kind, pk, number, kind in BY_CLOCK) for at, kind, pk, number in timed]
    found += [Deadline(from_ns(ns), kind, pk, number, True) for ns, kind, pk, number in _first(_of_lots(after), most)]
    found += [one for one in _of_the_house() if one.at > after]
    return sorted(found, key=lambda one: (one.at, one.kind, one.pk))[:most]


def _of_the_house() -> Iterator[Deadline]:
    """What the house owes by a term that no row holds: to its listings, and to whoever's money waits in suspense."""
    for what, listing, at in overdue.listing_terms():
        yield Deadline(at, what, listing.pk, listing.number, by_clock=False)
    for line, at in unplaced.ends():
        yield Deadline(at, unplaced.WHAT, line.pk, line.bank_ref, by_clock=False)


def _first(parts: Sequence[QuerySet[Any]], most: int) -> list[tuple[Any, str, int, str]]:
    rows = [part.values_list("at", "what", "pk", "name") for part in parts]
    return list(rows[0].union(*rows[1:], all=True).order_by("at")[:most])


def _named(found: Any, kind: str, at: str, *, number: str = "number") -> Any:
    named = found.filter(**{f"{at}__isnull": False})
    return named.annotate(at=F(at), what=Value(kind), name=F(number))


def _of_listings(after: datetime) -> Iterator[QuerySet[Any]]:
    """Ends of registration, the seller's silence and the next best's: the clock acts on each."""
    closing = Listing.objects.filter(state__in=("announced", "qualifying"), closes_at__gt=after)
    yield _named(closing, "registration", "closes_at")
    yield _named(Listing.objects.filter(state="answering", answer_due_at__gt=after), "answer", "answer_due_at")
    offers = Deal.objects.filter(state="offered", stopped_at=None, contract_due_at__gt=after)
    yield _named(offers, "offer", "contract_due_at")


def _of_bank(after: datetime) -> Iterator[QuerySet[Any]]:
    """Lines that the simulated bank tells late: the clock asks for them, and a deposit may be among them."""
    yield _named(simulated.told_later(after), "bank", "told_from", number="bank_ref")


def _of_lots(after: datetime) -> list[QuerySet[Any]]:
    """Openings and closes, which the floor carries out."""
    now_ns = to_ns(after)
    opening = Lot.objects.filter(state="scheduled", opens_ns__gt=now_ns)
    ending = Lot.objects.filter(state__in=LOTS_THAT_RUN, closes_ns__gt=now_ns)
    return [
        _named(opening, "opening", "opens_ns", number="listing__number"),
        _named(ending, "close", "closes_ns", number="listing__number"),
    ]


def _of_deals(after: datetime) -> Iterator[QuerySet[Any]]:
    """Contract, price and change of owner: when one passes a person decides, so the clock only waits for them."""
    running = Deal.objects.filter(stopped_at=None)
    yield _named(running.filter(state="contract", contract_due_at__gt=after), "contract", "contract_due_at")
    yield _named(running.filter(state="payment", payment_due_at__gt=after), "payment", "payment_due_at")
    recording = running.filter(state__in=("recordal", "confirming"), recordal_due_at__gt=after)
    yield _named(recording, "recordal", "recordal_due_at")


def next_deadline(after: datetime) -> datetime | None:
    """The next instant at which the clock has something to do."""
    timed = [part.aggregate(first=Min("at"))["first"] for part in (*_of_listings(after), *_of_bank(after))]
    timed += [from_ns(ns) for part in _of_lots(after) if (ns := part.aggregate(first=Min("at"))["first"]) is not None]
    return min((at for at in timed if at is not None), default=None)


def next_stop(after: datetime) -> datetime | None:
    """Where a move must stop next: a deadline of the clock, or a term whose passing is told."""
    terms = [part.aggregate(first=Min("at"))["first"] for part in (*_of_deals(after), *_of_refunds(after))]
    terms += [one.at for one in _of_the_house() if one.at > after]
    return min((at for at in (next_deadline(after), *terms) if at is not None), default=None)


def moves(who: Person, to: datetime, *, why: str) -> Iterator[datetime]:
    """Move the clock to an instant, stopping at every deadline before it; gives each stop after what fell due there."""
    access.require(who, "exchange.move_clock")
    if to - record.now() > FARTHEST:
        raise Refused("clock.too_far", most_days=FARTHEST.days)
    with floor_runs():
        settle()
        for _ in range(LONGEST_STEPS):
            due = next_stop(record.now())
            if due is None or due > to:
                break
            yield from _stop(who, due + BREATH, why=why)
        if record.now() < to:
            yield from _stop(who, to, why=why)


def _stop(who: Person, at: datetime, *, why: str) -> Iterator[datetime]:
    """One stop; it is given after every tick of the clock while there is much to do, and once when all is done."""
    if not settings.DEMO:
        raise Refused("clock.not_a_demo")
    floor_doors.running().expect_clock_move()
    record.move_clock(who, at, why=why)
    for _ in settling():
        yield at
    yield at


def move_to(who: Person, to: datetime, *, why: str) -> int:
    """Move the clock to an instant at once; gives how many deadlines it stopped at on the way."""
    stops = {at for at in moves(who, to, why=why) if at != to}
    return len(stops)


def settle() -> None:
    """Let the floor close what is due and the clock's deeds follow, until nothing more happens."""
    for _ in settling():
        continue


def settling() -> Iterator[int]:
    """The same, tick by tick: gives the last leaf after each that did something, however many it takes.

    Only a floor that does not close what is due ends the waiting, after `FLOOR_SECONDS` without any progress.
    """
    patience = time.monotonic() + FLOOR_SECONDS
    while time.monotonic() < patience:
        before = _last_leaf()
        now_ns = to_ns(record.now())
        closes = Lot.objects.filter(state__in=LOTS_THAT_RUN, closes_ns__lte=now_ns)
        opens = Lot.objects.filter(state="scheduled", opens_ns__lte=now_ns)
        if closes.exists() or opens.exists():
            time.sleep(0.02)
            continue
        jobs.do_due()
        after = _last_leaf()
        if after == before:
            return
        patience = time.monotonic() + FLOOR_SECONDS
        yield after


def _last_leaf() -> int:
    return Leaf.objects.aggregate(last=Max("id"))["last"] or 0


def working_days_later(count: int, *, hour: int = 10) -> datetime:
    """So many working days from now, at an hour of Beijing."""
    day = china().add_working_days(beijing_day(record.now()), count).day
    return china().opening_time(day) + timedelta(hours=hour - 9)
