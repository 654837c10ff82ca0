"""One range from several methods: each weighs by how far it was off on past deals, in logs.

ln V = sum of w_m ln V_m with w = Ω⁻¹1 / (1'Ω⁻¹1), Ω the covariance of the methods' log errors: the weights of least
variance (Bates and Granger 1969), here never negative. A method far from the others stands beside them; where the two
strongest contradict each other nothing is averaged, and the answer is as wide as both together.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from zhirong.valuation.engine import guards
from zhirong.valuation.engine.result import LEVELS, Quantiles

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
SCORES: Floats = ndtri(np.array(LEVELS))
# Every subset of the methods is tried for the weights: 2^8 small products, and no estimate has as many voices.
MOST_METHODS = 8
# Weights below this are rounding, not a voice.
NO_WEIGHT = 1e-12
# What a float can hold of money and of its square, far beyond any value of a right; and a spread that is one.
LOGS = (-300.0, 300.0)
SPREADS = (1e-6, 30.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """When methods contradict: medians more than `apart` times from each other, and who is heard in it.

    A method whose weight is under `least_weight` cannot contradict the others; it only stands beside them.
    """

    apart: float
    least_weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Blend:
    """What n rights with m methods each come to. Rows without any voice hold NaN and are False in `speaks`."""

    log_median: Floats  # (n,)
    # Of the blend; for a contradiction half the width of the union's 90 % range in standard scores.
    log_sd: Floats  # (n,)
    log_quantiles: Floats  # (n, 7) at result.LEVELS
    log_mean: Floats  # (n,)
    # (n, m) shares in the blend, rows sum to 1; in a contradiction the two that carry the union have a half each.
    weights: Floats
    speaks: Flags  # (n,)
    contradicts: Flags  # (n,)
    outlier: Flags  # (n, m) stands beside because its median is too far from the others'
    silent: Flags  # (n, m) said nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Errors:
    """How far m methods are off, in logs: `log_sd` (m,) and `correlation` (m, m) between their errors."""

    log_sd: Floats
    correlation: Floats


def common_correlation(methods: int, correlation: float) -> Floats:
    """The matrix in which every two methods' errors are alike by the same share, 0 to 0.99."""
    within = guards.within(correlation, "correlation", least=0.0, most=0.99)
    return np.full((methods, methods), within) + (1.0 - within) * np.eye(methods)


def shrunk(errors: npt.ArrayLike, *, own_sd: npt.ArrayLike, correlation: float, prior_deals: float) -> Errors:
    """Ω from back-test errors, drawn towards what the methods say of themselves while the deals are few.

    `errors` (k, m) are ln(estimate) − ln(price) of k past deals, NaN where a method was silent; k may be 0.
    `own_sd` (m,) are the methods' own log s.d., `correlation` the common one, both weighing as `prior_deals` deals.
    Errors count about zero, not about their mean: a method that is always too high is not sure. Correlations below
    zero are set to zero: that two methods' faults cancel is not to be hoped for. Linear shrinkage to a structured
    target as in Ledoit and Wolf 2004 ("Honey, I shrunk the sample covariance matrix"), with a fixed intensity.
    """
    prior = np.asarray(own_sd, dtype=np.float64)
    for one in prior:
        guards.within(float(one), "own_sd", least=SPREADS[0], most=SPREADS[1])
    weight = guards.positive(prior_deals, "prior_deals")
    target = common_correlation(prior.size, correlation)
    seen = np.asarray(errors, dtype=np.float64).reshape(-1, prior.size)
    known = ~np.isnan(seen)
    for end in (seen[known].min(), seen[known].max()) if known.any() else ():
        guards.within(float(end), "errors", least=LOGS[0], most=LOGS[1])
    filled = np.where(known, seen, 0.0)
    count = known.astype(np.float64).T @ known
    product = filled.T @ filled
    variance = (np.diag(product) + weight * prior**2) / (np.diag(count) + weight)
    # Where two spoke of the same deals: the product of their errors by the sizes of the errors on just these deals.
    size = (filled**2).T @ known
    scale = np.sqrt(size * size.T)
    alike = np.divide(product, scale, out=target.copy(), where=scale > 0)
    drawn = np.clip((count * alike + weight * target) / (count + weight), 0.0, 0.99)
    np.fill_diagonal(drawn, 1.0)
    return Errors(log_sd=np.sqrt(variance), correlation=_proper(drawn, target))


def blend(log_medians: npt.ArrayLike, log_sds: npt.ArrayLike, *, correlation: npt.ArrayLike, rules: Rules) -> Blend:
    """The blend of m methods for n rights at once.

    `log_medians` and `log_sds` are (n, m), NaN where a method is silent; `correlation` (m, m) has no negative entry
    (`common_correlation` or `shrunk`). Where all medians lie within `rules.apart`, a smaller s.d. of any method never
    widens the blend. Refuses s.d. that are not positive and numbers that are not finite.
    """
    medians, sds, known = _checked(log_medians, log_sds)
    matrix = np.asarray(correlation, dtype=np.float64)
    assert matrix.shape == (medians.shape[1],) * 2, "one correlation for every two methods"
    limit = math.log(guards.within(rules.apart, "apart", least=1.0, most=1e6))
    least = guards.within(rules.least_weight, "least_weight", least=0.0, most=1.0)
    stays = known.copy()
    weights, variance = least_variance(sds, stays, matrix)
    contradicts = np.zeros(len(medians), dtype=np.bool_)
    for _ in range(medians.shape[1]):
        strong = weights >= np.minimum(least, weights.max(axis=1, keepdims=True))
        strong &= weights > NO_WEIGHT
        contradicts |= _strongest_apart(medians, np.where(strong, weights, 0.0), limit)
        away = _furthest(medians, np.where(strong, weights, 0.0), stays=stays, limit=limit)
        rows = np.flatnonzero((away >= 0) & ~contradicts)
        if not rows.size:
            break
        stays[rows, away[rows]] = False
        weights[rows], variance[rows] = least_variance(sds[rows], stays[rows], matrix)
    blended = _normal(medians, weights, variance)
    fighting = _union(medians, sds, weights)
    chosen = [
        np.where(contradicts.reshape(-1, *[1] * (a.ndim - 1)), b, a) for a, b in zip(blended, fighting, strict=True)
    ]
    return Blend(
        log_median=chosen[0],
        log_sd=chosen[1],
        log_quantiles=chosen[2],
        log_mean=chosen[3],
        weights=chosen[4],
        speaks=np.asarray(known.any(axis=1)),
        contradicts=contradicts,
        outlier=known & ~stays & ~contradicts[:, None],
        silent=~known,
    )


def least_variance(sds: Floats, takes_part: Flags, correlation: Floats) -> tuple[Floats, Floats]:
    """Weights (n, m), none negative, of least variance, and that variance (n,); NaN where nobody takes part.

    Exact: the best of all subsets of methods whose free weights are positive. With Ω = D R D every subset needs one
    small inverse for all rights, as the weights are D⁻¹R⁻¹D⁻¹1.
    """
    precision = np.where(takes_part, 1.0 / np.where(takes_part, sds, 1.0), 0.0)
    best = np.zeros(len(sds))
    weights = np.zeros_like(precision)
    for count in range(1, sds.shape[1] + 1):
        for subset in itertools.combinations(range(sds.shape[1]), count):
            one = list(subset)
            inverse = np.linalg.inv(correlation[np.ix_(one, one)])
            # Not by BLAS: one right alone must have the very digits it has among many.
            pulled = sum(precision[:, [at]] * inverse[place] for place, at in enumerate(one))
            raw = precision[:, one] * pulled
            total = raw.sum(axis=1)
            # Larger by more than rounding: a method that adds nothing gets no weight.
            better = (raw > 0).all(axis=1) & (total > best * (1.0 + 1e-12))
            best = np.where(better, total, best)
            weights[better] = 0.0
            weights[np.ix_(better, one)] = raw[better] / total[better, None]
    return weights, np.divide(1.0, best, out=np.full_like(best, np.nan), where=best > 0)


def in_logs(found: Quantiles | None) -> tuple[float, float] | None:
    """A range as a voice: ln of its median and its log s.d., from the widest pair of quantiles that logs can hold.

    None where it cannot vote: no range, a median of zero, or no spread at all (a sum of costs is a floor, no voice).
    """
    if found is None or found.median <= 0:
        return None
    pairs = ((found.p5, found.p95, SCORES[6]), (found.p10, found.p90, SCORES[5]), (found.p25, found.p75, SCORES[4]))
    for low, high, score in pairs:
        if low > 0 and high > low:
            return math.log(found.median), math.log(high / low) / (2.0 * float(score))
    return None


def money(found: Blend, row: int) -> Quantiles | None:
    """The range of one right in its currency; None where no method spoke. Refuses what is too large for money."""
    if not found.speaks[row]:
        return None
    guards.within(float(found.log_mean[row]), "ln_mean", least=2 * LOGS[0], most=2 * LOGS[1])
    return Quantiles.of(np.exp(found.log_quantiles[row]).tolist(), math.exp(found.log_mean[row]))


def roles(found: Blend, row: int) -> tuple[str, ...]:
    """Each method's part in the answer of one right: voice, outlier, redundant, silent or, in a contradiction, unheard.

    Redundant: it says nothing that a surer, similar method does not say, so its weight is zero.
    """
    sounded = found.weights[row] > NO_WEIGHT
    return tuple("voice" if sounded[at] else _why_no_voice(found, row, at=at) for at in range(found.weights.shape[1]))


def _why_no_voice(found: Blend, row: int, *, at: int) -> str:
    if found.silent[row, at]:
        return "silent"
    if found.outlier[row, at]:
        return "outlier"
    return "unheard" if found.contradicts[row] else "redundant"


def _checked(log_medians: npt.ArrayLike, log_sds: npt.ArrayLike) -> tuple[Floats, Floats, Flags]:
    medians = np.atleast_2d(np.asarray(log_medians, dtype=np.float64))
    sds = np.atleast_2d(np.asarray(log_sds, dtype=np.float64))
    assert medians.shape == sds.shape, "a median and an s.d. for every method of every right"
    guards.within(medians.shape[1], "methods", least=1, most=MOST_METHODS)
    known = ~np.isnan(medians)
    for name, values, (least, most) in (("ln_median", medians, LOGS), ("log_sd", sds, SPREADS)):
        for end in (values[known].min(), values[known].max()) if known.any() else ():
            guards.within(float(end), name, least=least, most=most)
    return np.where(known, medians, 0.0), np.where(known, sds, 1.0), known


def _proper(drawn: Floats, target: Floats) -> Floats:
    """Correlations of pairs seen on different deals may fit no joint law: then nearer to the common one."""
    for share in (0.0, 0.25, 0.5, 0.75):
        found = (1.0 - share) * drawn + share * target
        if np.linalg.eigvalsh(found)[0] > 1e-3:
            return found
    return target


def _strongest_apart(medians: Floats, strong: Floats, limit: float) -> Flags:
    """Whether the two of the largest weight, if two are heard, lie further apart than the limit."""
    if medians.shape[1] < 2:
        return np.zeros(len(medians), dtype=np.bool_)
    order = np.argsort(-strong, axis=1, kind="stable")[:, :2]
    first, second = np.take_along_axis(medians, order, axis=1).T
    heard = np.take_along_axis(strong, order, axis=1)[:, 1] > 0
    return np.asarray(heard & (np.abs(first - second) > limit))


def _furthest(medians: Floats, strong: Floats, *, stays: Flags, limit: float) -> npt.NDArray[np.int64]:
    """The method of each right that lies furthest beyond the limit from the blend of the others heard; -1 if none."""
    others = strong.sum(axis=1, keepdims=True) - strong
    pull = (strong * medians).sum(axis=1, keepdims=True) - strong * medians
    asked = stays & (others > NO_WEIGHT)
    centre = np.divide(pull, others, out=np.zeros_like(pull), where=asked)
    away: Floats = np.where(asked, np.abs(medians - centre), 0.0)
    worst = away.argmax(axis=1)
    return np.where(away.max(axis=1) > limit, worst, -1)


def _normal(medians: Floats, weights: Floats, variance: Floats) -> Sequence[Floats]:
    """Median, s.d., quantiles, mean and weights of a lognormal blend."""
    median = np.where(np.isnan(variance), np.nan, (weights * medians).sum(axis=1))
    sd = np.sqrt(variance)
    shares = np.where(np.isnan(variance)[:, None], 0.0, weights)
    return median, sd, median[:, None] + SCORES * sd[:, None], median + variance / 2.0, shares


def _union(medians: Floats, sds: Floats, weights: Floats) -> Sequence[Floats]:
    """As wide as the two strongest together: the lower of their low and the higher of their high quantiles.

    The median is that of their equal mixture (closed form: the point at the same score below one and above the
    other), and so is the mean. Nothing is narrowed by their both having spoken.
    """
    order = np.argsort(-weights, axis=1, kind="stable")[:, :2]
    centre = np.take_along_axis(medians, order, axis=1)
    spread = np.take_along_axis(sds, order, axis=1)
    each = centre[:, None, :] + SCORES[:, None] * spread[:, None, :]
    low, high = each.min(axis=2), each.max(axis=2)
    median = (centre / spread).sum(axis=1) / (1.0 / spread).sum(axis=1)
    quantiles = np.where(SCORES < 0, low, high)
    quantiles[:, LEVELS.index(0.50)] = median
    mean = np.logaddexp.reduce(centre + spread**2 / 2.0, axis=1) - math.log(centre.shape[1])
    sd = (quantiles[:, -1] - quantiles[:, 0]) / (2.0 * SCORES[-1])
    shares = np.zeros_like(weights)
    np.put_along_axis(shares, order, 0.5, axis=1)
    return median, sd, quantiles, mean, shares
