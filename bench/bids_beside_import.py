"""Bids while 23,000 rights are imported into the same SQLite file: eight bidders who think for 20 ms between bids.

The import writes in chunks through `registry.put_rights`; each chunk holds the write lock that the floor needs as well.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from datetime import date
from itertools import count
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import _lots
import bids_in_process

from zhirong.base.numbers import check_character
from zhirong.cli.bench import Report, timed
from zhirong.exchange.floor import Floor
from zhirong.exchange.floor_watch import Watch
from zhirong.people.models import Person, RoleGrant
from zhirong.record import actions as record
from zhirong.registry import records
from zhirong.registry.actions import putting
from zhirong.registry.engine.facts import Kind

BIDDERS = 8
THINKING_S = 0.02


def run(report: Report) -> None:
    """The wait of a bid for its commit: p99 under 250 ms."""
    _lots.an_empty_house()
    lot_id, who, rights = _lots.a_hot_lot(), an_operator(), 2_000 if report.quick else 23_000
    floor = Floor(
        bids_in_process.a_port,
        clock_ns=record.now_ns,
        watch=Watch(0, 1, clock_jump_ns=10**18, outage_ns=10**18),
    )
    floor.start()
    over, waits, numbers = threading.Event(), list[int](), count(1)
    bidders = [
        threading.Thread(target=bidder, args=(floor, lot_id, str(100 + place)), kwargs=kept)
        for place in range(BIDDERS)
        for kept in [{"over": over, "waits": waits, "numbers": numbers}]
    ]
    for thread in bidders:
        thread.start()
    with timed() as seconds:
        counts = putting.put_rights(who, facts(rights), source="sheet")
    over.set()
    for thread in bidders:
        thread.join()
    floor.stop()
    assert counts.new == rights
    report.milliseconds(f"a bid while {rights:,} rights come in", waits, at_most=250)
    report.rate("rights imported meanwhile", rights, took_seconds=seconds())
    report.note(f"{len(waits)} bids, each with its row; the longest waited {max(waits) / 1e6:.0f} ms")


def bidder(
    floor: Floor, lot_id: int, code: str, *, over: threading.Event, waits: list[int], numbers: Iterator[int]
) -> None:
    """One bidder: a bid, its answer, a thought."""
    while not over.is_set():
        begun = time.perf_counter_ns()
        reply = floor.bid(lot_id, code, next(numbers) * _lots.STEP_FEN).result()
        assert not reply.code.startswith("floor."), reply
        waits.append(time.perf_counter_ns() - begun)
        time.sleep(THINKING_S)


def an_operator() -> Person:
    """Somebody who may import."""
    now = record.now()
    person = Person.objects.create(login="importer", name="importer", made_at=now)
    RoleGrant.objects.create(person=person, role="operator", granted_at=now, confirmed_at=now)
    return person


def facts(rights: int) -> Iterator[records.RightRecord]:
    """Inventions with numbers of their own and texts of an ordinary length."""
    for serial in range(1, rights + 1):
        digits = f"20211{serial:07d}"
        kind, key, number = records.read_number(None, f"{digits}.{check_character(digits)}")
        yield records.RightRecord(
            kind=Kind(kind),
            key=key,
            number=number,
            holders=(records.Named(f"深圳第{serial % 500}智能有限公司"),),
            title=f"一种柔性夹爪及其控制方法（{serial}）",
            abstract="本发明公开了一种柔性夹爪，包括壳体、驱动机构和若干指节，指节由弹性材料制成，可随物体外形变形。"
            * 4,
            ipc=("B25J 9/16", "G05B 19/04"),
            filed_on=date(2021, 3, 5),
            published_on=date(2021, 8, 1),
            granted_on=date(2023, 6, 2),
            fees_paid_through_year=19,
            fees_as_of=date(2026, 1, 5),
            source_day=date(2026, 1, 5),
        )
