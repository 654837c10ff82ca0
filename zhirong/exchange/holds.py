"""Whether the exchange holds a right: it stands in a live listing, or a deal over it runs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from zhirong.exchange.models import Deal, ListingItem
from zhirong.registry import rules
from zhirong.registry.engine.facts import Act, RightFacts
from zhirong.registry.models import Right

# A listing that found its buyer: nothing else is done with its rights.
SOLD = ("sold", "offering")
OPEN_DEALS = ("offered", "contract", "payment", "recordal", "confirming")


@dataclass(frozen=True, slots=True)
class Live:
    """The live listing in which a right stands."""

    number: str
    state: str


def live_listing(right: Right) -> Live | None:
    """Where the right stands on the exchange now."""
    item = ListingItem.objects.filter(right=right, is_live=True).values_list("listing__number", "listing__state")
    return next((Live(number or "", state) for number, state in item), None)


def free_to(act: Act, facts: RightFacts, day: date, *, live: Live | None) -> rules.Freedom:
    """The registry's answer, with what stands on the exchange among its grounds (B9, E28, E32)."""
    found = rules.free_to(act, facts, day)
    if live is None:
        return found
    if live.state in SOLD:
        code = "sold_and_being_settled"
    else:
        code = "stands_in_a_listing" if act is Act.SELL else "stops_its_listing"
    return replace(found, reasons=(rules.reason_named(code, listing=live.number), *found.reasons))


def of_right(right: Right) -> str:
    """The number of the open deal or of the live listing; empty where the right is in nobody's hands here."""
    deal = Deal.objects.filter(listing__items__right=right, state__in=OPEN_DEALS).order_by("-pk").first()
    if deal is not None:
        return deal.number
    item = ListingItem.objects.filter(right=right, is_live=True).select_related("listing").first()
    return item.listing.number if item is not None else ""
