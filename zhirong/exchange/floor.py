"""The trading floor: the one writer of live lots. Bids are judged in memory and committed in groups.

Take all that waits, judge, one transaction, then answer: a reply exists only after its commit (EXCHANGE 2.2, 3.4).
Every change of a live lot is an order in this queue, the close included, so it runs after every bid stamped before it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent import futures
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from zhirong.base.refused import Refused
from zhirong.exchange import floor_rows, floor_watch
from zhirong.exchange.engine.shape import Admit, Answer, Bid, Close, Command, Open, Pause, Reply, Resume
from zhirong.exchange.floor_clock import Stamps
from zhirong.exchange.floor_rows import Batch, Lot
from zhirong.record import port as sql
from zhirong.record import turnstile

log = logging.getLogger(__name__)

Make = Callable[[int], Command]
Done = Callable[[Reply], None]

TICK_S = 0.05
BATCH_LIMIT = 2_000
QUEUE_LIMIT = 50_000
LOTS_KEPT = 2_000
# Every lot that runs: a pause that concerns the whole floor stands in the queue like any other order.
ALL_LOTS = 0
# No row for these: the amount may not fit a column, and the key belongs to another row.
UNWRITTEN = frozenset({"bid.not_an_amount", "bid.key_reused", "bid.not_admitted"})


def _is_in(lot: Lot, command: Admit) -> bool:
    """Whether the lot read this very admission from the rows, so that telling it again says nothing new."""
    known = lot.state.bidders.get(command.bidder)
    return known is not None and known.standing == "in" and known.rank == command.rank


def _nobody_listens(reply: Reply) -> None:
    """The house's own orders are answered to nobody."""


@dataclass(slots=True)
class Order:
    """A stamped command that waits for the writer."""

    lot_id: int
    command: Command
    who_ref: str
    done: Done


@dataclass(frozen=True, slots=True)
class Health:
    """How the floor is: running, stopped by request, or fallen over a failure it may not retry (E12)."""

    state: str
    reason: str
    waiting: int
    batches: int
    orders: int
    last_commit_ns: int


class Floor:
    """One writer for one shard of lots. `open_port` gives it a connection of its own."""

    def __init__(
        self,
        open_port: Callable[[], sql.Port],
        *,
        clock_ns: Callable[[], int],
        watch: floor_watch.Watch,
        wake: Callable[[], None] = lambda: None,
        steady_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._open_port, self._watch, self._wake = open_port, watch, wake
        self._stamps = Stamps(clock_ns, steady_ns, watch.clock_jump_ns)
        self._lots: dict[int, Lot] = {}
        self._queue: list[Order] = []
        self._gate = threading.Condition()
        self._state, self._reason = "new", ""
        self._batches = self._orders = self._last_commit_ns = 0
        self._looked_at = 0.0
        self._writer = threading.Thread(target=self._run, name=f"floor-{watch.shard}", daemon=True)

    def start(self) -> None:
        """Take the shard, read the last stamp, give back what an outage took (E23), and begin to write."""
        self._port = self._open_port()
        try:
            lost_from = self._watch.take(self._port)
        except Refused:
            self._port.close()
            raise
        self._stamps.start(floor_rows.last_stamp(self._port))
        self._state = "running"
        is_outage = lost_from and self._stamps.wall() - lost_from > self._watch.outage_ns
        given = self._give_back(lost_from) if is_outage else []
        self._writer.start()
        # Nobody comes in before the new ends are committed: a room that shows the old one would mislead its bidders.
        futures.wait(given)

    def _give_back(self, lost_from: int) -> list[Future[Reply]]:
        ids = floor_rows.running(self._port, since_ns=lost_from, shard=self._watch.shard, shards=self._watch.shards)
        pause = partial(Pause, reason="outage", since_ns=lost_from)
        return [self.order(lot_id, command) for lot_id in ids for command in (pause, Resume)]

    def submit(self, lot_id: int, make: Make, *, done: Done, who_ref: str = "") -> None:
        """Stamp a command and queue it; `done` is called once, from the writer's thread, after the commit."""
        with self._gate:
            refusal = self._cannot_take()
            if not refusal:
                at_ns, jumped_from = self._stamps.next()
                if jumped_from:
                    pause = Pause(at_ns, "clock", since_ns=jumped_from)
                    self._queue.append(Order(ALL_LOTS, pause, "", _nobody_listens))
                self._queue.append(Order(lot_id, make(at_ns), who_ref, done))
                if len(self._queue) == 1 or jumped_from:
                    self._gate.notify()
        if refusal:
            done(Reply(refusal, {}))

    def _cannot_take(self) -> str:
        if self._state != "running":
            return "floor.stopped"
        return "floor.full" if len(self._queue) >= QUEUE_LIMIT else ""

    def order(self, lot_id: int, make: Make, *, who_ref: str = "") -> Future[Reply]:
        """As `submit`, with a future to wait for."""
        future: Future[Reply] = Future()
        future.set_running_or_notify_cancel()
        self.submit(lot_id, make, done=future.set_result, who_ref=who_ref)
        return future

    def bid(self, lot_id: int, code: str, price_fen: int, *, key: str = "", who_ref: str = "") -> Future[Reply]:
        """A bid by a bidder's code; the right to bid was decided at admission and the floor has it in memory."""
        return self.order(lot_id, partial(Bid, bidder=code, price_fen=price_fen, key=key), who_ref=who_ref)

    def expect_clock_move(self) -> None:
        """The demo's clock is about to be moved by a deed: that jump is no fault."""
        with self._gate:
            self._stamps.is_move_expected = True

    def health(self) -> Health:
        """Whether it runs, and if not, why."""
        with self._gate:
            waiting = len(self._queue)
        return Health(self._state, self._reason, waiting, self._batches, self._orders, self._last_commit_ns)

    def stop(self) -> None:
        """Answer what waits, take nothing more, give the shard back."""
        with self._gate:
            if self._state == "running":
                self._state = "stopping"
            self._gate.notify()
        self._writer.join()

    def _run(self) -> None:
        taken: list[Order] = []
        try:
            while self._wait():
                self._look_for_due()
                if not self._begin():
                    continue
                with self._gate:
                    taken, self._queue = self._queue[:BATCH_LIMIT], self._queue[BATCH_LIMIT:]
                replies = self._commit(taken)
                answered, taken = taken, []
                self._answer(answered, replies)
            self._state, self._reason = "stopped", "by request"
        except self._port.failures as failure:
            # The outcome of a failed commit is not known here; only the rows can tell, at the next start.
            log.critical("the floor fell: %s", failure)
            self._state, self._reason = "fallen", f"{type(failure).__name__}: {failure}"
        finally:
            self._fall(taken)

    def _wait(self) -> bool:
        with self._gate:
            if not self._queue and self._state == "running":
                self._gate.wait(TICK_S)
            waits = bool(self._queue)
            going = self._state == "running"
        self._watch.beat(self._stamps.wall())
        return going or waits

    def _look_for_due(self) -> None:
        """Queue the opening and closing of lots whose time has come."""
        if time.monotonic() - self._looked_at < TICK_S or self._state != "running":
            return
        self._looked_at = time.monotonic()
        now_ns = self._stamps.wall()
        for lot_id, is_close in floor_rows.due(self._port, now_ns, shard=self._watch.shard, shards=self._watch.shards):
            self.submit(lot_id, Close if is_close else Open, done=_nobody_listens)

    def _begin(self) -> bool:
        """Open the transaction before taking the orders: whatever comes while we wait for the lock joins the batch."""
        if not self._queue:
            return False
        try:
            self._port.begin()
        except self._port.failures as failure:
            if not turnstile.is_busy(failure):
                raise
            return False
        return True

    def _commit(self, orders: list[Order]) -> list[Reply]:
        batch = Batch()
        replies = [
            self._judge_all(order, batch) if order.lot_id == ALL_LOTS else self._judge(order, batch) for order in orders
        ]
        if batch.steps:
            floor_rows.write(self._port, batch)
        self._port.commit()
        self._batches += 1
        self._orders += len(orders)
        self._last_commit_ns = self._stamps.last_ns
        return replies

    def _judge(self, order: Order, batch: Batch) -> Reply:
        lot = self._lot(order, batch)
        if lot is None:
            return Reply("lot.unknown", {"lot": order.lot_id})
        command = order.command
        if isinstance(command, Admit) and _is_in(lot, command):
            return Reply("", {"bidder": command.bidder})
        bid = command if isinstance(command, Bid) else None
        slot = (bid.bidder, bid.key) if bid and bid.key else None
        earlier = lot.answers.get(slot) if slot else None
        lot.state, events, reply = lot.apply(lot.state, command, earlier)
        if earlier is not None or reply.code in UNWRITTEN:
            return reply
        if events:
            if isinstance(command, Admit):
                floor_rows.know_persons(self._port, lot)
            reply = floor_rows.note_all(batch, lot, events, who_ref=order.who_ref, key=bid.key if bid else "")
        elif bid:
            floor_rows.note_refusal(batch, lot, bid, reply=reply, who_ref=order.who_ref)
        if slot and bid:
            lot.answers[slot] = Answer(bid.price_fen, reply)
        return reply

    def _lot(self, order: Order, batch: Batch) -> Lot | None:
        lot = self._lots.get(order.lot_id)
        if lot is None and order.lot_id % self._watch.shards == self._watch.shard:
            lot = floor_rows.load(self._port, order.lot_id, batch=batch, at_ns=order.command.at_ns)
            if lot is not None:
                self._make_room()
                self._lots[order.lot_id] = lot
        return lot

    def _make_room(self) -> None:
        """Memory is a cache: lots that ended go first, and come back from their rows when somebody asks."""
        if len(self._lots) >= LOTS_KEPT:
            for lot_id in [i for i, lot in self._lots.items() if lot.state.stage in ("ended", "annulled")]:
                del self._lots[lot_id]

    def _judge_all(self, order: Order, batch: Batch) -> Reply:
        since = getattr(order.command, "since_ns", 0)
        ids = floor_rows.running(self._port, since_ns=since, shard=self._watch.shard, shards=self._watch.shards)
        for lot_id in sorted({*ids, *(i for i, lot in self._lots.items() if lot.state.stage == "open")}):
            self._judge(Order(lot_id, order.command, "", _nobody_listens), batch)
        return Reply("", {"lots": len(ids)})

    def _answer(self, orders: list[Order], replies: list[Reply]) -> None:
        for order, reply in zip(orders, replies, strict=True):
            # A listener's loop may be gone by now; its bid counts all the same.
            with suppress(RuntimeError):
                order.done(reply)
        self._wake()

    def _fall(self, taken: list[Order]) -> None:
        """Acknowledge nothing: what was being written has an open outcome, what still waited was never taken (E12)."""
        with self._gate:
            if self._state in ("running", "stopping"):
                self._state, self._reason = "fallen", "a fault in the program"
            waiting, self._queue = self._queue, []
        for order in taken:
            with suppress(RuntimeError):
                order.done(Reply("floor.unknown", {}))
        for order in waiting:
            with suppress(RuntimeError):
                order.done(Reply("floor.stopped", {}))
        with suppress(*self._port.failures):
            self._port.rollback()
        self._watch.give_back(self._port)
        with suppress(*self._port.failures):
            self._port.close()
