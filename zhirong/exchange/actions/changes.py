"""Changes of a listing: a draft's at once, an announced one's after the operator's approval (X2, E37)."""

from __future__ import annotations

import json

from django.db import transaction

from zhirong.base.refused import Refused
from zhirong.exchange import listing_rules
from zhirong.exchange.actions import listings, money, state_gate, unknown_fees
from zhirong.exchange.actions.listings import SAID, Offer
from zhirong.exchange.models import Intent, Listing, ListingChange
from zhirong.people import access
from zhirong.people.models import Person
from zhirong.record import actions as record

REVIEWS = {
    "change": {"zh": "审核挂牌变更", "en": "review a change of a listing"},
    "withdrawal": {"zh": "审核撤回挂牌", "en": "review the withdrawal of a listing"},
}


@transaction.atomic
def change(who: Person, listing_id: int, offer: Offer) -> Listing:
    """Change a draft; of an announced listing the change waits for the operator, and what was announced stands (X2).

    Source: 企业国有产权交易操作规则 (2009) art. 17 to 20 as RULEBOOK X2 reads it: no change in the period without
    approval. The rules of 2025 that took its place (X1) have not been read on this.
    """
    listing = listings.locked(listing_id)
    access.require(who, "exchange.list", listing)
    after = listing_rules.listing_after(listing.state, "change")
    if offer.seller.pk != listing.seller_id:
        raise Refused("listing.seller_fixed", number=listing.number)
    listings.checked(offer, record.now())
    listings.must_be_within_cut(listing, offer)
    if _says(listing) == _said(offer):
        return listing
    if after == "announced":
        return _propose(who, listing, offer)
    listings.write_offer(listing, offer, record.now())
    listings.put_items(listing, offer.rights)
    listing.save()
    record.tell("exchange.draft_changed", listing.topic, who=who, to=listings.maker(listing), number=listing.number)
    return listing


def _said(offer: Offer) -> str:
    """An offer's content in one form, by which a repeat is known."""
    plain = {name: getattr(offer, name) for name in SAID}
    trimmed = {name: value.strip() if isinstance(value, str) else value for name, value in plain.items()}
    return json.dumps({**trimmed, "rights": sorted(set(offer.rights))}, ensure_ascii=False, sort_keys=True)


def _says(listing: Listing) -> str:
    """The same of what a listing says now."""
    rights = sorted(listing.items.values_list("right_id", flat=True))
    return json.dumps(
        {**{name: getattr(listing, name) for name in SAID}, "rights": rights}, ensure_ascii=False, sort_keys=True
    )


def offer_of(proposed: ListingChange) -> Offer:
    """The offer that a proposed change makes."""
    plain = json.loads(proposed.offer)
    rights = tuple(plain.pop("rights"))
    return Offer(seller=proposed.listing.seller, rights=rights, **plain)


def _propose(who: Person, listing: Listing, offer: Offer) -> Listing:
    """Set the change down for review; a later word of the seller's takes the place of an earlier one."""
    said = _said(offer)
    waiting = open_change(listing)
    if waiting is not None and waiting.offer == said:
        return listing
    listings.must_be_known(listing.seller_id, offer.rights)
    listings.must_not_be_listed(listing, offer.rights)
    overtake(listing)
    ListingChange.objects.create(listing=listing, offer=said, proposed_by=who, proposed_at=record.now())
    record.tell("exchange.change_proposed", listing.topic, who=who, to=listings.maker(listing), number=listing.number)
    return listing


def overtake(listing: Listing) -> None:
    """A later word of the seller's takes the place of what it asked for before, change or withdrawal."""
    listing.changes.filter(state="open").update(state="overtaken", decided_at=record.now())


def open_change(listing: Listing) -> ListingChange | None:
    """The change that waits for the operator, if the listing can still be changed."""
    if listing.state != "announced":
        return None
    return listing.changes.filter(what="change", state="open").select_related("proposed_by").first()


@transaction.atomic
def approve(who: Person, change_id: int, *, fees_unknown: bool = False) -> Listing:
    """The operator approves: the new text is announced, its period begins, registrations are void (X2, E37).

    `fees_unknown` as at the first announcement.
    """
    proposed, listing = locked(change_id, "change")
    must_be_another(proposed, who=who)
    if proposed.state == "approved":
        return listing
    must_be_open(proposed)
    listing_rules.listing_after(listing.state, "change")
    now, offer = record.now(), offer_of(proposed)
    # Named before the registrations are void: whoever registered for the old terms must hear of the new ones.
    registered = listings.interested(listing)
    listings.must_not_be_listed(listing, offer.rights)
    proposed.was, was_fen, altered = _says(listing), listing.asking_fen, _altered(listing, offer)
    found = listings.write_offer(listing, offer, now)
    listings.put_items(listing, offer.rights)
    listing.edition += 1
    listing.reviewed_by = who
    listings.start_period(listing, found, now)
    gate = listings.must_pass(listing, "announce", now)
    unknown_fees.must_be_said(who, listing, gate, is_said=fees_unknown)
    state_gate.must_stand(who, listing, offer.rights, found=found, now=now)
    listing.items.update(is_live=True)
    listing.save()
    decided(proposed, "approved", who=who)
    money.release_all(listing)
    Intent.objects.filter(listing=listing, state__in=("registered", "admitted")).update(state="void")
    record.tell(
        "exchange.changed",
        listing.topic,
        who=who,
        public=True,
        to=registered,
        number=listing.number,
        edition=listing.edition,
        altered=altered,
        was_fen=was_fen,
        asking_fen=listing.asking_fen,
        closes_at=listings.announced_facts(listing)["closes_at"],
    )
    return listing


def _altered(listing: Listing, offer: Offer) -> list[str]:
    """What the public is told to be other than announced; of the reserve it hears nothing (拍卖法 28)."""
    before, after = json.loads(_says(listing)), json.loads(_said(offer))
    return [name for name in (*SAID, "rights") if name != "reserve_fen" and before[name] != after[name]] or ["terms"]


@transaction.atomic
def withdraw(who: Person, change_id: int) -> Listing:
    """The seller takes back what it asked for, a change or a withdrawal; what was announced goes on as it was."""
    proposed, listing = locked(change_id)
    access.require(who, "exchange.list", listing)
    if proposed.state == "withdrawn":
        return listing
    must_be_open(proposed)
    decided(proposed, "withdrawn", who=who)
    kind = "exchange.change_withdrawn" if proposed.what == "change" else "exchange.withdrawal_dropped"
    record.tell(kind, listing.topic, who=who, to=listings.maker(listing), number=listing.number)
    return listing


@transaction.atomic
def refuse(who: Person, change_id: int, *, reason: str) -> Listing:
    """The operator refuses the change with a reason; what was announced goes on as it was."""
    proposed, listing = locked(change_id, "change")
    must_be_another(proposed, who=who)
    if proposed.state == "refused":
        return listing
    must_be_open(proposed)
    proposed.reason = listing_rules.must_be_text(reason, field="reason", most=1000)
    decided(proposed, "refused", who=who)
    record.tell(
        "exchange.change_refused",
        listing.topic,
        who=who,
        to=[proposed.proposed_by],
        number=listing.number,
        reason=proposed.reason,
    )
    return listing


def must_be_another(proposed: ListingChange, *, who: Person) -> None:
    """Whoever reviews it neither made the listing nor asked for the change, and does not act for the seller (S3)."""
    if who.pk == proposed.proposed_by_id:
        raise Refused("people.maker_is_checker", verb=REVIEWS[proposed.what])
    access.require(who, "exchange.review", proposed.listing)


def decided(proposed: ListingChange, state: str, *, who: Person) -> None:
    """Set down by whom and when it was decided."""
    proposed.state, proposed.decided_by, proposed.decided_at = state, who, record.now()
    proposed.save(update_fields=["state", "was", "decided_by", "decided_at", "reason"])


def must_be_open(proposed: ListingChange) -> None:
    """Nobody decided it, and its seller neither took it back nor asked for something else."""
    if proposed.state != "open":
        code = "listing.change_decided" if proposed.what == "change" else "listing.withdrawal_decided"
        raise Refused(code, number=proposed.listing.number)


def locked(change_id: int, what: str = "") -> tuple[ListingChange, Listing]:
    """What the seller asked for under lock, its listing locked before it."""
    found = ListingChange.objects.filter(pk=change_id).first()
    if found is None or what not in ("", found.what):
        raise Refused("listing.change_unknown", change=change_id)
    listing = listings.locked(found.listing_id)
    rows = ListingChange.objects.select_for_update(of=("self",)).select_related("proposed_by", "file")
    proposed = rows.get(pk=change_id)
    proposed.listing = listing
    return proposed, listing
