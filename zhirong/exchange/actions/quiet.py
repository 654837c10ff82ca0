"""Registration that ends with nobody there, for many listings at once: `closing` in short transactions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from zhirong.base.calendar import beijing_day
from zhirong.exchange import gates, listing_rules
from zhirong.exchange.actions import closing
from zhirong.exchange.models import Gate, Listing, ListingItem
from zhirong.record import actions as record
from zhirong.registry import queries

# Judged outside the transaction, so that the write lock is held for the rows alone: some 20 ms for so many.
CHUNK = 50
# One tick of the clock closes so many; the rest is closed by the next tick, a second later.
BATCH = 500
CHANGED = ("state", "extensions", "closes_at", "end_reason", "ended_at")
BESIDE = ("seller", "made_by", "edition_of_rules")


def due(now: datetime) -> list[int]:
    """Announced listings whose registration is over and for which nobody stands, earliest first."""
    waiting = Listing.objects.filter(state="announced", closes_at__lte=now).exclude(pk__in=closing.somebody_came())
    return list(waiting.order_by("closes_at", "pk").values_list("pk", flat=True)[:BATCH])


def chunks(now: datetime) -> list[Sequence[int]]:
    """The same, cut for one transaction each."""
    found = due(now)
    return [found[start : start + CHUNK] for start in range(0, len(found), CHUNK)]


def close(listing_ids: Sequence[int]) -> int:
    """Extend or end them; a listing whose rights are not free any more is stopped by itself (E28).

    One for which somebody registered in the same instant is left for `closing.close` at the next tick.
    """
    now = record.now()
    seen = {one.pk: one for one in Listing.objects.filter(pk__in=listing_ids).select_related(*BESIDE)}
    found = judged(list(seen.values()), now)
    for gate in found:
        if not gate.passed:
            closing.close(gate.listing_id)
    passed = [gate for gate in found if gate.passed]
    with transaction.atomic():
        ids = [gate.listing_id for gate in passed]
        rows = Listing.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
        busy = set(closing.somebody_came().filter(listing__in=ids))
        ready = [one for one in rows.select_related(*BESIDE) if one.pk not in busy and _is_as_seen(one, seen[one.pk])]
        _write(ready, {gate.listing_id: gate for gate in passed}, now)
    return len(ready)


def _is_as_seen(one: Listing, before: Listing) -> bool:
    """Whether nothing happened to a listing since its rights were judged."""
    return (one.state, one.edition, one.closes_at) == ("announced", before.edition, before.closes_at)


def judged(listings: Sequence[Listing], now: datetime) -> list[Gate]:
    """The gate of each listing at its close (B9), with the register asked once for all of them."""
    items = ListingItem.objects.filter(listing__in=listings).select_related("right").order_by("listing", "position")
    by_listing: dict[int, list[ListingItem]] = {}
    for item in items:
        by_listing.setdefault(item.listing_id, []).append(item)
    rights = {item.right_id: item.right for mine in by_listing.values() for item in mine}
    facts = dict(zip(rights, queries.facts_of_many(list(rights.values()), beijing_day(now)), strict=True))
    made = []
    for one in listings:
        mine = by_listing.get(one.pk, [])
        answers = [gates.judge(facts[item.right_id], seller=one.seller, now=now) for item in mine]
        made.append(gates.made(one, [item.right for item in mine], answers, stage="close", now=now))
    return made


def _write(ready: Sequence[Listing], by_id: dict[int, Gate], now: datetime) -> None:
    if not ready:
        return
    Gate.objects.bulk_create([by_id[one.pk] for one in ready])
    told = [closing.nobody_came(one, now) for one in ready]
    # Listings that end at one instant mostly go on to one instant: a statement for each outcome, not for each listing.
    outcomes: dict[tuple[object, ...], list[int]] = {}
    for one in ready:
        outcomes.setdefault(tuple(getattr(one, name) for name in CHANGED), []).append(one.pk)
    for values, ids in outcomes.items():
        Listing.objects.filter(pk__in=ids).update(**dict(zip(CHANGED, values, strict=True)))
    over = [one.pk for one in ready if one.state in listing_rules.OVER]
    if over:
        ListingItem.objects.filter(listing__in=over).update(is_live=False)
    record.tell_many(
        record.Deed(
            kind=kind,
            topic=one.topic,
            who_ref=record.ref_of(None),
            at=now,
            facts=facts,
            public=True,
            to=(one.made_by.ref,) if one.made_by else (),
        )
        for one, (kind, facts) in zip(ready, told, strict=True)
    )
