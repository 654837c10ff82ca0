"""Calculations around one enterprise for `zr calc`: what changes if facts change, and from which value on."""

from __future__ import annotations

from typing import Any

from zhirong.base.engines import Engine, form, many
from zhirong.base.refused import Refused
from zhirong.policy import calc, reading, telling, telling_support
from zhirong.policy.calc import AMOUNT, DAY, TEXT, money_of
from zhirong.policy.engine import facts, goal, what_if
from zhirong.policy.engine.what_if import Change

Json = dict[str, Any]
MOST_CHANGES = 50


def policy_what_if(given: Json) -> Json:
    """Measures with the facts as they are and as they might be."""
    base = reading.own()
    measures = telling.chosen(known_names(given.get("measures", ()), base), base.measures)
    before = facts.settled(given["facts"], base.vocabulary)
    changes = [Change(row["fact"], row.get("how", "set"), row.get("value")) for row in given["changes"]]
    after = what_if.changed(before, changes, base.vocabulary)
    found = what_if.compared(measures, before, after=after, day=calc.day_of(given, "day"), known=calc.as_known(given))
    return telling_support.differences(found, base.measures)


def known_names(names: Any, base: reading.Base) -> list[str]:
    """Names of measures that the base holds."""
    for name in names:
        if name not in base.measures:
            raise Refused("policy.measure_unknown", measure=name[:100])
    return list(names)


def policy_goal(given: Json) -> Json:
    """From which value of one fact a measure is met, an amount reached, or a ceiling hit."""
    base = reading.own()
    (name,) = known_names([given["measure"]], base)
    known = facts.settled(given["facts"], base.vocabulary)
    question = telling_support.question(
        base.vocabulary,
        given["fact"],
        goal_name=given["goal"],
        fen=money_of(given["amount"], "amount") if "amount" in given else 0,
        least=given.get("least"),
        most=given.get("most"),
    )
    found = goal.seek(
        base.measures[name],
        known,
        calc.day_of(given, "day"),
        question=question,
        known=calc.as_known(given),
        vocabulary=base.vocabulary,
    )
    return telling_support.sought(found, question)


CHANGE: Json = form({"fact": TEXT, "how": {"enum": ["set", "add", "forget"]}, "value": {}}, "fact")
ENGINES: dict[str, Engine] = {
    "policy-what-if": Engine(
        run=policy_what_if,
        takes=form(
            {
                "day": DAY,
                "known_on": DAY,
                "measures": many(TEXT, most=calc.MOST_MEASURES),
                "facts": {"type": "object"},
                "changes": many(CHANGE, most=MOST_CHANGES),
            },
            "day",
            "facts",
            "changes",
        ),
        gives=form(
            {
                "differences": many({"type": "object"}, most=1000),
                "unchanged": many(TEXT, most=1000),
                "before": {"type": "object"},
                "after": {"type": "object"},
            },
            "differences",
            "unchanged",
        ),
        line="Measures of support with facts as they are and with some changed: what flips, by how much (5.3).",
    ),
    "policy-goal": Engine(
        run=policy_goal,
        takes=form(
            {
                "day": DAY,
                "known_on": DAY,
                "measure": TEXT,
                "facts": {"type": "object"},
                "fact": TEXT,
                "goal": {"enum": list(goal.GOALS)},
                "amount": AMOUNT,
                "least": AMOUNT,
                "most": AMOUNT,
            },
            "day",
            "measure",
            "facts",
            "fact",
            "goal",
        ),
        gives=form(
            {
                "fact": TEXT,
                "unit": TEXT,
                "goal": TEXT,
                "spans": many({"type": "object"}, most=1000),
                "points": {"type": "integer"},
                "step": TEXT,
                "least": TEXT,
                "most": TEXT,
                "now": {"type": "object"},
            },
            "fact",
            "spans",
        ),
        line="For which values of one number a measure is met, an amount reached, a ceiling hit.",
    ),
}
