"""The whole estimate: 23,000 rights in one run against one by one, and one right with all that explains it, warm."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from zhirong.cli.bench import Report
from zhirong.valuation import figures
from zhirong.valuation.engine import estimate, study
from zhirong.valuation.engine.features import PastDeal
from zhirong.valuation.engine.subject import Answer, Said, Subject

DAY = date(2026, 11, 2)
TERMS = {"invention": 20, "utility_model": 10}


def run(report: Report) -> None:
    """CPU seconds of this process: the machine may be busy with others."""
    count, alone = (2_000, 100) if report.quick else (23_000, 500)
    draw = np.random.default_rng(7)
    under = figures.on(DAY)
    took = time.process_time()
    model = study.build([a_deal(draw, place) for place in range(300 if report.quick else 1_000)], under, DAY)
    report.value("model of the market with its back-test", time.process_time() - took, "CPU s", at_most=60)
    rights = [a_right(draw, DAY) for _ in range(count)]
    estimate.of_many(rights[:10], model, under)
    took = time.process_time()
    for one in rights[:alone]:
        estimate.of_many([one], model, under)
    before = report.rate("headlines one by one", alone, took_seconds=time.process_time() - took)
    took = time.process_time()
    rows = estimate.of_many(rights, model, under)
    seconds = time.process_time() - took
    report.rate("headlines in one run", count, took_seconds=seconds, baseline=before, at_least=3)
    report.value("23,000 headlines", seconds * 23_000 / count, "CPU s", at_most=60)
    assert all(row.headline is not None for row in rows)
    said = Said((Answer(question="annual_income", value=500_000.0), Answer(question="royalty_rate", value=0.03)))
    waits = []
    for one in rights[:50]:
        begun = time.process_time_ns()
        estimate.of(one, model, under, said=said)
        waits.append(time.process_time_ns() - begun)
    report.milliseconds("one estimate in full, CPU", waits, at_most=100)


def a_right(draw: np.random.Generator, day: date) -> Subject:
    """A granted patent in force."""
    kind = str(draw.choice(list(TERMS)))
    filed = day - timedelta(days=int(draw.integers(800, TERMS[kind] * 310)))
    filed = filed.replace(day=min(filed.day, 28))
    return Subject(
        day=day,
        kind=kind,
        filed_on=filed,
        granted_on=filed + timedelta(days=500),
        term_ends_on=filed.replace(year=filed.year + TERMS[kind]),
        is_in_force=True,
        field=int(draw.integers(1, 36)),
        claims=int(draw.integers(1, 20)),
        family=int(1 + draw.poisson(0.7)),
    )


def a_deal(draw: np.random.Generator, place: int) -> PastDeal:
    """A sale in the four years before the day."""
    on = DAY - timedelta(days=int(draw.integers(1, 1_500)))
    right = replace(a_right(draw, on), number=str(place))
    assert right.claims is not None
    price = float(np.exp(11.0 + 0.3 * np.log(right.claims) + 0.9 * draw.standard_normal()))
    return PastDeal(reference=f"deal:{place}", on=on, kind="auction", price=price, subjects=(right,))
