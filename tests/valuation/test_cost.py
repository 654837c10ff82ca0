"""The cost approach: always a floor."""

from __future__ import annotations

import math
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhirong.base.refused import Refused
from zhirong.valuation.engine import cost
from zhirong.valuation.engine.cost import Obsolescence, Spending
from zhirong.valuation.engine.result import Result

DAY = date(2026, 11, 1)
# 1461 days before: four years of 365.25 days.
FOUR_YEARS_AGO = date(2022, 11, 1)
NOTHING_LOST = Obsolescence(technical=0.0)


def approach(*spent: Spending, lost: Obsolescence = NOTHING_LOST, grows: float = 0.0, margin: float = 0.0) -> Result:
    return cost.approach(spent, day=DAY, opportunity_return=grows, margin=margin, lost=lost)


def value(found: Result) -> float:
    assert found.range is not None
    assert found.range.p5 == found.range.p95
    return found.range.median


def test_costs_are_brought_forward_with_prices_return_and_margin_and_then_reduced() -> None:
    spent = [Spending("labour", 100.0, FOUR_YEARS_AGO, 1.2), Spending("fees", 50.0, DAY)]
    lost = Obsolescence(functional=0.1, technical=0.2, economic=0.5)
    found = approach(*spent, lost=lost, grows=0.08, margin=0.15)
    assert value(found) == pytest.approx((120 * 1.08**4 + 50) * 1.15 * 0.9 * 0.8 * 0.5, rel=1e-14)
    assert found.figures["brought_forward"][0] == {"name": "labour", "amount": pytest.approx(120 * 1.08**4)}


def test_cost_says_that_it_is_a_floor() -> None:
    assert [note.code for note in approach(Spending("labour", 1.0, DAY)).notes] == ["cost_is_a_floor"]


def test_an_unknown_technical_loss_is_said_and_nothing_is_taken() -> None:
    found = approach(Spending("labour", 100.0, DAY), lost=Obsolescence())
    assert value(found) == 100.0
    assert [note.code for note in found.notes] == ["cost_is_a_floor", "technical_loss_unknown"]
    assert {one.name: one.value for one in found.inputs}["technical"] is None


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=10), st.integers(-30, 30))
def test_money_in_any_unit_gives_the_same_digits(amounts: list[float], power: int) -> None:
    usual, other = (
        value(approach(*(Spending("c", one * unit, FOUR_YEARS_AGO) for one in amounts), grows=0.07, margin=0.2))
        for unit in (1.0, 2.0**power)
    )
    assert other == usual * 2.0**power or usual < 1e-280


def test_a_new_right_lost_nothing_and_one_at_its_end_all() -> None:
    curve = (0.9, 0.7, 0.4, 0.0)
    assert cost.technical_loss(curve, age_years=0) == 0
    assert cost.technical_loss(curve, age_years=4) == 1
    assert cost.technical_loss(curve, age_years=40) == 1


def test_the_loss_is_the_share_of_expected_years_already_gone() -> None:
    # Everybody lives four years: one and a half gone of four.
    assert cost.technical_loss((1.0, 1.0, 1.0, 1.0), age_years=1.5) == pytest.approx(1.5 / 4)
    # By hand: areas .95 .8 .55 .2 of the whole life; alive at 2.5 are .55, and (.55+.4)/4 + .2 is still to come.
    expected = 1 - ((0.55 + 0.4) / 2 * 0.5 + 0.2) / 0.55 / 2.5
    assert cost.technical_loss((0.9, 0.7, 0.4, 0.0), age_years=2.5) == pytest.approx(expected)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=20), st.floats(0, 30))
def test_the_loss_is_a_share(shares: list[float], age: float) -> None:
    assert 0 <= cost.technical_loss(sorted(shares, reverse=True), age_years=age) <= 1


def test_what_survived_the_first_hazard_is_never_a_gain() -> None:
    assert cost.technical_loss((0.1, 0.1, 0.1, 0.1), age_years=1.0) == 0


def test_a_survival_curve_that_cannot_be_is_refused() -> None:
    for curve, age in (
        ((), 1.0),
        ((0.5, 0.6), 1.0),
        ((1.2,), 0.0),
        ((math.nan,), 0.0),
        ((0.5,), -1.0),
        ((0.5,), math.inf),
    ):
        with pytest.raises(Refused):
            cost.technical_loss(curve, age_years=age)


@pytest.mark.parametrize(
    ("spent", "code"),
    [
        ((), "valuation.nothing_given"),
        ((Spending("c", -1.0, DAY),), "valuation.outside_band"),
        ((Spending("c", math.inf, DAY),), "valuation.not_finite"),
        ((Spending("c", 1.0, date(2026, 11, 2)),), "valuation.after_value_date"),
        ((Spending("c", 1.0, date(1826, 11, 2)),), "valuation.outside_band"),
        ((Spending("c", 1.0, DAY, 0.0),), "valuation.outside_band"),
    ],
)
def test_a_cost_that_cannot_be_is_refused(spent: tuple[Spending, ...], code: str) -> None:
    with pytest.raises(Refused) as refused:
        approach(*spent)
    assert refused.value.code == code


@pytest.mark.parametrize("lost", [{"functional": 1.1}, {"technical": -0.1}, {"economic": math.nan}])
def test_a_loss_that_is_no_share_is_refused(lost: dict[str, float]) -> None:
    with pytest.raises(Refused):
        approach(Spending("c", 1.0, DAY), lost=Obsolescence(**lost))


def test_what_nobody_stated_is_graded_as_assumed_and_says_who_assumed_it() -> None:
    found = cost.approach(
        [Spending("labour", 100.0, DAY)],
        day=DAY,
        opportunity_return=0.0,
        margin=0.0,
        lost=Obsolescence(),
        assumed="nobody stated it",
    )
    rest = [one for one in found.inputs if one.name != "labour"]
    assert [one.name for one in rest] == ["opportunity_return", "margin", "functional", "technical", "economic"]
    assert {(one.source, str(one.grade)) for one in rest} == {("nobody stated it", "assumed")}
