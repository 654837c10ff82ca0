"""Consultation: a question about policy and its answer with citations."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from django.conf import settings
from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from zhirong.api import calling, problems, shapes
from zhirong.api.problems import Sentence
from zhirong.api.sessions import ByAddress
from zhirong.base.calendar import beijing_day
from zhirong.policy import consult_base, consult_telling, consulting, model_answers
from zhirong.record import actions as record

router = Router(tags=["policy"])
Certainty = Annotated[str, Field(description="stated, reading, assumed or memory: the least sure of the clauses")]


class PolicyQuestionSaid(shapes.Said):
    """A question in Chinese or English; nothing of it is kept."""

    question: Annotated[
        str,
        Field(min_length=1, max_length=2000, pattern=shapes.NO_NUL, examples=["福田区专利质押贷款贴息比例是多少？"]),
    ]
    day: date | None = Field(None, description="The day it is asked on; today where left out")


class ClauseNamed(shapes.Told):
    """A clause by its measure."""

    measure: str
    clause: str


class SourceTold(shapes.Told):
    """Where a clause was read; an address only where it is the issuer's own."""

    id: str
    document: dict[str, str] | None
    number: str | None
    locator: str | None
    official: bool
    url: str | None


class ParagraphNamed(shapes.Told):
    """A paragraph of a kept original that stands behind a clause."""

    document: str
    paragraph: str


class SentenceTold(shapes.Told):
    """One sentence of an answer with what it rests on."""

    zh: str
    en: str
    measure: str
    title: Sentence
    clauses: list[str]
    sources: list[SourceTold]
    certainty: Certainty
    paragraphs: list[ParagraphNamed]


class FactRead(shapes.Told):
    """How words of the question were taken."""

    fact: str
    text: str
    told: Sentence
    zh: str
    en: str


class ComputedTold(shapes.Told):
    """What the engine makes of the question: never the model's."""

    zh: str
    en: str
    measure: str
    title: Sentence
    clauses: list[str]
    sources: list[SourceTold]
    certainty: Certainty
    read_as: list[FactRead]
    decision: dict[str, Any] = Field(description="As `zr calc policy` answers: conditions, lines, ceilings, missing")


class NearTold(shapes.Told):
    """A measure that comes near and is not about this."""

    measure: str
    title: Sentence
    slot: str
    why: Sentence
    mark: Sentence


class RefusalTold(shapes.Told):
    """No clause answers: the slot that failed, and whom to ask."""

    slot: str = Field(description="place, date, draft, object, benefit, intent or subject")
    slot_name: Sentence
    asked: Sentence
    zh: str
    en: str
    nearest: list[NearTold]
    way_out: Sentence


class ReplyTold(shapes.Told):
    """Sentences with citations, or a refusal; never both."""

    question: str
    day: date
    day_meant: date | None = Field(description="The day whose rules answer")
    answered: bool
    by_model: bool
    slots: dict[str, list[str]]
    clauses: list[ClauseNamed]
    sentences: list[SentenceTold]
    computed: ComputedTold | None
    refusal: RefusalTold | None


@router.post(
    "/policy/ask",
    auth=calling.ANYONE,
    throttle=[ByAddress("60/m")],
    summary="Ask about policy",
    **problems.told(
        ReplyTold, "policy.question_empty", "policy.question_too_long", "policy.question_number_unreadable",
        "policy.no_such_day", "api.too_often",
    ),
)  # fmt: skip
def ask(request: HttpRequest, said: PolicyQuestionSaid) -> ReplyTold:
    """Clauses that answer, best first, with an amount where the question tells enough. Nothing is kept."""
    known = consult_base.corpus()
    day = consulting.day_asked(said.day or beijing_day(record.now()))
    reply = consulting.consult(said.question, day, known, endpoint=model_answers.endpoint(settings.MODEL))
    return ReplyTold.model_validate(consult_telling.reply(reply, known))
