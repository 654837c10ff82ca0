"""Deals: what a listing came to, for its two sides and the house's people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Literal

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field

from zhirong.api import calling, paging, problems, shapes
from zhirong.base.refused import Refused
from zhirong.exchange import listing_rules, papers, standstill
from zhirong.exchange.actions import money
from zhirong.exchange.models import Acceptance, Deal, Objection, Proposal, Recordal

router = Router(tags=["deals"])
PaperName = Literal["contract", "contract-accepted", "fee-note-seller", "fee-note-buyer", "recordal"]


class AcceptanceTold(shapes.Told):
    """That a side accepted the contract's text."""

    side: str = Field(examples=["buyer"])
    at: datetime
    contract_sha256: str
    leaf: int


class RecordalTold(shapes.Told):
    """The office's notice of the change of owner."""

    number: str
    effective_on: date
    state: str = Field(examples=["entered"])
    payload_hash: str = Field(description="What the second person confirms")
    reason: str


class ObjectionTold(shapes.Told):
    """An objection and its decision."""

    objection_id: int
    deal_id: int
    text: str
    file_name: str
    raised_at: datetime
    stops: bool = Field(description="Whether the clock stands for it: a side's first (E40)")
    state: str = Field(examples=["open"])
    decision: str
    decided_at: datetime | None


class DealShort(shapes.Told):
    """A deal as lists show it."""

    deal_id: int
    number: str = Field(examples=["CJ-2026-000041"])
    listing_id: int
    listing_number: str
    title: str
    seller: shapes.PartyShort
    buyer: shapes.PartyShort
    price_fen: shapes.Fen
    currency: str = Field(examples=["CNY"])
    state: str = Field(examples=["contract"])
    made_at: datetime
    is_stopped: bool = Field(description="The clock stands: no deadline runs (E28, E40)")


class ProposalTold(shapes.Told):
    """What one person proposed and a second one decides, by its `payload_hash`."""

    proposal: str = Field(description="default or annulment", examples=["default"])
    state: str = Field(examples=["proposed"])
    reason: str
    payload_hash: str
    proposed_at: datetime
    decided_at: datetime | None
    answer: str = Field(description="Why it was sent back or withdrawn")


class DealTold(DealShort):
    """A deal in full."""

    stopped_by: list[str] = Field(description="What holds the clock: objection, register", examples=[["objection"]])
    lot_id: int | None
    rank: int
    contract_due_at: datetime
    payment_due_at: datetime | None
    recordal_due_at: datetime | None
    signed_at: datetime | None
    paid_at: datetime | None
    settled_at: datetime | None
    ended_at: datetime | None
    end_reason: str
    shortfall_fen: shapes.Fen | None = Field(description="What a defaulter still owes the seller (拍卖法 39)")
    seller_fee_fen: shapes.Fen
    buyer_fee_fen: shapes.Fen
    due_fen: shapes.Fen = Field(description="What the buyer still owes, in fen")
    payment_code: str = Field(description="Write it into the payment's memo", examples=["CJ2026000041"])
    contract_sha256: str = Field(description="The text to accept; empty while none is made")
    certificate: str | None = Field(description="The number of the certificate, once it is issued")
    acceptances: list[AcceptanceTold]
    recordals: list[RecordalTold]
    objections: list[ObjectionTold]
    proposals: list[ProposalTold] = Field(description="Defaults and annulments that one person proposed")


def seen(request: HttpRequest) -> QuerySet[Deal]:
    """Deals of the caller's parties, or all for the house's people; another's are not there."""
    rows = Deal.objects.select_related("listing", "intent", "seller", "buyer", "contract_file")
    if calling.could(request, "exchange.see_office"):
        return rows
    mine = calling.parties_of(request)
    return rows.filter(Q(seller__in=mine) | Q(buyer__in=mine))


def one(request: HttpRequest, deal_id: int) -> Deal:
    """A deal that is there for the caller."""
    return shapes.one(seen(request), pk=deal_id)


def short(deal: Deal) -> DealShort:
    return DealShort(**_short(deal))


def _short(deal: Deal) -> dict[str, Any]:
    return {
        "deal_id": deal.pk,
        "number": deal.number,
        "listing_id": deal.listing_id,
        "listing_number": deal.listing.number,
        "title": deal.listing.title,
        "seller": shapes.party_short(deal.seller),
        "buyer": shapes.party_short(deal.buyer),
        "price_fen": deal.price_fen,
        "currency": deal.currency,
        "state": deal.state,
        "made_at": deal.made_at,
        "is_stopped": listing_rules.stands_still(deal),
    }


def acceptance(one: Acceptance) -> AcceptanceTold:
    return AcceptanceTold(side=one.side, at=one.at, contract_sha256=one.contract_sha256, leaf=one.leaf_id)


def recordal(one: Recordal) -> RecordalTold:
    return RecordalTold(
        number=one.number,
        effective_on=one.effective_on,
        state=one.state,
        payload_hash=one.payload_hash,
        reason=one.reason,
    )


def objection(one: Objection) -> ObjectionTold:
    return ObjectionTold(
        objection_id=one.pk,
        deal_id=one.deal_id,
        text=one.text,
        file_name=one.file.name if one.file else "",
        raised_at=one.raised_at,
        stops=one.stops,
        state=one.state,
        decision=one.decision,
        decided_at=one.decided_at,
    )


def proposal(one: Proposal) -> ProposalTold:
    return ProposalTold(
        proposal=one.what,
        state=one.state,
        reason=one.reason,
        payload_hash=one.payload_hash,
        proposed_at=one.proposed_at,
        decided_at=one.decided_at,
        answer=one.answer,
    )


def full(deal: Deal) -> DealTold:
    """A deal with its acceptances, recordals, objections and certificate."""
    objected = list(deal.objections.select_related("file").order_by("pk"))
    stands = standstill.of(deal, objected)
    return DealTold(
        **_short(deal),
        stopped_by=list(stands.causes) if stands else [],
        lot_id=deal.lot_id,
        rank=deal.rank,
        contract_due_at=deal.contract_due_at,
        payment_due_at=deal.payment_due_at,
        recordal_due_at=deal.recordal_due_at,
        signed_at=deal.signed_at,
        paid_at=deal.paid_at,
        settled_at=deal.settled_at,
        ended_at=deal.ended_at,
        end_reason=deal.end_reason,
        shortfall_fen=deal.shortfall_fen,
        seller_fee_fen=deal.seller_fee_fen,
        buyer_fee_fen=deal.buyer_fee_fen,
        due_fen=money.due_fen(deal) if deal.state in ("contract", "payment") else 0,
        payment_code=money.price_code(deal),
        contract_sha256=deal.contract_file.sha256 if deal.contract_file else "",
        certificate=deal.certificate.number if hasattr(deal, "certificate") else None,
        acceptances=[acceptance(one) for one in deal.acceptances.order_by("pk")],
        recordals=[recordal(one) for one in deal.recordals.order_by("pk")],
        objections=[objection(one) for one in objected],
        proposals=[proposal(one) for one in deal.proposals.order_by("pk")],
    )


@router.get("/deals", summary="Deals of my parties, or all", **problems.told(paging.Page[DealShort]))
def list_deals(request: HttpRequest, asked: Query[paging.Asked]) -> paging.Page[DealShort]:
    """Newest first."""
    return paging.cut(seen(request), asked, short)


@router.get("/deals/{int:deal_id}", summary="One deal", **problems.told(DealTold))
def get_deal(request: HttpRequest, deal_id: shapes.Id) -> DealTold:
    """For its two sides and the house's people."""
    return full(one(request, deal_id))


@router.get("/objections", summary="Objections to deals that I may see", **problems.told(paging.Page[ObjectionTold]))
def list_objections(request: HttpRequest, asked: Query[paging.Asked]) -> paging.Page[ObjectionTold]:
    """And those that I raised; newest first."""
    rows = Objection.objects.all()
    if not calling.could(request, "exchange.see_office"):
        rows = rows.filter(Q(deal__in=seen(request).values("pk")) | Q(raised_by=calling.person_of(request)))
    return paging.cut(rows, asked, objection)


@router.get(
    "/deals/{int:deal_id}/papers/{name}",
    summary="A paper of a deal as a PDF",
    **problems.told(None, "deal.no_such_right"),
)
def get_paper(
    request: HttpRequest, deal_id: shapes.Id, name: PaperName, *, language: Literal["zh", "en"] = "zh", right: int = 1
) -> HttpResponse:
    """Contract, fee note of a side, or the filled request for the change of owner of the n-th right."""
    deal = one(request, deal_id)
    owner = {"fee-note-seller": deal.seller_id, "fee-note-buyer": deal.buyer_id}.get(name)
    if owner is not None and owner not in calling.parties_of(request):
        _must_be_staff(request)
    makers: dict[str, Callable[[], bytes]] = {
        "contract": lambda: papers.contract(deal, language),
        "contract-accepted": lambda: papers.accepted_contract(deal, language),
        "fee-note-seller": lambda: papers.fee_note(deal, "seller", language),
        "fee-note-buyer": lambda: papers.fee_note(deal, "buyer", language),
        "recordal": lambda: papers.recordal_form(deal, language, place=right - 1),
    }
    saved = {"Content-Disposition": f'attachment; filename="{deal.number}-{name}.{language}.pdf"'}
    return HttpResponse(makers[name](), content_type="application/pdf", headers=saved)


def _must_be_staff(request: HttpRequest) -> None:
    """A side's fee note is its own and the house's."""
    if not calling.could(request, "exchange.see_office"):
        raise Refused("api.not_found")
