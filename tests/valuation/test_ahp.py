"""Weights from comparisons, from differences and from deals (VALUATION 2.7, RULEBOOK V3)."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhirong.base.refused import Refused
from zhirong.valuation import indices
from zhirong.valuation.engine import ahp

RANDOM = indices.figure("random_index", date(2026, 11, 1)).value


def matrix_of(*upper: list[float]) -> list[list[float]]:
    size = len(upper) + 1
    found = [[1.0] * size for _ in range(size)]
    for i, row in enumerate(upper):
        for j, value in enumerate(row, start=i + 1):
            found[i][j], found[j][i] = value, 1 / value
    return found


@given(st.lists(st.floats(1, 3), min_size=1, max_size=9))
@settings(max_examples=60)
def test_comparisons_without_contradiction_give_back_their_weights(parts: list[float]) -> None:
    found = ahp.judged([[one / other for other in parts] for one in parts], RANDOM)
    assert found.weights == pytest.approx([one / sum(parts) for one in parts], rel=1e-6)
    assert found.consistency_ratio == pytest.approx(0, abs=1e-9)


def test_the_eigenvector_is_the_one_of_repeated_multiplication() -> None:
    matrix = matrix_of([3, 5, 1 / 2], [2, 1 / 4], [1 / 7])
    vector = np.ones(4)
    for _ in range(200):
        vector = np.array(matrix) @ vector
        vector /= vector.sum()
    found = ahp.judged(matrix, RANDOM)
    assert found.weights == pytest.approx(vector.tolist(), abs=1e-12)
    assert found.eigenvalue == pytest.approx(float((np.array(matrix) @ vector).sum()), abs=1e-10)


def test_contradicting_comparisons_are_refused_and_the_worst_pair_is_named() -> None:
    with pytest.raises(Refused) as no:
        ahp.consistent(matrix_of([3, 1 / 5], [3]), RANDOM, most_ratio=0.10)
    assert no.value.code == "valuation.comparisons_inconsistent"
    assert {"first", "second", "said", "implied"} <= set(no.value.facts)
    assert ahp.consistent(matrix_of([2, 4], [2]), RANDOM, most_ratio=0.10).weights == pytest.approx(
        [4 / 7, 2 / 7, 1 / 7]
    )


def test_a_ratio_at_the_limit_is_refused_for_it_must_be_below() -> None:
    matrix = matrix_of([3, 4], [2])
    ratio = ahp.judged(matrix, RANDOM).consistency_ratio
    with pytest.raises(Refused):
        ahp.consistent(matrix, RANDOM, most_ratio=ratio)
    assert ahp.consistent(matrix, RANDOM, most_ratio=ratio * 1.000001).consistency_ratio == ratio


def test_one_or_two_items_cannot_contradict_themselves() -> None:
    assert ahp.judged([[1.0]], RANDOM).weights == (1.0,)
    assert ahp.judged(matrix_of([9]), RANDOM).weights == pytest.approx([0.9, 0.1])


@pytest.mark.parametrize(
    ("matrix", "code"),
    [
        ([], "not_square"),
        ([[1.0, 2.0]], "not_square"),
        ([[2.0]], "outside_band"),
        ([[1.0, 2.0], [2.0, 1.0]], "not_reciprocal"),
        ([[1.0, 0.0], [1.0, 1.0]], "outside_band"),
        ([[1.0, -3.0], [-1 / 3, 1.0]], "outside_band"),
        ([[1.0, math.inf], [0.0, 1.0]], "not_finite"),
        ([[1.0, 30.0], [1 / 30, 1.0]], "outside_band"),
        (matrix_of(*[[1.0] * left for left in range(10, 0, -1)]), "not_in_table"),
    ],
)
def test_a_matrix_that_cannot_be_is_refused(matrix: list[list[float]], code: str) -> None:
    with pytest.raises(Refused, match=code):
        ahp.judged(matrix, RANDOM)


def test_a_third_may_be_written_as_a_third_of_a_hundred() -> None:
    found = ahp.judged([[1.0, 3.0], [0.33, 1.0]], RANDOM)
    assert found.weights == pytest.approx([0.75, 0.25])


def test_what_all_share_weighs_nothing_and_what_one_has_alone_weighs_most() -> None:
    found = ahp.entropy_weights([[5, 1, 0], [5, 2, 0], [5, 3, 7]])
    assert found[0] == 0
    assert found[2] > found[1] > 0
    assert sum(found) == pytest.approx(1, abs=1e-12)


def test_entropy_by_hand() -> None:
    # p = (1/4, 3/4) and (0, 1): 1 − e = 1 − 0.811278 and 1.
    e = -(0.25 * math.log2(0.25) + 0.75 * math.log2(0.75))
    assert ahp.entropy_weights([[1, 0], [3, 4]]) == pytest.approx([(1 - e) / (2 - e), 1 / (2 - e)], abs=1e-12)


@given(st.lists(st.lists(st.floats(0.01, 100), min_size=3, max_size=3), min_size=2, max_size=6), st.floats(1e-6, 1e6))
@settings(max_examples=40)
def test_the_unit_of_an_item_does_not_change_its_weight(rows: list[list[float]], unit: float) -> None:
    try:
        found = ahp.entropy_weights(rows)
    except Refused:
        return
    assert ahp.entropy_weights([[row[0] * unit, *row[1:]] for row in rows]) == pytest.approx(found, abs=1e-6)


def test_deals_give_back_the_weights_that_made_their_prices() -> None:
    rng = np.random.Generator(np.random.PCG64(3))
    scores = rng.uniform(0, 1, (400, 4))
    true = np.array([0.5, 0.3, 0.2, 0.0])
    prices = 2.0 + 3.0 * scores @ true
    found = ahp.deal_weights(scores.tolist(), prices.tolist())
    assert found.weights == pytest.approx(true.tolist(), abs=1e-9)
    assert (found.intercept, found.slope, found.r_squared) == pytest.approx((2, 3, 1), abs=1e-9)
    noisy = ahp.deal_weights(scores.tolist(), (prices - 4.0 * scores[:, 3] + rng.normal(0, 0.5, 400)).tolist())
    assert noisy.weights[3] == 0
    assert sum(noisy.weights) == pytest.approx(1, abs=1e-12)
    yuan_in_fen = ahp.deal_weights(scores.tolist(), (prices + math.log(100)).tolist())
    assert yuan_in_fen.weights == pytest.approx(found.weights, abs=1e-9)


REFUSED: list[Any] = [
    lambda: ahp.entropy_weights([[1.0, 2.0]]),
    lambda: ahp.entropy_weights([[1.0], [1.0]]),
    lambda: ahp.entropy_weights([[0.0], [0.0]]),
    lambda: ahp.entropy_weights([[1.0], [1.0, 2.0]]),
    lambda: ahp.entropy_weights([[-1.0], [1.0]]),
    lambda: ahp.entropy_weights([[math.inf], [1.0]]),
    lambda: ahp.entropy_weights([[], []]),
    lambda: ahp.deal_weights([[0.1], [0.2]], [1.0, 2.0]),
    lambda: ahp.deal_weights([[0.1], [0.2], [0.3]], [1.0, 2.0]),
    lambda: ahp.deal_weights([[0.1], [0.2], [0.3]], [3.0, 2.0, 1.0]),
    lambda: ahp.deal_weights([[0.1], [0.2], [0.3]], [1.0, 1.0, 1.0]),
    lambda: ahp.deal_weights([[0.1], [0.2], [3.0]], [1.0, 2.0, 3.0]),
    lambda: ahp.deal_weights([[0.1], [0.2], [0.3]], [1.0, 2.0, math.nan]),
]


@pytest.mark.parametrize("asked", REFUSED)
def test_figures_that_tell_nothing_are_refused(asked: Any) -> None:
    with pytest.raises(Refused):
        asked()
