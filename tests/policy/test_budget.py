"""Budgets: the parts sum to the budget exactly, in the order that the text names."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhirong.base.refused import Refused
from zhirong.policy.engine import budget
from zhirong.policy.engine.budget import Asked, Move

THREE = [Asked("a", 10_000, "2", 70), Asked("b", 10_000, "1", 90), Asked("c", 10_000, "3", 90)]


def test_first_come_gives_the_rest_or_nothing_as_the_text_says() -> None:
    assert budget.allocate(THREE, 15_000, "first_come").fen == {"b": 10_000, "a": 5_000, "c": 0}
    found = budget.allocate(THREE, 15_000, "first_come", last_gets_rest=False)
    assert (found.fen, found.left_fen) == ({"b": 10_000, "a": 0, "c": 0}, 5_000)


def test_ranking_goes_by_score_then_acceptance() -> None:
    assert budget.allocate(THREE, 20_000, "ranking").order == ("b", "c", "a")
    with pytest.raises(Refused, match="score_missing"):
        budget.allocate([Asked("a", 1)], 1, "ranking")


def test_total_control_that_does_not_reach_settles_nothing() -> None:
    found = budget.allocate(THREE, 10_000, "total_control")
    assert (found.fen, found.is_settled) == ({"a": 3334, "b": 3333, "c": 3333}, False)
    assert budget.allocate(THREE, 30_000, "total_control").is_settled


@given(st.lists(st.integers(0, 10**9), max_size=20), st.integers(0, 10**10))
def test_pro_rata_sums_to_the_budget_and_nobody_gets_more_than_asked(amounts: list[int], total: int) -> None:
    asked = [Asked(str(place), amount) for place, amount in enumerate(amounts)]
    found = budget.allocate(asked, total, "pro_rata")
    assert sum(found.fen.values()) == min(total, sum(amounts))
    assert all(found.fen[one.id] <= one.amount_fen for one in asked)


def test_the_burn_down_warns_at_eighty_and_at_a_hundred() -> None:
    moves = [
        Move(date(2025, 1, 5), "reserved", 80),
        Move(date(2025, 1, 4), "reserved", 20),
        Move(date(2025, 2, 1), "granted", 70),
        Move(date(2025, 2, 1), "released", 30),
        Move(date(2025, 3, 1), "paid", 70),
        Move(date(2025, 4, 1), "returned", 10),
    ]
    found = budget.burn_down(100, moves)
    assert [(one.bound_fen, one.paid_fen, one.left_fen, one.warning_percent) for one in found] == [
        (20, 0, 80, 0),
        (100, 0, 0, 100),
        (70, 0, 30, 0),
        (70, 70, 30, 0),
        (60, 60, 40, 0),
    ]
    with pytest.raises(Refused, match="moves_do_not_fit"):
        budget.burn_down(100, [Move(date(2025, 1, 1), "paid", 1)])


def test_the_forecast_names_the_day_the_money_ends_and_refuses_an_unknown_take_up() -> None:
    days = {"since": date(2025, 1, 1), "until": date(2025, 12, 31)}
    found = budget.forecast({"a": 36_500, "b": 1_001}, {"a": Fraction(1), "b": Fraction(1, 2)}, 10_000, **days)
    assert (found.by_measure, found.total_fen) == ({"a": 36_500, "b": 501}, 37_001)
    assert found.used_up_on == date(2025, 4, 9)
    with pytest.raises(Refused, match="take_up_unknown"):
        budget.forecast({"a": 1}, {}, 1, **days)


@pytest.mark.parametrize(
    ("asked", "code"), [([Asked("a", -1)], "amount_negative"), ([Asked("a", 1)] * 2, "claim_twice")]
)
def test_bad_claims_are_refused(asked: list[Asked], code: str) -> None:
    with pytest.raises(Refused, match=code):
        budget.allocate(asked, 10, "first_come")
