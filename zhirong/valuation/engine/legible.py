"""A method's floats as the figures that people read: three digits, shares in per cent, and where they stand on a scale.

Nothing is computed on from here: what a contract or a ledger needs is asked of the method anew.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction

# What the kernels answer with, as it comes to be shown.
Number = float
# No range of money for a right is honest to more digits than this.
DIGITS = 3
LARGEST = 1e15


def exact(amount: float) -> Fraction:
    """A finite float as the number that it is; a form or a rounding rule goes on with it."""
    return Fraction(amount)


def number(value: Fraction | int) -> Number:
    """An exact number as the kernels take it."""
    return float(value)


def from_ppm(ppm: int) -> Number:
    """Millionths as a share."""
    return ppm / 1_000_000


def yuan(amount: float) -> int:
    """Whole yuan, halves to even, held within what a column holds."""
    return round(max(-LARGEST, min(LARGEST, amount)))


def fen(amount: float) -> int:
    """Fen, halves to even, held within what a column holds; unit in: yuan."""
    return round(max(-LARGEST, min(LARGEST, amount)) * 100)


def rounded_fen(amount: float) -> int:
    """An amount in yuan to three significant digits, in fen: what a sheet holds of a range that is no more exact."""
    if amount == 0:
        return 0
    places = DIGITS - 1 - math.floor(math.log10(abs(amount)))
    return fen(round(amount, places))


def digits(amount: float, *, most: int = DIGITS) -> str:
    """An amount with at most so many significant digits and thousands: 118, 46.3, 0.0385, 1,240; a true minus."""
    if amount == 0:
        return "0"
    size = abs(amount)
    places = most - 1 - math.floor(math.log10(size))
    rounded = round(size, places)
    # 99.96 becomes 100, which has a digit more than 99.9 had.
    places = most - 1 - math.floor(math.log10(rounded)) if rounded else places
    text = f"{round(size, places):,.{max(0, places)}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return f"{'−' if amount < 0 else ''}{text}"


def percent(share: float, *, places: int = 1) -> str:
    """A share as per cent: 0.907 -> 90.7%. What is small but not nothing never reads as nothing: < 0.1%."""
    least = 10.0**-places
    value = share * 100
    if 0 < value < least:
        return f"< {least:.{places}f}%"
    if 100 - least < value < 100:
        return f"> {100 - least:.{places}f}%"
    text = f"{abs(value):.{places}f}"
    sign = "−" if value < 0 and float(text) else ""
    return f"{sign}{text.removesuffix('.' + '0' * places)}%"


def fixed(number: float, places: int) -> str:
    """A plain number with so many decimals and a true minus: 1.013, −0.05."""
    text = f"{abs(number):.{places}f}"
    return f"{'−' if number < 0 and float(text) else ''}{text}"


def factor(number: float) -> str:
    """By how much something multiplies: × 1.62; close to nothing or huge ones keep two digits."""
    return f"× {number:.2f}" if 0.1 <= number < 100 else f"× {digits(number, most=2)}"


def change(before: float, after: float) -> float:
    """The relative change, 0.2 for a fifth more; 0 where there was nothing."""
    return after / before - 1 if before > 0 else 0.0


def log_width(low: float, high: float) -> float:
    """The width of a range in logs; 0 where an end is not positive."""
    return math.log(high / low) if low > 0 and high >= low else 0.0


def scale(amounts: Iterable[float]) -> tuple[int, int]:
    """The ends of a logarithmic scale in whole yuan that holds all amounts, each end 1, 2 or 5 times a power of ten."""
    held = [amount for amount in amounts if amount >= 1]
    low, high = min(held, default=1.0), max(held, default=1_000.0)
    floor, ceiling = _round_down(low), _round_up(high)
    return (floor, ceiling) if ceiling > floor else (floor, floor * 10)


def ticks(ends: tuple[int, int], *, most: int = 5) -> list[int]:
    """Round values inside the ends of a scale, the ends among them, at most so many."""
    low, high = ends
    inside = [value for value in _rounds(low, high) if low < value < high]
    # Two values nearer than a tenth of the scale would print over each other.
    apart = max(math.log(high / low) / max(1, most - 1), 1e-9) * 0.8
    kept = [low]
    for value in inside:
        if math.log(value / kept[-1]) >= apart and math.log(high / value) >= apart:
            kept.append(value)
    return [*kept, high]


def _rounds(low: int, high: int) -> list[int]:
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    return [int(step * 10**power) for power in powers if power >= 0 for step in (1, 2, 5)]


def _round_down(amount: float) -> int:
    power = math.floor(math.log10(amount))
    return int(max(step for step in (1, 2, 5) if step * 10**power <= amount * (1 + 1e-12)) * 10**power)


def _round_up(amount: float) -> int:
    power = math.floor(math.log10(amount))
    steps = [step for step in (1, 2, 5, 10) if step * 10**power >= amount * (1 - 1e-12)]
    return int(min(steps) * 10**power)


def counts(shares: Sequence[float]) -> list[int]:
    """Shares of a histogram as whole numbers in their proportion, for drawing."""
    return [max(0, round(share * 1_000_000)) for share in shares]
