"""Calculations for `zr calc`: the automatic estimate of one right, from its facts, answers and past deals."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from zhirong.base.engines import Engine, form, many
from zhirong.base.refused import Refused
from zhirong.registry.engine.facts import Kind, Reduction
from zhirong.valuation import calc_market_shapes as shapes
from zhirong.valuation import figures
from zhirong.valuation.engine import income_voice, study, whatif
from zhirong.valuation.engine import many as engine_many
from zhirong.valuation.engine.features import PastDeal
from zhirong.valuation.engine.market_model import MarketModel
from zhirong.valuation.engine.result import Grade, plain
from zhirong.valuation.engine.ruling import Figures
from zhirong.valuation.engine.subject import Answer, Said, Subject

Json = dict[str, Any]
NAME = "automatic-estimate"
# A study of so many takes some seconds.
MOST_DEALS = 300
DAYS = ("filed_on", "granted_on", "term_ends_on")
QUESTIONS = (*income_voice.QUESTIONS, *engine_many.TOLD_COUNTS, "development_cost")
KINDS_OF_DEAL = ("sale", "auction", "disposal", "plain_licence", "exclusive_licence", "open_licence", "ask")


def automatic_estimate(given: Json) -> Json:
    """The estimate as pages show it: headline, voices, waterfall, tornado, questions, comparables, record, notes."""
    day = shapes.day_of(given)
    under = figures.on(day)
    subject = _subject(given["right"], day)
    model = _model(given.get("deals", []), under, day)
    change = whatif.Change(**{name: _number(value, name) for name, value in given.get("what_if", {}).items()})
    found = whatif.of(subject, model, under, change=change, said=_said(given.get("answers", [])))
    told: Json = plain(asdict(found))
    return told


def _subject(said: Json, day: date) -> Subject:
    facts: Json = {name: value for name, value in said.items() if name not in DAYS}
    days: Json = {name: shapes.day_of(said, name) for name in DAYS if name in said}
    filed, granted, ends = (days.get(name) for name in DAYS)
    if filed is not None and (filed > day or (granted or filed) < filed or (ends or day) < filed):
        raise Refused("calc.bad_input", name="filed_on", calculation=NAME)
    return Subject(day=day, **facts, **days)


def _said(answers: list[Json]) -> Said:
    if len({one["question"] for one in answers}) != len(answers):
        raise Refused("calc.bad_input", name="answers", calculation=NAME)
    return Said(
        tuple(
            Answer(
                question=one["question"],
                value=_number(one["value"], one["question"]),
                grade=Grade(one.get("grade", "stated")),
            )
            for one in answers
        )
    )


def _model(deals: list[Json], under: Figures, day: date) -> MarketModel | None:
    if not deals:
        return None
    told = []
    for place, one in enumerate(deals):
        on = shapes.day_of(one, "on")
        told.append(
            PastDeal(
                reference=f"{place + 1}",
                on=on,
                kind=one["kind"],
                price=_number(one["price"], "price"),
                subjects=(_subject(one["right"], on),),
                is_ask=one["kind"] == "ask",
                is_public=True,
            )
        )
    return study.build(told, under, day)


def _number(value: Any, name: str) -> Any:
    return value if isinstance(value, bool) else shapes.number(value, name)


COUNT: Json = {"type": "integer", "minimum": 0, "maximum": 1_000_000}
RIGHT = form(
    {
        "kind": {"enum": [str(kind) for kind in Kind]},
        "number": shapes.TEXT,
        **dict.fromkeys(DAYS, shapes.DAY),
        "field": {"type": "integer", "minimum": 1, "maximum": 35},
        "section": {"type": "string", "maxLength": 1},
        "owner_kind": {"enum": ["firm", "university", "person"]},
        "reduction": {"enum": [str(one) for one in Reduction]},
        "paid_through_year": {"type": "integer", "minimum": 0, "maximum": 60},
        **dict.fromkeys(("ipc_count", "claims", "independent_claims", "family", "citations"), COUNT),
        **dict.fromkeys(("inventors", "holders", "plain_licences", "exclusive_licences"), COUNT),
        **dict.fromkeys(("is_in_force", "is_pledged", "is_blocked", "open_licence"), shapes.YES),
        **dict.fromkeys(("invalidation_open", "invalidation_survived"), shapes.YES),
    },
    "kind",
)
DEAL = form(
    {"on": shapes.DAY, "kind": {"enum": list(KINDS_OF_DEAL)}, "price": shapes.NUMBER, "right": RIGHT},
    "on",
    "kind",
    "price",
    "right",
)
ANSWER = form(
    {
        "question": {"enum": list(QUESTIONS)},
        "value": shapes.NUMBER,
        "grade": {"enum": ["stated", "document", "register"]},
    },
    "question",
    "value",
)
CHANGE = form(
    {
        "last_year": {"type": "integer", "minimum": 1, "maximum": 60},
        "exclusive_licence": shapes.YES,
        "discount_shift": shapes.NUMBER,
        "royalty_rate": shapes.NUMBER,
        "annual_income": shapes.NUMBER,
    }
)

ENGINES: dict[str, Engine] = {
    NAME: Engine(
        run=automatic_estimate,
        takes=form(
            {
                "day": shapes.DAY,
                "right": RIGHT,
                "answers": many(ANSWER, most=len(QUESTIONS)),
                "deals": many(DEAL, most=MOST_DEALS),
                "what_if": CHANGE,
            },
            "day",
            "right",
        ),
        gives={
            "type": "object",
            "properties": {
                "day": shapes.DAY,
                "currency": shapes.TEXT,
                "headline": shapes.RANGE,
                "basis": {"enum": ["tested", "pooled", "untested"]},
                "voices": {"type": "array"},
                "waterfall": {"type": "array"},
                "tornado": {"type": "array"},
                "questions": {"type": "array"},
                "comparables": {"type": "array"},
                "notes": {"type": "array", "items": shapes.NOTE},
                "parameters_sha256": shapes.TEXT,
                "model_sha256": shapes.TEXT,
            },
            "required": ["day", "currency", "headline", "basis", "voices", "notes", "parameters_sha256"],
        },
        line="The automatic estimate of a right: one tested range, its methods, its reasons, its open questions.",
    ),
}
