"""The amount of a measure: line by line, under its ceilings, to the cent, or unknown with what is wanting."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from zhirong.policy.engine import functions
from zhirong.policy.engine.exact import Case, Expression, truth
from zhirong.policy.engine.measure import Ceiling, Line, Version
from zhirong.policy.engine.values import Unknown, fen, unknown_of

Number = int | Fraction


@dataclass(frozen=True)
class LineFound:
    """A line: whether it applies (None: not known) and what it gives, rounded for itself; None where it is unknown."""

    id: str
    clause: str
    applies: bool | None
    amount_fen: int | None
    is_capped: bool


@dataclass(frozen=True)
class CeilingFound:
    """A ceiling: its limit, what was used of it, what room was left, whether it bound, and whether it holds at all."""

    id: str
    clause: str
    scope: str
    limit_fen: int | None
    used_fen: int
    room_fen: int | None
    binds: bool
    holds: bool = True


@dataclass(frozen=True)
class Amount:
    """`amount_fen` is None where a fact is wanting; `capped_by` names the lowest ceiling that bound."""

    lines: tuple[LineFound, ...]
    ceilings: tuple[CeilingFound, ...]
    gross_fen: int | None
    amount_fen: int | None
    capped_by: str | None
    missing: frozenset[str]


def amount(version: Version, case: Case) -> Amount:
    """The sum of the lines that apply under the ceilings that hold. Refused: an amount that is no number."""
    lines = version.lines or ()
    values = [line_value(line, case) for line in lines]
    gross = total([value for _, value, _ in values])
    found, net, capped_by = limited(version.ceilings, gross, case)
    lacking = unknown_of([gross, net]).missing
    return Amount(
        lines=tuple(
            LineFound(line.id, line.clause, applies, amount_fen=_fen(value), is_capped=is_capped)
            for line, (applies, value, is_capped) in zip(lines, values, strict=True)
        ),
        ceilings=found,
        gross_fen=_fen(gross),
        amount_fen=_fen(net),
        capped_by=capped_by,
        missing=lacking,
    )


def _fen(value: Any) -> int | None:
    return None if isinstance(value, Unknown) else fen(value)


def total(values: list[Any]) -> Any:
    """The sum, never below nought; unknown as soon as a part is."""
    if any(isinstance(value, Unknown) for value in values):
        return unknown_of(values)
    return max(sum(values, 0), 0)


def line_value(line: Line, case: Case) -> tuple[bool | None, Any, bool]:
    """Whether the line applies, its amount, and whether its own cap bound."""
    applies = True if line.when is None else truth(line.when.run(case))
    if applies is False:
        return False, 0, False
    value = value_of(line.amount, case, line.id)
    is_capped = False
    if line.cap is not None:
        value, is_capped = capped(value, value_of(line.cap, case, line.id))
    if isinstance(applies, Unknown):
        # A line of nothing adds nothing, whether it applies or not.
        return None, (0 if value == 0 else unknown_of([applies, value])), is_capped
    return True, value, is_capped


def value_of(expression: Expression, case: Case, name: str) -> Any:
    value = expression.run(case)
    return value if isinstance(value, Unknown) else functions.need_number(value, name)


def capped(value: Any, cap: Any) -> tuple[Any, bool]:
    """The lower of both; unknown if one is, unless there is nothing to cap."""
    if isinstance(value, Unknown) or isinstance(cap, Unknown):
        return (0 if value == 0 else unknown_of([value, cap])), False
    return (cap, True) if cap < value else (value, False)


def limited(ceilings: tuple[Ceiling, ...], gross: Any, case: Case) -> tuple[tuple[CeilingFound, ...], Any, str | None]:
    """Every ceiling, the amount that they leave, and which bound: the lowest, of equal ones the first."""
    found: list[CeilingFound] = []
    lowest: Any = gross
    open_ends: list[Any] = []
    capped_by: str | None = None
    for ceiling in ceilings:
        applies, limit, used = ceiling_value(ceiling, case)
        room = limit if isinstance(limit, Unknown) else max(limit - used, 0)
        is_lower = not isinstance(room, Unknown) and not isinstance(lowest, Unknown) and room < lowest
        doubtful = isinstance(applies, Unknown) or isinstance(room, Unknown)
        if applies is not False and doubtful and (is_lower or isinstance(room, Unknown)) and gross != 0:
            open_ends += [applies, room]
        elif applies is True and is_lower:
            lowest, capped_by = room, ceiling.id
        found.append(
            CeilingFound(
                ceiling.id,
                ceiling.clause,
                ceiling.scope,
                limit_fen=_fen(limit),
                used_fen=fen(used),
                room_fen=_fen(room),
                binds=applies is True and is_lower,
                holds=applies is True,
            )
        )
    if open_ends:
        return tuple(found), unknown_of([gross, *open_ends]), None
    return tuple(found), lowest, capped_by


def ceiling_value(ceiling: Ceiling, case: Case) -> tuple[Any, Any, Number]:
    """Whether it holds, its limit, and what was received under it: nothing where that fact is not given."""
    applies = True if ceiling.when is None else truth(ceiling.when.run(case))
    used = case.facts.get(ceiling.used) if ceiling.used else None
    received = functions.need_number(used, ceiling.used or "") if used is not None else 0
    return applies, value_of(ceiling.limit, case, ceiling.id), max(received, 0)
