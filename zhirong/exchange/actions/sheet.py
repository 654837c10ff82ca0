"""A seller's sheet of listings: each row judged against the register, then drafts of all rows or of none."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from zhirong.base.refused import Refused
from zhirong.exchange import disclosed, rule_sets
from zhirong.exchange.actions.listings import TITLE_MOST, Offer, checked, next_numbers, write_offer
from zhirong.exchange.models import Listing, ListingItem
from zhirong.people import access
from zhirong.people.models import Party, Person
from zhirong.record import actions as record
from zhirong.registry import records
from zhirong.registry.actions import imports
from zhirong.registry.models import Holding, ImportBatch, ImportRow, Right

# Small enough that no chunk holds SQLite's write lock for 50 ms.
CHUNK = 100
# Refusals about the cell of the rule set, and the cells whose length is judged.
OF_RULES = (
    "lot.no_such_rule_set", "lot.rule_set_not_in_force", "lot.rule_set_out_of_bounds",
    "listing.demo_rules", "listing.state_owned_rules",
)  # fmt: skip
OF_TEXT = ("title", "summary")


@dataclass(frozen=True, slots=True)
class Judged:
    """A row of the sheet: the offer it makes, or why it makes none and the column that says so."""

    line: int
    offer: Offer | None = None
    column: str = ""
    refused: Refused | None = None


def judge(batch: ImportBatch, rows: Iterable[ImportRow]) -> list[Judged]:
    """Rows of a readable sheet against the register, as of now; nothing is written."""
    seller = seller_of(batch)
    said = [(row.line, json.loads(row.facts)) for row in rows if records.is_read(row.facts)]
    known = rights_named(seller, {key for _, facts in said for key in facts["keys"]})
    ids = {right.pk for right in known.values()}
    mine = set(Holding.objects.filter(right__in=ids, party=seller, until=None).values_list("right_id", flat=True))
    standing = ListingItem.objects.filter(right__in=ids, is_live=True)
    live = dict(standing.values_list("right_id", "listing__number"))
    now = record.now()
    judged = [_judged(line, facts, seller, known=known, mine=mine, live=live, now=now) for line, facts in said]
    return _once(judged, {right.pk: right.number for right in known.values()})


def _once(judged: Sequence[Judged], numbers: dict[int, str]) -> list[Judged]:
    """A right that an earlier row of the sheet lists is refused with that row's number (E32)."""
    lines: dict[int, int] = {}
    kept = []
    for one in judged:
        rights = one.offer.rights if one.offer else ()
        if twice := [pk for pk in rights if pk in lines]:
            named = "、".join(numbers[pk] for pk in twice)
            one = Judged(one.line, None, "number", Refused("listing.right_twice", rights=named, row=lines[twice[0]]))
        else:
            lines |= dict.fromkeys(rights, one.line)
        kept.append(one)
    return kept


def seller_of(batch: ImportBatch) -> Party:
    """For whom a sheet of listings was brought."""
    if batch.holder is None:
        raise Refused("listing.sheet_without_seller", batch=batch.ref)
    return batch.holder


def rights_named(seller: Party, keys: set[str]) -> dict[str, Right]:
    """Rights by the keys that a sheet names them with; what the seller may not know of is not among them."""
    numbers = {key.removeprefix("publication:") for key in keys if key.startswith("publication:")}
    found = disclosed.known_to(Right.objects.visible(), [seller.pk])
    found = found.filter(Q(key__in=keys) | Q(publication_number__in=numbers))
    by_key = {right.key: right for right in found}
    return {**by_key, **{f"publication:{right.publication_number}": right for right in by_key.values()}}


def _judged(
    line: int,
    facts: dict[str, Any],
    seller: Party,
    *,
    known: dict[str, Right],
    mine: set[int],
    live: dict[int, str],
    now: datetime,
) -> Judged:
    column = "number"
    try:
        rights = [known[key] for key in facts["keys"] if key in known]
        if len(rights) < len(facts["keys"]):
            unknown = [records.written(key) for key in facts["keys"] if key not in known]
            raise Refused("listing.right_unknown", rights=unknown)
        if strange := [right.number for right in rights if right.pk not in mine]:
            raise Refused("listing.right_not_yours", rights=strange, party=seller.name)
        if listed := [right for right in rights if right.pk in live]:
            others = list(dict.fromkeys(live[right.pk] for right in listed))
            raise Refused("listing.row_right_listed", rights=[right.number for right in listed], other=others)
        column = "asking_fen"
        offer = _offer(facts, seller, rights)
        checked(offer, now)
    except Refused as refused:
        return Judged(line, None, _column(refused, column), refused)
    return Judged(line, offer)


def _column(refused: Refused, otherwise: str) -> str:
    """The column under which a refusal is told: the one whose cell it is about."""
    field = str(refused.facts.get("field", ""))
    return "rule_set" if refused.code in OF_RULES else field if field in OF_TEXT else otherwise


def _offer(facts: dict[str, Any], seller: Party, rights: Sequence[Right]) -> Offer:
    return Offer(
        seller=seller,
        rights=tuple(right.pk for right in rights),
        title=(facts["title"] or rights[0].title)[:TITLE_MOST],
        title_en=(facts["title_en"] or rights[0].title_en)[:TITLE_MOST],
        summary=facts["summary"],
        asking_fen=facts["asking_fen"],
        rule_set=_rule_set(facts["rule_set"], seller),
    )


def _rule_set(said: str, seller: Party) -> str:
    """As the cell names it, by code or by name; an empty one is the usual of such a seller."""
    if not said:
        return "state_owned" if seller.is_state_owned else "platform"
    return rule_sets.code_of(said, demo=settings.DEMO_RULES)


def draft_many(who: Person, batch: ImportBatch) -> ImportBatch:
    """Drafts of all rows, unseen in chunks, then shown at once; with one fault, none. Done twice, it is done once."""
    now = ImportBatch.objects.select_related("holder").get(pk=batch.pk)
    access.require(who, "exchange.list", Listing(seller=seller_of(now)))
    if now.visible_at is not None:
        return now
    judged = judge(now, ImportRow.objects.filter(batch=now).order_by("line"))
    faults = sum(1 for one in judged if one.refused) + now.faults
    if faults or not judged:
        raise Refused("registry.import_has_faults", batch=now.ref, rows=now.rows, faults=faults)
    offers = [one.offer for one in judged if one.offer]
    done = Listing.objects.filter(batch=now).count()
    for start in range(done, len(offers), CHUNK):
        _write(who, now, offers[start : start + CHUNK])
    return imports.mark_visible(who, now)


def lines(batch: ImportBatch) -> dict[int, int]:
    """The row of the sheet from which each draft came, by the draft's key: every row made one, in the sheet's order."""
    drafts = list(Listing.objects.filter(batch=batch).order_by("pk").values_list("pk", flat=True))
    if not drafts or batch.visible_at is None:
        raise Refused("listing.sheet_without_drafts", batch=batch.ref)
    rows = ImportRow.objects.filter(batch=batch).order_by("line").values_list("line", flat=True)
    return dict(zip(drafts, rows, strict=True))


def submit_many(who: Person, batch: ImportBatch) -> ImportBatch:
    """Hand all drafts of a sheet to the operator, in chunks; what was handed in or sent back before stays as it is."""
    access.require(who, "exchange.list", Listing(seller=seller_of(batch)))
    drafts = list(lines(batch))
    for start in range(0, len(drafts), CHUNK):
        _submit(who, drafts[start : start + CHUNK])
    return batch


@transaction.atomic
def _submit(who: Person, drafts: Sequence[int]) -> None:
    at = record.now()
    waiting = list(Listing.objects.select_for_update().filter(pk__in=drafts, state="draft").order_by("pk"))
    Listing.objects.filter(pk__in=[one.pk for one in waiting]).update(state="submitted", submitted_at=at)
    _tell("exchange.submitted", who, waiting, at=at)


@transaction.atomic
def _write(who: Person, batch: ImportBatch, offers: Sequence[Offer]) -> None:
    at = record.now()
    numbers = next_numbers("ZR", at, len(offers))
    made = [
        Listing(number=number, seller=one.seller, made_by=who, batch=batch)
        for number, one in zip(numbers, offers, strict=True)
    ]
    for listing, offer in zip(made, offers, strict=True):
        write_offer(listing, offer, at)
    Listing.objects.bulk_create(made)
    ListingItem.objects.bulk_create(
        ListingItem(listing=listing, right_id=pk, position=place)
        for listing, offer in zip(made, offers, strict=True)
        for place, pk in enumerate(offer.rights)
    )
    _tell("exchange.drafted", who, made, at=at)


def _tell(kind: str, who: Person, listings: Iterable[Listing], *, at: datetime) -> None:
    record.tell_many(
        record.Deed(kind=kind, topic=one.topic, who_ref=who.ref, at=at, facts={"number": one.number}, public=False)
        for one in listings
    )
