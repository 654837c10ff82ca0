"""What became of a listing's sale, so that page, search, interface and figures never call sold what is not."""

from __future__ import annotations

from typing import Final

from django.db.models import OuterRef, Subquery

from zhirong.exchange.models import Deal, Listing

# A deal in one of these states is a sale; an offer to the next best is none yet.
SOLD: Final = ("contract", "payment", "recordal", "confirming", "settled")
LIVE: Final = ("offered", *SOLD)
# How a listing ended that had been sold once: the buyer and everyone after it failed, or the deal was undone.
UNDONE: Final = {"defaulted": "failed", "annulled": "annulled"}
# What a listing without a sale may show: its asking price, or while it runs the highest bid.
RUNNING: Final = ("bidding", "suspended")


def of(listing: Listing) -> str:
    """sold, offered (the buyer failed and the next best is asked), failed, annulled; empty where nothing was sold."""
    if listing.state in ("sold", "settled"):
        return "sold"
    if listing.state == "offering":
        return "offered"
    return UNDONE.get(listing.end_reason, "") if listing.state == "ended" else ""


def live_fen() -> Subquery:
    """The price of a listing's one live deal or offer, beside its row."""
    return Subquery(Deal.objects.filter(listing=OuterRef("pk"), state__in=LIVE).values("price_fen")[:1])


def price_fen(listing: Listing, *, live_fen: int | None, top_fen: int | None) -> int:
    """The price that stands for a listing: of its live deal or offer, else the highest bid while it runs."""
    if of(listing) in ("sold", "offered") and live_fen is not None:
        return live_fen
    return top_fen if top_fen is not None and listing.state in RUNNING else listing.asking_fen
