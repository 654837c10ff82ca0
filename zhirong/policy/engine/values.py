"""Values of facts and of calculations: exact numbers, texts, days, lists, and the unknown that is never nought."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from typing import Any

from zhirong.base import money
from zhirong.base.refused import Refused

# Whole and broken numbers of any size stay exact; a calculation may not leave this range.
LARGEST = 10**30
SHOWN = Context(prec=50, rounding=ROUND_HALF_EVEN)
FINEST_DENOMINATOR = 10**400


@dataclass(frozen=True)
class Unknown:
    """What cannot be told, and the facts whose absence is the reason."""

    missing: frozenset[str] = frozenset()


def unknown_of(values: Iterable[Any]) -> Unknown:
    """The unknown that comes of several values: all that they lack."""
    return Unknown(frozenset[str]().union(*(value.missing for value in values if isinstance(value, Unknown))))


def is_number(value: Any) -> bool:
    """Whole or broken; `true` is none."""
    return isinstance(value, int | Fraction) and not isinstance(value, bool)


def simplest(value: Fraction | int) -> Fraction | int:
    """A number as `int` where it is whole; one out of every range of money is refused."""
    if abs(value.numerator) > LARGEST * value.denominator or value.denominator > FINEST_DENOMINATOR:
        raise Refused("policy.number_too_large", largest="1e30")
    return value.numerator if value.denominator == 1 else value


def fen(value: Fraction | int) -> int:
    """Yuan to whole fen, halves away from nought (README of the measures: the result is rounded half up)."""
    return money.rounded(Fraction(value) * 100, "half_up")


def yuan(amount_fen: int) -> str:
    """Fen as the cases write amounts: 217500.00."""
    sign = "-" if amount_fen < 0 else ""
    return f"{sign}{abs(amount_fen) // 100}.{abs(amount_fen) % 100:02d}"


def exact(value: Any) -> Any:
    """A number as it came from JSON or YAML, made exact: a float is taken as it was written, in its shortest form."""
    if isinstance(value, float):
        text = repr(value)
        if text in ("inf", "-inf", "nan"):
            raise Refused("policy.number_too_large", largest="1e30")
        value = Decimal(text)
    if isinstance(value, Decimal):
        if not value.is_finite() or abs(value.adjusted()) > 40:
            raise Refused("policy.number_too_large", largest="1e30")
        value = Fraction(value)
    return simplest(value) if is_number(value) else value


def written(value: Any) -> Any:
    """A value for JSON and for people: a broken number as its decimals, a day in ISO form."""
    if isinstance(value, Fraction):
        return decimals(value)
    if isinstance(value, Unknown):
        return None
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [written(one) for one in value]
    if isinstance(value, Mapping):
        return {name: written(one) for name, one in value.items()}
    return value


def plain(value: Any) -> Any:
    """A settled value as JSON that needs no vocabulary to be read again (`settled`)."""
    if isinstance(value, Fraction):
        return {"number": str(value)}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    if isinstance(value, Mapping):
        return {"record": {name: plain(one) for name, one in value.items()}}
    return value


def settled(told: Any) -> Any:
    """The value that was written by `plain`."""
    if isinstance(told, list):
        return tuple(settled(one) for one in told)
    if not isinstance(told, Mapping):
        return told
    ((kind, inner),) = told.items()
    if kind == "number":
        return Fraction(inner)
    return date.fromisoformat(inner) if kind == "day" else {name: settled(one) for name, one in inner.items()}


def decimals(value: Fraction) -> str:
    """The decimals of a number, all of them where they end, else to fifty digits."""
    quotient = SHOWN.divide(Decimal(value.numerator), Decimal(value.denominator))
    return f"{quotient.normalize(SHOWN):f}"


def microseconds(at: datetime) -> int:
    """An aware instant as whole microseconds since year 1, so that instants of any zone sort."""
    return (at.astimezone(UTC) - datetime.min.replace(tzinfo=UTC)) // timedelta(microseconds=1)
