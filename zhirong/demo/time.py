"""Time in the demo: the clock is moved forward, and everything that falls due on the way happens in order."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Max, Min

from zhirong.base.calendar import beijing_day, china
from zhirong.base.shown import from_ns, to_ns
from zhirong.exchange import floor_doors, jobs
from zhirong.exchange.models import Listing, Lot
from zhirong.people.models import Person
from zhirong.record import actions as record
from zhirong.record.models import Leaf

FLOOR_SECONDS = 20
LONGEST_STEPS = 10_000


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


def next_deadline(after: datetime) -> datetime | None:
    """The next instant at which the clock has something to do."""
    listings = Listing.objects.filter(state__in=("announced", "qualifying"), closes_at__gt=after)
    answers = Listing.objects.filter(state="answering", answer_due_at__gt=after)
    now_ns = to_ns(after)
    opening = Lot.objects.filter(state="scheduled", opens_ns__gt=now_ns).aggregate(at=Min("opens_ns"))["at"]
    closing = Lot.objects.filter(state__in=("scheduled", "live", "matching"), closes_ns__gt=now_ns)
    closes = closing.aggregate(at=Min("closes_ns"))["at"]
    found = [
        listings.aggregate(at=Min("closes_at"))["at"],
        answers.aggregate(at=Min("answer_due_at"))["at"],
        from_ns(opening) if opening else None,
        from_ns(closes) if closes else None,
    ]
    return min((at for at in found if at is not None), default=None)


def move_to(who: Person, to: datetime, *, why: str) -> int:
    """Move the clock to an instant, stopping at every deadline before it; gives how many stops there were."""
    stops = 0
    with floor_runs():
        settle()
        while stops < LONGEST_STEPS:
            due = next_deadline(record.now())
            if due is None or due > to:
                break
            floor_doors.running().expect_clock_move()
            # A breath past the deadline, since a thing is due only after its instant.
            record.move_clock(who, due + timedelta(milliseconds=1), why=why)
            settle()
            stops += 1
        if record.now() < to:
            floor_doors.running().expect_clock_move()
            record.move_clock(who, to, why=why)
        settle()
    return stops


def settle() -> None:
    """Let the floor close what is due and the clock's deeds follow, until nothing more happens."""
    patience = time.monotonic() + FLOOR_SECONDS
    while time.monotonic() < patience:
        before = Leaf.objects.aggregate(last=Max("id"))["last"]
        now_ns = to_ns(record.now())
        closes = Lot.objects.filter(state__in=("scheduled", "live", "matching"), closes_ns__lte=now_ns)
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
