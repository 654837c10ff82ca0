"""The register may change under a listing: whatever closes the gate stops the listing or its auction at once (E28)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from zhirong.exchange import floor_doors, gates
from zhirong.exchange.actions import bidding
from zhirong.exchange.actions.listings import locked, passed_gate, stop_for
from zhirong.exchange.models import Listing, ListingItem, Lot
from zhirong.record import actions as record
from zhirong.registry.models import Encumbrance, RegisterEvent

# An entry is looked at again for this long, so that one which committed late is not missed.
LOOK_BACK = timedelta(minutes=10)
RUNNING = ("announced", "qualifying", "answering", "bidding")


def touched(now: datetime) -> list[int]:
    """Running listings with a right that was encumbered or entered a short while ago."""
    since = now - LOOK_BACK
    recent = Q(right__in=Encumbrance.objects.filter(entered_at__gte=since).values("right"))
    recent |= Q(right__in=RegisterEvent.objects.filter(entered_at__gte=since).values("right"))
    live = ListingItem.objects.filter(recent, is_live=True, listing__state__in=RUNNING)
    return sorted(set(live.values_list("listing_id", flat=True)))


def stop_if_blocked(listing_id: int) -> None:
    """Judge the gate again; a closed one stops the listing, or on the floor the auction that runs."""
    listing = Listing.objects.get(pk=listing_id)
    now = record.now()
    gate = gates.check(listing, stage="watch", now=now)
    if gate.passed or listing.state not in RUNNING:
        return
    reason = "; ".join(gates.blocking(gate))
    if listing.state != "bidding":
        _stop_listing(listing_id, reason=reason)
        return
    running = Lot.objects.filter(listing=listing, state__in=("scheduled", "live")).first()
    if running is not None and floor_doors.health().state == "running":
        bidding.stop_for_register(running, reason=reason)


@transaction.atomic
def _stop_listing(listing_id: int, *, reason: str) -> None:
    listing = locked(listing_id)
    if listing.state in RUNNING and listing.state != "bidding":
        passed_gate(listing, "watch", record.now())
        stop_for(listing, reason=reason)
