"""The functions of the expression language on known values. Each is total: a wrong kind of value is refused."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from zhirong.base.refused import Refused
from zhirong.policy.engine.values import is_number

Number = int | Fraction


def need_number(value: Any, name: str) -> Number:
    """A number, or a refusal that names what was to be computed."""
    if not is_number(value):
        raise Refused("policy.kinds_mixed", name=name, found=kind(value), wanted="number")
    return value  # type: ignore[no-any-return]


def need_day(value: Any, name: str) -> date:
    """A day, or a refusal that names what was to be computed."""
    if not isinstance(value, date):
        raise Refused("policy.kinds_mixed", name=name, found=kind(value), wanted="date")
    return value


def kind(value: Any) -> str:
    """What a value is called in refusals."""
    if isinstance(value, bool):
        return "bool"
    if is_number(value):
        return "number"
    return {"str": "text", "date": "date", "tuple": "list", "list": "list"}.get(type(value).__name__, "record")


def table_rows(table: Any, name: str) -> list[tuple[Any, Any]]:
    """Rows of two of a table."""
    if not isinstance(table, tuple | list) or any(not isinstance(row, tuple | list) or len(row) != 2 for row in table):
        raise Refused("policy.kinds_mixed", name=name, found=kind(table), wanted="table")
    return [(row[0], row[1]) for row in table]


def slices(x: Any, table: Any) -> Number:
    """Every slice of x times its rate, added up; nothing below nought."""
    total: Number = 0
    below: Number = 0
    x = need_number(x, "slices")
    for bound, rate in table_rows(table, "slices"):
        top = x if bound == "rest" else min(x, bound)
        if top > below:
            total += (top - below) * rate
        if bound != "rest":
            below = bound
    return total


def step(x: Any, table: Any) -> Any:
    """The value of the first row whose upper bound is not below x."""
    x = need_number(x, "step")
    for bound, value in table_rows(table, "step"):
        if bound == "rest" or x <= bound:
            return value
    raise Refused("policy.table_ends", value=str(x))


def pick(key: Any, table: Any) -> Any:
    """The value of the row of that key, else nothing."""
    return next((value for name, value in table_rows(table, "pick") if name == key), 0)


def days(start: Any, end: Any) -> int:
    """Whole days from one day to another."""
    return (need_day(end, "days") - need_day(start, "days")).days


def months(start: Any, end: Any) -> int:
    """Completed months from one day to another; below nought when the end lies before the start."""
    first, last = need_day(start, "months"), need_day(end, "months")
    if last < first:
        return -months(last, first)
    return (last.year - first.year) * 12 + last.month - first.month - (last.day < first.day)


def day(year: Any, month: Any, of_month: Any) -> date:
    """A date; one that no calendar has is refused."""
    try:
        return date(*(int(need_number(part, "date")) for part in (year, month, of_month)))
    except (ValueError, OverflowError):
        raise Refused("policy.no_such_day", text=f"{year}-{month}-{of_month}") from None


def top(count: Any, values: list[Any]) -> tuple[Any, ...]:
    """The largest values, as many as asked for."""
    most = need_number(count, "top")
    return tuple(sorted((need_number(value, "top") for value in values), reverse=True)[: max(0, int(most))])


OF_TWO = {"slices": slices, "step": step, "pick": pick, "days": days, "months": months}
