"""Listings: found and shown. What is not announced yet is there for its seller and the operator alone."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from ninja import Query, Router
from pydantic import BaseModel, ConfigDict, Field

from zhirong.api import calling, paging, problems, rights, shapes
from zhirong.api.finding import found_ids
from zhirong.exchange import sales, state_assets, stops
from zhirong.exchange.actions import changes, withdrawals
from zhirong.exchange.models import Gate, Listing, Lot, StatePaper
from zhirong.registry.engine.facts import Kind

router = Router(tags=["listings"])
State = Literal[
    "draft", "submitted", "returned", "announced", "qualifying", "answering", "bidding", "suspended", "sold",
    "offering", "settled", "ended", "withdrawn", "terminated",
]  # fmt: skip
Sort = Literal["score", "price", "-price", "listed", "-listed", "closes", "-closes"]


class ListingShort(shapes.Told):
    """A listing as lists show it."""

    listing_id: int
    number: str = Field(examples=["ZR-2026-000518"])
    title: str
    title_en: str
    state: str = Field(examples=["announced"])
    sale: str = Field(description="sold, offered (the buyer failed; the next is asked), failed, annulled or empty")
    seller: shapes.PartyShort
    asking_fen: shapes.Fen
    deposit_fen: shapes.Fen
    currency: str = Field(examples=["CNY"])
    rule_set: str = Field(examples=["platform"])
    is_demo_rules: bool
    announced_at: datetime | None
    closes_at: datetime | None = Field(description="End of registration")


class LotShort(shapes.Told):
    """An auction of the listing."""

    lot_id: int
    state: str = Field(examples=["live"])
    top_fen: shapes.Fen | None
    bids: int
    closes_at: datetime | None


class GateTold(shapes.Told):
    """A legal check with what was found (B9)."""

    stage: str = Field(examples=["announce"])
    at: datetime
    passed: bool
    findings: list[dict[str, Any]]


class ChangeTold(shapes.Told):
    """A change of an announced listing that waits for the operator: what it would say (X2)."""

    change_id: int
    proposed_at: datetime
    title: str
    title_en: str
    summary: str
    requirement: str
    asking_fen: shapes.Fen
    rule_set: str
    rights: list[int] = Field(description="right_id of each right")


class WithdrawalTold(shapes.Told):
    """The seller's wish to take back a listing to which buyers are bound; an operator decides (拍卖法 29)."""

    withdrawal_id: int
    asked_at: datetime
    ground: str
    file_name: str


class StatePaperTold(shapes.Told):
    """An appraisal or an approval of state-owned rights, the latest of its kind (X3)."""

    paper_id: int
    what: str = Field(description="appraisal, transfer or price")
    body: str = Field(description="Who appraised or approved")
    number: str
    dated_on: date = Field(description="Valuation date, or day of the approval")
    amount_fen: int | None = Field(description="Appraised figure, or least price approved")
    filed_with: str = Field(description="Where the appraisal was approved or filed")
    filed_number: str
    filed_on: date | None


class StopReasonTold(shapes.Told):
    """A published reason; what a person wrote stands in both languages as it was written."""

    zh: str
    en: str


class StopTold(shapes.Told):
    """A suspension of the listing, and how it went on once it did (X4)."""

    since: datetime
    reason: StopReasonTold
    until: datetime | None
    why_on: StopReasonTold | None = Field(description="Why it went on")


class ListingTold(ListingShort):
    """A listing in full."""

    summary: str
    requirement: str = Field(description="What a buyer must prove besides the deposit")
    reserve_fen: shapes.Fen | None = Field(description="In fen; told to the seller's people alone")
    edition: int
    extensions: int
    suspended_at: datetime | None
    stops: list[StopTold] = Field(description="Every suspension with its published reason, the newest last")
    bidding_at: datetime | None
    answer_due_at: datetime | None
    ended_at: datetime | None
    end_reason: str
    review_reason: str
    change: ChangeTold | None = Field(description="Told to the seller's people and the house's alone")
    withdrawal: WithdrawalTold | None = Field(description="Told to the seller's people and the house's alone")
    state_papers: list[StatePaperTold]
    rights: list[rights.RightShort]
    gates: list[GateTold]
    lots: list[LotShort]


class FindListings(BaseModel):
    """?q=储能&state=announced&from_fen=…&sort=closes&page=1"""

    model_config = ConfigDict(extra="forbid")

    q: Annotated[
        str, Field(max_length=200, pattern=shapes.NO_NUL, description="Words or a number; all where empty")
    ] = ""
    state: State | None = None
    kind: Kind | None = Field(None, description="Kind of right")
    from_fen: int | None = Field(None, ge=0, le=shapes.MOST_FEN, description="Lowest price in fen")
    to_fen: int | None = Field(None, ge=0, le=shapes.MOST_FEN, description="Highest price in fen")
    sort: Sort = Field(
        "score",
        description="closes: by the end of registration, then of bidding; what stands still is behind",
    )
    page: int = Field(1, ge=1, le=500)
    limit: int = Field(20, ge=1, le=100)


class FoundListings(shapes.Told):
    """A page of what was found."""

    items: list[ListingShort]
    page: int
    total: int = Field(description="All that was found")


def seen(request: HttpRequest) -> QuerySet[Listing]:
    """The listings that are there for the caller: what is public, their own, and all for the house's people."""
    rows = Listing.objects.select_related("seller")
    if calling.could(request, "exchange.see_office"):
        return rows
    public = Q(announced_at__isnull=False) & (Q(batch__isnull=True) | Q(batch__visible_at__isnull=False))
    return rows.filter(public | Q(seller__in=calling.parties_of(request)))


def one(request: HttpRequest, listing_id: int) -> Listing:
    """A listing that is there for the caller."""
    return shapes.one(seen(request), pk=listing_id)


def short(listing: Listing) -> ListingShort:
    return ListingShort(**_short(listing))


def _short(listing: Listing) -> dict[str, Any]:
    return {
        "listing_id": listing.pk,
        "number": listing.number,
        "title": listing.title,
        "title_en": listing.title_en,
        "state": listing.state,
        "sale": sales.of(listing),
        "seller": shapes.party_short(listing.seller),
        "asking_fen": listing.asking_fen,
        "deposit_fen": listing.deposit_fen,
        "currency": listing.currency,
        "rule_set": listing.rule_set,
        "is_demo_rules": listing.is_demo_rules,
        "announced_at": listing.announced_at,
        "closes_at": listing.closes_at,
    }


def lot_short(lot: Lot) -> LotShort:
    return LotShort(
        lot_id=lot.pk, state=lot.state, top_fen=lot.top_fen, bids=lot.bids, closes_at=shapes.at_ns(lot.closes_ns)
    )


def gate_told(gate: Gate) -> GateTold:
    return GateTold(stage=gate.stage, at=gate.at, passed=gate.passed, findings=json.loads(gate.findings))


def stop_told(stop: stops.Stop) -> StopTold:
    return StopTold(
        since=stop.since,
        reason=StopReasonTold(**stop.reason),
        until=stop.until,
        why_on=StopReasonTold(**stop.why_on) if stop.why_on else None,
    )


def change_told(listing: Listing) -> ChangeTold | None:
    waiting = changes.open_change(listing)
    if waiting is None:
        return None
    said = {name: value for name, value in json.loads(waiting.offer).items() if name != "reserve_fen"}
    return ChangeTold(change_id=waiting.pk, proposed_at=waiting.proposed_at, **said)


def withdrawal_told(listing: Listing) -> WithdrawalTold | None:
    asked = withdrawals.waits(listing)
    if asked is None:
        return None
    name = asked.file.name if asked.file else ""
    return WithdrawalTold(withdrawal_id=asked.pk, asked_at=asked.proposed_at, ground=asked.ground, file_name=name)


def paper_told(paper: StatePaper) -> StatePaperTold:
    return StatePaperTold(
        paper_id=paper.pk, **{name: getattr(paper, name) for name in StatePaperTold.model_fields if name != "paper_id"}
    )


def full(request: HttpRequest, listing: Listing) -> ListingTold:
    """A listing with its rights, gates and auctions; what only its own people may know is left out for others."""
    is_own = listing.seller_id in calling.parties_of(request)
    is_inside = is_own or calling.could(request, "exchange.see_office")
    items = listing.items.select_related("right").order_by("position", "pk")
    return ListingTold(
        **_short(listing),
        summary=listing.summary,
        requirement=listing.requirement,
        reserve_fen=listing.reserve_fen if is_own else None,
        edition=listing.edition,
        extensions=listing.extensions,
        suspended_at=listing.suspended_at,
        stops=[stop_told(stop) for stop in stops.of(listing)],
        bidding_at=listing.bidding_at,
        answer_due_at=listing.answer_due_at,
        ended_at=listing.ended_at,
        end_reason=listing.end_reason,
        review_reason=listing.review_reason if is_inside else "",
        change=change_told(listing) if is_inside else None,
        withdrawal=withdrawal_told(listing) if is_inside else None,
        state_papers=[paper_told(paper) for paper in state_assets.papers_of(listing).values()],
        rights=[rights.short(item.right) for item in items],
        gates=[gate_told(gate) for gate in listing.gates.order_by("pk")],
        lots=[lot_short(lot) for lot in listing.lots.order_by("run")],
    )


@router.get(
    "/listings", auth=calling.ANYONE, summary="Find listings", **problems.told(FoundListings, "search.too_deep")
)
def find_listings(request: HttpRequest, asked: Query[FindListings]) -> FoundListings:
    """Announced ones, by words, price, state and kind, as on the page; open to all."""
    filters: dict[str, tuple[str, ...]] = {"kind": ("listing",)}
    if asked.state:
        filters["state"] = (asked.state,)
    if asked.kind:
        filters["right_kind"] = (str(asked.kind),)
    ids, total = found_ids(
        asked.q,
        filters=filters,
        sort=asked.sort,
        prices=(asked.from_fen, asked.to_fen),
        offset=(asked.page - 1) * asked.limit,
        limit=asked.limit,
    )
    known = Listing.objects.visible().select_related("seller").in_bulk(ids)
    return FoundListings(items=[short(known[pk]) for pk in ids if pk in known], page=asked.page, total=total)


@router.get("/listings/mine", summary="Listings of my parties", **problems.told(paging.Page[ListingShort]))
def list_mine(request: HttpRequest, asked: Query[paging.Asked]) -> paging.Page[ListingShort]:
    """In every state, drafts included; newest first."""
    rows = Listing.objects.select_related("seller").filter(seller__in=calling.parties_of(request))
    return paging.cut(rows, asked, short)


@router.get(
    "/listings/waiting",
    auth=calling.may_ask("exchange.review"),
    summary="Listings that wait for review",
    **problems.told(paging.Page[ListingShort]),
)
def list_waiting(request: HttpRequest, asked: Query[paging.Asked]) -> paging.Page[ListingShort]:
    """For the operator."""
    return paging.cut(Listing.objects.select_related("seller").filter(state="submitted"), asked, short)


@router.get("/listings/{int:listing_id}", auth=calling.ANYONE, summary="One listing", **problems.told(ListingTold))
def get_listing(request: HttpRequest, listing_id: shapes.Id) -> ListingTold:
    """Open to all once it is announced."""
    return full(request, one(request, listing_id))
