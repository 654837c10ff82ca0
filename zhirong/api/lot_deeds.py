"""The deeds that steer a lot on the floor: priority, pause, resume, ban, annulment; a repeat is answered alike."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Annotated

from django.http import HttpRequest
from pydantic import Field

from zhirong.api import calling, problems, shapes
from zhirong.api.lots import code_of, one, router
from zhirong.base.refused import Refused
from zhirong.exchange.actions import bidding
from zhirong.exchange.engine.shape import Reply
from zhirong.exchange.models import Lot

STEERED = ("paused", "encumbered", "resumed", "banned", "annulled")
# What the floor answers an order that has been carried out before.
REPEATED = ("lot.paused", "lot.not_paused", "lot.annulled", "lot.barred")
CONTROL = (
    "lot.ended",
    "lot.has_deal",
    "lot.annulled",
    "lot.paused",
    "lot.not_paused",
    "listing.text_length",
    "floor.stopped",
)


class Matching(shapes.Said):
    """A priority purchaser takes the lot at the top price, or waives (court rules 16, 19, 21)."""

    takes: bool


class Ban(shapes.Said):
    """Which bidder broke which published rule (E36)."""

    code: Annotated[str, Field(min_length=1, max_length=8, pattern="^[0-9A-Za-z]+$", examples=["417"])]
    reason: shapes.Reason


class FloorTold(shapes.Told):
    """What the floor did."""

    lot_id: int
    seq: int
    leaf: int | None


def floor_told(lot: Lot, reply: Reply) -> FloorTold:
    return FloorTold(lot_id=lot.pk, seq=reply.facts.get("seq", 0), leaf=reply.facts.get("leaf"))


def once_on_floor(lot: Lot, order: Callable[[], Reply], *, kind: str, code: str = "") -> FloorTold:
    """A floor's order done once: a repeat, which the floor refuses, is answered with the step that stands already.

    No key is asked: the floor commits on its own connection, so no answer could be kept in the deed's transaction.
    """
    try:
        return floor_told(lot, order())
    except Refused as refused:
        steps = lot.steps.filter(kind__in=STEERED, code=code)
        last = steps.order_by("-seq").first()
        if refused.code not in REPEATED or last is None or last.kind != kind:
            raise
        return FloorTold(lot_id=lot.pk, seq=last.seq, leaf=last.leaf_id)


@router.post(
    "/lots/{int:lot_id}/match",
    auth=calling.may_ask("exchange.bid"),
    summary="Use or waive a right of priority",
    **problems.told(
        FloorTold, "bid.not_admitted", "lot.not_matching", "lot.no_priority", "lot.already_answered", "floor.stopped"
    ),
)
def match_price(request: HttpRequest, lot_id: shapes.Id, said: Matching) -> FloorTold:
    """After the end, within the time for it."""
    lot = one(lot_id)
    person = calling.person_of(request)
    code = code_of(person, lot)
    said_before = lot.steps.filter(kind="matched", code=code).first() if code else None
    if said_before is not None and bool(json.loads(said_before.facts)["takes"]) == said.takes:
        return FloorTold(lot_id=lot.pk, seq=said_before.seq, leaf=said_before.leaf_id)
    return floor_told(lot, bidding.match_price(person, lot, takes=said.takes))


@router.post(
    "/lots/{int:lot_id}/pause",
    auth=calling.may_ask("exchange.control"),
    summary="Pause an auction",
    **problems.told(FloorTold, *CONTROL),
)
def pause(request: HttpRequest, lot_id: shapes.Id, said: shapes.Why) -> FloorTold:
    """With a published reason; what time is left is kept (court rule 28)."""
    lot = one(lot_id)
    person = calling.person_of(request)
    return once_on_floor(lot, lambda: bidding.pause(person, lot, reason=said.reason), kind="paused")


@router.post(
    "/lots/{int:lot_id}/resume",
    auth=calling.may_ask("exchange.control"),
    summary="Resume an auction",
    **problems.told(FloorTold, *CONTROL, "lot.gate_closed"),
)
def resume(request: HttpRequest, lot_id: shapes.Id) -> FloorTold:
    """With the time that was left and one full window; not while the rights may not be sold (E28)."""
    lot = one(lot_id)
    person = calling.person_of(request)
    return once_on_floor(lot, lambda: bidding.resume(person, lot), kind="resumed")


@router.post(
    "/lots/{int:lot_id}/ban",
    auth=calling.may_ask("exchange.control"),
    summary="Ban a bidder",
    **problems.told(FloorTold, *CONTROL, "lot.no_such_bidder", "lot.barred"),
)
def ban(request: HttpRequest, lot_id: shapes.Id, said: Ban) -> FloorTold:
    """Its bids are void and the price is worked out again in the open."""
    lot = one(lot_id)
    person = calling.person_of(request)
    order = partial(bidding.ban, person, lot, code=said.code, reason=said.reason)
    return once_on_floor(lot, order, kind="banned", code=said.code)


@router.post(
    "/lots/{int:lot_id}/annul",
    auth=calling.may_ask("exchange.control"),
    summary="Annul an auction",
    **problems.told(FloorTold, *CONTROL),
)
def annul(request: HttpRequest, lot_id: shapes.Id, said: shapes.Why) -> FloorTold:
    """By a new event; what happened stays written (court rule 31)."""
    lot = one(lot_id)
    person = calling.person_of(request)
    return once_on_floor(lot, lambda: bidding.annul(person, lot, reason=said.reason), kind="annulled")
