"""The facts of the public record by name, as a receipt shows them; one without a word goes by its bare name."""

from __future__ import annotations

from django.utils.translation import gettext, gettext_noop

FACTS = {
    "amount_fen": gettext_noop("Amount"),
    "asking_fen": gettext_noop("Asking price"),
    "at_ns": gettext_noop("Received"),
    "bidder": gettext_noop("Bidder"),
    "bidders": gettext_noop("Bidders"),
    "buyer": gettext_noop("Buyer"),
    "buyer_fee_fen": gettext_noop("Buyer's fee"),
    "certificate": gettext_noop("Certificate"),
    "closes_at": gettext_noop("Registration until"),
    "contract_due_at": gettext_noop("Contract by"),
    "contract_sha256": gettext_noop("Hash of the contract"),
    "day": gettext_noop("Day"),
    "deal": gettext_noop("Deal"),
    "deposit_fen": gettext_noop("Deposit"),
    "edition": gettext_noop("Edition"),
    "end_ns": gettext_noop("End"),
    "extensions": gettext_noop("Extensions"),
    "file": gettext_noop("File"),
    "hammer_at": gettext_noop("Hammer"),
    "leader": gettext_noop("Leader"),
    "least_fen": gettext_noop("Least valid bid"),
    "listing": gettext_noop("Listing"),
    "lot": gettext_noop("Lot"),
    "next_fen": gettext_noop("Next valid bid"),
    "number": gettext_noop("Number"),
    "objection": gettext_noop("Objection"),
    "opens_at": gettext_noop("Opens"),
    "opens_ns": gettext_noop("Opens"),
    "outcome": gettext_noop("Outcome"),
    "party": gettext_noop("Party (by reference)"),
    "payload_hash": gettext_noop("Hash of what was confirmed"),
    "payment_due_at": gettext_noop("Payment by"),
    "price_fen": gettext_noop("Price"),
    "rank": gettext_noop("Rank"),
    "reason": gettext_noop("Reason"),
    "recordal": gettext_noop("Number of the recordal"),
    "recordal_due_at": gettext_noop("Recordal due"),
    "recordal_effective_on": gettext_noop("In force on"),
    "rights": gettext_noop("Rights"),
    "rule_set": gettext_noop("Rule set"),
    "seller": gettext_noop("Seller"),
    "seller_fee_fen": gettext_noop("Seller's fee"),
    "seq": gettext_noop("Place in the lot"),
    "settled_at": gettext_noop("Settled"),
    "sha256": gettext_noop("Hash of the file"),
    "side": gettext_noop("Side"),
    "top_fen": gettext_noop("Current price"),
    "winner": gettext_noop("Winner"),
}


def of(name: str) -> str:
    """What a fact is called on the page."""
    return gettext(FACTS[name]) if name in FACTS else name
