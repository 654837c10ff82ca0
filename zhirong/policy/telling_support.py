"""What-ifs, goals, questions and sets to fix as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from zhirong.base.refused import Refused
from zhirong.policy import telling
from zhirong.policy.engine import facts, goal, values, what_if
from zhirong.policy.engine.facts import Vocabulary
from zhirong.policy.engine.guided import Next
from zhirong.policy.engine.measure import Measure
from zhirong.policy.engine.moves import Moved

Json = dict[str, Any]


def differences(found: Sequence[what_if.Difference], measures: Mapping[str, Measure]) -> Json:
    """Both columns and the difference of every measure that changes; the names of those that do not."""
    return {
        "differences": [difference(one, measures[one.measure]) for one in found if one.is_any],
        "unchanged": [one.measure for one in found if not one.is_any],
        "before": total([one.before for one in found], measures),
        "after": total([one.after for one in found], measures),
    }


def total(found: Sequence[Any], measures: Mapping[str, Measure]) -> Json:
    """How many are met, and what those of each kind that pays come to, conflicts between them left aside."""
    met = [one for one in found if one.eligible == "met"]
    kinds = dict.fromkeys(measures[one.measure].kind for one in met if one.amount_fen)
    return {
        "met": len(met),
        "gross": {
            kind: values.yuan(sum(one.amount_fen or 0 for one in met if measures[one.measure].kind == kind))
            for kind in kinds
        },
    }


def difference(one: what_if.Difference, made: Measure) -> Json:
    return {
        "measure": one.measure,
        "title": {"zh": made.zh, "en": made.en},
        "flips": one.flips,
        "by": telling.yuan(one.by_fen),
        "conditions": [{"id": name, "before": was, "after": now} for name, was, now in one.conditions],
        "before": telling.decision(one.before, made),
        "after": telling.decision(one.after, made),
    }


def question(
    known: Vocabulary, name: str, *, goal_name: str, fen: int = 0, least: Any = None, most: Any = None
) -> goal.Question:
    """A goal as it was asked. Refused: an unknown fact, ends of the range that are no values of it."""
    if name not in known.facts:
        raise Refused("policy.fact_unknown", name=name[:100])
    fact = known.facts[name]
    if fact.kind != "number":
        raise Refused("policy.goal_no_number", name=name)
    ends = [None if one is None else facts.number(fact, one) for one in (least, most)]
    return goal.Question(fact, goal_name, fen=fen, least=ends[0], most=ends[1])


def sought(found: goal.Sought, asked: goal.Question) -> Json:
    """The spans of values, each end tried on both sides, with what the measure gives at the first of them."""
    return {
        "fact": asked.fact.name,
        "unit": asked.fact.unit,
        "goal": asked.goal,
        "spans": [
            {
                "first": str(values.written(one.first)),
                "last": str(values.written(one.last)),
                "begins_inside": one.begins_inside,
                "ends_inside": one.ends_inside,
                "amount": telling.yuan(one.at_first.amount_fen),
                "sha256": one.at_first.sha256,
            }
            for one in found.spans
        ],
        "points": found.points,
        "step": str(values.written(found.step)),
        "least": str(values.written(found.least)),
        "most": str(values.written(found.most)),
        "now": {"eligible": found.now.eligible, "amount": telling.yuan(found.now.amount_fen)},
    }


def moved(one: Moved) -> Json:
    """A set to fix with its facts moved and what it would bring."""
    return {
        "by_action": list(one.fix.by_action),
        "by_time": list(one.fix.by_time),
        "to_find_out": list(one.fix.to_find_out),
        "changes": {name: values.written(value) for name, value in one.changes.items()},
        "not_moved": list(one.unmoved),
        "eligible_then": one.after.eligible if one.after else None,
        "amount_then": telling.yuan(one.after.amount_fen) if one.after else None,
    }


def asked(one: Next, known: Vocabulary) -> Json:
    """A question with its kind, unit and choices."""
    fact = known.facts.get(one.fact)
    return {
        "fact": one.fact,
        "zh": fact.zh if fact else "",
        "en": fact.en if fact else "",
        "kind": fact.kind if fact else "",
        "unit": fact.unit if fact else "",
        "choices": list(fact.choices) if fact else [],
        "source": fact.source if fact else "",
        "measures": list(one.measures),
        "may_end": list(one.ending),
    }
