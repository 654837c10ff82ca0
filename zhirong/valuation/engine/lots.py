"""Lots of several rights: a lot's price is the sum of its rights' prices, times a factor for its size.

VALUATION 2.2: the model is fitted on the sum, never on equal shares. In logs f = ln Σ exp(μ_i), whose slope is the mean
of the rights' rows weighted by their shares of the sum (Gauss-Newton).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from zhirong.valuation.engine.hedonic_design import Floats


def log_sums(mu: Floats, starts: Sequence[int]) -> Floats:
    """ln Σ exp(μ) of each lot. `mu` (items,) in lot order, `starts` the place where each lot begins; gives (lots,)."""
    places = np.asarray(starts)
    top = np.maximum.reduceat(mu, places)
    lot_of = lots_of(len(mu), starts)
    found: Floats = top + np.log(np.add.reduceat(np.exp(mu - top[lot_of]), places))
    return found


def shares(mu: Floats, starts: Sequence[int]) -> Floats:
    """The part of its lot's value that each right carries, (items,); the parts of one lot sum to 1."""
    found: Floats = np.exp(mu - log_sums(mu, starts)[lots_of(len(mu), starts)])
    return found


def lots_of(count: int, starts: Sequence[int]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The lot of each of `count` items."""
    sizes = np.diff([*starts, count])
    return np.repeat(np.arange(len(sizes)), sizes)


def linearised(rows: Floats, mu: Floats, starts: Sequence[int]) -> tuple[Floats, Floats]:
    """f (lots,) and its slope (lots × columns) at μ = rows·θ; of single rights they are μ and their own rows."""
    if len(starts) == len(mu):
        return mu, rows
    weighted = rows * shares(mu, starts)[:, None]
    return log_sums(mu, starts), np.add.reduceat(weighted, np.asarray(starts), axis=0)
