"""A forfeited deposit: costs first, then those who own the right, each by its share and not the listing party alone."""

from __future__ import annotations

from collections.abc import Mapping

from zhirong.base.calendar import beijing_day
from zhirong.exchange.actions import entitled, money
from zhirong.exchange.models import Deal, Share
from zhirong.people.models import Person
from zhirong.record import actions as record


def sellers_fen(parts: Mapping[str, int]) -> int:
    """What of a forfeited deposit is the sellers': the gap to a lower price and whatever is left (拍卖法 39)."""
    return parts.get("gap", 0) + parts.get("seller", 0)


def take(deal: Deal, parts: Mapping[str, int], *, proposer: Person, who: Person) -> None:
    """Take a defaulter's deposit and divide it as the proceeds would have been; no pledge reaches it (民法典 308, 444).

    The part of an owner whom the house does not know lies in the deal's escrow until two persons have said whose it is.
    """
    if deal.intent.deposit_state != "held":
        money.forfeit(deal, [], costs_fen=0, proposer=proposer, who=who)
        return
    now, day = record.now(), beijing_day(record.now())
    rights = [item.right for item in deal.listing.items.select_related("right").order_by("position")]
    found = entitled.by_shares([entitled.sold_by(deal, right, day) for right in rights], sellers_fen(parts))
    entitled.must_not_gain(who, {part.party.ref for part in found if part.party})
    shares = entitled.shares(deal, found, now=now)
    money.forfeit(deal, shares, costs_fen=parts.get("costs", 0), proposer=proposer, who=who)
    Share.objects.bulk_create(shares)
