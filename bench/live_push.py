"""A public event to 300 browsers that listen over real sockets: from its commit until the last one has it.

The listeners are a process of their own, so that the house pays only for the house.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

from django.db import transaction

from zhirong.cli.bench import Report
from zhirong.record import actions as record
from zhirong.record import sequencer
from zhirong.web import feed
from zhirong.web.house import House

LISTENERS, TOPIC, PORT = 300, "probe:1", 18_765
FRAGMENT = {"board": "x" * 1500}  # as large as the board of the bidding room
CROWD = str(Path(__file__).with_name("_crowd.py"))
PAUSE_SECONDS = 0.3


def run(report: Report) -> None:
    """The worst of all listeners over all events, and the processor time of one event to all of them."""
    events = 8 if report.quick else 30
    feed.WRITERS["probe"] = lambda topic, language: FRAGMENT
    house = House(port=PORT)
    ready = threading.Event()
    house.server.when_ready = ready.set
    with house.open():
        serving = threading.Thread(target=house.server.run)
        serving.start()
        ready.wait(10)
        try:
            told, heard, cpu_seconds = tell(events)
        finally:
            house.server.should_exit = True
            serving.join()
    waits_ms = [(times[place] - at) * 1000 for place, at in enumerate(told) for times in heard]
    report.value("live push, 300 listeners: last one after commit", max(waits_ms), "ms", at_most=200)
    report.value("live push, 300 listeners: median", statistics.median(waits_ms), "ms")
    report.value("live push: processor time of an event to 300", cpu_seconds * 1000 / events, "ms")


def tell(events: int) -> tuple[list[float], list[list[float]], float]:
    """When each event was committed, when each listener had it, and what the house spent on it."""
    crowd = subprocess.Popen(
        [sys.executable, CROWD, str(PORT), TOPIC, str(LISTENERS), str(events)], stdout=subprocess.PIPE, text=True
    )
    assert crowd.stdout
    assert crowd.stdout.readline() == "all here\n"
    told, before = [], time.process_time()
    for _ in range(events):
        with transaction.atomic():
            record.tell("record.probe", TOPIC, who=None, public=True)
        sequencer.wake()  # as the floor does after its commit; other deeds wait for the next round, at most 100 ms
        told.append(time.time())
        time.sleep(PAUSE_SECONDS)
    cpu_seconds = time.process_time() - before
    heard = json.loads(crowd.stdout.read())
    assert [len(times) for times in heard] == [events] * LISTENERS, "somebody missed an event"
    return told, heard, cpu_seconds
