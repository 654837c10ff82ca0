"""Listings by the thousand, as rows: what a test of sizes needs of them is that they are there."""

from __future__ import annotations

from zhirong.exchange.models import Listing, ListingItem
from zhirong.registry.models import Holding, Right


def alike(listing: Listing, *, count: int) -> list[Listing]:
    """So many more listings like this one, each of a right of its own with the same holder."""
    item = ListingItem.objects.get(listing=listing)
    right, holding = item.right, Holding.objects.get(right=item.right, until=None)
    serial = range(count)
    for one in (right, listing, holding, item):
        one.pk = None
    rights = Right.objects.bulk_create(
        Right(**{**plain(right), "key": f"{right.key}-{n}", "number": f"{right.number}-{n}"}) for n in serial
    )
    Holding.objects.bulk_create(Holding(**{**plain(holding), "right_id": one.pk}) for one in rights)
    made = Listing.objects.bulk_create(Listing(**{**plain(listing), "number": f"{listing.number}-{n}"}) for n in serial)
    ListingItem.objects.bulk_create(
        ListingItem(**{**plain(item), "listing_id": one.pk, "right_id": of.pk})
        for one, of in zip(made, rights, strict=True)
    )
    return made


def plain(row: Listing | ListingItem | Right | Holding) -> dict[str, object]:
    """What stands in a row's columns."""
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
