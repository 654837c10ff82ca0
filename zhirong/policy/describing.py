"""A measure as people read it: its state on a day, its conditions as a tree of words, its amounts, what it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from zhirong.policy.engine import changes, decide, wording
from zhirong.policy.engine.difference import parameter_name, version_on
from zhirong.policy.engine.exact import Expression
from zhirong.policy.engine.facts import Vocabulary
from zhirong.policy.engine.measure import (
    Branch,
    Ceiling,
    Clause,
    Condition,
    Line,
    Measure,
    Version,
    holds,
    parameters_on,
)
from zhirong.policy.engine.wording import Names, Said

IN_FORCE, DRAFT, ENDED, TO_COME = "in_force", "draft", "ended", "to_come"
STATES = (IN_FORCE, DRAFT, ENDED, TO_COME)
KINDS = ("payment", "fee", "tax_base", "recognition", "permission")
LEVELS = ("nation", "province", "city", "district")


@dataclass(frozen=True)
class Leaf:
    """A condition in words, with the clause that it stands on and whether an enterprise can mend it."""

    id: str
    rule: Said
    text: str
    clause: Clause
    fixable: str


@dataclass(frozen=True)
class Group:
    """All or any of what stands below."""

    word: str
    parts: tuple[Leaf | Group, ...]


@dataclass(frozen=True)
class Amount:
    """A line or a ceiling in words. `kind` is line or ceiling."""

    id: str
    kind: str
    what: Said
    when: Said | None
    cap: Said | None
    clause: Clause


@dataclass(frozen=True)
class Value:
    """A parameter with the value of the day and its whole history."""

    name: str
    called: Said
    unit: str
    now: Said
    rows: tuple[tuple[date, date | None, Said, Clause], ...]


@dataclass(frozen=True)
class Rules:
    """What a version says on a day."""

    version: Version
    tree: Leaf | Group
    amounts: tuple[Amount, ...]
    at_most: bool


def state(made: Measure, day: date) -> str:
    """in_force, draft, ended (also between two versions) or to_come."""
    if made.is_draft:
        return DRAFT
    if any(holds(one.since, one.until, day) for one in made.versions):
        return IN_FORCE
    return TO_COME if all(day < one.since for one in made.versions) else ENDED


def nearest(made: Measure, day: date) -> Version:
    """The version of the day, else the last before it, else the first to come."""
    before = [one for one in made.versions if one.since <= day]
    ruling = version_on(made, day)
    return ruling or (
        max(before, key=lambda one: one.since) if before else min(made.versions, key=lambda one: one.since)
    )


def clause(made: Measure, name: str) -> Clause:
    """A clause by its id; one that is missing goes by it (the lint finds it)."""
    return made.clauses.get(name) or Clause(name, "", "stated", zh=name, en=name)


def rules(made: Measure, day: date, known: Vocabulary) -> Rules:
    """The version nearest to the day in words, parameters by their value of the day."""
    version = nearest(made, day)
    names = Names(known.facts, called(made, day))
    amounts = [
        *(line(made, one, names) for one in version.lines or ()),
        *(ceiling(made, one, names) for one in version.ceilings),
    ]
    return Rules(version, tree(made, version.eligibility, names), tuple(amounts), version.at_most)


def called(made: Measure, day: date) -> Mapping[str, Said]:
    """Parameters by the value that they have on the day, tables by their name."""
    found = {}
    for name, value in parameters_on(made, day, date.max).items():
        unit = str(made.raw["parameters"][name]["unit"])
        said = parameter_name(made, name) if isinstance(value, list) else wording.value(value, unit)
        found[name] = said
    return found


def tree(made: Measure, condition: Condition, names: Names) -> Leaf | Group:
    if isinstance(condition, Branch):
        return Group(condition.word, tuple(tree(made, one, names) for one in condition.parts))
    said = wording.expression(condition.rule.node, names)
    return Leaf(condition.id, said, condition.rule.text, clause(made, condition.clause), condition.fixable)


def leaves(found: Leaf | Group) -> list[Leaf]:
    """The conditions of a tree, in order."""
    return [found] if isinstance(found, Leaf) else [leaf for part in found.parts for leaf in leaves(part)]


def worded(expression: Expression | None, names: Names) -> Said | None:
    return wording.expression(expression.node, names) if expression else None


def line(made: Measure, one: Line, names: Names) -> Amount:
    said = wording.expression(one.amount.node, names)
    return Amount(one.id, "line", said, worded(one.when, names), worded(one.cap, names), clause(made, one.clause))


def ceiling(made: Measure, one: Ceiling, names: Names) -> Amount:
    scope, limit = wording.scope(one.scope), wording.expression(one.limit.node, names)
    what = Said(f"{scope.zh}至多 {limit.zh}", f"at most {limit.en} {scope.en}")
    return Amount(one.id, "ceiling", what, worded(one.when, names), None, clause(made, one.clause))


def values(made: Measure, day: date) -> list[Value]:
    """Every parameter with its rows."""
    found = []
    on = parameters_on(made, day, date.max)
    for name, rows in made.parameters.items():
        unit = str(made.raw["parameters"][name]["unit"])
        told = tuple((one.since, one.until, wording.value(one.value, unit), clause(made, one.clause)) for one in rows)
        found.append(Value(name, parameter_name(made, name), unit, wording.value(on.get(name), unit), told))
    return found


def cumulation(made: Measure, known: Vocabulary) -> list[tuple[Said, Clause]]:
    """How it goes with other measures."""
    return [(changes.together(one, known), clause(made, one.clause)) for one in made.cumulation]


def budget(made: Measure) -> tuple[Said, list[tuple[int, Said]], Clause]:
    """How it is allocated, and the years with their amounts; an amount that nobody told is unknown."""
    raw = made.raw["budget"]
    years = [(row["year"], wording.value(row["amount"], "CNY")) for row in raw["years"]]
    return changes.ALLOCATIONS[raw["allocation"]], years, clause(made, raw["clause"])


def window(made: Measure, day: date) -> decide.WindowFound:
    """Whether applications are taken on the day."""
    return decide.window_of(made, day, None)


def uncertain(made: Measure) -> Iterator[Clause]:
    """Clauses that the source does not simply say."""
    return (one for one in made.clauses.values() if one.certainty != "stated")


def place(made: Measure) -> Said:
    name: Mapping[str, Any] = made.raw["jurisdiction"]["name"]
    return Said(name["zh"], name["en"])


def issuer(made: Measure) -> Said:
    return Said(made.raw["issuer"]["zh"], made.raw["issuer"]["en"])


def haystack(made: Measure) -> str:
    """What a search looks through."""
    words = [made.id, made.zh, made.en, *place(made), *issuer(made), *made.tags]
    words += [text for one in made.clauses.values() for text in (one.zh, one.en)]
    return "\n".join(words).casefold()
