"""The renewal option of a patent whose returns wander: a dynamic programme over a logarithmic grid (Pakes 1986).

V_a(r) = max{0, r − c_a + β(1−θ) E[V_{a+1}(r')|r]}, r' lognormal with E[r'|r] = r·e^drift. V is taken piecewise linear
in r; the expectation of each piece is closed (lognormal partial moments). On a geometric grid the pieces are copies of
each other, so the expectation is one convolution for all nodes, and the error falls with the square of the step.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from zhirong.base.refused import Refused
from zhirong.valuation.engine import guards

Floats = NDArray[np.float64]
MOST_YEARS, MOST_NODES = 60, 20_001
# Beyond so many standard deviations the kernel is below the last digit of a float.
REACH = 9.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """How returns move from year to year: E[r'|r] = r·e^drift, sd of ln r' `volatility`, all is lost with `loss`."""

    drift: float
    volatility: float
    loss: float
    discount_rate: float

    @property
    def step_discount(self) -> float:
        """β(1−θ): what a yuan of next year, if the right is not lost until then, is worth now."""
        return (1.0 - self.loss) / (1.0 + self.discount_rate)


@dataclass(frozen=True, slots=True)
class LogGrid:
    """Nodes of the return, evenly spaced in its logarithm from `low` to `high`."""

    low: float
    high: float
    nodes: int

    @property
    def step(self) -> float:
        """The distance of two nodes in logarithms."""
        return float(np.log(self.high / self.low)) / (self.nodes - 1)

    def returns(self) -> Floats:
        """The nodes, shape (nodes,)."""
        points: Floats = np.exp(np.linspace(np.log(self.low), np.log(self.high), self.nodes))
        return points


@dataclass(frozen=True, slots=True)
class Programme:
    """The solution for the patent years `first` to the last; money in the unit of the fees.

    `value[a, i]` before the fee of year first+a at return node i (0: let it lapse), `ahead[a, i]` the expected value
    of the year after, undiscounted; `threshold[a]` the least return that is renewed.
    """

    first: int
    fees: Floats
    growth: Growth
    grid: LogGrid
    value: Floats
    ahead: Floats
    threshold: Floats

    @property
    def last(self) -> int:
        """The last patent year."""
        return self.first + len(self.fees) - 1


@dataclass(frozen=True, slots=True)
class Worth:
    """The option before the first fee and, beside it, paying every fee whatever comes: the gap is the choice."""

    value: float
    always_pay: float


def grid_for(fees: ArrayLike, *, nodes: int = 601, reach: float = 1e6) -> LogGrid:
    """A grid from a thousandth of the least fee to `reach` times the largest; scales with the unit of money."""
    paid = np.asarray(fees, dtype=np.float64)
    paid = paid[paid > 0]
    if not len(paid):
        raise Refused("valuation.no_fees")
    return LogGrid(float(paid.min()) * 1e-3, float(paid.max()) * reach, nodes)


def solve(fees: ArrayLike, growth: Growth, *, first: int = 1, grid: LogGrid | None = None) -> Programme:
    """The best renewal of a patent with these fees, shape (years,), the first being that of year `first`.

    Refused: fees that are negative or no numbers, more than 60 years, a volatility outside 0.02 to 1.5.
    Source: Pakes, Econometrica 54 (1986) 755; Lanjouw, Review of Economic Studies 65 (1998) 671.
    """
    costs, growth = _fees(fees, first), checked(growth)
    grid = grid_for(costs) if grid is None else _grid(grid)
    returns, kernel = grid.returns(), weights(growth, grid.step)
    years = len(costs)
    value, ahead = np.zeros((years, grid.nodes)), np.zeros((years, grid.nodes))
    threshold = np.zeros(years)
    following = np.zeros(grid.nodes)
    for year in range(years - 1, -1, -1):
        ahead[year] = expected(following, kernel, grid.step)
        gain = returns - costs[year] + growth.step_discount * ahead[year]
        threshold[year] = _crossing(returns, gain)
        following = value[year] = np.maximum(gain, 0.0)
    return Programme(first, costs, growth, grid, value, ahead, threshold)


def weights(growth: Growth, step: float) -> Floats:
    """E of each tent of height one, seen from a node k steps away: shape (2·reach + 1,), summing to one.

    The tent of node k rises on [q^(k−1), q^k] and falls on [q^k, q^(k+1)] of r'/r, q = e^step; its expectation needs
    P = Pr(r'/r in the piece) and M = E[r'/r; in the piece], both differences of normal distributions.
    """
    mean_log = growth.drift - growth.volatility**2 / 2
    reach = int(np.ceil((REACH * growth.volatility + growth.volatility**2 + abs(mean_log)) / step)) + 1
    ends: Floats = np.arange(-reach - 1.0, reach + 2.0) * step
    inside = _between(ends, mean_log, growth.volatility)
    moment = np.exp(growth.drift) * _between(ends, mean_log + growth.volatility**2, growth.volatility)
    at = np.exp(ends)
    rising = (moment[:-1] - at[:-2] * inside[:-1]) / (at[1:-1] - at[:-2])
    falling = (at[2:] * inside[1:] - moment[1:]) / (at[2:] - at[1:-1])
    tents = np.maximum(rising + falling, 0.0)
    shares: Floats = tents / tents.sum()
    return shares


def expected(following: Floats, kernel: Floats, step: float) -> Floats:
    """E[V(r')|r] at every node: below the grid V runs straight to zero, above it straight on."""
    reach = len(kernel) // 2
    away = np.exp(step * np.arange(1, reach + 1))
    slope = (following[-1] - following[-2]) / (1.0 - np.exp(-step))
    above = following[-1] + slope * (away - 1.0)
    padded = np.concatenate([following[0] / away[::-1], following, above])
    found: Floats = np.convolve(padded, kernel[::-1], mode="valid")
    return found


def value_at(programme: Programme, year: int, returns: ArrayLike) -> Floats:
    """The option before the fee of a patent year, at any returns: linear between nodes as the programme has it."""
    row = programme.value[_place(programme, year)]
    return along(programme.grid, row, np.asarray(returns, dtype=np.float64))


def along(grid: LogGrid, row: Floats, returns: Floats) -> Floats:
    """A row of node values at any returns ≥ 0, shape as `returns`: straight to zero below the grid, on above it."""
    if not np.all(np.isfinite(returns)) or np.any(returns < 0):
        raise Refused("valuation.not_finite", name="return")
    nodes = grid.returns()
    slope = np.concatenate([row[:1] / grid.low, np.diff(row) / np.diff(nodes)])
    level = np.concatenate([[0.0], row[:-1] - slope[1:] * nodes[:-1]])
    # A node's place is a logarithm away, so no search is needed; piece 0 lies below the grid.
    place = np.log(np.maximum(returns, grid.low * 0.5) * (1.0 / grid.low))
    piece = np.clip(np.floor(place * (1.0 / grid.step)).astype(np.int32) + 1, 0, grid.nodes - 1)
    found: Floats = level[piece] + slope[piece] * returns
    return found


def worth(programme: Programme, yearly_return: float) -> Worth:
    """One patent with a known return in the first year: the option, and paying always."""
    known = [guards.within(yearly_return, "yearly_return", least=0.0, most=1e15)]
    return Worth(float(value_at(programme, programme.first, known)[0]), float(always_pay(programme, known)[0]))


def always_pay(programme: Programme, returns: ArrayLike) -> Floats:
    """The value at the first year of paying every fee to the end whatever comes; may be negative."""
    found = np.asarray(returns, dtype=np.float64)
    grown, discounted = programme.growth.step_discount * np.exp(programme.growth.drift), programme.growth.step_discount
    years = np.arange(len(programme.fees))
    worth: Floats = found * np.sum(grown**years) - np.sum(programme.fees * discounted**years)
    return worth


def checked(growth: Growth) -> Growth:
    """The same, each figure inside its band."""
    guards.within(growth.drift, "drift", least=-1.0, most=0.5)
    guards.within(growth.volatility, "volatility", least=0.02, most=1.5)
    guards.within(growth.loss, "loss", least=0.0, most=0.9)
    guards.within(growth.discount_rate, "discount_rate", least=0.0, most=1.0)
    return growth


def _between(ends: Floats, mean: float, sd: float) -> Floats:
    """Pr(end_k < X ≤ end_k+1) of a normal X, from the nearer tail so that nothing cancels."""
    at = (ends - mean) / sd
    low, high = at[:-1], at[1:]
    found: Floats = np.where(low > 0, ndtr(-low) - ndtr(-high), ndtr(high) - ndtr(low))
    return found


def _crossing(returns: Floats, gain: Floats) -> float:
    """Where the gain of renewing turns positive, linear between nodes; zero where it always is."""
    above = np.flatnonzero(gain > 0)
    if not len(above):
        return float(returns[-1])
    first = int(above[0])
    if first == 0:
        return 0.0
    share = -gain[first - 1] / (gain[first] - gain[first - 1])
    return float(returns[first - 1] + share * (returns[first] - returns[first - 1]))


def _place(programme: Programme, year: int) -> int:
    if not programme.first <= year <= programme.last:
        raise Refused("valuation.year_outside_term", year=year, first=programme.first, last=programme.last)
    return year - programme.first


def _fees(fees: ArrayLike, first: int) -> Floats:
    costs = np.asarray(fees, dtype=np.float64)
    if costs.ndim != 1 or not 1 <= len(costs) <= MOST_YEARS or not 1 <= first <= MOST_YEARS:
        raise Refused("valuation.too_many_years", most=MOST_YEARS)
    for one in costs:
        guards.within(float(one), "fees", least=0.0, most=1e15)
    return costs


def _grid(grid: LogGrid) -> LogGrid:
    guards.positive(grid.low, "grid low")
    guards.within(grid.high / grid.low, "grid span", least=10.0, most=1e24)
    guards.within(grid.nodes, "nodes", least=51, most=MOST_NODES)
    return grid
