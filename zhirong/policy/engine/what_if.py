"""What if: the same decisions once with the facts as they are and once with some of them changed, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from zhirong.base.refused import Refused
from zhirong.policy.engine import decide, facts, numerals
from zhirong.policy.engine.decide import MET, Decision
from zhirong.policy.engine.facts import Fact, Vocabulary
from zhirong.policy.engine.measure import Measure
from zhirong.policy.engine.values import exact, is_number, simplest

SET, ADD, FORGET = "set", "add", "forget"


@dataclass(frozen=True)
class Change:
    """One fact otherwise: set to a value, raised (or lowered) by an amount, or forgotten."""

    name: str
    how: str
    value: Any = None


@dataclass(frozen=True)
class Difference:
    """A measure before and after: whether its state flips, by how much its amount changes (None: not to be told),
    and the conditions whose value is another, as (condition, before, after)."""

    measure: str
    before: Decision
    after: Decision
    flips: bool
    by_fen: int | None
    conditions: tuple[tuple[str, bool | None, bool | None], ...]

    @property
    def is_any(self) -> bool:
        """Whether anything is otherwise at all."""
        return self.flips or bool(self.by_fen) or bool(self.conditions) or self.before.amount != self.after.amount


def changed(given: Mapping[str, Any], changes: Sequence[Change], known: Vocabulary) -> dict[str, Any]:
    """Settled facts with changes laid over them, all settled anew.

    Refused: a fact changed twice, more of a fact that is unknown or no number, whatever `facts.settled` refuses.
    """
    laid: dict[str, Any] = {}
    for change in changes:
        if change.name not in known.facts:
            raise Refused("policy.fact_unknown", name=change.name[:100])
        if change.name in laid:
            raise Refused("policy.changed_twice", name=change.name)
        laid[change.name] = _value(change, given, known)
    return facts.settled({**given, **laid}, known)


def _value(change: Change, given: Mapping[str, Any], known: Vocabulary) -> Any:
    if change.how == FORGET:
        return None
    fact = known.facts[change.name]
    if change.how != ADD:
        return facts.of_kind(fact, change.value)
    was = given.get(change.name)
    if was is None or fact.kind != "number":
        raise Refused("policy.nothing_to_add_to", name=change.name)
    return simplest(was + _more(fact, change.value))


def _more(fact: Fact, value: Any) -> Fraction | int:
    """By how much a number rises."""
    more = numerals.read(value, name=fact.name, unit=fact.unit) if isinstance(value, str) else exact(value)
    if not is_number(more):
        raise facts.misfit(fact, value)
    return Fraction(more)


def compared(
    measures: Sequence[Measure],
    before: Mapping[str, Any],
    *,
    after: Mapping[str, Any],
    day: date,
    known: date | None = None,
    moment: datetime | None = None,
) -> list[Difference]:
    """Each measure with both sets of settled facts, in the order given."""
    return [
        difference(
            decide.decide(one, before, day, known=known, moment=moment),
            decide.decide(one, after, day, known=known, moment=moment),
        )
        for one in measures
    ]


def difference(before: Decision, after: Decision) -> Difference:
    """Two decisions of one measure side by side."""
    values = {leaf.id: leaf.value for leaf in before.leaves}
    turned = tuple(
        (leaf.id, values.get(leaf.id), leaf.value)
        for leaf in after.leaves
        if leaf.id not in values or values[leaf.id] is not leaf.value
    )
    was, now = due(before), due(after)
    return Difference(
        measure=before.measure,
        before=before,
        after=after,
        flips=before.eligible != after.eligible,
        by_fen=None if was is None or now is None else now - was,
        conditions=turned,
    )


def due(found: Decision) -> int | None:
    """What is due in fen: nothing where the measure is not met, None where that or the amount is unknown."""
    if found.eligible == decide.UNKNOWN:
        return None
    if found.eligible != MET or found.amount is None:
        return 0
    return found.amount.amount_fen
