"""The demo as a visitor has it: how long it loads and starts, its memory, and what each page costs the processor.

The demo is loaded and served by `./zr demo` in a process of its own; the pages are asked for one after another.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from zhirong.cli.bench import ROOT, Report

LISTINGS, FEW = 23_000, 400
LOOKS, WARM = 30, 3
# A house that only ticks is far below this share of a processor; one that builds its index far above.
QUIET_SHARE, LOOK_SECONDS, PATIENCE_SECONDS = 0.25, 3, 300


@dataclass
class Served:
    """A demo that answers: where, in which process, and how long it took to get there."""

    port: int
    pid: int
    took_seconds: float

    @property
    def cpu_seconds(self) -> float:
        """Processor time of the process so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_mb(self, which: str) -> float:
        """`VmRSS` as it is now, `VmHWM` at its highest."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{which}:"))


def run(report: Report) -> None:
    """The load under 60 s, the next start under 3 s, a page under 50 ms and 12 queries, the memory under 400 MB."""
    listings = FEW if report.quick else LISTINGS
    with tempfile.TemporaryDirectory(prefix="zr-bench-demo-") as name:
        folder = Path(name) / "data"
        with served(folder, listings=listings) as first:
            report.value(f"loading {listings:,} listed rights and serving them", first.took_seconds, "s", at_most=60)
            report.value("what the search index costs behind it", until_quiet(first), "CPU s")
            report.value("memory where it was loaded, index included", first.memory_mb("VmHWM"), "MB", at_most=400)
        looked_at = pages(folder)
        with served(folder, listings=listings) as again:
            report.value("the next start, until the first answer", again.took_seconds, "s", at_most=3)
            costs = {page["page"]: cost_ms(again, page) for page in looked_at}
            report.value("memory of the served demo", again.memory_mb("VmHWM"), "MB", at_most=400)
    dearest = max(costs, key=costs.__getitem__)
    report.value("dearest page: processor time", costs[dearest], "ms", at_most=50)
    report.value("mean page: processor time", sum(costs.values()) / len(costs), "ms")
    report.value("most queries of a page", max(int(page["queries"]) for page in looked_at), "", at_most=12)
    for page in looked_at:
        report.note(f"{costs[page['page']]:5.1f} ms, {page['queries']:2} queries  {page['page']}")


def until_quiet(house: Served) -> float:
    """Wait until the search index has what was loaded, so that no page pays for it; the seconds that it took."""
    begun = last = house.cpu_seconds
    given_up = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < given_up:
        time.sleep(LOOK_SECONDS)
        now = house.cpu_seconds
        if now - last < QUIET_SHARE * LOOK_SECONDS:
            return now - begun
        last = now
    raise AssertionError("the house did not come to rest")


@contextmanager
def served(folder: Path, *, listings: int) -> Iterator[Served]:
    """`zr demo` on a free port, from its start until it answers; it is ended as a person would end it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, str(ROOT / "zr"), "demo", "--port", str(port), "--data", str(folder)]
    begun = time.perf_counter()
    demo = subprocess.Popen(
        [*command, "--listings", str(listings)], cwd=ROOT, env=bare(), stdout=subprocess.DEVNULL, text=True
    )
    try:
        while not answers(port):
            assert demo.poll() is None, "the demo ended before it answered"
            time.sleep(0.02)
        yield Served(port, demo.pid, time.perf_counter() - begun)
    finally:
        demo.send_signal(signal.SIGTERM)
        demo.wait(30)


def bare() -> dict[str, str]:
    """The environment without the data folder of this bench."""
    return {name: value for name, value in os.environ.items() if name not in ("ZR_DATA", "ZR_DATABASE_URL")}


def answers(port: int) -> bool:
    try:
        asked = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        asked.request("GET", "/api/health")
        return asked.getresponse().status == 200
    except OSError:
        return False


def pages(folder: Path) -> list[dict[str, str]]:
    """Whom and what to ask, and the queries of each page."""
    command = [sys.executable, str(Path(__file__).with_name("_pages.py"))]
    environment = {**bare(), "ZR_DATA": str(folder), "PYTHONPATH": str(ROOT)}
    told = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    found: list[dict[str, str]] = json.loads(told.stdout.splitlines()[-1])
    return found


def cost_ms(house: Served, page: dict[str, str]) -> float:
    """Processor time of the whole house for one look, over a line that stays open."""
    line = http.client.HTTPConnection("127.0.0.1", house.port, timeout=30)
    address = urllib.parse.quote(page["address"], safe="/?&=")
    for number in range(LOOKS + WARM):
        if number == WARM:
            before = house.cpu_seconds
        line.request("GET", address, headers={"Cookie": page["cookie"], "Accept-Language": "zh-CN"})
        answer = line.getresponse()
        answer.read()
        assert answer.status == 200, f"{address}: {answer.status}"
    return (house.cpu_seconds - before) * 1000 / LOOKS
