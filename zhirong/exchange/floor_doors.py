"""The way to this house's floor: start and stop it, bid from a thread, bid from an event loop.

A bid that waits for its commit holds no thread: the writer wakes the futures of a loop, a batch at once.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from functools import partial
from pathlib import Path

from django.db import connections

from zhirong.base.calendar import beijing_day
from zhirong.base.refused import Refused
from zhirong.exchange import floor_watch, gates
from zhirong.exchange.actions import watched
from zhirong.exchange.engine.shape import Bid, Encumber, Reply
from zhirong.exchange.floor import Floor, Health, Make
from zhirong.exchange.models import Lot
from zhirong.record import actions as record
from zhirong.record import port as sql

_floor: Floor | None = None
_gate = threading.Lock()
KEY_LENGTH = 64
# States of a lot in which the floor takes bids, or an order to stop.
LOTS = ("scheduled", "live", "matching")


def start(*, data: Path, wake: Callable[[], None] = lambda: None, shard: int = 0, shards: int = 1) -> Floor:
    """Start the floor of this process; again, and the one that runs is given; one that fell is made anew."""
    global _floor
    with _gate:
        if _floor is None or _floor.health().state in ("fallen", "stopped"):
            watch = _watch(data, shard=shard, shards=shards)
            fresh = Floor(lambda: sql.beside(connections["default"]), clock_ns=record.now_ns, watch=watch, wake=wake)
            fresh.start()
            try:
                _stop_what_is_closed(fresh, watch)
            except BaseException:
                fresh.stop()
                raise
            _floor = fresh
        return _floor


def _stop_what_is_closed(floor: Floor, watch: floor_watch.Watch) -> None:
    """Before anybody bids: an auction whose right was pledged or seized while no floor ran stops now (B9, E28)."""
    found = Lot.objects.filter(state__in=LOTS).select_related("listing__seller").order_by("pk")
    lots = {lot.listing_id: lot for lot in found if lot.pk % watch.shards == watch.shard}
    listings = [lot.listing for lot in lots.values()]
    for gate in gates.check_many(listings, stage=watched.STAGE, now=record.now()):
        if not gate.passed:
            watched.keep(gate, watched.last(gate.listing))
            floor.order(lots[gate.listing_id].pk, partial(Encumber, reason=gates.in_one_text(gate))).result()


def _watch(data: Path, *, shard: int = 0, shards: int = 1) -> floor_watch.Watch:
    return floor_watch.watch(beijing_day(record.now()), path=data / f"floor-{shard}.lock", shard=shard, shards=shards)


def open_first(*, data: Path) -> None:
    """A house that nobody could enter yet opens now: its lots lost no time before.

    For the end of a demo's load alone. There the floor of the story has ended some minutes before the served house's
    begins, and to E23 that gap would be an outage; but no bidder stood at a closed door. The stamp is written once,
    before the mark that the load is complete. A house that has been open has its floor's own last heartbeat, so a crash
    or a stop of any length still gives the bidders their time back.
    """
    _watch(data).hand_over(record.now_ns())


def stop() -> None:
    """Answer what waits and end the floor of this process."""
    global _floor
    with _gate:
        if _floor is not None:
            _floor.stop()
            _floor = None


def running() -> Floor:
    """The floor of this process, or the refusal that says it does not run."""
    if _floor is None:
        raise Refused("floor.stopped")
    return _floor


def health() -> Health:
    """For `/api/health`: a fallen floor is not hidden."""
    return _floor.health() if _floor is not None else Health("absent", "", 0, 0, 0, 0)


def bid(lot_id: int, code: str, price_fen: int, *, key: str = "", who_ref: str = "") -> Reply:
    """Bid and wait for the commit: for plain forms, scripts and tests."""
    must_be_key(key)
    return running().bid(lot_id, code, price_fen, key=key, who_ref=who_ref).result()


def order(lot_id: int, make: Make, *, who_ref: str = "") -> Reply:
    """Any other command, such as `partial(Pause, reason=…)`; a refusal is raised, because an action asked for it."""
    reply = running().order(lot_id, make, who_ref=who_ref).result()
    if not reply.accepted:
        raise Refused(reply.code, **reply.facts)
    return reply


async def bid_async(lot_id: int, code: str, price_fen: int, *, key: str = "", who_ref: str = "") -> Reply:
    """Bid from an event loop; the loop serves others until the commit."""
    must_be_key(key)
    bridge = _bridge()
    future: asyncio.Future[Reply] = bridge.loop.create_future()
    make = partial(Bid, bidder=code, price_fen=price_fen, key=key)
    running().submit(lot_id, make, done=partial(bridge.settle, future), who_ref=who_ref)
    return await future


def must_be_key(key: str) -> None:
    """A key fits its column; longer ones are refused before they reach the floor."""
    if len(key) > KEY_LENGTH:
        raise Refused("bid.key_too_long", most=KEY_LENGTH)


class Bridge:
    """Carries replies from the writer's thread into one event loop: one call into the loop for a whole batch."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._settled: deque[tuple[asyncio.Future[Reply], Reply]] = deque()
        self._is_called = False

    def settle(self, future: asyncio.Future[Reply], reply: Reply) -> None:
        """Called in the writer's thread."""
        self._settled.append((future, reply))
        if not self._is_called:
            self._is_called = True
            self.loop.call_soon_threadsafe(self._hand_over)

    def _hand_over(self) -> None:
        # First the mark, then the queue: what is added after the last look calls again.
        self._is_called = False
        while self._settled:
            future, reply = self._settled.popleft()
            if not future.done():
                future.set_result(reply)


_bridges: dict[int, Bridge] = {}


def _bridge() -> Bridge:
    loop = asyncio.get_running_loop()
    known = _bridges.get(id(loop))
    if known is None or known.loop is not loop:
        for key in [key for key, bridge in _bridges.items() if bridge.loop.is_closed()]:
            del _bridges[key]
        known = _bridges[id(loop)] = Bridge(loop)
    return known
