"""Income paths (收益路径): what many rights are drawn from, the tables of shocks they share, and the exact mean.

The model of one right (VALUATION 2.3): its income of a year moves as a geometric Brownian motion, a royalty rate is
drawn from a triangle, a discount rate from a normal law cut at both ends, and the right lives on with probability
1 - hazard each year. Value = base × royalty × (1 - tax) × sum over years t of
growth_t × (1 - hazard)^t × (1 + discount)^-t; with income in mid-year, times (1 + discount)^(1/2).
The hazard enters as an expectation: a range here says how far income, royalty and discount may lie, not whether the
right dies. The last year of a life that is no whole number counts by its fraction.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from zhirong.base.deferred import Deferred
from zhirong.base.refused import Refused
from zhirong.valuation.engine import guards

if TYPE_CHECKING:
    from scipy.stats import qmc
else:
    # Only who makes tables waits for it.
    qmc = Deferred("scipy.stats.qmc")

Floats = NDArray[np.float64]

# Bounds of the machine, not of any market: float32 holds the shocks of these without loss.
MOST_YEARS, MOST_VOLATILITY, MOST_PATHS = 50, 1.0, 1 << 17
MOST_DRIFT, MOST_DISCOUNT, MOST_SPREAD, MOST_CUT = 0.5, 2.0, 0.2, 4.0
# Numbers so near to 0 and 1 have no use as draws.
NEAREST = 1e-9
NODES = 24


class Setup(NamedTuple):
    """All that the shared tables are made from; plain values, so that any process makes the same tables.

    `volatilities`: yearly log standard deviation of each class. `years`: the longest life. `spread`: standard
    deviation of the discount rate about each right's own; `cut`: at how many of them it is cut off. `is_mid_year`:
    income comes in the middle of a year, else at its end.
    """

    volatilities: tuple[float, ...]
    years: int = 20
    paths: int = 10_000
    spread: float = 0.02
    cut: float = 2.0
    seed: int = 0
    is_mid_year: bool = False


class Batch(NamedTuple):
    """Rights as arrays of one length n.

    `base`: income of the year before the value date, in any unit of money. `drift`: its yearly log drift.
    `volatility`: the place of its class in `Setup.volatilities`. `life`: years, fractions allowed. `hazard`: yearly
    probability to end early. `discount`: mean yearly rate. `low`, `mode`, `high`: royalty rates. `tax`: rate.
    """

    base: Floats
    drift: Floats
    volatility: NDArray[np.int64]
    life: Floats
    hazard: Floats
    discount: Floats
    low: Floats
    mode: Floats
    high: Floats
    tax: Floats

    def part(self, start: int, stop: int) -> Batch:
        """The rights from `start` up to `stop`."""
        return Batch._make(column[start:stop] for column in self)


class Tables(NamedTuple):
    """What all rights share. `shocks` [classes, years, paths]: factors of mean one on the base income.

    `royalty` [3, paths]: a uniform draw u, √u and √(1 - u). `rate` [paths]: what is added to each discount rate.
    `node_rate`, `node_weight`: the same law as a quadrature, for exact means.
    """

    shocks: NDArray[np.float32]
    royalty: NDArray[np.float32]
    rate: NDArray[np.float32]
    node_rate: Floats
    node_weight: Floats
    is_mid_year: bool


def batch(**columns: Sequence[float] | NDArray[Any]) -> Batch:
    """A batch from columns by the names of `Batch`; every number checked once, here.

    Refused where a column has another length, a number is not finite or outside its band, or the triangle is none.
    """
    assert set(columns) == set(Batch._fields), "every column of a batch, and no other"
    kinds: dict[str, type[Any]] = {"volatility": np.int64}
    made = Batch._make(np.ascontiguousarray(columns[name], kinds.get(name, np.float64)) for name in Batch._fields)
    if len({column.shape for column in made}) != 1 or made.base.ndim != 1:
        raise Refused("valuation.lengths_differ", names=list(Batch._fields))
    for name, (least, most) in BANDS.items():
        _all_within(getattr(made, name), name, least=least, most=most)
    if np.any((made.low > made.mode) | (made.mode > made.high)):
        at = int(np.argmax((made.low > made.mode) | (made.mode > made.high)))
        raise Refused(
            "valuation.no_triangle", low=made.low[at].item(), mode=made.mode[at].item(), high=made.high[at].item()
        )
    return made


BANDS = {
    "base": (0.0, 1e18),
    "drift": (-MOST_DRIFT, MOST_DRIFT),
    "volatility": (0, 255),
    "life": (0.0, MOST_YEARS),
    "hazard": (0.0, 1.0),
    "discount": (0.0, MOST_DISCOUNT),
    "low": (0.0, 1.0),
    "mode": (0.0, 1.0),
    "high": (0.0, 1.0),
    "tax": (0.0, 0.9),
}


def fits(given: Batch, shared: Tables) -> None:
    """Refused where a right lives longer than the tables, or its class is none of them."""
    classes, years, _ = shared.shocks.shape
    _all_within(given.life, "life", least=0, most=years)
    _all_within(given.volatility, "volatility", least=0, most=classes - 1)


def _all_within(values: NDArray[Any], name: str, *, least: float, most: float) -> None:
    """The first number that is not finite or outside its band is refused by `guards.within`."""
    wrong = ~((values >= least) & (values <= most))
    if np.any(wrong):
        guards.within(values[int(np.argmax(wrong))].item(), name, least=least, most=most)


@lru_cache(maxsize=4)
def tables(setup: Setup) -> Tables:
    """The shared tables of a set-up; the same digits in any process of one machine.

    Scrambled Sobol points (Owen 1998) in the order in which the value feels them: the first principal component of
    the Brownian path, the royalty, the discount, then the other components (Acworth, Broadie, Glasserman 1998).
    """
    _checked(setup)
    sampler = qmc.Sobol(setup.years + 2, scramble=True, rng=np.random.default_rng(setup.seed))
    points = sampler.random_base2(max(1, math.ceil(math.log2(setup.paths))))[: setup.paths]
    points = np.clip(points, NEAREST, 1 - NEAREST)
    brownian = _brownian(ndtri(points[:, [0, *range(3, setup.years + 2)]]))
    at = np.arange(1, setup.years + 1)[:, None]
    shocks = np.empty((len(setup.volatilities), setup.years, setup.paths), np.float32)
    for place, sigma in enumerate(setup.volatilities):
        shocks[place] = np.exp(sigma * brownian - 0.5 * sigma**2 * at)
    uniform = points[:, 1]
    lower = ndtr(-setup.cut)
    rate = setup.spread * ndtri(lower + points[:, 2] * (1 - 2 * lower))
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    density = weights * np.exp(-0.5 * (nodes * setup.cut) ** 2)
    return Tables(
        shocks=shocks,
        royalty=np.ascontiguousarray([uniform, np.sqrt(uniform), np.sqrt(1 - uniform)], np.float32),
        rate=np.ascontiguousarray(rate, np.float32),
        node_rate=setup.spread * setup.cut * nodes,
        node_weight=density / density.sum(),
        is_mid_year=setup.is_mid_year,
    )


def _checked(setup: Setup) -> None:
    if not setup.volatilities or len(setup.volatilities) > 256:
        raise Refused("valuation.outside_band", name="volatilities", value=len(setup.volatilities), least=1, most=256)
    for sigma in setup.volatilities:
        guards.within(sigma, "volatility", least=0, most=MOST_VOLATILITY)
    guards.within(setup.years, "years", least=1, most=MOST_YEARS)
    guards.within(setup.paths, "paths", least=100, most=MOST_PATHS)
    guards.within(setup.spread, "spread", least=0, most=MOST_SPREAD)
    guards.within(setup.cut, "cut", least=0.5, most=MOST_CUT)
    guards.within(setup.seed, "seed", least=0, most=2**63 - 1)


def _brownian(normals: Floats) -> Floats:
    """Brownian motion at years 1 to n from n normals a path, the principal components first; [n, paths].

    Eigenvectors and eigenvalues of min(s, t) in closed form (Åkesson, Lehoczky 1998), so that no library of linear
    algebra decides about a sign.
    """
    n = normals.shape[1]
    odd = 2 * np.arange(1, n + 1) - 1
    scale = 1 / (2 * np.sin(odd * math.pi / (2 * (2 * n + 1))))
    vectors = 2 / math.sqrt(2 * n + 1) * np.sin(np.outer(np.arange(1, n + 1), odd) * math.pi / (2 * n + 1))
    # Not by BLAS, whose digits may depend on its number of threads.
    walked: Floats = np.einsum("tk,pk->tp", vectors * scale, normals)
    return walked
