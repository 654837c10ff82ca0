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
    value = march(np.exp(at), rows, np.array([terms.years, sign, falling_life, steps]))
    return float(value[np.argmin(np.abs(at - middle))]) * terms.strike


@njit(cache=True)
def march(spots: Floats, rows: Floats, rule: Floats) -> Floats:  # pragma: no cover
    """Back from the end to now, the strike being 1; `rows` is the operator: below, middle, above.

    `rule` is (years, sign, falling, steps): falling 1 makes what exercising brings fall with the life that is left.
    """
    years, sign, falling, steps = rule[0], rule[1], rule[2], int(rule[3])
    span = years / steps
    value = np.maximum(sign * (spots * (1.0 - falling) - 1.0), 0.0)
    parts = np.empty((2, 3))
    for step in range(steps):
        left = (step + 1) * span
        share = 1.0 - falling * (1.0 - left / years)
        payoff = np.maximum(sign * (spots * share - 1.0), 0.0)
        weight = 1.0 if step < DAMPED_STEPS else 0.5
        parts[0], parts[1] = rows * span * (1.0 - weight), rows * span * weight
        value = one_step(value, payoff, parts)
    return value  # type: ignore[no-any-return]


@njit(cache=True)
def one_step(value: Floats, payoff: Floats, parts: Floats) -> Floats:  # pragma: no cover
    """(1 − P₁) V' = (1 + P₀) V where V' > payoff, else V' = payoff; both ends stand at the payoff."""
    count = len(value)
    right = payoff.copy()
    for node in range(1, count - 1):
        flow = parts[0, 0] * value[node - 1] + parts[0, 1] * value[node] + parts[0, 2] * value[node + 1]
        right[node] = value[node] + flow
    fixed = np.zeros(count, dtype=np.bool_)
    fixed[0], fixed[count - 1] = True, True
    found = value
    for _ in range(MOST_ITERATIONS):
        found = thomas(np.where(fixed, payoff, right), fixed, parts[1])
        changed = False
        for node in range(1, count - 1):
            held = right[node] + parts[1, 0] * found[node - 1] + parts[1, 2] * found[node + 1]
            is_better = payoff[node] * (1.0 - parts[1, 1]) > held
            changed = changed or is_better != fixed[node]
            fixed[node] = is_better
        if not changed:
            break
    return np.maximum(found, payoff)


@njit(cache=True)
def thomas(right: Floats, fixed: NDArray[np.bool_], rows: Floats) -> Floats:  # pragma: no cover
    """The tridiagonal system 1 − `rows` by elimination; where `fixed` the value is the right side itself."""
    count = len(right)
    upper, found = np.zeros(count), right.copy()
    for node in range(1, count):
        if fixed[node]:
            continue
        pivot = 1.0 - rows[1] - rows[0] * upper[node - 1]
        upper[node] = rows[2] / pivot
        found[node] = (right[node] + rows[0] * found[node - 1]) / pivot
    for node in range(count - 2, -1, -1):
        found[node] += upper[node] * found[node + 1]
    return found
