"""American options by Crank-Nicolson in the logarithm of the value; exercise by policy iteration on the free boundary.

The second way beside the lattice: both must agree. The early steps are implicit (Rannacher 1984), which damps the kink
of the payoff. At each step the rows where exercising is better are replaced by the payoff until none changes
(Forsyth & Vetzal 2002, the limit of their penalty).
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from zhirong.base.refused import Refused
from zhirong.valuation.engine import black_scholes
from zhirong.valuation.engine.black_scholes import Terms

Floats = NDArray[np.float64]
MOST_POINTS, MOST_STEPS = 2_001, 2_000
# The grid reaches so many standard deviations beyond spot and strike.
REACH = 5.0
DAMPED_STEPS = 4
MOST_ITERATIONS = 50


def american(terms: Terms, *, points: int = 801, steps: int = 400) -> float:
    """The American value with a constant yield; money in the unit of spot and strike."""
    terms = black_scholes.checked(terms)
    return _solved(terms, points, steps, falling_life=0.0)


def delay(terms: Terms, *, points: int = 801, steps: int = 400) -> float:
    """The option to use a patent whose remaining life shrinks while one waits (y = 1/(T−t)); see `lattice.delay`."""
    terms = black_scholes.checked(terms)
    return _solved(terms, points, steps, falling_life=1.0)


def _solved(terms: Terms, points: int, steps: int, *, falling_life: float) -> float:
    if not (51 <= points <= MOST_POINTS and 10 <= steps <= MOST_STEPS):
        raise Refused("valuation.steps", steps=min(points, steps), least=10, most=MOST_POINTS)
    width = REACH * terms.volatility * np.sqrt(terms.years) + abs(terms.rate - terms.yield_rate) * terms.years + 0.1
    middle = float(np.log(terms.spot / terms.strike))
    low, high = min(middle, 0.0) - width, max(middle, 0.0) + width
    # The spot is a node: no interpolation at the end.
    step = (high - low) / (points - 1)
    at = middle + step * (np.arange(points) - np.floor((middle - low) / step))
    drift = terms.rate - terms.yield_rate - terms.volatility**2 / 2
    spread = terms.volatility**2 / step**2
    rows = np.array([spread / 2 - drift / (2 * step), -spread - terms.rate, spread / 2 + drift / (2 * step)])
    sign = 1.0 if terms.is_call else -1.0
    value = march(np.exp(at), rows, np.array([terms.years, sign, falling_life]), steps)
    return float(value[np.argmin(np.abs(at - middle))]) * terms.strike


@njit(cache=True)
def march(spots: Floats, rows: Floats, rule: Floats, steps: int) -> Floats:  # pragma: no cover
    """Back from the end to now; `rows`: the operator below, middle, above; `rule`: years, sign, falling; strike 1."""
    years, sign, falling = rule[0], rule[1], rule[2]
    span = years / steps
    value = np.maximum(sign * (spots * (1.0 - falling) - 1.0), 0.0)
    for step in range(steps):
        # Time to go after this step; with a falling life the value at exercise is the share of life that is left.
        left = (step + 1) * span
        share = 1.0 - falling * (1.0 - left / years)
        payoff = np.maximum(sign * (spots * share - 1.0), 0.0)
        weight = 1.0 if step < DAMPED_STEPS else 0.5
        value = one_step(value, payoff, rows * span, weight)
    return value  # type: ignore[no-any-return]


@njit(cache=True)
def one_step(value: Floats, payoff: Floats, rows: Floats, weight: float) -> Floats:  # pragma: no cover
    """(1 − w·L) V' = (1 + (1−w)·L) V where V' > payoff, else V' = payoff; the ends stand at the payoff."""
    count = len(value)
    below, middle, above = rows[0], rows[1], rows[2]
    right = payoff.copy()
    for node in range(1, count - 1):
        flow = below * value[node - 1] + middle * value[node] + above * value[node + 1]
        right[node] = value[node] + (1.0 - weight) * flow
    exercised = np.zeros(count, dtype=np.bool_)
    found = value.copy()
    for _ in range(MOST_ITERATIONS):
        found = thomas(right, payoff, exercised, rows * weight)
        changed = False
        for node in range(1, count - 1):
            held = right[node] + weight * (below * found[node - 1] + above * found[node + 1])
            is_better = payoff[node] * (1.0 - weight * middle) > held
            changed = changed or is_better != exercised[node]
            exercised[node] = is_better
        if not changed:
            break
    return np.maximum(found, payoff)


@njit(cache=True)
def thomas(right: Floats, payoff: Floats, exercised: NDArray[np.bool_], rows: Floats) -> Floats:  # pragma: no cover
    """The tridiagonal system by elimination; exercised rows and both ends are the payoff."""
    count = len(right)
    upper, found = np.zeros(count), np.empty(count)
    found[0] = payoff[0]
    for node in range(1, count):
        if node == count - 1 or exercised[node]:
            upper[node], found[node] = 0.0, payoff[node]
            continue
        pivot = 1.0 - rows[1] + rows[0] * upper[node - 1]
        upper[node] = -rows[2] / pivot
        found[node] = (right[node] + rows[0] * found[node - 1]) / pivot
    for node in range(count - 2, -1, -1):
        found[node] -= upper[node] * found[node + 1]
    return found
