"""Real options: laws that hold whatever the figures, two methods against each other, and the traps of the book."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhirong.base.refused import Refused
from zhirong.valuation.engine import black_scholes, finite_differences, lattice, least_squares, stages
from zhirong.valuation.engine.black_scholes import Terms
from zhirong.valuation.engine.stages import Project

PATENT = Terms(spot=3422, strike=2875, years=17, rate=0.067, volatility=0.4733)
PROJECT = Project(
    cash_flow=20,
    drift=0.02,
    volatility=0.35,
    risk_premium=0.036,
    terminal_multiple=5,
    cost=100,
    investment=10,
    cost_volatility=0.5,
    failure=0.07,
    correlation=-0.1,
    rate=0.05,
    years=20,
    periods=40,
)
OPTIONS = st.builds(
    Terms,
    spot=st.floats(20, 300),
    strike=st.just(100.0),
    years=st.floats(0.1, 20),
    rate=st.floats(0.0, 0.12),
    volatility=st.floats(0.15, 0.9),
    yield_rate=st.floats(0.0, 0.12),
    is_call=st.booleans(),
)


@settings(max_examples=40, deadline=None)
@given(OPTIONS)
def test_an_american_option_is_worth_exercising_waiting_and_no_more_than_its_stake(terms: Terms) -> None:
    found = lattice.american(terms, steps=200).value
    european = black_scholes.european(terms).value
    sign = 1 if terms.is_call else -1
    assert found >= sign * (terms.spot - terms.strike) - 1e-9
    assert found >= european * 0.99 - 0.2
    assert found <= (terms.spot if terms.is_call else terms.strike)


@settings(max_examples=20, deadline=None)
@given(OPTIONS)
def test_lattice_and_finite_differences_agree(terms: Terms) -> None:
    by_lattice = (lattice.american(terms, steps=600).value + lattice.american(terms, steps=601).value) / 2
    assert finite_differences.american(terms, points=801, steps=400) == pytest.approx(by_lattice, rel=2e-3, abs=0.03)


@settings(max_examples=20, deadline=None)
@given(OPTIONS, st.floats(1e-6, 1e6))
def test_another_unit_of_money_gives_the_same_digits(terms: Terms, unit: float) -> None:
    other = replace(terms, spot=terms.spot * unit, strike=terms.strike * unit)
    assert lattice.american(other, steps=50).value == pytest.approx(
        lattice.american(terms, steps=50).value * unit, rel=1e-8, abs=1e-12 * unit
    )
    assert black_scholes.european(other).value == pytest.approx(
        black_scholes.european(terms).value * unit, rel=1e-8, abs=1e-9 * unit
    )


@settings(max_examples=30, deadline=None)
@given(OPTIONS)
def test_call_and_put_are_bound_by_parity(terms: Terms) -> None:
    call = black_scholes.european(replace(terms, is_call=True))
    put = black_scholes.european(replace(terms, is_call=False))
    held = terms.spot * np.exp(-terms.yield_rate * terms.years)
    paid = terms.strike * np.exp(-terms.rate * terms.years)
    assert call.value - put.value == pytest.approx(held - paid, abs=1e-9)
    assert call.delta - put.delta == pytest.approx(np.exp(-terms.yield_rate * terms.years))


def test_the_slope_of_the_lattice_is_the_change_of_its_value() -> None:
    low, high = (lattice.american(replace(PATENT, spot=spot), steps=1000).value for spot in (3402, 3442))
    assert lattice.american(PATENT, steps=1000).delta == pytest.approx((high - low) / 40, rel=5e-3)


def plain_lattice(terms: Terms, steps: int, share: np.ndarray) -> float:
    """The kernel's plain twin: whole rows at once."""
    span = terms.years / steps
    up = np.exp(terms.volatility * np.sqrt(span))
    rise = (np.exp((terms.rate - terms.yield_rate) * span) - 1 / up) / (up - 1 / up)
    sign = 1 if terms.is_call else -1

    def paid(step: int) -> np.ndarray:
        spots = terms.spot * up ** (2.0 * np.arange(step + 1) - step)
        return sign * (spots * share[step] - terms.strike)

    value = np.maximum(paid(steps), 0)
    for step in range(steps - 1, -1, -1):
        held = np.exp(-terms.rate * span) * (rise * value[1:] + (1 - rise) * value[:-1])
        value = np.maximum(held, paid(step))
    return float(value[0])


def test_the_lattice_is_its_plain_twin() -> None:
    put = Terms(spot=50, strike=50, years=5 / 12, rate=0.1, volatility=0.4, is_call=False)
    assert lattice.american(put, steps=77).value == pytest.approx(plain_lattice(put, 77, np.ones(78)), rel=1e-12)
    share = 1 - np.arange(101) / 100
    assert lattice.delay(PATENT, steps=100).value == pytest.approx(plain_lattice(PATENT, 100, share), rel=1e-12)


def test_the_elimination_solves_the_tridiagonal_system() -> None:
    rows, count = np.array([0.3, -0.9, 0.4]), 12
    right, payoff = np.linspace(1, 2, count), np.linspace(0, 1, count)
    fixed = np.zeros(count, dtype=bool)
    fixed[[0, 8, count - 1]] = True
    matrix, target = np.eye(count), payoff.copy()
    for node in range(1, count - 1):
        if not fixed[node]:
            matrix[node, node - 1 : node + 2] = [-rows[0], 1 - rows[1], -rows[2]]
            target[node] = right[node]
    found = finite_differences.thomas(np.where(fixed, payoff, right), fixed, rows)
    assert found.tolist() == pytest.approx(np.linalg.solve(matrix, target).tolist(), rel=1e-12)


def test_a_yield_that_rises_to_the_end_of_life_blows_up_in_a_plain_lattice_and_not_here() -> None:
    """The trap: y = 1/(T−t) sends the probability of a rise below zero as t nears T."""
    steps = 500
    span = PATENT.years / steps
    times = np.arange(steps) * span
    up = np.exp(PATENT.volatility * np.sqrt(span))
    rises = (np.exp((PATENT.rate - 1 / (PATENT.years - times)) * span) - 1 / up) / (up - 1 / up)
    assert rises.min() < 0
    found = lattice.delay(PATENT, steps=steps)
    assert np.isfinite(found.value)
    # Nobody waits for the very end: closing the decision a year earlier costs next to nothing.
    closed = lattice.delay(PATENT, steps=steps, last_decision_years=16)
    assert closed.value == pytest.approx(found.value, rel=1e-3)


def test_the_life_carried_in_the_payoff_is_the_rising_yield_itself_where_a_lattice_can_hold_it() -> None:
    """Until a year before the end the probabilities stay inside [0, 1]: the yield in the drift gives the same value."""
    steps, until = 2000, 16.0
    span = until / steps
    starts = np.arange(steps) * span
    # Over one step the value falls by the share of the life that goes by.
    held = (PATENT.years - starts - span) / (PATENT.years - starts)
    up = np.exp(PATENT.volatility * np.sqrt(span))
    rises = (np.exp(PATENT.rate * span) * held - 1 / up) / (up - 1 / up)
    assert rises.min() > 0
    value = np.maximum(PATENT.spot * up ** (2.0 * np.arange(steps + 1) - steps) - PATENT.strike, 0)
    for step in range(steps - 1, -1, -1):
        spots = PATENT.spot * up ** (2.0 * np.arange(step + 1) - step)
        ahead = np.exp(-PATENT.rate * span) * (rises[step] * value[1:] + (1 - rises[step]) * value[:-1])
        value = np.maximum(ahead, spots - PATENT.strike)
    found = lattice.delay(PATENT, steps=steps, last_decision_years=until)
    assert value[0] == pytest.approx(found.value, rel=1e-3)


def test_the_delay_option_by_finite_differences_is_that_of_the_lattice() -> None:
    by_lattice = lattice.delay(PATENT, steps=3000).value
    assert finite_differences.delay(PATENT, points=1201, steps=1200) == pytest.approx(by_lattice, rel=1e-3)


def test_a_life_that_runs_off_costs_more_than_its_first_years_yield_and_less_than_all() -> None:
    """The constant yield 1/T understates the cost of delay; without any, waiting is free."""
    constant = lattice.american(black_scholes.with_yield_of_life(PATENT), steps=1000).value
    free = lattice.american(PATENT, steps=1000).value
    found = lattice.delay(PATENT, steps=1000)
    assert found.exercise_now < found.value < constant < free
    assert found.time_premium == found.value - 547


def test_steps_too_coarse_are_refused_and_never_clipped() -> None:
    calm = Terms(spot=100, strike=100, years=20, rate=0.12, volatility=0.05)
    with pytest.raises(Refused) as no:
        lattice.american(calm, steps=3)
    assert no.value.code == "valuation.steps_too_few"
    for steps in (0, 1, 5_001):
        with pytest.raises(Refused) as no:
            lattice.american(calm, steps=steps)
        assert no.value.code == "valuation.steps"
    with pytest.raises(Refused):
        finite_differences.american(calm, points=20)


@pytest.mark.parametrize("name", ["spot", "strike", "years", "rate", "volatility", "yield_rate"])
@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1.0, 1e30])
def test_terms_outside_their_band_are_refused(name: str, value: float) -> None:
    with pytest.raises(Refused):
        black_scholes.european(replace(PATENT, **{name: value}))


def test_a_policy_is_fitted_on_paths_in_the_money_only() -> None:
    """The trap: paths out of the money would bend the regression where nobody decides."""
    spots = np.array([[1.0, 1.0, 1.0, 1.0], [0.8, 0.9, 1.4, 5.0], [0.7, 0.95, 1.5, 9.0]])
    other = spots.copy()
    other[1, 2:] = [1.3, 40.0]
    one = least_squares.from_paths(spots, strike=1.0, discount=0.95, degree=1)
    two = least_squares.from_paths(other, strike=1.0, discount=0.95, degree=1)
    assert one.value == two.value
    first, second = one.policy[1], two.policy[1]
    assert first is not None
    assert second is not None
    assert first.tolist() == second.tolist()


def test_the_same_seed_gives_the_same_digits_and_the_bounds_hold_the_lattice() -> None:
    put = Terms(spot=100, strike=100, years=1, rate=0.05, volatility=0.3, yield_rate=0.02, is_call=False)
    found = least_squares.bounds(put, dates=12, paths=8_000, seed=1)
    assert found == least_squares.bounds(put, dates=12, paths=8_000, seed=1)
    assert found != least_squares.bounds(put, dates=12, paths=8_000, seed=2)
    exact = lattice.bermudan(put, dates=12, steps_between=60).value
    assert found.lower - 3 * found.lower_error <= exact <= found.upper + 3 * found.upper_error
    assert found.european < exact < found.perfect_information
    assert found.upper - found.lower < 0.06 * exact


def test_paths_in_another_unit_give_the_same_policy() -> None:
    draws = np.random.default_rng(1)
    put = Terms(spot=100, strike=100, years=1, rate=0.05, volatility=0.3, is_call=False)
    spots = least_squares.lognormal_paths(put, dates=6, paths=400, draws=draws)
    yuan = least_squares.from_paths(spots, strike=100, discount=0.99)
    fen = least_squares.from_paths(spots * 100, strike=10_000, discount=0.99)
    assert fen.value == pytest.approx(yuan.value * 100, rel=1e-9)


@pytest.mark.parametrize(
    "spots", [[[1.0, 1.0]], [[1.0], [1.0]], [[1.0, -1.0], [1.0, 1.0]], [[1.0, float("nan")], [1.0, 1.0]]]
)
def test_paths_that_are_none_are_refused(spots: list[list[float]]) -> None:
    with pytest.raises(Refused):
        least_squares.from_paths(spots, strike=1.0, discount=0.9)


def test_too_much_work_is_refused() -> None:
    with pytest.raises(Refused):
        least_squares.bounds(PATENT, dates=1000, paths=200_000, seed=1)
    with pytest.raises(Refused):
        stages.staged(replace(PROJECT, periods=480), paths=100_000, seed=1)


def test_a_project_stages_the_same_digits_from_the_same_seed_in_any_unit() -> None:
    one = stages.staged(PROJECT, paths=2_000, seed=4)
    assert one == stages.staged(PROJECT, paths=2_000, seed=4)
    big = replace(PROJECT, cash_flow=20e6, cost=100e6, investment=10e6)
    other = stages.staged(big, paths=2_000, seed=4)
    assert other.value == pytest.approx(one.value * 1e6, rel=1e-6)
    assert other.without_abandonment == pytest.approx(one.without_abandonment * 1e6, rel=1e-9)


def test_the_freedom_to_abandon_is_never_worth_less_than_nothing() -> None:
    found = stages.staged(replace(PROJECT, cash_flow=4), paths=2_000, seed=4)
    assert found.without_abandonment < 0 <= found.value <= found.perfect_information
    assert found.abandoned > 0.9


@pytest.mark.parametrize("name", ["cash_flow", "cost", "investment", "years", "correlation", "failure", "volatility"])
@pytest.mark.parametrize("value", [float("nan"), float("inf"), -2.0])
def test_a_project_outside_its_bands_is_refused(name: str, value: float) -> None:
    with pytest.raises(Refused):
        stages.staged(replace(PROJECT, **{name: value}), paths=500, seed=1)


def test_a_project_that_cannot_end_before_its_patent_only_costs() -> None:
    endless = replace(PROJECT, investment=1.0, cost_volatility=0.0)
    assert stages.certain_cost_value(endless) < 0
    assert stages.staged(endless, paths=500, seed=1).completed == 0.0
