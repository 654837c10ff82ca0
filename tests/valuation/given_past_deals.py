"""A market whose law is known: rights, their prices, deals of four years, and the model drawn from them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from typing import Any

import numpy as np

from zhirong.base.dated import Figure
from zhirong.valuation import figures
from zhirong.valuation.engine import study
from zhirong.valuation.engine.features import PastDeal
from zhirong.valuation.engine.market_model import MarketModel
from zhirong.valuation.engine.result import Grade
from zhirong.valuation.engine.ruling import Figures
from zhirong.valuation.engine.subject import Answer, Said, Subject

DAY = date(2026, 3, 2)
TERMS = {"invention": 20, "utility_model": 10, "design": 10}
OWNERS = ("firm", "university", "person")


def under(**changes: Any) -> Figures:
    """The figures of the day, some of them otherwise."""
    found = figures.on(DAY)
    rows = dict(found.rows)
    for name, value in changes.items():
        rows[f"estimate.{name}"] = Figure(date(1985, 4, 1), value, "test")
    return replace(found, rows=rows)


def a_right(seed: int = 1, *, day: date = DAY, **changes: Any) -> Subject:
    """A granted patent in force; the same seed gives the same right."""
    draw = np.random.default_rng(seed)
    kind = str(changes.get("kind") or draw.choice(list(TERMS), p=[0.6, 0.35, 0.05]))
    term = TERMS[kind]
    age = int(draw.integers(400, int(term * 365 * 0.85)))
    filed = day - timedelta(days=age)
    filed = filed.replace(day=min(filed.day, 28))
    is_long = kind == "design" and filed >= date(2021, 6, 1)
    facts: dict[str, Any] = {
        "day": day,
        "kind": kind,
        "number": f"2020{seed}",
        "filed_on": filed,
        "granted_on": filed + timedelta(days=int(min(age - 1, draw.integers(200, 900)))),
        "term_ends_on": filed.replace(year=filed.year + (15 if is_long else term)),
        "is_in_force": True,
        "field": int(draw.integers(1, 36)),
        "section": "B",
        "claims": int(draw.integers(1, 20)),
        "family": int(1 + draw.poisson(0.7)),
        "citations": int(draw.poisson(3)),
        "owner_kind": OWNERS[int(draw.integers(3))],
        "ipc_count": int(draw.integers(1, 5)),
        "holders": 1,
    }
    return Subject(**facts | changes)


def log_price(subject: Subject) -> float:
    """The law of this market."""
    assert None not in (subject.family, subject.claims, subject.remaining_years)
    by_kind = {"invention": 1.0, "utility_model": 0.0, "design": -0.4}[subject.kind]
    facts = 0.4 * np.log(subject.family) + 0.25 * np.log(subject.claims) + 0.05 * subject.remaining_years
    return float(11.0 + by_kind + facts)


def deals(count: int, *, seed: int = 1, noise: float = 0.8) -> list[PastDeal]:
    """Sales of single rights in the four years before the day."""
    draw = np.random.default_rng(seed)
    made = []
    for place in range(count):
        on = DAY - timedelta(days=int(draw.integers(1, 1600)))
        subject = a_right(seed * 100_000 + place, day=on)
        price = float(np.exp(log_price(subject) + noise * draw.standard_t(6) / 1.22))
        made.append(
            PastDeal(
                reference=f"deal:{place}",
                on=on,
                kind="auction" if draw.random() < 0.7 else "sale",
                price=price,
                subjects=(subject,),
                is_public=place % 2 == 0,
            )
        )
    return made


@cache
def market(count: int = 260) -> MarketModel:
    """The model of a few quarters, made once for all tests."""
    return study.build(deals(count), under(most_origins=6), DAY, salt="secret")


def said(income: float, rate: float, years: float, *, grade: Grade = Grade.STATED) -> Said:
    """The three answers that narrow every range."""
    told = {"annual_income": income, "royalty_rate": rate, "useful_years": years}
    return Said(tuple(Answer(question=name, value=value, grade=grade) for name, value in told.items()))
