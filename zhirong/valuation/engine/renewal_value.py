"""What the renewal option of one patent is worth, given that it was renewed until now (the posterior of its return).

The holder knows the return and renews while that pays; we know only that it was renewed. So the prior of the return is
carried year by year through the growth of the programme and cut at each threshold; the option is integrated over what
is left. Renewal data identify the low end of values; the top decile rests on the lognormal tail.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from zhirong.base.refused import Refused
from zhirong.valuation.engine import guards, renewal_programme
from zhirong.valuation.engine.renewal_programme import Growth, LogGrid, Programme
from zhirong.valuation.engine.result import LEVELS, Quantiles

Floats = NDArray[np.float64]
STEP, MOST_NODES = 0.04, 6_001
# A probability below this is nothing but rounding.
LEAST = 1e-250
# A programme and its posteriors take up to half a megabyte; what is asked again soon is what a page asks for.
KEPT = 96
MOST_RIGHTS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Prior:
    """What is thought of a patent before anything is known: ln of its first year's return ~ N(log_mean, log_sd²)."""

    log_mean: float
    log_sd: float
    growth: Growth


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One patent as the renewal option reads it: `fees` by patent year from the year of grant `first`.

    It is in patent year `year`, of which the share `elapsed` is gone, and paid through `paid_through`: the year itself,
    a year before it (the fee is open and the choice still free) or a later one (those fees are sunk).
    """

    fees: tuple[float, ...]
    first: int
    year: int
    elapsed: float
    paid_through: int

    @property
    def last(self) -> int:
        """The last patent year."""
        return self.first + len(self.fees) - 1


@dataclass(frozen=True, slots=True)
class Posterior:
    """What is known of the return in the year `year`: masses on the nodes, the share of all grants that came so far."""

    year: int
    masses: Floats
    share: float


@dataclass(frozen=True, slots=True)
class Cell:
    """All patents of one schedule, year and payment: at seven quantiles of the return and, eighth, in the mean.

    `now` is this year's return, `ahead` the expected option of next year, undiscounted. Their sum, weighted by what is
    left of the year, is the value: it rises with the return, so its quantiles are exact. Shapes (8,).
    """

    now: Floats
    ahead: Floats
    step_discount: float
    # This year's fee is not paid: `now` is the option before it, whatever part of the year is gone.
    is_open: bool
    # Of all patents granted, those that came so far.
    share: float

    def value(self, elapsed: Floats) -> Floats:
        """Money at each share of the year that is gone, shape (rights, 8)."""
        if self.is_open:
            return np.tile(self.now, (len(elapsed), 1))
        left = 1.0 - elapsed[:, None]
        worth: Floats = left * self.now + self.step_discount**left * self.ahead
        return worth


def value(held: Held, prior: Prior) -> Quantiles:
    """The distribution of the option's value for one patent on the day, in the unit of the fees."""
    found = values([held], prior)[0]
    return Quantiles.of(found[:7].tolist(), float(found[7]))


def values(rights: Sequence[Held], prior: Prior) -> Floats:
    """The same for many patents of one prior: shape (rights, 8), the quantiles at LEVELS and the mean.

    Patents of the same schedule, year and payment share one programme and one posterior; each is solved once.
    """
    if len(rights) > MOST_RIGHTS:
        raise Refused("valuation.too_many_rights", most=MOST_RIGHTS)
    groups: dict[tuple[object, ...], list[int]] = {}
    for place, held in enumerate(rights):
        groups.setdefault((held.fees, held.first, held.year, held.paid_through), []).append(place)
    found = np.zeros((len(rights), len(LEVELS) + 1))
    for places in groups.values():
        elapsed = np.array([checked(rights[place]).elapsed for place in places])
        found[places] = cell(rights[places[0]], prior).value(elapsed)
    return found


def cell(held: Held, prior: Prior) -> Cell:
    """The table that all patents like this one share; `elapsed` does not enter."""
    return _cell(replace(checked(held), elapsed=0.0), checked_prior(prior))


@lru_cache(maxsize=4 * KEPT)
def _cell(held: Held, prior: Prior) -> Cell:
    known = posterior(held, prior)
    programme = ahead_of(held, prior)
    place, is_open = held.year - held.first, held.paid_through < held.year
    points = quantiles(known, programme.grid)
    now = programme.value[place] if is_open else programme.grid.returns()
    ahead = np.zeros_like(now) if is_open else programme.ahead[place]
    return Cell(
        now=np.append(renewal_programme.along(programme.grid, now, points), known.masses @ now),
        ahead=np.append(renewal_programme.along(programme.grid, ahead, points), known.masses @ ahead),
        step_discount=programme.growth.step_discount,
        is_open=is_open,
        share=known.share,
    )


def posterior(held: Held, prior: Prior) -> Posterior:
    """The return of the year in which the patent is, given every renewal up to `paid_through` (or that year)."""
    rows = _filtered(held.fees, held.first, prior)
    seen = min(held.paid_through, held.year)
    found = rows[seen - held.first]
    grid = _grid(held.fees, prior)
    kernel = renewal_programme.weights(prior.growth, grid.step)
    masses = found.masses
    for _ in range(seen, held.year):
        masses = _grown(masses, kernel)
    return Posterior(held.year, masses, found.share)


def quantiles(known: Posterior, grid: LogGrid) -> Floats:
    """The return at LEVELS, shape (7,): the masses spread evenly over the logarithm around each node."""
    ends = grid.returns() * np.exp(grid.step / 2)
    risen = np.cumsum(known.masses)
    keep = np.flatnonzero(known.masses > 0)
    low = max(int(keep[0]) - 1, 0)
    at = np.interp(np.array(LEVELS), risen[low:] / risen[-1], np.log(ends[low:]))
    found: Floats = np.exp(at)
    return found


def top_tenth_share(held: Held, prior: Prior) -> float:
    """The share of the mean that the best tenth of such patents brings: what rests on the tail of the prior."""
    known, programme = posterior(checked(held), checked_prior(prior)), ahead_of(held, prior)
    place, left = held.year - held.first, 1.0 - held.elapsed
    if held.paid_through < held.year:
        worth = programme.value[place]
    else:
        ahead = programme.growth.step_discount**left * programme.ahead[place]
        worth = left * programme.grid.returns() + ahead
    # Returns rise along the nodes, and the value with them; the node at the ninth tenth counts by its part above.
    above = np.minimum(known.masses, np.maximum(np.cumsum(known.masses) - 0.9, 0.0))
    whole = float(known.masses @ worth)
    return float(above @ worth) / whole if whole > 0 else 0.0


def ahead_of(held: Held, prior: Prior) -> Programme:
    """The programme with the fees that lie ahead: what is paid already costs nothing more."""
    fees = list(held.fees)
    for year in range(held.year + 1, held.paid_through + 1):
        fees[year - held.first] = 0.0
    return _programme(tuple(fees), held.first, growth=prior.growth, grid=_grid(held.fees, prior))


@lru_cache(maxsize=KEPT)
def _programme(fees: tuple[float, ...], first: int, *, growth: Growth, grid: LogGrid) -> Programme:
    return renewal_programme.solve(fees, growth, first=first, grid=grid)


@lru_cache(maxsize=KEPT)
def _filtered(fees: tuple[float, ...], first: int, prior: Prior) -> tuple[Posterior, ...]:
    """The posterior after each year's renewal, from the year of grant to the last."""
    grid = _grid(fees, prior)
    programme = _programme(fees, first, growth=prior.growth, grid=grid)
    kernel = renewal_programme.weights(prior.growth, grid.step)
    masses, share, rows = _at_grant(prior, first, grid), 1.0, []
    for place, threshold in enumerate(programme.threshold):
        kept = _kept_part(grid, float(threshold))
        total = float(masses @ kept)
        if total > LEAST:
            masses, share = masses * kept / total, share * total
        else:
            # The prior has nobody left: the nearest that would renew stands for those who did.
            masses, share = (np.arange(grid.nodes) == np.argmax(kept > 0)).astype(np.float64), 0.0
        rows.append(Posterior(first + place, masses, share))
        share *= 1.0 - prior.growth.loss
        masses = _grown(masses, kernel)
    return tuple(rows)


def _at_grant(prior: Prior, first: int, grid: LogGrid) -> Floats:
    """The prior's masses in the year of grant: grown from the first year without any choice to lapse."""
    growth, years = prior.growth, first - 1
    mean = prior.log_mean + years * (growth.drift - growth.volatility**2 / 2)
    sd = float(np.sqrt(prior.log_sd**2 + years * growth.volatility**2))
    ends = np.log(grid.returns())[:-1] + grid.step / 2
    below = ndtr((ends - mean) / sd)
    masses: Floats = np.diff(np.concatenate([[0.0], below, [1.0]]))
    return masses


def _kept_part(grid: LogGrid, threshold: float) -> Floats:
    """The share of each node's surroundings (half a step to both sides) that lies above the threshold."""
    if threshold <= 0.0:
        return np.ones(grid.nodes)
    above = (np.log(grid.returns()) - np.log(threshold)) / grid.step + 0.5
    kept: Floats = np.clip(above, 0.0, 1.0)
    return kept


def _grown(masses: Floats, kernel: Floats) -> Floats:
    """The masses a year on, by the same operator that the programme expects with; the ends keep what would leave."""
    reach = len(kernel) // 2
    spread = np.convolve(masses, kernel)
    inner: Floats = spread[reach:-reach].copy()
    inner[0] += spread[:reach].sum()
    inner[-1] += spread[-reach:].sum()
    return inner


def _grid(fees: tuple[float, ...], prior: Prior) -> LogGrid:
    """Wide enough for the prior's tail at the end of the term, in the unit of the fees."""
    base = renewal_programme.grid_for(fees, reach=1e3)
    years = len(fees)
    sd = float(np.sqrt(prior.log_sd**2 + years * prior.growth.volatility**2))
    top = min(prior.log_mean + sd**2 / 2 + 5 * sd, np.log(base.high) + 20)
    bottom = max(prior.log_mean - 5 * prior.log_sd - years * 0.1, np.log(base.low) - 7)
    low, high = min(np.log(base.low), bottom), max(np.log(base.high), top)
    # A step must be fine against the moves of a year, or the posterior shows the nodes.
    nodes = int(np.ceil((high - low) / min(STEP, prior.growth.volatility / 4)))
    return LogGrid(float(np.exp(low)), float(np.exp(high)), min(nodes, MOST_NODES))


def checked(held: Held) -> Held:
    """The same; years outside the term and payments beyond it are refused."""
    if not held.first <= held.year <= held.last:
        raise Refused("valuation.year_outside_term", year=held.year, first=held.first, last=held.last)
    if not held.first <= held.paid_through <= held.last:
        raise Refused("valuation.year_outside_term", year=held.paid_through, first=held.first, last=held.last)
    guards.within(held.elapsed, "elapsed", least=0.0, most=1.0)
    return held


def checked_prior(prior: Prior) -> Prior:
    """The same, each figure inside its band."""
    guards.within(prior.log_mean, "log_mean", least=-50.0, most=50.0)
    guards.within(prior.log_sd, "log_sd", least=0.05, most=4.0)
    renewal_programme.checked(prior.growth)
    return prior
