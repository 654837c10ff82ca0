"""When a listing ends, by the one rule of every order by time: the hall's, the interface's, the first page's timetable.

While one may register it is the end of registration, from then on the end of the bidding as it stands. What stands
still, or waits for somebody's word before a time is set, has no known end (court rule 28 moves it): it stands behind
everything that has one, by the end it had.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from zhirong.base import shown
from zhirong.exchange.models import Listing, Lot

RUNNING = ("scheduled", "live", "matching")
WAITING = ("qualifying", "answering", "bidding", "suspended")


@dataclass(frozen=True, slots=True)
class End:
    """The end that matters now; where it is not known, the one that was announced last."""

    at: datetime
    is_known: bool


def of(listing: Listing, lot: Lot | None) -> End | None:
    """Of a listing with its latest lot; None where nothing of it runs or will."""
    if listing.state == "announced" and listing.closes_at is not None:
        return End(listing.closes_at, is_known=True)
    if listing.state == "bidding" and lot is not None and lot.state != "closed":
        return of_bidding(lot)
    if listing.state in WAITING and listing.closes_at is not None:
        return End(listing.closes_at, is_known=False)
    return None


def of_bidding(lot: Lot) -> End:
    """Of a lot that is not over."""
    return End(shown.from_ns(lot.closes_ns), is_known=lot.state in RUNNING)
