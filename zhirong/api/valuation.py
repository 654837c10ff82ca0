"""Estimates of rights, answers to their questions, what-ifs, lending values, and how well the house has estimated."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import BaseModel, ConfigDict, Field

from zhirong.api import actions, calling, files, problems, shapes, valuation_shapes
from zhirong.api.actions import KEY
from zhirong.api.rights import shown
from zhirong.api.valuation_shapes import EstimateTold, LendingTold
from zhirong.base.calendar import beijing_day
from zhirong.people.models import Party
from zhirong.record import actions as record
from zhirong.record import files as kept_files
from zhirong.valuation import estimate_paper, estimated, estimating, said
from zhirong.valuation.actions import answers
from zhirong.valuation.engine import units
from zhirong.valuation.models import Answer, MarketModel, Study

router = Router(tags=["valuation"])
# Why a right has no estimate, and why an answer cannot be reckoned with.
NONE = (
    "valuation.no_holder", "valuation.not_published", "valuation.right_ended", "valuation.term_is_over",
    "valuation.not_finite", "valuation.outside_band", "valuation.negative", "valuation.not_positive",
)  # fmt: skip
Micro = Annotated[
    int,
    Field(strict=True, ge=0, le=9 * 10**18, description="Millionths of the question's unit", examples=[5000000000000]),
]


class EstimateAnswerSaid(shapes.Said):
    """One answer of one of my parties: on its word, or on a paper of mine."""

    party: shapes.Ref
    question: Annotated[str, Field(max_length=40, pattern="^[a-z_]+$", examples=["annual_income"])]
    value_micro: Micro
    evidence: shapes.FileRef = ""


class EstimateAnswerGone(shapes.Said):
    """Which answer of which of my parties counts no longer."""

    party: shapes.Ref
    question: Annotated[str, Field(max_length=40, pattern="^[a-z_]+$")]


class EstimateAnswerTold(shapes.Told):
    """An answer as it counts now."""

    question: str
    party: shapes.PartyShort
    value_micro: int
    unit: str
    grade: str = Field(description="document or stated")
    evidence: str
    at: datetime


class ChangeSaid(shapes.Said):
    """What is to be otherwise; what is left out stays."""

    last_year: Annotated[int, Field(ge=1, le=60)] | None = None
    exclusive_licence: bool = False
    discount_points: int = Field(0, ge=-100, le=100, description="Hundredths a year, added to the rate")
    royalty_rate: Annotated[str, Field(max_length=12, pattern=r"^(0(\.\d{1,8})?|1)?$", examples=["0.05"])] = ""
    annual_income_yuan: Annotated[int, Field(ge=0, le=10**12)] | None = None


class LendingAsked(BaseModel):
    """?months=24&product=bocom_beijing"""

    model_config = ConfigDict(extra="forbid")

    months: int = Field(24, ge=1, le=120)
    product: Annotated[str, Field(max_length=40, pattern="^[a-z_]*$")] = ""


class SegmentTold(shapes.Told):
    """One segment of the back-test; measures in millionths, a dispersion in millionths of a per cent."""

    segment: str = Field(description="A kind of right; empty: all")
    deals: int
    measures_ppm: dict[str, int | None]
    coverage_ppm: dict[str, int]
    pit: list[int] = Field(description="Deals in ten equal slices of the predicted distribution")


class StudyTold(shapes.Told):
    """The back-test of today's model: what it said before each deal against what was paid."""

    day: date | None
    deals: int
    predicted: int
    segments: list[SegmentTold]
    is_drifting: bool | None = Field(description="null where too few deals were predicted")
    model_sha256: str


def today() -> date:
    """Today in Beijing."""
    return beijing_day(record.now())


@router.get(
    "/rights/{int:right_id}/estimate",
    auth=calling.ANYONE,
    summary="Estimate a right",
    **problems.told(EstimateTold, *NONE),
)
def get_estimate(request: HttpRequest, right_id: shapes.Id) -> EstimateTold:
    """The range with what explains it. The caller's own parties' answers count, nobody else's."""
    right = shown(request, right_id)
    found = estimating.estimate_right(right, today(), estimated.answers_of(right, calling.parties_of(request)))
    return valuation_shapes.estimate(right.pk, found)


@router.get(
    "/rights/{int:right_id}/estimate/papers/{name}",
    auth=calling.PERSON,
    summary="The estimate on paper",
    **problems.told(None, *NONE, "valuation.no_range"),
)
def get_sheet(request: HttpRequest, right_id: shapes.Id, name: Literal["zh.pdf", "en.pdf"]) -> HttpResponse:
    """A PDF that says in its title that it is no appraisal report."""
    right = shown(request, right_id)
    found = estimating.estimate_right(right, today(), estimated.answers_of(right, calling.parties_of(request)))
    content = estimate_paper.pdf_of(right, found, language=name[:2], now=record.now())
    return HttpResponse(content, headers=kept_files.headers(f"estimate.{name}", "application/pdf"))


@router.post(
    "/rights/{int:right_id}/estimate/what-if",
    auth=calling.ANYONE,
    summary="Estimate a right with one thing changed",
    **problems.told(EstimateTold, *NONE, "valuation.royalty_zero", "valuation.year_not_ahead"),
)
def what_if(request: HttpRequest, right_id: shapes.Id, changed: ChangeSaid) -> EstimateTold:
    """Computed anew by the same function; nothing is kept."""
    right = shown(request, right_id)
    change = estimating.change_of(**changed.model_dump())
    told = estimated.answers_of(right, calling.parties_of(request))
    return valuation_shapes.estimate(right.pk, estimating.what_if(right, today(), told, change=change))


@router.get(
    "/rights/{int:right_id}/lending-value",
    auth=calling.PERSON,
    summary="What a right can secure",
    **problems.told(LendingTold, *NONE, "valuation.no_range", "valuation.no_such_product"),
)
def lending_value(request: HttpRequest, right_id: shapes.Id, asked: Query[LendingAsked]) -> LendingTold:
    """Proceeds of a forced sale after the loan, and the loan at each chance of a shortfall."""
    right = shown(request, right_id)
    found = estimating.estimate_right(right, today(), estimated.answers_of(right, calling.parties_of(request)))
    lent = estimated.lending_value(found, estimated.Loan(months=asked.months, product=asked.product))
    return valuation_shapes.lending(right.pk, found, lent)


def answer_told(one: Answer) -> EstimateAnswerTold:
    """An answer with its unit."""
    known: dict[str, Any] = said.questions(beijing_day(one.at)).get(one.question, {})
    return EstimateAnswerTold(
        question=one.question,
        party=shapes.party_short(one.party),
        value_micro=one.value_micro,
        unit=str(known.get("unit", "")),
        grade=one.grade,
        evidence=one.evidence.ref if one.evidence else "",
        at=one.at,
    )


@router.get(
    "/rights/{int:right_id}/answers",
    auth=calling.PERSON,
    summary="What my parties answered",
    **problems.told(list[EstimateAnswerTold]),
)
def list_answers(request: HttpRequest, right_id: shapes.Id) -> list[EstimateAnswerTold]:
    """The answers that count now, of the caller's parties alone."""
    rows = Answer.objects.filter(
        right=shown(request, right_id), party__in=calling.parties_of(request), replaced_at__isnull=True
    )
    return [answer_told(one) for one in rows.select_related("party", "evidence").order_by("question", "pk")]


@router.post(
    "/rights/{int:right_id}/answers",
    auth=calling.may_ask("valuation.answer"),
    summary="Answer a question of a right's valuation",
    **problems.told(
        EstimateAnswerTold, "valuation.right_unknown", "valuation.no_such_choice", "valuation.answer_range",
        "valuation.royalty_zero", *files.EVIDENCE, *KEY,
    ),
)  # fmt: skip
def answer(request: HttpRequest, right_id: shapes.Id, given: EstimateAnswerSaid) -> HttpResponse:
    """It moves the estimates that this party sees, and nobody else's; a newer answer takes the older one's place."""
    person, right = calling.person_of(request), shown(request, right_id)
    one = answers.Given(
        party=shapes.party_named(given.party),
        question=given.question,
        value_micro=given.value_micro,
        evidence=files.own_or_none(person, given.evidence),
    )
    return actions.once(request, lambda: answer_told(answers.answer(person, right.pk, one)))


@router.post(
    "/rights/{int:right_id}/answers/take-back",
    auth=calling.may_ask("valuation.answer"),
    summary="Take an answer back",
    **problems.told(shapes.Done, "valuation.right_unknown"),
)
def take_back(request: HttpRequest, right_id: shapes.Id, gone: EstimateAnswerGone) -> shapes.Done:
    """The question is open again for this party."""
    person, right = calling.person_of(request), shown(request, right_id)
    party: Party = shapes.party_named(gone.party)
    done = answers.take_back(person, right.pk, answers.Given(party=party, question=gone.question, value_micro=0))
    return shapes.Done(done=done > 0)


@router.get("/back-test", auth=calling.ANYONE, summary="How well rights were estimated", **problems.told(StudyTold))
def study(request: HttpRequest) -> StudyTold:
    """The back-test of the current model by segment; segments of few deals are not told."""
    kept = Study.objects.select_related("model").filter(model__is_current=True).first()
    if kept is None:
        return StudyTold(day=None, deals=0, predicted=0, segments=[], is_drifting=None, model_sha256="")
    body: dict[str, Any] = json.loads(kept.body)
    model: MarketModel = kept.model
    return StudyTold(
        day=model.day,
        deals=model.deals,
        predicted=body["predicted"],
        segments=[segment(one) for one in body["segments"]],
        is_drifting=body["drift"]["is_alarm"] if body["drift"] else None,
        model_sha256=model.sha256,
    )


def segment(one: dict[str, Any]) -> SegmentTold:
    """One segment of a kept study; the measures leave extreme outliers out (IAAO), coverage leaves nothing out."""
    found = one["calibration"]
    return SegmentTold(
        segment=found["segment"],
        deals=found["deals"],
        measures_ppm={each["name"]: valuation_shapes.maybe_ppm(each["value"]) for each in one["trimmed"]["measures"]},
        coverage_ppm={str(units.ppm(each["nominal"])): units.ppm(each["share"]) for each in found["coverage"]},
        pit=found["pit"],
    )
