"""What the exchange hands down to valuation: the price of each settled deal, and each ask that nobody took."""

from __future__ import annotations

from datetime import date, datetime
from itertools import islice
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef, Value
from django.db.models.functions import Concat

from zhirong.base.calendar import beijing_day
from zhirong.exchange.models import Deal, Listing
from zhirong.people.models import Person
from zhirong.registry.models import Right
from zhirong.valuation.actions import comparables
from zhirong.valuation.actions.comparables import Price
from zhirong.valuation.models import Comparable

# Ends at which nobody wanted the rights at the ask. Where a buyer came and it failed otherwise, the ask bounds nothing.
NOT_WANTED: Final = ("no_bidders", "no_bids")
# So many listings in one transaction.
CHUNK: Final = 20


class Memory:
    """On which day this process last looked for asks; noting one twice does no harm."""

    looked_on: date | None = None


def forget() -> None:
    """As a house that has just been started."""
    Memory.looked_on = None


def note_deal(deal: Deal, *, who: Person) -> None:
    """The price of a deal, as of the day on which it was made; in the transaction that settles it."""
    price = Price(
        reference=f"deal:{deal.number}",
        source="deal",
        on=beijing_day(deal.made_at),
        kind="sale" if deal.lot_id is None else "auction",
        price_fen=deal.price_fen,
        currency=deal.currency,
    )
    comparables.note_comparable(_rights(deal.listing), price, who=who)


def asks_due(now: datetime) -> list[list[int]]:
    """Once a day the listings that ended unwanted and are not noted yet, in chunks: a model learns once a day."""
    day = beijing_day(now)
    if Memory.looked_on == day:
        return []
    Memory.looked_on = day
    noted = Comparable.objects.filter(reference=Concat(Value("ask:"), OuterRef("number")))
    ended = Listing.objects.filter(end_reason__in=NOT_WANTED, ended_at__isnull=False, announced_at__isnull=False)
    rows = iter(ended.exclude(Exists(noted)).order_by("pk").values_list("pk", flat=True))
    return list(iter(lambda: list(islice(rows, CHUNK)), []))


@transaction.atomic
def note_asks(listings: list[int]) -> None:
    """An ask that ended without a buyer: whoever looked found the rights worth less (an upper bound, no price)."""
    for listing in Listing.objects.filter(pk__in=listings).order_by("pk"):
        assert listing.ended_at is not None
        price = Price(
            reference=f"ask:{listing.number}",
            source="ask",
            on=beijing_day(listing.ended_at),
            kind="ask",
            price_fen=listing.asking_fen,
            currency=listing.currency,
        )
        comparables.note_comparable(_rights(listing), price)


def _rights(listing: Listing) -> list[Right]:
    return [item.right for item in listing.items.select_related("right").order_by("position")]
