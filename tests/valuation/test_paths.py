"""Income paths: the kernel against its plain twin and the exact mean, and what no range may ever do."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.valuation.given_paths import SETUP, many_rights, one_right
from zhirong.base.refused import Refused
from zhirong.valuation.engine import kernel, paths, plain_paths

TABLES = paths.tables(SETUP)
MIDDLE = paths.tables(SETUP._replace(is_mid_year=True))


@pytest.mark.parametrize("tables", [TABLES, MIDDLE], ids=["end of year", "middle of year"])
def test_every_quantile_of_the_kernel_is_within_one_percent_of_the_exact_one(tables: paths.Tables) -> None:
    rights = many_rights(300)
    by_kernel, plainly = kernel.value(rights, tables), plain_paths.value(rights, tables)
    assert np.all(plainly[:, 0] > 0)
    assert np.abs(by_kernel / plainly - 1).max() < 0.01


def test_the_kernels_own_mean_and_deviation_are_the_twins() -> None:
    rights = many_rights(300)
    by_kernel, plainly = kernel.sampled(rights, TABLES), plain_paths.sampled(rights, TABLES)
    np.testing.assert_allclose(by_kernel[:, -2], plainly[:, -2], rtol=1e-6)
    np.testing.assert_allclose(by_kernel[:, -1], plainly[:, -1], rtol=1e-4, atol=1e-6 * plainly[:, -2].min())


@pytest.mark.parametrize("tables", [TABLES, MIDDLE], ids=["end of year", "middle of year"])
def test_drawn_means_lie_within_three_standard_errors_of_the_exact_one(tables: paths.Tables) -> None:
    rights = many_rights(300)
    drawn, exact = kernel.sampled(rights, tables), kernel.means(rights, tables)
    assert np.all(np.abs(drawn[:, -2] - exact) <= 3 * drawn[:, -1] / math.sqrt(SETUP.paths) + 1e-6 * exact)
    np.testing.assert_allclose(exact, plain_paths.means(rights, tables), rtol=1e-12)


def test_without_a_spread_of_the_discount_the_mean_is_the_books_formula() -> None:
    tables = paths.tables(SETUP._replace(spread=0.0))
    q = math.exp(0.02) * 0.95 / 1.15
    expected = 1e6 * (0.02 + 0.03 + 0.05) / 3 * 0.75 * q * (1 - q**8) / (1 - q)
    assert kernel.means(one_right(), tables)[0] == pytest.approx(expected, rel=1e-12)


def test_growth_that_just_outweighs_the_discount_is_no_trap() -> None:
    tables = paths.tables(SETUP._replace(spread=0.0))
    right = one_right(drift=math.log(1.15), hazard=0.0)
    assert kernel.means(right, tables)[0] == pytest.approx(8 * 1e6 * 0.1 / 3 * 0.75, rel=1e-12)


def test_nothing_uncertain_leaves_no_range() -> None:
    tables = paths.tables(paths.Setup(volatilities=(0.0,), paths=1_000, spread=0.0))
    row = kernel.value(one_right(volatility=0, low=0.03, high=0.03), tables)[0]
    np.testing.assert_allclose(row, row[-1], rtol=1e-6)
    exact = plain_paths.value(one_right(volatility=0, low=0.03, high=0.03), tables)[0]
    np.testing.assert_allclose(exact, exact[-1], rtol=1e-6)


def test_a_little_doubt_is_as_exact_as_much_of_it() -> None:
    for sigma in (0.0, 0.001, 0.01, 0.03):
        tables = paths.tables(paths.Setup(volatilities=(sigma,), paths=4_096, seed=1))
        lives = np.linspace(0.1, 20, 40)
        columns = {name: np.repeat(column, len(lives)) for name, column in one_right(volatility=0)._asdict().items()}
        rights = paths.batch(**columns | {"life": lives, "low": columns["mode"], "high": columns["mode"]})
        assert np.abs(kernel.value(rights, tables) / plain_paths.value(rights, tables) - 1).max() < 0.004


def test_money_in_any_unit_gives_the_same_digits() -> None:
    usual, in_wan = kernel.value(one_right(), TABLES)[0], kernel.value(one_right(base=1e6 / 2**20), TABLES)[0]
    assert (usual == in_wan * 2**20).all()
    np.testing.assert_allclose(kernel.value(one_right(base=1e-9), TABLES)[0] * 1e15, usual, rtol=1e-14)


def test_a_median_is_never_shown_for_a_mean() -> None:
    row = kernel.value(one_right(volatility=2, life=20), TABLES)[0]
    assert row[-1] > 1.2 * row[3]


def test_quantiles_of_the_control_variate_scale_with_the_exact_mean() -> None:
    rights = many_rights(50)
    drawn, told = kernel.sampled(rights, TABLES), kernel.value(rights, TABLES)
    np.testing.assert_allclose(told[:, :7] / told[:, [7]], drawn[:, :7] / drawn[:, [7]], rtol=1e-12)


def test_a_portfolios_mean_carries_no_shared_sampling_error() -> None:
    rights = many_rights(500)
    totals = [kernel.value(rights, paths.tables(SETUP._replace(seed=seed)))[:, -1].sum() for seed in (3, 4)]
    assert totals[0] == totals[1]


@pytest.mark.parametrize(
    "change", [{"life": 0.0}, {"base": 0.0}, {"low": 0.0, "mode": 0.0, "high": 0.0}, {"hazard": 1.0}]
)
def test_nothing_to_come_is_worth_nothing(change: dict[str, float]) -> None:
    assert kernel.value(one_right(**change), TABLES).tolist() == [[0.0] * 8]
    assert plain_paths.value(one_right(**change), TABLES).tolist() == [[0.0] * 8]


def test_no_rights_give_no_rows() -> None:
    assert kernel.value(many_rights(0), TABLES).shape == (0, 8)
    assert plain_paths.value(many_rights(0), TABLES).shape == (0, 8)


def test_a_broken_life_lies_between_whole_ones() -> None:
    means = [kernel.means(one_right(life=life), TABLES)[0] for life in (7.0, 7.25, 7.999999, 8.0)]
    assert means == sorted(means)
    assert means[2] == pytest.approx(means[3], rel=1e-6)
    medians = [kernel.value(one_right(life=life), TABLES)[0, 3] for life in (7.0, 7.25, 7.75, 8.0)]
    assert medians == sorted(medians)


def test_the_middle_of_the_year_is_worth_half_a_year_of_discount_more() -> None:
    flat = SETUP._replace(spread=0.0)
    end, middle = (
        kernel.value(one_right(), paths.tables(flat._replace(is_mid_year=is_mid)))[0] for is_mid in (False, True)
    )
    np.testing.assert_allclose(middle[-1] / end[-1], math.sqrt(1.15), rtol=1e-12)
    np.testing.assert_allclose(middle[:7] / end[:7], math.sqrt(1.15), rtol=0.01)


rates = st.floats(0, 0.3)


@settings(max_examples=30, deadline=None)
@given(st.floats(0, 20), rates, st.floats(-0.3, 0.3), st.tuples(rates, rates, rates), st.integers(0, 2))
def test_a_range_rises_is_finite_and_falls_with_the_discount(
    life: float, hazard: float, drift: float, royalties: tuple[float, float, float], volatility: int
) -> None:
    low, mode, high = sorted(royalties)
    about = {"life": life, "hazard": hazard, "drift": drift, "volatility": volatility}
    cheap, dear = (
        kernel.value(one_right(**about, low=low, mode=mode, high=high, discount=rate), TABLES)[0] for rate in (0.1, 0.3)
    )
    assert np.isfinite(cheap).all()
    assert (np.diff(cheap[:7]) >= 0).all()
    assert (cheap >= 0).all()
    assert dear[-1] <= cheap[-1]


def test_tables_are_the_same_digits_when_made_again_and_others_for_another_seed() -> None:
    again, other = paths.tables.__wrapped__(SETUP), paths.tables(SETUP._replace(seed=4))
    assert (again.shocks == TABLES.shocks).all()
    assert (again.royalty == TABLES.royalty).all()
    assert (again.rate == TABLES.rate).all()
    assert not (other.shocks == TABLES.shocks).all()


def test_shocks_have_mean_one_and_the_variance_of_their_class() -> None:
    for place, sigma in enumerate(SETUP.volatilities):
        logs = np.log(TABLES.shocks[place].astype(np.float64))
        years = np.arange(1, SETUP.years + 1)
        errors = np.sqrt(np.expm1(sigma**2 * years) / SETUP.paths)
        assert np.all(np.abs(TABLES.shocks[place].mean(axis=1, dtype=np.float64) - 1) < 2 * errors)
        np.testing.assert_allclose(logs.var(axis=1), sigma**2 * years, rtol=0.02)
        steps = np.diff(logs, axis=0)
        assert abs(np.corrcoef(steps[3], steps[9])[0, 1]) < 0.05


def test_sobol_points_in_the_order_of_their_weight_beat_chance_tenfold() -> None:
    # VALUATION 2.3, 15 years, 8 192 paths: the mean's error is 1.00 % by chance, 0.06 % by these points.
    right = one_right(life=15.0)
    apart = []
    for seed in range(8):
        tables = paths.tables(paths.Setup(volatilities=(0.1, 0.3), years=15, paths=8_192, seed=seed))
        apart.append(kernel.sampled(right, tables)[0, -2] / kernel.means(right, tables)[0] - 1)
    assert math.sqrt(np.mean(np.square(apart))) < 0.001


def test_the_discounts_draws_stay_inside_their_cut() -> None:
    assert np.abs(TABLES.rate).max() <= SETUP.spread * SETUP.cut
    assert TABLES.node_weight.sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"base": -1.0}, "valuation.outside_band"),
        ({"base": math.nan}, "valuation.not_finite"),
        ({"base": math.inf}, "valuation.not_finite"),
        ({"drift": 3.0}, "valuation.outside_band"),
        ({"volatility": -1}, "valuation.outside_band"),
        ({"life": -0.1}, "valuation.outside_band"),
        ({"life": 51.0}, "valuation.outside_band"),
        ({"hazard": 1.5}, "valuation.outside_band"),
        ({"discount": -0.1}, "valuation.outside_band"),
        ({"low": 0.04}, "valuation.no_triangle"),
        ({"high": 0.01}, "valuation.no_triangle"),
        ({"tax": 0.95}, "valuation.outside_band"),
    ],
)
def test_a_number_that_cannot_be_is_refused(change: dict[str, float], code: str) -> None:
    with pytest.raises(Refused) as refused:
        one_right(**change)
    assert refused.value.code == code


@pytest.mark.parametrize("change", [{"life": 21.0}, {"volatility": 3}])
def test_a_right_that_the_tables_do_not_reach_is_refused(change: dict[str, float]) -> None:
    for value in (kernel.value, plain_paths.value, kernel.means):
        with pytest.raises(Refused) as refused:
            value(one_right(**change), TABLES)
        assert refused.value.code == "valuation.outside_band"


def test_columns_of_different_length_are_refused() -> None:
    columns = {name: column.tolist() for name, column in one_right()._asdict().items()}
    with pytest.raises(Refused) as refused:
        paths.batch(**columns | {"life": [1.0, 2.0]})
    assert refused.value.code == "valuation.lengths_differ"


@pytest.mark.parametrize(
    "change",
    [
        {"volatilities": ()},
        {"volatilities": (1.5,)},
        {"volatilities": (math.nan,)},
        {"years": 0},
        {"years": 51},
        {"paths": 10},
        {"paths": 10**9},
        {"spread": 1.0},
        {"cut": 0.0},
        {"seed": -1},
    ],
)
def test_tables_that_cannot_be_made_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(Refused):
        paths.tables(SETUP._replace(**change))  # type: ignore[arg-type]
