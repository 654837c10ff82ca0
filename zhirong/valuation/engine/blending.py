"""How the voices of many rights become one median and one spread each, in logs (VALUATION 2.8).

Weights are those of least variance, from what the back-test saw of each voice's errors; before there is one, from
what the voices say of themselves. A voice that speaks keeps a least share, so that an answer always counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from zhirong.valuation.engine import reconcile
from zhirong.valuation.engine.market_model import MarketModel
from zhirong.valuation.engine.ruling import Figures

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
VOICES = ("market", "income", "renewal")
MARKET, INCOME, RENEWAL = range(3)
# Rows are multiplied in blocks of one size: the last digits of a product may depend on how many rows it has.
BLOCK = 128


@dataclass(frozen=True, slots=True)
class Joined:
    """(n,) ln of the joint median and its log s.d., NaN where nobody speaks; (n, 3) weights, rows sum to 1 or 0."""

    log_median: Floats
    log_sd: Floats
    weights: Floats


@dataclass(frozen=True, slots=True)
class Told:
    """(n,) ln of the income's median after answers and its log s.d., both corrected by what deals tested."""

    log_median: Floats
    log_sd: Floats


@dataclass(frozen=True, slots=True)
class Tested:
    """Per right: (n, 3) the voices' tested bias and the stretch of their own s.d., (n, 3, 3) how errors go together."""

    bias: Floats
    stretch: Floats
    correlation: Floats


def tested(kinds: Sequence[str], model: MarketModel | None, under: Figures) -> Tested:
    """What the back-test says of the voices for each right; the voices' own word where there was none."""
    common = reconcile.common_correlation(len(VOICES), float(under.value("reconciling.common_correlation")))
    by_kind: dict[str, tuple[Floats, Floats, Floats]] = {}
    for kind in dict.fromkeys(kinds):
        found = None if model is None else model.errors_of(kind)
        if found is None:
            by_kind[kind] = (np.zeros(len(VOICES)), np.ones(len(VOICES)), common)
        else:
            by_kind[kind] = (np.array(found.bias), np.array(found.stretch), np.array(found.correlation))
    bias, stretch, correlation = zip(*(by_kind[kind] for kind in kinds), strict=True)
    return Tested(np.array(bias), np.array(stretch), np.array(correlation))


def corrected(medians: Floats, sds: Floats, seen: Tested) -> tuple[Floats, Floats]:
    """The voices (n, 3) as past deals would have them: without their bias, as unsure as they proved to be."""
    return medians - seen.bias, sds * seen.stretch


def informed(prior: tuple[Floats, Floats], told: tuple[Floats, Floats], *, bias: Floats, stretch: Floats) -> Told:
    """The income (n,) after answers, given the voice's median and s.d. without and with them, uncorrected.

    What the answers say is taken out of `told` in precisions (normal law) and joined with the corrected prior: past
    deals tested the prior, not the answer, so its bias does not touch the answer, nor does a stretch below one. Always
    surer than the corrected prior; without a prior the answers stand alone.
    """
    (mu, sd), (mu_told, sd_told) = prior, told
    wider = np.maximum(stretch, 1.0) ** 2
    precision = np.maximum(sd_told**-2 - sd**-2, 0.0) / wider
    whole = (sd * stretch) ** -2 + precision
    moved = (precision * bias + (mu_told - mu) * sd_told**-2 / wider) / whole
    alone = np.isnan(mu)
    return Told(
        np.where(alone, mu_told, mu - bias + moved),
        np.where(alone, sd_told * np.sqrt(wider), whole**-0.5),
    )


def heard(seen: Tested, voice: int, sds: Floats, *, before: Floats) -> Tested:
    """How errors go together once answers made a voice surer, from its corrected s.d. (n,) `before` and now.

    Voices err together because none knows what is peculiar to this right. An answer does: with the share k of it, the
    voice's error is (1 − k) times what it was plus k times the answer's own, which no other voice has. By the normal
    law (1 − k) is the ratio of the variances, so correlations fall as the s.d. does; of nothing before, none is left.
    """
    ratio = np.where(np.isnan(before), 0.0, np.divide(sds, before, out=np.ones_like(sds), where=before > 0))
    ratio = np.clip(np.where(np.isnan(ratio), 1.0, ratio), 0.0, 1.0)
    correlation = seen.correlation.copy()
    correlation[:, voice, :] *= ratio[:, None]
    correlation[:, :, voice] *= ratio[:, None]
    correlation[:, voice, voice] = 1.0
    return Tested(seen.bias, seen.stretch, correlation)


def join(medians: Floats, sds: Floats, seen: Tested, *, under: Figures) -> Joined:
    """The joint median and spread of n rights from (n, 3) corrected voices in logs, NaN where one is silent."""
    known = ~np.isnan(medians) & ~np.isnan(sds)
    least = float(under.value("estimate.least_share"))
    weights = _weights(np.where(known, sds, 1.0), known, seen.correlation, least=least)
    return joined(medians, sds, weights=weights, seen=seen)


def rejoined(before: Joined, medians: Floats, sds: Floats, *, seen: Tested, under: Figures) -> Joined:
    """The same after answers made a voice surer: with new weights where these are surer than the old, else the old.

    With the old weights alone a surer voice already makes the whole surer, so the spread never grows.
    """
    fresh = join(medians, sds, seen, under=under)
    known = ~np.isnan(medians) & ~np.isnan(sds)
    kept = joined(medians, sds, weights=before.weights, seen=seen)
    # A voice that was silent before and speaks now has no old weight.
    is_kept = (kept.log_sd < fresh.log_sd) & ~(known & (before.weights == 0)).any(axis=1)
    return Joined(
        np.where(is_kept, kept.log_median, fresh.log_median),
        np.where(is_kept, kept.log_sd, fresh.log_sd),
        np.where(is_kept[:, None], kept.weights, fresh.weights),
    )


def joined(medians: Floats, sds: Floats, *, weights: Floats, seen: Tested) -> Joined:
    """Median and spread at given weights; sums run voice by voice, in one order for any number of rights."""
    known = ~np.isnan(medians) & ~np.isnan(sds)
    held, spread = np.where(known, medians, 0.0), np.where(known, sds, 0.0)
    median, variance = np.zeros(len(medians)), np.zeros(len(medians))
    for one in range(len(VOICES)):
        median = median + weights[:, one] * held[:, one]
        for other in range(len(VOICES)):
            pull = weights[:, one] * spread[:, one] * weights[:, other] * spread[:, other]
            variance = variance + pull * seen.correlation[:, one, other]
    silent = ~known.any(axis=1)
    return Joined(np.where(silent, np.nan, median), np.where(silent, np.nan, np.sqrt(variance)), weights)


def _weights(sds: Floats, known: Flags, correlation: Floats, *, least: float) -> Floats:
    """Least-variance weights by group of rights with one correlation, each speaking voice with its least share."""
    found = np.zeros_like(sds)
    matrices, group = np.unique(correlation.reshape(len(correlation), -1), axis=0, return_inverse=True)
    group = group.reshape(-1)
    for place, matrix in enumerate(matrices):
        rows = np.flatnonzero(group == place)
        for start in range(0, len(rows), BLOCK):
            part = rows[start : start + BLOCK]
            filled = np.concatenate([part, np.full(BLOCK - len(part), part[0])])
            best, _ = reconcile.least_variance(sds[filled], known[filled], matrix.reshape(3, 3))
            found[part] = best[: len(part)]
    heard = known.sum(axis=1, keepdims=True)
    return np.where(known, least + (1.0 - least * heard) * found, 0.0)
