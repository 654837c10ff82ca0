"""Indicators after the OECD, and competitive impact (VALUATION 2.6)."""

from __future__ import annotations

import math
from datetime import date
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhirong.base.refused import Refused
from zhirong.valuation.engine import asset_index, oecd

SIZES = {"US": 25_000.0, "CN": 17_500.0, "JP": 5_000.0, "LU": 50.0}
CODES = st.sampled_from(["G06F 17/30", "H04L9/08", "A61K 31/00", "B60L 1/00"])


def test_scope_counts_subclasses_and_not_groups() -> None:
    assert oecd.scope(["G06F 17/30", "g06f17/20", "H04L 9/08"]) == 2
    assert oecd.scope([]) == 0


def test_one_class_everywhere_has_no_diversity_and_all_different_have_it_all() -> None:
    assert oecd.diversity([["G06F"], ["G06F"], ["G06F"]]) == 0
    assert oecd.diversity([["G06F"], ["H04L"], ["A61K"]]) == pytest.approx(1)
    assert oecd.diversity([["G06F"]]) is None
    assert oecd.diversity([["G06F"], [], []]) is None


def test_a_patent_of_many_classes_counts_once() -> None:
    # Shares: G06F 1/2 + 1/4, H04L 1/4 of all: 1 − (9 + 1)/16, times 2/1.
    assert oecd.diversity([["G06F 1/00"], ["G06F 3/00", "H04L 9/00"]]) == pytest.approx(0.75)


def test_radicalness_is_the_share_of_cited_symbols_that_are_foreign() -> None:
    assert oecd.radicalness(["G06F 17/30"], [["G06F 1/00", "H04L 9/00"], ["A61K 1/00", "B60L 1/00"]]) == 0.75
    assert oecd.radicalness(["G06F"], [["G06F"]]) == 0
    assert oecd.radicalness(["G06F"], []) is None
    assert oecd.radicalness([], [["G06F"]]) is None


def test_the_lag_to_grant_is_in_years_and_a_grant_before_filing_is_refused() -> None:
    assert oecd.grant_lag_years(date(2018, 1, 1), date(2020, 1, 1)) == pytest.approx(730 / 365.25)
    assert oecd.grant_lag_years(None, date(2020, 1, 1)) is None
    with pytest.raises(Refused, match="days_reversed"):
        oecd.grant_lag_years(date(2020, 1, 1), date(2018, 1, 1))


def test_an_outlier_does_not_shrink_the_rest_of_its_cohort() -> None:
    cohort = [float(one) for one in range(1, 101)] + [1e6]
    assert oecd.share_of_top(50, cohort, trim=0.01) == pytest.approx(0.5, rel=1e-9)
    assert oecd.share_of_top(1e6, cohort, trim=0.01) == 1
    assert oecd.share_short(50, cohort, trim=0.01) == pytest.approx(0.5, rel=1e-9)
    assert oecd.share_of_top(0, [0, 0, 0], trim=0.01) is None
    assert oecd.share_of_top(1, [], trim=0.01) is None


def test_a_missing_part_is_missing_and_not_zero() -> None:
    found = oecd.composite({"scope": 0.8, "claims": 0.4, "generality": None, "family": None})
    assert found.score == pytest.approx(0.6)
    assert found.coverage == 0.5
    assert oecd.composite({"scope": None}).score is None


@given(st.lists(st.lists(CODES, min_size=1, max_size=4), min_size=2, max_size=12))
@settings(max_examples=60)
def test_diversity_lies_between_nothing_and_all_and_does_not_know_the_order(cited: list[list[str]]) -> None:
    found = oecd.diversity(cited)
    assert found is not None
    assert 0 <= found <= 1
    assert oecd.diversity(cited[::-1]) == pytest.approx(found, abs=1e-12)


@pytest.mark.parametrize(("symbol"), ["G06", "", "  "])
def test_a_symbol_that_says_too_little_is_refused(symbol: str) -> None:
    with pytest.raises(Refused, match="not_a_symbol"):
        oecd.scope([symbol])


def test_a_grant_in_the_united_states_is_one_and_an_office_counts_once() -> None:
    assert asset_index.market_coverage(["US"], SIZES, reference="US").size == 1
    assert asset_index.market_coverage(["US", "CN", "CN"], SIZES, reference="US").size == pytest.approx(1.7)


def test_impact_is_relevance_times_coverage_and_nothing_for_the_dead() -> None:
    alive = asset_index.competitive_impact(2.0, asset_index.market_coverage(["US", "JP"], SIZES, reference="US"))
    dead = asset_index.competitive_impact(9.0, asset_index.market_coverage([], SIZES, reference="US"))
    assert alive.impact == pytest.approx(2.4)
    assert (dead.impact, dead.is_alive) == (0, False)
    assert asset_index.asset_index([alive, dead]) == (pytest.approx(2.4), 1)


def test_a_market_of_unknown_size_is_no_death_and_an_unknown_relevance_no_zero() -> None:
    strange = asset_index.market_coverage(["XX"], SIZES, reference="US")
    found = asset_index.competitive_impact(2.0, strange)
    assert (found.impact, found.is_alive, strange.unknown) == (None, True, ("XX",))
    unknown = asset_index.competitive_impact(None, asset_index.market_coverage(["US"], SIZES, reference="US"))
    assert unknown.impact is None
    assert asset_index.asset_index([found, unknown]) == (0, 0)


def test_the_unit_of_income_does_not_matter() -> None:
    cents = {office: 100 * size for office, size in SIZES.items()}
    for offices in (["US"], ["CN", "JP"], ["LU"]):
        here, there = (asset_index.market_coverage(offices, one, reference="US").size for one in (SIZES, cents))
        assert here == pytest.approx(there, rel=1e-15)


def test_relevance_is_against_the_mean_of_its_equals() -> None:
    assert asset_index.technology_relevance(6.0, 4.0) == 1.5
    for mean in (0.0, -1.0, math.nan):
        with pytest.raises(Refused):
            asset_index.technology_relevance(6.0, mean)
    with pytest.raises(Refused, match="not_in_table"):
        asset_index.market_coverage(["US"], {"CN": 1.0}, reference="US")


def test_halls_correction_takes_the_bias_of_small_counts_away() -> None:
    """Over all draws of three patents the mean is 1 − Σ p², which the plain 1 − Σ s² falls short of."""
    chances = {"G06F": 1 / 2, "H04L": 1 / 3, "A61K": 1 / 6}
    mean = math.fsum(
        math.prod(chances[one] for one in drawn) * (oecd.diversity([[one] for one in drawn]) or 0)
        for drawn in product(chances, repeat=3)
    )
    assert mean == pytest.approx(1 - sum(p * p for p in chances.values()), rel=1e-12)
