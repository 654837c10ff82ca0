"""Proposals for a deal, as two persons decide them: one open at a time, confirmed by hash, sent back or withdrawn."""

from __future__ import annotations

import hashlib

from django.db import transaction

from zhirong.base.refused import Refused
from zhirong.exchange import listing_rules
from zhirong.exchange.actions.deals import locked_deal, persons_of
from zhirong.exchange.models import Deal, Proposal
from zhirong.people import access
from zhirong.people.models import Person
from zhirong.record import actions as record

# What is proposed -> the verb of its second person, and what says that none waits.
CONFIRMS = {"default": "exchange.confirm_default", "annulment": "exchange.confirm_annulment"}
PROPOSES = {"default": "exchange.propose_default", "annulment": "exchange.propose_annulment"}
PROPOSED = {"default": "exchange.default_proposed", "annulment": "exchange.annulment_proposed"}
NONE_WAITS = {"default": "deal.default_not_proposed", "annulment": "deal.annulment_not_proposed"}


def propose(deal: Deal, what: str, *, who: Person, reason: str) -> None:
    """It waits for a second person from now on, and both sides hear of it; another than the open one has to wait."""
    why = listing_rules.must_be_text(reason, field="reason", most=1000)
    digest = hashlib.sha256(f"{deal.number}\x1f{what}\x1f{why}".encode()).hexdigest()
    waiting = deal.proposals.filter(state="proposed").first()
    if waiting is not None and waiting.payload_hash == digest:
        return
    if waiting is not None:
        raise Refused("deal.proposal_open", deal=deal.number, proposal=waiting.what)
    made = Proposal.objects.create(
        deal=deal, what=what, reason=why, payload_hash=digest, proposed_by=who, proposed_at=record.now()
    )
    record.tell(
        PROPOSED[what],
        deal.topic,
        who=who,
        to=persons_of(deal),
        deal=deal.number,
        reason=made.reason,
        payload_hash=made.payload_hash,
    )


def seen(deal: Deal, what: str, *, who: Person, payload_hash: str) -> Proposal:
    """What this second person decides, as it was looked at (S3); whoever may not is not told whether one waits."""
    rows = deal.proposals.select_for_update().filter(what=what)
    found = rows.filter(state="proposed").first() or rows.filter(state="confirmed").first()
    access.require(who, CONFIRMS[what], found or Proposal(deal=deal))
    if found is None:
        raise Refused(NONE_WAITS[what], deal=deal.number)
    if found.payload_hash != payload_hash:
        raise Refused("deal.proposal_changed", deal=deal.number)
    return found


def confirm(found: Proposal, *, who: Person) -> None:
    """The second person agreed; the caller does what was proposed in the same transaction."""
    found.state, found.decided_by, found.decided_at = "confirmed", who, record.now()
    found.save(update_fields=["state", "decided_by", "decided_at"])


@transaction.atomic
def send_back(who: Person, deal_id: int, *, payload_hash: str, reason: str) -> Deal:
    """The second person does not agree: the proposal ends, and another may be made."""
    deal = locked_deal(deal_id)
    rows = deal.proposals.select_for_update()
    found = rows.filter(state__in=("proposed", "returned"), payload_hash=payload_hash).order_by("-pk").first()
    if found is None:
        waiting = rows.filter(state="proposed").first()
        access.require(who, CONFIRMS[waiting.what if waiting else "default"], waiting or Proposal(deal=deal))
        raise Refused("deal.proposal_changed" if waiting else "deal.no_proposal", deal=deal.number)
    access.require(who, CONFIRMS[found.what], found)
    _end(deal, found, "returned", who=who, answer=reason)
    return deal


@transaction.atomic
def withdraw(who: Person, deal_id: int, *, reason: str) -> Deal:
    """An operator takes back what nobody decided yet: a wrong reason is mended by a new proposal."""
    deal = locked_deal(deal_id)
    rows = deal.proposals.select_for_update()
    found = rows.filter(state="proposed").first() or rows.filter(state="withdrawn").order_by("-pk").first()
    access.require(who, PROPOSES[found.what if found else "default"], deal)
    if found is None:
        raise Refused("deal.no_proposal", deal=deal.number)
    _end(deal, found, "withdrawn", who=who, answer=reason)
    return deal


# How a proposal ends without its deed, and what says so.
ENDS = {"returned": "exchange.proposal_returned", "withdrawn": "exchange.proposal_withdrawn"}


def _end(deal: Deal, found: Proposal, state: str, *, who: Person, answer: str) -> None:
    if found.state == state:
        return
    found.answer = listing_rules.must_be_text(answer, field="reason", most=1000)
    found.state, found.decided_by, found.decided_at = state, who, record.now()
    found.save(update_fields=["answer", "state", "decided_by", "decided_at"])
    record.tell(
        ENDS[state],
        deal.topic,
        who=who,
        to=persons_of(deal),
        deal=deal.number,
        proposal=found.what,
        payload_hash=found.payload_hash,
        reason=found.answer,
    )
