"""What the clock does to listings: registration closes, silence consents, auctions open (B8, X2, X4)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from zhirong.base.calendar import china
from zhirong.base.refused import Refused
from zhirong.base.shown import to_ns
from zhirong.exchange import gates, listing_rules, rules
from zhirong.exchange.actions import deals, money
from zhirong.exchange.actions.listings import end_unsold, interested, locked, passed_gate, rules_of, stop_for
from zhirong.exchange.models import Intent, Listing, Lot
from zhirong.people import access
from zhirong.people.models import Person
from zhirong.record import actions as record

# One transaction for each listing: on SQLite nobody but the floor may hold the write lock for long.
BATCH = 200
# So many unpaid registrations lapse in one transaction: some 5 ms each, and the write lock is held for 50 ms at most.
CHUNK = 8


def due(now: datetime) -> list[int]:
    """Listings whose registration is over and for which somebody came, earliest first; `quiet` closes the others."""
    over = Listing.objects.filter(closes_at__lte=now)
    waiting = over.filter(Q(state="qualifying") | Q(state="announced", pk__in=somebody_came()))
    return list(waiting.order_by("closes_at", "pk").values_list("pk", flat=True)[:BATCH])


def somebody_came() -> QuerySet[Intent, int]:
    """Listings for which anybody registered, even if lapsed or refused by now."""
    return Intent.objects.exclude(state__in=("withdrawn", "void")).values_list("listing_id", flat=True)


def close(listing_id: int) -> Listing:
    """Registration is over: nobody extends or ends it, one leads to the seller, two or more to the auction.

    First whoever did not pay lapses, in short transactions: nobody can register any more, so it may stop between two.
    """
    while _drop_unpaid(listing_id):
        continue
    return _close(listing_id)


def _is_over(listing: Listing, now: datetime) -> bool:
    return listing.state in ("announced", "qualifying") and listing.closes_at is not None and listing.closes_at <= now


def _undecided(listing: Listing) -> bool:
    waiting = Intent.objects.filter(listing=listing, state="registered", deposit_state__in=("held", "none"))
    return waiting.exists()


@transaction.atomic
def _close(listing_id: int) -> Listing:
    listing = locked(listing_id)
    now = record.now()
    if not _is_over(listing, now):
        return listing
    if _undecided(listing):
        return _wait_for_decisions(listing)
    gate = passed_gate(listing, "close", now)
    if not gate.passed:
        # The right is no longer free (E28): the listing stops until the operator resumes or ends it.
        return stop_for(listing, reason=gates.reason(gate))
    admitted = list(Intent.objects.filter(listing=listing, state="admitted").order_by("pk"))
    if not admitted:
        return _nobody_came(listing, now)
    if len(admitted) == 1:
        return _one_came(listing, now)
    return _open_auction(listing, admitted, now)


def _wait_for_decisions(listing: Listing) -> Listing:
    """The operator still owes decisions on qualification: the listing waits for them."""
    if listing.state == "announced":
        listing.state = listing_rules.listing_after(listing.state, "qualify")
        listing.save(update_fields=["state"])
        record.tell("exchange.qualifying", listing.topic, who=None, public=True, number=listing.number)
    return listing


@transaction.atomic
def _drop_unpaid(listing_id: int) -> int:
    """Whoever did not pay the deposit in time takes no part; money that comes later goes back. Gives how many fell."""
    listing = locked(listing_id)
    if not _is_over(listing, record.now()) or _undecided(listing):
        return 0
    unpaid = Intent.objects.filter(listing=listing, state="registered", deposit_state="due")
    dropped = list(unpaid.select_related("listing", "party", "person").order_by("pk")[:CHUNK])
    for intent in dropped:
        intent.state = "lapsed"
        intent.save(update_fields=["state"])
        record.tell(
            "exchange.lapsed",
            listing.topic,
            who=None,
            to=[intent.person],
            number=listing.number,
            party=intent.party.ref,
        )
        money.release_deposit(intent)
    return len(dropped)


def _nobody_came(listing: Listing, now: datetime) -> Listing:
    kind, facts = nobody_came(listing, now)
    listing.save(update_fields=["state", "extensions", "closes_at", "end_reason", "ended_at"])
    record.tell(kind, listing.topic, who=None, public=True, to=interested(listing), **facts)
    if listing.state in listing_rules.OVER:
        listing.items.update(is_live=False)
        money.release_all(listing)
    return listing


def nobody_came(listing: Listing, now: datetime) -> tuple[str, dict[str, object]]:
    """What becomes of a listing for which nobody came: extended as announced, else over; the caller saves and tells."""
    found = rules_of(listing)
    assert listing.closes_at is not None
    if listing.extensions >= found.announcement_extensions:
        listing.state = listing_rules.listing_after(listing.state, "end")
        listing.end_reason, listing.ended_at = "no_bidders", now
        return "exchange.ended", {"number": listing.number, "outcome": "no_bidders", "reason": "no_bidders"}
    listing.state = listing_rules.listing_after(listing.state, "extend")
    listing.extensions += 1
    # From the old end, not from now: a late clock shortens nobody's period and lengthens none.
    start = max(listing.closes_at, now) if not found.announcement_extension.is_by_calendar else listing.closes_at
    listing.closes_at = listing_rules.after(start, found.announcement_extension, china()).at
    extended = {"number": listing.number, "extensions": listing.extensions, "closes_at": listing.closes_at.isoformat()}
    return "exchange.extended", extended


def _one_came(listing: Listing, now: datetime) -> Listing:
    found = rules_of(listing)
    if found.one_bidder != "contract":
        return end_unsold(listing, outcome="too_few_bidders")
    listing.state = listing_rules.listing_after(listing.state, "report")
    listing.answer_due_at = listing_rules.after(now, found.seller_answer, china()).at
    listing.save(update_fields=["state", "answer_due_at"])
    record.tell(
        "exchange.one_bidder",
        listing.topic,
        who=None,
        public=True,
        to=interested(listing),
        number=listing.number,
        answer_due_at=listing.answer_due_at.isoformat(),
    )
    return listing


def _open_auction(listing: Listing, admitted: list[Intent], now: datetime) -> Listing:
    found = rules_of(listing)
    by_calendar = found.announcement_for(listing.asking_fen).is_by_calendar
    assert listing.closes_at is not None
    opens_at = listing_rules.next_opening(max(listing.closes_at, now), china(), by_calendar=by_calendar)
    opens_ns = to_ns(opens_at)
    terms = rules.terms(found, start_fen=listing.asking_fen, reserve_fen=listing.reserve_fen or 0)
    lot = deals.schedule_lot(listing, terms, opens_ns=opens_ns, closes_ns=opens_ns + found.least_duration.ns)
    listing.state = listing_rules.listing_after(listing.state, "open")
    listing.bidding_at = opens_at
    listing.save(update_fields=["state", "bidding_at"])
    record.tell(
        "exchange.auction_scheduled",
        listing.topic,
        who=None,
        public=True,
        to=interested(listing),
        number=listing.number,
        lot=lot.pk,
        bidders=len(admitted),
        opens_at=opens_at.isoformat(),
    )
    return listing


@transaction.atomic
def answer(who: Person, listing_id: int, *, consents: bool) -> Listing:
    """The seller answers the one qualified buyer: a contract at the asking price, or none."""
    listing = locked(listing_id)
    access.require(who, "exchange.list", listing)
    if listing.state != "answering":
        raise Refused("listing.not_now", state=listing.state, deed="answer")
    record.tell(
        "exchange.answered", listing.topic, who=who, to=interested(listing), number=listing.number, consents=consents
    )
    return _consented(listing) if consents else end_unsold(listing, outcome="seller_declined", who=who)


def answers_due(now: datetime) -> list[int]:
    """Listings whose seller kept silent to the end of the term."""
    silent = Listing.objects.filter(state="answering", answer_due_at__lte=now)
    return list(silent.order_by("answer_due_at", "pk").values_list("pk", flat=True)[:BATCH])


@transaction.atomic
def consent_by_silence(listing_id: int) -> Listing:
    """Silence within the term consents (X4)."""
    listing = locked(listing_id)
    if listing.state != "answering" or listing.answer_due_at is None or listing.answer_due_at > record.now():
        return listing
    if listing.reserve_fen is not None and listing.reserve_fen > listing.asking_fen:
        # Silence cannot sell below what the seller said is the least (B8: agreement at no less than the reserve).
        return end_unsold(listing, outcome="below_reserve")
    return _consented(listing)


def _consented(listing: Listing) -> Listing:
    intent = Intent.objects.select_for_update().filter(listing=listing, state="admitted").first()
    if intent is None:
        # The one buyer stepped back while the listing was suspended; who comes now has the whole extension.
        listing.closes_at, listing.answer_due_at = record.now(), None
        listing.save(update_fields=["closes_at", "answer_due_at"])
        return _nobody_came(listing, listing.closes_at)
    deals.make(listing, intent, price_fen=listing.asking_fen, lot=None)
    return listing


def lots_due() -> list[int]:
    """Lots that the floor has closed and whose listing does not know it yet."""
    closed = Lot.objects.filter(state="closed", listing__state="bidding")
    return list(closed.order_by("closed_ns", "pk").values_list("pk", flat=True)[:BATCH])
