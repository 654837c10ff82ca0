"""Appraisals: asked for by a client, taken on by a valuer, shown to both and to the house."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field

from zhirong.api import actions, calling, paging, problems, rights, shapes
from zhirong.api.actions import KEY
from zhirong.people.models import Party
from zhirong.record import files as kept_files
from zhirong.valuation import known, rules, standing
from zhirong.valuation.actions import appraisals, reports, sharing
from zhirong.valuation.models import Appraisal, AppraisalEvidence, AppraisalShare

router = Router(tags=["appraisals"])
REFUSED = (
    "valuation.no_such_choice", "valuation.value_date_to_come", "valuation.value_date_old", "valuation.rights_count",
    "valuation.right_unknown", "valuation.text_length", "valuation.not_its_turn", *KEY,
)  # fmt: skip
Text = Annotated[str, Field(max_length=4000, pattern=shapes.NO_NUL)]


class AskedFor(shapes.Said):
    """What a party of mine wants to know of which rights, for what, as of which day."""

    client: shapes.Ref
    rights: Annotated[list[shapes.Id], Field(min_length=1, max_length=200)]
    purpose: Annotated[str, Field(max_length=16, pattern="^[a-z_]+$", examples=["pledge"])]
    value_type: Annotated[str, Field(max_length=16, pattern="^[a-z_]+$", examples=["market"])]
    value_date: date
    use: Annotated[str, Field(max_length=1000, pattern=shapes.NO_NUL)] = ""


class ValuerSaid(shapes.Said):
    """The valuer that the client chose."""

    valuer: shapes.Ref


class ReaderSaid(shapes.Said):
    """A verified bank, guarantor or investor."""

    party: shapes.Ref


class ReaderTold(shapes.Told):
    """That the client let a party read the report."""

    party: shapes.PartyShort
    at: datetime
    ended_at: datetime | None


class OpinionTold(shapes.Told):
    """What one method comes to."""

    method: str
    approach: str
    low_fen: shapes.Fen
    likely_fen: shapes.Fen
    high_fen: shapes.Fen
    weight_ppm: int
    reason: str
    override_reason: str
    computed_likely_fen: shapes.Fen | None


class EvidenceTold(shapes.Told):
    """A paper that it rests on."""

    evidence_id: int
    title: str
    sha256: str
    added_at: datetime


class AppraisalShort(shapes.Told):
    """An appraisal as lists show it."""

    appraisal_id: int
    number: str = Field(examples=["PG-2026-000001"])
    state: str = Field(examples=["requested"])
    client: shapes.PartyShort
    valuer: shapes.PartyShort | None
    purpose: str
    value_type: str
    value_date: date
    due_at: datetime | None
    low_fen: shapes.Fen | None = Field(description="Told to the client from the day of issue")
    likely_fen: shapes.Fen | None
    high_fen: shapes.Fen | None
    issued_at: datetime | None
    usable_until: date


class AppraisalTold(AppraisalShort):
    """An appraisal with its rights, and for the valuer's people with all that is worked out."""

    rights: list[rights.RightShort]
    use: str
    conclusion: str
    single_method_reason: str
    outside_reason: str
    scope: str
    process: str
    assumptions: str
    special_matters: str
    opinions: list[OpinionTold]
    evidence: list[EvidenceTold]
    payload_hash: str = Field(description="What a signature signs now; empty before there is a conclusion")
    review_reason: str
    end_reason: str
    first_signed_at: datetime | None
    reviewed_at: datetime | None
    papers: dict[str, str] = Field(description="Name of a sealed paper to its SHA-256")
    shares: list[ReaderTold] = Field(description="To whom the report was given; told to its client alone")


def seen(request: HttpRequest) -> QuerySet[Appraisal]:
    """What this caller may know of."""
    return known.appraisals_of(calling.standing_of(request))


def one(request: HttpRequest, appraisal_id: int) -> Appraisal:
    return shapes.one(seen(request), pk=appraisal_id)


def shows_work(request: HttpRequest, row: Appraisal) -> bool:
    """A conclusion is the valuer's until it is issued; then it is the client's and the house's too."""
    return row.state == "issued" or row.valuer_id in calling.parties_of(request)


def short(request: HttpRequest, row: Appraisal) -> AppraisalShort:
    shows = shows_work(request, row)
    return AppraisalShort(
        appraisal_id=row.pk,
        number=row.number,
        state=row.state,
        client=shapes.party_short(row.client),
        valuer=shapes.party_short(row.valuer) if row.valuer else None,
        purpose=row.purpose,
        value_type=row.value_type,
        value_date=row.value_date,
        due_at=row.due_at,
        low_fen=row.low_fen if shows else None,
        likely_fen=row.likely_fen if shows else None,
        high_fen=row.high_fen if shows else None,
        issued_at=row.issued_at,
        usable_until=standing.usable_until(row),
    )


def told(request: HttpRequest, row: Appraisal) -> AppraisalTold:
    """The whole, as far as it is this caller's."""
    shows = shows_work(request, row)
    evidence = row.evidence.select_related("file").order_by("pk") if shows else []
    return AppraisalTold(
        **short(request, row).model_dump(),
        rights=[rights.short(right) for right in appraisals.rights_of(row)],
        use=row.use,
        conclusion=row.conclusion if shows else "",
        single_method_reason=row.single_method_reason if shows else "",
        outside_reason=row.outside_reason if shows else "",
        scope=row.scope if shows else "",
        process=row.process if shows else "",
        assumptions=row.assumptions if shows else "",
        special_matters=row.special_matters if shows else "",
        opinions=[opinion(held) for held in standing.held_of(row)] if shows else [],
        evidence=[evidence_told(paper) for paper in evidence],
        payload_hash=standing.hash_of(row) if shows else "",
        review_reason=row.review_reason if shows else "",
        end_reason=row.end_reason,
        first_signed_at=row.first_signed_at if shows else None,
        reviewed_at=row.reviewed_at if shows else None,
        papers=reports.papers_of(row),
        shares=[share_told(given) for given in shares_of(request, row)],
    )


def shares_of(request: HttpRequest, row: Appraisal) -> QuerySet[AppraisalShare]:
    """For its client's people; others learn of none."""
    is_client = row.client_id in calling.parties_of(request)
    found = row.shares.select_related("party").order_by("-pk")
    return found if is_client else found.none()


def share_told(given: AppraisalShare) -> ReaderTold:
    return ReaderTold(party=shapes.party_short(given.party), at=given.at, ended_at=given.ended_at)


def opinion(held: rules.Held) -> OpinionTold:
    computed = rules.computed_figures(held.computed)
    return OpinionTold(
        method=held.method,
        approach=held.approach,
        low_fen=held.figures.low_fen,
        likely_fen=held.figures.likely_fen,
        high_fen=held.figures.high_fen,
        weight_ppm=held.weight_ppm,
        reason=held.reason,
        override_reason=held.override_reason,
        computed_likely_fen=computed.likely_fen if computed else None,
    )


def evidence_told(paper: AppraisalEvidence) -> EvidenceTold:
    return EvidenceTold(evidence_id=paper.pk, title=paper.title, sha256=paper.file.sha256, added_at=paper.added_at)


def asked_of(given: AskedFor) -> appraisals.Asked:
    return appraisals.Asked(
        client=shapes.party_named(given.client),
        rights=tuple(given.rights),
        purpose=given.purpose,
        value_type=given.value_type,
        value_date=given.value_date,
        use=given.use,
    )


@router.get("/appraisals", auth=calling.PERSON, summary="Appraisals", **problems.told(paging.Page[AppraisalShort]))
def list_appraisals(request: HttpRequest, asked: Query[paging.Asked]) -> paging.Page[AppraisalShort]:
    """Of my parties as client or valuer, newest first; the house's people see all that were asked for."""
    return paging.cut(seen(request), asked, lambda row: short(request, row))


@router.get(
    "/valuers", auth=calling.PERSON, summary="Who can be asked to appraise", **problems.told(list[shapes.PartyShort])
)
def list_valuers(request: HttpRequest) -> list[shapes.PartyShort]:
    """Every party with somebody who values, by name."""
    return [shapes.party_short(party) for party in appraisals.valuer_parties()]


@router.post(
    "/appraisals",
    auth=calling.may_ask("valuation.ask_appraisal"),
    summary="Draft a request for an appraisal",
    **problems.told(AppraisalTold, *REFUSED),
)
def draft(request: HttpRequest, given: AskedFor) -> HttpResponse:
    """Nobody else sees it before it is asked for."""
    person = calling.person_of(request)
    return actions.once(request, lambda: told(request, appraisals.draft(person, asked_of(given))))


@router.get(
    "/appraisals/{int:appraisal_id}",
    auth=calling.PERSON,
    summary="An appraisal",
    **problems.told(AppraisalTold),
)
def get_appraisal(request: HttpRequest, appraisal_id: shapes.Id) -> AppraisalTold:
    """For its client, its valuer and the house; figures are the valuer's alone until they are issued."""
    return told(request, one(request, appraisal_id))


@router.put(
    "/appraisals/{int:appraisal_id}",
    auth=calling.may_ask("valuation.ask_appraisal"),
    summary="Change a draft",
    **problems.told(AppraisalTold, "valuation.client_stays", *REFUSED),
)
def change(request: HttpRequest, appraisal_id: shapes.Id, given: AskedFor) -> HttpResponse:
    """While nobody was asked."""
    person, row = calling.person_of(request), one(request, appraisal_id)
    return actions.once(request, lambda: told(request, appraisals.change(person, row.pk, asked_of(given))))


@router.post(
    "/appraisals/{int:appraisal_id}/request",
    auth=calling.may_ask("valuation.ask_appraisal"),
    summary="Ask a valuer",
    **problems.told(
        AppraisalTold, "valuation.no_valuer", "valuation.valuer_has_stake", "valuation.use_missing", *REFUSED
    ),
)
def ask(request: HttpRequest, appraisal_id: shapes.Id, given: ValuerSaid) -> HttpResponse:
    """It takes it on or declines within the term told in `due_at`."""
    person, row = calling.person_of(request), one(request, appraisal_id)
    valuer: Party = shapes.party_named(given.valuer)
    return actions.once(request, lambda: told(request, appraisals.request(person, row.pk, valuer=valuer)))


@router.post(
    "/appraisals/{int:appraisal_id}/take-on",
    auth=calling.may_ask("valuation.take_on"),
    summary="Take an appraisal on",
    **problems.told(AppraisalTold, "valuation.not_its_turn", "valuation.valuer_has_stake", "valuation.no_valuer"),
)
def take_on(request: HttpRequest, appraisal_id: shapes.Id) -> AppraisalTold:
    """By a member of the valuer that was asked; its term begins."""
    return told(request, appraisals.take_on(calling.person_of(request), one(request, appraisal_id).pk))


@router.post(
    "/appraisals/{int:appraisal_id}/decline",
    auth=calling.may_ask("valuation.take_on"),
    summary="Decline an appraisal",
    **problems.told(shapes.Done, "valuation.not_its_turn", "valuation.text_length"),
)
def decline(request: HttpRequest, appraisal_id: shapes.Id, why: shapes.Why) -> shapes.Done:
    """The client may ask another."""
    appraisals.decline(calling.person_of(request), one(request, appraisal_id).pk, reason=why.reason)
    return shapes.Done()


@router.post(
    "/appraisals/{int:appraisal_id}/withdraw",
    auth=calling.may_ask("valuation.ask_appraisal"),
    summary="Withdraw an appraisal",
    **problems.told(AppraisalTold, "valuation.not_its_turn", "valuation.text_length"),
)
def withdraw(request: HttpRequest, appraisal_id: shapes.Id, why: shapes.Why) -> AppraisalTold:
    """By its client, until it is issued."""
    row = one(request, appraisal_id)
    return told(request, appraisals.withdraw(calling.person_of(request), row.pk, reason=why.reason))


@router.post(
    "/appraisals/{int:appraisal_id}/shares",
    auth=calling.may_ask("valuation.share"),
    summary="Give a report to a bank to read",
    **problems.told(
        AppraisalTold, "valuation.share_not_issued", "valuation.share_no_reader", "valuation.share_side",
    ),
)  # fmt: skip
def share(request: HttpRequest, appraisal_id: shapes.Id, given: ReaderSaid) -> AppraisalTold:
    """By its client: from now on the party's people read the issued report, until it is taken back."""
    row = one(request, appraisal_id)
    sharing.share(calling.person_of(request), row.pk, party=shapes.party_named(given.party))
    return told(request, row)


@router.post(
    "/appraisals/{int:appraisal_id}/shares/take-back",
    auth=calling.may_ask("valuation.share"),
    summary="Take back leave to read a report",
    **problems.told(AppraisalTold),
)
def end_share(request: HttpRequest, appraisal_id: shapes.Id, given: ReaderSaid) -> AppraisalTold:
    """The party reads it no more; from when to when it could stays on the record."""
    row = one(request, appraisal_id)
    return told(request, sharing.end_share(calling.person_of(request), row.pk, party=shapes.party_named(given.party)))


@router.get(
    "/appraisals/{int:appraisal_id}/papers/{name}",
    auth=calling.PERSON,
    summary="The report of an appraisal",
    **problems.told(None, "valuation.report_not_sealed", "file.gone"),
)
def get_paper(
    request: HttpRequest, appraisal_id: shapes.Id, name: Literal["report.zh.pdf", "report.en.pdf"]
) -> HttpResponse:
    """As it was sealed, for its client, its valuer and the house."""
    row = shapes.one(seen(request).filter(state="issued"), pk=appraisal_id)
    content = reports.content_of(row, name)
    return HttpResponse(content, headers=kept_files.headers(f"{row.number}.{name}", "application/pdf"))
