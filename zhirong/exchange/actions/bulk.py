"""Many listings at once: the same rules as one by one, a leaf and an event for each, in chunks safe to repeat."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from django.db import connection, transaction

from zhirong.base.calendar import beijing_day, china
from zhirong.base.refused import Refused
from zhirong.exchange import gates, listing_rules, state_assets
from zhirong.exchange.actions import listing_rows, unknown_fees
from zhirong.exchange.actions.listings import Offer, announced_facts, kept_edition, next_numbers, write_offer
from zhirong.exchange.models import Gate, Listing, ListingItem
from zhirong.people import access
from zhirong.people.models import Person
from zhirong.record import actions as record
from zhirong.record import port
from zhirong.registry import queries
from zhirong.registry.engine.facts import RightFacts
from zhirong.registry.models import Right

# Small enough that no chunk holds SQLite's write lock for 50 ms.
CHUNK = 100


@dataclass(slots=True)
class Published:
    """What became of a bulk: how many are announced now, and each refusal by the place of its offer."""

    announced: int = 0
    listed_before: int = 0
    refused: dict[int, Refused] = field(default_factory=dict)
    # Where in this call each right stood first.
    places: dict[int, int] = field(default_factory=dict)


def publish_many(
    maker: Person, reviewer: Person, offers: Iterable[Offer], *, fees_unknown: Container[int] = ()
) -> Published:
    """Draft, submit and announce many offers of one right each; `maker` and `reviewer` are two persons.

    `fees_unknown` are the places of the offers of which the reviewer says that they may be announced though fees are
    not known here as paid. An offer whose right stands in a live listing already is left alone, so that the same call
    again changes nothing.
    """
    if maker.pk == reviewer.pk:
        raise Refused("people.maker_is_checker", verb={"zh": "审核挂牌", "en": "review a listing"})
    access.require(reviewer, "exchange.publish_many")
    done, place, rest = Published(), 0, iter(offers)
    while chunk := list(islice(rest, CHUNK)):
        _publish_chunk(maker, reviewer, list(enumerate(chunk, place)), done=done, fees_unknown=fees_unknown)
        place += len(chunk)
    return done


def _publish_chunk(
    maker: Person,
    reviewer: Person,
    chunk: Sequence[tuple[int, Offer]],
    *,
    done: Published,
    fees_unknown: Container[int],
) -> None:
    now = record.now()
    wanted = {pk for _, offer in chunk for pk in offer.rights}
    rights = Right.objects.visible().in_bulk(wanted)
    facts = dict(zip(rights, queries.facts_of_many(list(rights.values()), beijing_day(now)), strict=True))
    live = set(ListingItem.objects.filter(right__in=wanted, is_live=True).values_list("right_id", flat=True))
    ready: list[tuple[Offer, Listing, Gate]] = []
    for place, offer in chunk:
        twice = [pk for pk in dict.fromkeys(offer.rights) if pk in done.places]
        if twice:
            numbers = "、".join(rights[pk].number for pk in twice if pk in rights)
            done.refused[place] = Refused("listing.right_twice", rights=numbers, row=done.places[twice[0]] + 1)
            continue
        done.places |= dict.fromkeys(offer.rights, place)
        if live & set(offer.rights):
            done.listed_before += 1
            continue
        try:
            listing, gate = _prepared(maker, reviewer, offer, rights=rights, facts=facts)
            unknown_fees.must_be_said_of_row(gate, row=place + 1, is_said=place in fees_unknown)
            ready.append((offer, listing, gate))
        except Refused as refused:
            done.refused[place] = refused
    if ready:
        _write(reviewer, ready)
    done.announced += len(ready)


def _prepared(
    maker: Person, reviewer: Person, offer: Offer, *, rights: dict[int, Right], facts: dict[int, RightFacts]
) -> tuple[Listing, Gate]:
    """One listing as it will be, judged outside the transaction that writes it."""
    now = record.now()
    listing = Listing(
        seller=offer.seller,
        made_by=maker,
        state="announced",
        submitted_at=now,
        announced_at=now,
        reviewed_by=reviewer,
    )
    found = write_offer(listing, offer, now)
    if state_assets.are_asked(offer.seller, found):
        # Its papers stand on a draft of its own, which an operator reads.
        raise Refused("listing.no_appraisal", number="-")
    state_assets.must_be_anothers(reviewer, offer.seller)
    if missing := [pk for pk in offer.rights if pk not in rights]:
        raise Refused("listing.right_unknown", rights=missing)
    listing.rules_day = found.day
    listing.closes_at = listing_rules.after(now, found.announcement_for(offer.asking_fen), china()).at
    here = [rights[pk] for pk in offer.rights]
    answers = [gates.judge(facts[pk], seller=offer.seller, now=now) for pk in offer.rights]
    gate = gates.made(listing, here, answers, stage="announce", now=now)
    if not gate.passed:
        raise Refused("listing.gate_closed", number="-", findings=gates.blocking(gate))
    return listing, gate


@transaction.atomic
def _write(reviewer: Person, ready: Sequence[tuple[Offer, Listing, Gate]]) -> None:
    now = record.now()
    editions = {code: kept_edition(code, now) for code in {listing.rule_set for _, listing, _ in ready}}
    for number, (_, listing, _) in zip(next_numbers("ZR", now, len(ready)), ready, strict=True):
        listing.number = number
        listing.edition_of_rules = editions[listing.rule_set]
    door = port.within(connection)
    listing_rows.insert(door, [listing for _, listing, _ in ready])
    items = [
        ListingItem(listing=listing, right_id=pk, position=place, is_live=True)
        for offer, listing, _ in ready
        for place, pk in enumerate(dict.fromkeys(offer.rights))
    ]
    listing_rows.insert(door, items)
    for _, listing, gate in ready:
        # Judged before the listing had a number of its row.
        gate.listing = listing
    listing_rows.insert(door, [gate for _, _, gate in ready])
    record.tell_many(
        record.Deed(
            kind="exchange.announced",
            topic=listing.topic,
            who_ref=reviewer.ref,
            at=now,
            facts=announced_facts(listing),
            public=True,
        )
        for _, listing, _ in ready
    )
    unknown = [(listing, rights) for _, listing, gate in ready if (rights := unknown_fees.of(gate))]
    record.tell_many(unknown_fees.said(reviewer, listing, rights) for listing, rights in unknown)
