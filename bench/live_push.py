"""Bids on a lot to 300 browsers in its room, over real sockets: from the floor's receipt until the last one has it.

Half of the browsers read English. The time runs from before the commit, so what is told here is rather too long. The
listeners are a process of their own, so that the house pays only for the house.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import _lots
from django.db import connections

from zhirong.cli.bench import Report
from zhirong.exchange import floor_doors
from zhirong.exchange.models import LotStep
from zhirong.web.house import House

LISTENERS, PORT = 300, 18_765
CROWD = str(Path(__file__).with_name("_crowd.py"))
PAUSE_SECONDS = 0.3
# Far more than any of it takes: a listener that misses a bid waits for ever.
PATIENCE_SECONDS = 60


def run(report: Report) -> None:
    """The worst of all listeners over all bids, and the processor time of one bid to all of them."""
    bids = 8 if report.quick else 30
    _lots.an_empty_house()
    lot_id = _lots.a_hot_lot(has_rules=True)
    house = House(port=PORT)
    ready = threading.Event()
    house.server.when_ready = ready.set
    # As `zr serve` does it, with what the start loaded spared from the collections of garbage.
    serving = threading.Thread(target=house.serve)
    serving.start()
    try:
        assert ready.wait(30), "the house does not listen"
        heard, cpu_seconds = bid(lot_id, bids)
    finally:
        house.server.should_exit = True
        serving.join()
    taken = LotStep.objects.filter(lot=lot_id, kind="bid", refusal="").order_by("seq")
    received_ns = list(taken.values_list("received_ns", flat=True))
    connections.close_all()
    assert len(received_ns) == bids
    waits_ms = [(times[place] * 1e9 - at) / 1e6 for place, at in enumerate(received_ns) for times in heard]
    report.value("live push, 300 listeners: last one after a bid", max(waits_ms), "ms", at_most=200)
    report.value("live push, 300 listeners: median", statistics.median(waits_ms), "ms")
    report.value("live push: processor time of a bid to 300", cpu_seconds * 1000 / bids, "ms")


def bid(lot_id: int, bids: int) -> tuple[list[list[float]], float]:
    """When each listener had each bid, and what the house spent on it; two bidders take turns."""
    facts = (str(PORT), f"lot:{lot_id}", str(LISTENERS), str(bids))
    crowd = subprocess.Popen([sys.executable, CROWD, *facts], stdout=subprocess.PIPE, text=True)
    assert crowd.stdout
    assert crowd.stdout.readline() == "all here\n"
    before = time.process_time()
    for number in range(1, bids + 1):
        reply = floor_doors.bid(lot_id, str(100 + number % 2), number * _lots.STEP_FEN, key=f"k{number}")
        assert reply.accepted, reply
        time.sleep(PAUSE_SECONDS)
    cpu_seconds = time.process_time() - before
    try:
        told, _ = crowd.communicate(timeout=PATIENCE_SECONDS)
    finally:
        crowd.kill()
    heard = json.loads(told)
    assert [len(times) for times in heard] == [bids] * LISTENERS, "somebody missed a bid"
    return heard, cpu_seconds
