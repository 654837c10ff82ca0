"""One measure for one enterprise on a day: in force or not, met or not, how much, why, and what is missing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from zhirong.base import shown
from zhirong.base.refused import Refused
from zhirong.policy.engine import amounts, exact, repair, tree
from zhirong.policy.engine.amounts import Amount
from zhirong.policy.engine.exact import Case, Expression
from zhirong.policy.engine.facts import EARLIEST, LATEST
from zhirong.policy.engine.measure import (
    Condition,
    Leaf,
    Material,
    Measure,
    Version,
    holds,
    leaves,
    parameters_on,
    versions_known,
)
from zhirong.policy.engine.values import Unknown, is_number, written

ENGINE = "policy-engine/1"
MET, NOT_MET, UNKNOWN, NOT_IN_FORCE = "met", "not_met", "unknown", "not_in_force"
STATES = {True: MET, False: NOT_MET, None: UNKNOWN}


@dataclass(frozen=True)
class LeafFound:
    """A condition: its value (None: unknown), the facts that it used, and by how much a comparison falls short."""

    id: str
    clause: str
    certainty: str
    fixable: str
    value: bool | None
    facts: Mapping[str, Any]
    missing: tuple[str, ...]
    short_by: Any


@dataclass(frozen=True)
class WindowFound:
    """Of the windows of a measure: open, closed or opens later; unknown where the text names none."""

    state: str
    opens: datetime | None = None
    closes: datetime | None = None
    clause: str = ""


@dataclass(frozen=True)
class Decision:
    """The whole answer. `amount` is None unless the measure pays and is not refused; see `Amount` for the unknown."""

    measure: str
    day: date
    known: date
    eligible: str
    why: str
    missing: tuple[str, ...]
    window: WindowFound
    sha256: str
    version: str | None = None
    certainty: str = ""
    leaves: tuple[LeafFound, ...] = ()
    failing: tuple[str, ...] = ()
    to_qualify: tuple[repair.Fix, ...] = ()
    is_cut: bool = False
    amount: Amount | None = None
    at_most: bool = False
    materials: tuple[Material, ...] = ()

    @property
    def amount_fen(self) -> int | None:
        """What is due; None where it is unknown or there is nothing to pay."""
        return self.amount.amount_fen if self.amount and self.eligible == MET else None


def decide(
    measure: Measure,
    facts: Mapping[str, Any],
    day: date,
    *,
    known: date | None = None,
    have: Collection[str] = (),
    moment: datetime | None = None,
) -> Decision:
    """The decision valid on `day`, as the base knew it on `known` (left out: all that it holds).

    `facts` are settled (`facts.settled`), `have` are the materials already handed in, `moment` is an aware instant of
    the day for windows (left out: any of the day). Refused: facts that an expression cannot compute with, a day that
    lies centuries away.
    """
    if not EARLIEST <= day <= LATEST:
        raise Refused("policy.no_such_day", text=day.isoformat())
    known = known or date.max
    version, why, lacking, basis = ruling(measure, facts, day, known=known)
    blank = Decision(
        measure=measure.id,
        day=day,
        known=known,
        eligible=UNKNOWN if lacking else NOT_IN_FORCE,
        why=why,
        missing=tuple(sorted(lacking)),
        window=window_of(measure, day, moment),
        sha256=sha256(measure, facts, day, known=known),
    )
    if version is None:
        return blank
    case = Case(facts, parameters_on(measure, basis, known))
    return replace(judged(measure, version, case, blank=blank), materials=to_bring(measure, case, have))


def eligibility(measure: Measure, facts: Mapping[str, Any], day: date, *, known: date) -> str:
    """The state alone, as `decide` finds it, without reasons and amount. Refused: as the conditions."""
    version, _, lacking, basis = ruling(measure, facts, day, known=known)
    if version is None:
        return UNKNOWN if lacking else NOT_IN_FORCE
    case = Case(facts, parameters_on(measure, basis, known))
    values: dict[str, bool | None] = {}
    for leaf in leaves(version.eligibility):
        value = exact.truth(leaf.rule.run(case))
        values[leaf.id] = None if isinstance(value, Unknown) else value
    return STATES[tree_value(version.eligibility, values)]


def judged(measure: Measure, version: Version, case: Case, *, blank: Decision) -> Decision:
    """What a version that rules says: conditions, amount, what is missing, what would qualify."""
    found = {leaf.id: leaf_found(leaf, case, measure) for leaf in leaves(version.eligibility)}
    values = {name: one.value for name, one in found.items()}
    value = tree_value(version.eligibility, values)
    is_lost = value is False
    amount = None if is_lost or version.lines is None else amounts.amount(version, case)
    lacking = set[str]() if is_lost else wanted(version.eligibility, found)
    fixes, is_cut = repair.fixes(version.eligibility, values) if is_lost else ((), False)
    return replace(
        blank,
        eligible=STATES[value],
        version=version.id,
        certainty=version.certainty,
        leaves=tuple(found.values()),
        failing=tuple(failing(version.eligibility, values)) if is_lost else (),
        missing=tuple(sorted(lacking | (amount.missing if amount else set()))),
        to_qualify=fixes,
        is_cut=is_cut,
        amount=amount,
        at_most=version.at_most,
    )


def ruling(
    measure: Measure, facts: Mapping[str, Any], day: date, *, known: date
) -> tuple[Version | None, str, frozenset[str], date]:
    """The version that rules, why none does, the facts whose day would tell, and the day that decided."""
    if measure.is_draft:
        return None, "draft", frozenset(), day
    lacking: set[str] = set()
    found: list[tuple[Version, date]] = []
    for version in versions_known(measure, known):
        basis = facts.get(version.basis) if version.basis else day
        if basis is None:
            lacking.add(version.basis)
        elif holds(version.since, version.until, basis):
            found.append((version, basis))
    if found:
        version, basis = max(found, key=lambda one: (one[0].known_from, one[0].since))
        return version, "in_force", frozenset(), basis
    if lacking:
        return None, "basis_unknown", frozenset(lacking), day
    return None, "no_version", frozenset(), day


def leaf_found(leaf: Leaf, case: Case, measure: Measure) -> LeafFound:
    """One condition with the facts it used."""
    value = exact.truth(leaf.rule.run(case))
    is_unknown = isinstance(value, Unknown)
    clause = measure.clauses.get(leaf.clause)
    return LeafFound(
        id=leaf.id,
        clause=leaf.clause,
        certainty=clause.certainty if clause else "",
        fixable=leaf.fixable,
        value=None if is_unknown else value,
        facts={name: case.facts.get(name) for name in leaf.rule.facts},
        missing=tuple(sorted(value.missing)) if is_unknown else (),
        short_by=short_by(leaf.rule, case) if value is False else None,
    )


@lru_cache(maxsize=8192)
def sides(rule: Expression) -> tuple[exact.Run, exact.Run] | None:
    """Both sides of a rule that is one comparison by order."""
    node = rule.node
    if not isinstance(node, tree.Compare) or len(node.signs) != 1 or node.signs[0] not in exact.ORDERS:
        return None
    return exact.runner(node.parts[0]), exact.runner(node.parts[1])


def short_by(rule: Expression, case: Case) -> Any:
    """How far a false comparison of numbers is from being true; None where that means nothing."""
    both = sides(rule)
    if both is None:
        return None
    left, right = both[0](case), both[1](case)
    return abs(right - left) if is_number(left) and is_number(right) else None


def tree_value(condition: Condition, values: Mapping[str, bool | None]) -> bool | None:
    """A tree in three-valued logic."""
    if isinstance(condition, Leaf):
        return values[condition.id]
    parts = [tree_value(part, values) for part in condition.parts]
    ends = condition.word == "any"
    if ends in parts:
        return ends
    return None if None in parts else not ends


def failing(condition: Condition, values: Mapping[str, bool | None]) -> list[str]:
    """The false leaves that make a false tree false; under `any`, all its false leaves."""
    if isinstance(condition, Leaf):
        return [condition.id] if values[condition.id] is False else []
    parts = [part for part in condition.parts if tree_value(part, values) is False]
    return [name for part in parts for name in failing(part, values)]


def wanted(condition: Condition, found: Mapping[str, LeafFound]) -> set[str]:
    """The facts that keep an unknown tree unknown; none where it is settled already."""
    values = {name: one.value for name, one in found.items()}
    if tree_value(condition, values) is not None:
        return set()
    if isinstance(condition, Leaf):
        return set(found[condition.id].missing)
    return set[str]().union(*(wanted(part, found) for part in condition.parts))


def to_bring(measure: Measure, case: Case, have: Collection[str]) -> tuple[Material, ...]:
    """Materials not yet handed in, without those that this case does not need; in doubt they are needed."""
    return tuple(
        one
        for one in measure.materials
        if one.id not in have and (one.when is None or exact.truth(one.when.run(case)) is not False)
    )


def window_of(measure: Measure, day: date, moment: datetime | None) -> WindowFound:
    """The window that is open at the moment or on any part of the day, else the next one, else the last."""
    first = moment or datetime.combine(day, time.min, shown.BEIJING)
    last = moment or first + timedelta(days=1) - timedelta(microseconds=1)
    ordered = sorted(measure.windows, key=lambda one: one.opens)
    for one in ordered:
        if one.opens <= last and first <= one.closes:
            return WindowFound("open", one.opens, one.closes, one.clause)
    for one in ordered:
        if last < one.opens:
            return WindowFound("opens", one.opens, one.closes, one.clause)
    if not ordered:
        return WindowFound("unknown")
    return WindowFound("closed", ordered[-1].opens, ordered[-1].closes, ordered[-1].clause)


def sha256(measure: Measure, facts: Mapping[str, Any], day: date, *, known: date) -> str:
    """The hash of all that a decision rests on: a later replay gives the same."""
    told = [ENGINE, measure.sha256, {name: written(facts[name]) for name in sorted(facts)}, str(day), str(known)]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
