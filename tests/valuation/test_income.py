"""The income approach: royalties saved, earnings left over, and what a right adds."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhirong.base.refused import Refused
from zhirong.valuation.engine import income, royalty
from zhirong.valuation.engine.income import Charge, Terms, Timing
from zhirong.valuation.engine.result import Grade, Result

TERMS = Terms(day=date(2026, 11, 1), discount=0.15, tax=0.25, timing=Timing.MIDDLE)
REVENUES = (100.0, 120.0, 90.0)


def value(found: Result) -> float:
    assert found.range is not None
    return found.range.median


def test_the_convention_stands_in_the_result_and_mid_year_is_worth_half_a_year_more() -> None:
    middle = income.relief_from_royalty(REVENUES, royalty=0.05, terms=TERMS)
    end = income.relief_from_royalty(REVENUES, royalty=0.05, terms=replace(TERMS, timing=Timing.END))
    assert (middle.figures["timing"], end.figures["timing"]) == ("middle", "end")
    assert value(middle) / value(end) == pytest.approx(math.sqrt(1.15), rel=1e-14)


def test_the_amortisation_life_is_not_the_useful_life() -> None:
    values = [
        value(income.relief_from_royalty(REVENUES, royalty=0.05, terms=replace(TERMS, amortisation_years=years)))
        for years in (3, 10, 20)
    ]
    assert values == sorted(values, reverse=True)
    assert values[2] > value(income.relief_from_royalty(REVENUES, royalty=0.05, terms=TERMS))


def test_survival_weighs_each_year() -> None:
    weighed = income.relief_from_royalty(REVENUES, royalty=0.05, terms=replace(TERMS, survival=(1.0, 0.5, 0.0)))
    by_hand = 0.05 * 0.75 * (100 / 1.15**0.5 + 60 / 1.15**1.5)
    assert value(weighed) == pytest.approx(by_hand, rel=1e-14)


def test_the_range_of_a_forecast_is_one_point_and_says_so() -> None:
    found = income.relief_from_royalty(REVENUES, royalty=0.05, terms=TERMS)
    assert found.range is not None
    assert found.range.p5 == found.range.p95 == found.range.mean
    assert [note.code for note in found.notes] == ["one_point_no_range"]


def test_the_sensitivity_revalues_at_two_points_less_and_more() -> None:
    found = income.relief_from_royalty(REVENUES, royalty=0.05, terms=replace(TERMS, discount_step=0.02))
    (about,) = found.sensitivities
    at = [
        value(income.relief_from_royalty(REVENUES, royalty=0.05, terms=replace(TERMS, discount=k)))
        for k in (0.13, 0.17)
    ]
    assert [about.median_at_low, about.median_at_high] == pytest.approx(at, rel=1e-12)
    assert about.median_at_low > value(found) > about.median_at_high


def test_a_figure_of_law_is_told_with_its_source() -> None:
    found = income.relief_from_royalty(REVENUES, royalty=0.05, terms=replace(TERMS, figures={"tax": "第四条"}))
    by_name = {one.name: one for one in found.inputs}
    assert (by_name["tax"].grade, by_name["tax"].source) == (Grade.FIGURE, "第四条")
    assert by_name["discount"].grade is Grade.STATED


def test_excess_earnings_are_what_is_left_after_every_charge_and_attrition() -> None:
    plant = Charge(name="plant", assets=(200.0, 180.0), return_on=0.06, return_of=0.10)
    staff = Charge(name="staff", assets=(50.0, 50.0), return_on=0.12)
    found = income.excess_earnings((100.0, 110.0), charges=[plant, staff], attrition=(1.0, 0.8), terms=TERMS)
    by_hand = (75 - 32 - 6) / 1.15**0.5 + (82.5 - 28.8 - 6) * 0.8 / 1.15**1.5
    assert value(found) == pytest.approx(by_hand, rel=1e-14)


def test_charges_above_the_earnings_give_no_value_and_the_reason() -> None:
    plant = Charge(name="plant", assets=(2_000.0,), return_on=0.10)
    found = income.excess_earnings((100.0,), charges=[plant], attrition=None, terms=TERMS)
    assert found.range is None
    assert found.figures["value"] == pytest.approx((75 - 200) / 1.15**0.5)
    assert "value_below_zero" in [note.code for note in found.notes]


def test_a_right_is_worth_the_difference_it_makes() -> None:
    found = income.with_and_without((100.0, 100.0), (80.0, 100.0), terms=TERMS)
    assert value(found) == pytest.approx(20 * 0.75 / 1.15**0.5, rel=1e-14)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.floats(0, 1e9), min_size=1, max_size=20),
    st.floats(0, 1),
    st.floats(0, 2),
    st.integers(-30, 30),
)
def test_money_in_any_unit_gives_the_same_digits(flows: list[float], rate: float, discount: float, power: int) -> None:
    terms = replace(TERMS, discount=discount, amortisation_years=10)
    usual = value(income.relief_from_royalty(flows, royalty=rate, terms=terms))
    other = value(income.relief_from_royalty([flow * 2.0**power for flow in flows], royalty=rate, terms=terms))
    assert other == usual * 2.0**power or usual < 1e-280


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"discount": -0.1}, "valuation.outside_band"),
        ({"discount": math.inf}, "valuation.not_finite"),
        ({"tax": 1.0}, "valuation.outside_band"),
        ({"amortisation_years": 0}, "valuation.outside_band"),
        ({"survival": (1.0, 1.0)}, "valuation.years_differ"),
        ({"survival": (1.0, 1.1, 1.0)}, "valuation.outside_band"),
    ],
)
def test_terms_that_cannot_be_are_refused(change: dict[str, object], code: str) -> None:
    with pytest.raises(Refused) as refused:
        income.relief_from_royalty(REVENUES, royalty=0.05, terms=replace(TERMS, **change).checked())  # type: ignore[arg-type]
    assert refused.value.code == code


@pytest.mark.parametrize("flows", [(), (math.nan,), (math.inf,), (-1.0,), (1e300,), (1.0,) * 101])
def test_revenues_that_cannot_be_are_refused(flows: tuple[float, ...]) -> None:
    with pytest.raises(Refused):
        income.relief_from_royalty(flows, royalty=0.05, terms=TERMS)


def test_years_that_do_not_match_are_refused() -> None:
    short = Charge(name="plant", assets=(1.0,), return_on=0.1)
    for call in (
        lambda: income.excess_earnings((1.0, 2.0), charges=[short], attrition=None, terms=TERMS),
        lambda: income.excess_earnings((1.0, 2.0), charges=[], attrition=(1.0,), terms=TERMS),
        lambda: income.with_and_without((1.0, 2.0), (1.0,), terms=TERMS),
    ):
        with pytest.raises(Refused) as refused:
            call()
        assert refused.value.code == "valuation.years_differ"


WEIGHTS = {"legal": 0.3, "technical": 0.5, "economic": 0.2}
CEILINGS = royalty.Ceilings(of_sales=0.20, of_profit=0.40)


def rate(band: tuple[float, float], score: float = 0.5, **more: float) -> royalty.Rate:
    return royalty.chinese_rate(
        royalty.Band(*band), scores=dict.fromkeys(WEIGHTS, score), weights=WEIGHTS, ceilings=CEILINGS, **more
    )


def test_the_score_finds_the_place_inside_the_band() -> None:
    scores = {"legal": 1.0, "technical": 0.5, "economic": 0.0}
    found = royalty.chinese_rate(royalty.Band(0.02, 0.04), scores=scores, weights=WEIGHTS, ceilings=CEILINGS)
    assert (found.score, found.rate) == pytest.approx((0.55, 0.031))
    assert [rate((0.02, 0.04), score).rate for score in (0.0, 1.0)] == [0.02, 0.04]


def test_a_rate_above_a_ceiling_of_practice_is_noted_and_not_cut() -> None:
    found = rate((0.20, 0.30), profit_margin=0.5)
    assert found.rate == pytest.approx(0.25)
    assert [note.code for note in found.notes] == ["royalty_above_sales_ceiling", "royalty_above_profit_ceiling"]
    assert rate((0.20, 0.20), profit_margin=0.5).notes == ()


def test_without_a_margin_nothing_is_said_of_profit() -> None:
    assert rate((0.02, 0.04)).of_profit is None


def test_a_missing_score_is_no_zero() -> None:
    with pytest.raises(Refused) as refused:
        royalty.score_of({"legal": 1.0, "technical": 1.0}, weights=WEIGHTS)
    assert refused.value.code == "valuation.scores_differ"


def test_bands_and_weights_that_cannot_be_are_refused() -> None:
    with pytest.raises(Refused) as refused:
        rate((0.04, 0.02))
    assert refused.value.code == "valuation.band_upside_down"
    with pytest.raises(Refused) as refused:
        royalty.score_of({"legal": 1.0}, weights={"legal": 0.9})
    assert refused.value.code == "valuation.weights_not_one"
    for margin in (0.0, math.nan, -1.0):
        with pytest.raises(Refused):
            rate((0.02, 0.04), profit_margin=margin)
