"""The guided check: which fact to ask next, so that the answer is certain after as few questions as may be.

A fact counts for each measure that waits for it by the measure's weight, twice where its answer alone could end the
measure one way or the other. What was asked and not known is not asked again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from zhirong.policy.engine import decide
from zhirong.policy.engine.decide import NOT_MET, Decision
from zhirong.policy.engine.measure import Measure


@dataclass(frozen=True)
class Next:
    """A fact to ask, the measures that wait for it, and those of them that its answer alone could end."""

    fact: str
    measures: tuple[str, ...]
    ending: tuple[str, ...]


def open_questions(
    found: Sequence[tuple[Measure, Decision]],
    *,
    weights: Mapping[str, Fraction | int] | None = None,
    passed: Collection[str] = (),
) -> list[Next]:
    """Every fact still worth asking, the most telling first; none when all is certain that the rest can tell."""
    waiting: dict[str, dict[str, bool]] = {}
    for measure, decision in found:
        if is_certain(decision):
            continue
        ends = set(ending(measure, decision))
        for fact in sorted({top(name) for name in decision.missing} - set(passed)):
            by = waiting.setdefault(fact, {})
            by[measure.id] = by.get(measure.id, False) or fact in ends
    given = weights or {}

    def rank(fact: str) -> tuple[Fraction | int, str]:
        by = waiting[fact]
        return -sum((given.get(name, 1) * (2 if is_end else 1) for name, is_end in by.items()), Fraction(0)), fact

    return [
        Next(fact, tuple(waiting[fact]), tuple(name for name, is_end in waiting[fact].items() if is_end))
        for fact in sorted(waiting, key=rank)
    ]


def is_certain(found: Decision) -> bool:
    """Whether no further fact could change the answer: refused, not in force, or met with its amount known."""
    return found.eligible == NOT_MET or not found.missing


def top(name: str) -> str:
    """A field of a record is asked with the whole list: applicants[0].kind is a question about applicants."""
    return name.partition("[")[0].partition(".")[0]


def ending(measure: Measure, found: Decision) -> Iterator[str]:
    """The facts of conditions that hang on them alone and whose value would end the tree, or the version itself."""
    version = next((one for one in measure.versions if one.id == found.version), None)
    if version is None:
        yield from map(top, found.missing)
        return
    values = {leaf.id: leaf.value for leaf in found.leaves}
    for leaf in found.leaves:
        facts = {top(name) for name in leaf.missing}
        if len(facts) != 1:
            continue
        outcomes = [decide.tree_value(version.eligibility, {**values, leaf.id: value}) for value in (True, False)]
        if outcomes != [None, None]:
            yield from facts
