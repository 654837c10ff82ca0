"""Screening a population: on eligibility the same as one exact decision after the other."""

from __future__ import annotations

import os
from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.policy import given_policy
from zhirong.policy.engine import columns, decide, screen
from zhirong.policy.engine.screen import MET, NOT_MET, REFUSED, UNKNOWN

FOLDERS = [Path(os.environ.get("ZR_SHARED", "../shared")) / "policies"]
NAMES = {state: name for name, state in screen.STATES.items()}
DAYS = [date(2015, 9, 30), date(2021, 10, 15), date(2022, 10, 15), date(2024, 9, 1)]


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize("day", DAYS)
def test_screening_finds_what_the_exact_engine_finds(day: date) -> None:
    base = given_policy.base_of(FOLDERS)
    rows = given_policy.rows(base, 150, seed=day.toordinal())
    people = columns.population(rows, base.vocabulary)
    states: Counter[int] = Counter()
    for one in base.measures.values():
        found = screen.screen(one, people, day)
        wanted = [screen.exactly(one, row, day, known=date.max) for row in rows]
        assert found.states.tolist() == wanted, one.id
        assert [NAMES[state] for state in wanted] == [decide.decide(one, row, day).eligible for row in rows], one.id
        states.update(wanted)
    assert {NOT_MET, UNKNOWN} <= set(states)


def test_only_doubtful_rows_are_left_to_the_exact_engine() -> None:
    rows = [given_policy.settled(sales=sales, staff=3) for sales in (29, 30, 31)]
    people = columns.population(rows, given_policy.known())
    found = screen.screen(given_policy.of("0.1 * sales >= staff"), people, given_policy.DAY)
    assert found.by_exact.tolist() == [False, True, False]
    assert found.states.tolist() == [NOT_MET, MET, MET]


RULES = [
    'staff <= 10 and (is_local or form == "own")',
    "sales * 0.1 >= 30 or not is_local",
    "sales / staff > 3",
    "0.1 * staff == sales",
    "sum(l.amount for l in loans if l.is_new) > 0.3 * sales",
    "count(l.amount for l in loans) in [1, 2]",
    "any(l.amount > sales for l in loans)",
    "all(l.is_new or l.amount < 5 for l in loans)",
    "min(l.amount for l in loans) < 3",
    "max(sales, staff * 1.1, 4) > 4.4",
    "months(founded_on, settled_on) >= 12",
    "days(founded_on, settled_on) < 400",
    'kinds == ["patent"]',
    '"patent" in kinds and form in ["own", "rent"]',
    "count(k for k in kinds) > 1",
    "(sales if is_local else staff) * 0 == 0",
    "0 < staff - 3 <= sales",
    'not (is_local == (form != "own"))',
    "founded_on < date(2020, 2, 29) or settled_on != founded_on",
    "any(l.paid_on > settled_on for l in loans if l.amount > 1)",
    "-sales < 0 - staff",
    "sum(l.amount * (0.7 if l.is_new else 0.1) for l in loans) >= 0.7",
    "sum(top(1, l.amount for l in loans)) > 2",
]
TENTHS = st.integers(-20, 60).map(lambda tenths: tenths / 10) | st.integers(0, 20)
DATES = st.dates(date(2019, 1, 1), date(2022, 12, 31))
LOAN = st.fixed_dictionaries({}, optional={"amount": TENTHS, "paid_on": DATES, "is_new": st.booleans()})
ROW = st.fixed_dictionaries(
    {},
    optional={
        "staff": st.integers(0, 12) | TENTHS,
        "sales": TENTHS,
        "is_local": st.booleans(),
        "founded_on": DATES,
        "settled_on": DATES.map(lambda day: day.replace(year=day.year + 4, day=min(day.day, 28))),
        "form": st.sampled_from(["own", "rent"]),
        "kinds": st.lists(st.sampled_from(["patent", "trademark"]), max_size=3),
        "loans": st.lists(LOAN, max_size=4),
    },
)


@settings(max_examples=60, deadline=None)
@given(st.lists(ROW, min_size=1, max_size=12))
def test_every_kind_of_expression_screens_as_it_decides(given_rows: list[dict[str, object]]) -> None:
    rows = [given_policy.settled(**row) for row in given_rows]
    people = columns.population(rows, given_policy.known())
    for rule in RULES:
        one = given_policy.of(rule)
        found = screen.screen(one, people, given_policy.DAY).states.tolist()
        assert found == [screen.exactly(one, row, given_policy.DAY, known=date.max) for row in rows], rule


def test_a_population_of_columns_is_decided_as_its_printed_numbers() -> None:
    one = given_policy.of("0.1 * staff == sales")
    nobody = np.zeros(3, bool)
    people = columns.Population(
        3,
        {
            "staff": columns.Column("number", np.array([3.0, 3.0, 3.0]), nobody, is_whole=True),
            "sales": columns.Column("number", np.array([0.3, 0.30000000000000004, 0.31]), nobody),
        },
    )
    found = screen.screen(one, people, given_policy.DAY)
    assert found.states.tolist() == [MET, NOT_MET, NOT_MET]
    assert found.by_exact.tolist() == [True, True, False]


def test_facts_that_cannot_be_computed_with_stop_nobody_else() -> None:
    one = given_policy.of("sales / staff > 3")
    rows = [given_policy.settled(sales=10, staff=0), given_policy.settled(sales=10, staff=2)]
    found = screen.screen(one, columns.population(rows, given_policy.known()), given_policy.DAY)
    assert found.states.tolist() == [REFUSED, MET]
    assert NAMES[MET] == decide.MET
