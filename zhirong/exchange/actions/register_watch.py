"""The register may change under a listing: what closes the gate stops listing, auction or settlement at once (E28)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

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
# A suspended one has nothing to stop, but whoever reads its page reads what the register says now.
WATCHED = (*RUNNING, "suspended")
# Here a deal stands: with its buyer, or offered to the next best.
WITH_DEAL = ("sold", "offering")
DEALS = ("offered", "contract", "payment", "recordal", "confirming")
DUE = ("contract_due_at", "payment_due_at", "recordal_due_at")
# The right that changed, or the listing of a deal, and the name of what became of it.
Change = tuple[int, str]


@dataclass(slots=True)
class Memory:
    """What this process knows of the changes: those that are done with, and those whose listing waits for its look."""

    done: dict[Change, datetime] = field(default_factory=dict)
    # By listing, whoever waited longest first: what could not be stopped yet is looked at again and again.
    waiting: dict[int, set[Change]] = field(default_factory=dict)
    has_begun: bool = False


_memory = Memory()


def forget() -> None:
    """As a house that has just been started."""
    _memory.done.clear()
    _memory.waiting.clear()
    _memory.has_begun = False


def touched(now: datetime) -> list[int]:
    """Running listings with a right that changed a short while ago, until the look at each change was done.

    A house that starts looks at every change since the announcement: nobody looked while it stood. A new deal is looked
    at once: its lot may have ended before the floor could stop it. One whose gate was closed is looked at anew every
    ten minutes, and as soon as its clock runs.
    """
    since = now - LOOK_BACK
    for seen in [change for change, at in _memory.done.items() if at < since]:
        del _memory.done[seen]
    entries = _fresh(
        [
            *_entries(Encumbrance.objects.filter(entered_at__gte=since), "encumbrance", "entered_at"),
            *_entries(RegisterEvent.objects.filter(entered_at__gte=since), "event", "entered_at"),
            *_entries(Holding.objects.filter(changed_at__gte=since), "holding", "changed_at"),
        ]
    )
    live = ListingItem.objects.filter(right__in={right for right, _ in entries}, is_live=True)
    listings = dict(live.filter(listing__state__in=WATCHED).values_list("right", "listing")) if entries else {}
    for change in entries:
        if (listing := listings.get(change[0])) is None:
            _memory.done[change] = now
        else:
            _memory.waiting.setdefault(listing, set()).add(change)
    for change in _fresh(_deals(since)):
        _memory.waiting.setdefault(change[0], set()).add(change)
    if not _memory.has_begun:
        for listing in _changed_since_announced():
            _memory.waiting.setdefault(listing, set())
        _memory.has_begun = True
    due = list(islice(_memory.waiting, BATCH))
    for listing in due:
        # What stays behind this look stands last at the next.
        _memory.waiting[listing] = _memory.waiting.pop(listing)
    return sorted(due)


def _fresh(entries: Iterable[Change]) -> list[Change]:
    """Those that are neither done with nor wait already."""
    known = _memory.done.keys() | set[Change]().union(*_memory.waiting.values())
    return [one for one in entries if one not in known][:BATCH]


def _changed_since_announced() -> list[int]:
    """Listings with a right that the register changed under them at any time."""
    since = {"right": OuterRef("right"), "entered_at__gte": OuterRef("listing__announced_at")}
    held = {"right": OuterRef("right"), "changed_at__gte": OuterRef("listing__announced_at")}
    changed = (
        Exists(Encumbrance.objects.filter(**since))
        | Exists(RegisterEvent.objects.filter(**since))
        | Exists(Holding.objects.filter(**held))
    )
    live = ListingItem.objects.filter(is_live=True, listing__state__in=WATCHED).filter(changed)
    return sorted(set(live.values_list("listing_id", flat=True)))


def _entries(
    found: QuerySet[Encumbrance] | QuerySet[RegisterEvent] | QuerySet[Holding], kind: str, at: str
) -> list[Change]:
    """Changes as (right, name of the change)."""
    rows = found.order_by("pk").values_list("right_id", "pk", at)
    return [(right, f"{kind}:{pk}:{moment}") for right, pk, moment in rows]


def _deals(since: datetime) -> list[Change]:
    """Deals made a short while ago, and those whose gate was closed when last looked at, as (listing, name)."""
    last = Gate.objects.filter(listing=OuterRef("listing"), stage="watch").order_by("-pk").values("passed")[:1]
    found = Deal.objects.filter(state__in=DEALS).annotate(last=Subquery(last))
    found = found.filter(Q(last=False) | Q(made_at__gte=since)).order_by("pk")
    rows = found.values_list("listing_id", "pk", "stopped_at", "last")
    return [(listing, f"{'made' if last is None else 'held'}:{pk}:{at}") for listing, pk, at, last in rows]


def stop_if_blocked(listing_id: int) -> None:
    """Judge the gate again; a closed one stops the listing, its settlement, or on the floor the auction that runs.

    What could not be done, because it failed or no floor runs here, is done again at the next tick.
    """
    if _follow(listing_id):
        _memory.done.update(dict.fromkeys(_memory.waiting.pop(listing_id, ()), record.now()))
    else:
        _memory.waiting.setdefault(listing_id, set())


def _follow(listing_id: int) -> bool:
    """Whether all was done that the register asks for."""
    listing = Listing.objects.get(pk=listing_id)
    if listing.state not in WATCHED:
        return True
    if listing.state in WITH_DEAL:
        _follow_deal(listing)
        return True
    gate = gates.check(listing, stage=watched.STAGE, now=record.now())
    if not gate.passed and listing.state in RUNNING and listing.state != "bidding":
        return _stop_listing(listing_id, reason=gates.reason(gate))
    # Kept first, for one that is paused or suspended too: no page shows a stop without the check behind it.
    watched.keep(gate, watched.last(listing))
    running = None if gate.passed else Lot.objects.filter(listing=listing, state__in=floor_doors.LOTS).first()
    if running is None:
        return True
    if floor_doors.health().state != "running":
        return False
    bidding.stop_for_register(running, reason=gates.in_one_text(gate))
    return True


@transaction.atomic
def _stop_listing(listing_id: int, *, reason: dict[str, str]) -> bool:
    """False where it went on to its auction meanwhile: another stop is due then."""
    listing = locked(listing_id)
    if listing.state not in RUNNING or listing.state in ("bidding", *WITH_DEAL):
        return False
    passed_gate(listing, watched.STAGE, record.now())
    stop_for(listing, reason=reason)
    return True


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
