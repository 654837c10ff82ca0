"""Portfolios: rights that a party wants valued together, with the debt that they stand for."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field

from zhirong.api import actions, calling, paging, problems, shapes, valuation_shapes
from zhirong.api.actions import KEY
from zhirong.api.valuation import today
from zhirong.api.valuation_shapes import NoteTold, RangeTold
from zhirong.base.refused import Refused
from zhirong.exchange import disclosed
from zhirong.registry.models import Right
from zhirong.valuation import estimated
from zhirong.valuation.actions import portfolios
from zhirong.valuation.engine import units
from zhirong.valuation.engine.estimate_shape import Estimate
from zhirong.valuation.models import Portfolio

router = Router(tags=["valuation"])
REFUSED = (
    "valuation.rights_count", "valuation.right_unknown", "valuation.text_length", "valuation.loan_range",
    "valuation.portfolio_unknown", *KEY,
)  # fmt: skip
# A page of the interface values so many at once; a run values more.
VALUED_MOST = 200


class ItemSaid(shapes.Said):
    """A right and the debt it stands for, where there is one."""

    right_id: shapes.Id
    loan_fen: shapes.FenGiven | None = None


class PortfolioSaid(shapes.Said):
    """A party of mine, a name, and the rights in their order."""

    party: shapes.Ref
    name: Annotated[str, Field(min_length=1, max_length=120, pattern=shapes.NO_NUL)]
    items: Annotated[list[ItemSaid], Field(min_length=1, max_length=2000)]


class PortfolioShort(shapes.Told):
    """A portfolio as lists show it."""

    portfolio_id: int
    ref: str
    name: str
    party: shapes.PartyShort
    rights: int
    made_at: datetime


class ItemTold(shapes.Told):
    """One right with its own range; without one `refusal` says why."""

    right_id: int
    number: str
    title: str
    loan_fen: shapes.Fen | None
    range: RangeTold | None
    refusal: str


class PortfolioTold(PortfolioShort):
    """The whole: its range is never the sum of the medians."""

    day: date
    range: RangeTold | None
    effective_number_ppm: int | None = Field(description="As many equal rights would be as concentrated; millionths")
    items: list[ItemTold]
    notes: list[NoteTold]


def seen(request: HttpRequest) -> QuerySet[Portfolio]:
    """Those of the caller's parties that are still kept."""
    return Portfolio.objects.filter(party__in=calling.parties_of(request), ended_at__isnull=True).select_related(
        "party"
    )


def short(one: Portfolio) -> PortfolioShort:
    return PortfolioShort(
        portfolio_id=one.pk,
        ref=one.ref,
        name=one.name,
        party=shapes.party_short(one.party),
        rights=one.items.count(),
        made_at=one.made_at,
    )


def told(one: Portfolio) -> PortfolioTold:
    """With the range of each right and of all together, with the party's own answers."""
    day, items = today(), list(one.items.order_by("position"))
    # Whom the party may no longer know of has left its portfolio.
    known = disclosed.known_to(Right.objects.visible(), [one.party_id]).in_bulk([item.right_id for item in items])
    items = [item for item in items if item.right_id in known]
    rights = [known[item.right_id] for item in items[:VALUED_MOST]]
    found = estimated.of_rights(rights, day, [one.party_id])
    answers: dict[int, Estimate | Refused] = dict(zip([right.pk for right in rights], found, strict=True))
    whole = estimated.whole([each for each in found if isinstance(each, Estimate)], day)
    concentrated: Any = None if whole is None else whole.figures["effective_number"]
    return PortfolioTold(
        **short(one).model_dump(),
        day=day,
        range=None if whole is None else valuation_shapes.money(whole.range),
        effective_number_ppm=valuation_shapes.maybe_ppm(concentrated),
        items=[item_told(known[item.right_id], item.loan_fen, answers.get(item.right_id)) for item in items],
        notes=[] if whole is None else valuation_shapes.noted(whole.notes),
    )


def item_told(right: Right, loan_fen: int | None, answer: Estimate | Refused | None) -> ItemTold:
    """A right of a portfolio."""
    headline = answer.headline if isinstance(answer, Estimate) else None
    return ItemTold(
        right_id=right.pk,
        number=right.number,
        title=right.title,
        loan_fen=loan_fen,
        range=RangeTold(**units.in_fen(headline)) if headline else None,
        refusal=answer.code if isinstance(answer, Refused) else "",
    )


def wanted(given: PortfolioSaid) -> portfolios.Wanted:
    return portfolios.Wanted(
        party=shapes.party_named(given.party),
        name=given.name,
        rights=tuple(one.right_id for one in given.items),
        loans_fen={one.right_id: one.loan_fen for one in given.items if one.loan_fen is not None},
    )


@router.get(
    "/portfolios",
    auth=calling.PERSON,
    summary="Portfolios of my parties",
    **problems.told(paging.Page[PortfolioShort]),
)
def list_portfolios(request: HttpRequest, asked: Query[paging.Asked]) -> paging.Page[PortfolioShort]:
    """Newest first."""
    return paging.cut(seen(request), asked, short)


@router.post(
    "/portfolios",
    auth=calling.may_ask("valuation.keep_portfolio"),
    summary="Keep a portfolio",
    **problems.told(PortfolioShort, *REFUSED),
)
def make(request: HttpRequest, given: PortfolioSaid) -> HttpResponse:
    """A new one of a party of mine; its rights are watched from now on."""
    person = calling.person_of(request)
    return actions.once(request, lambda: short(portfolios.keep(person, wanted(given))))


@router.get(
    "/portfolios/{ref}",
    auth=calling.PERSON,
    summary="A portfolio with its range",
    **problems.told(PortfolioTold),
)
def get_portfolio(request: HttpRequest, ref: shapes.Short) -> PortfolioTold:
    """The first 200 rights are valued here; a run values all."""
    return told(shapes.one(seen(request), ref=ref))


@router.put(
    "/portfolios/{ref}",
    auth=calling.may_ask("valuation.keep_portfolio"),
    summary="Say anew what a portfolio holds",
    **problems.told(PortfolioShort, *REFUSED),
)
def change(request: HttpRequest, ref: shapes.Short, given: PortfolioSaid) -> HttpResponse:
    """The same portfolio of the same party."""
    person, kept = calling.person_of(request), shapes.one(seen(request), ref=ref)
    return actions.once(request, lambda: short(portfolios.keep(person, wanted(given), ref=kept.ref)))


@router.delete(
    "/portfolios/{ref}",
    auth=calling.may_ask("valuation.keep_portfolio"),
    summary="End a portfolio",
    **problems.told(shapes.Done),
)
def end(request: HttpRequest, ref: shapes.Short) -> shapes.Done:
    """It is no longer watched."""
    portfolios.end(calling.person_of(request), shapes.one(seen(request), ref=ref).ref)
    return shapes.Done()
