"""Listings: drafted by the seller, reviewed by the operator, announced, changed, suspended, ended."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Model

from zhirong.base.calendar import beijing_day, china
from zhirong.base.refused import Refused
from zhirong.exchange import bound, disclosed, gates, listing_rules, rule_sets, rules, state_assets
from zhirong.exchange.actions import money, second_runs, state_gate, unknown_fees, watched
from zhirong.exchange.models import Gate, Intent, Listing, ListingItem, RuleSetEdition
from zhirong.people import access
from zhirong.people.models import Party, Person
from zhirong.record import actions as record
from zhirong.registry.models import Right

TITLE_MOST = 200
SUMMARY_MOST = 2000
RIGHTS_MOST = 200
# What a listing says in its seller's words.
SAID = ("title", "title_en", "summary", "requirement", "asking_fen", "reserve_fen", "rule_set")


@dataclass(frozen=True, slots=True)
class Offer:
    """What a seller wants to announce: the rights together, the price, the rules."""

    seller: Party
    rights: tuple[int, ...]
    title: str
    summary: str
    asking_fen: int
    rule_set: str
    reserve_fen: int | None = None
    title_en: str = ""
    requirement: str = ""

    @property
    def seller_id(self) -> int:
        """The party for which the person must be able to act."""
        return self.seller.pk


def _rule_set(code: str, seller: Party, day: datetime) -> rule_sets.RuleSet:
    """The rule set as of the day; a state-owned seller chooses no lighter one (X5), a real house not the demo's."""
    if code not in rule_sets.codes():
        raise rule_sets.unknown(code, demo=settings.DEMO_RULES)
    found = rule_sets.rule_set(code, beijing_day(day))
    if found.basis == "demo" and not settings.DEMO_RULES:
        raise Refused("listing.demo_rules", rule_set=code)
    if seller.is_state_owned and found.basis not in ("state", "demo"):
        raise Refused("listing.state_owned_rules", rule_set=code)
    return found


def checked(offer: Offer, now: datetime) -> rule_sets.RuleSet:
    found = _rule_set(offer.rule_set, offer.seller, now)
    listing_rules.must_be_text(offer.title, field="title", least=4, most=TITLE_MOST)
    listing_rules.must_be_text(offer.summary, field="summary", least=0, most=SUMMARY_MOST)
    listing_rules.must_be_price(offer.asking_fen, offer.reserve_fen, found=found)
    if not 0 < len(set(offer.rights)) <= RIGHTS_MOST:
        raise Refused("listing.rights_count", most=RIGHTS_MOST, given=len(set(offer.rights)))
    second_runs.must_not_undercut(offer.seller, offer.rights, asking_fen=offer.asking_fen, found=found, now=now)
    return found


def write_offer(listing: Listing, offer: Offer, now: datetime) -> rule_sets.RuleSet:
    """The listing says what the offer says, and what follows from it; the caller saves it, and the rights besides."""
    found = checked(offer, now)
    for name in SAID:
        value = getattr(offer, name)
        setattr(listing, name, value.strip() if isinstance(value, str) else value)
    listing.deposit_fen, listing.is_demo_rules = rules.deposit_fen(found, offer.asking_fen), found.marked
    return found


def next_number(prefix: str, now: datetime, table: type[Model] = Listing) -> str:
    return next_numbers(prefix, now, 1, table=table)[0]


def next_numbers(prefix: str, now: datetime, count: int, *, table: type[Model] = Listing) -> list[str]:
    """The next numbers of the year, e.g. ZR-2026-000518; the unique column settles a race."""
    head = f"{prefix}-{beijing_day(now).year}-"
    last = table._default_manager.filter(number__startswith=head).aggregate(last=Max("number"))["last"]
    first = int(last.rsplit("-", 1)[1]) + 1 if last else 1
    return [f"{head}{number:06d}" for number in range(first, first + count)]


def locked(listing_id: int) -> Listing:
    found = Listing.objects.select_for_update().filter(pk=listing_id).first()
    if found is None:
        raise Refused("listing.unknown", listing=listing_id)
    return found


@transaction.atomic
def draft(who: Person, offer: Offer) -> Listing:
    """A new draft of the seller's; nobody else sees it."""
    access.require(who, "exchange.list", offer)
    now = record.now()
    listing = Listing(number=next_number("ZR", now), seller=offer.seller, made_by=who)
    listing.follows = second_runs.former(offer.seller, offer.rights, write_offer(listing, offer, now), now=now)
    must_be_within_cut(listing, offer)
    listing.save()
    put_items(listing, offer.rights)
    record.tell("exchange.drafted", listing.topic, who=who, number=listing.number)
    return listing


def least_fen(listing: Listing) -> int:
    """The least asking price of a listing that runs again what defaulted before (X7); of any other there is none."""
    if (former := listing.follows) is None:
        return 0
    least, here = state_assets.cut_fen(former, rules_of(former)), former.items.values_list("right_id", flat=True)
    agreed = state_assets.agreed_fen(former.seller, here) if rules_of(former).basis == "state" else None
    return least if agreed is None else min(least, agreed)


def must_be_within_cut(listing: Listing, offer: Offer) -> None:
    """A second run is cheaper only within the cut of the rule set under which the first was announced (X7)."""
    if offer.asking_fen < (least := least_fen(listing)):
        raise Refused("listing.relist_too_low", least_fen=least)


def put_items(listing: Listing, rights: Iterable[int]) -> None:
    """The rights that a listing holds from now on."""
    wanted = list(dict.fromkeys(rights))
    must_be_known(listing.seller_id, wanted)
    listing.items.exclude(right_id__in=wanted).delete()
    here = set(listing.items.values_list("right_id", flat=True))
    ListingItem.objects.bulk_create(
        ListingItem(listing=listing, right_id=pk, position=place) for place, pk in enumerate(wanted) if pk not in here
    )


@transaction.atomic
def submit(who: Person, listing_id: int) -> Listing:
    """Hand a draft to the operator for review."""
    listing = locked(listing_id)
    access.require(who, "exchange.list", listing)
    if listing.state == "submitted":
        return listing
    listing.state = listing_rules.listing_after(listing.state, "submit")
    listing.submitted_at = record.now()
    listing.save(update_fields=["state", "submitted_at"])
    record.tell("exchange.submitted", listing.topic, who=who, number=listing.number)
    return listing


@transaction.atomic
def send_back(who: Person, listing_id: int, *, reason: str) -> Listing:
    """Return a listing to its seller with the reason."""
    listing = locked(listing_id)
    access.require(who, "exchange.review", listing)
    listing.state = listing_rules.listing_after(listing.state, "return")
    listing.reviewed_by = who
    listing.review_reason = listing_rules.must_be_text(reason, field="reason", most=1000)
    listing.save(update_fields=["state", "reviewed_by", "review_reason"])
    record.tell(
        "exchange.sent_back", listing.topic, who=who, to=maker(listing), number=listing.number, reason=reason.strip()
    )
    return listing


@transaction.atomic
def announce(who: Person, listing_id: int, *, fees_unknown: bool = False) -> Listing:
    """Announce a reviewed listing: the gates are checked, the rule set is frozen, the period starts (B8, B9).

    `fees_unknown` is the operator's word that it may be announced though fees are not known here as paid.
    """
    listing = locked(listing_id)
    access.require(who, "exchange.review", listing)
    if listing.state == "announced":
        return listing
    now = record.now()
    listing.state = listing_rules.listing_after(listing.state, "announce")
    found = _rule_set(listing.rule_set, listing.seller, now)
    listing_rules.must_be_price(listing.asking_fen, listing.reserve_fen, found=found)
    unknown_fees.must_be_said(who, listing, must_pass(listing, "announce", now), is_said=fees_unknown)
    here = list(listing.items.values_list("right_id", flat=True))
    must_not_be_listed(listing, here)
    second_runs.must_not_undercut(listing.seller, here, asking_fen=listing.asking_fen, found=found, now=now)
    state_gate.must_stand(who, listing, here, found=found, now=now)
    listing.items.update(is_live=True)
    # The rules frozen here are those of today: a draft, or a second run, may have been written under others.
    listing.deposit_fen, listing.is_demo_rules = rules.deposit_fen(found, listing.asking_fen), found.marked
    listing.announced_at, listing.reviewed_by = now, who
    start_period(listing, found, now)
    listing.save()
    record.tell(
        "exchange.announced", listing.topic, who=who, public=True, to=maker(listing), **announced_facts(listing)
    )
    return listing


def announced_facts(listing: Listing) -> dict[str, object]:
    """What an announcement tells the public, as plain values."""
    assert listing.closes_at is not None
    return {
        "number": listing.number,
        "asking_fen": listing.asking_fen,
        "deposit_fen": listing.deposit_fen,
        "rule_set": listing.rule_set,
        "closes_at": listing.closes_at.isoformat(),
        "edition": listing.edition,
    }


def rules_of(listing: Listing) -> rule_sets.RuleSet:
    """The rule set as it was kept when the listing was announced."""
    assert listing.edition_of_rules is not None
    assert listing.rules_day is not None
    return rule_sets.as_kept(listing.edition_of_rules.text, listing.rules_day)


def kept_edition(code: str, now: datetime) -> RuleSetEdition:
    """The text of a rule set as it is today, kept once."""
    text = rule_sets.text_of(code)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return RuleSetEdition.objects.get_or_create(sha256=digest, defaults={"code": code, "text": text, "kept_at": now})[0]


def start_period(listing: Listing, found: rule_sets.RuleSet, now: datetime) -> None:
    """The announcement runs from now, under the rule set's text of today."""
    listing.edition_of_rules, listing.rules_day = kept_edition(found.code, now), found.day
    listing.closes_at = listing_rules.after(now, second_runs.announcement(listing, found, now=now), china()).at
    listing.extensions = 0


def passed_gate(listing: Listing, stage: str, now: datetime, *, buyer: Party | None = None) -> Gate:
    """The gate of a stage as it was found and kept."""
    gate = gates.check(listing, stage=stage, now=now, buyer=buyer)
    gate.save(force_insert=True)
    return gate


def must_pass(listing: Listing, stage: str, now: datetime) -> Gate:
    """The gate of a stage, or the refusal that says what shut it."""
    gate = passed_gate(listing, stage, now)
    if not gate.passed:
        raise Refused("listing.gate_closed", number=listing.number, findings=gates.blocking(gate))
    return gate


def must_be_known(seller_id: int, rights: Iterable[int]) -> None:
    """Every right of a listing stands in the registry, and the seller may know of it."""
    known = disclosed.known_to(Right.objects.visible(), [seller_id]).filter(pk__in=rights).in_bulk()
    if missing := [pk for pk in rights if pk not in known]:
        raise Refused("listing.right_unknown", rights=missing)


def must_not_be_listed(listing: Listing, rights: Iterable[int]) -> None:
    """A right stands in one live listing at most (E32); the unique index says so too."""
    other = ListingItem.objects.filter(right__in=rights, is_live=True).exclude(listing=listing).first()
    if other is not None:
        raise Refused("listing.right_listed_already", other=other.listing.number)


def maker(listing: Listing) -> Sequence[Person]:
    """Who wrote the listing, to be told of it."""
    return [listing.made_by] if listing.made_by else []


def end_unsold(listing: Listing, *, outcome: str, who: Person | None = None) -> Listing:
    """A listing ends without a sale; every deposit that is still held goes back."""
    listing.state = listing_rules.listing_after(listing.state, "end")
    listing.end_reason, listing.ended_at = outcome, record.now()
    listing.save(update_fields=["state", "end_reason", "ended_at"])
    listing.items.update(is_live=False)
    record.tell(
        "exchange.ended",
        listing.topic,
        who=who,
        public=True,
        to=interested(listing),
        number=listing.number,
        outcome=outcome,
        reason=outcome,
    )
    money.release_all(listing)
    return listing


def interested(listing: Listing) -> list[Person]:
    """Who hears of a change: the maker and everyone registered."""
    registered = Intent.objects.filter(listing=listing).exclude(state__in=("withdrawn", "void"))
    return [*maker(listing), *(intent.person for intent in registered.select_related("person"))]


@transaction.atomic
def withdraw(who: Person, listing_id: int, *, reason: str) -> Listing:
    """The seller takes the listing back on its own word while no buyer is bound to it (拍卖法 29)."""
    listing = locked(listing_id)
    access.require(who, "exchange.list", listing)
    bound.must_not_be_in_auction(listing)
    listing_rules.listing_after(listing.state, "withdraw")
    if count := bound.buyers(listing).count():
        raise Refused("listing.has_buyers", number=listing.number, registered=count)
    return end_with(listing, "withdraw", who=who, reason=reason)


@transaction.atomic
def terminate(who: Person, listing_id: int, *, reason: str) -> Listing:
    """The house ends a listing for good (终结), with its reason."""
    listing = locked(listing_id)
    access.require(who, "exchange.control", listing)
    return end_with(listing, "terminate", who=who, reason=reason)


def end_with(listing: Listing, deed: str, *, who: Person, reason: str) -> Listing:
    """A listing ends by its seller's or the house's word, and deposits go back; the caller asked who may."""
    was_public = listing.announced_at is not None
    listing.state = listing_rules.listing_after(listing.state, deed)
    listing.end_reason = listing_rules.must_be_text(reason, field="reason", most=1000)
    listing.ended_at = record.now()
    listing.save(update_fields=["state", "end_reason", "ended_at"])
    listing.items.update(is_live=False)
    record.tell(
        "exchange.ended",
        listing.topic,
        who=who,
        public=was_public,
        to=interested(listing),
        number=listing.number,
        outcome=listing.state,
        reason=listing.end_reason,
    )
    money.release_all(listing)
    return listing


@transaction.atomic
def suspend(who: Person, listing_id: int, *, reason: str) -> Listing:
    """Stop a listing's clock with a published reason (中止); a live lot is paused on the floor besides."""
    listing = locked(listing_id)
    access.require(who, "exchange.control", listing)
    before = listing.state
    listing.state = listing_rules.listing_after(before, "suspend")
    listing.suspended_from, listing.suspended_at = before, record.now()
    listing.save(update_fields=["state", "suspended_from", "suspended_at"])
    record.tell(
        "exchange.suspended",
        listing.topic,
        who=who,
        public=True,
        to=interested(listing),
        number=listing.number,
        reason=listing_rules.must_be_text(reason, field="reason", most=1000),
    )
    return listing


def stop_for(listing: Listing, *, reason: dict[str, str]) -> Listing:
    """The house's own stop, by the clock: a gate closed, or the auction was annulled; a person decides what follows."""
    listing.suspended_from, listing.suspended_at = "announced", record.now()
    listing.state, listing.answer_due_at = "suspended", None
    listing.save(update_fields=["state", "answer_due_at", "suspended_from", "suspended_at"])
    record.tell(
        "exchange.suspended",
        listing.topic,
        who=None,
        public=True,
        to=interested(listing),
        number=listing.number,
        reason=reason,
    )
    return listing


@transaction.atomic
def resume(who: Person, listing_id: int, *, reason: str) -> Listing:
    """Go on where a suspended listing stopped, with the time that was left."""
    listing = locked(listing_id)
    access.require(who, "exchange.control", listing)
    listing_rules.listing_after(listing.state, "resume")
    now, stopped = record.now(), listing.suspended_at
    assert stopped is not None
    assert listing.closes_at is not None
    listing.state, listing.suspended_from, listing.suspended_at = listing.suspended_from or "announced", "", None
    listing.closes_at = listing_rules.stayed(listing.closes_at, stopped=stopped, resumed=now)
    if listing.answer_due_at is not None:
        listing.answer_due_at = listing_rules.stayed(listing.answer_due_at, stopped=stopped, resumed=now)
    listing.save()
    watched.again(listing, now)
    record.tell(
        "exchange.resumed",
        listing.topic,
        who=who,
        public=True,
        to=interested(listing),
        number=listing.number,
        closes_at=listing.closes_at.isoformat(),
        reason=listing_rules.must_be_text(reason, field="reason", most=1000),
    )
    return listing
