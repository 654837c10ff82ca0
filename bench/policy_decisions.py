"""Measures decided one by one and screened over a population; the baseline is a loop of exact decisions.

The claims: one decision in 1 ms of CPU with all its reasons, all measures for one enterprise in 50 ms, 25,000
enterprises by 50 measures in 0.5 s, 550,000 in 6 s. Screening and the loop agree (tests/policy/test_screen.py).
"""

from __future__ import annotations

import random
import time
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from zhirong.cli.bench import Report
from zhirong.policy import reading
from zhirong.policy.engine import columns, decide, facts, screen
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
        took, doubtful = screened(measures, people(base, size))
        report.value(f"{size:,} x {ASKED} screened, CPU", took, "s", at_most=most)
        report.value(f"{size:,} x {ASKED}: loop of decisions / screening", each * size * ASKED / took, "x", at_least=50)
        report.value(f"{size:,} x {ASKED}: left to the exact engine", doubtful * 100, "%")
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


def sample(base: reading.Base, count: int) -> list[dict[str, Any]]:
    """Facts of single enterprises, drawn from the same columns."""
    everybody = people(base, count)
    return [everybody.facts_of(place) for place in range(count)]


def people(base: reading.Base, size: int) -> columns.Population:
    """Everybody at random: one fact in ten unknown, amounts in whole yuan, up to four records in each list."""
    r = np.random.default_rng(random.Random(size).randrange(2**32))
    found = {name: column(fact, size, r) for name, fact in base.vocabulary.facts.items()}
    return columns.Population(size, found)


def column(fact: facts.Fact, size: int, r: np.random.Generator) -> columns.Column:
    """One fact of everybody."""
    unknown = r.random(size) < 0.1
    if fact.kind in ("texts", "records"):
        offsets = np.concatenate([[0], np.cumsum(np.where(unknown, 0, r.integers(0, 5, size)))])
        inside = int(offsets[-1])
        fields = {name: column(inner, inside, r) for name, inner in fact.fields.items()}
        words = fact.choices or ("other",)
        codes = r.integers(0, len(words), inside) if fact.kind == "texts" else np.zeros(0)
        return columns.Column(fact.kind, codes, unknown, words=words, offsets=offsets, fields=fields)
    if fact.kind == "bool":
        return columns.Column("bool", r.random(size) < 0.7, unknown)
    if fact.kind == "date":
        return columns.Column("date", r.integers(736_000, 739_000, size), unknown)
    if fact.kind == "text":
        words = fact.choices or ("440304", "440305", "440300", "440100")
        return columns.Column("text", r.integers(0, len(words), size), unknown, words=words)
    if fact.unit == "/1":
        return columns.Column("number", r.integers(0, 101, size) / 100, unknown)
    top = {"CNY": 5e7, "year": 30, "month": 36, "day": 400, "count": 20}.get(fact.unit, 800)
    return columns.Column("number", np.floor(r.random(size) ** 2 * top), unknown, is_whole=True)
