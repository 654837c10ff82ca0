"""American options on a binomial lattice (Cox, Ross & Rubinstein 1979), with a cost of delay that may rise to the end.

A patent that is not used loses one part in its remaining years each year: y = 1/(T−t) (Damodaran). As a yield of the
lattice this leaves [0, 1] near T. But ∫y = −ln(1 − t/T), so the value at t is the same value without that yield times
(T−t)/T: the lattice carries the latter, nothing blows up, and at T there is nothing left to exercise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from zhirong.base.refused import Refused
from zhirong.valuation.engine import black_scholes, guards
from zhirong.valuation.engine.black_scholes import Terms

Floats = NDArray[np.float64]
MOST_STEPS = 5_000


@dataclass(frozen=True, slots=True)
class American:
    """The value with the freedom to exercise at any step, what exercising now brings, and the slope in the spot."""

    value: float
    exercise_now: float
    delta: float

    @property
    def time_premium(self) -> float:
        """What waiting is worth beyond exercising now."""
        return self.value - max(self.exercise_now, 0.0)


def american(terms: Terms, *, steps: int) -> American:
    """The American value on `steps` steps with a constant yield; money in the unit of spot and strike.

    Steps so long that the probability of a rise leaves [0, 1] are refused, not clipped.
    """
    return _solved(black_scholes.checked(terms), np.ones(steps_of(steps) + 1), every=1)


def bermudan(terms: Terms, *, dates: int, steps_between: int) -> American:
    """The value where exercise is allowed on `dates` evenly spaced days, the last at the end, and today."""
    steps = steps_of(dates * steps_between)
    return _solved(black_scholes.checked(terms), np.ones(steps + 1), every=steps_between)


def delay(terms: Terms, *, steps: int, last_decision_years: float | None = None) -> American:
    """The option to use a patent with `terms.years` of life left, which shrinks while one waits: y = 1/(T−t).

    Decisions end at `last_decision_years` or with the life. `terms.yield_rate` is a further constant yield.
    Source: Damodaran on Valuation (2nd ed.), ch. 12, for the cost of delay.
    """
    life = black_scholes.checked(terms).years
    until = life if last_decision_years is None else last_decision_years
    guards.within(until, "last_decision_years", least=1e-4, most=life)
    times = np.linspace(0.0, until, steps_of(steps) + 1)
    part = Terms(
        spot=terms.spot,
        strike=terms.strike,
        years=until,
        rate=terms.rate,
        volatility=terms.volatility,
        yield_rate=terms.yield_rate,
        is_call=terms.is_call,
    )
    return _solved(part, np.maximum(1.0 - times / life, 0.0), every=1)


def steps_of(steps: int) -> int:
    """The number of steps, inside what a machine does in a second."""
    if not 2 <= steps <= MOST_STEPS:
        raise Refused("valuation.steps", steps=steps, least=2, most=MOST_STEPS)
    return steps


def _solved(terms: Terms, share: Floats, *, every: int) -> American:
    steps = len(share) - 1
    span = terms.years / steps
    up = float(np.exp(terms.volatility * np.sqrt(span)))
    grown = float(np.exp((terms.rate - terms.yield_rate) * span))
    rise = (grown - 1.0 / up) / (up - 1.0 / up)
    if not 0.0 <= rise <= 1.0:
        raise Refused("valuation.steps_too_few", steps=steps)
    sign = 1.0 if terms.is_call else -1.0
    # In units of the strike: the digits do not depend on the unit of money.
    spot, discount = terms.spot / terms.strike, float(np.exp(-terms.rate * span))
    root, high, low = backward(np.array([spot, up, rise, discount, sign]), share, every)
    now = sign * (terms.spot - terms.strike)
    delta = (high - low) / (spot * (up - 1.0 / up))
    return American(root * terms.strike, now, delta)


@njit(cache=True)
def backward(rule: Floats, share: Floats, every: int) -> tuple[float, float, float]:  # pragma: no cover
    """Values at the root and at both nodes after the first step, the strike being 1.

    `rule` is (spot, up, rise, discount, sign); exercise is allowed at each `every`-th step for that share of the spot.
    """
    steps = len(share) - 1
    spot, up, sign = rule[0], rule[1], rule[4]
    rise, fall = rule[2] * rule[3], (1.0 - rule[2]) * rule[3]
    # Spots of all nodes: up to the power 2j − steps, by index from 0.
    spots = spot * up ** (np.arange(-steps, steps + 1).astype(np.float64))
    value = np.maximum(sign * (spots[::2] * share[steps] - 1.0), 0.0)
    high, low = 0.0, 0.0
    for step in range(steps - 1, -1, -1):
        for node in range(step + 1):
            held = rise * value[node + 1] + fall * value[node]
            paid = sign * (spots[steps - step + 2 * node] * share[step] - 1.0)
            value[node] = max(held, paid) if step % every == 0 else held
        if step == 1:
            high, low = value[1], value[0]
    return value[0], high, low
