"""The queue in front of the book: for streams of transfers that stand alone, answered only after the commit."""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import datetime
from typing import Final

from zhirong.base.refused import Refused
from zhirong.ledger import book
from zhirong.ledger.engine.transfers import Flag
from zhirong.record import actions as record
from zhirong.record import port, turnstile

BATCH_MOST: Final = 8_000
Waiting = tuple[Sequence[book.Order], "Future[list[book.Answer]]"]


class Queue:
    """Takes everything that waits, writes it in one transaction, then answers.

    A storage failure stops it for good: after a failed sync nobody knows what the disk holds, so nothing more is
    acknowledged until the process has started anew and read its rows (LEDGER 2.2).
    """

    def __init__(
        self,
        door: port.Port,
        *,
        clock: Callable[[], datetime] = record.now,
        committed: Callable[[], None] = lambda: None,
    ) -> None:
        self.door = door
        self.clock = clock
        self.committed = committed
        self.is_stopped = False
        self._is_closing = False
        self._waiting: deque[Waiting] = deque()
        self._change = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="ledger-book", daemon=True)
        self._thread.start()

    def submit(self, orders: Sequence[book.Order]) -> Future[list[book.Answer]]:
        """Hand orders over; the future is done once they are durable, or refused."""
        assert orders, "an empty order says nothing"
        assert not orders[-1].flags & Flag.LINKED, "a linked group ends within its call"
        # Wrong words fail here, in the caller's thread, and not in the book's.
        assert all(order.facts() and isinstance(order.amount, int) for order in orders)
        future: Future[list[book.Answer]] = Future()
        with self._change:
            if self.is_stopped or self._is_closing:
                raise Refused("ledger.book_stopped")
            self._waiting.append((tuple(orders), future))
            self._change.notify()
        return future

    def close(self) -> None:
        """Finish what waits, then end the thread and the port."""
        with self._change:
            self._is_closing = True
            self._change.notify()
        self._thread.join()
        self.door.close()

    def _run(self) -> None:
        batch: list[Waiting] = []
        try:
            while not self.is_stopped and (batch := self._take()):
                self._commit(batch)
        finally:
            # Also on a fault of our own: whoever waits is told, and nothing more is taken.
            self.is_stopped = True
            self._refuse_rest(batch)

    def _take(self) -> list[Waiting]:
        """Everything that waits, up to the most that one transaction should hold; empty when closing."""
        with self._change:
            while not self._waiting and not self._is_closing:
                self._change.wait()
            batch: list[Waiting] = []
            size = 0
            while self._waiting and (not batch or size + len(self._waiting[0][0]) <= BATCH_MOST):
                size += len(self._waiting[0][0])
                batch.append(self._waiting.popleft())
            return batch

    def _commit(self, batch: list[Waiting]) -> None:
        """One transaction for the batch; if one caller's row is at fault, each alone, so that only that one fails."""
        try:
            self.door.begin()
        except self.door.failures as failure:
            if turnstile.is_busy(failure):
                # Somebody else held the database for too long; nothing was written, the caller may ask again.
                settle(batch, Refused("ledger.book_busy"))
            else:
                self._fall(batch, failure)
            return
        try:
            answers = book.write(self.door, [order for orders, _ in batch for order in orders], now=self.clock())
            self.door.commit()
        except self.door.row_failures as failure:
            self.door.rollback()
            self._commit_alone(batch, failure)
        except self.door.failures as failure:
            self._fall(batch, failure)
        else:
            self.committed()
            place = 0
            for orders, future in batch:
                future.set_result(answers[place : place + len(orders)])
                place += len(orders)

    def _fall(self, batch: list[Waiting], failure: BaseException) -> None:
        self.is_stopped = True
        settle(batch, failure)
        with contextlib.suppress(*self.door.failures):
            self.door.rollback()

    def _commit_alone(self, batch: list[Waiting], failure: BaseException) -> None:
        if len(batch) == 1:
            settle(batch, failure)
            return
        for waiting in batch:
            if not self.is_stopped:
                self._commit([waiting])

    def _refuse_rest(self, batch: list[Waiting]) -> None:
        with self._change:
            rest = [*batch, *self._waiting]
            self._waiting.clear()
        settle([waiting for waiting in rest if not waiting[1].done()], Refused("ledger.book_stopped"))


def settle(batch: Sequence[Waiting], failure: BaseException) -> None:
    """Tell everyone of a batch the same reason."""
    for _, future in batch:
        future.set_exception(failure)
