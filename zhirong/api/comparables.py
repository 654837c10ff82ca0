"""Prices that the market's model learns from: counted for everybody, entered and withdrawn by the house."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import Field

from zhirong.api import actions, calling, files, problems, shapes
from zhirong.api.actions import KEY
from zhirong.valuation.actions import comparables
from zhirong.valuation.models import Comparable

router = Router(tags=["valuation"])
Reference = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\x00/]+$", examples=["licence:2026-17"])]


class CountTold(shapes.Told):
    """How many prices of a kind and source the market's model learns from; never a price."""

    kind: str
    source: str
    count: int


class CountsTold(shapes.Told):
    """All counts; withdrawn ones are not among them."""

    items: list[CountTold]
    total: int


class PriceSaid(shapes.Said):
    """A price from outside the exchange, on its paper (a file of mine)."""

    reference: Reference
    source: Literal["licence", "pledge_disposal", "import"]
    kind: Literal["sale", "auction", "plain_licence", "exclusive_licence", "open_licence", "disposal"]
    on: date
    price_fen: shapes.FenGiven
    rights: Annotated[list[shapes.Id], Field(min_length=1, max_length=200)]
    is_arms_length: bool = True
    proof: shapes.FileRef


class PriceTold(shapes.Told):
    """What was entered, for those who enter it."""

    comparable_id: int
    reference: str
    source: str
    kind: str
    on: date
    rights: int
    is_withdrawn: bool


def told(one: Comparable) -> PriceTold:
    return PriceTold(
        comparable_id=one.pk,
        reference=one.reference,
        source=one.source,
        kind=one.kind,
        on=one.on,
        rights=one.rights_count,
        is_withdrawn=one.withdrawn_at is not None,
    )


@router.get(
    "/comparables",
    auth=calling.ANYONE,
    summary="How many prices the market's model learns from",
    **problems.told(CountsTold),
)
def count(request: HttpRequest) -> CountsTold:
    """Counts by kind and source; prices stand where they were made public, and here none."""
    rows = Comparable.objects.filter(withdrawn_at__isnull=True).values("kind", "source").annotate(count=Count("pk"))
    items = [CountTold(**row) for row in rows.order_by("kind", "source")]
    return CountsTold(items=items, total=sum(one.count for one in items))


@router.post(
    "/comparables",
    auth=calling.may_ask("valuation.note_comparable"),
    summary="Enter a price from outside",
    **problems.told(
        PriceTold, "valuation.right_unknown", "valuation.comparable_unknown_rights", "valuation.price_range",
        "valuation.value_date_to_come", "valuation.rights_count", "valuation.no_such_choice", "valuation.text_length",
        *files.EVIDENCE, *KEY,
    ),
)  # fmt: skip
def enter(request: HttpRequest, given: PriceSaid) -> HttpResponse:
    """A licence with a fee, the disposal of a pledge, a deal elsewhere; the same reference is kept once."""
    person = calling.person_of(request)
    proof = files.own(person, given.proof)
    price = comparables.Price(
        reference=given.reference,
        source=given.source,
        on=given.on,
        kind=given.kind,
        price_fen=given.price_fen,
        is_arms_length=given.is_arms_length,
    )
    rights = tuple(given.rights)
    return actions.once(request, lambda: told(comparables.enter_comparable(person, rights, price, proof=proof)))


@router.post(
    "/comparables/{int:comparable_id}/withdraw",
    auth=calling.may_ask("valuation.withdraw_comparable"),
    summary="Withdraw a price",
    **problems.told(PriceTold, "people.maker_is_checker", "valuation.text_length"),
)
def withdraw(request: HttpRequest, comparable_id: shapes.Id, why: shapes.Why) -> PriceTold:
    """It teaches no further model; by somebody else than who entered it."""
    row = shapes.one(Comparable.objects.all(), pk=comparable_id)
    person = calling.person_of(request)
    return told(comparables.withdraw_comparable(person, row.reference, reason=why.reason))
