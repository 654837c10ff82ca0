"""Terms of deals and of listings that passed. Each is told once, and a person decides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, Final

from django.db import transaction
from django.db.models import Q

from zhirong.exchange import subjects, terms
from zhirong.exchange.actions import relisting
from zhirong.exchange.actions.deals import locked_deal, persons_of
from zhirong.exchange.actions.listings import interested, locked, rules_of
from zhirong.exchange.models import Deal, Listing, Overdue
from zhirong.ledger.actions import dues
from zhirong.ledger.models import Due
from zhirong.people.models import Person
from zhirong.record import actions as record
from zhirong.record.models import Leaf

# What is waited for in which states of a deal, by when, and the deed that says the term passed.
OF_DEALS: Final = {
    "contract": (("contract",), "contract_due_at", "exchange.contract_overdue"),
    "payment": (("payment",), "payment_due_at", "exchange.price_overdue"),
    "recordal": (("recordal", "confirming"), "recordal_due_at", "exchange.recordal_overdue"),
}

# What the house owes a listing, and the deed that says the term passed.
OF_LISTINGS: Final = {
    "suspension": "exchange.suspension_overdue",
    "qualify": "exchange.qualification_overdue",
    "relisting": "exchange.relisting_overdue",
}


def late_deals(now: datetime) -> list[tuple[str, int]]:
    """Deals past a term of which nobody was told yet: (what is waited for, deal)."""
    is_late = reduce(or_, (Q(state__in=states, **{f"{field}__lt": now}) for states, field, _ in OF_DEALS.values()))
    fields = {state: (what, field) for what, (states, field, _) in OF_DEALS.items() for state in states}
    rows = Deal.objects.filter(is_late, stopped_at=None).values("pk", "state", *(field for _, field in fields.values()))
    late = [(row[field], what, row["pk"]) for row in rows for what, field in [fields[row["state"]]]]
    told = _told(OF_DEALS, [f"deal:{pk}" for _, _, pk in late])
    return [(what, pk) for due_at, what, pk in sorted(late) if (what, f"deal:{pk}", due_at) not in told]


def late_listings(now: datetime) -> list[int]:
    """Listings past a term of the house's of which nobody was told yet, the earliest term first."""
    late = [one for one in listing_terms() if one[2] < now]
    told = _told(OF_LISTINGS, [one.topic for _, one, _ in late])
    fresh = [(due_at, one.pk) for what, one, due_at in late if (what, one.topic, due_at) not in told]
    return [pk for _, pk in sorted(fresh)]


def listing_terms(listing_id: int | None = None) -> Iterator[tuple[str, Listing, datetime]]:
    """What the house owes its listings, and by when: (what is waited for, listing, the end of the term)."""
    found = Listing.objects.filter(edition_of_rules__isnull=False).select_related("edition_of_rules")
    if listing_id is not None:
        found = found.filter(pk=listing_id)
    running = list(found.filter(state__in=("suspended", "qualifying")))
    for listing in running:
        if listing.state == "suspended" and listing.suspended_at is not None:
            yield "suspension", listing, terms.suspension_ends(rules_of(listing).basis, listing.suspended_at)
    waiting = [listing for listing in running if listing.state == "qualifying" and listing.closes_at is not None]
    resumed = _resumed(waiting)
    for listing in waiting:
        assert listing.closes_at is not None
        since = max(listing.closes_at, resumed.get(listing.topic, listing.closes_at))
        yield "qualify", listing, terms.qualification_ends(rules_of(listing).basis, since)
    yield from _second_runs(listing_id)


def _second_runs(listing_id: int | None) -> Iterator[tuple[str, Listing, datetime]]:
    """Listings that run again what defaulted, and are not announced yet (X7)."""
    again = Listing.objects.filter(follows__ended_at__isnull=False, state__in=("submitted", "returned"))
    if listing_id is not None:
        again = again.filter(pk=listing_id)
    for listing in again.select_related("follows__edition_of_rules"):
        assert listing.follows is not None
        yield "relisting", listing, relisting.until(listing.follows)


def _resumed(listings: list[Listing]) -> dict[str, datetime]:
    """When each was resumed last: a term of the house's begins anew then."""
    if not listings:
        return {}
    deeds = Leaf.objects.filter(topic__in=[one.topic for one in listings], kind="exchange.resumed")
    return dict(deeds.order_by("pk").values_list("topic", "at"))


def _told(whats: Iterable[str], topics: Sequence[str]) -> set[tuple[str, str, datetime]]:
    """Which terms of these were told to have passed: (what was waited for, topic, the term)."""
    known = Overdue.objects.filter(what__in=list(whats), topic__in=topics) if topics else Overdue.objects.none()
    return set(known.values_list("what", "topic", "due_at"))


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
    """Tell everyone interested and the office that a term of the listing passed; the listing itself does not change."""
    listing = locked(listing_id)
    for what, _, due_at in listing_terms(listing.pk):
        if due_at < record.now():
            kind, facts = OF_LISTINGS[what], {"number": listing.number}
            _tell(what, kind, listing.topic, due_at=due_at, to=interested(listing), facts=facts)
    return listing


@transaction.atomic
def tell_payout(key: str) -> Due:
    """Tell the office and the payee that money has not left by its term, with the listing or the deal it is of."""
    topic = Due.objects.values_list("topic", flat=True).get(key=key)
    named = subjects.of([topic])
    return dues.tell_overdue(key, about=named[topic].number if topic in named else topic)


def _tell(what: str, kind: str, topic: str, *, due_at: datetime, to: list[Person], facts: dict[str, Any]) -> None:
    """One deed and one legal notice for each term."""
    if Overdue.objects.filter(what=what, topic=topic, due_at=due_at).exists():
        return
    leaf = record.tell(kind, topic, who=None, to=[*dues.office(), *to], due_at=due_at.isoformat(), **facts)
    Overdue.objects.create(what=what, topic=topic, due_at=due_at, told=leaf)
