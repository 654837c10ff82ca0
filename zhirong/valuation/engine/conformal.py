"""Ranges with a coverage that deals have tested: normalised split conformal, by kind of right, latest deals first.

A score is (ln p − μ)/s of a deal that the model had not seen. With n scores and one new deal exchangeable with them,
the ⌈(n+1)(1−α)⌉-th smallest |score| covers with probability ≥ 1−α (Vovk, Gammerman & Shafer 2005; Lei et al. 2018;
VALUATION 2.2). By kind where a kind has enough scores (Mondrian), else pooled. Old scores may weigh less (Barber et
al. 2023). Where the rank is beyond n nothing is proven: the range falls back to a wide prior and says so.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from statistics import NormalDist
from typing import Any

import numpy as np

from zhirong.base.refused import Refused
from zhirong.valuation.engine import guards
from zhirong.valuation.engine.result import LEVELS, Note, Quantiles, plain

# Ranks are compared after float products such as 0.9 · 20: what lies so near a whole number is that number.
NEAR = 1e-9
# A price beyond exp(±700) is no number of any currency.
MOST_LOG = 700.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How scores become ranges (parameters/market.yaml). `fallback_sd`: log s.d. where nothing is tested.

    `half_life_days` None: every score weighs the same.
    """

    least_of_kind: int
    most_scores: int
    half_life_days: float | None
    fallback_sd: float


@dataclass(frozen=True, slots=True)
class Score:
    """How far a deal lay from its prediction, in scales: (ln p − μ)/s, signed."""

    on: date
    kind: str
    score: float


@dataclass(frozen=True, slots=True)
class Cell:
    """The rising scores of one kind ("": of all) and their weights; the new deal weighs 1."""

    kind: str
    scores: tuple[float, ...]
    weights: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranges:
    """Calibrated cells. A kind in `failing` missed its coverage: its ranges are the wider of its own and all's."""

    pooled: Cell
    kinds: tuple[Cell, ...]
    failing: tuple[str, ...]
    fallback_sd: float

    def as_json(self) -> dict[str, Any]:
        """Plain values, from which `from_json` makes the same ranges."""
        found: dict[str, Any] = plain(asdict(self))
        return found

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Ranges:
        """What `as_json` told."""
        cells = [
            Cell(one["kind"], tuple(one["scores"]), tuple(one["weights"])) for one in (said["pooled"], *said["kinds"])
        ]
        failing, fallback = tuple(said["failing"]), said["fallback_sd"]
        return cls(pooled=cells[0], kinds=tuple(cells[1:]), failing=failing, fallback_sd=fallback)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranged:
    """A range of money and what stands behind its width: tested (its kind's deals), pooled (all deals), untested."""

    range: Quantiles
    basis: str
    deals: int
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Interval:
    """ln of both ends of a symmetric interval, and its basis."""

    low: float
    high: float
    basis: str


def score(price: float, *, mu: float, log_scale: float) -> float:
    """The signed distance of a price from its prediction in scales."""
    return (math.log(guards.positive(price, "price")) - mu) / math.exp(log_scale)


def calibrate(scores: Sequence[Score], *, under: Rules, failing: Collection[str] = ()) -> Ranges:
    """Cells from the latest scores: all of them, and each kind that has enough. None at all is allowed: untested."""
    for one in scores:
        guards.finite(one.score, "score")
    latest = sorted(scores, key=lambda one: (one.on, one.kind, one.score))[-under.most_scores :]
    counts = Counter(one.kind for one in latest)
    kinds = sorted(kind for kind, count in counts.items() if kind and count >= under.least_of_kind)
    return Ranges(
        pooled=_cell("", latest, under),
        kinds=tuple(_cell(kind, [one for one in latest if one.kind == kind], under) for kind in kinds),
        failing=tuple(sorted(failing)),
        fallback_sd=guards.positive(under.fallback_sd, "fallback_sd"),
    )


def interval(ranges: Ranges, kind: str, *, mu: float, log_scale: float, nominal: float) -> Interval:
    """The symmetric range that covers with probability `nominal` (0 to 1, both out): μ ± q·s, q of the |scores|."""
    guards.within(nominal, "nominal", least=NEAR, most=1 - NEAR)
    cell, basis, others = _cells_for(ranges, kind)
    scale = math.exp(guards.finite(log_scale, "log_scale"))
    reach = max(_rank(*_sizes(one), nominal) for one in (cell, *others))
    half = reach * scale
    if math.isinf(reach):
        basis = "untested"
        furthest = max((abs(one) for one in cell.scores), default=0.0) * scale
        half = max(furthest, NormalDist().inv_cdf((1 + nominal) / 2) * max(ranges.fallback_sd, scale))
    return Interval(mu - half, mu + half, basis)


def quantiles(ranges: Ranges, kind: str, *, mu: float, log_scale: float) -> Ranged:
    """Seven quantiles and the mean of the price, from signed scores (below and above apart), in the unit of exp μ."""
    cell, basis, others = _cells_for(ranges, kind)
    scale = math.exp(guards.finite(log_scale, "log_scale"))
    offsets = []
    for level in LEVELS:
        found = [_offset(one, level) for one in (cell, *others)]
        # Widened: below the median the lowest, above it the highest; the median stays the kind's own.
        offset = found[0] if level == 0.5 else min(found) if level < 0.5 else max(found)
        if math.isinf(offset):
            basis = "untested"
        offsets.append(_finite_offset(offset, level, cell, fallback_sd=ranges.fallback_sd, scale=scale))
    logs = [guards.finite(mu, "mu") + offset for offset in offsets]
    mean = mu + _log_mean(cell, scale=scale, fallback_sd=ranges.fallback_sd)
    notes = _notes(cell, kind, basis, is_widened=bool(others))
    found_range = Quantiles.of([amount(one) for one in logs], amount(mean))
    return Ranged(range=found_range, basis=basis, deals=len(cell.scores), notes=notes)


def amount(log: float) -> float:
    """The amount of a log; what no number of money can hold is refused."""
    if not abs(log) <= MOST_LOG:
        raise Refused("valuation.not_finite", name="range")
    return math.exp(log)


def _cells_for(ranges: Ranges, kind: str) -> tuple[Cell, str, tuple[Cell, ...]]:
    """The cell that speaks for a kind, its basis, and the cells that may only widen it."""
    own = next((one for one in ranges.kinds if one.kind == kind), None)
    if own is None:
        return ranges.pooled, "pooled", ()
    if kind in ranges.failing:
        return own, "pooled", (ranges.pooled,)
    return own, "tested", ()


def _cell(kind: str, scores: Sequence[Score], under: Rules) -> Cell:
    rising = sorted(scores, key=lambda one: one.score)
    last = max((one.on for one in scores), default=date.min)
    half_life = under.half_life_days
    weights = [1.0 if half_life is None else 2.0 ** (-(last - one.on).days / half_life) for one in rising]
    return Cell(kind, tuple(one.score for one in rising), tuple(weights))


def _sizes(cell: Cell) -> tuple[list[float], list[float]]:
    """|scores| in rising order with their weights."""
    pairs = sorted(zip((abs(one) for one in cell.scores), cell.weights, strict=True))
    return [size for size, _ in pairs], [weight for _, weight in pairs]


def _rank(rising: Sequence[float], weights: Sequence[float], level: float) -> float:
    """The smallest score that has `level` of all weight, the new deal's 1 included, at or below it; else infinite.

    With weights of 1 it is the ⌈(n+1)·level⌉-th smallest.
    """
    gathered = np.cumsum(weights) if len(weights) else np.zeros(0)
    needed = level * ((float(gathered[-1]) if len(gathered) else 0.0) + 1.0) - NEAR
    place = int(np.searchsorted(gathered, needed))
    return rising[place] if place < len(rising) else math.inf


def _offset(cell: Cell, level: float) -> float:
    """The signed score at a level: from above over the median, mirrored below it, the middle of both at it."""
    above = _rank(cell.scores, cell.weights, max(level, 1 - level))
    mirrored = [-one for one in reversed(cell.scores)]
    below = -_rank(mirrored, cell.weights[::-1], max(level, 1 - level))
    if level == 0.5:
        return 0.0 if math.isinf(above) else (above + below) / 2
    return above if level > 0.5 else below


def _finite_offset(offset: float, level: float, cell: Cell, *, fallback_sd: float, scale: float) -> float:
    """The move of ln p at a level; where no rank reaches it, the wide prior, and never nearer than a score seen."""
    if not math.isinf(offset):
        return offset * scale
    wide = NormalDist().inv_cdf(level) * max(fallback_sd, scale)
    if not cell.scores:
        return wide
    return max(wide, cell.scores[-1] * scale) if level > 0.5 else min(wide, cell.scores[0] * scale)


def _log_mean(cell: Cell, *, scale: float, fallback_sd: float) -> float:
    """ln of the mean of exp(error), weighted over the scores (Duan 1983); of a lognormal where there are none."""
    if not cell.scores:
        return max(fallback_sd, scale) ** 2 / 2
    logs = np.array(cell.scores) * scale
    top = float(logs.max())
    return top + math.log(float(np.average(np.exp(logs - top), weights=cell.weights)))


def _notes(cell: Cell, kind: str, basis: str, *, is_widened: bool) -> tuple[Note, ...]:
    if basis == "untested":
        return (Note("market.range_untested", {"deals": len(cell.scores)}),)
    if is_widened:
        return (Note("market.range_widened", {"kind": kind}),)
    if basis == "pooled":
        return (Note("market.range_pooled", {"kind": kind, "deals": len(cell.scores)}),)
    return ()
