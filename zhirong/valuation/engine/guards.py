"""What every method asks of its numbers first: finite, of the right sign, inside its band; else a clear refusal."""

from __future__ import annotations

import math

from zhirong.base.refused import Refused


def finite(value: float, name: str) -> float:
    """The number as a float; an infinite one or none at all is refused."""
    try:
        is_number = not isinstance(value, bool) and math.isfinite(value)
    except OverflowError:
        # A whole number of more digits than a float holds.
        is_number = False
    if not is_number:
        raise Refused("valuation.not_finite", name=name)
    return float(value)


def not_negative(value: float, name: str) -> float:
    """Money and years: zero or more."""
    if finite(value, name) < 0:
        raise Refused("valuation.negative", name=name, value=float(value))
    return float(value)


def positive(value: float, name: str) -> float:
    """More than zero."""
    if finite(value, name) <= 0:
        raise Refused("valuation.not_positive", name=name, value=float(value))
    return float(value)


def within(value: float, name: str, *, least: float, most: float) -> float:
    """A rate, a share or a probability inside its band, both ends included."""
    if not least <= finite(value, name) <= most:
        raise Refused("valuation.outside_band", name=name, value=float(value), least=float(least), most=float(most))
    return float(value)
