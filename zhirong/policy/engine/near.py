"""How far everybody is from a measure: how few conditions are wanting, of which kind, and which facts nobody knows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import reduce
from typing import Any

import numpy as np

from zhirong.base.refused import Refused
from zhirong.policy.engine import decide, exact, screen
from zhirong.policy.engine.columns import Array, Column, Population
from zhirong.policy.engine.exact import Case
from zhirong.policy.engine.measure import Condition, Leaf, Measure, Version, leaves, parameters_on
from zhirong.policy.engine.screen import Looked, Screened
from zhirong.policy.engine.things import Cases
from zhirong.policy.engine.values import Unknown
from zhirong.policy.engine.vectors import Truth

FAR = 999
KINDS = ("action", "time", "never")


@dataclass(frozen=True)
class Near:
    """Of everybody: `steps` is the size of the smallest set of conditions that would qualify, as `repair.fixes` finds
    it (nought: qualified, FAR: nothing helps); `certain` the same without conditions that first have to be found out,
    `by_action` with what the enterprise can act on alone; `failing` how many conditions are false by kind, and `open`
    how many are unknown."""

    steps: Array
    certain: Array
    by_action: Array
    failing: Mapping[str, Array]
    open: Array


@dataclass(frozen=True)
class Gaps:
    """Per fact, whose answer hangs on it (`wanted`), and for whom it is the only one (`settles`), among the unknown."""

    wanted: Mapping[str, Array]
    settles: Mapping[str, Array]


def near(measure: Measure, population: Population, day: date, *, known: date | None = None) -> Near | None:
    """How far everybody is; None where no version rules, or each may have another."""
    found, seen = screen.looked(measure, population, day, known=known)
    return of_looked(measure, population, found, seen=seen, day=day, known=known or date.max)


def of_looked(
    measure: Measure, population: Population, found: Screened, *, seen: Looked | None, day: date, known: date
) -> Near | None:
    """The same, where the conditions were looked at already."""
    version = decide.ruling(measure, {}, day, known=known)[0]
    if version is None or any(one.basis for one in measure.versions):
        return None
    values = seen.leaves if seen else blank(version, population.size)
    doubt = np.ones(population.size, bool) if seen is None else seen.near | seen.view.doubt.broken
    values = corrected(
        values, np.flatnonzero(doubt), population, measure=measure, version=version, day=day, known=known
    )
    parts = list(leaves(version.eligibility))
    failing = {
        kind: total([values[leaf.id].no for leaf in parts if leaf.fixable == kind], population.size) for kind in KINDS
    }
    return Near(
        steps_of(version.eligibility, values, kinds=("action", "time"), with_open=True),
        steps_of(version.eligibility, values, kinds=("action", "time")),
        steps_of(version.eligibility, values, kinds=("action",)),
        failing,
        total([values[leaf.id].open for leaf in parts], population.size),
    )


def blank(version: Version, size: int) -> dict[str, Truth]:
    """Nothing known of any condition."""
    return {leaf.id: Truth(np.zeros(size, bool), np.zeros(size, bool)) for leaf in leaves(version.eligibility)}


def total(masks: list[Array], size: int) -> Array:
    """How many of the masks hold."""
    return reduce(np.add, masks, np.zeros(size, np.int16))


def corrected(
    values: Mapping[str, Truth],
    places: Array,
    population: Population,
    *,
    measure: Measure,
    version: Version,
    day: date,
    known: date,
) -> dict[str, Truth]:
    """The conditions with those of doubtful rows computed exactly; one that cannot be computed stays unknown."""
    found = (
        {name: Truth(one.yes.copy(), one.no.copy()) for name, one in values.items()} if len(places) else dict(values)
    )
    asked, parameters = screen.facts_asked(measure), parameters_on(measure, day, known)
    for place in places:
        case = Case(population.facts_of(int(place), asked), parameters)
        for leaf in leaves(version.eligibility):
            value = leaf_value(leaf, case)
            found[leaf.id].yes[place], found[leaf.id].no[place] = value is True, value is False
    return found


def leaf_value(leaf: Leaf, case: Case) -> bool | None:
    """One condition of one enterprise."""
    try:
        value = exact.truth(leaf.rule.run(case))
    except Refused:
        return None
    return None if isinstance(value, Unknown) else bool(value)


def steps_of(
    condition: Condition, values: Mapping[str, Truth], *, kinds: tuple[str, ...], with_open: bool = False
) -> Array:
    """The fewest conditions of these kinds that would have to become true: of `all` the sum, of `any` the least."""
    if isinstance(condition, Leaf):
        one = values[condition.id]
        missed = 1 if condition.fixable in kinds else FAR
        return np.where(one.yes, 0, np.where(one.no, missed, 1 if with_open else FAR)).astype(np.int16)
    parts = [steps_of(part, values, kinds=kinds, with_open=with_open) for part in condition.parts]
    if condition.word == "any":
        return reduce(np.minimum, parts)
    found: Array = np.minimum(reduce(np.add, [part.astype(np.int32) for part in parts]), FAR).astype(np.int16)
    return found


def gaps(population: Population, found: Screened, seen: Looked | None) -> Gaps:
    """Which facts keep the unknown unknown. A list counts as unknown where a field that is asked for is."""
    if seen is None:
        return Gaps({}, {})
    unknown = found.states == screen.UNKNOWN
    wanted: dict[str, Array] = {}
    for leaf, mask in open_leaves(seen.version.eligibility, seen.leaves, unknown):
        if not mask.any():
            continue
        for name in leaf.rule.facts:
            lacking = mask & lacks(population.columns.get(name), population.size)
            wanted[name] = wanted[name] | lacking if name in wanted else lacking
    wanted = {name: mask for name, mask in wanted.items() if mask.any()}
    count = total(list(wanted.values()), population.size)
    return Gaps(wanted, {name: mask & (count == 1) for name, mask in wanted.items()})


def gaps_of(cases: Cases, found: Screened, seen: Looked | None) -> Gaps:
    """The same of enterprises with all their things: what keeps one of an unknown enterprise's things unknown."""
    rows = gaps(cases.people, found, seen)
    if cases.owner is None:
        return rows
    unknown = cases.states(found).states == screen.UNKNOWN
    wanted = {name: cases.of_any(mask) & unknown for name, mask in rows.wanted.items()}
    wanted = {name: mask for name, mask in wanted.items() if mask.any()}
    count = total(list(wanted.values()), cases.size)
    return Gaps(wanted, {name: mask & (count == 1) for name, mask in wanted.items()})


def open_leaves(condition: Condition, values: Mapping[str, Truth], mask: Array) -> Iterator[tuple[Leaf, Array]]:
    """The conditions that keep the whole open, and for whom."""
    here = mask & screen.of_condition(condition, values).open
    if isinstance(condition, Leaf):
        yield condition, here
        return
    for part in condition.parts:
        yield from open_leaves(part, values, here)


def lacks(column: Column | None, size: int) -> Array:
    """Where a fact is unknown, or something inside it is."""
    if column is None:
        return np.ones(size, bool)
    found: Any = column.unknown
    if column.offsets is not None and column.fields:
        owner = np.repeat(np.arange(size), np.diff(column.offsets))
        for inner in column.fields.values():
            found = found | (np.bincount(owner[inner.unknown], minlength=size) > 0)
    return np.asarray(found)
