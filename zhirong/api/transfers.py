"""Transfers that the office registered outside a deal: entered by one person, confirmed by another."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from zhirong.api import calling, files, paging, problems, rights, shapes
from zhirong.exchange import holds
from zhirong.registry.actions import transfers
from zhirong.registry.models import TransferEntry

router = Router(tags=["rights"])


class TransferSaid(shapes.Said):
    """A transfer that the office registered outside a deal of this house (专利法 10), with its notice."""

    to: Annotated[str, Field(min_length=1, max_length=16, pattern="^[0-9a-f]+$", description="The new holder's ref")]
    on: date
    key: Annotated[str, Field(min_length=1, max_length=40, pattern="^[0-9A-Za-z:_-]+$", description="Done once")]
    share_ppm: int = Field(1_000_000, ge=1, le=1_000_000, description="Millionths of the whole")
    seller: Annotated[str, Field(max_length=16, pattern="^[0-9a-f]*$", description="Empty: all holders")] = ""
    proof: shapes.Ref


class TransferSeen(shapes.Said):
    """What the second person looked at: `payload_hash` of the entry."""

    payload_hash: shapes.Digest


class AskedTransfers(paging.Asked):
    """Those in one state, or all."""

    state: Literal["entered", "confirmed", "returned"] | None = None


class TransferTold(shapes.Told):
    """An entered transfer and what became of it; the title moves when it is confirmed."""

    transfer_id: int
    right: rights.RightShort
    to: shapes.PartyShort
    on: date
    key: str
    share_ppm: int
    payload_hash: str
    state: str = Field(examples=["entered"])
    entered_at: datetime
    decided_at: datetime | None
    reason: str


def told(one: TransferEntry) -> TransferTold:
    return TransferTold(
        transfer_id=one.pk,
        right=rights.short(one.right),
        to=shapes.party_short(one.to),
        on=one.on,
        key=one.key,
        share_ppm=one.share_ppm,
        payload_hash=one.payload_hash,
        state=one.state,
        entered_at=one.entered_at,
        decided_at=one.decided_at,
        reason=one.reason,
    )


def found(transfer_id: int) -> TransferEntry:
    return shapes.one(TransferEntry.objects.select_related("right", "to"), pk=transfer_id)


@router.get(
    "/transfers",
    auth=calling.may_ask("people.see_cases"),
    summary="Transfers that were entered",
    **problems.told(paging.Page[TransferTold]),
)
def list_transfers(request: HttpRequest, asked: Query[AskedTransfers]) -> paging.Page[TransferTold]:
    """For operators, checkers and auditors, newest first."""
    rows = TransferEntry.objects.select_related("right", "to")
    return paging.cut(rows.filter(state=asked.state) if asked.state else rows, asked, told)


@router.post(
    "/rights/{int:right_id}/transfers",
    auth=calling.may_ask("registry.enter_transfer"),
    summary="Enter a transfer",
    **problems.told(
        TransferTold, "registry.proof_missing", "registry.transfer_key_used", "registry.held_by_a_deal",
        "registry.taker_not_verified",
        "registry.day_to_come", "people.own_party", *files.EVIDENCE,
    ),
)  # fmt: skip
def enter_transfer(request: HttpRequest, right_id: shapes.Id, said: TransferSaid) -> TransferTold:
    """As the office registered it outside a deal of this house; the title stays until a second person confirms."""
    person, right = calling.person_of(request), rights.shown(request, right_id)
    seller = shapes.party_named(said.seller) if said.seller else None
    conveyed = transfers.Conveyance(shapes.party_named(said.to), said.on, said.key, said.share_ppm, seller)
    proof = files.own(person, said.proof)
    return told(transfers.enter_transfer(person, right, conveyed, proof=proof, held=holds.of_right))


@router.post(
    "/transfers/{int:transfer_id}/confirm",
    auth=calling.may_ask("registry.confirm_transfer"),
    summary="Confirm a transfer",
    **problems.told(
        TransferTold, "registry.transfer_changed", "registry.transfer_decided", "registry.held_by_a_deal",
        "registry.taker_not_verified",
        "registry.share_not_held", "registry.not_free", "people.maker_is_checker", "people.own_party", "file.not_read",
    ),
)  # fmt: skip
def confirm_transfer(request: HttpRequest, transfer_id: shapes.Id, said: TransferSeen) -> TransferTold:
    """Who enters does not confirm; from now on the title is the new holder's."""
    one, person = found(transfer_id), calling.person_of(request)
    return told(transfers.confirm_transfer(person, one, payload_hash=said.payload_hash, held=holds.of_right))


@router.post(
    "/transfers/{int:transfer_id}/return",
    auth=calling.may_ask("registry.confirm_transfer"),
    summary="Return a transfer",
    **problems.told(
        TransferTold, "registry.transfer_decided", "registry.reason_missing", "people.maker_is_checker",
        "people.own_party",
    ),
)  # fmt: skip
def return_transfer(request: HttpRequest, transfer_id: shapes.Id, said: shapes.Why) -> TransferTold:
    """The notice does not show it; nothing moved, and it can be entered anew."""
    return told(transfers.return_transfer(calling.person_of(request), found(transfer_id), reason=said.reason))
