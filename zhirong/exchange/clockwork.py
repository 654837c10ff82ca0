"""Time that a demo moves: forward only, and everything that falls due on the way happens in the order of its deadline.

The move itself is the record's deed (`record.move_clock`), which refuses outside a demo's data folder.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Max, Q, QuerySet, Value

from zhirong.base.calendar import beijing_day, china
from zhirong.base.refused import Refused
from zhirong.base.shown import from_ns, to_ns
from zhirong.exchange import floor_doors, jobs
from zhirong.exchange.models import Deal, Listing, Lot
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


def deadlines(after: datetime, *, most: int = 20) -> list[Deadline]:
    """What falls due next, earliest first: what the clock does, and what the parties of a deal owe."""
    found = _listed(after, most) + _owed(after, most)
    return sorted(found, key=lambda one: (one.at, one.kind, one.pk))[:most]


def _listed(after: datetime, most: int) -> list[Deadline]:
    """Ends of registration, answers of sellers, openings and closes of lots: the clock acts on each."""
    closing = Listing.objects.filter(state__in=("announced", "qualifying"), closes_at__gt=after)
    answers = Listing.objects.filter(state="answering", answer_due_at__gt=after)
    now_ns = to_ns(after)
    opening = Lot.objects.filter(state="scheduled", opens_ns__gt=now_ns)
    ending = Lot.objects.filter(state__in=LOTS_THAT_RUN, closes_ns__gt=now_ns)
    found = [
        *((at, "registration", pk, number) for at, pk, number in _first(closing, "closes_at", most)),
        *((at, "answer", pk, number) for at, pk, number in _first(answers, "answer_due_at", most)),
    ]
    for lots, name, kind in ((opening, "opens_ns", "opening"), (ending, "closes_ns", "close")):
        rows = lots.order_by(name, "pk").values_list(name, "pk", "listing__number")[:most]
        found += [(from_ns(ns), kind, pk, number) for ns, pk, number in rows]
    return [Deadline(at, kind, pk, number, by_clock=True) for at, kind, pk, number in found]


def _first(found: QuerySet[Listing], name: str, most: int) -> list[tuple[datetime, int, str]]:
    return list(found.order_by(name, "pk").values_list(name, "pk", "number")[:most])


def _owed(after: datetime, most: int) -> list[Deadline]:
    """Contract, price and change of owner: when one passes a person decides, so the clock only waits for them."""
    running = Deal.objects.filter(stopped_at=None)
    due = [
        ("contract", "contract_due_at", Q(state="contract")),
        ("payment", "payment_due_at", Q(state="payment")),
        ("recordal", "recordal_due_at", Q(state__in=("recordal", "confirming"))),
    ]
    parts = [
        running.filter(which, **{f"{name}__gt": after}).values_list(
            F(name), Value(kind), F("pk"), F("number")
        )
        for kind, name, which in due
    ]
    rows = parts[0].union(*parts[1:], all=True)
    found = [Deadline(at, kind, pk, number, by_clock=False) for at, kind, pk, number in rows]
    return sorted(found, key=lambda one: one.at)[:most]


def next_deadline(after: datetime) -> datetime | None:
    """The next instant at which the clock has something to do."""
    return min((one.at for one in _listed(after, 1)), default=None)


def moves(who: Person, to: datetime, *, why: str) -> Iterator[datetime]:
    """Move the clock to an instant, stopping at every deadline before it; gives each stop after what fell due there."""
    access.require(who, "exchange.move_clock")
    if to - record.now() > FARTHEST:
        raise Refused("clock.too_far", most_days=FARTHEST.days)
    with floor_runs():
        settle()
        for _ in range(LONGEST_STEPS):
            due = next_deadline(record.now())
            if due is None or due > to:
                break
            yield _stop(who, due + BREATH, why=why)
        if record.now() < to:
            yield _stop(who, to, why=why)


def _stop(who: Person, at: datetime, *, why: str) -> datetime:
    floor_doors.running().expect_clock_move()
    record.move_clock(who, at, why=why)
    settle()
    return at


def move_to(who: Person, to: datetime, *, why: str) -> int:
    """Move the clock to an instant at once; gives how many deadlines it stopped at on the way."""
    stops = [at for at in moves(who, to, why=why) if at != to]
    return len(stops)


def settle() -> None:
    """Let the floor close what is due and the clock's deeds follow, until nothing more happens."""
    patience = time.monotonic() + FLOOR_SECONDS
    while time.monotonic() < patience:
        before = Leaf.objects.aggregate(last=Max("id"))["last"]
        now_ns = to_ns(record.now())
        closes = Lot.objects.filter(state__in=LOTS_THAT_RUN, closes_ns__lte=now_ns)
        opens = Lot.objects.filter(state="scheduled", opens_ns__lte=now_ns)
        if closes.exists() or opens.exists():
            time.sleep(0.02)
            continue
        jobs.tick()
        if Leaf.objects.aggregate(last=Max("id"))["last"] == before:
            return


def working_days_later(count: int, *, hour: int = 10) -> datetime:
    """So many working days from now, at an hour of Beijing."""
    day = china().add_working_days(beijing_day(record.now()), count).day
    return china().opening_time(day) + timedelta(hours=hour - 9)
