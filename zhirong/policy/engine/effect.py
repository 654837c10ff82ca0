"""What a changed measure does to a population: who gains, who loses, who gets more or less, and what it costs.

Everybody is screened under both; whoever changes is decided exactly, so that no amount named here is an estimate. The
sums of all are estimates within a cent each.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from zhirong.policy.engine import decide, estimate, screen, things, together
from zhirong.policy.engine.columns import Array, Population
from zhirong.policy.engine.estimate import Estimated
from zhirong.policy.engine.measure import Measure
from zhirong.policy.engine.things import Cases

STATES = {number: name for name, number in screen.STATES.items()} | {screen.REFUSED: "refused"}


@dataclass(frozen=True)
class Change:
    """One enterprise by its place in the population: states and exact amounts, None where unknown or nothing due."""

    place: int
    before: str
    after: str
    before_fen: int | None
    after_fen: int | None


@dataclass(frozen=True)
class Side:
    """Everybody under one of the two: how many meet it, are unknown, and what is due as an estimate; `unpriced` meet
    it but their amount is unknown and not in the sum."""

    met: int
    unknown: int
    unpriced: int
    total_fen: int


@dataclass(frozen=True)
class Effect:
    """`gains` meet it only afterwards, `loses` only before, `more` and `less` on both sides; `other` is every other
    change: an answer that becomes unknown or is no longer, an amount that can no longer be told."""

    before: Side
    after: Side
    gains: tuple[Change, ...]
    loses: tuple[Change, ...]
    more: tuple[Change, ...]
    less: tuple[Change, ...]
    other: tuple[Change, ...]


@dataclass(frozen=True)
class Under:
    """Everybody under one of the two: the rows that it is decided for, their states, and the whole by enterprise."""

    measure: Measure | None
    cases: Cases
    rows: Array
    whole: Estimated


def effect(
    old: Measure | None,
    new: Measure,
    people: Population,
    *,
    day: date,
    known: date | None = None,
    cases: tuple[Cases, Cases] | None = None,
) -> Effect:
    """Before and after, on one day; without an old measure nobody meets anything before.

    `cases`: the rows of things that each of the two is decided for, where enterprises have things.
    """
    before, after = cases or (things.cases(people, None, ()),) * 2
    sides = (under(old, before, day=day, known=known), under(new, after, day=day, known=known))
    found: dict[str, list[Change]] = {"gains": [], "loses": [], "more": [], "less": [], "other": []}
    for place in np.flatnonzero(may_differ(sides[0].whole, sides[1].whole)):
        one = change(int(place), sides, day=day, known=known)
        if kind := kind_of(one):
            found[kind].append(one)
    lists = {kind: tuple(ones) for kind, ones in found.items()}
    return Effect(told(sides[0].whole), told(sides[1].whole), **lists)


def under(one: Measure | None, cases: Cases, *, day: date, known: date | None) -> Under:
    """Everybody under one of the two."""
    if one is not None:
        found, _ = screen.looked(one, cases.people, day, known=known)
        whole = together.of_cases(one, cases, found, day=day, known=known or date.max)
        return Under(one, cases, found.states, whole)
    nothing = np.zeros(cases.size)
    states = np.full(cases.size, screen.NOT_IN_FORCE, np.int8)
    return Under(None, cases, states, Estimated(states, nothing > 0, nothing, nothing, nothing == 0))


def told(side: Estimated) -> Side:
    """One side in numbers."""
    met = side.states == screen.MET
    unknown = int((side.states == screen.UNKNOWN).sum())
    return Side(int(met.sum()), unknown, int((met & side.lacking).sum()), side.total_fen)


def may_differ(before: Estimated, after: Estimated) -> Array:
    """Whose state differs, or whose amount does by more than the floats may be wrong."""
    gap = np.abs(before.sums - after.sums) > 1.01 * (before.off + after.off)
    by_hand = before.by_exact | after.by_exact
    amounts = (before.lacking != after.lacking) | (~before.lacking & (gap | by_hand))
    found: Array = (before.states != after.states) | ((before.states == screen.MET) & amounts)
    return found


def change(place: int, sides: tuple[Under, Under], *, day: date, known: date | None) -> Change:
    """One enterprise, exactly."""
    before, after = (STATES[int(side.whole.states[place])] for side in sides)
    before_fen, after_fen = (fen_of(place, side, day=day, known=known or date.max) for side in sides)
    return Change(place, before, after, before_fen, after_fen)


def fen_of(place: int, side: Under, *, day: date, known: date) -> int | None:
    """What is due to one enterprise for all that is met; None where nothing is, or it is unknown."""
    one = side.measure
    if one is None or side.whole.states[place] != screen.MET:
        return None
    met = [row for row in side.cases.rows_of(place) if side.rows[row] == screen.MET]
    asked = estimate.facts_asked(one)
    return together.exactly(one, [side.cases.people.facts_of(row, asked) for row in met], day, known=known)


def kind_of(one: Change) -> str:
    """Which list it belongs to; empty where nothing changed after all."""
    if (one.before == decide.MET) != (one.after == decide.MET):
        return "gains" if one.after == decide.MET else "loses"
    if one.before != decide.MET:
        return "other" if decide.UNKNOWN in (one.before, one.after) else ""
    if one.before_fen == one.after_fen:
        return ""
    if one.before_fen is None or one.after_fen is None:
        return "other"
    return "more" if one.after_fen > one.before_fen else "less"
