"""How honest ranges were: coverage, pinball loss, CRPS and where in their range the prices fell, from past predictions.

Gneiting & Raftery (2007), Strictly proper scoring rules; gates of VALUATION 2.10. All scores are taken in logs, so the
unit of money does not matter. Between its seven quantiles a range is read as normal in logs, piece by piece.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from scipy import special

from zhirong.base.refused import Refused
from zhirong.valuation.engine import guards, ratios
from zhirong.valuation.engine.estimate_shape import Record
from zhirong.valuation.engine.hedonic_design import Floats
from zhirong.valuation.engine.result import LEVELS, Quantiles

NOMINAL = ((0.50, 2, 4), (0.80, 1, 5), (0.90, 0, 6))
BINS = 10
# Levels at which the loss is averaged into the CRPS.
FINE = (np.arange(200) + 0.5) / 200
# Quantiles that stand nearer than this in logs are one point: of a range that is sure.
POINT = 1e-12
OVERALL = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Predicted:
    """A deal and the range that was told before it; `basis` as in conformal.Ranged."""

    reference: str
    on: date
    kind: str
    actual: float
    range: Quantiles
    basis: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many prices fell into the range that promised `nominal`, and how far off by chance (binomial s.e.)."""

    nominal: float
    share: float
    standard_error: float

    @property
    def is_kept(self) -> bool:
        """Within three binomial standard errors of what was promised."""
        return abs(self.share - self.nominal) <= 3 * self.standard_error


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """One segment ("": all) of past predictions. Losses in logs; `pit` counts prices by tenth of their range."""

    segment: str
    deals: int
    coverage: tuple[Coverage, ...]
    pinball: tuple[float, ...]
    crps: float
    median_log_error: float
    pit: tuple[int, ...]
    # How likely counts as uneven as these are if every tenth is as likely (chi-squared).
    pit_p: float


def calibrate(told: Sequence[Predicted], segment: str = OVERALL) -> Calibration:
    """The calibration of these predictions under the name of their segment; none at all is refused."""
    actual, quantiles = _logs(told)
    counts, _ = np.histogram(places(told), bins=BINS, range=(0.0, 1.0))
    fine = _interpolated(quantiles, special.ndtri(FINE))
    return Calibration(
        segment=segment,
        deals=len(told),
        coverage=coverage(told),
        pinball=tuple(_pinball(actual, quantiles, np.array(LEVELS)).mean(axis=0).tolist()),
        crps=float(2 * _pinball(actual, fine, FINE).mean()),
        median_log_error=float(np.median(np.abs(actual - quantiles[:, 3]))),
        pit=tuple(int(one) for one in counts),
        pit_p=_evenness(counts),
    )


def _evenness(counts: Floats) -> float:
    """Pearson's chance of counts so uneven where all bins are alike (chi-squared, one degree less than bins)."""
    expected = counts.mean()
    return float(special.chdtrc(len(counts) - 1, ((counts - expected) ** 2 / expected).sum()))


def coverage(told: Sequence[Predicted]) -> tuple[Coverage, ...]:
    """Shares of prices within the 50, 80 and 90 % ranges, both ends included."""
    actual, quantiles = _logs(told)
    return tuple(
        Coverage(
            nominal,
            float(((quantiles[:, low] <= actual) & (actual <= quantiles[:, high])).mean()),
            math.sqrt(nominal * (1 - nominal) / len(told)),
        )
        for nominal, low, high in NOMINAL
    )


def failing(told: Sequence[Predicted], *, least: int) -> tuple[str, ...]:
    """The kinds with at least `least` predictions from tested ranges, one of which missed by more than three s.e."""
    tested = [one for one in told if one.basis != "untested"]
    return tuple(
        kind
        for kind in sorted({one.kind for one in tested})
        if len(mine := [one for one in tested if one.kind == kind]) >= least
        and any(one.share < one.nominal and not one.is_kept for one in coverage(mine))
    )


def places(told: Sequence[Predicted]) -> Floats:
    """(deals,) where in its range each price fell, 0 to 1 (probability integral transform): even of honest ranges."""
    actual, quantiles = _logs(told)
    marks = special.ndtri(np.array(LEVELS))
    gaps = np.maximum(np.diff(quantiles, axis=1), POINT)
    piece = np.clip((quantiles <= actual[:, None]).sum(axis=1) - 1, 0, len(LEVELS) - 2)
    rows = np.arange(len(told))
    along = (actual - quantiles[rows, piece]) / gaps[rows, piece]
    found: Floats = special.ndtr(marks[piece] + np.clip(along, -1e3, 1e3) * np.diff(marks)[piece])
    return found


def record(told: Sequence[Predicted], segment: str) -> Record:
    """How a segment's estimates did, as pages show it; a segment without predictions has figures of None.

    Median ratio and COD leave extreme outliers out, as IAAO does; coverage leaves nothing out.
    """
    if not told:
        return Record(segment, 0, None, None, None, None, None)
    kept = ratios.without_outliers([one.range.median for one in told], [one.actual for one in told])
    measured = ratios.measures(*kept)
    shares = [one.share for one in coverage(told)]
    return Record(segment, len(told), measured["median_ratio"], measured["cod"], *shares)


def gates(
    found: Calibration,
    measured: ratios.RatioStudy,
    *,
    unbiased_prb: float | None,
    median_band: Collection[float],
    prb_band: Collection[float],
) -> dict[str, bool | None]:
    """Which gates of VALUATION 2.10 hold: coverage at 50, 80 and 90 %, the median ratio, PRB. None: cannot be told.

    `prb` against the band for houses; `prb_of_patents` holds where the PRB of errors as large but without bias
    (`unbiased_prb`, of ratios.baseline) lies within the interval of the PRB that was found.
    """
    median, prb = measured.value("median_ratio"), measured.value("prb")
    low, high = next((one.low, one.high) for one in measured.measures if one.name == "prb")
    is_usual = None if low is None or high is None or unbiased_prb is None else low <= unbiased_prb <= high
    return {
        **{f"coverage_{round(one.nominal * 100)}": one.is_kept for one in found.coverage},
        "median_ratio": None if median is None else min(median_band) <= median <= max(median_band),
        "prb": None if prb is None else min(prb_band) <= prb <= max(prb_band),
        "prb_of_patents": is_usual,
    }


def _logs(told: Sequence[Predicted]) -> tuple[Floats, Floats]:
    """ln of the prices (deals,) and of their seven quantiles (deals × 7)."""
    if not told:
        raise Refused("valuation.no_predictions")
    for one in told:
        guards.positive(one.actual, "actual")
        guards.positive(one.range.p5, "p5")
    names = ("p5", "p10", "p25", "median", "p75", "p90", "p95")
    rows = [[getattr(one.range, name) for name in names] for one in told]
    return np.log([one.actual for one in told]), np.log(np.array(rows, dtype=np.float64))


def _pinball(actual: Floats, quantiles: Floats, levels: Floats) -> Floats:
    """deals × levels: the loss of each quantile, τ·(y − q) above it and (1 − τ)·(q − y) below (Koenker & Bassett)."""
    over = actual[:, None] - quantiles
    return np.maximum(levels[None, :] * over, (levels[None, :] - 1) * over)


def _interpolated(quantiles: Floats, marks: Floats) -> Floats:
    """deals × marks: the quantile at each normal mark, straight in the mark between levels and on beyond the ends."""
    known = special.ndtri(np.array(LEVELS))
    piece = np.clip(np.searchsorted(known, marks) - 1, 0, len(known) - 2)
    slope = np.diff(quantiles, axis=1)[:, piece] / np.diff(known)[piece]
    found: Floats = quantiles[:, piece] + slope * (marks - known[piece])[None, :]
    return found
