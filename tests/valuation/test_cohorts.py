"""A right beside its equals (VALUATION 2.6)."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhirong.base.refused import Refused
from zhirong.valuation.engine.cohorts import Cohorts, Standing

RADIO = Standing(3, "H", 2018, "CN")


def test_thirty_of_the_field_are_enough_and_twenty_nine_are_not() -> None:
    others = [(Standing(4, "H", 2018, "CN"), 9.0)] * 10
    assert Cohorts([(RADIO, 1.0)] * 30 + others, least=30).place(RADIO, 1.0).level == "field"
    found = Cohorts([(RADIO, 1.0)] * 29 + others, least=30).place(RADIO, 1.0)
    assert (found.level, found.size) == ("section", 39)


def test_a_circle_backs_off_from_field_to_section_to_office_and_year_to_all() -> None:
    known = [(RADIO, 1.0)] * 5 + [(Standing(4, "H", 2018, "CN"), 1.0)] * 5 + [(Standing(9, "C", 2018, "CN"), 1.0)] * 5
    known += [(Standing(3, "H", 2001, "US"), 1.0)] * 5
    at = [Cohorts(known, least=least).place(RADIO, 1.0) for least in (5, 6, 11, 16, 21)]
    assert [one.level for one in at] == ["field", "section", "office_year", "all", "none"]
    assert [one.size for one in at] == [5, 10, 15, 20, 20]
    assert (at[-1].percentile, at[-1].log_ratio) == (None, None)


def test_ties_stand_at_their_middle_and_the_average_right_has_log_ratio_zero() -> None:
    cohort = Cohorts([(RADIO, value) for value in (0.0, 1.0, 1.0, 3.0)], least=1)
    assert cohort.place(RADIO, 1.0).percentile == 0.5
    assert cohort.place(RADIO, 0.0).percentile == 0.125
    assert cohort.place(RADIO, 10.0).percentile == 1.0
    mean = (2 * math.log(2) + math.log(4)) / 4
    assert cohort.place(RADIO, math.expm1(mean)).log_ratio == pytest.approx(0, abs=1e-12)
    assert cohort.around(RADIO).tolist() == [0, 1, 1, 3]


def test_another_year_or_office_is_no_equal() -> None:
    cohort = Cohorts([(RADIO, 1.0)] * 30 + [(Standing(3, "H", 2019, "CN"), 100.0)] * 30, least=30)
    assert cohort.place(RADIO, 2.0).percentile == 1.0
    assert cohort.place(Standing(3, "H", 2019, "CN"), 2.0).percentile == 0.0


def test_a_right_of_unknown_field_is_placed_in_its_section_and_one_of_nothing_among_all() -> None:
    cohort = Cohorts([(RADIO, 1.0)] * 30, least=30)
    assert cohort.place(Standing(None, "H", 2018, "CN"), 1.0).level == "section"
    assert cohort.place(Standing(None, "", None, ""), 1.0).level == "all"
    assert Cohorts([], least=30).around(RADIO).size == 0


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=40), st.floats(0, 1e6), st.floats(0, 1e6))
@settings(max_examples=60)
def test_more_never_stands_lower(values: list[float], one: float, other: float) -> None:
    cohort = Cohorts([(RADIO, value) for value in values], least=1)
    low, high = (cohort.place(RADIO, value) for value in sorted((one, other)))
    assert 0 <= low.percentile <= high.percentile <= 1  # type: ignore[operator]
    assert low.log_ratio <= high.log_ratio  # type: ignore[operator]


@pytest.mark.parametrize("value", [-1.0, math.nan, math.inf])
def test_an_impossible_value_is_refused(value: float) -> None:
    with pytest.raises(Refused):
        Cohorts([(RADIO, value)], least=1)
    with pytest.raises(Refused):
        Cohorts([(RADIO, 1.0)], least=1).place(RADIO, value)
    with pytest.raises(Refused):
        Cohorts([], least=0)
