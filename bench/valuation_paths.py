"""Income paths of many rights: the fused kernel against a plain Python loop over the same model.

The claims: 25,494 rights on 10,000 paths with quantiles in 2 CPU-seconds, 1,000,000 in 60 s on 2 cores within 1 GB, and
1,000 times as many path-years in a CPU-second as the plain loop with draws of its own (aim 3,000). CPU seconds count;
the loop and the kernel run in turns.
"""

from __future__ import annotations

import math
import multiprocessing
import os
import random
import re
import resource
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from zhirong.cli.bench import Report, timed
from zhirong.valuation import executor
from zhirong.valuation.engine import chunks, kernel, paths, plain_paths
from zhirong.valuation.engine.paths import Batch, Setup, Tables
from zhirong.valuation.engine.result import LEVELS

DISTRICT, MANY, CHUNK, WORKERS = 25_494, 1_000_000, 5_000, 2
PEAK = re.compile(r"VmHWM:\s+(\d+) kB")
SETUP = Setup(volatilities=(0.10, 0.15, 0.20, 0.25, 0.30, 0.40, 0.50, 0.60), years=20, paths=10_000, seed=7)


def some_rights(count: int, seed: int) -> Batch:
    """Lives of 1 to 20 years, incomes as uneven as they are, royalties of all bands."""
    chance = np.random.default_rng(seed)
    low = chance.uniform(0.005, 0.03, count)
    mode = low + chance.uniform(0, 0.02, count)
    return paths.batch(
        base=np.exp(chance.normal(13, 2, count)),
        drift=chance.uniform(-0.10, 0.08, count),
        volatility=chance.integers(0, len(SETUP.volatilities), count),
        life=chance.integers(1, 21, count),
        hazard=chance.uniform(0, 0.12, count),
        discount=chance.uniform(0.10, 0.25, count),
        low=low,
        mode=mode,
        high=mode + chance.uniform(0, 0.03, count),
        tax=np.full(count, 0.25),
    )


def by_plain_loop(one: dict[str, float]) -> list[float]:
    """What one would write first, with draws of its own: every path of a right year by year, sorted for quantiles."""
    sigma = SETUP.volatilities[int(one["volatility"])]
    drift, alive, values = one["drift"] - sigma**2 / 2, 1 - one["hazard"], []
    for _ in range(SETUP.paths):
        apart = random.gauss(0, 1)
        while abs(apart) > SETUP.cut:
            apart = random.gauss(0, 1)
        step = alive / (1 + one["discount"] + SETUP.spread * apart)
        royalty = random.triangular(one["low"], one["high"], one["mode"])
        total, weight, income = 0.0, 1.0, one["base"]
        for _ in range(int(one["life"])):
            income *= math.exp(drift + sigma * random.gauss(0, 1))
            weight *= step
            total += income * royalty * (1 - one["tax"]) * weight
        values.append(total)
    values.sort()
    return [values[int(level * len(values))] for level in LEVELS]


def cpu_of(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def run(report: Report) -> None:
    """Rates of both ways first, then the district and the million."""
    tables = paths.tables(SETUP)
    kernel.value(some_rights(2, 1), tables)
    compare(report, tables)
    district = some_rights(DISTRICT // 10 if report.quick else DISTRICT, 3)
    used = cpu_of(lambda: kernel.value(district, tables))
    report.value(f"{len(district.base):,} rights with quantiles", used, "CPU s", at_most=2)
    check(report, district, tables)
    many(report, 50_000 if report.quick else MANY)


def compare(report: Report, tables: Tables) -> None:
    """Path-years in a CPU-second, in turns."""
    best = {"loop": 0.0, "kernel": 0.0}
    random.seed(7)
    for turn in range(2 if report.quick else 4):
        few, more = some_rights(2, turn), some_rights(500 if report.quick else 4_000, turn)
        told = rows_of(few)
        used = {
            "loop": (few, cpu_of(lambda told=told: [by_plain_loop(one) for one in told])),  # type: ignore[misc]
            "kernel": (more, cpu_of(lambda more=more: kernel.value(more, tables))),  # type: ignore[misc]
        }
        for way, (rights, seconds) in used.items():
            best[way] = max(best[way], rights.life.sum() * SETUP.paths / seconds)
    slow = report.rate("path-years a CPU-s, plain loop", int(best["loop"]), took_seconds=1)
    report.rate(
        "path-years a CPU-s, kernel (aim: 3,000)", int(best["kernel"]), took_seconds=1, baseline=slow, at_least=1_000
    )


def rows_of(rights: Batch) -> list[dict[str, float]]:
    return [dict(zip(Batch._fields, row, strict=True)) for row in zip(*(c.tolist() for c in rights), strict=True)]


def check(report: Report, rights: Batch, tables: Tables) -> None:
    """A fast number is worth nothing unless it is right: against exact quantiles and the exact mean."""
    few = rights.part(0, 200)
    apart = np.abs(kernel.value(few, tables) / plain_paths.value(few, tables) - 1).max()
    report.value("furthest quantile from the exact one", float(apart) * 100, "%", at_most=1)
    drawn = kernel.sampled(rights, tables)
    errors = np.abs(drawn[:, -2] - kernel.means(rights, tables)) / (drawn[:, -1] / math.sqrt(SETUP.paths))
    report.value("furthest drawn mean from the exact one", float(errors.max()), "s.e.", at_most=3)


def many(report: Report, count: int) -> None:
    """A run in chunks on two processes, started and ended inside the time."""
    rights = some_rights(count, 5)
    peaks: dict[int, int] = {}

    def look(_: int) -> None:
        peaks.update({one.pid: peak_kb(one.pid) for one in multiprocessing.active_children() if one.pid})

    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with timed() as seconds:
        parts = executor.run(chunks.cut(SETUP, rights, size=CHUNK), workers=WORKERS, progress=look)
        done = sum(len(part) for part in parts)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done == count
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    report.value(f"{count:,} rights, {WORKERS} workers", used, "CPU s", at_most=60 * WORKERS)
    report.value(f"{count:,} rights, {WORKERS} workers, by the clock", seconds(), "s", at_most=60)
    all_kb = peak_kb(os.getpid()) + sum(peaks.values())
    report.value("peak memory of all processes", all_kb / 1024, "MB", at_most=1_000)


def peak_kb(pid: int) -> int:
    """The most memory that a process ever held; getrusage would count its parent's before the start as well."""
    return int(PEAK.findall(Path(f"/proc/{pid}/status").read_text("ascii"))[0])
