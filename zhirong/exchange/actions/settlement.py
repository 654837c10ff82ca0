"""Settlement: price in escrow, the office's recordal entered by one and confirmed by another, then all or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from zhirong.base.calendar import beijing_day, china
from zhirong.base.refused import Refused
from zhirong.exchange import gates, listing_rules, rules
from zhirong.exchange.actions import certificates, entitled, forfeits, money, prices, proposals, splits, succession
from zhirong.exchange.actions.deals import (
    best_fen,
    lapse_proposals,
    locked_deal,
    must_be_undisputed,
    must_run,
    next_best,
    persons_of,
)
from zhirong.exchange.actions.listings import end_unsold, passed_gate, rules_of
from zhirong.exchange.models import Deal, Gate, Intent, Recordal
from zhirong.people import access
from zhirong.people.models import Person
from zhirong.record import actions as record
from zhirong.record.models import File
from zhirong.registry.actions import titles


@dataclass(frozen=True, slots=True)
class Proof:
    """What the office's notice of the change of owner says."""

    number: str
    effective_on: date
    file: File | None = None

    def digest(self) -> str:
        """What the second person confirms: if it changes in between, the confirmation is refused (S3)."""
        said = f"{self.number}\x1f{self.effective_on.isoformat()}\x1f{self.file.sha256 if self.file else ''}"
        return hashlib.sha256(said.encode()).hexdigest()


@transaction.atomic
def take_price(deal_id: int) -> Deal:
    """The buyer's money is at the bank: into escrow with it, and the change of owner can be filed (专利法 10, N7)."""
    deal = locked_deal(deal_id)
    if deal.state != "payment" or deal.stopped_at is not None or not money.take_price(deal):
        return deal
    now = record.now()
    deal.state = listing_rules.deal_after(deal.state, "pay")
    deal.paid_at = now
    deal.recordal_due_at = listing_rules.after(now, rules_of(deal.listing).recordal, china()).at
    deal.save()
    lapse_proposals(deal)
    record.tell(
        "exchange.paid",
        deal.topic,
        who=None,
        public=True,
        to=persons_of(deal),
        deal=deal.number,
        price_fen=deal.price_fen,
        recordal_due_at=deal.recordal_due_at.isoformat(),
    )
    return deal


@transaction.atomic
def enter_recordal(who: Person, deal_id: int, proof: Proof) -> Recordal:
    """The operator enters the proof that the office recorded the new owner."""
    deal = locked_deal(deal_id)
    access.require(who, "exchange.enter_recordal", deal)
    must_run(deal)
    entitled.must_not_gain(who, {part.party.ref for part in entitled.of(deal, beijing_day(record.now())) if part.party})
    if proof.file is None:
        raise Refused("deal.recordal_no_notice")
    record.must_be_evidence(proof.file)
    if proof.effective_on > beijing_day(record.now()):
        raise Refused("deal.recordal_in_future", effective_on=proof.effective_on)
    if deal.signed_at is not None and proof.effective_on < beijing_day(deal.signed_at):
        raise Refused("deal.recordal_before_contract", effective_on=proof.effective_on, signed_at=deal.signed_at)
    deal.state = listing_rules.deal_after(deal.state, "enter")
    deal.save(update_fields=["state"])
    entered = Recordal.objects.create(
        deal=deal,
        number=listing_rules.must_be_text(proof.number, field="number", most=60),
        effective_on=proof.effective_on,
        file=proof.file,
        entered_by=who,
        entered_at=record.now(),
        payload_hash=proof.digest(),
    )
    record.tell(
        "exchange.recordal_entered",
        deal.topic,
        who=who,
        to=persons_of(deal),
        deal=deal.number,
        recordal=entered.number,
        payload_hash=entered.payload_hash,
    )
    return entered


def _entered(deal: Deal, who: Person) -> Recordal:
    """The proof that waits for this second person; whoever may not confirm any is not told whether one waits."""
    found = deal.recordals.select_for_update().filter(state="entered").order_by("-pk").first()
    access.require(who, "exchange.confirm_recordal", found or Recordal(deal=deal))
    if found is None:
        raise Refused("deal.no_recordal", deal=deal.number)
    return found


@transaction.atomic
def return_recordal(who: Person, deal_id: int, *, reason: str) -> Deal:
    """The second person finds a fault in the proof and sends it back."""
    deal = locked_deal(deal_id)
    entered = _entered(deal, who)
    deal.state = listing_rules.deal_after(deal.state, "return")
    deal.save(update_fields=["state"])
    entered.state, entered.confirmed_by, entered.confirmed_at = "returned", who, record.now()
    entered.reason = listing_rules.must_be_text(reason, field="reason", most=1000)
    entered.save()
    record.tell("exchange.recordal_returned", deal.topic, who=who, deal=deal.number, reason=entered.reason)
    return deal


def confirm_recordal(who: Person, deal_id: int, *, payload_hash: str) -> Deal:
    """A second person confirms: one linked group pays sellers and fees, and the title moves with it (I6, I10).

    A closed gate refuses the settlement; what was found is kept as a deed of its own, and nothing else happens.
    """
    gate = _settle(who, deal_id, payload_hash=payload_hash)
    deal = Deal.objects.select_related("listing", "intent", "seller", "buyer").get(pk=deal_id)
    if gate is not None and not gate.passed:
        raise Refused("deal.gate_closed", deal=deal.number, findings=gates.blocking(gate))
    return deal


@transaction.atomic
def _settle(who: Person, deal_id: int, *, payload_hash: str) -> Gate | None:
    """The settlement, or the gate that stands against it; None where it was done before."""
    deal = locked_deal(deal_id)
    if deal.state == "settled":
        access.require(who, "exchange.confirm_recordal", deal.recordals.get(state="confirmed"))
        return None
    entered = _entered(deal, who)
    must_run(deal)
    must_be_undisputed(deal)
    if entered.payload_hash != payload_hash:
        raise Refused("deal.recordal_changed", deal=deal.number)
    now = record.now()
    gate = passed_gate(deal.listing, "settle", now, buyer=deal.buyer)
    if not gate.passed:
        _tell_closed(who, deal, gate)
        return gate
    deal.state = listing_rules.deal_after(deal.state, "settle")
    deal.settled_at = now
    deal.save()
    lapse_proposals(deal)
    entered.state, entered.confirmed_by, entered.confirmed_at = "confirmed", who, now
    entered.save()
    parts = splits.settle(deal, who=who, day=beijing_day(now))
    # Whether this person may confirm at all is known only with the parts; a refusal undoes them.
    record.must_have_read(who, entered.file)
    _hand_over(deal, entered, who=who)
    prices.note_deal(deal, who=who)
    deal.listing.state = listing_rules.listing_after(deal.listing.state, "settle")
    deal.listing.ended_at = now
    deal.listing.save(update_fields=["state", "ended_at"])
    deal.listing.items.update(is_live=False)
    certificates.issue(deal, recordal=entered, who=who, now=now, proceeds=entitled.told(parts))
    return gate


def _tell_closed(who: Person, deal: Deal, gate: Gate) -> None:
    """The refusal's own deed: by whom it was tried, and what the gate found."""
    record.tell(
        "exchange.gate_closed",
        deal.topic,
        who=who,
        to=persons_of(deal),
        deal=deal.number,
        stage=gate.stage,
        findings=gates.blocking(gate),
    )


def _hand_over(deal: Deal, entered: Recordal, *, who: Person) -> None:
    """The title of every right goes to the buyer on the day of the office's record (专利法 10, N7)."""
    for item in deal.listing.items.select_related("right"):
        titles.transfer(
            who,
            item.right,
            deal.buyer,
            on=entered.effective_on,
            key=f"{deal.number}:{item.pk}",
            deal=gates.in_view(deal.seller, deal.buyer),
            proof=entered.file,
        )


@transaction.atomic
def propose_default(who: Person, deal_id: int, *, reason: str) -> Deal:
    """The operator says that the buyer failed after its term; nothing is taken before a second person agrees."""
    deal = locked_deal(deal_id)
    access.require(who, "exchange.propose_default", deal)
    _must_be_overdue(deal)
    proposals.propose(deal, "default", who=who, reason=reason)
    return deal


@transaction.atomic
def confirm_default(who: Person, deal_id: int, *, payload_hash: str) -> Deal:
    """A second person agrees: the deposit is used in the rule set's order and the next best follows (court rule 24)."""
    deal = locked_deal(deal_id)
    found = proposals.seen(deal, "default", who=who, payload_hash=payload_hash)
    if deal.state == "defaulted":
        return deal
    _must_be_overdue(deal)
    must_be_undisputed(deal)
    proposals.confirm(found, who=who)
    deal.end_reason = found.reason
    return _default(who, deal, proposer=found.proposed_by)


def _must_be_overdue(deal: Deal) -> None:
    must_run(deal)
    listing_rules.deal_after(deal.state, "default")
    due = deal.contract_due_at if deal.state == "contract" else deal.payment_due_at
    if due is None or record.now() <= due:
        raise Refused("deal.not_overdue", deal=deal.number, due_at=due)
    if why := no_default(deal, dict(deal.acceptances.values_list("side", "at"))):
        raise Refused(why, deal=deal.number, due_at=due)


def no_default(deal: Deal, accepted: Mapping[str, datetime]) -> str:
    """Why an unsigned contract is not the buyer's default, as the refusal's code; empty where it is.

    Both sides owe their word by the same instant and neither first (民法典 525): a seller who did not give it in time
    takes nothing for the buyer's silence (民法典 592). The price is owed by the buyer alone, so there it is otherwise.
    """
    if deal.state != "contract":
        return ""
    if "buyer" in accepted:
        return "deal.buyer_kept_word"
    in_time = "seller" in accepted and accepted["seller"] <= deal.contract_due_at
    return "" if in_time else "deal.seller_late_too"


@dataclass(frozen=True, slots=True)
class Consequence:
    """What a default would do: where the deposit goes, and who follows at which price."""

    parts: dict[str, int]
    second: Intent | None
    second_fen: int
    is_rerun: bool


def consequence(deal: Deal) -> Consequence:
    """The deposit in the rule set's order, and the next best bidder where the rule set turns to it (court rule 24)."""
    found, second = rules_of(deal.listing), next_best(deal)
    second_fen = 0
    if second is not None and deal.lot is not None:
        second_fen = best_fen(deal.lot, second.code)
    gap_fen = max(0, deal.price_fen - second_fen) if second_fen else 0
    # Only a deposit that is held can be taken: without one every part is nought, and the record says so.
    held_fen = deal.intent.deposit_fen if deal.intent.deposit_state == "held" else 0
    parts = rules.forfeiture_fen(found, held_fen, costs_fen=deal.buyer_fee_fen, gap_fen=gap_fen)
    follows = second if found.on_default == "next_best" and second_fen else None
    return Consequence(parts, follows, second_fen, is_rerun=found.on_default == "rerun")


def _default(who: Person, deal: Deal, *, proposer: Person) -> Deal:
    told = consequence(deal)
    parts = told.parts
    deal.state = listing_rules.deal_after(deal.state, "default")
    deal.ended_at = record.now()
    deal.save()
    deal.intent.barred_at = deal.ended_at
    deal.intent.save(update_fields=["barred_at"])
    forfeits.take(deal, parts, proposer=proposer, who=who)
    record.tell(
        "exchange.defaulted",
        deal.topic,
        who=who,
        public=True,
        to=persons_of(deal),
        deal=deal.number,
        deposit_fen=sum(parts.values()),
        costs_fen=parts.get("costs", 0),
        gap_fen=parts.get("gap", 0),
        seller_fen=parts.get("seller", 0),
    )
    succession.follow(deal, who=who)
    return deal


@transaction.atomic
def propose_annulment(who: Person, deal_id: int, *, reason: str) -> Deal:
    """The operator says why a deal cannot be completed: the office refused, the right ended, the seller failed."""
    deal = locked_deal(deal_id)
    access.require(who, "exchange.propose_annulment", deal)
    must_be_undisputed(deal)
    listing_rules.deal_after(deal.state, "annul")
    proposals.propose(deal, "annulment", who=who, reason=reason)
    return deal


@transaction.atomic
def confirm_annulment(who: Person, deal_id: int, *, payload_hash: str) -> Deal:
    """A second person agrees: everything paid goes back to the buyer, and the listing ends (LEDGER 5.3)."""
    deal = locked_deal(deal_id)
    found = proposals.seen(deal, "annulment", who=who, payload_hash=payload_hash)
    if deal.state == "annulled":
        return deal
    must_be_undisputed(deal)
    proposals.confirm(found, who=who)
    annul(deal, who=who, reason=found.reason)
    return deal


def annul(deal: Deal, *, who: Person, reason: str) -> None:
    """A deal is undone before settlement: everything paid goes back, in one group (LEDGER 5.3)."""
    deal.state = listing_rules.deal_after(deal.state, "annul")
    deal.ended_at, deal.end_reason = record.now(), reason
    deal.save()
    lapse_proposals(deal)
    money.refund(deal, who=who)
    record.tell(
        "exchange.annulled", deal.topic, who=who, public=True, to=persons_of(deal), deal=deal.number, reason=reason
    )
    end_unsold(deal.listing, outcome="annulled", who=who)
