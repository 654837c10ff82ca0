"""Whether the exchange holds a right: it stands in a live listing, or a deal over it runs."""

from __future__ import annotations

from zhirong.exchange.models import Deal, ListingItem
from zhirong.registry.models import Right

OPEN_DEALS = ("offered", "contract", "payment", "recordal", "confirming")


def of_right(right: Right) -> str:
    """The number of the open deal or of the live listing; empty where the right is in nobody's hands here."""
    deal = Deal.objects.filter(listing__items__right=right, state__in=OPEN_DEALS).order_by("-pk").first()
    if deal is not None:
        return deal.number
    item = ListingItem.objects.filter(right=right, is_live=True).select_related("listing").first()
    return item.listing.number if item is not None else ""
