"""Citations of the young and the old made comparable: what a right will have been cited over its whole life."""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import special

from zhirong.base.deferred import Deferred
from zhirong.base.refused import Refused
from zhirong.valuation.engine import guards

if TYPE_CHECKING:
    from scipy import optimize
else:
    # Only who fits waits for it.
    optimize = Deferred("scipy.optimize")

Numbers = NDArray[np.float64]
Group = TypeVar("Group", bound=Hashable)
# Beyond this shape the spread between rights is below one percent of the mean: the counts show no difference.
MOST_SHAPE = 1e4
LEAST_SHAPE = 1e-3
LEAST_COUNTS = 2
MOST_CITATIONS = 1e9


@dataclass(frozen=True, slots=True)
class Prior:
    """How lifetime citations spread over the rights of a field and an office: Gamma with shape `a` and rate `b`."""

    a: float
    b: float

    def __post_init__(self) -> None:
        guards.positive(self.a, "prior.a")
        guards.positive(self.b, "prior.b")

    @property
    def mean(self) -> float:
        """Lifetime citations of a right of which nothing is known."""
        return self.a / self.b


@dataclass(frozen=True, slots=True)
class Posterior:
    """Lifetime citations of one right: the mean, the median and the ends of the credible interval of `level`."""

    mean: float
    median: float
    low: float
    high: float
    level: float
    # F(L): the share of a lifetime's citations that has had time to come.
    exposure: float


@dataclass(frozen=True, slots=True)
class Fit:
    """A prior by maximum likelihood, from how many rights, and whether these were too few for one of their own."""

    prior: Prior
    log_likelihood: float
    rights: int
    is_pooled: bool = False
    # The counts spread no wider than chance: the shape stands at its bound.
    is_even: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Citations:
    """Forward citations by who made them; each stands in one place only. None is unknown."""

    by_others: int | None = None
    by_owner: int | None = None
    by_examiner: int | None = None

    def known(self) -> dict[str, int]:
        """The counts that are known, by source."""
        counts = {"others": self.by_others, "owner": self.by_owner, "examiner": self.by_examiner}
        return {source: count for source, count in counts.items() if count is not None}


def cumulative_share(lag_shares: Sequence[float], years: float) -> float:
    """F(L): the share of a lifetime's citations that comes in the first `years` after publication.

    `lag_shares` are the shares of the first, second, … year, zero or more, together at most 1; within a year they
    come evenly. Hall, Jaffe & Trajtenberg (2001), NBER 8498: the quasi-structural lag distribution of a field.
    """
    guards.not_negative(years, "years")
    shares = [guards.within(one, "lag_shares", least=0.0, most=1.0) for one in lag_shares]
    guards.within(sum(shares), "lag_shares.sum", least=1e-9, most=1.0 + 1e-9)
    ends = [0.0, *itertools.accumulate(shares)]
    return float(min(1.0, np.interp(years, np.arange(len(ends)), ends)))


def lag_curve(rise: float, decay: float, *, years: int) -> tuple[float, ...]:
    """Yearly shares of the double exponential (1 − e^(−rise·t))·e^(−decay·t), integrated exactly, summing to 1.

    Caballero & Jaffe (1993): knowledge spreads at `rise` and is replaced at `decay`, both a year.
    """
    guards.positive(rise, "rise")
    guards.positive(decay, "decay")
    guards.within(years, "years", least=1, most=100)
    at = np.arange(years + 1, dtype=np.float64)
    total = -np.expm1(-decay * at) / decay + np.expm1(-(rise + decay) * at) / (rise + decay)
    if not total[-1] > 0:
        raise Refused("valuation.not_positive", name="lag_curve", value=float(total[-1]))
    return tuple(float(one) for one in np.diff(total) / total[-1])


def posterior(prior: Prior, citations: int, exposure: float, *, level: float = 0.90) -> Posterior:
    """Lifetime citations from what has come so far: E[λ|c, L] = (a + c)/(b + F(L)).

    Poisson counts over an exposure F in [0, 1] with a Gamma prior; a young right leans on its field and does not
    explode as c/F does.
    """
    count = guards.within(citations, "citations", least=0.0, most=MOST_CITATIONS)
    share = guards.within(exposure, "exposure", least=0.0, most=1.0)
    guards.within(level, "level", least=0.01, most=0.999)
    shape, rate = prior.a + count, prior.b + share
    low, median, high = special.gammaincinv(shape, [(1 - level) / 2, 0.5, (1 + level) / 2]) / rate
    found = Posterior(shape / rate, float(median), float(low), float(high), level, share)
    for name in ("mean", "median", "low", "high"):
        guards.finite(getattr(found, name), name)
    return found


def by_source(
    priors: Mapping[str, Prior], citations: Citations, exposure: float, *, level: float = 0.90
) -> dict[str, Posterior]:
    """Citations by others, by the owner and by examiners, each corrected by its own prior and never added up.

    A source without a prior or without a count stays out.
    """
    return {
        source: posterior(priors[source], count, exposure, level=level)
        for source, count in citations.known().items()
        if source in priors
    }


def fit(counts: Sequence[int], exposures: Sequence[float]) -> Fit:
    """(a, b) by the negative binomial likelihood: c_i ~ Poisson(λ_i·F_i), λ_i ~ Gamma(a, b).

    `counts` (n,) citations so far and `exposures` (n,) F(L) in (0, 1], or 1 for plain counts. Refused where nothing
    was cited at all. Bliss & Fisher (1953); Efron & Hastie (2016), section 6.1.
    """
    c, share = _observed(counts, exposures)
    start = np.log([c.sum() / share.sum(), 1.0])
    least, most = np.log(LEAST_SHAPE), np.log(MOST_SHAPE)
    found = optimize.minimize(
        _loss,
        start,
        args=(c, share),
        jac=True,
        method="L-BFGS-B",
        bounds=[(start[0] - 20.0, start[0] + 20.0), (least, most)],
        options={"ftol": 1e-15, "gtol": 1e-10, "maxiter": 500},
    )
    mean, a = (float(one) for one in np.exp(found.x))
    likelihood = -float(found.fun) * c.size - float(special.gammaln(c + 1).sum())
    return Fit(Prior(a, a / mean), likelihood, c.size, is_even=bool(found.x[1] > most - 1e-6))


def fit_groups(observed: Mapping[Group, tuple[Sequence[int], Sequence[float]]], *, least: int) -> dict[Group, Fit]:
    """A fit for each field and office; where fewer than `least` rights stand, or none was cited, that of all."""
    everyone = [list(itertools.chain.from_iterable(part)) for part in zip(*observed.values(), strict=True)]
    if not everyone:
        raise Refused("valuation.too_few", name="counts", count=0, least=LEAST_COUNTS)
    pooled = fit([int(one) for one in everyone[0]], everyone[1])
    shared = Fit(pooled.prior, pooled.log_likelihood, pooled.rights, is_pooled=True, is_even=pooled.is_even)
    return {
        group: fit(counts, exposures) if len(counts) >= max(least, LEAST_COUNTS) and any(counts) else shared
        for group, (counts, exposures) in observed.items()
    }


def _observed(counts: Sequence[int], exposures: Sequence[float]) -> tuple[Numbers, Numbers]:
    if len(counts) != len(exposures):
        raise Refused("valuation.uneven_lists", first="counts", second="exposures")
    if len(counts) < LEAST_COUNTS:
        raise Refused("valuation.too_few", name="counts", count=len(counts), least=LEAST_COUNTS)
    c = np.array([guards.within(one, "counts", least=0.0, most=MOST_CITATIONS) for one in counts])
    share = np.array([guards.within(one, "exposures", least=1e-6, most=1.0) for one in exposures])
    guards.positive(float(c.sum()), "counts.sum")
    return c, share


def _loss(at: Numbers, c: Numbers, share: Numbers) -> tuple[float, Numbers]:
    """The mean negative log likelihood without its constant, and its slope in (ln mean, ln a)."""
    mean, a = np.exp(at)
    b = a / mean
    ahead = np.log(b / (b + share))
    loss = special.gammaln(a) - special.gammaln(a + c) - a * ahead - c * np.log(share / (b + share))
    of_a = special.digamma(a) - special.digamma(a + c) - ahead
    of_b = (a + c) / (b + share) - a / b
    return float(loss.mean()), np.array([-b * of_b.mean(), a * of_a.mean() + b * of_b.mean()])
