"""Weights: from comparisons in pairs (AHP), from how far the figures differ (entropy), or fitted on deals."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from zhirong.base.deferred import Deferred
from zhirong.base.refused import Refused
from zhirong.valuation.engine import guards

if TYPE_CHECKING:
    from scipy import optimize
else:
    # Only who fits waits for it.
    optimize = Deferred("scipy.optimize")

Numbers = NDArray[np.float64]
# Saaty's scale ends at nine; one percent more lets a ninth be written as 0.11.
MOST_SCALE = 9.0
# People write a third as 0.33: a pair of entries may miss its reciprocal by so much.
RECIPROCAL_TOLERANCE = 0.02
ALWAYS_CONSISTENT = 2


@dataclass(frozen=True, slots=True)
class Weighed:
    """Weights that sum to 1, the principal eigenvalue, CI = (λ − n)/(n − 1) and CR = CI/RI."""

    weights: tuple[float, ...]
    eigenvalue: float
    consistency_index: float
    consistency_ratio: float
    # The comparison that fits the others worst: its two places, what was said, and what the weights imply.
    worst: tuple[int, int, float, float]


@dataclass(frozen=True, slots=True)
class Fitted:
    """Weights w ≥ 0 that sum to 1 with y ≈ intercept + slope·(w·x), and the share of the variance they explain."""

    weights: tuple[float, ...]
    intercept: float
    slope: float
    r_squared: float
    deals: int


def judged(comparisons: Sequence[Sequence[float]], random_indices: Mapping[int, float]) -> Weighed:
    """Weights and consistency of a matrix of comparisons in pairs, whatever the ratio turns out to be.

    `comparisons` (n, n): how many times item i matters as item j, on Saaty's scale 1/9 to 9, reciprocal below the
    diagonal; the upper half counts. `random_indices` RI by n. Saaty (1977), J. Math. Psychology 15, 234–281.
    """
    matrix = _reciprocal(comparisons)
    size = len(matrix)
    values, vectors = np.linalg.eig(matrix)
    first = int(np.argmax(values.real))
    vector = np.abs(vectors[:, first].real)
    weights = vector / vector.sum()
    eigenvalue = float(values[first].real)
    index = max(0.0, (eigenvalue - size) / (size - 1)) if size > 1 else 0.0
    return Weighed(
        tuple(weights.tolist()), eigenvalue, index, _ratio(index, size, random_indices), _worst(matrix, weights)
    )


def consistent(
    comparisons: Sequence[Sequence[float]], random_indices: Mapping[int, float], *, most_ratio: float
) -> Weighed:
    """As `judged`, and refused unless CR is below `most_ratio`; the refusal names the comparison to look at again."""
    found = judged(comparisons, random_indices)
    if found.consistency_ratio >= most_ratio:
        first, second, said, implied = found.worst
        raise Refused(
            "valuation.comparisons_inconsistent",
            ratio=f"{found.consistency_ratio:.3f}",
            most=most_ratio,
            first=first + 1,
            second=second + 1,
            said=f"{said:.3g}",
            implied=f"{implied:.3g}",
        )
    return found


def entropy_weights(figures: Sequence[Sequence[float]]) -> tuple[float, ...]:
    """Weights by how far the rights differ in each item: w_j ∝ 1 − e_j, e_j = −Σ p ln p / ln m, p = x / Σx.

    `figures` (m rights, n items), zero or more, more is better. Shannon (1948); Zeleny (1982). An item that all
    rights share alike weighs nothing; refused where all items do, or where an item is zero everywhere.
    """
    table = _table(figures, least=2)
    top = table.max(axis=0)
    for place, most in enumerate(top):
        guards.positive(float(most), f"figures[*][{place}]")
    # Each item is scaled by its largest figure first, so that no sum can overflow.
    scaled = table / top
    shares = scaled / scaled.sum(axis=0)
    logs = np.log(shares, out=np.zeros_like(shares), where=shares > 0)
    entropy = -(shares * logs).sum(axis=0) / math.log(len(table))
    spread = np.clip(1 - entropy, 0.0, None)
    # Sums of m equal shares miss 1 by rounding; below that nothing differs.
    spread[spread < 1e-12] = 0.0
    if not spread.sum() > 0:
        raise Refused("valuation.nothing_differs", name="figures")
    return tuple((spread / spread.sum()).tolist())


def deal_weights(scores: Sequence[Sequence[float]], log_prices: Sequence[float]) -> Fitted:
    """Weights by least squares on deals: ln p ≈ α + β·Σ w_j x_j with w ≥ 0, Σ w = 1 and β ≥ 0.

    `scores` (m deals, n items) in [0, 1], `log_prices` (m,) natural logarithms in any unit of money: the unit moves
    α alone. β·w is the non-negative least squares solution of the centred table. Lawson & Hanson (1974), ch. 23.
    """
    x = _table(scores, least=2)
    if len(log_prices) != len(x):
        raise Refused("valuation.uneven_lists", first="scores", second="log_prices")
    least = x.shape[1] + 2
    if len(x) < least:
        raise Refused("valuation.too_few", name="scores", count=len(x), least=least)
    guards.within(float(x.max()), "scores", least=0.0, most=1.0)
    y = np.array([guards.within(one, "log_prices", least=-100.0, most=100.0) for one in log_prices])
    centre, middle = x.mean(axis=0), float(y.mean())
    slopes, rest = optimize.nnls(x - centre, y - middle)
    slope, total = float(slopes.sum()), float(((y - middle) ** 2).sum())
    if not slope > 1e-12 or not total > 0:
        raise Refused("valuation.nothing_differs", name="scores")
    intercept = middle - float(slopes @ centre)
    return Fitted(tuple((slopes / slope).tolist()), intercept, slope, 1 - float(rest) ** 2 / total, len(x))


def _reciprocal(comparisons: Sequence[Sequence[float]]) -> Numbers:
    size = len(comparisons)
    if not size or any(len(row) != size for row in comparisons):
        raise Refused("valuation.not_square", name="comparisons")
    matrix = np.ones((size, size))
    edge = MOST_SCALE * 1.01
    for i in range(size):
        guards.within(comparisons[i][i], f"comparisons[{i}][{i}]", least=1.0, most=1.0)
        for j in range(i + 1, size):
            said = guards.within(comparisons[i][j], f"comparisons[{i}][{j}]", least=1 / edge, most=edge)
            back = guards.within(comparisons[j][i], f"comparisons[{j}][{i}]", least=1 / edge, most=edge)
            if abs(said * back - 1) > RECIPROCAL_TOLERANCE:
                raise Refused("valuation.not_reciprocal", first=i + 1, second=j + 1, said=said, back=back)
            matrix[i, j], matrix[j, i] = said, 1 / said
    return matrix


def _ratio(index: float, size: int, random_indices: Mapping[int, float]) -> float:
    if size <= ALWAYS_CONSISTENT:
        return 0.0
    if size not in random_indices:
        raise Refused("valuation.not_in_table", name="random_indices", key=str(size))
    return index / guards.positive(random_indices[size], f"random_indices.{size}")


def _worst(matrix: Numbers, weights: Numbers) -> tuple[int, int, float, float]:
    """The entry above the diagonal farthest from the ratio of its weights, in logarithms."""
    implied = weights[:, None] / weights[None, :]
    apart = np.triu(np.abs(np.log(matrix / implied)), k=1)
    i, j = (int(one) for one in np.unravel_index(int(np.argmax(apart)), apart.shape))
    return i, j, float(matrix[i, j]), float(implied[i, j])


def _table(rows: Sequence[Sequence[float]], *, least: int) -> Numbers:
    if len(rows) < least:
        raise Refused("valuation.too_few", name="rows", count=len(rows), least=least)
    if not rows[0] or any(len(row) != len(rows[0]) for row in rows):
        raise Refused("valuation.not_square", name="rows")
    return np.array([[guards.not_negative(one, "figures") for one in row] for row in rows], dtype=np.float64)
