"""The renewal programme and its closed form: laws that hold whatever the figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import lognorm

from zhirong.base.refused import Refused
from zhirong.valuation.engine import fee_vectors, renewal_closed, renewal_programme
from zhirong.valuation.engine.renewal_closed import Decay
from zhirong.valuation.engine.renewal_programme import Growth, LogGrid

FEES = fee_vectors.by_schedule("invention", on=date(2026, 3, 2)).yuan()
GROWTH = Growth(drift=-0.08, volatility=0.35, loss=0.06, discount_rate=0.10)
DECAY = Decay(log_mean=8.7, log_sd=1.5, decay=0.10, discount_rate=0.10)
GROWTHS = st.builds(
    Growth,
    drift=st.floats(-0.3, 0.1),
    volatility=st.floats(0.05, 0.9),
    loss=st.floats(0.0, 0.3),
    discount_rate=st.floats(0.0, 0.3),
)


@settings(max_examples=25, deadline=None)
@given(GROWTHS)
def test_thresholds_never_fall_and_the_option_is_worth_more_than_paying_always(growth: Growth) -> None:
    found = renewal_programme.solve(FEES, growth)
    assert np.all(np.diff(found.threshold) >= -1e-6 * FEES.max())
    assert np.all(found.threshold <= FEES * (1 + 1e-9))
    returns = np.geomspace(10, 1e6, 40)
    worth = renewal_programme.value_at(found, 1, returns)
    assert np.all(worth >= 0)
    assert np.all(np.diff(worth) >= 0)
    assert np.all(worth >= renewal_programme.always_pay(found, returns) * (1 - 1e-9) - 1e-3)


@settings(max_examples=15, deadline=None)
@given(GROWTHS, st.floats(1e-4, 1e4))
def test_another_unit_of_money_gives_the_same_digits(growth: Growth, unit: float) -> None:
    one = renewal_programme.solve(FEES, growth)
    other = renewal_programme.solve(FEES * unit, growth)
    assert other.threshold == pytest.approx(one.threshold * unit, rel=1e-9)
    returns = np.geomspace(100, 1e5, 9)
    expected = renewal_programme.value_at(one, 1, returns) * unit
    assert renewal_programme.value_at(other, 1, returns * unit) == pytest.approx(expected, rel=1e-7, abs=1e-9 * unit)


def test_the_operator_is_the_lognormal_expectation_of_every_tent() -> None:
    step = 0.05
    kernel = renewal_programme.weights(GROWTH, step)
    assert kernel.sum() == pytest.approx(1.0, abs=1e-12)
    reach = len(kernel) // 2
    places = np.exp(step * np.arange(-reach, reach + 1))
    # The tents reproduce straight lines, so the mean growth comes out exactly.
    assert kernel @ places == pytest.approx(np.exp(GROWTH.drift), rel=1e-9)
    law = lognorm(GROWTH.volatility, scale=np.exp(GROWTH.drift - GROWTH.volatility**2 / 2))
    for place in (-6, 0, 9):
        low, top, high = np.exp(step * np.array([place - 1.0, place, place + 1.0]))
        rising = law.expect(lambda x, low=low, top=top: (x - low) / (top - low), lb=low, ub=top)
        falling = law.expect(lambda x, high=high, top=top: (high - x) / (high - top), lb=top, ub=high)
        assert kernel[reach + place] == pytest.approx(rising + falling, rel=1e-8)


def test_one_convolution_is_the_full_matrix_of_the_plain_twin() -> None:
    grid = LogGrid(1.0, 1e6, 201)
    returns, kernel = grid.returns(), renewal_programme.weights(GROWTH, grid.step)
    value = np.maximum(returns - 900.0, 0.0)
    reach = len(kernel) // 2
    wide = np.exp(grid.step * np.arange(-reach, grid.nodes + reach))
    there = np.maximum(wide - 900.0, 0.0)
    plain = [float(kernel @ there[node : node + 2 * reach + 1]) for node in range(grid.nodes)]
    assert renewal_programme.expected(value, kernel, grid.step) == pytest.approx(plain, rel=1e-9, abs=1e-9)


def test_higher_fees_never_raise_the_option_and_reductions_never_lower_it() -> None:
    returns = np.geomspace(50, 1e5, 30)
    grid = LogGrid(0.1, 1e9, 1201)
    reduced = fee_vectors.by_schedule("invention", on=date(2026, 3, 2), reduction="joint").yuan()
    plain = renewal_programme.value_at(renewal_programme.solve(FEES, GROWTH, grid=grid), 1, returns)
    dearer = renewal_programme.value_at(renewal_programme.solve(FEES * 1.1, GROWTH, grid=grid), 1, returns)
    cheaper = renewal_programme.value_at(renewal_programme.solve(reduced, GROWTH, grid=grid), 1, returns)
    assert np.all(dearer <= plain)
    assert np.all(cheaper >= plain)


def test_without_spread_the_programme_is_the_closed_form() -> None:
    """Returns that fall by a tenth a year for sure; the least volatility that the programme takes is 2 %."""
    still = Growth(drift=float(np.log(0.9)), volatility=0.02, loss=0.0, discount_rate=0.10)
    found = renewal_programme.solve(FEES, still, grid=LogGrid(10.0, 1e7, 9601))
    typical = renewal_closed.renewal(FEES, DECAY).typical
    assert renewal_programme.worth(found, float(np.exp(8.7))).value == pytest.approx(typical, rel=2e-3)


def test_far_above_the_grid_the_option_runs_on_straight_and_below_it_to_zero() -> None:
    found = renewal_programme.solve(FEES, GROWTH, grid=LogGrid(1.0, 1e6, 601))
    assert renewal_programme.worth(found, 0.0).value == 0.0
    always = renewal_programme.worth(found, 1e6).always_pay
    assert renewal_programme.worth(found, 1e6).value == pytest.approx(always, rel=1e-3)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"volatility": 0.0}, "valuation.outside_band"),
        ({"volatility": float("inf")}, "valuation.not_finite"),
        ({"drift": float("nan")}, "valuation.not_finite"),
        ({"loss": 1.0}, "valuation.outside_band"),
        ({"discount_rate": -0.1}, "valuation.outside_band"),
    ],
)
def test_a_growth_outside_its_band_is_refused(changes: dict[str, float], code: str) -> None:
    with pytest.raises(Refused) as no:
        renewal_programme.solve(FEES, replace(GROWTH, **changes))
    assert no.value.code == code


@pytest.mark.parametrize(
    ("fees", "code"),
    [
        ([], "valuation.too_many_years"),
        ([1.0] * 61, "valuation.too_many_years"),
        ([1.0, -1.0], "valuation.outside_band"),
        ([1.0, float("nan")], "valuation.not_finite"),
        ([0.0, 0.0], "valuation.no_fees"),
    ],
)
def test_fees_that_are_none_are_refused(fees: list[float], code: str) -> None:
    with pytest.raises(Refused) as no:
        renewal_programme.solve(fees, GROWTH)
    assert no.value.code == code


def test_a_year_outside_the_term_has_no_value() -> None:
    found = renewal_programme.solve(FEES, GROWTH)
    with pytest.raises(Refused) as no:
        renewal_programme.value_at(found, 21, [1.0])
    assert no.value.code == "valuation.year_outside_term"


def test_survival_by_age_starts_at_the_grant() -> None:
    """A patent granted in year 4 never paid the years before; whoever renews later is the same as ever."""
    early = renewal_closed.renewal(FEES, DECAY)
    late = renewal_closed.renewal(FEES[3:], DECAY, first=4)
    assert late.alive[0] > early.alive[0] * 0.89
    assert late.least_return[0] == pytest.approx(1200 / 0.9**3)
    assert late.alive[-1] == pytest.approx(early.alive[-1])


def test_those_who_renewed_longer_are_worth_more_and_the_quantiles_are_those_of_a_simulation() -> None:
    draws = np.exp(DECAY.log_mean + DECAY.log_sd * np.random.default_rng(2).standard_normal(400_000))
    fade, worth = 0.9 ** np.arange(20), 1.1 ** -np.arange(20.0)
    pays = np.minimum.accumulate(draws[:, None] * fade >= FEES, axis=1)
    flows = np.where(pays, draws[:, None] * fade - FEES, 0.0)
    for start in (1, 8):
        alive = pays[:, start - 2] if start > 1 else np.ones(len(draws), dtype=bool)
        simulated = (flows[alive, start - 1 :] * worth[: 21 - start]).sum(axis=1)
        found = renewal_closed.renewal(FEES, DECAY, from_year=start)
        assert found.mean == pytest.approx(simulated.mean(), rel=0.02)
        assert found.range.p25 == pytest.approx(np.quantile(simulated, 0.25), rel=0.02)
        assert found.range.p95 == pytest.approx(np.quantile(simulated, 0.95), rel=0.02)


@pytest.mark.parametrize(
    ("fees", "decay", "code"),
    [
        ([2.0, 1.0], DECAY, "valuation.fees_fall"),
        (FEES, replace(DECAY, log_sd=0.0), "valuation.outside_band"),
        (FEES, replace(DECAY, decay=1.0), "valuation.outside_band"),
        (FEES, replace(DECAY, log_mean=float("nan")), "valuation.not_finite"),
        ([], DECAY, "valuation.too_many_years"),
    ],
)
def test_the_closed_form_refuses_what_it_cannot_take(fees: list[float], decay: Decay, code: str) -> None:
    with pytest.raises(Refused) as no:
        renewal_closed.renewal(fees, decay)
    assert no.value.code == code


def test_where_nobody_renews_the_closed_form_says_so() -> None:
    with pytest.raises(Refused) as no:
        renewal_closed.renewal(FEES, replace(DECAY, log_mean=-90.0, log_sd=0.5), from_year=3)
    assert no.value.code == "valuation.nobody_renews"
