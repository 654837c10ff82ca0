"""Measures decided one by one and screened over a population; the baseline is a loop of exact decisions.

The claims: one decision in 1 ms of CPU with all its reasons, all measures for one enterprise in 50 ms, 25,000
enterprises by 50 measures in 0.5 s, 550,000 in 6 s. Screening and the loop agree (tests/policy/test_screen.py).
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import _population

from zhirong.cli.bench import Report
from zhirong.policy import reading
from zhirong.policy.engine import columns, decide, estimate, near, screen
from zhirong.policy.engine.measure import Measure

DAY, ASKED = date(2022, 10, 15), 50


def run(report: Report) -> None:
    base = reading.own()
    in_force = [one for one in base.measures.values() if decide.ruling(one, {}, DAY, known=date.max)[0]]
    measures = [in_force[place % len(in_force)] for place in range(ASKED)]
    rows = sample(base, 200)
    each = decided(measures, rows)
    report.value(f"one decision, mean of {ASKED * len(rows):,}", each * 1e3, "ms", at_most=1)
    report.value(f"{ASKED} measures for one enterprise", each * ASKED * 1e3, "ms", at_most=50)
    for size, most in ((25_000, 0.5), (550_000, 6.0)):
        if report.quick and size > 25_000:
            continue
        everybody = _population.people(base, size)
        took, doubtful = screened(measures, everybody)
        report.value(f"{size:,} x {ASKED} screened, CPU", took, "s", at_most=most)
        report.value(f"{size:,} x {ASKED}: loop of decisions / screening", each * size * ASKED / took, "x", at_least=50)
        report.value(f"{size:,} x {ASKED}: left to the exact engine", doubtful * 100, "%")
        report.value(f"{size:,} x {ASKED} with amounts, CPU", priced(measures, everybody), "s", at_most=most)
        report.value(f"{size:,} x {ASKED} with amounts, steps and gaps, CPU", whole(measures, everybody), "s")
    report.note(f"{len(in_force)} measures in force on {DAY}, repeated to {ASKED}; the loop is scaled from the sample")


def decided(measures: Sequence[Measure], rows: Sequence[Mapping[str, Any]]) -> float:
    """CPU seconds of one exact decision, the first of each measure left out."""
    for one in measures:
        decide.decide(one, rows[0], DAY)
    begun = time.process_time()
    for row in rows:
        for one in measures:
            decide.decide(one, row, DAY)
    return (time.process_time() - begun) / (len(rows) * len(measures))


def screened(measures: Sequence[Measure], everybody: columns.Population) -> tuple[float, float]:
    """CPU seconds of all measures, and the share that the exact engine decided."""
    doubtful = 0
    begun = time.process_time()
    for one in measures:
        doubtful += int(screen.screen(one, everybody, DAY).by_exact.sum())
    return time.process_time() - begun, doubtful / (everybody.size * len(measures))


def priced(measures: Sequence[Measure], everybody: columns.Population) -> float:
    """CPU seconds of all measures with everybody's amount."""
    begun = time.process_time()
    for one in measures:
        estimate.estimate(one, everybody, DAY)
    return time.process_time() - begun


def whole(measures: Sequence[Measure], everybody: columns.Population) -> float:
    """CPU seconds of all that a page of reach tells: states, amounts, how near, which facts are wanting."""
    begun = time.process_time()
    for one in measures:
        found, seen = screen.looked(one, everybody, DAY)
        estimate.of_states(one, everybody, found, day=DAY, known=date.max)
        near.of_looked(one, everybody, found, seen=seen, day=DAY, known=date.max)
        near.gaps(everybody, found, seen)
    return time.process_time() - begun


def sample(base: reading.Base, count: int) -> list[dict[str, Any]]:
    """Facts of single enterprises, drawn from the same columns."""
    everybody = _population.people(base, count)
    return [everybody.facts_of(place) for place in range(count)]
