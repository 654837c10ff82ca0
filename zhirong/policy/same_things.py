"""Whether two cases of a measure are about the same thing (同一事项), whatever each calls it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from zhirong.base.calendar import beijing_day
from zhirong.policy.applied import Application
from zhirong.policy.deciding import facts_asked
from zhirong.policy.engine.facts import Vocabulary
from zhirong.policy.engine.measure import Measure

SELF = "self"


@dataclass(frozen=True)
class Case:
    """What a case is about, the year of its acceptance, and the facts that it rests on with their sources."""

    about: str
    year: int
    facts: Mapping[str, Any]
    sources: Mapping[str, Mapping[str, Any]]

    def own(self, asked: frozenset[str]) -> set[str]:
        """The facts asked for that were stated of the one thing."""
        return {name for name in asked & self.sources.keys() if self.about and self.said(name, "about") == self.about}

    def said(self, name: str, what: str) -> Any:
        """One thing about the source of a fact."""
        return self.sources.get(name, {}).get(what)


def case_of(row: Application) -> Case:
    """A case as it was filed."""
    assert row.filed_at
    return Case(row.about, beijing_day(row.filed_at).year, json.loads(row.facts), json.loads(row.sources))


def same(made: Measure, known: Vocabulary, *, one: Case, other: Case) -> bool:
    """A thing under its name is the same in every year; the enterprise itself is asked for once in a year.

    Under another name it is the same thing if an amount rests on the very same statement of money, or if everything
    that was stated of the one is true of the other too and the enterprise itself stated one of them: what a bank or an
    authority states of two loans are two loans.
    """
    if one.about == other.about:
        return bool(one.about) or one.year == other.year
    asked = facts_asked(made) - {limit.used for version in made.versions for limit in version.ceilings if limit.used}
    for name in asked & set(money_of(made, known)):
        statement = one.said(name, "statement")
        if statement and statement == other.said(name, "statement") and one.facts.get(name) not in (0, "0", []):
            return True
    names = one.own(asked) | other.own(asked)
    is_theirs = any(case.said(name, "source") == SELF for case in (one, other) for name in case.own(asked))
    return bool(names) and is_theirs and all(one.facts.get(name) == other.facts.get(name) for name in names)


def money_of(made: Measure, known: Vocabulary) -> set[str]:
    """The facts of money, and lists of it, that its amounts are computed from."""
    asked = {name for version in made.versions for line in version.lines or () for name in line.amount.facts}
    facts = {name: known.facts[name] for name in asked if name in known.facts}
    return {name for name, fact in facts.items() if fact.kind == "records" or fact.unit == "CNY"}
