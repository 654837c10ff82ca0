"""Options: numbers that are printed in books and papers. Inputs and digits without another word are from the sources
named; the longer tables are from memory and stand here because an independent lattice gives every digit of them.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from zhirong.valuation.engine import black_scholes, finite_differences, lattice, least_squares, stages
from zhirong.valuation.engine.black_scholes import Terms
from zhirong.valuation.engine.stages import Project

AVONEX = Terms(spot=3422, strike=2875, years=17, rate=0.067, volatility=0.224**0.5, yield_rate=1 / 17)
SECOND = Terms(spot=350, strike=500, years=17, rate=0.04, volatility=0.30, yield_rate=1 / 17)
HULL_PUT = Terms(spot=50, strike=50, years=5 / 12, rate=0.10, volatility=0.40, is_call=False)
EIGHT_PATHS = [
    [1.00, 1.00, 1.00, 1.00, 1.00, 1.00, 1.00, 1.00],
    [1.09, 1.16, 1.22, 0.93, 1.11, 0.76, 0.92, 0.88],
    [1.08, 1.26, 1.07, 0.97, 1.56, 0.77, 0.84, 1.22],
    [1.34, 1.54, 1.03, 0.92, 1.52, 0.90, 1.01, 1.34],
]
SCHWARTZ = Project(
    cash_flow=20,
    drift=0.02,
    volatility=0.35,
    risk_premium=0.036,
    terminal_multiple=5,
    cost=100,
    investment=10,
    cost_volatility=0.5,
    failure=0.06931,
    correlation=-0.1,
    rate=0.05,
    years=20,
    periods=80,
)


def test_avonex_as_a_european_option_is_907_with_a_time_premium_of_360() -> None:
    """Damodaran on Valuation, illustration 12.5."""
    found = black_scholes.european(AVONEX)
    assert found.value == pytest.approx(906.865, abs=5e-4)
    assert (found.n_d1, found.n_d2) == pytest.approx((0.87206, 0.20747), abs=5e-6)
    assert found.value - (3422 - 2875) == pytest.approx(360, abs=0.5)


def test_avonex_with_the_freedom_to_exercise_early_is_worth_far_more() -> None:
    found = lattice.american(AVONEX, steps=2000)
    assert found.value == pytest.approx(1603.5, abs=0.05)
    assert found.exercise_now == 547


def test_the_second_example_needs_the_volatility_that_its_slide_misprints() -> None:
    """Damodaran's slide prints 0.25; its own N(d1), N(d2) and value are those of 0.30."""
    found = black_scholes.european(SECOND)
    assert (found.n_d1, found.n_d2) == pytest.approx((0.5285, 0.1219), abs=5e-5)
    assert found.value == pytest.approx(37.12, abs=0.1)
    assert found.value == pytest.approx(37.165, abs=5e-4)
    assert black_scholes.european(replace(SECOND, volatility=0.25)).value == pytest.approx(26.60, abs=5e-3)


@pytest.mark.parametrize(
    ("steps", "printed", "within"),
    [(5, 4.49, 5e-3), (30, 4.263, 5e-4), (50, 4.272, 5e-4), (100, 4.278, 5e-4), (500, 4.283, 5e-4)],
)
def test_hulls_american_put_by_steps(steps: int, printed: float, within: float) -> None:
    """Hull, Options, Futures and Other Derivatives (from memory)."""
    assert lattice.american(HULL_PUT, steps=steps).value == pytest.approx(printed, abs=within)


def test_hulls_european_call_and_put() -> None:
    call = Terms(spot=42, strike=40, years=0.5, rate=0.10, volatility=0.20)
    assert black_scholes.european(call).value == pytest.approx(4.76, abs=5e-3)
    assert black_scholes.european(call).n_d1 == pytest.approx(0.7791, abs=5e-5)
    assert black_scholes.european(replace(call, is_call=False)).value == pytest.approx(0.81, abs=5e-3)


def test_the_normal_distribution_is_the_normal_distribution() -> None:
    """A peer takes N(1) = 0.8703 and gets 11.905 here."""
    call = Terms(spot=100, strike=100, years=1, rate=0.05, volatility=0.2)
    assert black_scholes.european(call).value == pytest.approx(10.4506, abs=5e-5)


def test_the_eight_paths_of_longstaff_and_schwartz() -> None:
    """Review of Financial Studies 14 (2001) 113, section 1."""
    found = least_squares.from_paths(EIGHT_PATHS, strike=1.10, discount=float(np.exp(-0.06)))
    assert found.value == pytest.approx(0.1144, abs=5e-5)
    assert found.european == pytest.approx(0.0564, abs=5e-5)
    first, second = found.policy[1], found.policy[2]
    assert first is not None
    assert second is not None
    assert first.tolist() == pytest.approx([2.038, -3.335, 1.356], abs=1e-3)
    assert second.tolist() == pytest.approx([-1.070, 2.983, -1.813], abs=1e-3)


# Longstaff & Schwartz 2001, table 1, the column of finite differences (from memory): strike 40, r 6 %, 50 dates a year;
# by spot: σ .2 one and two years, σ .4 one and two years. Their own grid is good to half a cent.
TABLE_1 = {
    36: (4.478, 4.840, 7.101, 8.508),
    38: (3.250, 3.745, 6.148, 7.670),
    40: (2.314, 2.885, 5.312, 6.920),
    42: (1.617, 2.212, 4.582, 6.248),
    44: (1.110, 1.690, 3.948, 5.647),
}
TABLE_1_CASES = [(0.2, 1), (0.2, 2), (0.4, 1), (0.4, 2)]


@pytest.mark.parametrize("spot", sorted(TABLE_1))
def test_longstaff_and_schwartz_table_1_by_the_lattice_with_50_dates_a_year(spot: int) -> None:
    for (volatility, years), printed in zip(TABLE_1_CASES, TABLE_1[spot], strict=True):
        put = Terms(spot=spot, strike=40, years=years, rate=0.06, volatility=volatility, is_call=False)
        assert lattice.bermudan(put, dates=50 * years, steps_between=20).value == pytest.approx(printed, abs=6e-3)


@pytest.mark.parametrize(("spot", "printed"), [(36, 4.478), (44, 1.110)])
def test_longstaff_and_schwartz_table_1_lies_between_the_bounds(spot: int, printed: float) -> None:
    put = Terms(spot=spot, strike=40, years=1, rate=0.06, volatility=0.2, is_call=False)
    found = least_squares.bounds(put, dates=50, paths=20_000, seed=11)
    assert found.lower == pytest.approx(printed, abs=3 * found.lower_error + 0.005)
    assert found.in_sample == pytest.approx(printed, abs=3 * found.lower_error + 0.005)
    assert printed <= found.upper + 3 * found.upper_error
    assert found.upper <= printed * 1.03 < found.perfect_information


# American puts, spot 40, r 4.88 %, by volatility: strikes 35, 40, 45 each at .0833, .3333 and .5833 years; the binomial
# column of Geske & Johnson 1984 as refined by Broadie & Detemple 1996 and Ju 1998 (from memory).
LONG_TABLE = {
    0.2: (0.0062, 0.2004, 0.4328, 0.8522, 1.5798, 1.9904, 5.0000, 5.0883, 5.2670),
    0.3: (0.0774, 0.6975, 1.2198, 1.3099, 2.4825, 3.1696, 5.0597, 5.7056, 6.2436),
    0.4: (0.2466, 1.3460, 2.1549, 1.7681, 3.3874, 4.3526, 5.2868, 6.5099, 7.3830),
}


@pytest.mark.parametrize("volatility", sorted(LONG_TABLE))
def test_the_long_table_of_american_puts_by_lattice_and_by_finite_differences(volatility: float) -> None:
    cases = [(strike, years) for strike in (35, 40, 45) for years in (0.0833, 0.3333, 0.5833)]
    for (strike, years), printed in zip(cases, LONG_TABLE[volatility], strict=True):
        put = Terms(spot=40, strike=strike, years=years, rate=0.0488, volatility=volatility, is_call=False)
        # The mean of an even and an odd number of steps takes the saw teeth off the lattice.
        by_lattice = (lattice.american(put, steps=1000).value + lattice.american(put, steps=1001).value) / 2
        assert by_lattice == pytest.approx(printed, abs=5e-4)
        assert finite_differences.american(put) == pytest.approx(printed, abs=1e-3)


def test_schwartz_2004_without_uncertainty_of_cost_has_a_closed_form() -> None:
    assert stages.certain_cost_value(SCHWARTZ) == pytest.approx(-7.7631, abs=5e-5)
    # In continuous time -7.2009; the finer the periods, the nearer.
    assert stages.certain_cost_value(replace(SCHWARTZ, periods=480)) == pytest.approx(-7.2009, abs=0.1)


def test_schwartz_2004_base_case_with_and_without_abandonment() -> None:
    """12.03 ± 0.16 and 3.40 ± 0.13 from 200,000 paths; here fewer, so the errors of both are added in squares."""
    found = stages.staged(SCHWARTZ, paths=20_000, seed=3)
    assert found.value == pytest.approx(12.03, abs=3 * np.hypot(0.16, found.error))
    assert found.without_abandonment == pytest.approx(3.40, abs=3 * np.hypot(0.13, found.without_error))
    assert found.without_abandonment < found.value < found.perfect_information
    assert found.error < 0.7


def test_schwartz_2004_with_certain_cost_meets_its_closed_form() -> None:
    certain = replace(SCHWARTZ, cost_volatility=0.0)
    found = stages.staged(certain, paths=10_000, seed=5)
    assert found.without_abandonment == pytest.approx(-7.7631, abs=3 * found.without_error)
