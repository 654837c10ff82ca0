"""Verification (实名核验): a party brings evidence of who it is, and an operator decides."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field

from zhirong.api import calling, files, paging, problems, shapes
from zhirong.api.parties import seen
from zhirong.base.refused import Refused
from zhirong.people import access
from zhirong.people.actions import verification
from zhirong.people.models import Verification

router = Router(tags=["parties"])


class Evidence(shapes.Said):
    """Files that the caller kept before (POST /api/files)."""

    files: Annotated[list[shapes.Ref], Field(min_length=1, max_length=20)]


class VerificationDecision(shapes.Said):
    """The operator's word; a rejection needs its reason."""

    accepted: bool
    reason: Annotated[str, Field(max_length=1000, pattern=shapes.NO_NUL)] = ""


class VerificationTold(shapes.Told):
    """A request and what became of it."""

    verification_id: int
    party: shapes.PartyShort
    state: Literal["waiting", "accepted", "rejected"]
    asked_at: datetime
    decided_at: datetime | None
    reason: str
    evidence: list[files.FileTold]


def told(asked: Verification) -> VerificationTold:
    state: dict[str, Literal["waiting", "accepted", "rejected"]]
    state = {"waiting": "waiting", "accepted": "accepted", "rejected": "rejected"}
    return VerificationTold(
        verification_id=asked.pk,
        party=shapes.party_short(asked.party),
        state=state[asked.state],
        asked_at=asked.asked_at,
        decided_at=asked.decided_at,
        reason=asked.reason,
        evidence=[files.told(file) for file in asked.evidence.order_by("pk")],
    )


def seen_request(request: HttpRequest, verification_id: int) -> Verification:
    """A request that the caller may look into; another's is not there."""
    asked = shapes.one(Verification.objects.select_related("party"), pk=verification_id)
    if not access.may(calling.standing_of(request), "people.see_evidence", asked):
        raise Refused("api.not_found")
    return asked


@router.get(
    "/verifications", summary="Verifications of my parties, or all", **problems.told(paging.Page[VerificationTold])
)
def list_verifications(request: HttpRequest, asked: Query[paging.Asked]) -> paging.Page[VerificationTold]:
    """The people who look after cases see all of them, newest first."""
    rows = Verification.objects.select_related("party").prefetch_related("evidence")
    if not calling.could(request, "people.see_cases"):
        rows = rows.filter(party__in=calling.parties_of(request))
    return paging.cut(rows, asked, told)


@router.post(
    "/parties/{ref}/verifications",
    summary="Ask for a party's verification",
    **problems.told(
        VerificationTold, "people.no_evidence", "people.not_your_file", "people.verification_waiting", *files.EVIDENCE
    ),
)
def submit(request: HttpRequest, ref: shapes.Short, said: Evidence) -> VerificationTold:
    """On files of the caller's own; one request waits at a time."""
    person = calling.person_of(request)
    evidence = [files.own(person, name) for name in said.files]
    return told(verification.submit_verification(person, seen(request, ref).pk, evidence=evidence))


@router.post(
    "/verifications/{int:verification_id}/decide",
    auth=calling.may_ask("people.decide_verification"),
    summary="Decide a verification",
    **problems.told(
        VerificationTold, "people.already_decided", "people.no_reason", "people.maker_is_checker", "people.own_party",
        "file.not_read",
    ),
)  # fmt: skip
def decide(request: HttpRequest, verification_id: shapes.Id, said: VerificationDecision) -> VerificationTold:
    """By an operator, never on one's own party or request."""
    person, asked = calling.person_of(request), seen_request(request, verification_id)
    if said.accepted:
        return told(verification.accept_verification(person, asked.pk))
    return told(verification.reject_verification(person, asked.pk, reason=said.reason))


@router.get(
    "/verifications/{int:verification_id}/evidence/{file_ref}",
    summary="Read a file of evidence",
    **problems.told(None, "file.gone"),
)
def read_evidence(request: HttpRequest, verification_id: shapes.Id, file_ref: shapes.Short) -> HttpResponse:
    """Reading it is a deed on the record, without which nobody accepts the verification."""
    asked = seen_request(request, verification_id)
    file = shapes.one(asked.evidence.all(), ref=file_ref)
    kept, content = verification.read_evidence(calling.person_of(request), asked.pk, file.pk)
    return files.sent(kept, content)
