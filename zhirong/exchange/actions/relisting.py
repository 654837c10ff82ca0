"""A listing run again after a default: the same offer, reviewed anew, cheaper only within the rule set's cut."""

from __future__ import annotations

from datetime import datetime

from zhirong.base.calendar import china
from zhirong.exchange import listing_rules
from zhirong.exchange.actions import listings, second_runs
from zhirong.exchange.models import Listing, ListingDocument, ListingItem
from zhirong.record import actions as record


def until(former: Listing) -> datetime:
    """By when the second run is announced, counted from the end of the first (X7: 30 days)."""
    assert former.ended_at is not None
    return listing_rules.after(former.ended_at, listings.rules_of(former).relist_within, china()).at


def _least_fen(listing: Listing, former: Listing, *, now: datetime) -> int:
    """What its seller may ask at least: by the run before, and by what else still binds these rights (X3, X7)."""
    here = set(listing.items.values_list("right_id", flat=True))
    found = listings.rules_of(former)
    return max(listings.least_fen(listing), second_runs.least_fen(listing.seller, here, found, now=now))


def again(former: Listing) -> Listing:
    """The second run, handed in for review at the former price (court rule 24).

    Only its seller may ask for less, when the operator sends it back: X7 says by how much at most, not that it must.
    """
    now = record.now()
    listing = Listing.objects.create(
        number=listings.next_number("ZR", now),
        seller=former.seller,
        made_by=former.made_by,
        title=former.title,
        title_en=former.title_en,
        summary=former.summary,
        requirement=former.requirement,
        asking_fen=former.asking_fen,
        reserve_fen=former.reserve_fen,
        currency=former.currency,
        rule_set=former.rule_set,
        is_demo_rules=former.is_demo_rules,
        deposit_fen=former.deposit_fen,
        state="submitted",
        submitted_at=now,
        follows=former,
    )
    items = former.items.order_by("position")
    ListingItem.objects.bulk_create(
        ListingItem(listing=listing, right_id=item.right_id, position=item.position) for item in items
    )
    ListingDocument.objects.bulk_create(
        ListingDocument(
            listing=listing, file=one.file, title=one.title, is_for_admitted=one.is_for_admitted, added_at=now
        )
        for one in former.documents.select_related("file").order_by("pk")
    )
    # It stands on the appraisal and the approvals of the run before, as far as these still hold (X3).
    for paper in former.state_papers.order_by("pk"):
        paper.pk, paper.listing, paper._state.adding = None, listing, True
        paper.save(force_insert=True)
    record.tell(
        "exchange.relisted",
        listing.topic,
        who=None,
        to=listings.maker(former),
        number=listing.number,
        former=former.number,
        asking_fen=listing.asking_fen,
        least_fen=_least_fen(listing, former, now=now),
        until=until(former).isoformat(),
    )
    return listing
