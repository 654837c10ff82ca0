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
from zhirong.api.valuation_shapes import NoteTold, RangeTold, SensitivityTold
from zhirong.exchange import disclosed
from zhirong.registry.models import Right
from zhirong.valuation import portfolio_kept
from zhirong.valuation.actions import portfolios
from zhirong.valuation.engine import units
from zhirong.valuation.models import Portfolio
from zhirong.valuation.portfolio_kept import Line

router = Router(tags=["valuation"])
REFUSED = (
    "valuation.rights_count", "valuation.right_unknown", "valuation.text_length", "valuation.loan_range",
    "valuation.portfolio_unknown", *KEY,
)  # fmt: skip


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

    day: date | None = Field(description="Of which day it was computed; null before the first time")
    is_current: bool = Field(description="False while a job computes it anew")
    range: RangeTold | None
    effective_number_ppm: int | None = Field(description="As many equal rights would be as concentrated; millionths")
    sensitivities: list[SensitivityTold]
    items: list[ItemTold]
    notes: list[NoteTold]


def seen(request: HttpRequest) -> QuerySet[Portfolio]:
    """Those of the caller's parties that are still kept."""
    found = Portfolio.objects.filter(party__in=calling.parties_of(request), ended_at__isnull=True)
    return found.select_related("party", "value").defer("value__body")


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
    """As it was computed last, with the party's own answers; `is_current` says whether a job computes it anew."""
    state = portfolio_kept.states(portfolio_kept.standing().filter(pk=one.pk))[one.pk]
    kept = portfolio_kept.read(one.value, state=state) if hasattr(one, "value") else None
    loans = dict(one.items.values_list("right_id", "loan_fen"))
    lines = kept.lines if kept else ()
    # Whom the party may no longer know of has left its portfolio.
    known = set(disclosed.known_to(Right.objects.filter(pk__in=loans), [one.party_id]).values_list("pk", flat=True))
    whole = kept.whole if kept else None
    concentrated: Any = None if whole is None else whole.figures["effective_number"]
    return PortfolioTold(
        **short(one).model_dump(),
        day=kept.day if kept else None,
        is_current=kept is not None and kept.is_current,
        range=None if whole is None else valuation_shapes.money(whole.range),
        effective_number_ppm=valuation_shapes.maybe_ppm(concentrated),
        sensitivities=[] if whole is None else [valuation_shapes.sensitivity(each) for each in whole.sensitivities],
        items=[item_told(line, loans.get(line.right_id)) for line in lines if line.right_id in known],
        notes=[] if whole is None else valuation_shapes.noted(whole.notes),
    )


def item_told(line: Line, loan_fen: int | None) -> ItemTold:
    """A right of a portfolio."""
    return ItemTold(
        right_id=line.right_id,
        number=line.number,
        title=line.title,
        loan_fen=loan_fen,
        range=RangeTold(**units.in_fen(line.range)) if line.range else None,
        refusal=line.refusal,
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
    """Every right is valued with this party's own answers, by a job that its change and each new day ask for."""
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
