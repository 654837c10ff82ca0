"""Claims: a party says that it is the holder whom the register names, and the operator decides."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from zhirong.api import calling, files, paging, problems, rights, shapes
from zhirong.registry.actions import titles
from zhirong.registry.models import Claim, Holding

router = Router(tags=["rights"])


class ClaimSaid(shapes.Said):
    """For which of my parties, on which evidence (a file of mine)."""

    holding_id: shapes.Id
    party: shapes.Ref
    evidence: shapes.Ref


class ClaimDecision(shapes.Said):
    """The operator's word with its reason."""

    accepted: bool
    reason: shapes.Reason


class ClaimTold(shapes.Told):
    """A claim and what became of it."""

    claim_id: int
    right: rights.RightShort
    holder: str = Field(description="The holder as the register names it")
    party: shapes.PartyShort
    state: Annotated[str, Field(examples=["waiting"])]
    asked_at: datetime
    decided_at: datetime | None
    reason: str


def told(claim: Claim) -> ClaimTold:
    return ClaimTold(
        claim_id=claim.pk,
        right=rights.short(claim.right),
        holder=claim.holding.name,
        party=shapes.party_short(claim.party),
        state=claim.state,
        asked_at=claim.asked_at,
        decided_at=claim.decided_at,
        reason=claim.reason,
    )


@router.get("/claims", summary="Claims of my parties, or all", **problems.told(paging.Page[ClaimTold]))
def list_claims(request: HttpRequest, asked: Query[paging.Asked]) -> paging.Page[ClaimTold]:
    """The people who look after cases see all of them, newest first."""
    rows = Claim.objects.select_related("right", "holding", "party")
    if not calling.could(request, "people.see_cases"):
        rows = rows.filter(party__in=calling.parties_of(request))
    return paging.cut(rows, asked, told)


@router.post(
    "/rights/{int:right_id}/claims",
    auth=calling.may_ask("registry.claim_right"),
    summary="Claim to be the holder",
    **problems.told(ClaimTold, "registry.holder_known_already", *files.EVIDENCE),
)
def claim_right(request: HttpRequest, right_id: shapes.Id, said: ClaimSaid) -> ClaimTold:
    """One open claim each."""
    person = calling.person_of(request)
    held = shapes.one(
        Holding.objects.filter(right=rights.shown(request, right_id), until__isnull=True), pk=said.holding_id
    )
    evidence = files.own(person, said.evidence)
    return told(titles.claim_right(person, held, shapes.party_named(said.party), evidence=evidence))


@router.post(
    "/claims/{int:claim_id}/decide",
    auth=calling.may_ask("registry.decide_claim"),
    summary="Decide a claim",
    **problems.told(
        ClaimTold, "registry.claim_decided", "registry.reason_missing", "registry.holder_known_already",
        "people.maker_is_checker", "people.own_party", "file.not_read",
    ),
)  # fmt: skip
def decide_claim(request: HttpRequest, claim_id: shapes.Id, said: ClaimDecision) -> ClaimTold:
    """From an accepted claim on, the party acts for the right."""
    claim = shapes.one(Claim.objects.select_related("right"), pk=claim_id)
    person = calling.person_of(request)
    return told(titles.decide_claim(person, claim, is_accepted=said.accepted, reason=said.reason))
