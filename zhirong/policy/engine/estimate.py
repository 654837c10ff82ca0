"""The amounts of a whole population at once: an estimate within a cent, never money of record.

The twin of `amounts.amount`: for everybody what the measure would pay if its conditions were met, or unknown. Those
whose amount hangs on a comparison within the rounding of floats are computed exactly, if they may have it at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from zhirong.base.refused import Refused
from zhirong.policy.engine import amounts, decide, screen, vectors
from zhirong.policy.engine.columns import Array, Population
from zhirong.policy.engine.exact import Case, Expression
from zhirong.policy.engine.measure import Ceiling, Line, Measure, Version, parameters_on
from zhirong.policy.engine.screen import MET, UNKNOWN
from zhirong.policy.engine.values import Unknown
from zhirong.policy.engine.vectors import Number, Truth, Unscreenable
from zhirong.policy.engine.view import View


@dataclass(frozen=True)
class Estimated:
    """For everybody the state and the amount in fen before rounding. `off`: how far it may be off (nought: exact).

    `lacking`: not to be told, for a fact is wanting, the measure pays nothing, or somebody who does not meet it stands
    too near a threshold.
    """

    states: Array
    by_exact: Array
    sums: Array
    off: Array
    lacking: Array

    @property
    def fen(self) -> Array:
        """Whole fen, halves up; a half that a float cannot hold may fall on either side."""
        found: Array = np.floor(self.sums + 0.5)
        return found

    @property
    def due(self) -> Array:
        """Who meets it and whose amount is known."""
        met: Array = (self.states == MET) & ~self.lacking
        return met

    @property
    def total_fen(self) -> int:
        """The sum of those."""
        return int(self.fen[self.due].sum())


def estimate(measure: Measure, population: Population, day: date, *, known: date | None = None) -> Estimated:
    """States as `screen.screen` finds them, with amounts."""
    found, _ = screen.looked(measure, population, day, known=known)
    return of_states(measure, population, found, day=day, known=known or date.max)


def of_states(measure: Measure, population: Population, found: screen.Screened, *, day: date, known: date) -> Estimated:
    """The amounts, where the states are known already."""
    size = population.size
    sums, off, lacking = np.zeros(size), np.zeros(size), np.ones(size, bool)
    doubt = np.zeros(size, bool)
    wanted = (found.states == MET) | (found.states == UNKNOWN)
    version = decide.ruling(measure, {}, day, known=known)[0]
    if version is None or any(one.basis for one in measure.versions):
        # Each may have another version, or none rules at all.
        doubt[:] = True
    elif version.lines is not None:
        view = screen.view_of(measure, population, day, known=known)
        try:
            with np.errstate(all="ignore"):
                money = of_version(version, view)
            sums, off, lacking = in_fen(money, size)
            doubt |= view.doubt.near | view.doubt.broken
            lacking |= doubt
        except Unscreenable:
            doubt[:] = True
    asked = facts_asked(measure)
    for place in np.flatnonzero(doubt & wanted):
        exact = exactly(measure, population.facts_of(int(place), asked), day, known=known)
        sums[place], off[place], lacking[place] = exact or 0, 0.0, exact is None
    return Estimated(found.states, found.by_exact | (doubt & wanted), sums, off, lacking)


def in_fen(money: Number, size: int) -> tuple[Array, Array, Array]:
    """Yuan as fen, how far off, and where unknown."""
    values = np.broadcast_to(np.asarray(money.values, np.float64), (size,))
    error = np.broadcast_to(np.asarray(vectors.error_of(money), np.float64), (size,))
    lacking = np.zeros(size, bool) if money.unknown is None else np.broadcast_to(money.unknown, (size,)).copy()
    return np.where(lacking, 0.0, values * 100), np.where(lacking, 0.0, error * 100), lacking


def exactly(measure: Measure, facts: dict[str, Any], day: date, *, known: date) -> int | None:
    """One amount as if the conditions were met; None where it is unknown, or the facts cannot be computed with."""
    version, _, _, basis = decide.ruling(measure, facts, day, known=known)
    if version is None or version.lines is None:
        return None
    try:
        return amounts.amount(version, Case(facts, parameters_on(measure, basis, known))).amount_fen
    except Refused:
        return None


def facts_asked(measure: Measure) -> set[str]:
    """The facts that its lines and ceilings ask for."""
    found = {version.basis for version in measure.versions}
    for version in measure.versions:
        found.update(one.used for one in version.ceilings if one.used)
        for rule in expressions(version):
            found |= rule.facts
    return found


def expressions(version: Version) -> Iterator[Expression]:
    """What an amount is made of."""
    for line in version.lines or ():
        yield from (one for one in (line.amount, line.when, line.cap) if one is not None)
    for ceiling in version.ceilings:
        yield from (one for one in (ceiling.limit, ceiling.when) if one is not None)


def of_version(version: Version, view: View) -> Number:
    """The sum of the lines, never below nought, under the ceilings."""
    gross = vectors.number(0)
    for line in version.lines or ():
        gross = vectors.added(gross, of_line(line, view), sign="+")
    gross = vectors.extreme(gross, vectors.number(0), name="max")
    return limited(version.ceilings, gross, view)


def number_of(rule: Expression, view: View) -> Number:
    """A number for everybody; an unknown parameter is unknown for all."""
    value = screen.of(rule.node, view)
    if isinstance(value, Unknown):
        return Number(np.zeros(view.size), np.ones(view.size, bool), None)
    return vectors.number(value)


def whether(rule: Expression | None, view: View) -> Truth:
    """A condition of a line or a ceiling; none is always true."""
    return screen.as_truth(True if rule is None else screen.of(rule.node, view), view)


def is_nought(one: Number, view: View, *, matters: Array) -> Array:
    """Where it is nought for certain; where that matters and the rounding leaves it open, the row is in doubt."""
    view.note(view.doubt.near, np.broadcast_to(vectors.perhaps_nought(one), (view.size,)) & matters)
    return np.broadcast_to(vectors.is_nought(one), (view.size,))


def lacks(one: Number, view: View) -> Array:
    """Where it is unknown."""
    return np.zeros(view.size, bool) if one.unknown is None else np.broadcast_to(one.unknown, (view.size,))


def of_line(line: Line, view: View) -> Number:
    """One line: nothing where it does not apply, and a line of nothing is nothing, whether it applies or not."""
    value = number_of(line.amount, view)
    if line.cap is not None:
        value = capped(value, number_of(line.cap, view), view)
    if line.when is None:
        return value
    applies = whether(line.when, view)
    unknown = (lacks(value, view) & ~applies.no) | (
        applies.open & ~is_nought(value, view, matters=applies.open & ~lacks(value, view))
    )
    values = np.where(applies.yes & ~unknown, value.values, 0.0)
    return Number(values, unknown, None if value.error is None else np.where(applies.yes, value.error, 0.0))


def capped(value: Number, cap: Number, view: View) -> Number:
    """The lower of both; nothing has to be capped where there is nothing."""
    found = vectors.extreme(value, cap, name="min")
    missing = lacks(cap, view)
    unknown = lacks(value, view) | missing
    if missing.any():
        nought = is_nought(value, view, matters=missing & ~lacks(value, view))
        unknown = unknown & ~nought
        return Number(np.where(nought & missing, 0.0, found.values), unknown, found.error)
    return Number(found.values, unknown, found.error)


def limited(ceilings: tuple[Ceiling, ...], gross: Number, view: View) -> Number:
    """The lowest of the ceilings that hold; open where one that may bind is not known (see `amounts.limited`)."""
    lowest, is_open = gross, lacks(gross, view)
    for ceiling in ceilings:
        applies = whether(ceiling.when, view)
        room = room_of(ceiling, view)
        no_room, no_sum = lacks(room, view), lacks(lowest, view)
        is_lower = ~no_room & ~no_sum & (room.values < lowest.values)
        doubtful = ~applies.no & (applies.open | no_room) & (is_lower | no_room)
        if doubtful.any():
            is_open = is_open | (doubtful & ~is_nought(gross, view, matters=doubtful & ~lacks(gross, view)))
        binds = applies.yes & is_lower
        gap = np.abs(room.values - lowest.values)
        is_close = gap <= 1.01 * (vectors.error_of(room) + vectors.error_of(lowest))
        error = None
        if lowest.error is not None or room.error is not None:
            view.note(view.doubt.near, applies.open & ~no_room & ~no_sum & is_close)
            worse = np.maximum(vectors.error_of(room), vectors.error_of(lowest))
            error = np.where(binds, vectors.error_of(room), vectors.error_of(lowest))
            error = np.where(is_close & ~applies.no, worse, error)
        lowest = Number(np.where(binds, room.values, lowest.values), lowest.unknown, error)
    return Number(lowest.values, is_open, lowest.error)


def room_of(ceiling: Ceiling, view: View) -> Number:
    """What is left under a ceiling: what was received counts where it is known, and never below nought."""
    limit = number_of(ceiling.limit, view)
    column = view.population.columns.get(ceiling.used) if ceiling.used else None
    if column is None:
        return vectors.extreme(limit, vectors.number(0), name="max")
    received = np.where(column.unknown, 0.0, np.maximum(column.values, 0.0))
    used = Number(received, None, None if column.is_whole else received * vectors.EPSILON)
    return vectors.extreme(vectors.added(limit, used, sign="-"), vectors.number(0), name="max")
