"""What a measure pays an enterprise for all its things together: each for itself, the sum under the ceilings that hold
for the enterprise, of which each decision alone sees the whole (`supporting.rooms`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from zhirong.base.refused import Refused
from zhirong.policy.engine import amounts, columns, decide, estimate, screen
from zhirong.policy.engine.amounts import Amount
from zhirong.policy.engine.columns import Array
from zhirong.policy.engine.estimate import Estimated
from zhirong.policy.engine.exact import Case
from zhirong.policy.engine.measure import Ceiling, Measure, Version, parameters_on
from zhirong.policy.engine.screen import MET, UNKNOWN, Screened
from zhirong.policy.engine.things import Cases
from zhirong.policy.engine.vectors import Unscreenable
from zhirong.policy.engine.view import View

FOR_ALL = "enterprise"


@dataclass(frozen=True)
class Fen:
    """Whole fen of rows; `open` where the rounding of floats leaves the last one open, or where nothing is known."""

    fen: Array
    open: Array


def of_cases(measure: Measure, cases: Cases, found: Screened, *, day: date, known: date) -> Estimated:
    """Amounts of enterprises: of those that meet it for what is met, of the unknown for what may be met. What counts
    for one row alone is an estimate as ever, what is summed up is exact."""
    rows = estimate.of_states(measure, cases.people, found, day=day, known=known)
    if cases.owner is None:
        return rows
    states = cases.states(found)
    counted = ((found.states == MET) | (found.states == UNKNOWN)) & (found.states == states.states[cases.owner])
    count = np.bincount(cases.owner[counted], minlength=cases.size)
    several = counted & (count[cases.owner] > 1)
    single = np.where(np.diff(np.append(cases.starts, cases.people.size)) == 1, cases.starts, -1)
    single[cases.owner[counted & ~several]] = np.flatnonzero(counted & ~several)
    sums, off, lacking = np.zeros(cases.size), np.zeros(cases.size), np.ones(cases.size, bool)
    is_single = single >= 0
    by_exact = states.by_exact | cases.of_any(rows.by_exact)
    for values, given in ((sums, rows.sums), (off, rows.off), (lacking, rows.lacking)):
        values[is_single] = given[single[is_single]]
    if several.any():
        places = np.flatnonzero(several)
        summed, is_open = sums_of(measure, cases, rows, places=places, day=day, known=known)
        many = np.unique(cases.owner[places])
        sums[many], lacking[many] = summed[many], cases.of_any(several & rows.lacking)[many]
        asked = estimate.facts_asked(measure)
        for place in np.flatnonzero(is_open & (count > 1) & ~lacking):
            facts = [cases.people.facts_of(row, asked) for row in cases.rows_of(int(place)) if several[row]]
            exact = exactly(measure, facts, day, known=known)
            sums[place], lacking[place], by_exact[place] = exact or 0, exact is None, True
    return Estimated(states.states, by_exact, sums, off, lacking)


def sums_of(
    measure: Measure, cases: Cases, rows: Estimated, *, places: Array, day: date, known: date
) -> tuple[Array, Array]:
    """The sums of these rows by enterprise under what ceilings leave, and whose sum only the exact engine can tell."""
    owner = cases.owner if cases.owner is not None else np.arange(cases.size)
    whose = owner[places]
    each = in_fen(rows.sums[places], rows.off[places])
    total = np.bincount(whose, weights=each.fen, minlength=cases.size)
    is_open = np.bincount(whose[each.open], minlength=cases.size) > 0
    paying = each.fen > 0
    # One amount alone stands under its own ceilings already.
    limited = paying & (np.bincount(whose[paying], minlength=cases.size)[whose] > 1)
    version = decide.ruling(measure, {}, day, known=known)[0]
    if version is None or any(one.basis for one in measure.versions):
        is_open[whose[limited]] = True
        return total, is_open
    people = columns.taken(cases.people, places[limited], estimate.facts_asked(measure))
    room = rooms_of(measure, version, people, day=day, known=known)
    np.minimum.at(total, whose[limited], room.fen)
    is_open[whose[limited][room.open]] = True
    return total, is_open


def rooms_of(measure: Measure, version: Version, people: columns.Population, *, day: date, known: date) -> Fen:
    """The least that a ceiling for the enterprise leaves each row; infinite where none holds."""
    view = screen.view_of(measure, people, day, known=known)
    try:
        with np.errstate(all="ignore"):
            found = [room_of(one, view) for one in version.ceilings if one.scope.startswith(FOR_ALL)]
    except Unscreenable:
        return Fen(np.full(people.size, np.inf), np.ones(people.size, bool))
    least, is_open = np.full(people.size, np.inf), view.doubt.near | view.doubt.broken
    for room in found:
        least, is_open = np.minimum(least, room.fen), is_open | room.open
    return Fen(least, is_open)


def room_of(ceiling: Ceiling, view: View) -> Fen:
    """What one ceiling leaves each row; infinite where it does not hold for certain, or its room is unknown."""
    holds = estimate.whether(ceiling.when, view).yes
    sums, off, lacking = estimate.in_fen(estimate.room_of(ceiling, view), view.size)
    room, is_known = in_fen(sums, off), holds & ~lacking
    return Fen(np.where(is_known, room.fen, np.inf), is_known & room.open)


def in_fen(sums: Array, off: Array) -> Fen:
    """Rounded halves up, as the exact engine rounds each; open where a half is nearer than the floats are right."""
    near = np.abs(sums - np.floor(sums) - 0.5) <= 1.01 * off
    return Fen(np.floor(sums + 0.5), near & (off > 0))


def exactly(measure: Measure, given: Sequence[Mapping[str, Any]], day: date, *, known: date) -> int | None:
    """The sum of several things as if the conditions were met; None where one amount is unknown."""
    found = [amount_of(measure, facts, day, known=known) for facts in given]
    each = [one.amount_fen for one in found if one is not None and one.amount_fen is not None]
    if len(each) < len(given):
        return None
    left = rooms_left([one for one in found if one is not None and one.amount_fen])
    return min([sum(each), *left])


def amount_of(measure: Measure, facts: Mapping[str, Any], day: date, *, known: date) -> Amount | None:
    """One amount with its ceilings; None where no version pays, or the facts cannot be computed with."""
    version, _, _, basis = decide.ruling(measure, facts, day, known=known)
    if version is None or version.lines is None:
        return None
    try:
        return amounts.amount(version, Case(facts, parameters_on(measure, basis, known)))
    except Refused:
        return None


def rooms_left(paying: Sequence[Amount]) -> list[int]:
    """What each ceiling for the enterprise leaves several amounts together."""
    if len(paying) < 2:
        return []
    limits = [limit for one in paying for limit in one.ceilings if limit.holds and limit.scope.startswith(FOR_ALL)]
    return [limit.room_fen for limit in limits if limit.room_fen is not None]
