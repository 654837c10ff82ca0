"""A valuer's people work on an appraisal: opinions, papers, conclusion, signatures and the review between them."""

from __future__ import annotations

from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import Field

from zhirong.api import actions, calling, evidence, files, problems, shapes
from zhirong.api.actions import KEY
from zhirong.api.appraisals import AppraisalTold, Text, one, told
from zhirong.valuation import rules
from zhirong.valuation.actions import appraising, signing
from zhirong.valuation.models import AppraisalEvidence

router = Router(tags=["appraisals"])
WORK = ("valuation.not_its_turn", "valuation.text_length", "valuation.figures_cross", *KEY)
UNREADY = (
    "valuation.no_conclusion", "valuation.no_method", "valuation.weights_no_whole", "valuation.methods_few",
    "valuation.conclusion_outside", "valuation.paper_missing",
)  # fmt: skip
SIGNED = (
    "valuation.not_its_turn", "valuation.changed_since", "people.maker_is_checker", "people.own_party", "file.not_read",
)  # fmt: skip
Method = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[a-z_.\-]+$", examples=["market.hedonic"])]
FenFrom0 = Annotated[int, Field(strict=True, ge=0, le=shapes.MOST_FEN)]


class OpinionSaid(shapes.Said):
    """What one method comes to; with `uses_estimate` the engine's own figures stand beside it."""

    method: Method
    approach: Literal["cost", "market", "income"]
    low_fen: FenFrom0
    likely_fen: FenFrom0
    high_fen: FenFrom0
    weight_ppm: Annotated[int, Field(strict=True, ge=0, le=1_000_000, description="Millionths of the conclusion")]
    reason: Annotated[str, Field(min_length=1, max_length=2000, pattern=shapes.NO_NUL)]
    override_reason: Annotated[str, Field(max_length=2000, pattern=shapes.NO_NUL)] = ""
    uses_estimate: bool = False


class MethodSaid(shapes.Said):
    """Which method."""

    method: Method


class PaperSaid(shapes.Said):
    """A file of mine and what it is called."""

    file: shapes.FileRef
    title: Annotated[str, Field(min_length=1, max_length=120, pattern=shapes.NO_NUL)]


class ConclusionSaid(shapes.Said):
    """The conclusion with the report's texts; line breaks stay."""

    low_fen: FenFrom0
    likely_fen: FenFrom0
    high_fen: FenFrom0
    reason: Annotated[str, Field(min_length=1, max_length=4000, pattern=shapes.NO_NUL)]
    single_method_reason: Annotated[str, Field(max_length=2000, pattern=shapes.NO_NUL)] = ""
    outside_reason: Annotated[str, Field(max_length=2000, pattern=shapes.NO_NUL)] = ""
    scope: Text = ""
    process: Text = ""
    assumptions: Text = ""
    special_matters: Text = ""


class HashSaid(shapes.Said):
    """The `payload_hash` of what was read."""

    payload_hash: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


@router.post(
    "/appraisals/{int:appraisal_id}/opinions",
    auth=calling.may_ask("valuation.appraise"),
    summary="Say what a method comes to",
    **problems.told(
        AppraisalTold, "valuation.override_unexplained", "valuation.weight_range", "valuation.no_computation",
        "valuation.computed_one_right", *WORK,
    ),
)  # fmt: skip
def put_opinion(request: HttpRequest, appraisal_id: shapes.Id, given: OpinionSaid) -> HttpResponse:
    """Said again it takes the place of what was said before. Another figure than computed needs a reason."""
    person, row = calling.person_of(request), one(request, appraisal_id)
    figures = rules.Figures(low_fen=given.low_fen, likely_fen=given.likely_fen, high_fen=given.high_fen)
    held = rules.Held(
        method=given.method,
        approach=given.approach,
        figures=figures,
        weight_ppm=given.weight_ppm,
        reason=given.reason,
        override_reason=given.override_reason,
    )

    def done() -> AppraisalTold:
        appraising.put_opinion(person, row.pk, held, uses_estimate=given.uses_estimate)
        return told(request, one(request, appraisal_id))

    return actions.once_in_steps(request, done)


@router.post(
    "/appraisals/{int:appraisal_id}/opinions/drop",
    auth=calling.may_ask("valuation.appraise"),
    summary="Drop a method",
    **problems.told(AppraisalTold, *WORK),
)
def drop_opinion(request: HttpRequest, appraisal_id: shapes.Id, given: MethodSaid) -> AppraisalTold:
    """It counts no longer."""
    person, row = calling.person_of(request), one(request, appraisal_id)
    return told(request, appraising.drop_opinion(person, row.pk, method=given.method))


@router.post(
    "/appraisals/{int:appraisal_id}/evidence",
    auth=calling.may_ask("valuation.appraise"),
    summary="Attach a paper",
    **problems.told(AppraisalTold, "valuation.papers_many", *files.EVIDENCE, *WORK),
)
def add_paper(request: HttpRequest, appraisal_id: shapes.Id, given: PaperSaid) -> HttpResponse:
    """Whoever reviews or signs second reads it first."""
    person, row = calling.person_of(request), one(request, appraisal_id)
    file = files.own(person, given.file)

    def done() -> AppraisalTold:
        appraising.add_paper(person, row.pk, file=file, title=given.title)
        return told(request, one(request, appraisal_id))

    return actions.once(request, done)


@router.get(
    "/appraisals/{int:appraisal_id}/evidence/{int:evidence_id}",
    auth=calling.may_ask("valuation.appraise"),
    summary="Read a paper of an appraisal",
    **evidence.READ,
)
def read_paper(request: HttpRequest, appraisal_id: shapes.Id, evidence_id: shapes.Id) -> HttpResponse:
    """For the valuer's people alone. Reading it is a deed, without which nobody reviews or signs second."""
    parties = calling.parties_of(request)
    rows = AppraisalEvidence.objects.filter(appraisal=appraisal_id, appraisal__valuer__in=parties)
    return evidence.handed(request, shapes.one(rows.select_related("file"), pk=evidence_id).file)


@router.post(
    "/appraisals/{int:appraisal_id}/conclusion",
    auth=calling.may_ask("valuation.appraise"),
    summary="Conclude",
    **problems.told(AppraisalTold, *WORK),
)
def conclude(request: HttpRequest, appraisal_id: shapes.Id, given: ConclusionSaid) -> HttpResponse:
    """Low, most likely and high with the report's texts."""
    person, row = calling.person_of(request), one(request, appraisal_id)
    figures = rules.Figures(low_fen=given.low_fen, likely_fen=given.likely_fen, high_fen=given.high_fen)
    texts = given.model_dump(exclude={"low_fen", "likely_fen", "high_fen"})
    concluded = rules.Concluded(figures=figures, **texts)
    return actions.once(request, lambda: told(request, appraising.conclude(person, row.pk, concluded)))


@router.post(
    "/appraisals/{int:appraisal_id}/sign",
    auth=calling.may_ask("valuation.appraise"),
    summary="Sign an appraisal as the first",
    **problems.told(AppraisalTold, *SIGNED, *UNREADY),
)
def sign(request: HttpRequest, appraisal_id: shapes.Id, given: HashSaid) -> AppraisalTold:
    """Over what was read; from now on nothing of it changes."""
    person, row = calling.person_of(request), one(request, appraisal_id)
    return told(request, signing.sign(person, row.pk, payload_hash=given.payload_hash))


@router.post(
    "/appraisals/{int:appraisal_id}/review",
    auth=calling.may_ask("valuation.review"),
    summary="Pass the internal review",
    **problems.told(AppraisalTold, *SIGNED),
)
def review(request: HttpRequest, appraisal_id: shapes.Id, given: HashSaid) -> AppraisalTold:
    """By somebody else than the first signer."""
    person, row = calling.person_of(request), one(request, appraisal_id)
    return told(request, signing.review(person, row.pk, payload_hash=given.payload_hash))


@router.post(
    "/appraisals/{int:appraisal_id}/return",
    auth=calling.may_ask("valuation.review"),
    summary="Send an appraisal back",
    **problems.told(AppraisalTold, "valuation.not_its_turn", "valuation.text_length", "people.maker_is_checker"),
)
def send_back(request: HttpRequest, appraisal_id: shapes.Id, why: shapes.Why) -> AppraisalTold:
    """The first signature falls away."""
    person, row = calling.person_of(request), one(request, appraisal_id)
    return told(request, signing.send_back(person, row.pk, reason=why.reason))


@router.post(
    "/appraisals/{int:appraisal_id}/issue",
    auth=calling.may_ask("valuation.issue"),
    summary="Sign an appraisal as the second and issue it",
    **problems.told(AppraisalTold, "valuation.value_date_old", *SIGNED),
)
def issue(request: HttpRequest, appraisal_id: shapes.Id, given: HashSaid) -> AppraisalTold:
    """By another person than the first signer; the report is made at once and sealed."""
    person, row = calling.person_of(request), one(request, appraisal_id)
    return told(request, signing.issue(person, row.pk, payload_hash=given.payload_hash))
