"""Deals: from the hammer to the signed contract, and what happens when the winner does not keep its word."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from zhirong.base.calendar import china
from zhirong.base.refused import Refused
from zhirong.exchange import listing_rules, rules
from zhirong.exchange.actions import money
from zhirong.exchange.actions.listings import end_unsold, interested, locked, next_number, rules_of, stop_for
from zhirong.exchange.engine.shape import Terms
from zhirong.exchange.models import Acceptance, Deal, Intent, Listing, Lot
from zhirong.people import access
from zhirong.people.models import Membership, Person
from zhirong.record import actions as record
from zhirong.record.models import File

ANNULLED = {"zh": "竞价已撤销", "en": "the auction was annulled"}
# States of a deal whose contract is in force.
BOUND = ("payment", "recordal", "confirming", "settled")
SIGN = {"seller": "exchange.sign_seller", "buyer": "exchange.sign_buyer"}


def schedule_lot(listing: Listing, terms: Terms, *, opens_ns: int, closes_ns: int) -> Lot:
    """A lot of the listing, which the floor takes over from its row."""
    run = Lot.objects.filter(listing=listing).count() + 1
    return Lot.objects.create(
        listing=listing,
        run=run,
        form=terms.form,
        terms=json.dumps(terms.facts(), sort_keys=True),
        opens_ns=opens_ns,
        closes_ns=closes_ns,
        start_fen=terms.start_fen,
    )


@transaction.atomic
def follow_lot(lot_id: int) -> Listing:
    """What the floor decided becomes a deal, or the listing's end."""
    listing = locked(Lot.objects.values_list("listing", flat=True).get(pk=lot_id))
    lot = Lot.objects.get(pk=lot_id)
    if lot.state != "closed" or listing.state != "bidding":
        return listing
    result: dict[str, Any] = json.loads(lot.result)
    if result["outcome"] == "sold":
        winner = Intent.objects.select_for_update().get(listing=listing, code=str(result["winner"]))
        make(listing, winner, price_fen=int(result["price_fen"]), lot=lot)
        return listing
    if result["outcome"] == "annulled":
        return stop_for(listing, reason=ANNULLED)
    return end_unsold(listing, outcome=str(result["outcome"]))


def make(listing: Listing, intent: Intent, *, price_fen: int, lot: Lot | None) -> Deal:
    """A deal is made: fees are fixed, deadlines run, the deposits of all the others go back (X4, X7)."""
    found, now = rules_of(listing), record.now()
    deal = Deal.objects.create(
        number=next_number("CJ", now, Deal),
        listing=listing,
        lot=lot,
        intent=intent,
        seller=listing.seller,
        buyer=intent.party,
        price_fen=price_fen,
        made_at=now,
        contract_due_at=listing_rules.after(now, found.contract, china()).at,
        seller_fee_fen=rules.fee_fen(found, price_fen, side="seller"),
        buyer_fee_fen=rules.fee_fen(found, price_fen, side="buyer"),
    )
    listing.state = listing_rules.listing_after(listing.state, "sell")
    listing.save(update_fields=["state"])
    tell_hammer(deal)
    money.release_others(listing, intent)
    return deal


def tell_hammer(deal: Deal) -> None:
    """The public word that there is a deal, with the place that its buyer held among the bidders."""
    record.tell(
        "exchange.hammer",
        deal.listing.topic,
        who=None,
        public=True,
        to=interested(deal.listing),
        number=deal.listing.number,
        deal=deal.number,
        price_fen=deal.price_fen,
        code=deal.intent.code,
        rank=deal.rank,
    )


def next_best(deal: Deal) -> Intent | None:
    """Who would be asked if this buyer failed: the highest bidder at or above the reserve who neither won nor fell."""
    if deal.lot is None:
        return None
    admitted = Intent.objects.filter(listing=deal.listing, state="admitted")
    failed = Deal.objects.filter(listing=deal.listing).values("intent__code")
    banned = deal.lot.steps.filter(kind="banned").values("code")
    bids = deal.lot.steps.filter(kind="bid", refusal="", amount_fen__gte=deal.listing.reserve_fen or 0)
    bids = bids.filter(code__in=admitted.values("code")).exclude(code=deal.intent.code)
    bids = bids.exclude(code__in=failed).exclude(code__in=banned)
    best = bids.order_by("-amount_fen", "seq").first()
    return admitted.filter(code=best.code).first() if best else None


def best_fen(lot: Lot, code: str) -> int:
    """The highest bid of a bidder that counted."""
    bids = lot.steps.filter(kind="bid", refusal="", code=code)
    return int(bids.aggregate(best=Max("amount_fen"))["best"] or 0)


def locked_deal(deal_id: int) -> Deal:
    """The deal under lock, its listing locked before it."""
    found = Deal.objects.filter(pk=deal_id).first()
    if found is None:
        raise Refused("deal.unknown", deal=deal_id)
    locked(found.listing_id)
    return (
        Deal.objects.select_for_update(of=("self",))
        .select_related("listing", "intent", "seller", "buyer")
        .get(pk=deal_id)
    )


def must_run(deal: Deal) -> None:
    """An open objection, or a register that changed, stops the settlement's clock and its deeds (E40, E28)."""
    if deal.stopped_at is not None:
        raise Refused("deal.stopped", number=deal.number, stopped_at=deal.stopped_at)


def must_be_undisputed(deal: Deal) -> None:
    """An open objection is decided first; a clock that the register stopped hinders no annulment (E28, E40)."""
    if not deal.objections.filter(state="open").exists():
        return
    must_run(deal)
    # A side's further objection stops no term, but what cannot be undone waits for its decision.
    raise Refused("deal.objection_open", deal=deal.number)


def persons_of(deal: Deal) -> list[Person]:
    """Everyone who may act for one of the two sides."""
    members = Membership.objects.filter(
        party__in=[deal.seller_id, deal.buyer_id], confirmed_at__isnull=False, ended_at__isnull=True
    )
    return [member.person for member in members.select_related("person")]


@transaction.atomic
def accept(who: Person, deal_id: int, *, side: str, contract_sha256: str, signed_copy: File | None = None) -> Deal:
    """One side accepts the contract's text; when both have, payment is due."""
    deal = locked_deal(deal_id)
    access.require(who, SIGN[side], deal)
    if Acceptance.objects.filter(deal=deal, side=side).exists():
        return deal
    must_run(deal)
    listing_rules.deal_after(deal.state, "sign")
    if deal.contract_file is None or deal.contract_file.sha256 != contract_sha256:
        raise Refused("deal.text_changed", deal=deal.number)
    record.must_be_evidence(signed_copy)
    now = record.now()
    leaf = record.tell(
        "exchange.accepted",
        deal.topic,
        who=who,
        to=persons_of(deal),
        deal=deal.number,
        side=side,
        contract_sha256=contract_sha256,
    )
    Acceptance.objects.create(
        deal=deal, side=side, person=who, at=now, contract_sha256=contract_sha256, signed_copy=signed_copy, leaf=leaf
    )
    lapse_proposals(deal)
    if deal.acceptances.count() == len(SIGN):
        _signed(deal, now)
    return deal


def lapse_proposals(deal: Deal) -> None:
    """The deal went on: a default of the step before has lapsed, and nothing stays proposed of a deal that is over."""
    waiting = deal.proposals.filter(state="proposed")
    if deal.state not in listing_rules.DEAL_OVER:
        waiting = waiting.filter(what="default")
    waiting.update(state="lapsed", decided_at=record.now())


def _signed(deal: Deal, now: datetime) -> None:
    texts = set(deal.acceptances.values_list("contract_sha256", flat=True))
    if len(texts) > 1:
        raise Refused("deal.two_texts", deal=deal.number)
    deal.state = listing_rules.deal_after(deal.state, "sign")
    deal.signed_at = now
    deal.payment_due_at = listing_rules.after(now, rules_of(deal.listing).payment, china()).at
    deal.save()
    record.tell(
        "exchange.signed",
        deal.topic,
        who=None,
        public=True,
        to=persons_of(deal),
        deal=deal.number,
        payment_due_at=deal.payment_due_at.isoformat(),
    )
    _note_shortfalls(deal)
    money.ask_for_price(deal)


def result_stands_until(deal: Deal) -> datetime | None:
    """How long the result must stand in public at least once the contract binds (32号令, X3); no page takes it away."""
    if deal.signed_at is None or deal.state not in BOUND:
        return None
    return listing_rules.after(deal.signed_at, rules_of(deal.listing).result_notice, china()).at


def _note_shortfalls(deal: Deal) -> None:
    """Once the new price binds, what a defaulter's price exceeded it by is known, and what its deposit covers of it.

    The rest is the defaulter's debt to the seller (拍卖法 39, court rule 24); the seller claims it, not the house.
    """
    sold: Listing | None = deal.listing
    while sold is not None:
        for fallen in Deal.objects.filter(listing=sold, state="defaulted").select_related("intent", "listing"):
            gap_fen = max(0, fallen.price_fen - deal.price_fen)
            kept_fen = fallen.intent.deposit_fen if fallen.intent.deposit_state == "forfeited" else 0
            found = rules_of(fallen.listing)
            parts = rules.forfeiture_fen(found, kept_fen, costs_fen=fallen.buyer_fee_fen, gap_fen=gap_fen)
            covered_fen = parts.get("gap", 0)
            fallen.shortfall_fen = gap_fen - covered_fen
            fallen.save(update_fields=["shortfall_fen"])
            record.tell(
                "exchange.shortfall",
                fallen.topic,
                who=None,
                to=persons_of(fallen),
                deal=fallen.number,
                resold=deal.number,
                gap_fen=gap_fen,
                covered_fen=covered_fen,
                owed_fen=fallen.shortfall_fen,
            )
        sold = sold.follows
