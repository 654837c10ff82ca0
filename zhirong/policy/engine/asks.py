"""What to ask next: of the facts that are missing, the one whose answer settles most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from zhirong.policy.engine.decide import MET, NOT_MET, Decision
from zhirong.policy.engine.facts import Vocabulary


@dataclass(frozen=True)
class Ask:
    """A missing fact with its label, who normally supplies it, and the measures that wait for it."""

    fact: str
    zh: str
    en: str
    source: str
    measures: tuple[str, ...]
    conditions: int


def next_asks(
    decisions: Sequence[Decision], known: Vocabulary, *, weights: Mapping[str, Fraction | int] | None = None
) -> list[Ask]:
    """Missing facts, the best first: most measures (each by its weight, one without), then most conditions that
    this fact alone would settle, then the name. Measures that are settled ask nothing."""
    found: dict[str, dict[str, int]] = {}
    for decision in decisions:
        if decision.eligible == NOT_MET or (decision.eligible == MET and not decision.missing):
            continue
        for name in decision.missing:
            alone = sum(1 for leaf in decision.leaves if leaf.missing == (name,))
            found.setdefault(name, {})[decision.measure] = alone
    chances = weights or {}

    def rank(name: str) -> tuple[Fraction | int, int, str]:
        weight = sum((chances.get(measure, 1) for measure in found[name]), Fraction(0))
        return -weight, -sum(found[name].values()), name

    return [ask(name, found[name], known) for name in sorted(found, key=rank)]


def ask(name: str, waiting: Mapping[str, int], known: Vocabulary) -> Ask:
    """The question for one fact; a field of a record is asked by its own label."""
    top, _, field = name.partition(".")
    entry = known.facts.get(top.partition("[")[0])
    entry = entry.fields.get(field, entry) if entry and field else entry
    zh, en, source = (entry.zh, entry.en, entry.source) if entry else ("", "", "")
    return Ask(name, zh, en, source, tuple(waiting), sum(waiting.values()))
