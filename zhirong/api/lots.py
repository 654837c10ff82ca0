"""Lots: the auction as everyone sees it, bids without a waiting thread, and the deeds that steer the floor."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import BaseModel, ConfigDict, Field

from zhirong.api import actions, calling, paging, problems, shapes
from zhirong.base.refused import Refused
from zhirong.exchange import floor_doors, periods, published
from zhirong.exchange.actions import bidding
from zhirong.exchange.engine import amounts
from zhirong.exchange.engine.shape import Reply, Terms
from zhirong.exchange.models import Lot, LotStep
from zhirong.people.models import Person
from zhirong.record import actions as record

router = Router(tags=["lots"])
# What the floor writes of a step that is nobody's but the bidder's (court rule 18).
UNSHOWN = ("admitted",)
BID_REFUSALS = (
    "bid.too_low", "bid.off_step", "bid.already_leading", "bid.late", "bid.early", "bid.paused", "bid.not_admitted",
    "bid.barred", "bid.not_an_amount", "lot.annulled", "api.no_key", "api.key_reused", "floor.stopped", "floor.full",
    "floor.unknown",
)  # fmt: skip


class LotTold(shapes.Told):
    """An auction as it stands. Money in fen, `_ns` in nanoseconds since the epoch."""

    lot_id: int
    listing_id: int
    listing_number: str
    form: str = Field(examples=["timed"])
    state: str = Field(examples=["live"])
    opens_ns: int
    closes_ns: int = Field(description="The end as it stands; a late bid moves it (X7)")
    closes_at: datetime | None
    free_end_ns: int | None = Field(description="End of the free period; null in the timed form (B1)")
    period: str = Field(description="free or limited, where one runs", examples=["free"])
    now_ns: int = Field(description="The house's clock")
    start_fen: shapes.Fen
    top_fen: shapes.Fen | None
    top_code: str
    next_fen: shapes.Fen = Field(description="The least valid bid, in fen (B7)")
    step_fen: shapes.Fen
    bids: int
    extensions: int = Field(description="How often a bid moved the end; opening the limited period is none")
    paused_ns: int | None
    paused_reason: str
    last_seq: int
    result: dict[str, Any]
    my_code: str = Field(description="The caller's bidder code, empty for onlookers", examples=["417"])


class StepTold(shapes.Told):
    """One step of an auction. A refused bid is shown to its bidder and the house's people alone."""

    seq: int
    kind: str = Field(examples=["bid"])
    received_ns: int
    at: datetime | None
    code: str
    amount_fen: shapes.Fen | None
    refusal: str
    least_fen: shapes.Fen | None
    closes_ns: int
    leaf: int | None


class Steps(shapes.Told):
    """A page of steps in their order."""

    items: list[StepTold]
    next: int | None = Field(description="`after` of the page that follows; null where all was read")
    total: int


class AskedSteps(BaseModel):
    """?after=SEQ&limit=100"""

    model_config = ConfigDict(extra="forbid")

    after: int = Field(0, ge=0, le=shapes.LARGEST_ID)
    limit: int = Field(100, ge=1, le=500)


class BidSaid(shapes.Said):
    """A bid in whole fen."""

    price_fen: shapes.FenGiven


class BidTold(shapes.Told):
    """An accepted bid: durable, and on the record under its leaf."""

    lot_id: int
    number: int = Field(description="Which bid of the lot it is")
    seq: int
    code: str
    price_fen: shapes.Fen
    at_ns: int = Field(description="When it reached the house, the time that counts (电子签名法 11)")
    closes_ns: int = Field(description="The end after this bid")
    next_fen: shapes.Fen = Field(description="What tops it at least, in fen")
    leaf: int
    receipt: str = Field(examples=["/api/receipts/4711"])


def terms_of(lot: Lot) -> Terms:
    return Terms.from_facts(json.loads(lot.terms))


def told(lot: Lot, *, my_code: str) -> LotTold:
    terms = terms_of(lot)
    step_fen = amounts.step_at(terms.steps, lot.top_fen or lot.start_fen)
    now_ns = record.now_ns()
    period, stop = periods.of(lot, now_ns=now_ns), periods.stop_of(lot)
    return LotTold(
        lot_id=lot.pk,
        listing_id=lot.listing_id,
        listing_number=lot.listing.number,
        form=lot.form,
        state=lot.state,
        opens_ns=lot.opens_ns,
        closes_ns=lot.closes_ns,
        closes_at=shapes.at_ns(lot.closes_ns),
        free_end_ns=periods.free_end_ns(lot) or None,
        period=("limited" if period.is_limited else "free") if period and lot.opens_ns <= now_ns else "",
        now_ns=now_ns,
        start_fen=lot.start_fen,
        top_fen=lot.top_fen,
        top_code=lot.top_code,
        next_fen=lot.start_fen if lot.top_fen is None else lot.top_fen + step_fen,
        step_fen=step_fen,
        bids=lot.bids,
        extensions=lot.extensions,
        paused_ns=lot.paused_ns,
        paused_reason=stop.reason if stop else "",
        last_seq=lot.last_seq,
        result=json.loads(lot.result),
        my_code=my_code,
    )


def step_told(step: LotStep) -> StepTold:
    return StepTold(
        seq=step.seq,
        kind=step.kind,
        received_ns=step.received_ns,
        at=shapes.at_ns(step.received_ns),
        code=step.code,
        amount_fen=step.amount_fen,
        refusal=step.refusal,
        least_fen=step.least_fen,
        closes_ns=step.closes_ns,
        leaf=step.leaf_id,
    )


def one(lot_id: int) -> Lot:
    """A lot; there are none but those of announced listings."""
    return shapes.one(periods.with_times(Lot.objects.select_related("listing")), pk=lot_id)


def code_of(who: Person | None, lot: Lot) -> str:
    intent = bidding.bidder_of(who, lot)
    return intent.code if intent else ""


@router.get("/lots", auth=calling.ANYONE, summary="Auctions", **problems.told(paging.Page[LotTold]))
def list_lots(request: HttpRequest, asked: Query[paging.Asked]) -> paging.Page[LotTold]:
    """Newest first; open to all."""
    lots = periods.with_times(Lot.objects.select_related("listing"))
    return paging.cut(lots, asked, lambda lot: told(lot, my_code=""))


@router.get("/lots/{int:lot_id}", auth=calling.ANYONE, summary="One auction", **problems.told(LotTold))
def get_lot(request: HttpRequest, lot_id: shapes.Id) -> LotTold:
    """Price, clock, next valid amount. To follow it live: GET /live/?topic=lot:ID."""
    lot = one(lot_id)
    return told(lot, my_code=code_of(calling.anyone_of(request), lot))


@router.get("/lots/{int:lot_id}/steps", auth=calling.ANYONE, summary="Steps of an auction", **problems.told(Steps))
def list_steps(request: HttpRequest, lot_id: shapes.Id, asked: Query[AskedSteps]) -> Steps:
    """Bids, pauses, the hammer, in the floor's order; bidders by their codes (court rule 18)."""
    lot = one(lot_id)
    rows = LotStep.objects.filter(lot=lot)
    if not calling.could(request, "exchange.see_bids"):
        mine = Q(code=code_of(calling.anyone_of(request), lot)) & ~Q(code="")
        rows = rows.filter(mine | (Q(refusal="") & ~Q(kind__in=UNSHOWN)))
    page, last = paging.first(rows.filter(seq__gt=asked.after).order_by("seq"), asked.limit)
    return Steps(items=[step_told(step) for step in page], next=last.seq if last else None, total=rows.count())


@router.get(
    "/lots/{int:lot_id}/transcript",
    auth=calling.ANYONE,
    summary="Public transcript with its proofs",
    **problems.told(dict[str, Any]),
)
def transcript(request: HttpRequest, lot_id: shapes.Id) -> HttpResponse:
    """The file that `./zr verify` checks (docs/formats.md)."""
    content = published.transcript(one(lot_id))
    if content is None:
        raise Refused("api.not_found")
    return HttpResponse(content, content_type="application/json")


@router.post("/lots/{int:lot_id}/bids", summary="Bid", **problems.told(BidTold, *BID_REFUSALS))
def place_bid(request: HttpRequest, lot_id: shapes.Id, said: BidSaid) -> HttpResponse:
    """Answered after its commit, with its leaf; waiting for it holds no thread of the server.

    Needs an Idempotency-Key: a repeat gets the same answer and cannot count twice.
    """
    key, asked_ns, person = actions.key_of(request), record.now_ns(), calling.person_of(request)
    lot = one(lot_id)
    waits_for = bidding.place_bid(person, lot, said.price_fen, key=key)

    def answer(reply: Reply) -> HttpResponse:
        if reply.accepted:
            return bid_answer(lot, reply, is_hit=reply.facts["at_ns"] < asked_ns)
        problem = problems.problem(request, refusal_of(reply))
        if LotStep.objects.filter(lot=lot, code=code_of(person, lot), key=key, received_ns__lt=asked_ns).exists():
            problem[actions.HIT] = "true"
        return problem

    return problems.Later(request, waits_for, answer)


def bid_answer(lot: Lot, reply: Reply, *, is_hit: bool) -> HttpResponse:
    """The receipt of an accepted bid; one that came before this request did is the answer to a repeat."""
    facts = reply.facts
    body = BidTold(
        lot_id=lot.pk,
        number=facts["number"],
        seq=facts["seq"],
        code=facts["bidder"],
        price_fen=facts["price_fen"],
        at_ns=facts["at_ns"],
        closes_ns=facts["end_ns"],
        next_fen=facts["price_fen"] + amounts.step_at(terms_of(lot).steps, facts["price_fen"]),
        leaf=facts["leaf"],
        receipt=f"/api/receipts/{facts['leaf']}",
    )
    answer = HttpResponse(body.model_dump_json(), content_type="application/json; charset=utf-8")
    if is_hit:
        answer[actions.HIT] = "true"
    return answer


def refusal_of(reply: Reply) -> Refused:
    """The floor's refusal as the interface names it: a key that stood for another price is another body."""
    if reply.code == "bid.key_reused":
        return Refused("api.key_reused", **reply.facts)
    return Refused(reply.code, **reply.facts)


class FloorHealth(shapes.Told):
    """How the trading floor is."""

    state: str = Field(examples=["running"])
    reason: str
    waiting: int = Field(description="Orders in the queue")
    batches: int
    orders: int
    last_commit_ns: int


@router.get(
    "/floor",
    auth=calling.may_ask("exchange.control"),
    summary="How the trading floor is",
    **problems.told(FloorHealth),
)
def floor(request: HttpRequest) -> FloorHealth:
    """For the operator."""
    now = floor_doors.health()
    return FloorHealth(
        state=now.state,
        reason=now.reason,
        waiting=now.waiting,
        batches=now.batches,
        orders=now.orders,
        last_commit_ns=now.last_commit_ns,
    )
