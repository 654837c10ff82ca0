"""What would have to be otherwise for a condition to hold, and what a whole set to fix would then be worth.

A bare yes or no is turned, a choice takes the value named, a comparison that is linear in one number is solved exactly
for it. Whatever is found is tried out: what does not make the condition true is no answer. Of anything else only the
condition is named.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Any

from zhirong.policy.engine import decide, exact, tree
from zhirong.policy.engine.decide import Decision
from zhirong.policy.engine.exact import Case
from zhirong.policy.engine.facts import Vocabulary
from zhirong.policy.engine.measure import Measure, leaves, parameters_on
from zhirong.policy.engine.repair import Fix
from zhirong.policy.engine.tree import Node
from zhirong.policy.engine.values import Unknown, is_number, simplest

Changes = dict[str, Any]
ROUNDS = 3
# The smallest difference that a number of a unit can show; shares are told to the hundredth of a per cent.
STEPS: Mapping[str, Fraction] = {"CNY": Fraction(1, 100), "/1": Fraction(1, 10_000)}
TURNED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "==", "in": "not in", "not in": "in"}


@dataclass(frozen=True)
class Moved:
    """A set to fix with the facts moved: which conditions could not be moved, how far, and the decision then."""

    fix: Fix
    changes: Mapping[str, Any]
    unmoved: tuple[str, ...]
    distance: Fraction
    after: Decision | None


def step_of(unit: str) -> Fraction:
    """Persons, days and pieces come whole."""
    return STEPS.get(unit, Fraction(1))


def moved(fix: Fix, measure: Measure, before: Decision, *, facts: Mapping[str, Any], known: Vocabulary) -> Moved:
    """The facts of a set to fix moved to where its conditions hold, and the decision with them.

    Moving a fact may break a condition that held; that one is moved after it. Where all this does not end in a
    measure that is met, no facts are named, only the conditions.
    """
    version = next(one for one in measure.versions if one.id == before.version)
    rules = {leaf.id: leaf.rule.node for leaf in leaves(version.eligibility)}
    parameters = parameters_on(measure, before.day, before.known)
    changes: Changes = {}
    wanted: tuple[str, ...] = (*fix.by_action, *fix.by_time, *fix.to_find_out)
    for _ in range(ROUNDS):
        for name in wanted:
            found = made_true(rules[name], Case({**facts, **changes}, parameters), known)
            if found is None:
                return Moved(fix, {}, wanted, Fraction(len(fix.all)), None)
            changes |= found
        after = decide.decide(measure, {**facts, **changes}, before.day, known=before.known)
        if after.eligible == decide.MET:
            distance = sum((distance_of(facts.get(name), value) for name, value in changes.items()), Fraction(0))
            return Moved(fix, changes, (), distance, after)
        wanted = after.failing
    return Moved(fix, {}, tuple(sorted(fix.all)), Fraction(len(fix.all)), None)


def distance_of(was: Any, now: Any) -> Fraction:
    """How far a fact moves: a number by its share, anything else by one."""
    if not (is_number(was) and is_number(now)):
        return Fraction(1)
    widest = max(abs(was), abs(now))
    return abs(Fraction(now) - Fraction(was)) / widest if widest else Fraction(0)


def made_true(node: Node, case: Case, known: Vocabulary, *, wanted: bool = True) -> Changes | None:
    """The facts to change so that a condition is what is wanted; nothing where it is so already, None if not found."""
    if is_so(node, case, wanted):
        return {}
    found = tried(node, case, known, wanted=wanted)
    if found is None or not is_so(node, Case({**case.facts, **found}, case.parameters), wanted):
        return None
    return found


def is_so(node: Node, case: Case, wanted: bool) -> bool:
    return exact.truth(exact.runner(node)(case)) is wanted


def tried(node: Node, case: Case, known: Vocabulary, *, wanted: bool) -> Changes | None:
    """A first attempt, which the caller tests."""
    if isinstance(node, tree.Name):
        return {node.name: wanted}
    if isinstance(node, tree.Not):
        return made_true(node.part, case, known, wanted=not wanted)
    if isinstance(node, tree.Logic):
        return joined(node, case, known, wanted=wanted)
    if isinstance(node, tree.Compare) and len(node.signs) == 1:
        sign = node.signs[0] if wanted else TURNED[node.signs[0]]
        return chosen(node, sign, case) if sign in ("==", "in") else solved(node, sign, case, known=known)
    return None


def joined(node: tree.Logic, case: Case, known: Vocabulary, *, wanted: bool) -> Changes | None:
    """Every part of what must all be so; of what may be so the first that can be moved."""
    if (node.word == "or") == wanted:
        found = (made_true(part, case, known, wanted=wanted) for part in node.parts)
        return next((one for one in found if one is not None), None)
    changes: Changes = {}
    for part in node.parts:
        one = made_true(part, Case({**case.facts, **changes}, case.parameters), known, wanted=wanted)
        if one is None:
            return None
        changes |= one
    return changes


def chosen(node: tree.Compare, sign: str, case: Case) -> Changes | None:
    """A fact that is to be one value, or one of several."""
    left, right = node.parts
    if not isinstance(left, tree.Name):
        return None
    value = exact.runner(right)(case)
    if sign == "in":
        value = value[0] if isinstance(value, tuple) and value else None
    return None if value is None or isinstance(value, Unknown) else {left.name: value}


def solved(node: tree.Compare, sign: str, case: Case, *, known: Vocabulary) -> Changes | None:
    """The first number of a comparison that moves it, to the nearest value at which it holds and which it may have."""
    for name in dict.fromkeys(one.name for one in tree.walk(node) if isinstance(one, tree.Name)):
        fact = known.facts.get(name)
        if fact is None or fact.kind != "number":
            continue
        value = threshold(node, name, case)
        if value is None:
            continue
        step = step_of(fact.unit)
        for candidate in near(value, step):
            inside = (fact.least is None or candidate >= fact.least) and (fact.most is None or candidate <= fact.most)
            changed = {name: candidate}
            if inside and holds(node, sign, Case({**case.facts, **changed}, case.parameters)):
                return changed
    return None


def near(value: Fraction, step: Fraction) -> list[Fraction | int]:
    """The values around a threshold that a fact of this step can have, the nearest first."""
    below, above = floor(value / step) * step, ceil(value / step) * step
    around = dict.fromkeys([below, above, below - step, above + step])
    return [simplest(one) for one in sorted(around, key=lambda one: abs(one - value))]


def holds(node: tree.Compare, sign: str, case: Case) -> bool:
    turned = tree.Compare(node.at, node.parts, (sign,), node.places)
    return exact.truth(exact.runner(turned)(case)) is True


def threshold(node: tree.Compare, name: str, case: Case) -> Fraction | None:
    """Where both sides of a comparison are equal, if their difference is linear in the fact and moves with it."""
    points = [difference(node, case, name=name, x=x) for x in (1, 2, 4)]
    if None in points:
        return None
    one, two, four = (Fraction(point or 0) for point in points)
    slope = two - one
    if not slope or four - two != 2 * slope:
        return None
    return 1 - one / slope


def difference(node: tree.Compare, case: Case, *, name: str, x: int) -> Fraction | int | None:
    """Left less right with a fact at x."""
    here = Case({**case.facts, name: x}, case.parameters)
    left, right = (exact.runner(part)(here) for part in node.parts)
    return left - right if is_number(left) and is_number(right) else None
