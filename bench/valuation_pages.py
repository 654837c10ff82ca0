"""The page of a value as a visitor has it: the first after an open house, then warm, beside the page of the right.

The claims: the first in under a second, warm within 150 ms of the processor, the process under 400 MB.
"""

from __future__ import annotations

import http.client
import os
import sqlite3
import tempfile
import time
from pathlib import Path

import demo_pages
from demo_pages import Served

from zhirong.cli.bench import Report

# A visitor may ask for so many estimates a minute (web.limits): fewer rights, so that all looks fit.
LISTINGS, FEW, PAGES = 23_000, 400, 3
# What the house does once it is open: its index, its engines, a fit that is due.
REST_SECONDS = 5


def run(report: Report) -> None:
    """The demo begun anew, as at any start but the first."""
    listings = FEW if report.quick else LISTINGS
    with tempfile.TemporaryDirectory(prefix="zr-bench-values-") as name:
        folder = Path(name) / "data"
        with demo_pages.served(folder, listings=listings) as loaded:
            demo_pages.until_quiet(loaded)
            rights = some_rights(folder)
        with demo_pages.served(folder, listings=listings) as house:
            time.sleep(REST_SECONDS)
            report.value("the first page of a value", first_ms(house, rights[0]), "ms", at_most=1000)
            demo_pages.until_quiet(house)
            plain = sum(cost_ms(house, f"/rights/{right}") for right in rights) / len(rights)
            costs = [cost_ms(house, f"/rights/{right}/value") for right in rights]
            before = report.rate("page of a right, in a CPU-second", 1, took_seconds=plain / 1000)
            mean = sum(costs) / len(costs)
            report.rate("page of its value, in a CPU-second", 1, took_seconds=mean / 1000, baseline=before)
            report.value("dearest page of a value, warm", max(costs), "ms CPU", at_most=150)
            report.value("memory of the process, now", house.memory_mb("VmRSS"), "MB")
            report.value("memory of the process, at its highest", house.memory_mb("VmHWM"), "MB", at_most=400)


def some_rights(folder: Path) -> list[int]:
    """Granted rights from all over the register."""
    with sqlite3.connect(f"file:{folder / 'zhirong.sqlite3'}?mode=ro", uri=True) as file:
        ids = [row[0] for row in file.execute("SELECT id FROM registry_right WHERE granted_on IS NOT NULL ORDER BY id")]
    return ids[:: max(1, len(ids) // PAGES)][:PAGES]


def first_ms(house: Served, right: int) -> float:
    """How long somebody waits for it."""
    begun = time.perf_counter()
    line = http.client.HTTPConnection("127.0.0.1", house.port, timeout=60)
    line.request("GET", f"/rights/{right}/value")
    answer = line.getresponse()
    answer.read()
    assert answer.status == 200, answer.status
    return (time.perf_counter() - begun) * 1000


def cost_ms(house: Served, address: str) -> float:
    """Processor time of one look; who looks is nobody in particular."""
    return demo_pages.cost_ms(
        house, {"address": address, "cookie": "", "queries": "", "page": os.path.basename(address)}
    )
