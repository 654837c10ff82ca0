"""Documents of listings and rights for the search, which knows nothing else of them (SEARCH B8)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from django.db import close_old_connections
from django.db.models import Model, Prefetch, QuerySet

from zhirong.exchange import disclosed, ends, sales
from zhirong.exchange.models import Deal, Listing, ListingItem, Lot
from zhirong.record import feed
from zhirong.record.feed import Told
from zhirong.registry.models import Holding, Right
from zhirong.search.documents import Document
from zhirong.search.keeper import Change, Rows

CHUNK = 500
# A listing with hundreds of rights is found by its first ones' texts and by all their numbers.
TEXTS_MOST = 12
OPEN = ("announced", "qualifying", "answering", "bidding")
# What a person may type for the state of a listing (field ls).
STATE_NAMES = {
    "announced": ("可报名", "挂牌中", "open", "announced"),
    "qualifying": ("资格审核", "挂牌中", "qualifying"),
    "answering": ("待转让方答复", "answering"),
    "bidding": ("竞价中", "竞价", "bidding"),
    "suspended": ("中止", "suspended"),
    "sold": ("成交", "已成交", "sold"),
    "offering": ("顺位要约", "offering"),
    "settled": ("成交", "已结算", "settled", "sold"),
    "ended": ("未成交", "ended"),
    "withdrawn": ("已撤回", "withdrawn"),
    "terminated": ("已终结", "terminated"),
}
AnyModel = TypeVar("AnyModel", bound=Model)


def rows() -> Rows[Told]:
    """What the keeper of the index asks for."""
    return Rows(number=feed.last_number, mark=feed.mark, count=count, documents=everything, changed=changed)


def _public() -> QuerySet[Right]:
    """The index answers everybody, so it holds what everybody may know."""
    return disclosed.public(Right.objects.visible())


def _unpublished() -> QuerySet[Right]:
    return Right.objects.visible().filter(granted_on__isnull=True, publication_number="")


def count() -> int:
    """How many documents there are, for the progress of a build."""
    return Listing.objects.visible().count() + _public().count()


def everything() -> Iterator[Document]:
    """Every document, in chunks by id, so that a build holds neither memory nor a long transaction."""
    close_old_connections()
    for listings in _in_chunks(Listing.objects.visible()):
        yield from of_listings(listings)
    for rights in _in_chunks(_public()):
        yield from of_rights(rights)


def changed(events: Sequence[Told]) -> Change:
    """The documents of the things that these events are about; those that may not be seen are taken out."""
    close_old_connections()
    ids = _touched(events)
    wanted = {*ids["listing"]}
    wanted |= set(Lot.objects.filter(pk__in=ids["lot"]).values_list("listing_id", flat=True))
    live = ListingItem.objects.filter(right__in=ids["right"], is_live=True)
    wanted |= set(live.values_list("listing_id", flat=True))
    listings = list(Listing.objects.visible().filter(pk__in=wanted))
    # An application that was announced before it was published is known from then on.
    inside = ListingItem.objects.filter(listing__in=wanted).values("right")
    ids["right"].update(_unpublished().filter(pk__in=inside).values_list("pk", flat=True))
    rights = list(_public().filter(pk__in=ids["right"]))
    seen = {one.topic for one in listings} | {one.topic for one in rights}
    asked = {f"listing:{pk}" for pk in wanted} | {f"right:{pk}" for pk in ids["right"]}
    upserts = (*of_listings(listings), *of_rights(rights))
    return Change(upserts=upserts, deletes=tuple(sorted(asked - seen)))


def _touched(events: Sequence[Told]) -> dict[str, set[int]]:
    """Ids by the kind of topic; an import that became visible touches every right that it brought."""
    ids: dict[str, set[int]] = {"listing": set(), "lot": set(), "right": set()}
    for event in events:
        kind, _, name = event.topic.partition(":")
        if kind in ids and name.isdecimal():
            ids[kind].add(int(name))
        elif event.kind == "registry.import_shown":
            ids["right"].update(Right.objects.filter(batch__ref=event.facts["batch"]).values_list("pk", flat=True))
    return ids


def _in_chunks(found: QuerySet[AnyModel]) -> Iterator[list[AnyModel]]:
    last = 0
    while chunk := list(found.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        yield chunk
        last = chunk[-1].pk


def of_listings(listings: Sequence[Listing]) -> Iterator[Document]:
    """The documents of listings with their rights, in five queries for all of them."""
    held = Prefetch("right__holdings", Holding.objects.filter(until=None).order_by("position", "pk"))
    rights = ListingItem.objects.filter(listing__in=listings).select_related("right")
    found = rights.prefetch_related(held).order_by("position")
    by_listing: dict[int, list[Right]] = {}
    for item in found:
        by_listing.setdefault(item.listing_id, []).append(item.right)
    lots = list(Lot.objects.filter(listing__in=listings).order_by("run"))
    tops = {lot.listing_id: lot.top_fen for lot in lots if lot.top_fen is not None}
    last = {lot.listing_id: lot for lot in lots}
    live = dict(Deal.objects.filter(listing__in=listings, state__in=sales.LIVE).values_list("listing_id", "price_fen"))
    for listing in listings:
        price_fen = sales.price_fen(listing, live_fen=live.get(listing.pk), top_fen=tops.get(listing.pk))
        end = ends.of(listing, last.get(listing.pk))
        yield of_listing(listing, by_listing.get(listing.pk, []), price_fen=price_fen, end=end)


def of_listing(listing: Listing, rights: Sequence[Right], *, price_fen: int, end: ends.End | None) -> Document:
    """One listing: its own words first, those of its rights after them."""
    filed = [right.filed_on for right in rights if right.filed_on]
    dates: dict[str, Any] = {"listed": listing.announced_at, "applied": min(filed, default=None)}
    dates["closes"] = end.at if end else None
    first = rights[:TEXTS_MOST]
    return Document(
        id=listing.topic,
        kind="listing",
        title=listing.title,
        abstract="\n".join([listing.summary, *(right.abstract for right in first)]).strip(),
        more=tuple(text for text in (listing.title_en, *(one.title for one in first)) if text),
        numbers=(listing.number, *(number for right in rights for number in _numbers(right))),
        holders=_names(rights),
        inventors=_unique(name for right in first for name in right.inventors.split("\n") if name),
        ipc=_unique(symbol for right in rights for symbol in _symbols(right)),
        dates={name: day for name, day in dates.items() if day is not None},
        behind=frozenset() if end is None or end.is_known else frozenset({"closes"}),
        state=listing.state,
        state_names=STATE_NAMES.get(listing.state, ()),
        price_fen=price_fen,
        facets={"right_kind": _unique(right.kind for right in rights), "mode": (listing.rule_set,)},
    )


def of_rights(rights: Sequence[Right]) -> Iterator[Document]:
    """The documents of rights, whether they are on sale or not."""
    live = ListingItem.objects.filter(right__in=rights, is_live=True, listing__announced_at__isnull=False)
    listed = set(live.values_list("right_id", flat=True))
    held: dict[int, list[str]] = {}
    for right_id, name in (
        Holding.objects.filter(right__in=rights, until=None).order_by("position", "pk").values_list("right_id", "name")
    ):
        held.setdefault(right_id, []).append(name)
    for right in rights:
        days = {"applied": right.filed_on, "granted": right.granted_on}
        yield Document(
            id=right.topic,
            kind="right",
            title=right.title,
            abstract=right.abstract,
            more=(right.title_en,) if right.title_en else (),
            numbers=_numbers(right),
            holders=tuple(held.get(right.pk, ())),
            inventors=tuple(name for name in right.inventors.split("\n") if name),
            ipc=_symbols(right),
            dates={name: day for name, day in days.items() if day is not None},
            state="listed" if right.pk in listed else "unlisted",
            facets={"right_kind": (right.kind,)},
        )


def _numbers(right: Right) -> tuple[str, ...]:
    return tuple(number for number in (right.number, right.publication_number) if number)


def _symbols(right: Right) -> tuple[str, ...]:
    return tuple(symbol for symbol in (right.ipc_all.split("\n") if right.ipc_all else [right.ipc]) if symbol)


def _names(rights: Sequence[Right]) -> tuple[str, ...]:
    return _unique(one.name for right in rights for one in right.holdings.all())


def _unique(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))
