"""The renewal of patents whose returns fall by a fixed share a year, in closed form (Schankerman & Pakes 1986)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from zhirong.base.refused import Refused
from zhirong.valuation.engine import guards
from zhirong.valuation.engine.result import LEVELS, Quantiles

Floats = NDArray[np.float64]
MOST_YEARS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Decay:
    """The law of the returns: R_t = R_1 (1 − decay)^(t−1), ln R_1 ~ N(log_mean, log_sd²), t the patent year."""

    log_mean: float
    log_sd: float
    decay: float
    discount_rate: float


@dataclass(frozen=True, slots=True)
class Renewal:
    """What the model says of patents granted in year `first`; arrays run over the years `first` to the last.

    `alive` is the share of all grants that pays the year's fee; money is at the start of year `from_year`, of those
    that paid through the year before it (all grants where `from_year` is `first`), in the unit of the fees.
    """

    first: int
    alive: Floats
    least_return: Floats
    mean: float
    median: float
    range: Quantiles
    typical: float


def renewal(fees: ArrayLike, decay: Decay, *, first: int = 1, from_year: int | None = None) -> Renewal:
    """Who renews and what that is worth, exactly: `fees` by patent year from the year of grant, shape (years,).

    A patent is kept while its return covers the fee, which is the best rule while fees never fall; falling ones are
    refused. `typical` is the value of the patent whose first return is the median of all (no selection).
    Source: Schankerman & Pakes, Economic Journal 96 (1986) 1052; truncated lognormal means.
    """
    costs, start = _costs(fees, first), first if from_year is None else from_year
    last = first + len(costs) - 1
    if not first <= start <= last:
        raise Refused("valuation.year_outside_term", year=start, first=first, last=last)
    log_mean = guards.within(decay.log_mean, "log_mean", least=-100.0, most=100.0)
    log_sd = guards.within(decay.log_sd, "log_sd", least=1e-6, most=5.0)
    kept = 1.0 - guards.within(decay.decay, "decay", least=0.0, most=0.99)
    discount = 1.0 / (1.0 + guards.within(decay.discount_rate, "discount_rate", least=0.0, most=1.0))
    years = np.arange(first, last + 1)
    fade = kept ** (years - 1.0)
    # The least first return of a patent that pays through each year: the running maximum of what each fee asks.
    least = np.maximum.accumulate(costs / fade)
    with np.errstate(divide="ignore"):
        distance = (log_mean - np.log(least)) / log_sd
    alive = ndtr(distance)
    ahead = years >= start
    worth = np.where(ahead, discount ** (years - float(start)), 0.0)
    before = 1.0 if start == first else float(alive[start - first - 1])
    if before <= 0.0:
        raise Refused("valuation.nobody_renews", year=start - 1)
    returns = np.exp(log_mean + log_sd**2 / 2) * ndtr(distance + log_sd)
    mean = float(np.sum(worth * (fade * returns - costs * alive))) / before

    def value(of_first_return: Floats) -> Floats:
        pays = of_first_return[:, None] >= least
        flows: Floats = np.sum(worth * np.where(pays, fade * of_first_return[:, None] - costs, 0.0), axis=1)
        return flows

    # The value rises with the first return, so its quantiles are those of the return, here of the survivors.
    levels = 1.0 - before * (1.0 - np.array(LEVELS))
    quantiles = value(np.exp(log_mean + log_sd * ndtri(np.clip(levels, 1e-300, 1.0 - 1e-16))))
    typical = value(np.exp(np.array([log_mean])))
    spread = Quantiles.of(quantiles.tolist(), mean)
    return Renewal(first, alive, least, mean, spread.median, spread, float(typical[0]))


def _costs(fees: ArrayLike, first: int) -> Floats:
    costs = np.asarray(fees, dtype=np.float64)
    if costs.ndim != 1 or not 1 <= len(costs) <= MOST_YEARS or not 1 <= first <= MOST_YEARS:
        raise Refused("valuation.too_many_years", most=MOST_YEARS)
    for one in costs:
        guards.within(float(one), "fees", least=0.0, most=1e15)
    if np.any(np.diff(costs) < 0):
        raise Refused("valuation.fees_fall")
    return costs
