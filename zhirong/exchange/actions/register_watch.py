"""The register may change under a listing: what closes the gate stops listing, auction or settlement at once (E28)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery

from zhirong.exchange import floor_doors, gates, listing_rules
from zhirong.exchange.actions import bidding, watched
from zhirong.exchange.actions.deals import locked_deal, persons_of
from zhirong.exchange.actions.listings import locked, passed_gate, stop_for
from zhirong.exchange.models import Deal, Gate, Listing, ListingItem, Lot
from zhirong.people.models import Person
from zhirong.record import actions as record
from zhirong.registry.models import Encumbrance, Holding, RegisterEvent

# An entry is looked at again for this long, so that one which committed late is not missed.
LOOK_BACK = timedelta(minutes=10)
# So many entries in one tick, so that an import of thousands does not hold up the clock.
BATCH = 200
RUNNING = ("announced", "qualifying", "answering", "bidding", "sold", "offering")
# Here a deal stands: with its buyer, or offered to the next best.
WITH_DEAL = ("sold", "offering")
# States of a lot in which the floor still takes an order to stop.
LOTS = ("scheduled", "live", "matching")
DEALS = ("offered", "contract", "payment", "recordal", "confirming")
DUE = ("contract_due_at", "payment_due_at", "recordal_due_at")


_looked_at: dict[tuple[int, str], datetime] = {}


def touched(now: datetime) -> list[int]:
    """Running listings with a right that changed a short while ago, each change looked at once.

    A new deal is looked at once: its lot may have ended before the floor could stop it. One whose gate was closed is
    looked at anew every ten minutes, and as soon as its clock runs.
    """
    since = now - LOOK_BACK
    for seen in [key for key, at in _looked_at.items() if at < since]:
        del _looked_at[seen]
    entries = [
        *_entries(Encumbrance.objects.filter(entered_at__gte=since), "encumbrance", "entered_at"),
        *_entries(RegisterEvent.objects.filter(entered_at__gte=since), "event", "entered_at"),
        *_entries(Holding.objects.filter(changed_at__gte=since), "holding", "changed_at"),
    ]
    rights = {right for right, _ in _fresh(entries, now)}
    live = ListingItem.objects.filter(right__in=rights, is_live=True, listing__state__in=RUNNING)
    found = set(live.values_list("listing_id", flat=True)) if rights else set()
    return sorted(found | {listing for listing, _ in _fresh(_deals(since), now)})


def _fresh(entries: Iterable[tuple[int, str]], now: datetime) -> list[tuple[int, str]]:
    """Those that were not looked at yet, noted as looked at from now on."""
    fresh = [one for one in entries if one not in _looked_at][:BATCH]
    _looked_at.update(dict.fromkeys(fresh, now))
    return fresh


def _entries(
    found: QuerySet[Encumbrance] | QuerySet[RegisterEvent] | QuerySet[Holding], kind: str, at: str
) -> list[tuple[int, str]]:
    """Changes as (right, name of the change)."""
    rows = found.order_by("pk").values_list("right_id", "pk", at)
    return [(right, f"{kind}:{pk}:{moment}") for right, pk, moment in rows]


def _deals(since: datetime) -> list[tuple[int, str]]:
    """Deals made a short while ago, and those whose gate was closed when last looked at, as (listing, name)."""
    last = Gate.objects.filter(listing=OuterRef("listing"), stage="watch").order_by("-pk").values("passed")[:1]
    found = Deal.objects.filter(state__in=DEALS).annotate(last=Subquery(last))
    found = found.filter(Q(last=False) | Q(made_at__gte=since)).order_by("pk")
    rows = found.values_list("listing_id", "pk", "stopped_at", "last")
    return [(listing, f"{'made' if last is None else 'held'}:{pk}:{at}") for listing, pk, at, last in rows]


def stop_if_blocked(listing_id: int) -> None:
    """Judge the gate again; a closed one stops the listing, its settlement, or on the floor the auction that runs."""
    listing = Listing.objects.get(pk=listing_id)
    if listing.state not in RUNNING:
        return
    if listing.state in WITH_DEAL:
        _follow_deal(listing)
        return
    gate = gates.check(listing, stage="watch", now=record.now())
    if gate.passed:
        watched.keep(gate, watched.last(listing))
        return
    reason = gates.reason(gate)
    if listing.state != "bidding":
        _stop_listing(listing_id, reason=reason)
        return
    running = Lot.objects.filter(listing=listing, state__in=LOTS).first()
    if running is not None and floor_doors.health().state == "running":
        # Kept first: the page never shows a stop without the check behind it. The floor's own record takes one text.
        watched.keep(gate, watched.last(listing))
        bidding.stop_for_register(running, reason=f"{reason['zh']} / {reason['en']}")


@transaction.atomic
def _stop_listing(listing_id: int, *, reason: dict[str, str]) -> None:
    listing = locked(listing_id)
    if listing.state in RUNNING and listing.state not in ("bidding", *WITH_DEAL):
        passed_gate(listing, "watch", record.now())
        stop_for(listing, reason=reason)


def _follow_deal(listing: Listing) -> None:
    deal = Deal.objects.filter(listing=listing, state__in=DEALS).first()
    if deal is not None:
        _stop_or_resume(deal.pk)


@transaction.atomic
def _stop_or_resume(deal_id: int) -> None:
    """Between hammer and settlement: a closed gate stops the deal's clock, an open one lets it run on (B9, E28)."""
    deal = locked_deal(deal_id)
    if deal.state not in DEALS:
        return
    now = record.now()
    gate = gates.check(deal.listing, stage="watch", now=now, buyer=deal.buyer)
    before = watched.last(deal.listing)
    watched.keep(gate, before)
    if not gate.passed and deal.stopped_at is None:
        _stop(deal, gate, now)
    elif gate.passed and _was_stopped_here(deal, before):
        _run_on(deal, now)


def _was_stopped_here(deal: Deal, before: Gate | None) -> bool:
    """The register alone holds the clock: no objection is open, and the gate was closed when last looked at."""
    is_closed = before is not None and not before.passed
    return deal.stopped_at is not None and is_closed and not deal.objections.filter(state="open", stops=True).exists()


def _stop(deal: Deal, gate: Gate, now: datetime) -> None:
    deal.stopped_at = now
    deal.save(update_fields=["stopped_at"])
    record.tell(
        "exchange.deal_stopped",
        deal.topic,
        who=None,
        public=True,
        to=[*persons_of(deal), *_operators()],
        deal=deal.number,
        reason=gates.reason(gate),
    )


def _run_on(deal: Deal, now: datetime) -> None:
    """Every deadline moves by the time for which the clock stood."""
    assert deal.stopped_at is not None
    for name in DUE:
        if (due := getattr(deal, name)) is not None:
            setattr(deal, name, listing_rules.stayed(due, stopped=deal.stopped_at, resumed=now))
    deal.stopped_at = None
    deal.save()
    record.tell(
        "exchange.deal_resumed",
        deal.topic,
        who=None,
        public=True,
        to=[*persons_of(deal), *_operators()],
        deal=deal.number,
    )


def _operators() -> QuerySet[Person]:
    granted = Q(role_grants__role="operator", role_grants__confirmed_at__isnull=False)
    return Person.objects.filter(granted, role_grants__ended_at__isnull=True, is_active=True).distinct()
