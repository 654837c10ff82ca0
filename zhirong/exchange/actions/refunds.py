"""Refunds by the clock: deposits that a long list of bidders left waiting, and money that its owner asks back."""

from __future__ import annotations

from typing import Final

from django.db import transaction
from django.db.models import Count, Q

from zhirong.exchange import listing_rules
from zhirong.exchange.actions import money, unplaced
from zhirong.exchange.actions.listings import locked
from zhirong.exchange.models import Deal, Intent, Listing
from zhirong.ledger.actions import dues
from zhirong.ledger.models import Due
from zhirong.people import access
from zhirong.people.models import Person
from zhirong.record import actions as record

RUNNING: Final = ("offered", "contract", "payment", "recordal", "confirming")
GONE: Final = ("void", "withdrawn", "refused", "lapsed")


def left_over() -> list[int]:
    """Listings that are over or sold and whose first chunk of refunds did not reach every bidder."""
    over = Q(listing__state__in=listing_rules.OVER) | Q(state__in=GONE)
    waiting = Intent.objects.filter(over, deposit_state__in=("held", "due"))
    sold = Intent.objects.filter(listing__state="sold", deposit_state__in=("held", "released"))
    many = sold.values("listing").annotate(bidders=Count("pk")).filter(bidders__gt=money.AT_ONCE)
    left = Intent.objects.filter(listing__in=many.values("listing"), deposit_state="held")
    crowded = left.values("listing").annotate(bidders=Count("pk")).filter(bidders__gt=1)
    found = set(waiting.values_list("listing", flat=True)) | set(crowded.values_list("listing", flat=True))
    return sorted(found)


@transaction.atomic
def release_next(listing_id: int) -> int:
    """The next chunk of deposits of one listing; gives how many went back."""
    listing = locked(listing_id)
    waiting = Intent.objects.filter(listing=listing, deposit_state__in=("held", "due"))
    if listing.state not in listing_rules.OVER:
        waiting = waiting.filter(Q(state__in=GONE) | Q(pk__in=_not_needed(listing)))
    chosen = list(waiting.select_related("listing", "party", "person").order_by("pk")[: money.AT_ONCE])
    money.release_many(listing, chosen)
    return len(chosen)


def _not_needed(listing: Listing) -> list[int]:
    """Who did not win, once the hammer fell: the next best pays anew when it is asked and says yes (X4)."""
    deal = Deal.objects.filter(listing=listing, state__in=RUNNING).select_related("listing", "intent", "lot").first()
    if listing.state != "sold" or deal is None:
        return []
    held = Intent.objects.filter(listing=listing, deposit_state="held").exclude(pk=deal.intent_id)
    return list(held.values_list("pk", flat=True))


@transaction.atomic
def claim(who: Person, key: str) -> Due:
    """A party asks back what it had left for further bids; the term of its rule set runs from now (B10)."""
    found = dues.locked(key)
    access.require(who, "ledger.keep_money", found)
    return dues.claim(who, key, due_at=unplaced.due_at(found.topic, record.now()))
