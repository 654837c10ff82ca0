"""Terms that passed: the contract, the price, the recordal, a suspension. Each is told once, and a person decides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from zhirong.exchange import terms
from zhirong.exchange.actions.deals import locked_deal, persons_of
from zhirong.exchange.actions.listings import interested, locked, rules_of
from zhirong.exchange.models import Deal, Listing, Overdue
from zhirong.ledger.actions import dues
from zhirong.people.models import Person
from zhirong.record import actions as record

# What is waited for in which states of a deal, by when, and the deed that says the term passed.
OF_DEALS: Final = {
    "contract": (("contract",), "contract_due_at", "exchange.contract_overdue"),
    "payment": (("payment",), "payment_due_at", "exchange.price_overdue"),
    "recordal": (("recordal", "confirming"), "recordal_due_at", "exchange.recordal_overdue"),
}


def late_deals(now: datetime) -> list[tuple[str, int]]:
    """Deals past a term of which nobody was told yet: (what is waited for, deal)."""
    found: list[tuple[datetime, str, int]] = []
    for what, (states, field, _) in OF_DEALS.items():
        waiting = Deal.objects.filter(state__in=states, stopped_at=None, **{f"{field}__lt": now})
        rows = list(waiting.values_list("pk", field))
        told = _told(what, (f"deal:{pk}" for pk, _ in rows))
        found += [(due_at, what, pk) for pk, due_at in rows if (f"deal:{pk}", due_at) not in told]
    return [(what, pk) for _, what, pk in sorted(found)]


def late_listings(now: datetime) -> list[int]:
    """Suspended listings past their term of which nobody was told yet, the longest suspended first."""
    rows = list(_suspended())
    told = _told("suspension", (listing.topic for listing, _ in rows))
    late = [(due_at, listing) for listing, due_at in rows if due_at < now and (listing.topic, due_at) not in told]
    return [listing.pk for _, listing in sorted(late, key=lambda one: (one[0], one[1].pk))]


def _suspended() -> Iterator[tuple[Listing, datetime]]:
    """Suspended listings with the end of their term."""
    found = Listing.objects.filter(state="suspended", suspended_at__isnull=False, edition_of_rules__isnull=False)
    for listing in found.select_related("edition_of_rules"):
        yield listing, _term_of(listing)


def _term_of(listing: Listing) -> datetime:
    assert listing.suspended_at is not None
    return terms.suspension_ends(rules_of(listing).basis, listing.suspended_at)


def _told(what: str, topics: Iterable[str]) -> set[tuple[str, datetime]]:
    known = Overdue.objects.filter(what=what, topic__in=list(topics))
    return set(known.values_list("topic", "due_at"))


@transaction.atomic
def tell_deal(deal_id: int) -> Deal:
    """Tell both sides and the office that a term of the deal passed; the deal itself does not change."""
    deal, now = locked_deal(deal_id), record.now()
    for what, (states, field, kind) in OF_DEALS.items():
        due_at = getattr(deal, field)
        if deal.state in states and deal.stopped_at is None and due_at is not None and due_at < now:
            _tell(what, kind, deal.topic, due_at=due_at, to=persons_of(deal), facts={"deal": deal.number})
    return deal


@transaction.atomic
def tell_listing(listing_id: int) -> Listing:
    """Tell everyone interested and the office that a suspended listing must resume or end."""
    listing = locked(listing_id)
    if listing.state == "suspended" and listing.suspended_at is not None:
        due_at = _term_of(listing)
        if due_at < record.now():
            kind = "exchange.suspension_overdue"
            _tell(
                "suspension",
                kind,
                listing.topic,
                due_at=due_at,
                to=interested(listing),
                facts={"number": listing.number},
            )
    return listing


def _tell(what: str, kind: str, topic: str, *, due_at: datetime, to: list[Person], facts: dict[str, Any]) -> None:
    """One deed and one legal notice for each term."""
    if Overdue.objects.filter(what=what, topic=topic, due_at=due_at).exists():
        return
    leaf = record.tell(kind, topic, who=None, to=[*dues.office(), *to], due_at=due_at.isoformat(), **facts)
    Overdue.objects.create(what=what, topic=topic, due_at=due_at, told=leaf)
