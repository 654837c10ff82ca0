"""Values of a whole population at once: truths as two masks, numbers as floats with a bound of their error.

A comparison nearer than its error bound is not decided here: it is put into `doubt`, and the exact engine decides.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np

from zhirong.policy.engine.columns import WHOLE, Array
from zhirong.policy.engine.values import is_number

# A little above the rounding of one operation (2**-53 of its result).
EPSILON = 2.3e-16
FIRST_DAY = 719_163  # The ordinal of 1970-01-01.


class Unscreenable(Exception):
    """An expression that only the exact engine computes; all of the population is left to it."""


@dataclass(frozen=True)
class Truth:
    """Where it is certainly true and where certainly false; unknown elsewhere."""

    yes: Array
    no: Array

    @property
    def open(self) -> Array:
        return ~(self.yes | self.no)


@dataclass(frozen=True)
class Number:
    """Numbers, where they are unknown (None: nowhere), and how far off they may be (None: exact)."""

    values: Array
    unknown: Array | None
    error: Array | None


@dataclass(frozen=True)
class Day:
    """Days as ordinals."""

    values: Array
    unknown: Array | None


@dataclass(frozen=True)
class Text:
    """Texts as codes into words."""

    codes: Array
    words: tuple[str, ...]
    unknown: Array | None


@dataclass(frozen=True)
class List:
    """A list each: which row an element belongs to, the element (a Text, or fields of records), unknown lists."""

    owner: Array
    offsets: Array
    element: Any
    unknown: Array


Value = Truth | Number | Day | Text | List


def either(a: Array | None, b: Array | None) -> Array | None:
    """Unknown as soon as one is."""
    if a is None or b is None:
        return b if a is None else a
    return a | b


def number(value: Any) -> Number:
    """A constant as a number; one that a float cannot hold exactly has an error."""
    if isinstance(value, Number):
        return value
    if not is_number(value):
        raise Unscreenable
    near = float(value)
    is_exact = Fraction(near) == value and abs(near) < WHOLE and near == int(near)
    return Number(np.float64(near), None, None if is_exact else np.float64(abs(near) * EPSILON))  # type: ignore[arg-type]


def error_of(one: Number) -> Any:
    return 0.0 if one.error is None else one.error


def settled(values: Array, unknown: Array | None, of: tuple[Number, Number], *, error: Callable[[], Any]) -> Number:
    """A result: exact where both parts were and the result still fits, else with its error bound."""
    if of[0].error is None and of[1].error is None and np.size(values) and np.max(np.abs(values)) < WHOLE:
        return Number(values, unknown, None)
    return Number(values, unknown, error() + EPSILON * np.abs(values))


def added(a: Number, b: Number, *, sign: str) -> Number:
    values = a.values + b.values if sign == "+" else a.values - b.values
    return settled(values, either(a.unknown, b.unknown), (a, b), error=lambda: error_of(a) + error_of(b))


def multiplied(a: Number, b: Number) -> Number:
    """Nought times the unknown is nought."""
    values = a.values * b.values

    def bound() -> Any:
        ea, eb = error_of(a), error_of(b)
        return np.abs(a.values) * eb + np.abs(b.values) * ea + ea * eb

    unknown = either(a.unknown, b.unknown)
    if unknown is not None:
        unknown = unknown & ~(is_nought(a) | is_nought(b))
        values = np.where(unknown, 0.0, values)
    return settled(values, unknown, (a, b), error=bound)


def is_nought(one: Number) -> Any:
    """Where it is known to be nought; a number with an error never is."""
    nought = (one.values == 0) & (np.asarray(error_of(one)) == 0)
    return nought if one.unknown is None else nought & ~one.unknown


def perhaps_nought(one: Number) -> Any:
    """Where the rounding of floats leaves open whether it is nought."""
    error = np.asarray(error_of(one))
    found = (np.abs(one.values) <= 1.01 * error) & (error > 0)
    return found if one.unknown is None else found & ~one.unknown


def divided(a: Number, b: Number) -> tuple[Number, Array]:
    """The quotient and where it is in doubt: a divisor that is or may be nought."""
    unknown = either(a.unknown, b.unknown)
    doubt = np.abs(b.values) <= error_of(b) * 2
    safe = np.where(doubt, 1.0, b.values)
    values = a.values / safe
    error = 2 * (error_of(a) + np.abs(values) * error_of(b)) / np.abs(safe) + EPSILON * np.abs(values)
    return Number(values, unknown, error), np.broadcast_to(doubt, np.shape(values))


ORDERS: dict[str, Callable[[Any, Any], Any]] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
}


def truth(found: Any, unknown: Array | None) -> Truth:
    """A plain mask with what is unknown taken out."""
    if unknown is None:
        return Truth(found, ~found)
    return Truth(found & ~unknown, ~found & ~unknown)


def compared_numbers(a: Number, b: Number, sign: str) -> tuple[Truth, Array | None]:
    """Whether the sign holds, and where the difference is within the errors."""
    found = ORDERS[sign](a.values, b.values)
    unknown = either(a.unknown, b.unknown)
    if a.error is None and b.error is None:
        return truth(found, unknown), None
    doubt = np.abs(a.values - b.values) <= 1.01 * (error_of(a) + error_of(b))
    return truth(found, unknown), doubt


def day(value: Any) -> Day:
    if isinstance(value, Day):
        return value
    if not isinstance(value, date):
        raise Unscreenable
    return Day(np.int64(value.toordinal()), None)  # type: ignore[arg-type]


def months_between(start: Day, end: Day) -> Number:
    """Completed months, as `functions.months`."""
    (first_month, first_day), (last_month, last_day) = parts(start), parts(end)
    forward = last_month - first_month - (last_day < first_day)
    backward = first_month - last_month - (first_day < last_day)
    values = np.where(end.values < start.values, -backward, forward).astype(np.float64)
    return Number(values, either(start.unknown, end.unknown), None)


def parts(one: Day) -> tuple[Array, Array]:
    """Months since the year 1970 and the day of the month, from 0."""
    days = (np.asarray(one.values) - FIRST_DAY).astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    return months.astype(np.int64), (days - months).astype(np.int64)


def same_words(a: Text, b: Text) -> tuple[Array, Array]:
    """Codes of both in one list of words."""
    places = {word: place for place, word in enumerate(b.words)}
    moved = [places.get(word, -1 - place) for place, word in enumerate(a.words)] or [-1]
    return np.array(moved)[a.codes], b.codes


def code_of(text: Text, word: str) -> int:
    return text.words.index(word) if word in text.words else -1


def chosen(condition: Truth, then: Value, otherwise: Value) -> Value:
    """The one or the other; unknown where the condition is."""
    if isinstance(then, Truth) and isinstance(otherwise, Truth):
        yes = (condition.yes & then.yes) | (condition.no & otherwise.yes)
        return Truth(yes, (condition.yes & then.no) | (condition.no & otherwise.no))
    if not isinstance(then, Number) or not isinstance(otherwise, Number):
        raise Unscreenable
    unknown = condition.open
    for mask, part in ((condition.yes, then), (condition.no, otherwise)):
        unknown = unknown if part.unknown is None else unknown | (mask & part.unknown)
    is_exact = then.error is None and otherwise.error is None
    error = None if is_exact else np.where(condition.yes, error_of(then), error_of(otherwise))
    return Number(np.where(condition.yes, then.values, otherwise.values), unknown, error)


def extreme(a: Number, b: Number, *, name: str) -> Number:
    """The smaller or the larger of two; as far off as the one taken, or as the worse of two that may be the same."""
    is_first = a.values <= b.values if name == "min" else a.values >= b.values
    unknown = either(a.unknown, b.unknown)
    values = np.where(is_first, a.values, b.values)
    if a.error is None and b.error is None:
        return Number(values, unknown, None)
    ea, eb = error_of(a), error_of(b)
    is_close = np.abs(a.values - b.values) <= 1.01 * (ea + eb)
    return Number(values, unknown, np.where(is_close, np.maximum(ea, eb), np.where(is_first, ea, eb)))
