"""Calculations of this floor for `zr calc`: decide measures, combine claims, allocate a budget."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from zhirong.base.engines import Engine, form, many
from zhirong.base.refused import Refused
from zhirong.policy import consult_telling, consulting, reading, telling
from zhirong.policy.engine import asks, budget, cases, decide, facts, portfolio, values
from zhirong.policy.engine.facts import Fact

Json = dict[str, Any]
MOST_MEASURES = 100


def policy(given: Json) -> Json:
    """The measures of the house for one enterprise on a day, and what to ask next."""
    base = reading.own()
    for name in given.get("measures", ()):
        if name not in base.measures:
            raise Refused("policy.measure_unknown", measure=name[:100])
    known = facts.settled(given["facts"], base.vocabulary)
    day = day_of(given, "day")
    moment = instant(given["moment"], "moment", "policy") if "moment" in given else None
    found = [
        (one, decide.decide(one, known, day, known=as_known(given), have=given.get("have", ()), moment=moment))
        for one in telling.chosen(given.get("measures", ()), base.measures)
    ]
    return {
        "decisions": [telling.decision(decision, one) for one, decision in found],
        "next_questions": telling.questions(asks.next_asks([decision for _, decision in found], base.vocabulary)[:20]),
    }


def as_known(given: Json) -> date | None:
    return day_of(given, "known_on") if "known_on" in given else None


def day_of(given: Json, name: str) -> date:
    """A day within the centuries that facts may lie in."""
    return facts.day(Fact(name, "date"), given[name])


def policy_portfolio(given: Json) -> Json:
    """The best set of claims that may be taken together."""
    base, day = reading.own(), day_of(given, "day")
    claims = [
        portfolio.Claim(row["measure"], row["key"], money_of(row["amount"], f"claims[{place}].amount"))
        for place, row in enumerate(given["claims"])
    ]
    members = {
        claim.measure: portfolio.member(base.measures[claim.measure], day)
        for claim in claims
        if claim.measure in base.measures
    }
    found = portfolio.best(claims, members)
    return {
        "total": values.yuan(found.total_fen),
        "take": [
            {
                "claim": one.place,
                "measure": claims[one.place].measure,
                "paid": values.yuan(one.paid_fen),
                "lowered_by": list(one.lowered_by),
            }
            for one in found.taken
        ],
        "dropped": [
            {
                "claim": one.place,
                "measure": claims[one.place].measure,
                "because": claims[one.because].measure,
                "clause": one.clause,
            }
            for one in found.dropped
        ],
    }


def money_of(amount: Any, name: str) -> int:
    """Fen of an amount in yuan; texts may carry 万 and 元."""
    return cases.cents(facts.number(Fact(name, "number", "CNY"), amount))


def policy_budget(given: Json) -> Json:
    """Who gets what of a budget that may not reach."""
    asked = [
        budget.Asked(
            row["id"],
            money_of(row["amount"], f"claims[{place}].amount"),
            accepted=accepted(row),
            score=facts.number(Fact("score", "number", "point"), row["score"]) if "score" in row else None,
        )
        for place, row in enumerate(given["claims"])
    ]
    total = money_of(given["budget"], "budget")
    last_gets_rest = given.get("last_gets_rest", True)
    found = budget.allocate(asked, total, given["allocation"], last_gets_rest=last_gets_rest)
    granted = sum(found.fen.values())
    return {
        "granted": [{"id": name, "amount": values.yuan(found.fen[name])} for name in found.order],
        "total": values.yuan(granted),
        "left": values.yuan(found.left_fen),
        "factor": None if found.factor is None else values.decimals(found.factor),
        "is_settled": found.is_settled,
        "warning_percent": budget.warning(granted, total),
    }


def policy_consultation(given: Json) -> Json:
    """One question to the measures of the house."""
    known = consulting.corpus_of(reading.own())
    return consult_telling.reply(consulting.consult(given["question"], day_of(given, "day"), known), known)


def accepted(row: Json) -> str:
    """The moment of acceptance as a text that sorts by time."""
    if "accepted" not in row:
        return ""
    return f"{values.microseconds(instant(row['accepted'], 'accepted', 'policy-budget')):020d}"


def instant(text: str, name: str, calculation: str) -> datetime:
    """An aware instant within the centuries that facts may lie in."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None or not facts.EARLIEST.year <= at.year <= facts.LATEST.year:
        raise Refused("calc.bad_input", name=name, calculation=calculation)
    return at


TEXT: Json = {"type": "string", "maxLength": 200}
DAY: Json = {"type": "string", "format": "date"}
MOMENT: Json = {"type": "string", "format": "date-time"}
YES: Json = {"type": "boolean"}
AMOUNT: Json = {"type": ["string", "number"], "maxLength": 40}


ENGINES: dict[str, Engine] = {
    "policy": Engine(
        run=policy,
        takes=form(
            {
                "day": DAY,
                "known_on": DAY,
                "moment": MOMENT,
                "measures": many(TEXT, most=MOST_MEASURES),
                "facts": {"type": "object"},
                "have": many(TEXT, most=200),
            },
            "day",
            "facts",
        ),
        gives=form(
            {"decisions": many({"type": "object"}, most=1000), "next_questions": many({"type": "object"}, most=20)},
            "decisions",
        ),
        line="Measures of support for one enterprise on a day: met or not, how much and why, what is missing (5.3).",
    ),
    "policy-portfolio": Engine(
        run=policy_portfolio,
        takes=form(
            {
                "day": DAY,
                "claims": many(
                    form({"measure": TEXT, "key": TEXT, "amount": AMOUNT}, "measure", "key", "amount"), most=200
                ),
            },
            "day",
            "claims",
        ),
        gives=form(
            {"total": TEXT, "take": many({"type": "object"}, most=200), "dropped": many({"type": "object"}, most=200)},
            "total",
        ),
        line="The set of claims with the largest sum that no clause forbids: exclusion, choice, deduction, ceilings.",
    ),
    "policy-budget": Engine(
        run=policy_budget,
        takes=form(
            {
                "budget": AMOUNT,
                "allocation": {"enum": ["first_come", "pro_rata", "ranking", "total_control"]},
                "last_gets_rest": YES,
                "claims": many(
                    form({"id": TEXT, "amount": AMOUNT, "accepted": MOMENT, "score": AMOUNT}, "id", "amount"),
                    most=20_000,
                ),
            },
            "budget",
            "allocation",
            "claims",
        ),
        gives=form(
            {
                "granted": many({"type": "object"}, most=20_000),
                "total": TEXT,
                "left": TEXT,
                "factor": {"type": ["string", "null"]},
                "is_settled": YES,
                "warning_percent": {"type": "integer"},
            },
            "granted",
            "total",
        ),
        line="A year's budget among its claims: first come, pro rata to the cent, ranking, total control.",
    ),
    "policy-consultation": Engine(
        run=policy_consultation,
        takes=form({"question": {"type": "string", "maxLength": 2000}, "day": DAY}, "question", "day"),
        gives=form(
            {
                "question": {"type": "string"},
                "day": DAY,
                "day_meant": {"type": ["string", "null"]},
                "answered": YES,
                "by_model": YES,
                "slots": {"type": "object"},
                "clauses": many(form({"measure": TEXT, "clause": TEXT}), most=3),
                "sentences": many({"type": "object"}, most=10),
                "computed": {"type": ["object", "null"]},
                "refusal": {"type": ["object", "null"]},
            },
            "answered",
            "sentences",
        ),
        line="A question about support: clauses with their certainty, a computed amount, or a refusal that says why.",
    ),
}
