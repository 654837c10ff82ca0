"""/desk/listings, /desk/bids, /desk/deals, /desk/certificates: everything of mine, sorted, filtered, to take away."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_safe

from zhirong.exchange import standstill
from zhirong.exchange.listing_rules import stands_still
from zhirong.exchange.models import Deal, Intent, Listing
from zhirong.papers.sheets import Column
from zhirong.people.rules import Standing
from zhirong.web import filters, lists, pages, reading
from zhirong.web.deals import words as deal_words
from zhirong.web.desk import ends, mine
from zhirong.web.exchange import words

# Ended before its auction did.
STOPPED = ("withdrawn", "terminated")


@dataclass(frozen=True)
class Own:
    """One of the desk's lists: where its rows come from, how they sort, what states they can have."""

    name: str
    title: str
    rows: Callable[[Standing | None], QuerySet[Any]]
    orders: Mapping[str, str]
    states: Mapping[str, tuple[str, str]]
    columns: Callable[[], list[Column]]
    cells: Callable[[Any, Standing | None], Sequence[Any]]


def listing_cells(one: Listing, standing: Standing | None) -> Sequence[Any]:
    state = words.running_state(one, one.lot_state)[1]  # type: ignore[attr-defined]
    word, at = ends.of(one) or ("", None)
    return (one.number, filters.title(one), state, one.asking_fen, one.deposit_fen, one.announced_at, word, at)


def listing_columns() -> list[Column]:
    return [
        Column(head=gettext("Number")),
        Column(head=gettext("Title"), width=60),
        Column(head=gettext("State")),
        Column(head=gettext("Asking price (yuan)"), kind="money"),
        Column(head=gettext("Deposit (yuan)"), kind="money"),
        Column(head=gettext("Announced"), kind="moment"),
        Column(head=gettext("What ends next"), width=16),
        Column(head=gettext("Ends"), kind="moment"),
    ]


def came_to(one: Intent) -> tuple[str, str]:
    """What became of a registration: won and how far, asked next, lost, or ended with its listing."""
    own_deal, listing_state = one.own_deal, one.listing.state  # type: ignore[attr-defined]
    if own_deal:
        shape, word = deal_words.deal(own_deal)
        is_asked = own_deal in ("offered", "declined", "withdrawn")
        return shape, word if is_asked else gettext("Won: %(state)s") % {"state": word}
    if one.state != "admitted" or listing_state not in ("sold", "settled", "offering", "ended", *STOPPED):
        return deal_words.intent(one.state)
    if listing_state in ("sold", "settled"):
        return "off", gettext("Another bidder won")
    shape, word = words.LISTING[listing_state]
    return shape, gettext(word)


def bid_cells(one: Intent, standing: Standing | None) -> Sequence[Any]:
    state, deposit = came_to(one)[1], deal_words.deposit(one.deposit_state)
    return (
        one.listing.number,
        filters.title(one.listing),
        one.party.name,
        one.code,
        state,
        one.deposit_fen,
        deposit,
        one.registered_at,
    )


def bid_columns() -> list[Column]:
    return [
        Column(head=gettext("Listing")),
        Column(head=gettext("Title"), width=60),
        Column(head=gettext("For")),
        Column(head=gettext("Bidder code"), width=12),
        Column(head=gettext("State")),
        Column(head=gettext("Deposit (yuan)"), kind="money"),
        Column(head=gettext("Deposit is"), width=16),
        Column(head=gettext("Registered"), kind="moment"),
    ]


def deal_cells(one: Deal, standing: Standing | None) -> Sequence[Any]:
    is_seller = standing is not None and one.seller_id in standing.parties
    side = gettext("Seller") if is_seller else gettext("Buyer")
    fee = one.seller_fee_fen if is_seller else one.buyer_fee_fen
    number = one.certificate.number if hasattr(one, "certificate") else ""
    return (
        one.number,
        filters.title(one.listing),
        side,
        deal_words.deal(one.state)[1],
        one.price_fen,
        fee,
        one.made_at,
        number,
    )


def deal_columns() -> list[Column]:
    return [
        Column(head=gettext("Deal")),
        Column(head=gettext("Title"), width=60),
        Column(head=gettext("Side"), width=10),
        Column(head=gettext("State")),
        Column(head=gettext("Price (yuan)"), kind="money"),
        Column(head=gettext("Your fee (yuan)"), kind="money"),
        Column(head=gettext("Made"), kind="moment"),
        Column(head=gettext("Certificate")),
    ]


def marked_deals(standing: Standing | None) -> QuerySet[Deal]:
    """Deals with what holds their clock."""
    return standstill.marked(mine.deals(standing))


def certified(standing: Standing | None) -> QuerySet[Deal]:
    """Deals with their certificate."""
    return mine.deals(standing).filter(certificate__isnull=False)


DEAL_ORDERS = {"made": "made_at", "price": "price_fen", "number": "number", "state": "state"}
LISTINGS = Own(
    "desk-listings",
    gettext_noop("My listings"),
    mine.listings,
    {"made": "pk", "title": "title", "price": "asking_fen"},
    words.LISTING,
    listing_columns,
    listing_cells,
)
BIDS = Own(
    "desk-bids",
    gettext_noop("My registrations and bids"),
    mine.intents,
    {"made": "registered_at", "title": "listing__title", "deposit": "deposit_fen"},
    deal_words.INTENTS,
    bid_columns,
    bid_cells,
)
DEALS = Own(
    "desk-deals", gettext_noop("My deals"), marked_deals, DEAL_ORDERS, deal_words.DEALS, deal_columns, deal_cells
)
CERTIFICATES = Own(
    "desk-certificates", gettext_noop("My certificates"), certified, DEAL_ORDERS, {}, deal_columns, deal_cells
)


def own_list(request: HttpRequest, own: Own, template: str) -> HttpResponse:
    """One of the lists, with its state filter in the address."""
    standing = pages.standing_of(request)
    found = own.rows(standing)
    state = reading.choice(request, "state", own.states)
    if state:
        found = found.filter(state=state)
    if form := request.GET.get("form"):
        rows = (own.cells(one, standing) for one in lists.whole(found.order_by("-pk")))
        return lists.sheet(request, form, own.columns(), rows=rows, title=gettext(own.title))
    return pages.page(
        request,
        template,
        crumbs=[(gettext("My desk"), reverse("desk")), (gettext(own.title), None)],
        heading=gettext(own.title),
        tabs=mine.tabs(request, own.name),
        listed=lists.paged(request, found, own.orders, default="-made"),
        address=reverse(own.name),
        state=state,
        states=[("", gettext("Every state")), *((key, gettext(word)) for key, (_, word) in own.states.items())],
        listing_state=words.running_state,
        end_of=ends.of,
        deal_state=deal_words.deal,
        stands_still=stands_still,
        stands_word=deal_words.stands,
        causes_of=standstill.causes_of,
        came_to=came_to,
        deposit_word=deal_words.deposit,
    )


@require_safe
@pages.signed_in
def my_listings(request: HttpRequest) -> HttpResponse:
    """/desk/listings"""
    return own_list(request, LISTINGS, "desk/listings.html")


@require_safe
@pages.signed_in
def my_bids(request: HttpRequest) -> HttpResponse:
    """/desk/bids"""
    return own_list(request, BIDS, "desk/bids.html")


@require_safe
@pages.signed_in
def my_deals(request: HttpRequest) -> HttpResponse:
    """/desk/deals"""
    return own_list(request, DEALS, "desk/deals.html")


@require_safe
@pages.signed_in
def my_certificates(request: HttpRequest) -> HttpResponse:
    """/desk/certificates"""
    return own_list(request, CERTIFICATES, "desk/certificates.html")
