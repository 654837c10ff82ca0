"""The path kernel: ranges of many rights over shared shocks, fused so that no value of a path is ever stored for long.

A path's value is Horner's rule backward over the years, u_t = shock_t + step × u_{t+1}, in blocks of paths that stay
in the nearest cache. Quantiles come from a histogram over the float's own bits: 64 bins to a doubling, a line drawn
inside the bin. Paths are float32, sums float64. A right's numbers depend on nothing but the right and the tables, so
any cut into chunks gives the same digits.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from zhirong.valuation.engine import paths
from zhirong.valuation.engine.paths import Batch, Floats, Tables
from zhirong.valuation.engine.result import LEVELS

Singles = NDArray[np.float32]
Counts = NDArray[np.int32]
BLOCK = 1024
# 64 bins to a doubling, from 2^-26 to 2^6 times the mean: no more than 1/64 of all paths can lie above (Markov).
BIN_SHIFT, BINS, DOUBLINGS_ABOVE = 17, 2048, 6
COLUMNS = len(LEVELS) + 2
GREATEST = np.finfo(np.float32).max
FAST = {"contract", "nnan", "ninf", "nsz", "arcp"}


def value(batch: Batch, tables: Tables) -> Floats:
    """Ranges of n rights, [n, 8]: the quantiles at `result.LEVELS` and the mean, in the unit of `batch.base`.

    The mean is the exact one; it is also the control variate of the quantiles, which are scaled by exact ÷ drawn mean.
    So the sampling error that all rights share does not add up over a portfolio. Refused as `paths.fits` says.
    """
    found = sampled(batch, tables)
    exact = means(batch, tables)
    drawn = found[:, -2]
    scale = np.divide(exact, drawn, out=np.zeros_like(exact), where=drawn > 0)
    return np.column_stack([found[:, : len(LEVELS)] * scale[:, None], exact])


def sampled(batch: Batch, tables: Tables) -> Floats:
    """What the paths alone say, [n, 9]: quantiles, mean and standard deviation, without the control variate."""
    paths.fits(batch, tables)
    found: Floats = np.zeros((len(batch.base), COLUMNS))
    exact = means(batch, tables)
    unit = batch.base * batch.high * (1 - batch.tax)
    relative = np.divide(exact, unit, out=np.zeros_like(exact), where=unit > 0)
    _sample_all(batch, tables, _Target(np.argsort(batch.volatility, kind="stable"), relative, np.array(LEVELS), found))
    found *= unit[:, None]
    return found


def means(batch: Batch, tables: Tables) -> Floats:
    """Exact means of n rights, [n], in the unit of `batch.base`: VALUATION 2.3's sum, over the law of the discount.

    base × (low + mode + high)/3 × (1 - tax) × E[q(1 - qⁿ)/(1 - q)], q = e^drift (1 - hazard)/(1 + discount).
    """
    paths.fits(batch, tables)
    found: Floats = np.zeros(len(batch.base))
    _means(batch, tables, found)
    return found


class _Target(NamedTuple):
    """Rights in the order of their class, whose shocks then stay at hand; where the histogram of each stands (its mean
    per unit); the levels; and the rows to be filled.
    """

    order: NDArray[np.int64]
    centre: Floats
    levels: Floats
    found: Floats


class _Room(NamedTuple):
    """The working memory of one block: values, steps, bins; and the counts of one right."""

    value: Singles
    step: Singles
    bin: Counts
    counts: Counts


@njit(cache=True, nogil=True, error_model="numpy")
def _means(batch: Batch, tables: Tables, found: Floats) -> None:
    for i in range(found.size):
        total = 0.0
        for node in range(tables.node_rate.size):
            factor = 1 + batch.discount[i] + tables.node_rate[node]
            sum_here = _annuity(math.exp(batch.drift[i]) * (1 - batch.hazard[i]) / factor, batch.life[i])
            total += tables.node_weight[node] * sum_here * (math.sqrt(factor) if tables.is_mid_year else 1.0)
        royalty = (batch.low[i] + batch.mode[i] + batch.high[i]) / 3
        found[i] = batch.base[i] * royalty * (1 - batch.tax[i]) * total


@njit(cache=True, nogil=True, error_model="numpy")
def _annuity(q: float, life: float) -> float:
    """q + q² + … over the years of a life, the last by its fraction; by Horner's rule, so that q = 1 is no trap."""
    years = math.ceil(life)
    if years == 0:
        return 0.0
    total = (life - (years - 1)) * q
    for _ in range(years - 1):
        total = (1 + total) * q
    return total


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST)
def _sample_all(batch: Batch, tables: Tables, target: _Target) -> None:
    room = _Room(
        np.empty(BLOCK, np.float32), np.empty(BLOCK, np.float32), np.empty(BLOCK, np.int32), np.empty(BINS, np.int32)
    )
    for i in target.order:
        if target.centre[i] > 0:
            _sample_one(i, (batch, tables, target), room)


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST)
def _sample_one(i: int, given: tuple[Batch, Tables, _Target], room: _Room) -> None:
    batch, tables, target = given
    # The lowest bin's first bits; the exponent of a float32 counts doublings.
    highest = np.float32(target.centre[i] * 2.0**DOUBLINGS_ABOVE).view(np.int32) >> BIN_SHIFT
    lowest = highest - (BINS - 1)
    room.counts[:] = 0
    paths_in_all = tables.rate.size
    total, squares = 0.0, 0.0
    least, most = GREATEST, np.float32(0)
    for start in range(0, paths_in_all, BLOCK):
        size = min(BLOCK, paths_in_all - start)
        values = room.value[:size]
        _block_values(i, (batch, tables, start), (values, room.step[:size]))
        one, two = _sums(values)
        total += one
        squares += two
        low, high = _ends(values)
        least, most = min(least, low), max(most, high)
        _count(values, (room.bin[:size], lowest), room.counts)
    mean = total / paths_in_all
    row = target.found[i]
    _quantiles(room.counts, (lowest, (least, most), target.levels), row)
    row[row.size - 2] = mean
    row[row.size - 1] = math.sqrt(max(0.0, squares / paths_in_all - mean * mean))


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST)
def _block_values(i: int, given: tuple[Batch, Tables, int], out: tuple[Singles, Singles]) -> None:
    """The values of one block of paths, per unit of base × highest royalty × (1 - tax)."""
    batch, tables, start = given
    values, step = out
    stop = start + values.size
    growth = np.float32(math.exp(batch.drift[i]) * (1 - batch.hazard[i]))
    one_and_rate = np.float32(1 + batch.discount[i])
    rate = tables.rate[start:stop]
    for p in range(values.size):
        step[p] = growth / (one_and_rate + rate[p])
    shocks = tables.shocks[batch.volatility[i]]
    year = math.ceil(batch.life[i]) - 1
    last = shocks[year, start:stop]
    fraction = np.float32(batch.life[i] - year)
    for p in range(values.size):
        values[p] = fraction * last[p]
    while year >= 4:
        rows = (shocks[year - 1, start:stop], shocks[year - 2, start:stop])
        more = (shocks[year - 3, start:stop], shocks[year - 4, start:stop])
        _four_years(values, step, (*rows, *more))
        year -= 4
    while year > 0:
        _one_year(values, step, shocks[year - 1, start:stop])
        year -= 1
    if tables.is_mid_year:
        for p in range(values.size):
            values[p] *= math.sqrt(one_and_rate + rate[p])
    draws = (tables.royalty[0, start:stop], tables.royalty[1, start:stop], tables.royalty[2, start:stop])
    _times_royalty(values, step, (draws, batch.low[i] / batch.high[i], batch.mode[i] / batch.high[i]))


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST)
def _four_years(values: Singles, step: Singles, rows: tuple[Singles, Singles, Singles, Singles]) -> None:
    first, second, third, fourth = rows
    for p in range(values.size):
        by = step[p]
        values[p] = fourth[p] + by * (third[p] + by * (second[p] + by * (first[p] + by * values[p])))


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST)
def _one_year(values: Singles, step: Singles, row: Singles) -> None:
    for p in range(values.size):
        values[p] = row[p] + step[p] * values[p]


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST)
def _times_royalty(values: Singles, step: Singles, drawn: tuple[tuple[Singles, ...], float, float]) -> None:
    """The last step of Horner's rule, and the royalty from its triangle by the inverse of its distribution."""
    (uniform, root, root_of_rest), low, mode = drawn
    wide = 1.0 - low
    turn = np.float32((mode - low) / wide if wide > 0 else 2.0)
    rising, falling = np.float32(math.sqrt(wide * (mode - low))), np.float32(math.sqrt(wide * (1.0 - mode)))
    least = np.float32(low)
    for p in range(values.size):
        royalty = least + rising * root[p] if uniform[p] < turn else np.float32(1) - falling * root_of_rest[p]
        values[p] *= step[p] * royalty


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", *FAST})
def _sums(values: Singles) -> tuple[float, float]:
    """The sum and the sum of squares, in float64; every block of one size is summed in one order."""
    total, squares = 0.0, 0.0
    for p in range(values.size):
        one = np.float64(values[p])
        total += one
        squares += one * one
    return total, squares


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", *FAST})
def _ends(values: Singles) -> tuple[np.float32, np.float32]:
    """The least and the greatest value of a block."""
    least, most = values[0], values[0]
    for p in range(values.size):
        least = min(least, values[p])
        most = max(most, values[p])
    return least, most


@njit(cache=True, nogil=True, error_model="numpy")
def _count(values: Singles, at: tuple[Counts, np.int32], counts: Counts) -> None:
    bins, lowest = at
    bits = values.view(np.int32)
    for p in range(bins.size):
        bins[p] = min(max((bits[p] >> BIN_SHIFT) - lowest, 0), BINS - 1)
    for p in range(bins.size):
        # Without a sign there is no index to be counted from the end.
        counts[np.uint32(bins[p])] += 1


@njit(cache=True, nogil=True, error_model="numpy")
def _quantiles(counts: Counts, about: tuple[np.int32, tuple[np.float32, np.float32], Floats], row: Floats) -> None:
    """The value below which a share of the paths lies, for each level, on a straight line inside its bin.

    A bin ends where the values end, so that a right without any doubt has one value and not a bin of them.
    """
    lowest, (least, most), levels = about
    for at in range(1, BINS):
        counts[at] += counts[at - 1]
    edge = np.empty(2, np.int32)
    edges = edge.view(np.float32)
    for place in range(levels.size):
        wanted = levels[place] * counts[BINS - 1]
        at = np.searchsorted(counts, wanted)
        below = counts[at - 1] if at > 0 else 0
        edge[0] = (lowest + at) << BIN_SHIFT
        edge[1] = (lowest + at + 1) << BIN_SHIFT
        share = (wanted - below) / (counts[at] - below)
        begin, end = max(edges[0], least), min(edges[1], most)
        row[place] = begin + share * (end - begin)
