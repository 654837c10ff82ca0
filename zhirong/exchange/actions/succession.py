"""What follows a default: the next best is asked at its own highest bid, or the lot is run again (court rule 24)."""

from __future__ import annotations

from functools import partial

from django.db import transaction

from zhirong.base.calendar import china
from zhirong.base.refused import Refused
from zhirong.exchange import floor_doors, gates, listing_rules, rules
from zhirong.exchange.actions import deals, intents, money, relisting
from zhirong.exchange.actions.listings import end_unsold, interested, maker, next_number, rules_of
from zhirong.exchange.engine.shape import Default, Release
from zhirong.exchange.models import Deal, Intent
from zhirong.people import access
from zhirong.people.models import Person
from zhirong.record import actions as record

BATCH = 50
# A deposit is asked for again only after the buyer said yes, so an offer whose deposit is due has been taken.
TAKEN = "due"
# A buyer who fell out: an annulled deal is no word on its buyer.
FELL_OUT = tuple(state for state in listing_rules.DEAL_UNDONE if state != "annulled")


def follow(deal: Deal, *, who: Person | None) -> None:
    """After a buyer fell out: an offer to the next best, a second run, or the listing's end, as the rule set says."""
    found = rules_of(deal.listing)
    second = deals.next_best(deal) if found.on_default == "next_best" else None
    if second is not None:
        _offer(deal, second)
        return
    end_unsold(deal.listing, outcome="defaulted", who=who)
    if found.on_default == "rerun":
        relisting.again(deal.listing)
        return
    listing = deal.listing
    # Nothing follows by itself: its seller has to hear that, and what it may do now.
    record.tell("exchange.sale_failed", listing.topic, who=None, to=maker(listing), number=listing.number)


def _offer(former: Deal, second: Intent) -> Deal:
    """Its bid fell when it was topped (拍卖法 36), so it is asked and not bound; the term is that of a contract."""
    assert former.lot is not None
    found, now, listing = rules_of(former.listing), record.now(), former.listing
    price_fen = deals.best_fen(former.lot, second.code)
    deal = Deal.objects.create(
        number=next_number("CJ", now, Deal),
        listing=listing,
        lot=former.lot,
        intent=second,
        seller=listing.seller,
        buyer=second.party,
        price_fen=price_fen,
        rank=former.rank + 1,
        state="offered",
        made_at=now,
        contract_due_at=listing_rules.after(now, found.contract, china()).at,
        seller_fee_fen=rules.fee_fen(found, price_fen, side="seller"),
        buyer_fee_fen=rules.fee_fen(found, price_fen, side="buyer"),
    )
    listing.state = listing_rules.listing_after(listing.state, "offer")
    listing.save(update_fields=["state"])
    record.tell(
        "exchange.offered",
        listing.topic,
        who=None,
        public=True,
        to=[*interested(listing), *deals.persons_of(deal)],
        number=listing.number,
        deal=deal.number,
        code=second.code,
        rank=deal.rank,
        price_fen=price_fen,
        due_at=deal.contract_due_at.isoformat(),
    )
    return deal


@transaction.atomic
def take(who: Person, deal_id: int, *, of_repaid_fen: int = 0) -> Deal:
    """The next best says yes: its deposit is frozen anew, at once or when the money comes, and the deal is made.

    `of_repaid_fen` is what the person agreed to have frozen of money that was to be repaid to the party (B10).
    """
    deal = deals.locked_deal(deal_id)
    access.require(who, "exchange.sign_buyer", deal)
    intent = deal.intent
    if deal.state == "contract" or (deal.state == "offered" and intent.deposit_state == TAKEN):
        return deal
    deals.must_run(deal)
    listing_rules.deal_after(deal.state, "take")
    if record.now() >= deal.contract_due_at:
        raise Refused("deal.offer_over", deal=deal.number, due_at=deal.contract_due_at)
    _must_be_free(deal)
    funding = money.funding(deal.buyer, intent.deposit_fen)
    if funding.repaid_fen > of_repaid_fen:
        raise Refused(
            "deal.confirm_funding",
            deal=deal.number,
            deposit_fen=intent.deposit_fen,
            repaid_fen=funding.repaid_fen,
            repaid_by=funding.repaid_by,
        )
    intent.deposit_state, intent.payment_code = TAKEN, intents.payment_code()
    intent.save(update_fields=["deposit_state", "payment_code"])
    record.tell(
        "exchange.offer_taken",
        deal.topic,
        who=who,
        to=deals.persons_of(deal),
        deal=deal.number,
        deposit_fen=intent.deposit_fen,
        due_at=deal.contract_due_at.isoformat(),
    )
    if money.ask_for_deposit(intent, of_repaid_fen=funding.repaid_fen):
        intents.tell_funding(intent, funding, who=who)
        _made(deal)
    return deal


def _must_be_free(deal: Deal) -> None:
    """The register may have changed since the hammer: nobody is bound to what its seller may not sell now (B9, E28)."""
    gate = gates.check(deal.listing, stage="watch", now=record.now(), buyer=deal.buyer)
    if not gate.passed:
        raise Refused("deal.offer_not_free", deal=deal.number, findings=gates.blocking(gate))
    gate.save(force_insert=True)


def _made(deal: Deal) -> None:
    """The deposit stands again: the offer is a deal like any other, and its terms begin."""
    now = record.now()
    deal.state = listing_rules.deal_after(deal.state, "take")
    deal.contract_due_at = listing_rules.after(now, rules_of(deal.listing).contract, china()).at
    deal.save(update_fields=["state", "contract_due_at"])
    deal.listing.state = listing_rules.listing_after(deal.listing.state, "sell")
    deal.listing.save(update_fields=["state"])
    deals.tell_hammer(deal)


@transaction.atomic
def decline(who: Person, deal_id: int) -> Deal:
    """The next best says no; that costs it nothing, and the one after it is asked."""
    deal = deals.locked_deal(deal_id)
    access.require(who, "exchange.sign_buyer", deal)
    if deal.state == "declined":
        return deal
    deals.must_run(deal)
    _over(deal, "exchange.offer_declined", who=who, reason="offer_declined")
    return deal


def deposits_met() -> list[int]:
    """Offers that were taken and whose deposit the buyer's free money covers now."""
    taken = Deal.objects.filter(state="offered", stopped_at=None, intent__deposit_state=TAKEN)
    waiting = list(taken.select_related("intent", "intent__party").order_by("pk")[:BATCH])
    return [deal.pk for deal in money.deposits_covered(waiting, lambda deal: money.deposit_owed(deal.intent))]


@transaction.atomic
def deposit_came(deal_id: int) -> Deal:
    """The money of a taken offer is there: frozen, and the deal is made."""
    deal = deals.locked_deal(deal_id)
    if deal.state != "offered" or deal.intent.deposit_state != TAKEN or deal.stopped_at is not None:
        return deal
    if money.freeze_deposit(deal.intent):
        _made(deal)
    return deal


def due() -> list[int]:
    """Offers whose term is over."""
    silent = Deal.objects.filter(state="offered", stopped_at=None, contract_due_at__lte=record.now())
    return list(silent.order_by("contract_due_at", "pk").values_list("pk", flat=True)[:BATCH])


@transaction.atomic
def lapse(deal_id: int) -> Deal:
    """Silence, or no deposit in time, is a no."""
    deal = deals.locked_deal(deal_id)
    if deal.state == "offered" and deal.stopped_at is None and record.now() >= deal.contract_due_at:
        _over(deal, "exchange.offer_lapsed", who=None, reason="offer_lapsed")
    return deal


def _over(deal: Deal, kind: str, *, who: Person | None, reason: str) -> None:
    deal.state = listing_rules.deal_after(deal.state, "decline")
    deal.ended_at, deal.end_reason = record.now(), reason
    deal.save(update_fields=["state", "ended_at", "end_reason"])
    deals.lapse_proposals(deal)
    record.tell(
        kind,
        deal.topic,
        who=who,
        public=True,
        to=deals.persons_of(deal),
        deal=deal.number,
        code=deal.intent.code,
        rank=deal.rank,
    )
    money.release_deposit(deal.intent)
    follow(deal, who=None)


def untold() -> list[int]:
    """Buyers who fell out of a deal that an auction made, and whose lot's transcript does not say so yet."""
    if floor_doors.health().state != "running":
        return []
    fell = Deal.objects.filter(state__in=FELL_OUT, floor_told=False, lot__isnull=False)
    return list(fell.order_by("lot", "pk").values_list("pk", flat=True)[:BATCH])


def tell_floor(deal_id: int) -> None:
    """The floor writes it into the lot's transcript; outside any transaction, for it commits on its own connection."""
    deal = Deal.objects.select_related("intent", "lot").get(pk=deal_id)
    assert deal.lot is not None
    # The transcript keeps a code, and each reader has its words: why one fell out, whoever wrote the deal's own reason.
    # Whoever was only asked broke no word: declining is free, and the public record may not call it a default.
    reason = {"defaulted": "defaulted", "withdrawn": "offer_withdrawn"}.get(deal.state, deal.end_reason)
    command = Default if deal.state == "defaulted" else Release
    try:
        floor_doors.order(deal.lot.pk, partial(command, bidder=deal.intent.code, reason=reason))
    except Refused as refused:
        # Told by an earlier try that did not come to the mark below, or annulled meanwhile.
        if refused.code not in ("lot.not_the_winner", "lot.annulled"):
            raise
    Deal.objects.filter(pk=deal_id).update(floor_told=True)
