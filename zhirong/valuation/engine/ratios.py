"""Ratio studies (比率研究): how estimates stand to the prices that were paid, by the measures of mass appraisal.

IAAO, Standard on Ratio Studies (2013): median ratio, coefficient of dispersion, price-related differential and bias;
Kakwani's index and its modified form as the assessors of Cook County use them. Ratio = estimate / price.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from zhirong.base.refused import Refused
from zhirong.valuation.engine import guards
from zhirong.valuation.engine.hedonic_design import CONSTANT, Floats

# Half the width of the middle band of |ln ratio| and of the neighbourhood it is compared with.
CHASED_BAND, AROUND_BAND = 0.02, 0.10
LEAST_CHASED = 20
# Deals drawn again tell of no doubt where there are so few: one of them would have an interval of no width.
LEAST_RESAMPLED = 5
DRAWS = 20
# Prices or ratios further apart in logs than this are no study, and their sums no numbers.
MOST_APART = 276.0
# Interquartile ranges beyond the quartiles at which a ratio is an extreme outlier.
OUTLYING = 3.0
# Resampled figures are held at once up to this many numbers.
MOST_AT_ONCE = 400_000
MEASURES = ("median_ratio", "cod", "prd", "prb", "mki", "ki")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A measure and its bootstrap interval; None where the deals cannot tell it or are fewer than five."""

    name: str
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RatioStudy:
    """All measures over some deals. `chased_p`: how likely so many ratios crowd at 1 by chance; None of few deals."""

    deals: int
    measures: tuple[Measure, ...]
    chased_share: float | None
    chased_p: float | None

    def value(self, name: str) -> float | None:
        """One measure by its name of MEASURES."""
        return next(one.value for one in self.measures if one.name == name)


def study(
    estimates: Sequence[float], prices: Sequence[float], *, seed: int, resamples: int, level: float = 0.95
) -> RatioStudy:
    """Every measure with a percentile bootstrap interval at `level`. Positive amounts in one unit, equally many."""
    estimate, price = _pairs(estimates, prices)
    values = _measures(estimate[None, :], price[None, :])
    drawn = _resampled(estimate, price, seed=seed, resamples=resamples)
    tail = (1 - guards.within(level, "level", least=0.5, most=0.999)) / 2
    measures = []
    for name in MEASURES:
        known = drawn[name][~np.isnan(drawn[name])]
        # A measure that most resamples cannot tell has no interval.
        has_interval = len(known) > resamples / 2 and len(price) >= LEAST_RESAMPLED
        low, high = np.quantile(known, (tail, 1 - tail)) if has_interval else (math.nan, math.nan)
        measures.append(Measure(name=name, value=_known(values[name][0]), low=_known(low), high=_known(high)))
    share, chance = sales_chasing(estimates, prices)
    return RatioStudy(deals=len(price), measures=tuple(measures), chased_share=share, chased_p=chance)


def measures(estimates: Sequence[float], prices: Sequence[float]) -> dict[str, float | None]:
    """The six MEASURES alone. COD in percent; PRB per doubling of value."""
    estimate, price = _pairs(estimates, prices)
    return {name: _known(found[0]) for name, found in _measures(estimate[None, :], price[None, :]).items()}


def baseline(estimates: Sequence[float], prices: Sequence[float], *, seed: int) -> dict[str, float | None]:
    """The six MEASURES as they would be if the same log errors were without bias: median 1, even, at random places.

    Bands for houses do not fit patents: with log errors of 0.9 estimates without any bias have a COD of 95, and a PRB
    well below zero, since both sides of that regression hold the error. The mean of 20 draws.
    """
    estimate, price = _pairs(estimates, prices)
    random = np.random.default_rng(seed)
    errors = np.log(estimate) - np.log(price)
    errors = errors - np.median(errors)
    count = len(errors)
    drawn = errors[random.integers(count, size=(DRAWS, count))] * random.choice((-1.0, 1.0), size=(DRAWS, count))
    rows = np.broadcast_to(estimate, (DRAWS, count))
    found = _measures(rows, rows * np.exp(drawn))
    return {name: _known(values.mean()) for name, values in found.items()}


def sales_chasing(estimates: Sequence[float], prices: Sequence[float]) -> tuple[float | None, float | None]:
    """The share of ratios within ±2 % of 1, and the binomial chance of so many given those within ±10 %.

    Estimates that were set after the price was seen crowd at 1; where ratios are smooth a fifth of those within the
    wider band fall into the narrow one.
    """
    estimate, price = _pairs(estimates, prices)
    apart = np.abs(np.log(estimate) - np.log(price))
    around, near = int((apart <= AROUND_BAND).sum()), int((apart <= CHASED_BAND).sum())
    if len(price) < LEAST_CHASED:
        return None, None
    return near / len(price), _at_least(near, around, CHASED_BAND / AROUND_BAND)


def without_outliers(estimates: Sequence[float], prices: Sequence[float]) -> tuple[list[float], list[float]]:
    """The pairs whose ln ratio lies within three interquartile ranges of the quartiles (IAAO 2013, appendix B).

    One deal at a thousandth of its worth would else be all that a mean of ratios tells. Say how many were left out.
    """
    estimate, price = _pairs(estimates, prices)
    logs = np.log(estimate) - np.log(price)
    low, high = np.quantile(logs, (0.25, 0.75))
    kept = (logs >= low - OUTLYING * (high - low)) & (logs <= high + OUTLYING * (high - low))
    pairs = [pair for pair, is_kept in zip(zip(estimates, prices, strict=True), kept, strict=True) if is_kept]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def unbiased_cod(log_sd: float) -> float:
    """The COD of estimates without bias whose log errors have this s.d.: 100·e^{s²/2}(2Φ(s) − 1) (VALUATION 2.10)."""
    s = guards.within(log_sd, "log_sd", least=0.0, most=10.0)
    return float(100 * math.exp(s**2 / 2) * (2 * special.ndtr(s) - 1))


def _pairs(estimates: Sequence[float], prices: Sequence[float]) -> tuple[Floats, Floats]:
    if not estimates or len(estimates) != len(prices):
        raise Refused("valuation.not_paired", estimates=len(estimates), prices=len(prices))
    for one in estimates:
        guards.positive(one, "estimate")
    for one in prices:
        guards.positive(one, "price")
    estimate, price = np.array(estimates, dtype=np.float64), np.array(prices, dtype=np.float64)
    logs = np.log(price)
    if max(np.abs(np.log(estimate) - logs).max(), np.ptp(logs)) > MOST_APART:
        raise Refused("valuation.not_finite", name="ratio")
    # In units of the greatest price: no sum overflows, and no measure knows the unit of money.
    return estimate / price.max(), price / price.max()


def _measures(estimate: Floats, price: Floats) -> dict[str, Floats]:
    """Each measure for every row of (samples × deals); NaN where a row cannot tell it."""
    ratio = estimate / price
    median = np.median(ratio, axis=1)
    relative = ratio / median[:, None] - 1
    weighted = estimate.sum(axis=1) / price.sum(axis=1)
    of_price, of_estimate = _gini(price, price), _gini(estimate, price)
    spread = of_price > CONSTANT
    return {
        "median_ratio": median,
        "cod": 100 * np.abs(relative).mean(axis=1),
        "prd": ratio.mean(axis=1) / weighted,
        "prb": _slope(np.log2((estimate / median[:, None] + price) / 2), relative),
        "mki": np.where(spread, of_estimate / np.where(spread, of_price, 1.0), math.nan),
        "ki": np.where(spread, of_estimate - of_price, math.nan),
    }


def _slope(across: Floats, up: Floats) -> Floats:
    """Least squares along each row; NaN where all stand at one place."""
    centred = across - across.mean(axis=1, keepdims=True)
    squares = (centred**2).sum(axis=1)
    tells = squares > CONSTANT
    return np.where(tells, (centred * up).sum(axis=1) / np.where(tells, squares, 1.0), math.nan)


def _gini(amount: Floats, price: Floats) -> Floats:
    """Concentration of amounts in the order of prices (Kakwani 1977); equal prices share their mean rank."""
    count = amount.shape[1]
    ranks = _ranks(price)
    found: Floats = (2 * (amount * ranks).sum(axis=1) / amount.sum(axis=1) - (count + 1)) / count
    return found


# What scipy.stats has too, to the same digit: that package alone would take 40 MB of every server.
def _at_least(successes: int, tries: int, chance: float) -> float:
    """The binomial chance of so many successes or more."""
    return 1.0 if successes <= 0 else float(special.betainc(successes, tries - successes + 1, chance))


def _ranks(rows: Floats) -> Floats:
    """The rank of each number in its row from 1; equal ones share the mean of theirs."""
    places = np.broadcast_to(np.arange(rows.shape[1]), rows.shape)
    order = np.argsort(rows, axis=1)
    ordered = np.take_along_axis(rows, order, axis=1)
    is_new = np.ones((rows.shape[0], rows.shape[1] + 1), bool)
    is_new[:, 1:-1] = ordered[:, 1:] != ordered[:, :-1]
    first = np.maximum.accumulate(np.where(is_new[:, :-1], places, 0), axis=1)
    last = np.minimum.accumulate(np.where(is_new[:, 1:], places, rows.shape[1])[:, ::-1], axis=1)[:, ::-1]
    found = np.empty(rows.shape)
    np.put_along_axis(found, order, (first + last) / 2 + 1, axis=1)
    return found


def _resampled(estimate: Floats, price: Floats, *, seed: int, resamples: int) -> dict[str, Floats]:
    random, found = np.random.default_rng(seed), []
    together = max(1, MOST_AT_ONCE // len(price))
    for start in range(0, resamples, together):
        picked = random.integers(len(price), size=(min(together, resamples - start), len(price)))
        found.append(_measures(estimate[picked], price[picked]))
    return {name: np.concatenate([one[name] for one in found]) for name in MEASURES}


def _known(value: Any) -> float | None:
    return None if math.isnan(value) else float(value)
