"""A floor over the test database, and lots with their rows."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

from django.db import connection

from tests.exchange.given_lots import TERMS
from zhirong.exchange.engine.shape import Terms
from zhirong.exchange.floor import Floor
from zhirong.exchange.floor_watch import Watch
from zhirong.exchange.models import Intent, Listing, Lot
from zhirong.people.models import Party, Person
from zhirong.record import actions as record
from zhirong.record import port as sql

SECOND = 10**9
HOUR = 3600 * SECOND
numbers = count(1)


class Clock:
    """A wall clock and a steady clock that a test moves by hand; without a hand they run."""

    def __init__(self) -> None:
        self.wall_shift = 0
        self.steady_shift = 0

    def wall(self) -> int:
        return time.time_ns() + self.wall_shift

    def steady(self) -> int:
        return time.monotonic_ns() + self.steady_shift

    def passes(self, ns: int) -> None:
        """Time goes by, on both clocks."""
        self.wall_shift += ns
        self.steady_shift += ns


def a_lot(
    clock: Clock,
    *codes: str,
    lasts_ns: int = HOUR,
    ranks: dict[str, int] | None = None,
    **terms: Any,
) -> Lot:
    """A lot with its listing and admitted bidders, open since a second ago."""
    made_at, number = record.now(), next(numbers)
    seller = Party.objects.create(kind="legal", name=f"seller {number}", name_key=f"seller {number}", made_at=made_at)
    listing = Listing.objects.create(
        number=f"T{number}", seller=seller, title="a right", asking_fen=1_000_00, rule_set="platform", state="bidding"
    )
    for code in codes or ("11", "12", "13"):
        person = Person.objects.create(login=f"p{number}-{code}", name="x", made_at=made_at)
        party = Party.objects.create(kind="natural", name=person.login, name_key=person.login, made_at=made_at)
        Intent.objects.create(
            listing=listing,
            party=party,
            person=person,
            state="admitted",
            registered_at=made_at,
            payment_code=f"{number}-{code}",
            code=code,
            priority_rank=(ranks or {}).get(code),
        )
    own: Terms = replace(TERMS, **terms)
    opens = clock.wall() - SECOND
    return Lot.objects.create(
        listing=listing,
        form=own.form,
        terms=json.dumps(own.facts()),
        opens_ns=opens,
        closes_ns=opens + lasts_ns,
        start_fen=own.start_fen,
    )


def a_floor(clock: Clock, path: Path | None = None, **more: Any) -> Floor:
    """A floor that was not started."""
    watch = Watch(0, 1, clock_jump_ns=30 * SECOND, outage_ns=10 * SECOND, path=path)
    more.setdefault("open_port", lambda: sql.beside(connection))
    return Floor(more.pop("open_port"), clock_ns=clock.wall, steady_ns=clock.steady, watch=watch, **more)


@contextmanager
def a_running_floor(clock: Clock, path: Path | None = None, **more: Any) -> Iterator[Floor]:
    """A floor that runs until the block ends."""
    floor = a_floor(clock, path, **more)
    floor.start()
    try:
        yield floor
    finally:
        floor.stop()


@contextmanager
def the_write_lock_held() -> Iterator[None]:
    """Somebody else holds the write lock of SQLite for as long as the block lasts."""
    port = sql.beside(connection)
    port.begin()
    yield
    port.rollback()
    port.close()


def until(holds: Callable[[], bool]) -> None:
    """Wait for what another thread does; a slow machine only waits longer."""
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


def fresh(lot: Lot) -> Lot:
    """The lot as its row says now."""
    return Lot.objects.get(pk=lot.pk)
