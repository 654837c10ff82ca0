"""Bids of 32 clients on one hot lot, acknowledged after their commit, against the same rows one transaction per bid.

Both sides judge with the same engine and write the same rows (step, leaf, event, lot) on the same settings of the
database; the baseline is a plain loop without queue or thread. They take turns, and the ratio is of their sums.
"""

from __future__ import annotations

import resource
import sys
import threading
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import _lots
from django.db import connection

from zhirong.cli.bench import Report
from zhirong.exchange import floor_rows
from zhirong.exchange.engine.shape import Bid, Reply
from zhirong.exchange.floor import Floor
from zhirong.exchange.floor_watch import Watch
from zhirong.record import port as sql


def run(report: Report) -> None:
    """The claim on SQLite; `bids_on_postgresql` is the same on a server."""
    _lots.an_empty_house()
    measure(report, where="SQLite", at_least=4.0)


def measure(report: Report, *, where: str, at_least: float) -> None:
    """Baseline and floor in turn, then the waits and the processor time of a bid."""

    rounds, alone, together = (2, 150, 1_500) if report.quick else (5, 600, 6_000)
    slow_s = fast_s = cpu_s = 0.0
    waits: list[int] = []
    for _ in range(rounds):
        slow_s += one_transaction_per_bid(_lots.a_hot_lot(), alone)
        watch = Watch(0, 1, clock_jump_ns=10**18, outage_ns=10**18)
        floor = Floor(a_port, clock_ns=time.time_ns, watch=watch)
        lot_id = _lots.a_hot_lot()
        floor.start()
        before = cpu_seconds()
        fast_s += closed_loop(floor, lot_id, bids=together, waits=waits)
        cpu_s += cpu_seconds() - before
        floor.stop()
    baseline = rounds * alone / slow_s
    bids = rounds * together
    report.rate(
        f"{where}: bids, 32 clients, one hot lot", bids, took_seconds=fast_s, baseline=baseline, at_least=at_least
    )
    report.milliseconds(f"{where}: wait for the commit", waits)
    report.value(f"{where}: processor time of a bid", cpu_s / bids * 1e3, "ms", at_most=1.0)


def a_port() -> sql.Port:
    """A connection of its own to the database of this bench."""

    return sql.beside(connection)


def cpu_seconds() -> float:
    """Processor time of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def one_transaction_per_bid(lot_id: int, bids: int) -> float:
    """Seconds for this many bids, each judged and written in a transaction of its own."""

    port = a_port()
    lot = None
    begun = time.perf_counter()
    for number in range(bids):
        port.begin()
        batch = floor_rows.Batch()
        at_ns = time.time_ns()
        lot = lot or floor_rows.load(port, lot_id, batch=batch, at_ns=at_ns)
        assert lot is not None
        bid = Bid(at_ns, str(100 + number % _lots.CLIENTS), (number + 1) * _lots.STEP_FEN, f"k{number}")
        lot.state, events, reply = lot.apply(lot.state, bid, None)
        assert reply.accepted, reply
        floor_rows.note_all(batch, lot, events, who_ref="x", key=bid.key)
        floor_rows.write(port, batch)
        port.commit()
    took = time.perf_counter() - begun
    port.close()
    return took


def closed_loop(floor: Floor, lot_id: int, *, bids: int, waits: list[int]) -> float:
    """Seconds for this many accepted bids of 32 clients, each of which bids again when it has its answer."""

    numbers, done = count(1), threading.Event()
    answered = count(1)

    def client(code: str) -> Callable[[], None]:
        asked = 0

        def ask() -> None:
            nonlocal asked
            number = next(numbers)
            if number <= bids:
                asked = time.perf_counter_ns()
                make = lambda at: Bid(at, code, number * _lots.STEP_FEN, f"k{number}")  # noqa: E731
                floor.submit(lot_id, make, done=hear, who_ref="x")

        def hear(reply: Reply) -> None:
            assert reply.accepted, reply
            waits.append(time.perf_counter_ns() - asked)
            if next(answered) == bids:
                done.set()
            else:
                ask()

        return ask

    clients = [client(str(100 + number)) for number in range(_lots.CLIENTS)]
    begun = time.perf_counter()
    for ask in clients:
        ask()
    assert done.wait(120)
    return time.perf_counter() - begun
