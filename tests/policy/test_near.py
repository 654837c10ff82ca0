"""How far everybody is from a measure: the same numbers as the exact sets to fix."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

import pytest

from tests.policy import given_policy
from zhirong.policy import reading
from zhirong.policy.engine import columns, decide, near, repair, screen
from zhirong.policy.engine.measure import Measure, measure

DAYS = [date(2022, 10, 15), date(2025, 6, 1)]


def fewest(fixes: Collection[repair.Fix], *without: str) -> int:
    """The size of the smallest set that needs nothing of these kinds."""
    wanted = [one for one in fixes if not any(getattr(one, kind) for kind in without)]
    return min((len(one.all) for one in wanted), default=near.FAR)


@pytest.mark.parametrize("day", DAYS)
def test_the_steps_of_everybody_are_those_of_the_exact_sets(day: date) -> None:
    base = reading.own()
    rows = given_policy.rows(base, 150, seed=day.toordinal())
    people = columns.population(rows, base.vocabulary)
    sizes = set()
    for one in base.measures.values():
        found = near.near(one, people, day)
        version = decide.ruling(one, {}, day, known=date.max)[0]
        if version is None:
            assert found is None
            continue
        assert found is not None
        for place, row in enumerate(rows):
            if screen.exactly(one, row, day, known=date.max) == screen.REFUSED:
                continue
            decided = decide.decide(one, row, day)
            values = {leaf.id: leaf.value for leaf in decided.leaves}
            fixes, _ = repair.fixes(version.eligibility, values)
            assert found.steps[place] == fewest(fixes), (one.id, row)
            assert found.certain[place] == fewest(fixes, "to_find_out"), (one.id, row)
            assert found.by_action[place] == fewest(fixes, "by_time", "to_find_out"), (one.id, row)
            assert found.open[place] == sum(value is None for value in values.values())
            for kind in near.KINDS:
                wanted = sum(leaf.value is False and leaf.fixable == kind for leaf in decided.leaves)
                assert found.failing[kind][place] == wanted
            sizes.add(int(found.steps[place]))
    assert {0, 1, 2, near.FAR} <= sizes


def two_ways() -> Measure:
    """Local and small, or with sales above 10."""
    small = {"all": [given_policy.a_leaf("local", "is_local"), given_policy.a_leaf("small", "staff <= 10")]}
    tree = {"any": [small, given_policy.a_leaf("rich", "sales > 10", fixable="never")]}
    return measure(given_policy.raw(versions=[given_policy.a_version(eligibility=tree)]))


def test_a_fact_settles_an_answer_only_where_it_alone_is_wanting() -> None:
    given: list[dict[str, Any]] = [{}, {"is_local": True, "sales": 3}, {"is_local": False}, {"sales": 11}]
    rows = [given_policy.settled(**row) for row in given]
    people = columns.population(rows, given_policy.known())
    found, seen = screen.looked(two_ways(), people, given_policy.DAY)
    gaps = near.gaps(people, found, seen)
    assert {name: mask.tolist() for name, mask in gaps.wanted.items()} == {
        "is_local": [True, False, False, False],
        "staff": [True, True, False, False],
        "sales": [True, False, True, False],
    }
    assert {name: mask.tolist() for name, mask in gaps.settles.items() if mask.any()} == {
        "staff": [False, True, False, False],
        "sales": [False, False, True, False],
    }
