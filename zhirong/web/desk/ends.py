"""The end that matters now to the seller of a listing: of registration, of the answer, of the bidding, or none."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext

from zhirong.base import shown
from zhirong.exchange.models import Listing

# The bidding is held up or over: its last end says nothing any more.
STANDS = ("paused", "matching", "closed")


def of(one: Listing) -> tuple[str, datetime] | None:
    """Word and instant, for rows of `mine.listings`; whatever waits for the house or for nobody has none."""
    if one.state == "announced" and one.closes_at is not None:
        return gettext("Registration ends"), one.closes_at
    if one.state == "answering" and one.answer_due_at is not None:
        return gettext("Your answer is due"), one.answer_due_at
    if one.state != "bidding" or one.lot_state in (None, *STANDS):  # type: ignore[attr-defined]
        return None
    return gettext("Bidding ends"), shown.from_ns(one.lot_closes_ns)  # type: ignore[attr-defined]
