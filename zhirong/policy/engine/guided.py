"""The guided check: which fact to ask next, so that the answer is certain after as few questions as may be.

A fact counts for each measure that waits for it by the measure's weight, and more the more its answer alone can do:
end the measure one way or the other, settle a condition, tell whether a line of the amount applies at all, and only
then how much it is. What was asked and not known is not asked again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from zhirong.policy.engine import decide
from zhirong.policy.engine.decide import NOT_MET, Decision
from zhirong.policy.engine.measure import Measure

ENDS, CONDITION, LINE, FIGURE = 8, 4, 2, 1


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
    waiting: dict[str, dict[str, int]] = {}
    for measure, decision in found:
        if is_certain(decision):
            continue
        power = powers(measure, decision)
        for fact in {top(name) for name in decision.missing} - set(passed):
            by = waiting.setdefault(fact, {})
            by[measure.id] = max(by.get(measure.id, 0), power.get(fact, FIGURE))
    given = weights or {}

    def rank(fact: str) -> tuple[Fraction | int, str]:
        return -sum((given.get(name, 1) * power for name, power in waiting[fact].items()), Fraction(0)), fact

    return [
        Next(fact, tuple(waiting[fact]), tuple(name for name, power in waiting[fact].items() if power == ENDS))
        for fact in sorted(waiting, key=rank)
    ]


def is_certain(found: Decision) -> bool:
    """Whether no further fact could change the answer: refused, not in force, or met with its amount known."""
    return found.eligible == NOT_MET or not found.missing


def top(name: str) -> str:
    """A field of a record is asked with the whole list: applicants[0].kind is a question about applicants."""
    return name.partition("[")[0].partition(".")[0]


def powers(measure: Measure, found: Decision) -> dict[str, int]:
    """How much the answer to each missing fact can do by itself."""
    version = next((one for one in measure.versions if one.id == found.version), None)
    if version is None:
        return {top(name): ENDS for name in found.missing}
    power: dict[str, int] = {}
    for line in version.lines or ():
        power |= dict.fromkeys(line.when.facts if line.when else (), LINE)
    values = {leaf.id: leaf.value for leaf in found.leaves}
    for leaf in found.leaves:
        facts = {top(name) for name in leaf.missing}
        outcomes = [decide.tree_value(version.eligibility, {**values, leaf.id: value}) for value in (True, False)]
        ends = len(facts) == 1 and outcomes != [None, None]
        for fact in facts:
            power[fact] = max(power.get(fact, 0), ENDS if ends else CONDITION)
    return power
