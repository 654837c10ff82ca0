"""The rows of the hall's list: what was found, as people read it, with the words they asked for marked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext
from markupsafe import Markup, escape

from zhirong.exchange import disclosed, periods, sales
from zhirong.exchange.models import Listing, ListingItem, Lot
from zhirong.record import actions as record
from zhirong.registry.models import Holding, Right
from zhirong.search import highlights
from zhirong.search.backend import Hit
from zhirong.search.query import Node
from zhirong.web import filters
from zhirong.web.exchange import times, words


def marked(text: str, node: Node, field: str) -> Markup:
    """A text with the words that were asked for marked."""
    made, at = Markup(""), 0
    for begin, end in highlights.marks(text, node, field=field):
        made += escape(text[at:begin]) + Markup("<mark>") + escape(text[begin:end]) + Markup("</mark>")
        at = end
    return made + escape(text[at:])


def ids(found: Sequence[Hit], kind: str) -> list[int]:
    """The row ids of the hits of one kind."""
    return [int(hit.id.partition(":")[2]) for hit in found if hit.id.startswith(f"{kind}:")]


def things(wanted_hits: Sequence[Hit]) -> dict[str, Any]:
    """The rows behind the hits by their topic, in five queries."""
    now = Holding.objects.filter(until=None).order_by("position", "pk")
    held, held_there = Prefetch("holdings", now, to_attr="held"), Prefetch("right__holdings", now, to_attr="held")
    rights = ListingItem.objects.order_by("position").select_related("right").prefetch_related(held_there)
    items = Prefetch("items", rights, to_attr="shown_items")
    lots = Prefetch("lots", periods.with_times(Lot.objects.order_by("-run")), to_attr="shown_lots")
    found: dict[str, Any] = {}
    if wanted := ids(wanted_hits, "listing"):
        listings = Listing.objects.filter(pk__in=wanted).annotate(live_fen=sales.live_fen())
        found |= {one.topic: one for one in listings.prefetch_related(items, lots)}
    if wanted := ids(wanted_hits, "right"):
        known = disclosed.public(Right.objects.filter(pk__in=wanted)).prefetch_related(held)
        found |= {one.topic: one for one in known}
    return found


def rows(page: Sequence[Hit], node: Node) -> list[dict[str, Any]]:
    """The hits as the list shows them; what left the database since it was indexed is left out."""
    found = things(page)
    made = []
    for hit in page:
        thing = found.get(hit.id)
        if isinstance(thing, Listing):
            made.append(listing_row(thing, node))
        elif isinstance(thing, Right):
            made.append(right_row(thing, node))
    return made


def listing_row(listing: Any, node: Node) -> dict[str, Any]:
    """One listing of the list: what it is on the left, price and state on the right."""
    items, lot = listing.shown_items, next(iter(listing.shown_lots), None)
    rights = [item.right for item in items]
    is_running = lot is not None and listing.state == "bidding"
    top_fen = lot.top_fen if lot is not None else None
    price_word, price_fen = words.price(listing, live_fen=listing.live_fen, top_fen=top_fen)
    if is_running and lot is not None and lot.state == "paused":
        line = gettext("stopped since %(at)s · bids %(n)s") % {"at": filters.short_moment(lot.paused_ns), "n": lot.bids}
    elif is_running and lot is not None:
        period = periods.of(lot, now_ns=record.now_ns())
        ends = gettext("ends %(at)s · bids %(n)s") % {"at": filters.short_moment(lot.closes_ns), "n": lot.bids}
        line = f"{times.name(period)} · {ends}" if period else ends
    elif listing.state == "announced" and listing.closes_at:
        line = gettext("registration until %(at)s") % {"at": filters.short_moment(listing.closes_at)}
    else:
        line = ""
    title = filters.title(listing)
    first = rights[0] if rights else None
    place = reverse("listing", args=[listing.number])
    if is_running and lot is not None:
        place = reverse("room", args=[lot.pk])
    return {
        "address": place,
        "title": marked(title, node, "title"),
        "facts": [
            fact
            for fact in (
                words.kind(first.kind) if first else "",
                first.number if first and len(rights) == 1 else gettext("%(n)s rights") % {"n": len(rights)},
                first.ipc if first else "",
                listing.number,
            )
            if fact
        ],
        "text": marked(listing.summary[:120], node, "abstract"),
        "holders": filters.listed(dict.fromkeys(one.name for right in rights[:3] for one in right.held)),
        "price_word": price_word,
        "price_fen": price_fen,
        "state": words.running_state(listing, lot.state if lot else None),
        "line": line,
        "export": (listing.number, title, ", ".join(right.number for right in rights)),
        "closes_at": listing.closes_at,
    }


def right_row(right: Any, node: Node) -> dict[str, Any]:
    """One right of the list."""
    return {
        "address": right_address(right),
        "title": marked(filters.title(right), node, "title"),
        "facts": [fact for fact in (words.kind(right.kind), right.number, right.ipc) if fact],
        "text": marked(right.abstract[:120], node, "abstract"),
        "holders": filters.listed(one.name for one in right.held),
        "price_word": "",
        "price_fen": None,
        "state": None,
        "line": gettext("filed %(day)s") % {"day": filters.day(right.filed_on)} if right.filed_on else "",
        "export": ("", filters.title(right), right.number),
        "closes_at": None,
    }


def right_address(right: Right) -> str | None:
    """The page of a right, where the registry's pages are built."""
    for name in (right.pk, right.number, right.key):
        try:
            return reverse("right", args=[name])
        except NoReverseMatch:
            continue
    return None
