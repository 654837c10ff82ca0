"""Many listings at once: the same rules as one by one, a leaf and an event for each, in chunks safe to repeat."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from django.db import connection, transaction

from zhirong.base.calendar import beijing_day, china
from zhirong.base.refused import Refused
from zhirong.exchange import gates, listing_rules, state_assets
from zhirong.exchange.actions import listing_rows, second_runs, sheet, unknown_fees
from zhirong.exchange.actions.listings import SAID, Offer, announced_facts, kept_edition, next_numbers, write_offer
from zhirong.exchange.models import Gate, Listing, ListingItem
from zhirong.people import access
from zhirong.people.models import Party, Person
from zhirong.record import actions as record
from zhirong.record import port
from zhirong.registry import queries
from zhirong.registry.engine.facts import RightFacts
from zhirong.registry.models import ImportBatch, Right

# Small enough that no chunk holds SQLite's write lock for 50 ms.
CHUNK = 100
# What an announcement writes on a draft.
ANNOUNCED = (
    "state", "deposit_fen", "is_demo_rules", "announced_at", "reviewed_by_id", "edition_of_rules_id", "rules_day",
    "closes_at", "extensions",
)  # fmt: skip


@dataclass(slots=True)
class Published:
    """What became of a bulk: how many are announced now, and each refusal by the place, or the row, of its offer."""

    announced: int = 0
    listed_before: int = 0
    refused: dict[int, Refused] = field(default_factory=dict)
    # Where in this call each right stood first.
    places: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Seen:
    """Rights of a chunk as the register has them now."""

    rights: dict[int, Right]
    facts: dict[int, RightFacts]


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


def announce_sheet(who: Person, batch: ImportBatch, *, fees_unknown: Container[int] = ()) -> Published:
    """Announce all submitted drafts of a seller's sheet by the rules of `publish_many`; the reviewer made none of them.

    Rows are named as the sheet numbers them. `fees_unknown` are those of which the reviewer says that they may be
    announced though fees are not known here as paid. What was announced before is left alone.
    """
    done = Published()
    for _ in announcing(who, batch, fees_unknown=fees_unknown, done=done):
        pass
    return done


def announcing(
    who: Person, batch: ImportBatch, *, fees_unknown: Container[int], done: Published
) -> Iterator[tuple[int, int]]:
    """The same chunk by chunk: after each, how many rows were looked at, of how many; `done` tells what became of them.

    Each chunk is one transaction of its own.
    """
    access.require(who, "exchange.publish_many")
    standing, drafts = access.standing_of(who), Listing.objects.filter(batch=batch)
    for maker, seller in drafts.order_by().values_list("made_by", "seller").distinct():
        access.require(standing, "exchange.review", Listing(made_by_id=maker, seller_id=seller))
    rows = sheet.lines(batch)
    looked_at, rest = 0, iter(rows.items())
    while chunk := dict(islice(rest, CHUNK)):
        _announce_chunk(who, sheet.seller_of(batch), chunk, done=done, fees_unknown=fees_unknown)
        looked_at += len(chunk)
        yield looked_at, len(rows)


def _seen(wanted: Collection[int]) -> Seen:
    rights = Right.objects.visible().in_bulk(wanted)
    found = queries.facts_of_many(list(rights.values()), beijing_day(record.now()))
    return Seen(rights, dict(zip(rights, found, strict=True)))


def _publish_chunk(
    maker: Person,
    reviewer: Person,
    chunk: Sequence[tuple[int, Offer]],
    *,
    done: Published,
    fees_unknown: Container[int],
) -> None:
    wanted = {pk for _, offer in chunk for pk in offer.rights}
    seen = _seen(wanted)
    live = set(ListingItem.objects.filter(right__in=wanted, is_live=True).values_list("right_id", flat=True))
    ready: list[tuple[Offer, Listing, Gate]] = []
    for place, offer in chunk:
        twice = [pk for pk in dict.fromkeys(offer.rights) if pk in done.places]
        if twice:
            numbers = "、".join(seen.rights[pk].number for pk in twice if pk in seen.rights)
            done.refused[place] = Refused("listing.right_twice", rights=numbers, row=done.places[twice[0]] + 1)
            continue
        done.places |= dict.fromkeys(offer.rights, place)
        if live & set(offer.rights):
            done.listed_before += 1
            continue
        now = record.now()
        listing = Listing(seller=offer.seller, made_by=maker, state="announced", submitted_at=now)
        try:
            gate = _judged(reviewer, listing, offer, row=place + 1, seen=seen, is_said=place in fees_unknown)
            ready.append((offer, listing, gate))
        except Refused as refused:
            done.refused[place] = refused
    if ready:
        _write(reviewer, ready)
    done.announced += len(ready)


def _announce_chunk(
    who: Person, seller: Party, rows: Mapping[int, int], *, done: Published, fees_unknown: Container[int]
) -> None:
    """Drafts by their keys, each with its row: judged and announced under one lock, the register asked before it."""
    items = ListingItem.objects.filter(listing__in=rows).order_by("position")
    seen = _seen(set(items.values_list("right_id", flat=True)))
    with transaction.atomic():
        locked = list(Listing.objects.select_for_update().filter(pk__in=rows).order_by("pk"))
        of_listing: dict[int, list[int]] = {}
        for pk, right in items.values_list("listing_id", "right_id"):
            of_listing.setdefault(pk, []).append(right)
        listed = ListingItem.objects.filter(right__in=seen.rights, is_live=True)
        live = dict(listed.values_list("right_id", "listing__number"))
        ready: list[tuple[Listing, Gate]] = []
        for listing in locked:
            listing.seller, row, here = seller, rows[listing.pk], of_listing.get(listing.pk, [])
            if listing.announced_at is not None:
                done.listed_before += 1
                continue
            try:
                _must_wait(listing, [live[pk] for pk in here if pk in live])
                gate = _judged(who, listing, _offer(listing, here), row=row, seen=seen, is_said=row in fees_unknown)
            except Refused as refused:
                done.refused[row] = refused
                continue
            ready.append((listing, gate))
            live |= dict.fromkeys(here, listing.number)
        _announce(who, ready)
    done.announced += len(ready)


def _must_wait(listing: Listing, others: Sequence[str]) -> None:
    """The draft was handed in, and none of its rights stands in another live listing (E32)."""
    listing.state = listing_rules.listing_after(listing.state, "announce")
    if others:
        raise Refused("listing.right_listed_already", other=others[0])


def _offer(listing: Listing, rights: Sequence[int]) -> Offer:
    """What a draft offers, to be judged as an offer is."""
    return Offer(seller=listing.seller, rights=tuple(rights), **{name: getattr(listing, name) for name in SAID})


def _judged(reviewer: Person, listing: Listing, offer: Offer, *, row: int, seen: Seen, is_said: bool) -> Gate:
    """The listing as it will be announced, and its gate; or what keeps this row from it. Nothing is written."""
    now = record.now()
    found = write_offer(listing, offer, now)
    if state_assets.are_asked(offer.seller, found):
        # An operator reads its papers, each listing's by themselves.
        raise Refused("listing.row_papers_unread", row=row)
    state_assets.must_be_anothers(reviewer, offer.seller)
    if missing := [pk for pk in offer.rights if pk not in seen.rights]:
        raise Refused("listing.right_unknown", rights=missing)
    listing.announced_at, listing.reviewed_by, listing.rules_day = now, reviewer, found.day
    listing.closes_at = listing_rules.after(now, second_runs.announcement(listing, found, now=now), china()).at
    here = [seen.rights[pk] for pk in offer.rights]
    answers = [gates.judge(seen.facts[pk], seller=offer.seller, now=now) for pk in offer.rights]
    gate = gates.made(listing, here, answers, stage="announce", now=now)
    if not gate.passed:
        raise Refused("listing.gate_closed", number=listing.number or "-", findings=gates.blocking(gate))
    unknown_fees.must_be_said_of_row(gate, row=row, is_said=is_said)
    return gate


@transaction.atomic
def _write(reviewer: Person, ready: Sequence[tuple[Offer, Listing, Gate]]) -> None:
    """New listings with their rights, announced at once."""
    made = [listing for _, listing, _ in ready]
    _under_rules_of_today(made)
    for number, listing in zip(next_numbers("ZR", record.now(), len(made)), made, strict=True):
        listing.number = number
    door = port.within(connection)
    listing_rows.insert(door, made)
    items = [
        ListingItem(listing=listing, right_id=pk, position=place, is_live=True)
        for offer, listing, _ in ready
        for place, pk in enumerate(dict.fromkeys(offer.rights))
    ]
    listing_rows.insert(door, items)
    _tell(reviewer, [(listing, gate) for _, listing, gate in ready], to={})


def _announce(who: Person, ready: Sequence[tuple[Listing, Gate]]) -> None:
    """Drafts that stand already, announced; whoever made one is told."""
    made = [listing for listing, _ in ready]
    _under_rules_of_today(made)
    for listing in made:
        listing.extensions = 0
    listing_rows.update(port.within(connection), made, ANNOUNCED)
    ListingItem.objects.filter(listing__in=made).update(is_live=True)
    makers = Person.objects.filter(pk__in={listing.made_by_id for listing in made})
    _tell(who, ready, to=dict(makers.values_list("pk", "ref")))


def _under_rules_of_today(made: Sequence[Listing]) -> None:
    now = record.now()
    editions = {code: kept_edition(code, now) for code in {listing.rule_set for listing in made}}
    for listing in made:
        listing.edition_of_rules = editions[listing.rule_set]


def _tell(reviewer: Person, ready: Sequence[tuple[Listing, Gate]], *, to: Mapping[int | None, str]) -> None:
    """The gates are kept, and each announcement stands on the record; `to` has the refs of makers who are told."""
    now = record.now()
    for listing, gate in ready:
        # Judged before a new listing had a number of its row.
        gate.listing = listing
    listing_rows.insert(port.within(connection), [gate for _, gate in ready])
    record.tell_many(
        record.Deed(
            kind="exchange.announced",
            topic=listing.topic,
            who_ref=reviewer.ref,
            at=now,
            facts=announced_facts(listing),
            public=True,
            to=(to[listing.made_by_id],) if listing.made_by_id in to else (),
        )
        for listing, _ in ready
    )
    unknown = [(listing, rights) for listing, gate in ready if (rights := unknown_fees.of(gate))]
    record.tell_many(unknown_fees.said(reviewer, listing, rights) for listing, rights in unknown)
