"""The part that each clause plays in its measure: condition, line, ceiling, window, material; and when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from zhirong.policy.engine import measure as measures
from zhirong.policy.engine.exact import Expression
from zhirong.policy.engine.measure import Measure, Row, Version, holds

Uses = tuple[str, str, date, date | None]


def uses(made: Measure) -> Iterator[Uses]:
    """Every clause with a part that it plays and the days of that; a part without its own days lasts for ever."""
    for version in made.versions:
        for name, role in version_uses(made, version):
            yield name, role, version.since, version.until
    for rows in made.parameters.values():
        for row in rows:
            yield row.clause, "parameter", row.since, row.until
    for rule in made.cumulation:
        yield rule.clause, "cumulation", date.min, None
    for window in made.windows:
        yield window.clause, "window", date.min, None
    budget = made.raw.get("budget") or {}
    if isinstance(budget.get("clause"), str) and budget.get("allocation") not in (None, "none", "unspecified"):
        yield budget["clause"], "budget", date.min, None


def version_uses(made: Measure, version: Version) -> Iterator[tuple[str, str]]:
    """Clauses of one version; a parameter brings its clause into the part that asks for it."""
    proven = {leaf for one in made.materials for leaf in one.proves}
    for leaf in measures.leaves(version.eligibility):
        yield leaf.clause, "leaf"
        yield from ((name, "leaf") for name in behind(made, version, leaf.rule))
        if leaf.id in proven:
            yield leaf.clause, "material"
    for line in version.lines or ():
        yield line.clause, "line"
        for part in (line.amount, line.when, line.cap):
            yield from ((name, "line") for name in behind(made, version, part))
        yield from ((name, "ceiling") for name in behind(made, version, line.cap))
    for ceiling in version.ceilings:
        yield ceiling.clause, "ceiling"
        yield from ((name, "ceiling") for name in behind(made, version, ceiling.limit))


def behind(made: Measure, version: Version, rule: Expression | None) -> Iterator[str]:
    """The clauses of the parameters that an expression asks for, where they meet the version's days."""
    for name in sorted(rule.parameters) if rule else ():
        for row in made.parameters.get(name, ()):
            if meets(row, version):
                yield row.clause


def meets(row: Row, version: Version) -> bool:
    """Whether a parameter's row and a version share a day."""
    begins_in_time = version.until is None or row.since <= version.until
    return begins_in_time and (row.until is None or version.since <= row.until)


class Roles:
    """The parts of every clause of one measure."""

    def __init__(self, made: Measure) -> None:
        self.rows: dict[str, list[tuple[str, date, date | None]]] = defaultdict(list)
        for name, role, since, until in uses(made):
            self.rows[name].append((role, since, until))

    def on(self, clause: str, day: date) -> frozenset[str]:
        """What a clause is on a day."""
        return frozenset(role for role, since, until in self.rows.get(clause, ()) if holds(since, until, day))

    def is_stale(self, clause: str, day: date) -> bool:
        """Whether a clause belongs to other days only."""
        return clause in self.rows and not self.on(clause, day)
