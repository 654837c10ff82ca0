"""American options from simulated paths by regression (Longstaff & Schwartz 2001), between a lower and an upper bound.

The policy is fitted on one set of paths and paid out on another, so its value is a lower bound without foresight. The
upper bound is dual (Rogers 2002): no policy beats the best day of each path less a martingale, here the discounted
European option; without it, it is the value under perfect information.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zhirong.base.refused import Refused
from zhirong.valuation.engine import black_scholes, guards
from zhirong.valuation.engine.black_scholes import Terms

Floats = NDArray[np.float64]
Policy = tuple["Floats | None", ...]
MOST_POINTS = 5_000_000
# How strongly the martingale is held against the payoff; the best is chosen on the paths of the fit.
WEIGHTS = (0.0, 0.5, 0.8, 0.9, 1.0, 1.1, 1.2)


@dataclass(frozen=True, slots=True)
class Fitted:
    """What the regression gave on its own paths: `value` is in-sample, `european` waits to the end.

    `policy[t]` are the coefficients of 1, x, x² … in the unit of money, None where no path was in the money.
    """

    value: float
    european: float
    policy: Policy


@dataclass(frozen=True, slots=True)
class Bounds:
    """The option between its bounds, each with its standard error; money in the unit of spot and strike."""

    lower: float
    lower_error: float
    in_sample: float
    upper: float
    upper_error: float
    perfect_information: float
    european: float


def from_paths(
    spots: Floats | Sequence[Sequence[float]], *, strike: float, discount: float, is_call: bool = False, degree: int = 2
) -> Fitted:
    """The regression on given paths, shape (dates + 1, paths), the first row today; `discount` is of one step.

    Only paths in the money are regressed, in units of the strike. Source: Longstaff & Schwartz, Review of Financial
    Studies 14 (2001) 113, section 1.
    """
    if len({len(row) for row in spots}) != 1:
        raise Refused("valuation.paths", most=MOST_POINTS)
    at = np.asarray(spots, dtype=np.float64)
    guards.within(strike, "strike", least=1e-12, most=1e18)
    guards.within(discount, "discount", least=0.01, most=1.5)
    guards.within(degree, "degree", least=1, most=8)
    if at.ndim != 2 or at.shape[0] < 2 or at.shape[1] < 2 or at.size > MOST_POINTS:
        raise Refused("valuation.paths", most=MOST_POINTS)
    for extreme in (float(at.min()), float(at.max())):
        guards.within(extreme, "spots", least=1e-9 * strike, most=1e9 * strike)
    paid = np.maximum((1.0 if is_call else -1.0) * (at / strike - 1.0), 0.0)
    cash = paid[-1].copy()
    policy: list[Floats | None] = [None] * len(at)
    for step in range(len(at) - 2, 0, -1):
        cash = cash * discount
        inside = np.flatnonzero(paid[step] > 0)
        if not len(inside):
            continue
        basis = _basis(at[step, inside] / strike, degree)
        fit = np.linalg.lstsq(basis, cash[inside], rcond=None)[0]
        policy[step] = fit * strike ** (1.0 - np.arange(degree + 1))
        taken = inside[paid[step, inside] > basis @ fit]
        cash[taken] = paid[step, taken]
    european = float(np.mean(paid[-1])) * float(discount ** (len(at) - 1) * strike)
    value = max(float(np.mean(cash)) * discount, float(paid[0, 0])) * strike
    return Fitted(float(value), european, tuple(policy))


def bounds(terms: Terms, *, dates: int, paths: int, seed: int, degree: int = 3) -> Bounds:
    """The option with exercise on `dates` evenly spaced days and today, on lognormal paths of three streams of `seed`.

    `paths` of each stream, half of them mirrored; the same seed gives the same digits.
    """
    terms = black_scholes.checked(terms)
    guards.within(dates, "dates", least=1, most=1_000)
    guards.within(paths, "paths", least=100, most=200_000)
    if dates * paths > MOST_POINTS:
        raise Refused("valuation.paths", most=MOST_POINTS)
    step = terms.years / dates
    discount = float(np.exp(-terms.rate * step))
    first, second, third = (np.random.default_rng(one) for one in np.random.SeedSequence(seed).spawn(3))
    fitting = lognormal_paths(terms, dates=dates, paths=paths, draws=first)
    fitted = from_paths(fitting, strike=terms.strike, discount=discount, is_call=terms.is_call, degree=degree)
    weight = WEIGHTS[int(np.argmin(np.mean(_best_days(terms, fitting, WEIGHTS), axis=1)))]
    del fitting
    lower, lower_error = _paid_out(terms, lognormal_paths(terms, dates=dates, paths=paths, draws=second), fitted.policy)
    fresh = lognormal_paths(terms, dates=dates, paths=paths, draws=third)
    best, foreseen = _best_days(terms, fresh, (weight, 0.0))
    (upper, upper_error), (perfect, _) = _mean(best), _mean(foreseen)
    now = max((1.0 if terms.is_call else -1.0) * (terms.spot - terms.strike), 0.0)
    european = black_scholes.european(terms).value
    return Bounds(max(lower, now), lower_error, fitted.value, max(upper, now), upper_error, perfect, european)


def lognormal_paths(terms: Terms, *, dates: int, paths: int, draws: np.random.Generator) -> Floats:
    """Spots under the pricing measure, shape (dates + 1, paths), the second half mirrored to the first."""
    step = terms.years / dates
    half = draws.standard_normal((dates, (paths + 1) // 2))
    moves = np.concatenate([half, -half], axis=1)[:, :paths]
    drift = (terms.rate - terms.yield_rate - terms.volatility**2 / 2) * step
    logs = np.cumsum(drift + terms.volatility * np.sqrt(step) * moves, axis=0)
    found: Floats = terms.spot * np.exp(np.vstack([np.zeros(paths), logs]))
    return found


def _basis(at: Floats, degree: int) -> Floats:
    powers: Floats = at[:, None] ** np.arange(degree + 1)
    return powers


def _paid_out(terms: Terms, spots: Floats, policy: Policy) -> tuple[float, float]:
    """What the policy brings on paths it has not seen: exercise where the payoff beats the fitted continuation."""
    dates = len(spots) - 1
    discount = float(np.exp(-terms.rate * terms.years / dates))
    sign = 1.0 if terms.is_call else -1.0
    cash = np.maximum(sign * (spots[-1] - terms.strike), 0.0)
    for step in range(dates - 1, 0, -1):
        cash = cash * discount
        fit = policy[step]
        paid = sign * (spots[step] - terms.strike)
        if fit is None:
            continue
        taken = (paid > 0) & (paid > _basis(spots[step], len(fit) - 1) @ fit)
        cash = np.where(taken, paid, cash)
    return _mean(cash * discount)


def _best_days(terms: Terms, spots: Floats, weights: tuple[float, ...]) -> Floats:
    """The best discounted payoff of each path less so many times the martingale, shape (weights, paths)."""
    dates, sign = len(spots) - 1, 1.0 if terms.is_call else -1.0
    start = black_scholes.european(terms).value
    held = np.array(weights)[:, None]
    best = np.full((len(weights), spots.shape[1]), max(sign * (terms.spot - terms.strike), 0.0))
    for step in range(1, dates + 1):
        discount = np.exp(-terms.rate * terms.years * step / dates)
        paid = discount * np.maximum(sign * (spots[step] - terms.strike), 0.0)
        left = terms.years * (dates - step) / dates
        martingale = discount * black_scholes.along_paths(terms, spots[step], left) - start
        np.maximum(best, paid - held * martingale, out=best)
    return best


def _mean(cash: Floats) -> tuple[float, float]:
    """Mean and standard error of mirrored paths: each pair counts once."""
    half = len(cash) // 2
    pairs = (cash[:half] + cash[half : 2 * half]) / 2
    return float(np.mean(pairs)), float(np.std(pairs) / np.sqrt(half))
