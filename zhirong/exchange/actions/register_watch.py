"""The register may change under a listing: whatever closes the gate stops the listing or its auction at once (E28)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from zhirong.exchange import floor_doors, gates
from zhirong.exchange.actions import bidding
from zhirong.exchange.actions.listings import locked, passed_gate, stop_for
from zhirong.exchange.models import Listing, ListingItem, Lot
from zhirong.record import actions as record
from zhirong.registry.models import Encumbrance, RegisterEvent

# An entry is looked at again for this long, so that one which committed late is not missed.
LOOK_BACK = timedelta(minutes=10)
# So many entries in one tick, so that an import of thousands does not hold up the clock.
BATCH = 200
RUNNING = ("announced", "qualifying", "answering", "bidding")


_looked_at: dict[tuple[int, str], datetime] = {}


def touched(now: datetime) -> list[int]:
    """Running listings with a right that was encumbered or entered a short while ago, each entry looked at once."""
    since = now - LOOK_BACK
    for seen in [key for key, at in _looked_at.items() if at < since]:
        del _looked_at[seen]
    entries = [
        *_entries(Encumbrance.objects.filter(entered_at__gte=since), "encumbrance"),
        *_entries(RegisterEvent.objects.filter(entered_at__gte=since), "event"),
    ]
    fresh = [(right, key) for right, key in entries if (right, key) not in _looked_at][:BATCH]
    _looked_at.update(dict.fromkeys(fresh, now))
    rights = {right for right, _ in fresh}
    live = ListingItem.objects.filter(right__in=rights, is_live=True, listing__state__in=RUNNING)
    return sorted(set(live.values_list("listing_id", flat=True))) if rights else []


def _entries(found: QuerySet[Encumbrance] | QuerySet[RegisterEvent], kind: str) -> list[tuple[int, str]]:
    """Entries as (right, name of the entry)."""
    return [(right, f"{kind}:{pk}") for right, pk in found.order_by("pk").values_list("right_id", "pk")]


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
