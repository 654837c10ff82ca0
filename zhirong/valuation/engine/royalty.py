"""The Chinese royalty rate (分成率): a place inside the band of the industry, found by a score. VALUATION 2.3.

rate = low + (high - low) × r, r in [0, 1] the weighted score of law, technology and economy.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from zhirong.base.refused import Refused
from zhirong.valuation.engine import guards
from zhirong.valuation.engine.result import Note


@dataclass(frozen=True, slots=True)
class Band:
    """Royalties of an industry as fractions of net sales, from the lowest to the highest."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Ceilings:
    """Above these the office's practice generally does not go (O9); fractions of net sales and of profit."""

    of_sales: float
    of_profit: float


@dataclass(frozen=True, slots=True)
class Rate:
    """A royalty as a fraction of net sales; `of_profit` None where no profit margin was told."""

    rate: float
    score: float
    of_profit: float | None
    notes: tuple[Note, ...]


def chinese_rate(
    band: Band,
    *,
    scores: Mapping[str, float],
    weights: Mapping[str, float],
    ceilings: Ceilings,
    profit_margin: float | None = None,
) -> Rate:
    """The rate of a right whose aspects score between 0 and 1, with a note where it lies above a ceiling.

    `weights` by aspect, one in all; `profit_margin`: profit ÷ net sales of the product, where known. Refused: a band
    upside down, an aspect without a score or a score without an aspect.
    """
    low = guards.within(band.low, "low", least=0, most=1)
    high = guards.within(band.high, "high", least=0, most=1)
    if low > high:
        raise Refused("valuation.band_upside_down", low=low, high=high)
    score = score_of(scores, weights=weights)
    rate = low + (high - low) * score
    notes = []
    if rate > ceilings.of_sales:
        notes.append(Note("royalty_above_sales_ceiling", _percents(rate, ceilings.of_sales)))
    of_profit = None
    if profit_margin is not None:
        of_profit = rate / guards.within(profit_margin, "profit_margin", least=0.001, most=1)
        if of_profit > ceilings.of_profit:
            notes.append(Note("royalty_above_profit_ceiling", _percents(of_profit, ceilings.of_profit)))
    return Rate(rate, score, of_profit, tuple(notes))


def score_of(scores: Mapping[str, float], *, weights: Mapping[str, float]) -> float:
    """The weighted score r in [0, 1]; every aspect has its score, for an unknown one is no zero."""
    if set(scores) != set(weights):
        raise Refused("valuation.scores_differ", wanted=sorted(weights), given=sorted(scores))
    shares = [guards.within(weight, aspect, least=0, most=1) for aspect, weight in weights.items()]
    if not math.isclose(math.fsum(shares), 1, abs_tol=1e-9):
        raise Refused("valuation.weights_not_one", weights=dict(weights))
    checked = {aspect: guards.within(score, aspect, least=0, most=1) for aspect, score in scores.items()}
    return math.fsum(weights[aspect] * score for aspect, score in checked.items())


def _percents(found: float, ceiling: float) -> dict[str, float]:
    return {"percent": round(100 * found, 2), "ceiling_percent": round(100 * ceiling, 2)}
