"""Who gets what of a deal's proceeds: co-owners, a pledgee first, or as an agreement says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import Field

from zhirong.api import actions, calling, files, problems, shapes
from zhirong.api.actions import KEY
from zhirong.api.deals import one
from zhirong.api.shapes import FileRef
from zhirong.exchange import proceeds
from zhirong.exchange.actions import splits
from zhirong.exchange.models import Split

router = Router(tags=["deals"])


class ShareTold(shapes.Told):
    """What one of those entitled gets, in fen."""

    role: str = Field(examples=["owner"], description="owner or pledgee")
    name: str
    party: shapes.PartyShort | None
    amount_fen: shapes.Fen
    waits: bool = Field(description="It stays in escrow until those entitled agree (Civil Code 444)")


class ProceedsTold(shapes.Told):
    """The division of a deal's proceeds as it stands."""

    net_fen: shapes.Fen = Field(description="Price less the seller's fee, in fen")
    waiting_fen: shapes.Fen = Field(description="Of a settled deal still in escrow, in fen")
    shares: list[ShareTold]
    agreement: str = Field(description="State of an entered agreement: empty, proposed or confirmed")
    payload_hash: str = Field(description="What the second person confirms")


class PartSaid(shapes.Said):
    """One part of an agreement, in fen."""

    role: Literal["owner", "pledgee"]
    party: shapes.Ref
    amount_fen: shapes.FenGiven


class SplitSaid(shapes.Said):
    """What contract or consent says, to the last fen."""

    parts: Annotated[list[PartSaid], Field(min_length=1, max_length=splits.MOST_PARTS)]
    reason: shapes.Reason
    file: FileRef = ""


class LiftSaid(shapes.Said):
    """Why an agreement no longer holds."""

    reason: shapes.Reason
    file: FileRef = ""


class SplitConfirmed(shapes.Said):
    """What the second person looked at: `payload_hash` of the agreement."""

    payload_hash: shapes.Digest


class SplitRefused(SplitConfirmed):
    """What the second person looked at, and why it does not stand."""

    reason: shapes.Reason


class SplitTold(shapes.Told):
    """An agreement as it stands."""

    state: str = Field(examples=["proposed"])
    payload_hash: str


def split_told(split: Split) -> SplitTold:
    return SplitTold(state=split.state, payload_hash=split.payload_hash)


def done(request: HttpRequest, deal_id: int, deed: Callable[..., Split], **said: Any) -> HttpResponse:
    """The deed on one deal's division, once; a deal that the caller may not see is not there."""
    person, deal = calling.person_of(request), one(request, deal_id)
    return actions.once(request, lambda: split_told(deed(person, deal.pk, **said)))


@router.get("/deals/{int:deal_id}/proceeds", summary="Who gets what of the price", **problems.told(ProceedsTold))
def get_proceeds(request: HttpRequest, deal_id: shapes.Id) -> ProceedsTold:
    """By the register, or as an agreement says; after the settlement what each one got."""
    found = proceeds.of(one(request, deal_id))
    return ProceedsTold(
        net_fen=found.net_fen,
        waiting_fen=found.waiting_fen,
        shares=[
            ShareTold(
                role=part.role,
                name=part.name,
                party=shapes.party_short(part.party) if part.party else None,
                amount_fen=part.amount_fen,
                waits=part.waits,
            )
            for part in found.parts
        ],
        agreement=found.agreement.state if found.agreement else "",
        payload_hash=found.agreement.payload_hash if found.agreement else "",
    )


@router.post(
    "/deals/{int:deal_id}/split",
    auth=calling.may_ask("exchange.propose_split"),
    summary="Enter an agreed division of the proceeds",
    **problems.told(
        SplitTold, "deal.split_does_not_add_up", "deal.split_unknown_party", "deal.split_without_pledgee",
        "deal.not_the_pledgee",
        "deal.part_for_the_buyer", "deal.not_now", "people.own_party", "listing.text_length", *files.EVIDENCE, *KEY,
    ),
)  # fmt: skip
def propose_split(request: HttpRequest, deal_id: shapes.Id, said: SplitSaid) -> HttpResponse:
    """By the operator on evidence; a second person confirms it. Needs an Idempotency-Key."""
    parts = [(part.role, part.party, part.amount_fen) for part in said.parts]
    file = files.own_or_none(calling.person_of(request), said.file)
    return done(request, deal_id, splits.propose_split, parts=parts, reason=said.reason, file=file)


@router.post(
    "/deals/{int:deal_id}/split/lift",
    auth=calling.may_ask("exchange.propose_split"),
    summary="Propose to lift a confirmed division of the proceeds",
    **problems.told(
        SplitTold, "deal.no_agreement", "deal.split_paid", "people.own_party", "listing.text_length", *KEY,
    ),
)  # fmt: skip
def lift_split(request: HttpRequest, deal_id: shapes.Id, said: LiftSaid) -> HttpResponse:
    """It is confirmed, sent back or withdrawn like an agreement. Needs an Idempotency-Key."""
    file = files.own_or_none(calling.person_of(request), said.file)
    return done(request, deal_id, splits.propose_lift, reason=said.reason, file=file)


@router.post(
    "/deals/{int:deal_id}/split/confirm",
    auth=calling.may_ask("exchange.confirm_split"),
    summary="Confirm an agreed division of the proceeds",
    **problems.told(
        SplitTold, "deal.no_split", "deal.split_changed", "deal.split_does_not_add_up", "deal.split_without_pledgee",
        "deal.not_the_pledgee", "deal.split_paid",
        "deal.part_for_the_buyer", "people.maker_is_checker", "people.own_party", "file.not_read", *KEY,
    ),
)  # fmt: skip
def confirm_split(request: HttpRequest, deal_id: shapes.Id, said: SplitConfirmed) -> HttpResponse:
    """Of a settled deal it pays what waited in escrow. Needs an Idempotency-Key."""
    return done(request, deal_id, splits.confirm_split, payload_hash=said.payload_hash)


@router.post(
    "/deals/{int:deal_id}/split/refuse",
    auth=calling.may_ask("exchange.confirm_split"),
    summary="Send an entered division of the proceeds back",
    **problems.told(
        SplitTold, "deal.no_split", "deal.split_changed", "people.maker_is_checker", "people.own_party",
        "listing.text_length", *KEY,
    ),
)  # fmt: skip
def refuse_split(request: HttpRequest, deal_id: shapes.Id, said: SplitRefused) -> HttpResponse:
    """What stood before it stands again: an agreement of two, or the register's division. Needs an Idempotency-Key."""
    return done(request, deal_id, splits.refuse_split, payload_hash=said.payload_hash, reason=said.reason)


@router.post(
    "/deals/{int:deal_id}/split/withdraw",
    auth=calling.may_ask("exchange.propose_split"),
    summary="Withdraw an entered division of the proceeds",
    **problems.told(SplitTold, "deal.no_split", "people.own_party", "listing.text_length", *KEY),
)
def withdraw_split(request: HttpRequest, deal_id: shapes.Id, said: shapes.Why) -> HttpResponse:
    """As long as nobody confirmed it; what stood before it stands again. Needs an Idempotency-Key."""
    return done(request, deal_id, splits.withdraw_split, reason=said.reason)
