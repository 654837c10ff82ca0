"""The second auction after one in which nobody bought (再次拍卖, court rule 26): when it is one, and what it may be.

A sale whose buyer failed is another matter (重新拍卖, court rule 24): of its announcement the rule says nothing of its
own, so the term of the first holds.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from zhirong.base.calendar import china
from zhirong.exchange import listing_rules
from zhirong.exchange.models import Listing
from zhirong.exchange.rule_sets import RuleSet, Span
from zhirong.people.models import Party


def former(seller: Party, rights: Collection[int], found: RuleSet, *, now: datetime) -> Listing | None:
    """The first auction of the same rights that ended unsold, while the term for a second one runs."""
    if found.announcement_again is None:
        return None
    ended = Listing.objects.filter(seller=seller, rule_set=found.code, items__right__in=rights, follows=None)
    last = ended.filter(state="ended").order_by("-pk").distinct().first()
    if last is None or not _is_unsold(last) or now > _until(last, found):
        return None
    if Listing.objects.filter(follows=last).exclude(state="withdrawn").exists():
        return None
    return last if _rights(last) == set(rights) else None


def announcement(listing: Listing, found: RuleSet, *, now: datetime) -> Span:
    """How long a listing is announced: shorter where it is the second auction of one that ended unsold."""
    first = found.announcement_for(listing.asking_fen)
    before = listing.follows
    if found.announcement_again is None or before is None or not _is_unsold(before) or now > _until(before, found):
        return first
    is_same = before.rule_set == listing.rule_set and _rights(before) == _rights(listing)
    return found.announcement_again if is_same else first


def _is_unsold(former: Listing) -> bool:
    """Whether nobody bought; a seller who declined the one buyer had one, and what was sold once was no failure."""
    return former.ended_at is not None and former.end_reason != "seller_declined" and not former.deals.exists()


def _rights(listing: Listing) -> set[int]:
    return set(listing.items.values_list("right_id", flat=True))


def _until(former: Listing, found: RuleSet) -> datetime:
    assert former.ended_at is not None
    return listing_rules.after(former.ended_at, found.relist_within, china()).at
