"""To whom an announced listing is bound, so that its seller alone no longer takes it back (拍卖法 29)."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from zhirong.base.refused import Refused
from zhirong.exchange.models import Intent, Listing


def buyers(listing: Listing) -> QuerySet[Intent]:
    """Whose deposit is paid or who has a bidder code."""
    registered = Intent.objects.filter(listing=listing, state__in=("registered", "admitted"))
    return registered.filter(Q(deposit_state="held") | ~Q(code=""))


def must_not_be_in_auction(listing: Listing) -> None:
    """From its opening on an auction is the floor's: nobody takes the right back any more."""
    if listing.state == "bidding":
        raise Refused("listing.in_auction", number=listing.number)
