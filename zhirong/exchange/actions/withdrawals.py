"""A listing to which buyers are bound: its seller asks to take it back, and an operator decides (拍卖法 29).

While it waits, every term of the listing runs on; once the auction is open nobody takes it back any more.
"""

from __future__ import annotations

from typing import Final

from django.db import transaction

from zhirong.base.refused import Refused
from zhirong.exchange import bound, listing_rules
from zhirong.exchange.actions import changes, listings
from zhirong.exchange.models import Listing, ListingChange
from zhirong.people import access
from zhirong.people.models import Person
from zhirong.record import actions as record
from zhirong.record.models import File

DECIDED: Final = {"approved": "exchange.withdrawal_approved", "refused": "exchange.withdrawal_refused"}
# Where a listing with buyers may still be taken back.
STATES: Final = ("announced", "qualifying", "answering", "suspended")


@transaction.atomic
def ask(who: Person, listing_id: int, *, reason: str, file: File | None = None) -> Listing:
    """The seller asks to take the listing back, with its ground and what shows it."""
    listing = listings.locked(listing_id)
    access.require(who, "exchange.list", listing)
    bound.must_not_be_in_auction(listing)
    listing_rules.listing_after(listing.state, "withdraw")
    if not bound.buyers(listing).exists():
        raise Refused("listing.no_buyers", number=listing.number)
    ground = listing_rules.must_be_text(reason, field="reason", least=10, most=1000)
    record.must_be_evidence(file)
    waiting = waits(listing)
    if waiting is not None and (waiting.ground, _digest(waiting.file)) == (ground, _digest(file)):
        return listing
    changes.overtake(listing)
    ListingChange.objects.create(
        listing=listing, what="withdrawal", ground=ground, file=file, proposed_by=who, proposed_at=record.now()
    )
    record.tell("exchange.withdrawal_asked", listing.topic, who=who, to=listings.maker(listing), number=listing.number)
    return listing


def _digest(file: File | None) -> str:
    return file.sha256 if file else ""


def waits(listing: Listing) -> ListingChange | None:
    """The wish to take it back that an operator still may decide."""
    if listing.state not in STATES:
        return None
    asked = listing.changes.filter(what="withdrawal", state="open")
    return asked.select_related("proposed_by", "file").first()


@transaction.atomic
def approve(who: Person, asked_id: int, *, reason: str) -> Listing:
    """The operator agrees: the listing ends with the seller's ground, deposits go back, and every buyer is told."""
    asked, listing, is_new = _decide(who, asked_id, "approved", reason=reason)
    return listings.end_with(listing, "withdraw", who=who, reason=asked.ground) if is_new else listing


@transaction.atomic
def refuse(who: Person, asked_id: int, *, reason: str) -> Listing:
    """The operator does not agree, with a reason; the listing goes on as announced."""
    return _decide(who, asked_id, "refused", reason=reason)[1]


def _decide(who: Person, asked_id: int, state: str, *, reason: str) -> tuple[ListingChange, Listing, bool]:
    """The wish with its listing, and whether it was decided just now; the same decision again changes nothing."""
    asked, listing = changes.locked(asked_id, "withdrawal")
    changes.must_be_another(asked, who=who)
    if asked.state == state:
        return asked, listing, False
    _must_wait(asked, listing)
    record.must_have_read(who, asked.file)
    asked.reason = listing_rules.must_be_text(reason, field="reason", most=1000)
    changes.decided(asked, state, who=who)
    to = [*listings.maker(listing), asked.proposed_by]
    record.tell(DECIDED[state], listing.topic, who=who, to=to, number=listing.number, reason=asked.reason)
    return asked, listing, True


def _must_wait(asked: ListingChange, listing: Listing) -> None:
    changes.must_be_open(asked)
    bound.must_not_be_in_auction(listing)
    listing_rules.listing_after(listing.state, "withdraw")
