"""The first page: search, four figures, the timetable of auctions, what was just sold, what one can come for."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, Count, Prefetch, Sum, Value, When
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_safe

from zhirong.base import shown
from zhirong.exchange import ends, periods, sales
from zhirong.exchange.documents import OPEN
from zhirong.exchange.models import Deal, Intent, Listing, ListingItem, Lot
from zhirong.record import actions as record
from zhirong.record import feed
from zhirong.web import filters, pages
from zhirong.web.exchange import times, words

TIMETABLE = 10
# What the time of a lot is; a pause only ever moves what is ahead, to a time that nobody knows before it is resumed.
OPENS = {"scheduled": gettext_noop("opens"), "live": gettext_noop("opens"), "paused": gettext_noop("was to open")}
ENDS = {
    "scheduled": gettext_noop("ends"),
    "live": gettext_noop("ends"),
    "paused": gettext_noop("was to end"),
    "matching": gettext_noop("priority purchasers until"),
}
SOLD = 5
# Sums over tens of thousands of rows are asked for again when something was told, and then at most so often.
KEPT_SECONDS = 3


@dataclass(frozen=True)
class Figures:
    """What is on sale and what was sold, as of one number of the record."""

    number: int
    taken_at: int
    listings: int
    asking_fen: int
    sold_week: int
    sold_fen: int


_kept: Figures | None = None
_gate = threading.Lock()


def figures(now: datetime) -> Figures:
    """The figures, at most a few seconds old, and exact once nothing is told."""
    global _kept
    number, at = feed.last_number(), time.monotonic_ns()
    with _gate:
        kept = _kept
    if kept is not None and (kept.number == number or 0 <= at - kept.taken_at < KEPT_SECONDS * 10**9):
        return kept
    fresh = count(now, number=number, at=at)
    with _gate:
        _kept = fresh
    return fresh


def forget() -> None:
    """Count anew at the next question."""
    global _kept
    with _gate:
        _kept = None


def count(now: datetime, *, number: int, at: int) -> Figures:
    on_sale = Listing.objects.visible().filter(state__in=OPEN).aggregate(count=Count("pk"), fen=Sum("asking_fen"))
    week = Deal.objects.filter(state__in=sales.SOLD, made_at__gte=now - timedelta(days=7))
    sold = week.aggregate(count=Count("pk"), fen=Sum("price_fen"))
    return Figures(number, at, on_sale["count"], on_sale["fen"] or 0, sold["count"], sold["fen"] or 0)


@require_safe
def first_page(request: HttpRequest) -> HttpResponse:
    """/"""
    now = record.now()
    return pages.page(
        request,
        "portal/first.html",
        figures=figures(now),
        timetable=timetable(now),
        sold=sold(),
        doors=doors(),
    )


def timetable(now: datetime) -> list[dict[str, Any]]:
    """Auctions and registrations by the time at which something ends or begins; what stands still is behind them."""
    found_lots = Lot.objects.exclude(state="closed").filter(listing__announced_at__isnull=False)
    lots = found_lots.order_by(Case(When(state__in=ends.RUNNING, then=Value(0)), default=Value(1)), "closes_ns", "pk")
    timed = periods.with_times(lots).select_related("listing")
    found = list(timed.prefetch_related(_first_rights("listing__items"))[:TIMETABLE])
    rows = [_lot_row(lot, now) for lot in found]
    if len(rows) < TIMETABLE:
        rows += _closing_rows(now, most=TIMETABLE - len(rows))
    return sorted(rows, key=lambda row: (row["stands"], row["at"]))


def _first_rights(path: str) -> Prefetch[Any]:
    return Prefetch(path, ListingItem.objects.filter(position=0).select_related("right"))


def _lot_row(lot: Lot, now: datetime) -> dict[str, Any]:
    is_ahead = lot.opens_ns > shown.to_ns(now)
    shape, word = words.lot_state(lot)
    period = None if is_ahead else periods.of(lot, now_ns=shown.to_ns(now))
    word = " · ".join([word, *([times.name(period)] if period else []), *filter(None, [times.again(lot)])])
    at = shown.from_ns(lot.opens_ns if is_ahead else lot.closes_ns)
    return {
        **_of_listing(lot.listing, at, now),
        "does": gettext((OPENS if is_ahead else ENDS)[lot.state]),
        "stands": not ends.of_bidding(lot).is_known,
        "room": lot.pk,
        "price_fen": lot.top_fen or lot.start_fen,
        "price_word": gettext("Current price") if lot.top_fen else gettext("Start price"),
        "bids": lot.bids if lot.bids or not is_ahead else None,
        "state": (shape, word),
    }


def _closing_rows(now: datetime, *, most: int) -> list[dict[str, Any]]:
    """Listings somebody has registered for; without a bidder there is nothing to be on time for."""
    waiting = Intent.objects.filter(
        state__in=("registered", "admitted"), listing__state="announced", listing__closes_at__gt=now
    )
    pairs = waiting.values_list("listing").annotate(n=Count("pk")).order_by("listing__closes_at", "listing")[:most]
    many = dict(pairs)
    found = Listing.objects.filter(pk__in=many).prefetch_related(_first_rights("items"))
    return [
        {
            **_of_listing(one, one.closes_at or now, now),
            "does": gettext("registration until"),
            "stands": False,
            "room": None,
            "price_fen": one.asking_fen,
            "price_word": gettext("Asking price"),
            "bids": None,
            "state": ("wait", gettext("Registering · %(n)s") % {"n": many[one.pk]}),
        }
        for one in found
    ]


def _of_listing(listing: Listing, at: datetime, now: datetime) -> dict[str, Any]:
    kinds = [words.kind(item.right.kind) for item in listing.items.all()]
    return {
        "at": at,
        "day": day_word(at, now),
        "number": listing.number,
        "title": filters.title(listing),
        "line": kinds[0] if kinds else "",
        "symbol": next((item.right.ipc for item in listing.items.all()), ""),
    }


def day_word(at: datetime, now: datetime) -> str:
    """Nothing today, 明日 tomorrow, else the date."""
    days = (filters.local(at).date() - filters.local(now).date()).days
    if days == 0:
        return ""
    return gettext("tomorrow") if days == 1 else filters.short_day(at)


def sold() -> list[dict[str, Any]]:
    """The newest deals with their rise over the asking price."""
    found = Deal.objects.filter(state__in=sales.SOLD).select_related("listing").order_by("-made_at", "-pk")[:SOLD]
    return [
        {
            "at": deal.made_at,
            "number": deal.listing.number,
            "title": filters.title(deal.listing),
            "price_fen": deal.price_fen,
            "rise": rise(deal.price_fen, deal.listing.asking_fen),
            "is_up": deal.price_fen > deal.listing.asking_fen,
        }
        for deal in found
    ]


def rise(price_fen: int, asking_fen: int) -> str:
    """By how much a price lies over the asking price (or under it), to a tenth of a percent; empty where it does not.

    What is less than a tenth is said to be so: a price that rose is never told as one that did not.
    """
    over = abs(price_fen - asking_fen)
    whole, tenth = divmod(over * 1000 // asking_fen, 10)
    if not over:
        return ""
    if not whole and not tenth:
        return "<0.1%"
    return f"{whole}.{tenth}%" if tenth else f"{whole}%"


def doors() -> list[tuple[str, str, str, str]]:
    """What people come for; a door whose room is not built is left out."""
    rows = [
        (
            gettext("Sell"),
            gettext("Import a patent, it is checked by itself, list it"),
            gettext("List a right"),
            pages.place("desk") or pages.place("account"),
        ),
        (
            gettext("Buy"),
            gettext("Be verified, pay the deposit, get a bidder code, bid"),
            gettext("See the hall"),
            pages.place("market"),
        ),
        (
            gettext("Costs"),
            gettext("What a sale costs each side, worked out from the published schedule"),
            gettext("Work out a fee"),
            pages.place("fees"),
        ),
        (
            gettext("Rules"),
            gettext("Every figure of every rule set, with its source and date"),
            gettext("Read the rules"),
            pages.place("rules"),
        ),
        (
            gettext("Verify"),
            gettext("Hand in a certificate or record; one changed character is found"),
            gettext("Verify a paper"),
            pages.place("verify"),
        ),
    ]
    return [(title, line, word, address) for title, line, word, address in rows if address]
