"""Amounts of a whole population: within a cent of the exact ones, and unknown where those are unknown."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.policy import given_policy
from tests.policy.test_screen import ROW
from zhirong.policy import reading
from zhirong.policy.engine import columns, decide, estimate, measure, screen
from zhirong.policy.engine.measure import Measure

FOLDERS = [Path(os.environ.get("ZR_SHARED", "../shared")) / "policies"]
DAYS = [date(2015, 9, 30), date(2022, 10, 15), date(2025, 6, 1)]


def agree(one: Measure, rows: list[dict[str, Any]], people: columns.Population, *, day: date) -> int:
    """Every estimate against the exact amount; how many of them were money."""
    found = estimate.estimate(one, people, day)
    assert found.states.tolist() == screen.screen(one, people, day).states.tolist(), one.id
    asked = estimate.facts_asked(one)
    paid = 0
    for place, row in enumerate(rows):
        wanted = estimate.exactly(one, {n: v for n, v in row.items() if n in asked}, day, known=date.max)
        if found.lacking[place]:
            # Only somebody who does not have it may stay without an estimate that the exact engine has.
            assert wanted is None or found.states[place] not in (screen.MET, screen.UNKNOWN), (one.id, row)
            continue
        assert wanted is not None, (one.id, row)
        assert abs(int(found.fen[place]) - wanted) <= (found.off[place] > 0), (one.id, row)
        paid += wanted > 0
    return paid


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize("day", DAYS)
def test_amounts_of_the_shared_measures_are_within_a_cent(day: date) -> None:
    base = given_policy.base_of(FOLDERS)
    rows = given_policy.rows(base, 250, seed=day.toordinal())
    people = columns.population(rows, base.vocabulary)
    assert sum(agree(one, rows, people, day=day) for one in base.measures.values()) > 100


@pytest.mark.parametrize("day", DAYS)
def test_amounts_of_our_own_measures_are_within_a_cent(day: date) -> None:
    base = reading.own()
    rows = given_policy.rows(base, 250, seed=day.toordinal() + 1)
    people = columns.population(rows, base.vocabulary)
    assert sum(agree(one, rows, people, day=day) for one in base.measures.values()) > 300


LINES: list[dict[str, Any]] = [
    {"expr": "p.rate * sales"},
    {"expr": "0.15 * sales", "cap": "staff"},
    {"expr": "0.1 * staff", "when": "is_local"},
    {"expr": "sales / staff"},
    {"expr": "sum(l.amount * (0.7 if l.is_new else 0.35) for l in loans)"},
    {"expr": "slices(sales, [[2, 0.5], [4, 0.25], [rest, 0.05]])"},
    {"expr": "min(0.1 * sales, 0.3 * staff) * staff", "when": "founded_on < settled_on"},
    {"expr": "sales - staff", "when": "0.1 * staff >= sales"},
    {"expr": "count(k for k in kinds) * 1.005"},
    {"expr": "sum(top(2, l.amount for l in loans))"},
]
CEILINGS: list[dict[str, Any]] = [
    {"limit": "1.5", "used": "received"},
    {"limit": "0.2 * staff"},
    {"limit": "2", "when": "is_local"},
    {"limit": "0.3 * sales", "used": "received", "when": "staff * 0.1 > 0.3"},
]


def paying(lines: list[dict[str, Any]], ceilings: list[dict[str, Any]]) -> Measure:
    """A measure with these lines and ceilings."""
    amount = {
        "lines": [{"id": f"l{place}", "clause": "c", **line} for place, line in enumerate(lines)],
        "ceilings": [{"id": f"c{place}", "clause": "c", "scope": "x", **one} for place, one in enumerate(ceilings)],
    }
    leaf = given_policy.a_leaf("local", "staff != 4")
    version = given_policy.a_version(eligibility=leaf, amount=amount)
    return measure.measure(given_policy.raw(versions=[version]))


@settings(max_examples=120, deadline=None)
@given(
    st.lists(st.sampled_from(LINES), min_size=1, max_size=3),
    st.lists(st.sampled_from(CEILINGS), max_size=3),
    st.lists(ROW, min_size=1, max_size=10),
)
def test_every_kind_of_line_and_ceiling_is_estimated_as_it_is_computed(
    lines: list[dict[str, Any]], ceilings: list[dict[str, Any]], given_rows: list[dict[str, Any]]
) -> None:
    rows = [given_policy.settled(**row) for row in given_rows]
    people = columns.population(rows, given_policy.known())
    agree(paying(lines, ceilings), rows, people, day=given_policy.DAY)


def test_the_total_counts_only_whom_the_measure_pays_and_never_the_unknown() -> None:
    one = paying([{"expr": "p.rate * sales"}], [])
    rows = [given_policy.settled(**row) for row in ({"sales": 3, "staff": 1}, {"staff": 1}, {"sales": 9, "staff": 4})]
    found = estimate.estimate(one, columns.population(rows, given_policy.known()), given_policy.DAY)
    assert found.due.tolist() == [True, False, False]
    assert found.total_fen == 1_50
    assert found.lacking.tolist() == [False, True, False]
    assert [decide.decide(one, row, given_policy.DAY).amount_fen for row in rows] == [1_50, None, None]


def test_a_measure_that_is_not_in_force_or_pays_nothing_has_no_amount() -> None:
    rows = [given_policy.settled(sales=3, staff=1)]
    people = columns.population(rows, given_policy.known())
    late = estimate.estimate(paying([{"expr": "sales"}], []), people, date(2030, 1, 1))
    assert late.states.tolist() == [screen.NOT_IN_FORCE]
    unpaid = estimate.estimate(given_policy.of("staff < 3"), people, given_policy.DAY)
    assert unpaid.states.tolist() == [screen.MET]
    assert np.array_equal(late.lacking, unpaid.lacking)
    assert late.total_fen == unpaid.total_fen == 0
