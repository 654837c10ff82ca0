"""The value of many rights together: what they share falls together, so the sum is less safe than it looks.

ln V_i = m_i + s_i(√ρ_f F_field + √ρ_0 F_0 + √(1−ρ_f−ρ_0) e_i). The sum is simulated; medians are never summed.
Source: VALUATION 2.8; the factor model is that of Vasicek 2002, the allocation of the tail that of Tasche 2002.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from zhirong.base.refused import Refused
from zhirong.valuation.engine import guards
from zhirong.valuation.engine.result import LEVELS, Quantiles

Floats = npt.NDArray[np.float64]
# Streams of random numbers by what they move: the common factor, fields, single rights. They never overlap.
COMMON, FIELDS, SINGLE = 0, 1, 2
MOST_RIGHTS = 100_000
MOST_PATHS = 1 << 17


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One right, family or blocking set: ln of its median, log s.d., field (None unknown), and the set it belongs to.

    Assets with the same `set_key` are one thing: they count once, as the one of largest mean.
    """

    key: str
    log_median: float
    log_sd: float
    field: int | None = None
    set_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One counted asset in the whole: its mean, its share of that of the whole, and its share of the worst tail."""

    key: str
    mean: float
    share: float
    tail_share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Portfolio:
    """The range of the sum and how concentrated it is. `dropped` are parts of a set that another part stands for."""

    range: Quantiles
    # Herfindahl sum of squared shares of the mean, and its inverse: as many equal rights would be as concentrated.
    herfindahl: float
    effective_number: float
    shares: tuple[Share, ...]
    dropped: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Correlation:
    """Shares of the log variance that rights have in common: within a field of technology, and all of them."""

    field: float
    common: float

    def __post_init__(self) -> None:
        guards.within(self.field, "field_correlation", least=0.0, most=1.0)
        guards.within(self.common, "common_correlation", least=0.0, most=1.0)
        guards.within(self.field + self.common, "correlation", least=0.0, most=1.0)


def whole(assets: Sequence[Asset], *, correlation: Correlation, paths: int, seed: int, tail: float) -> Portfolio:
    """The range of the sum of these assets, in the unit of money of their medians.

    `paths` draws, stratified (Latin hypercube, McKay, Beckman and Conover 1979) and the same for a seed wherever and
    in whatever chunks they are computed; `tail` is the share of worst paths whose proceeds are allocated. The mean is
    exact. Rights of unknown field share one field of their own: that errs to the safe side. Refuses an empty list
    and the same key twice.
    """
    guards.within(len(assets), "assets", least=1, most=MOST_RIGHTS)
    guards.within(paths, "paths", least=100, most=MOST_PATHS)
    worst = guards.within(tail, "tail", least=0.001, most=0.5)
    counted, dropped = once(assets)
    names = len({one.key for one in assets})
    if names != len(assets):
        raise Refused("valuation.uneven", name="assets", count=len(assets), wanted=names)
    # Money in units of the largest mean: no overflow, and the digits do not depend on the caller's unit.
    scale = max(_log_mean(one) for one in counted)
    means = np.array([math.exp(_log_mean(one) - scale) for one in counted])
    unit = math.exp(guards.within(scale, "ln_mean", least=-600.0, most=600.0))
    shared = _shared(counted, correlation=correlation, paths=paths, seed=seed)
    sizes = [math.exp(one.log_median - scale) for one in counted]

    def drawn(place: int) -> Floats:
        # Drawn anew for the tail, and the same: all rights on all paths would not fit in memory.
        return sizes[place] * _paths(counted[place], shared, seed=seed, correlation=correlation)

    total = np.zeros(paths)
    for place in range(len(counted)):
        total += drawn(place)
    quantiles = np.quantile(total, LEVELS)
    bad = total <= np.quantile(total, worst)
    left = np.array([drawn(place)[bad].mean() for place in range(len(counted))])
    shares, tails = means / means.sum(), left / left.sum()
    herfindahl = float((shares**2).sum())
    return Portfolio(
        range=Quantiles.of((quantiles * unit).tolist(), float(means.sum()) * unit),
        herfindahl=herfindahl,
        effective_number=1.0 / herfindahl,
        shares=tuple(
            Share(key=one.key, mean=float(mean) * unit, share=float(share), tail_share=float(end))
            for one, mean, share, end in zip(counted, means, shares, tails, strict=True)
        ),
        dropped=dropped,
    )


def once(assets: Sequence[Asset]) -> tuple[tuple[Asset, ...], tuple[str, ...]]:
    """The assets that count, and the keys of those that another of their set stands for.

    The members of a family protect one invention, those of a blocking set are worth something only together: the set
    is valued, not its parts. Where only parts are given, the largest stands for all and nothing is added to it.
    """
    best: dict[str, Asset] = {}
    for one in assets:
        held = best.get(one.set_key) if one.set_key is not None else None
        if one.set_key is not None and (held is None or _log_mean(one) > _log_mean(held)):
            best[one.set_key] = one
    counted = tuple(one for one in assets if one.set_key is None or best[one.set_key] is one)
    kept = {id(one) for one in counted}
    return counted, tuple(one.key for one in assets if id(one) not in kept)


def _log_mean(one: Asset) -> float:
    sd = guards.within(one.log_sd, "log_sd", least=0.0, most=10.0)
    return guards.within(one.log_median, "ln_median", least=-300.0, most=300.0) + 0.5 * sd * sd


def paths_for(assets: int) -> int:
    """How many paths so many assets are drawn on: more for few, as the work is the product; a power of two."""
    wanted = (1 << 21) // max(1, assets)
    return 1 << min(16, max(12, wanted.bit_length() - 1))


def _shared(counted: Sequence[Asset], *, correlation: Correlation, paths: int, seed: int) -> dict[int | None, Floats]:
    """What moves every asset of a field, by field: the common factor and the field's own, weighted."""
    common = math.sqrt(correlation.common) * stratified(paths, seed=seed, stream=(COMMON, 0))
    return {
        field: common
        + math.sqrt(correlation.field)
        * stratified(paths, seed=seed, stream=(FIELDS, 0 if field is None else 1 + field))
        for field in {one.field for one in counted}
    }


def _paths(one: Asset, shared: dict[int | None, Floats], *, seed: int, correlation: Correlation) -> Floats:
    """One asset's value on every path, with a median of 1."""
    together = shared[one.field]
    alone = math.sqrt(max(0.0, 1.0 - correlation.field - correlation.common))
    own = stratified(len(together), seed=seed, stream=own_stream(one.key)) if alone > 0 else 0.0
    return np.asarray(np.exp(one.log_sd * (together + alone * own)))


def own_stream(key: str) -> tuple[int, int]:
    """The stream of what moves one asset alone: by its key, so that it is drawn alike whatever else is beside it."""
    return SINGLE, int.from_bytes(hashlib.sha256(key.encode()).digest()[:16])


def stratified(paths: int, *, seed: int, stream: tuple[int, int]) -> Floats:
    """Standard normal draws (paths,), one from each equal slice of probability, in an order drawn from the seed."""
    draw = np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, *stream])))
    slices = draw.permutation(paths) + draw.uniform(1e-9, 1.0 - 1e-9, paths)
    return np.asarray(ndtri(slices / paths))


def of_money(key: str, median: float, *, log_sd: float, field: int | None, set_key: str | None) -> Asset:
    """An asset from its median in money (above zero)."""
    log_median = math.log(guards.positive(median, "median"))
    return Asset(key=key, log_median=log_median, log_sd=log_sd, field=field, set_key=set_key)
