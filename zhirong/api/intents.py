"""Intents: an intending buyer registers, the deposit is frozen, the operator admits it under a code."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field

from zhirong.api import actions, calling, files, listings, paging, problems, shapes
from zhirong.api.actions import KEY
from zhirong.base.refused import Refused
from zhirong.exchange.actions import intents as deeds
from zhirong.exchange.models import Intent
from zhirong.people.models import Party

router = Router(tags=["intents"])


class Registration(shapes.Said):
    """For which of my parties, and how much of the money that is to be repaid to it the deposit may take."""

    party: shapes.Ref
    of_repaid_fen: int = Field(0, strict=True, ge=0, le=shapes.MOST_FEN, description="As intent.confirm_funding asks")


class Admission(shapes.Said):
    """With its rank among priority purchasers where it proved a right of priority (court rule 19)."""

    priority_rank: int | None = Field(None, ge=1, le=99)


class Basis(shapes.Said):
    """On what a right of priority rests (民法典 859, 860)."""

    basis: Annotated[str, Field(min_length=1, max_length=1000, pattern=shapes.NO_NUL)]


class ConditionProof(shapes.Said):
    """What the party shows for the listing's condition on buyers, and a file of mine."""

    proof: Annotated[str, Field(min_length=1, max_length=4000, pattern=shapes.NO_NUL)]
    file: shapes.FileRef = ""


class IntentTold(shapes.Told):
    """An intent as its own people and the house's see it."""

    intent_id: int
    listing_id: int
    listing_number: str
    party: shapes.PartyShort
    state: str = Field(examples=["admitted"])
    registered_at: datetime
    deposit_state: str = Field(examples=["held"])
    deposit_fen: shapes.Fen
    payment_code: str = Field(description="Write it into the payment's memo", examples=["7KQ2M9XWPR"])
    code: str = Field(description="The bidder's code; empty before admission", examples=["417"])
    priority_rank: int | None
    priority_basis: str
    proof: str = Field(description="What the party showed for the listing's condition on buyers")
    reason: str


def told(intent: Intent) -> IntentTold:
    return IntentTold(
        intent_id=intent.pk,
        listing_id=intent.listing_id,
        listing_number=intent.listing.number,
        party=shapes.party_short(intent.party),
        state=intent.state,
        registered_at=intent.registered_at,
        deposit_state=intent.deposit_state,
        deposit_fen=intent.deposit_fen,
        payment_code=intent.payment_code,
        code=intent.code,
        priority_rank=intent.priority_rank,
        priority_basis=intent.priority_basis,
        proof=intent.proof,
        reason=intent.reason,
    )


def seen(request: HttpRequest) -> QuerySet[Intent]:
    """Intents of the caller's parties, or all for the house's people; another's are not there."""
    rows = Intent.objects.select_related("listing", "party")
    return rows if calling.could(request, "people.see_cases") else rows.filter(party__in=calling.parties_of(request))


@router.get("/intents", summary="Intents of my parties, or all", **problems.told(paging.Page[IntentTold]))
def list_intents(request: HttpRequest, asked: Query[paging.Asked]) -> paging.Page[IntentTold]:
    """Newest first."""
    return paging.cut(seen(request), asked, told)


@router.get(
    "/listings/{int:listing_id}/intents",
    summary="Intents on a listing",
    **problems.told(paging.Page[IntentTold]),
)
def list_of_listing(request: HttpRequest, listing_id: shapes.Id, asked: Query[paging.Asked]) -> paging.Page[IntentTold]:
    """Who else registered is told to nobody but the house's people (court rule 18)."""
    return paging.cut(seen(request).filter(listing=listings.one(request, listing_id)), asked, told)


@router.post(
    "/listings/{int:listing_id}/intents",
    auth=calling.may_ask("exchange.register"),
    summary="Register an intent",
    **problems.told(
        IntentTold, "intent.closed", "intent.party_not_verified", "lot.seller_may_not_bid", "lot.staff_may_not_bid",
        "lot.defaulter_may_not_bid", "intent.one_hand", "intent.shared_people",
        "intent.confirm_funding", "ledger.code_taken", *KEY,
    ),
)  # fmt: skip
def register(request: HttpRequest, listing_id: shapes.Id, said: Registration) -> HttpResponse:
    """Where the party has enough free money the deposit is frozen at once, else it is expected under the code.

    Needs an Idempotency-Key.
    """
    person = calling.person_of(request)
    listing, party = listings.one(request, listing_id), shapes.one(Party.objects.all(), ref=said.party)
    if party.pk not in calling.parties_of(request):
        raise Refused("api.not_found")
    return actions.once(
        request,
        lambda: told(deeds.register(person, listing.pk, party=party, of_repaid_fen=said.of_repaid_fen)),
    )


@router.get("/intents/{int:intent_id}", summary="One intent", **problems.told(IntentTold))
def get_intent(request: HttpRequest, intent_id: shapes.Id) -> IntentTold:
    """State, deposit, payment code."""
    return told(shapes.one(seen(request), pk=intent_id))


@router.post(
    "/intents/{int:intent_id}/withdraw",
    auth=calling.may_ask("exchange.register"),
    summary="Step back",
    **problems.told(IntentTold, "intent.not_now", *KEY),
)
def withdraw(request: HttpRequest, intent_id: shapes.Id) -> HttpResponse:
    """Before registration closes; the deposit goes back. Needs an Idempotency-Key."""
    person, intent = calling.person_of(request), shapes.one(seen(request), pk=intent_id)
    return actions.once(request, lambda: told(deeds.withdraw(person, intent.pk)))


@router.post(
    "/intents/{int:intent_id}/priority",
    auth=calling.may_ask("exchange.register"),
    summary="Claim a right of priority",
    **problems.told(IntentTold, "intent.not_now", "listing.text_length", *KEY),
)
def claim_priority(request: HttpRequest, intent_id: shapes.Id, said: Basis) -> HttpResponse:
    """And say on what it rests. Needs an Idempotency-Key."""
    person, intent = calling.person_of(request), shapes.one(seen(request), pk=intent_id)
    return actions.once(request, lambda: told(deeds.claim_priority(person, intent.pk, basis=said.basis)))


@router.post(
    "/intents/{int:intent_id}/proof",
    auth=calling.may_ask("exchange.register"),
    summary="Show what the listing asks of buyers",
    **problems.told(
        IntentTold, "intent.not_now", "intent.nothing_to_prove", "listing.text_length", *files.EVIDENCE, *KEY
    ),
)
def prove(request: HttpRequest, intent_id: shapes.Id, said: ConditionProof) -> HttpResponse:
    """In words, and where it helps with a file; the operator reads it before admitting. Needs an Idempotency-Key."""
    person, intent = calling.person_of(request), shapes.one(seen(request), pk=intent_id)
    file = files.own_or_none(person, said.file)
    return actions.once(request, lambda: told(deeds.prove(person, intent.pk, text=said.proof, file=file)))


@router.post(
    "/intents/{int:intent_id}/admit",
    auth=calling.may_ask("exchange.qualify"),
    summary="Admit an intending buyer",
    **problems.told(
        IntentTold,
        "intent.not_now",
        "intent.deposit_missing",
        "intent.no_priority_claimed",
        "intent.proof_missing",
        "intent.rank_fixed",
        "intent.no_late_admission",
        "intent.deposit_not_in_time",
        "lot.ended",
        "floor.stopped",
        *KEY,
    ),
)
def admit(request: HttpRequest, intent_id: shapes.Id, said: Admission) -> HttpResponse:
    """Under a random code. Needs an Idempotency-Key."""
    person, intent = calling.person_of(request), shapes.one(seen(request), pk=intent_id)
    return actions.once(request, lambda: told(deeds.admit(person, intent.pk, priority_rank=said.priority_rank)))


@router.post(
    "/intents/{int:intent_id}/refuse",
    auth=calling.may_ask("exchange.qualify"),
    summary="Refuse an intending buyer",
    **problems.told(IntentTold, "intent.not_now", "listing.text_length", *KEY),
)
def refuse(request: HttpRequest, intent_id: shapes.Id, said: shapes.Why) -> HttpResponse:
    """With the reason; the deposit goes back. Needs an Idempotency-Key."""
    person, intent = calling.person_of(request), shapes.one(seen(request), pk=intent_id)
    return actions.once(request, lambda: told(deeds.refuse(person, intent.pk, reason=said.reason)))
