"""Applications for support (申报): drafted, filed by the enterprise itself, supplemented, withdrawn, objected to."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Annotated, Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field

from zhirong.api import calling, evidence, files, paging, problems, shapes
from zhirong.people import access
from zhirong.policy import visible
from zhirong.policy.actions import applications as deeds
from zhirong.policy.actions import publicity
from zhirong.policy.applied import Application, ApplicationFile, ApplicationObjection

router = Router(tags=["applications"])
TURN = ("policy.application_not_its_turn", "policy.application_unknown", "policy.text_length")
OWN = ("policy.agent_never_files", "policy.only_itself_files", "policy.preparer_never_files", *TURN)
UNFIT = (
    "policy.not_applied_for_here", "policy.measure_not_in_force", "policy.window_opens_later", "policy.window_closed",
    "policy.facts_missing", "policy.not_eligible", "policy.nothing_to_grant", "policy.excluded_by_other",
    "policy.granted_before", "policy.materials_missing", "policy.about_unknown", "policy.about_which",
        "policy.filed_elsewhere", "policy.owed_by_employer",
)  # fmt: skip
Name = Annotated[str, Field(min_length=1, max_length=100, pattern=shapes.NO_NUL)]
LongReason = Annotated[str, Field(min_length=1, max_length=4000, pattern=shapes.NO_NUL)]


class DraftSaid(shapes.Said):
    """For which party, which measure and, where it is about one, which thing of the file."""

    party: shapes.Ref
    measure: Annotated[
        str, Field(min_length=1, max_length=100, pattern=shapes.NO_NUL, examples=["cn-sz-futian-ip-pledge"])
    ]
    about: Annotated[str, Field(max_length=80, pattern=shapes.NO_NUL, examples=["loan:2022-01"])] = ""


class MaterialSaid(shapes.Said):
    """A file of mine for a material of the checklist."""

    material: Name
    file: shapes.FileRef


class GrantObjectionSaid(shapes.Said):
    """What is wrong and how the caller knows, with a file of theirs if there is a proof."""

    reason: LongReason
    file: shapes.FileRef = ""


class MaterialTold(shapes.Told):
    """A file that shows a material."""

    file_id: int
    material: str
    name: str
    sha256: str
    added_at: datetime


class GrantObjectionTold(shapes.Told):
    """An objection and its answer; who raised it is told to nobody here."""

    objection_id: int
    has_proof: bool = Field(description="A file came with it, for who raised it and the officials of the case")
    reason: str
    raised_at: datetime
    state: str = Field(examples=["open"], description="open, upheld, rejected or closed")
    answer: str


class ApplicationShort(shapes.Told):
    """An application as lists show it."""

    application_id: int
    number: str = Field(examples=["SB-2026-000001"])
    measure: str
    about: str
    party: shapes.PartyShort
    state: str = Field(examples=["filed"])
    computed_fen: shapes.Fen | None
    granted_fen: shapes.Fen | None
    filed_at: datetime | None
    due_at: datetime | None = Field(description="The first instant after the term of this step")
    is_due_provisional: bool = Field(description="The term reaches into a year whose working days are not announced")


class ApplicationTold(ApplicationShort):
    """An application with its checklist, what it rests on, and what was decided."""

    day: date | None
    version: str
    measure_sha256: str
    decision_sha256: str = Field(description="A replay with the facts kept gives the same hash")
    decision: dict[str, Any] = Field(description="The engine's whole answer at the filing")
    facts: dict[str, Any]
    sources: dict[str, Any]
    limits: list[dict[str, Any]] = Field(description="Clauses by which other grants bar it or take off it")
    checklist: list[dict[str, Any]]
    materials: list[MaterialTold]
    supplement_list: str
    supplement_asked_at: datetime | None
    verdict: str
    decision_reason: str
    differences: dict[str, Any]
    clauses: list[str]
    decided: dict[str, Any]
    decided_sha256: str
    decided_fen: shapes.Fen | None
    publicity_from: date | None
    publicity_until: date | None
    objections: list[GrantObjectionTold]
    end_reason: str


def seen_by(request: HttpRequest) -> QuerySet[Application]:
    """Of the caller's parties, those that their firm prepares, and for officials and the house all that were filed."""
    return visible.either(calling.standing_of(request))


def one(request: HttpRequest, application_id: int) -> Application:
    return shapes.one(seen_by(request), pk=application_id)


def short(row: Application) -> ApplicationShort:
    return ApplicationShort(
        application_id=row.pk,
        number=row.number,
        measure=row.measure,
        about=row.about,
        party=shapes.party_short(row.party),
        state=row.state,
        computed_fen=row.computed_fen,
        granted_fen=row.granted_fen,
        filed_at=row.filed_at,
        due_at=row.due_at,
        is_due_provisional=row.is_due_provisional,
    )


def material(kept: ApplicationFile) -> MaterialTold:
    return MaterialTold(
        file_id=kept.pk,
        material=kept.material,
        name=kept.file.name,
        sha256=kept.file.sha256,
        added_at=kept.added_at,
    )


def objection(found: ApplicationObjection) -> GrantObjectionTold:
    return GrantObjectionTold(
        objection_id=found.pk,
        has_proof=found.evidence_id is not None,
        reason=found.reason,
        raised_at=found.raised_at,
        state=found.state,
        answer=found.answer,
    )


def told(row: Application) -> ApplicationTold:
    """The case as its enterprise reads it: of a decision nothing until a second person confirmed it."""
    if row.is_settled:
        return whole(row)
    return whole(row).model_copy(
        update={
            "limits": json.loads(row.limits), "verdict": "", "decision_reason": "", "differences": {}, "clauses": [],
            "decided": {}, "decided_sha256": "", "decided_fen": None,
        }
    )  # fmt: skip


def whole(row: Application) -> ApplicationTold:
    """The case as officials read it."""
    materials = row.files.filter(removed_at__isnull=True).select_related("file").order_by("pk")
    return ApplicationTold(
        **short(row).model_dump(),
        day=row.day,
        version=row.version,
        measure_sha256=row.measure_sha256,
        decision_sha256=row.decision_sha256,
        decision=json.loads(row.decision),
        facts=json.loads(row.facts),
        sources=json.loads(row.sources),
        limits=json.loads(row.decided_limits if row.decided_at else row.limits),
        checklist=json.loads(row.checklist),
        materials=[material(one) for one in materials],
        supplement_list=row.supplement_list,
        supplement_asked_at=row.supplement_asked_at,
        verdict=row.verdict,
        decision_reason=row.decision_reason,
        differences=json.loads(row.differences),
        clauses=json.loads(row.clauses),
        decided=json.loads(row.decided),
        decided_sha256=row.decided_sha256,
        decided_fen=row.decided_fen,
        publicity_from=row.publicity_from,
        publicity_until=row.publicity_until,
        objections=[objection(one) for one in row.objections.order_by("pk")],
        end_reason=row.end_reason,
    )


@router.get(
    "/applications", auth=calling.PERSON, summary="Applications", **problems.told(paging.Page[ApplicationShort])
)
def list_applications(
    request: HttpRequest, asked: Query[paging.Asked], state: Annotated[str, Query(max_length=12)] = ""
) -> paging.Page[ApplicationShort]:
    """Of the caller's parties, newest first; officials and the house see all that were filed."""
    found = seen_by(request)
    return paging.cut(found.filter(state=state) if state else found, asked, short)


@router.post(
    "/applications",
    auth=calling.PERSON,
    summary="Draft an application",
    **problems.told(
        ApplicationTold, "policy.measure_unknown", "policy.not_applied_for_here", "policy.application_open",
        "policy.text_length", "policy.about_unknown", "policy.about_which",
        "policy.filed_elsewhere", "policy.owed_by_employer",
    ),
)  # fmt: skip
def start(request: HttpRequest, given: DraftSaid) -> ApplicationTold:
    """By a member, or by a firm that the enterprise lets prepare. The same draft again is the same draft."""
    party = shapes.party_named(given.party)
    return told(deeds.start(calling.person_of(request), party, given.measure, about=given.about))


@router.get(
    "/applications/{int:application_id}",
    auth=calling.PERSON,
    summary="An application",
    **problems.told(ApplicationTold),
)
def get_application(request: HttpRequest, application_id: shapes.Id) -> ApplicationTold:
    """For the enterprise, a firm that prepares it, and once it was filed for the officials and the house.

    The enterprise reads a decision once a second person confirmed it.
    """
    row, here = one(request, application_id), calling.standing_of(request)
    is_other = here is not None and row.party_id not in here.parties
    return whole(row) if is_other and access.may(here, "policy.see_applications") else told(row)


@router.post(
    "/applications/{int:application_id}/materials",
    auth=calling.PERSON,
    summary="Attach a paper to an application",
    **problems.told(
        ApplicationTold, "policy.material_unknown", "policy.materials_many", *files.EVIDENCE, *TURN,
    ),
)  # fmt: skip
def attach(request: HttpRequest, application_id: shapes.Id, given: MaterialSaid) -> ApplicationTold:
    """While it is a draft or is being supplemented; the same file again changes nothing."""
    person, row = calling.person_of(request), one(request, application_id)
    deeds.attach(person, row.pk, material=given.material, file=files.own(person, given.file))
    return told(row)


@router.delete(
    "/applications/{int:application_id}/materials/{int:file_id}",
    auth=calling.PERSON,
    summary="Take a paper off an application",
    **problems.told(ApplicationTold, "policy.material_unknown", *TURN),
)
def detach(request: HttpRequest, application_id: shapes.Id, file_id: shapes.Id) -> ApplicationTold:
    """It stays on the record. Twice is once."""
    row = one(request, application_id)
    return told(deeds.detach(calling.person_of(request), row.pk, file_id=file_id))


@router.get(
    "/applications/{int:application_id}/materials/{int:file_id}",
    auth=calling.PERSON,
    summary="Read a paper of an application",
    **evidence.READ,
)
def read_material(request: HttpRequest, application_id: shapes.Id, file_id: shapes.Id) -> HttpResponse:
    """For whoever sees the application; that it was read is on the record."""
    row = one(request, application_id)
    return evidence.handed(request, shapes.one(row.files.select_related("file"), pk=file_id).file)


@router.post(
    "/applications/{int:application_id}/file",
    auth=calling.PERSON,
    summary="File an application",
    **problems.told(ApplicationTold, *UNFIT, *OWN),
)
def file_it(request: HttpRequest, application_id: shapes.Id) -> ApplicationTold:
    """By a member of the enterprise for the enterprise; never by an agent (Futian's notice of 15 March 2024)."""
    return told(deeds.file(calling.person_of(request), one(request, application_id).pk))


@router.post(
    "/applications/{int:application_id}/supplement",
    auth=calling.PERSON,
    summary="Say that what was missing is there",
    **problems.told(ApplicationTold, *OWN),
)
def supplement(request: HttpRequest, application_id: shapes.Id) -> ApplicationTold:
    """By the enterprise itself; its turn stays that of its acceptance."""
    return told(deeds.supplement(calling.person_of(request), one(request, application_id).pk))


@router.post(
    "/applications/{int:application_id}/withdraw",
    auth=calling.PERSON,
    summary="Withdraw an application",
    **problems.told(ApplicationTold, *OWN),
)
def withdraw(request: HttpRequest, application_id: shapes.Id, why: shapes.Why) -> ApplicationTold:
    """By the enterprise, before it is approved; the money kept for it is free."""
    row = one(request, application_id)
    return told(deeds.withdraw(calling.person_of(request), row.pk, reason=why.reason))


@router.post(
    "/applications/{int:application_id}/objections",
    auth=calling.may_ask("policy.object"),
    summary="Object to a grant or a refusal",
    **problems.told(
        GrantObjectionTold, "policy.objected_before", "policy.publicity_over", "policy.not_published",
        "policy.objection_beside_open",
        *files.EVIDENCE, *TURN,
    ),
)  # fmt: skip
def object_to(request: HttpRequest, application_id: shapes.Id, given: GrantObjectionSaid) -> GrantObjectionTold:
    """Anybody with a log-in while it is published; the enterprise against a refusal. One open each."""
    person = calling.person_of(request)
    proof = files.own_or_none(person, given.file)
    return objection(publicity.object_to(person, application_id, reason=given.reason, evidence=proof))


@router.get(
    "/applications/objections/{int:objection_id}/proof",
    auth=calling.PERSON,
    summary="Read the proof of an objection",
    **evidence.READ,
)
def read_proof(request: HttpRequest, objection_id: shapes.Id) -> HttpResponse:
    """For who raised it and the officials who may handle the case; that it was read is on the record."""
    return evidence.handed(request, visible.proof_of(calling.standing_of(request), objection_id))
