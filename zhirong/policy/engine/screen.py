"""A measure for a whole population at once, by numpy: who is met, not met, unknown; every doubtful one decided exactly.

The twin of `decide` on eligibility: three-valued logic as masks, lists as flat columns. Rows whose comparisons lie
within the rounding of floats, and measures with an expression that has no vector form, go to the exact engine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from zhirong.base.refused import Refused
from zhirong.policy.engine import decide, exact, reductions, tree, vectors
from zhirong.policy.engine.columns import Array, Column, Population
from zhirong.policy.engine.measure import Condition, Leaf, Measure, Version, leaves, parameters_on
from zhirong.policy.engine.tree import Node
from zhirong.policy.engine.values import Unknown, is_number
from zhirong.policy.engine.vectors import Day, List, Number, Text, Truth, Unscreenable, Value
from zhirong.policy.engine.view import Doubt, View

NOT_MET, MET, UNKNOWN, NOT_IN_FORCE, REFUSED = range(5)
STATES = {decide.NOT_MET: NOT_MET, decide.MET: MET, decide.UNKNOWN: UNKNOWN, decide.NOT_IN_FORCE: NOT_IN_FORCE}


@dataclass(frozen=True)
class Screened:
    """The state of everybody (the numbers above) and who was left to the exact engine."""

    states: Array
    by_exact: Array


@dataclass(frozen=True)
class Looked:
    """What the states of everybody rest on: the version, the columns, each condition, and who was near a threshold."""

    version: Version
    view: View
    leaves: Mapping[str, Truth]
    near: Array


def screen(measure: Measure, population: Population, day: date, *, known: date | None = None) -> Screened:
    """Everybody's state on a day, as the base knew it on another; equal to `decide.decide(...).eligible` for each."""
    return looked(measure, population, day, known=known)[0]


def looked(
    measure: Measure, population: Population, day: date, *, known: date | None = None
) -> tuple[Screened, Looked | None]:
    """The states, and what they rest on where one version rules for all and has a vector form."""
    known = known or date.max
    doubt = np.zeros(population.size, bool)
    states = np.full(population.size, NOT_IN_FORCE, np.int8)
    seen: Looked | None = None
    if any(version.basis for version in measure.versions):
        doubt[:] = True
    elif (version := decide.ruling(measure, {}, day, known=known)[0]) is not None:
        seen = conditions_of(measure, version, population, day=day, known=known)
        if seen is None:
            doubt[:] = True
        else:
            found = of_condition(version.eligibility, seen.leaves)
            # A doubtful condition counts as unknown: where the others decide all the same, nothing is in doubt.
            doubt |= seen.view.doubt.broken | (seen.near & found.open)
            states[:] = np.where(found.yes, MET, np.where(found.no, NOT_MET, UNKNOWN))
    asked = facts_asked(measure)
    for place in np.flatnonzero(doubt):
        states[place] = exactly(measure, population.facts_of(int(place), asked), day, known=known)
    return Screened(states, doubt), seen


def view_of(measure: Measure, population: Population, day: date, *, known: date) -> View:
    """The columns with the parameters of the day, and nothing in doubt yet."""
    noted = Doubt(np.zeros(population.size, bool), np.zeros(population.size, bool))
    return View(population, parameters_on(measure, day, known), noted, {})


def conditions_of(
    measure: Measure, version: Version, population: Population, *, day: date, known: date
) -> Looked | None:
    """Every condition for everybody; None where one of them has no vector form."""
    view = view_of(measure, population, day, known=known)
    near = np.zeros(population.size, bool)
    try:
        with np.errstate(all="ignore"):
            leaves_found = {leaf.id: of_leaf(leaf, view, near) for leaf in leaves(version.eligibility)}
    except Unscreenable:
        return None
    return Looked(version, view, leaves_found, near)


def exactly(measure: Measure, facts: Mapping[str, Any], day: date, *, known: date) -> int:
    """One by the exact engine; facts that it cannot compute with stop nobody else."""
    try:
        return STATES[decide.eligibility(measure, facts, day, known=known)]
    except Refused:
        return REFUSED


def facts_asked(measure: Measure) -> set[str]:
    """The facts that its conditions ask for."""
    rules = [leaf.rule for version in measure.versions for leaf in leaves(version.eligibility)]
    return {version.basis for version in measure.versions}.union(*(rule.facts for rule in rules))


def of_leaf(leaf: Leaf, view: View, near: Array) -> Truth:
    """One condition; rows where it is doubtful count as unknown and are gathered in `near`."""
    found = as_truth(of(leaf.rule.node, view), view)
    doubt = view.doubt.near
    if not doubt.any():
        return found
    near |= doubt
    found = Truth(found.yes & ~doubt, found.no & ~doubt)
    doubt[:] = False
    return found


def of_condition(condition: Condition, found: Mapping[str, Truth]) -> Truth:
    """A tree of conditions."""
    if isinstance(condition, Leaf):
        return found[condition.id]
    return logic([of_condition(part, found) for part in condition.parts], ends=condition.word == "any")


def as_truth(value: Any, view: View) -> Truth:
    """A truth for every row; a constant is spread."""
    if isinstance(value, bool | Unknown):
        yes = np.full(view.size, value is True)
        return Truth(yes, np.full(view.size, value is False))
    if not isinstance(value, Truth):
        raise Unscreenable
    if np.ndim(value.yes) == 0:
        return Truth(np.full(view.size, bool(value.yes)), np.full(view.size, bool(value.no)))
    return value


def logic(parts: list[Truth], *, ends: bool) -> Truth:
    """`any` for ends=True, `all` for ends=False."""
    yes, no = parts[0].yes, parts[0].no
    for part in parts[1:]:
        yes = yes | part.yes if ends else yes & part.yes
        no = no & part.no if ends else no | part.no
    return Truth(yes, no)


def of(node: Node, view: View) -> Any:
    """The value of an expression: a constant of the exact engine, or a value for every row."""
    if is_constant(node, view):
        value = exact.runner(node)(exact.Case({}, view.parameters))
        if isinstance(value, Unknown) and not isinstance(node, tree.Parameter):
            raise Unscreenable
        return value
    return RULES[type(node)](node, view)


def is_constant(node: Node, view: View) -> bool:
    """Neither facts nor variables inside."""
    return not tree.facts_of(node)


def of_name(node: tree.Name, view: View) -> Any:
    if node.name in view.local:
        found = view.local[node.name]
        if isinstance(found, Mapping):
            raise Unscreenable
        return found
    if node.name not in view.population.columns:
        return Unknown(frozenset({node.name}))
    return of_column(view.population.columns[node.name], view.owner)


def of_column(column: Column, owner: Array | None) -> Value:
    """A column as a value; inside a generator each element sees its owner's."""
    values, unknown = column.values, column.unknown
    if column.offsets is not None:
        if owner is not None:
            raise Unscreenable
        counts = np.diff(column.offsets)
        whose = np.repeat(np.arange(len(counts)), counts)
        element: Any = column.fields
        if column.kind == "texts":
            element = Text(values, column.words, None)
        return List(whose, column.offsets, element, unknown)
    if owner is not None:
        values, unknown = values[owner], unknown[owner]
    lacking = unknown if unknown.any() else None
    if column.kind == "bool":
        return vectors.truth(values, lacking)
    if column.kind == "date":
        return Day(values, lacking)
    if column.kind == "text":
        return Text(values, column.words, lacking)
    return Number(values, lacking, None if column.is_whole else np.abs(values) * vectors.EPSILON)


def of_field(node: tree.Field, view: View) -> Any:
    record = view.local.get(node.of)
    if not isinstance(record, Mapping):
        raise Unscreenable
    return of_column(record[node.name], None)


def of_negative(node: tree.Negative, view: View) -> Any:
    part = vectors.number(of(node.part, view))
    return replace(part, values=-part.values)


def of_not(node: tree.Not, view: View) -> Any:
    part = as_truth(of(node.part, view), view)
    return Truth(part.no, part.yes)


def of_logic(node: tree.Logic, view: View) -> Any:
    return logic([as_truth(of(part, view), view) for part in node.parts], ends=node.word == "or")


def of_choice(node: tree.Choice, view: View) -> Any:
    condition = as_truth(of(node.condition, view), view)
    then, otherwise = (lifted(of(part, view), view) for part in (node.then, node.otherwise))
    return vectors.chosen(condition, then, otherwise)


def lifted(value: Any, view: View) -> Value:
    """A constant as a value for every row."""
    if isinstance(value, bool | Truth):
        return as_truth(value, view)
    return vectors.number(value)


def of_arithmetic(node: tree.Arithmetic, view: View) -> Any:
    left, right = vectors.number(of(node.left, view)), vectors.number(of(node.right, view))
    if node.sign in "+-":
        return vectors.added(left, right, sign=node.sign)
    if node.sign == "*":
        for one, other in ((left, right), (right, left)):
            if one.unknown is not None:
                view.note(view.doubt.near, one.unknown & vectors.perhaps_nought(other))
        return vectors.multiplied(left, right)
    quotient, doubt = vectors.divided(left, right)
    view.note(view.doubt.broken, doubt)
    return quotient


def of_compare(node: tree.Compare, view: View) -> Any:
    parts = [of(part, view) for part in node.parts]
    found = [compared(a, b, sign, view=view) for a, b, sign in zip(parts, parts[1:], node.signs, strict=False)]
    return found[0] if len(found) == 1 else logic(found, ends=False)


def compared(a: Any, b: Any, sign: str, *, view: View) -> Truth:
    """One sign between two values."""
    if isinstance(a, Unknown) or isinstance(b, Unknown):
        return as_truth(Unknown(), view)
    if sign in ("in", "not in"):
        found = within(a, b, view)
        return found if sign == "in" else Truth(found.no, found.yes)
    if isinstance(a, List) or isinstance(b, List):
        return same_list(a, b, sign)
    if isinstance(a, Text) or isinstance(b, Text):
        return same_text(a, b, sign)
    if isinstance(a, Truth) or isinstance(b, Truth):
        left, right = as_truth(a, view), as_truth(b, view)
        same = Truth((left.yes & right.yes) | (left.no & right.no), (left.yes & right.no) | (left.no & right.yes))
        return same if sign == "==" else Truth(same.no, same.yes)
    if isinstance(a, Day) or isinstance(b, Day):
        first, last = vectors.day(a), vectors.day(b)
        return vectors.truth(
            vectors.ORDERS[sign](first.values, last.values), vectors.either(first.unknown, last.unknown)
        )
    found, doubt = vectors.compared_numbers(vectors.number(a), vectors.number(b), sign)
    if doubt is not None:
        view.note(view.doubt.near, doubt)
    return found


def same_text(a: Any, b: Any, sign: str) -> Truth:
    """Two texts, or a text and a word."""
    if not isinstance(a, Text):
        a, b = b, a
    if isinstance(b, Text):
        one, other = vectors.same_words(a, b)
        found, unknown = one == other, vectors.either(a.unknown, b.unknown)
    elif isinstance(b, str):
        found, unknown = a.codes == vectors.code_of(a, b), a.unknown
    else:
        raise Unscreenable
    return vectors.truth(found if sign == "==" else ~found, unknown)


def same_list(a: Any, b: Any, sign: str) -> Truth:
    """A list of texts against a constant one, in order."""
    if not isinstance(a, List) or not isinstance(b, tuple | list) or not isinstance(a.element, Text):
        raise Unscreenable
    found = np.diff(a.offsets) == len(b)
    for place, word in enumerate(b):
        at = np.where(found, a.offsets[:-1] + place, 0)
        found = found & (a.element.codes[at] == vectors.code_of(a.element, word)) if len(a.owner) else found & False
    return vectors.truth(found if sign == "==" else ~found, a.unknown)


def within(a: Any, b: Any, view: View) -> Truth:
    """A value in a list: constants one by one, or anybody's own list of texts."""
    if isinstance(b, List):
        if not isinstance(a, str) or not isinstance(b.element, Text):
            raise Unscreenable
        hit = np.bincount(b.owner[b.element.codes == vectors.code_of(b.element, a)], minlength=view.size) > 0
        return vectors.truth(hit, b.unknown)
    if not isinstance(b, tuple | list):
        raise Unscreenable
    if not b:
        unknown = getattr(a, "unknown", None)
        return vectors.truth(np.zeros(view.size, bool), unknown)
    same_kind = [one for one in b if isinstance(one, str) is isinstance(a, Text)]
    if len(same_kind) != len(b):
        raise Unscreenable
    return logic([compared(a, one, "==", view=view) for one in b], ends=True)


def by_exact_alone(node: Node, view: View) -> Any:
    """A list made of facts, or a generator where only `top` takes one."""
    raise Unscreenable


def of_call(node: tree.Call, view: View) -> Any:
    if node.name in ("any", "all", "count", "sum") or (node.name in ("min", "max") and len(node.arguments) == 1):
        return reductions.reduced(node, view, of=of)
    values = [of(argument, view) for argument in node.arguments]
    if any(isinstance(value, Unknown) for value in values):
        raise Unscreenable
    if node.name in ("min", "max"):
        found = vectors.number(values[0])
        for value in values[1:]:
            found = vectors.extreme(found, vectors.number(value), name=node.name)
        return found
    if node.name == "days":
        first, last = vectors.day(values[0]), vectors.day(values[1])
        gap = np.asarray(last.values - first.values, np.float64)
        return Number(gap, vectors.either(first.unknown, last.unknown), None)
    if node.name == "months":
        return vectors.months_between(vectors.day(values[0]), vectors.day(values[1]))
    return of_table(node.name, values, view)


def of_table(name: str, values: list[Any], view: View) -> Number:
    """slices, step and pick by a constant table."""
    x, table = values
    if name not in ("slices", "step", "pick") or not isinstance(table, tuple | list):
        raise Unscreenable
    if name == "pick":
        if not isinstance(x, Text):
            raise Unscreenable
        picked = dict(reversed(table))
        steps = np.array([float(picked.get(word, 0)) for word in x.words] or [0.0])
        is_whole = all(isinstance(value, int) for value in picked.values())
        looked_up = steps[x.codes]
        return Number(looked_up, x.unknown, None if is_whole else np.abs(looked_up) * vectors.EPSILON)
    if not is_number(x) and not isinstance(x, Number):
        raise Unscreenable
    found, doubt = reductions.stepped(vectors.number(x), table) if name == "step" else reductions.sliced(x, table)
    view.note(view.doubt.broken, doubt)
    return found


RULES: dict[type[Node], Callable[[Any, View], Any]] = {
    tree.Name: of_name,
    tree.Field: of_field,
    tree.Items: by_exact_alone,
    tree.Each: by_exact_alone,
    tree.Negative: of_negative,
    tree.Not: of_not,
    tree.Arithmetic: of_arithmetic,
    tree.Compare: of_compare,
    tree.Logic: of_logic,
    tree.Choice: of_choice,
    tree.Call: of_call,
}
