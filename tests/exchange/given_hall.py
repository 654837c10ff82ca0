"""An exchange day for the page tests: a house, listings in every state, a running floor, signed-in browsers."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.test import Client

from tests.exchange import given_deals as given
from tests.exchange.given_deals import House, Side
from zhirong.exchange import finder, floor_doors, jobs
from zhirong.exchange.models import Intent, Listing, Lot
from zhirong.people.models import Person
from zhirong.record import sequencer


@dataclass
class Day:
    """One listing on its way."""

    house: House = field(default_factory=House)
    seller: Side = field(default_factory=lambda: given.a_side("holder"))
    buyers: list[Side] = field(default_factory=lambda: [given.a_side("buyer"), given.a_side("buyer")])

    def announced(self, *, asking_fen: int = 800_000_00) -> Listing:
        return given.an_announced(self.house, self.seller, asking_fen=asking_fen)

    def auction(self) -> tuple[Lot, list[Intent]]:
        """A lot whose bidding is open, with two admitted bidders."""
        listing = self.announced()
        intents = [given.an_admitted(listing, buyer) for buyer in self.buyers]
        given.time_passes(minutes=4)
        jobs.tick()
        return Lot.objects.get(listing=listing), intents


@contextmanager
def the_floor() -> Iterator[None]:
    """The floor of this process runs until the block ends; no outage of an earlier test's floor is given back."""
    (Path(settings.DATA) / "floor-0.lock").unlink(missing_ok=True)
    floor_doors.start(data=Path(settings.DATA))
    try:
        yield
    finally:
        floor_doors.stop()


@contextmanager
def the_index() -> Iterator[None]:
    """The index over what the rows hold now."""
    # What an earlier test left speaks of rows that are no more.
    shutil.rmtree(Path(settings.DATA) / "search", ignore_errors=True)
    sequencer.number_now()
    finder.open_here(Path(settings.DATA))
    try:
        yield
    finally:
        finder.stop()


def signed_in(person: Person) -> Client:
    """A browser in which this person is logged in."""
    client = Client()
    client.force_login(person)
    return client
