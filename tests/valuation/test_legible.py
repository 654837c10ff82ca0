"""Figures as people read them: three digits, true minus, and never a nought for what is small."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from zhirong.valuation.engine import legible

AMOUNTS = some.floats(min_value=1e-3, max_value=1e14)


@pytest.mark.parametrize(
    ("amount", "text"),
    [(118, "118"), (46.0, "46"), (46.34, "46.3"), (1_240_000, "1,240,000"), (1_236_000, "1,240,000"),
     (0.03851, "0.0385"),
     (99.96, "100"), (0, "0"), (-5.5, "−5.5"), (999.6, "1,000")],
)  # fmt: skip
def test_an_amount_has_three_digits(amount: float, text: str) -> None:
    assert legible.digits(amount) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.907, "90.7%"),
        (0.5, "50%"),
        (0, "0%"),
        (1, "100%"),
        (0.0004, "< 0.1%"),
        (0.99999, "> 99.9%"),
        (4.948, "494.8%"),
    ],
)
def test_a_small_share_never_reads_as_nothing(share: float, text: str) -> None:
    assert legible.percent(share) == text


def test_factors_and_plain_numbers_have_a_true_minus() -> None:
    assert (legible.factor(1.62), legible.factor(0.004), legible.factor(1234)) == ("× 1.62", "× 0.004", "× 1,200")
    assert (legible.fixed(-0.05, 2), legible.fixed(-0.0001, 2)) == ("−0.05", "0.00")


@settings(max_examples=60)
@given(some.lists(AMOUNTS, min_size=1, max_size=6))
def test_a_scale_holds_every_amount_of_a_yuan_or_more_and_its_ticks_rise(amounts: list[float]) -> None:
    low, high = legible.scale(amounts)
    assert low < high
    assert all(low * (1 - 1e-9) <= one <= high * (1 + 1e-9) for one in amounts if one >= 1)
    marks = legible.ticks((low, high))
    assert (marks[0], marks[-1]) == (low, high)
    assert marks == sorted(set(marks))
    assert len(marks) <= 7


@settings(max_examples=60)
@given(AMOUNTS)
def test_three_digits_are_within_half_a_per_cent(amount: float) -> None:
    read = float(legible.digits(amount).replace(",", ""))
    assert math.isclose(read, amount, rel_tol=0.0051)
