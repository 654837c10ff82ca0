"""The path kernel's plain twin in numpy: the same model in float64 with exact quantiles, one right at a time.

The kernel's numbers are tested against it, and a single right is valued by it: it needs no compiler to warm up.
"""

from __future__ import annotations

import math

import numpy as np

from zhirong.valuation.engine import paths
from zhirong.valuation.engine.paths import Batch, Floats, Tables
from zhirong.valuation.engine.result import LEVELS


def value(batch: Batch, tables: Tables) -> Floats:
    """Ranges of n rights, [n, 8]: quantiles at `result.LEVELS` and the exact mean, in the unit of `batch.base`.

    As `kernel.value`: quantiles are scaled by exact ÷ drawn mean. Refused as `paths.fits` says.
    """
    found = sampled(batch, tables)
    exact = means(batch, tables)
    drawn = found[:, -2]
    scale = np.divide(exact, drawn, out=np.zeros_like(exact), where=drawn > 0)
    return np.column_stack([found[:, : len(LEVELS)] * scale[:, None], exact])


def sampled(batch: Batch, tables: Tables) -> Floats:
    """What the paths alone say, [n, 9]: quantiles, mean and standard deviation, without the control variate."""
    paths.fits(batch, tables)
    rows = [_summary(values_of(batch, i, tables)) for i in range(len(batch.base))]
    return np.array(rows).reshape(len(rows), len(LEVELS) + 2)


def values_of(batch: Batch, i: int, tables: Tables) -> Floats:
    """The value of right `i` on each path, [paths], in the unit of `batch.base`."""
    factor = 1 + batch.discount[i] + tables.rate.astype(np.float64)
    step = math.exp(batch.drift[i]) * (1 - batch.hazard[i]) / factor
    shocks = tables.shocks[batch.volatility[i]]
    years = math.ceil(batch.life[i])
    total: Floats = np.zeros(len(step))
    for year in range(years, 0, -1):
        weight = batch.life[i] - (years - 1) if year == years else 1.0
        total = (weight * shocks[year - 1] + total) * step
    if tables.is_mid_year:
        total *= np.sqrt(factor)
    income = batch.base[i] * (1 - batch.tax[i])
    found: Floats = total * income * _royalty(tables, low=batch.low[i], mode=batch.mode[i], high=batch.high[i])
    return found


def means(batch: Batch, tables: Tables) -> Floats:
    """Exact means of n rights, [n], in the unit of `batch.base`, as `kernel.means`."""
    paths.fits(batch, tables)
    factor = 1 + batch.discount[:, None] + tables.node_rate
    q = np.exp(batch.drift)[:, None] * (1 - batch.hazard)[:, None] / factor
    years = np.ceil(batch.life).astype(np.int64)[:, None]
    fraction = batch.life[:, None] - (years - 1)
    total = np.zeros_like(q)
    for year in range(int(years.max(initial=0)), 0, -1):
        weight = np.where(year == years, fraction, np.where(year < years, 1.0, 0.0))
        total = (weight + total) * q
    if tables.is_mid_year:
        total *= np.sqrt(factor)
    royalty = (batch.low + batch.mode + batch.high) / 3
    # Row by row: a product of matrices may round differently for another number of rows.
    found: Floats = batch.base * royalty * (1 - batch.tax) * (total * tables.node_weight).sum(axis=1)
    return found


def _royalty(tables: Tables, *, low: float, mode: float, high: float) -> Floats:
    """Draws from the triangle by the inverse of its distribution, [paths]; a single rate where it has no width."""
    uniform, root, root_of_rest = tables.royalty.astype(np.float64)
    wide = high - low
    if wide == 0:
        return np.full(len(uniform), high)
    rising = low + math.sqrt(wide * (mode - low)) * root
    falling = high - math.sqrt(wide * (high - mode)) * root_of_rest
    drawn: Floats = np.where(uniform < (mode - low) / wide, rising, falling)
    return drawn


def _summary(values: Floats) -> Floats:
    return np.array([*np.quantile(values, LEVELS), values.mean(), values.std()])
