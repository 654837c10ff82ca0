"""From a joint median and spread to the range that is shown: widths that past deals tested, else wide priors.

One set of offsets a kind: the conformal quantiles of ln p − ln(blend), in its spreads, as the back-test found them. An
answer scales them down by how much surer the blend became, and never up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from zhirong.base.refused import Refused
from zhirong.valuation.engine import conformal
from zhirong.valuation.engine.market_model import MarketModel
from zhirong.valuation.engine.result import LEVELS, Quantiles
from zhirong.valuation.engine.ruling import Figures

Floats = npt.NDArray[np.float64]
TESTED, POOLED, UNTESTED = "tested", "pooled", "untested"
SCORES: Floats = ndtri(np.array(LEVELS))
# The errors by which a mean is taken, at every half percent.
GRID: Floats = np.linspace(0.0025, 0.9975, 200)
# A value beyond this is none of any currency; what it is called by is asked again.
MOST_LOG = 600.0


@dataclass(frozen=True, slots=True)
class Shape:
    """The errors of a kind in spreads: at the seven levels, on the grid; and the least spread where none is tested."""

    basis: str
    offsets: Floats
    grid: Floats
    least_sd: float


def shapes(kinds: Sequence[str], model: MarketModel | None, under: Figures) -> dict[str, Shape]:
    """The shape of the errors of each kind."""
    return {kind: _shape(kind, model, under) for kind in dict.fromkeys(kinds)}


def _shape(kind: str, model: MarketModel | None, under: Figures) -> Shape:
    wide = float(under.value("market.conformal_rules")["fallback_sd"])
    untested = Shape(UNTESTED, SCORES, ndtri(GRID), wide)
    if model is None or model.ranges is None:
        return untested
    found = conformal.quantiles(model.ranges, kind, mu=0.0, log_scale=0.0)
    if found.basis == UNTESTED:
        return untested
    offsets = np.log(np.array([getattr(found.range, name) for name in NAMES]))
    cell = next((one for one in model.ranges.kinds if one.kind == kind), model.ranges.pooled)
    return Shape(found.basis, offsets, np.quantile(np.array(cell.scores), GRID), 0.0)


NAMES = ("p5", "p10", "p25", "median", "p75", "p90", "p95")


@dataclass(frozen=True, slots=True)
class Ranged:
    """(n, 8) ln of the seven quantiles and of the mean; rows without any voice are NaN."""

    logs: Floats
    basis: tuple[str, ...]

    def money(self, row: int) -> Quantiles | None:
        """One right's range in yuan; None where no method spoke. Refused: too large for money."""
        if np.isnan(self.logs[row, 0]):
            return None
        if self.logs[row].max() > MOST_LOG:
            raise Refused("valuation.not_finite", name="range")
        values = np.exp(self.logs[row])
        return Quantiles.of(values[:7].tolist(), float(values[7]))


def spread(kinds: Sequence[str], log_sd: Floats, of: dict[str, Shape]) -> Floats:
    """(n,) the spread that the offsets are multiplied by: the blend's, wide where nothing is tested."""
    return np.maximum(log_sd, np.array([of[kind].least_sd for kind in kinds], dtype=np.float64))


def ranged(kinds: Sequence[str], log_median: Floats, below: Floats, *, above: Floats, of: dict[str, Shape]) -> Ranged:
    """Ranges of n rights: `below` and `above` (n,) are the spreads of the lower and the upper half."""
    logs = np.full((len(kinds), 8), np.nan)
    named = np.array(kinds)
    for kind, shape in of.items():
        rows = np.flatnonzero(named == kind)
        for place in range(7):
            side = below if shape.offsets[place] < 0 else above
            logs[rows, place] = log_median[rows] + shape.offsets[place] * side[rows]
        low, high = np.minimum(shape.grid, 0.0), np.maximum(shape.grid, 0.0)
        moved = low[None, :] * below[rows][:, None] + high[None, :] * above[rows][:, None]
        top = moved.max(axis=1) if len(rows) else np.zeros(0)
        logs[rows, 7] = log_median[rows] + top + np.log(np.mean(np.exp(moved - top[:, None]), axis=1))
    return Ranged(logs, tuple(of[kind].basis for kind in kinds))
