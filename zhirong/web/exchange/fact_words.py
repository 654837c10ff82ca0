"""The facts of the record by name, as receipts and the audit show them; every fact of every kind has its word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext, gettext_noop
from markupsafe import Markup

from zhirong.people import access
from zhirong.people.models import Party, Person
from zhirong.people.rules import Standing
from zhirong.web import filters
from zhirong.web.exchange import words

# What every leaf holds beside the facts of its kind.
LEAF = {
    "at": gettext_noop("At"),
    "free_fen": gettext_noop("From the free balance"),
    "kind": gettext_noop("Kind"),
    "name_en": gettext_noop("Name in English"),
    "name_zh": gettext_noop("Name in Chinese"),
    "repaid_by": gettext_noop("Was to be repaid by"),
    "repaid_fen": gettext_noop("Of it, due to be repaid"),
    "rest_fen": gettext_noop("Rest to be paid in"),
    "salt": gettext_noop("Random salt"),
    "topic": gettext_noop("About"),
    "who": gettext_noop("Deed by"),
}
# Of valuation.
VALUED = {
    "count": gettext_noop("How many"),
    "refused": gettext_noop("Refused, by number"),
    "run": gettext_noop("Run"),
    "valued": gettext_noop("Valued, by number"),
    "alert": gettext_noop("Why to value anew"),
    "appraisal_state": gettext_noop("Stage of the appraisal"),
    "deals": gettext_noop("Deals"),
    "en_sha256": gettext_noop("Hash of the English report"),
    "grade": gettext_noop("Grade"),
    "high_fen": gettext_noop("High value"),
    "likely_fen": gettext_noop("Most likely"),
    "low_fen": gettext_noop("Low value"),
    "method": gettext_noop("Method"),
    "model_sha256": gettext_noop("Hash of the market's model"),
    "overridden": gettext_noop("Changed by the valuer"),
    "parameters_sha256": gettext_noop("Hash of the parameters"),
    "portfolio": gettext_noop("Portfolio"),
    "reference": gettext_noop("Reference"),
    "usable_until": gettext_noop("Usable until"),
    "value_date": gettext_noop("Value date"),
    "valuer": gettext_noop("Valuer"),
    "weight_ppm": gettext_noop("Weight in the conclusion"),
    "zh_sha256": gettext_noop("Hash of the Chinese report"),
}
# Of policy and of enterprise files.
POLICY = {
    "allocation": gettext_noop("How a budget is shared out"),
    "answer": gettext_noop("Answer to the objection"),
    "asked_fen": gettext_noop("Amount asked for"),
    "bound_fen": gettext_noop("Bound of the budget"),
    "cases": gettext_noop("Cases run"),
    "clause": gettext_noop("Clause of the measure"),
    "clauses": gettext_noop("Clauses that it rests on"),
    "computed_fen": gettext_noop("Amount computed"),
    "decided_sha256": gettext_noop("Hash of the decision"),
    "decision": gettext_noop("Number of the kept decision"),
    "differences": gettext_noop("Facts found otherwise"),
    "enterprises": gettext_noop("Enterprises screened"),
    "evidence": gettext_noop("Evidence, by reference"),
    "feed": gettext_noop("Calendar feed"),
    "granted_fen": gettext_noop("Amount granted"),
    "high_ppm": gettext_noop("Share that applies, at the most"),
    "inside": gettext_noop("Place around it"),
    "is_upheld": gettext_noop("Objection upheld"),
    "likely_ppm": gettext_noop("Share that applies, most likely"),
    "list_number": gettext_noop("Number of the payment list"),
    "low_ppm": gettext_noop("Share that applies, at the least"),
    "material": gettext_noop("Material of the checklist"),
    "may_prepare": gettext_noop("May prepare applications"),
    "measure": gettext_noop("Id of the measure"),
    "measure_sha256": gettext_noop("Hash of the measure's text"),
    "measures": gettext_noop("Measures in the run"),
    "missing": gettext_noop("What is missing of the papers"),
    "mutants": gettext_noop("Slips tried"),
    "name": gettext_noop("Name"),
    "operator": gettext_noop("Operator of the place"),
    "original": gettext_noop("Original, by reference"),
    "paragraph": gettext_noop("Paragraph of the original"),
    "paragraphs": gettext_noop("Paragraphs in it"),
    "percent": gettext_noop("Per cent bound"),
    "place_kind": gettext_noop("Kind of place"),
    "population_sha256": gettext_noop("Hash of the population screened"),
    "statement": gettext_noop("Number of the statement"),
    "statements": gettext_noop("Statements, by number"),
    "title": gettext_noop("Title of the original"),
    "title_en": gettext_noop("Title in English"),
    "title_zh": gettext_noop("Title in Chinese"),
    "total_fen": gettext_noop("Total of the list"),
    "verdict": gettext_noop("Decision on the application"),
}
FACTS = {
    **LEAF,
    **VALUED,
    **POLICY,
    "about": gettext_noop("What it is about"),
    "account": gettext_noop("Account"),
    "act": gettext_noop("Act"),
    "altered": gettext_noop("Changed in it"),
    "amount_fen": gettext_noop("Amount"),
    "answer_due_at": gettext_noop("Answer by"),
    "approval": gettext_noop("Approval of the sale"),
    "approved_on": gettext_noop("Approved on"),
    "asking_fen": gettext_noop("Asking price"),
    "at_ns": gettext_noop("Received"),
    "bank_ref": gettext_noop("Line of the bank"),
    "basis_on": gettext_noop("Valuation date"),
    "batch": gettext_noop("Import"),
    "bidder": gettext_noop("Bidder"),
    "bidders": gettext_noop("Bidders"),
    "booked": gettext_noop("Lines booked before"),
    "buyer": gettext_noop("Buyer"),
    "buyer_fee_fen": gettext_noop("Buyer's fee"),
    "certificate": gettext_noop("Certificate"),
    "change": gettext_noop("Change"),
    "changed": gettext_noop("Rows changed"),
    "channel": gettext_noop("Channel"),
    "checked_by": gettext_noop("Checked by"),
    "claim": gettext_noop("Claim"),
    "closes_at": gettext_noop("Registration until"),
    "code": gettext_noop("Bidder code"),
    "consent": gettext_noop("Consent"),
    "consents": gettext_noop("Consents"),
    "contract_due_at": gettext_noop("Contract by"),
    "contract_sha256": gettext_noop("Hash of the contract"),
    "corrects": gettext_noop("Reverses the line"),
    "costs_fen": gettext_noop("To the costs"),
    "country": gettext_noop("Country"),
    "covered_fen": gettext_noop("Covered by the deposit"),
    "currency": gettext_noop("Currency"),
    "dated_on": gettext_noop("Dated"),
    "day": gettext_noop("Day"),
    "deal": gettext_noop("Deal"),
    "demo_rules": gettext_noop("Demonstration rules"),
    "deposit_fen": gettext_noop("Deposit"),
    "difference_fen": gettext_noop("Difference"),
    "due": gettext_noop("Key of the payout due"),
    "due_at": gettext_noop("Deadline"),
    "edition": gettext_noop("Edition"),
    "encumbrance": gettext_noop("Entry of the burden"),
    "end_ns": gettext_noop("End"),
    "entries": gettext_noop("Booked entries"),
    "entry": gettext_noop("Register entry"),
    "even": gettext_noop("Books and bank agree"),
    "event": gettext_noop("Number of the entry"),
    "expected_fen": gettext_noop("Amount expected"),
    "expires_at": gettext_noop("Expires"),
    "extension_ns": gettext_noop("Extension"),
    "extensions": gettext_noop("Extensions"),
    "facts_sha256": gettext_noop("Hash of what was certified"),
    "faults": gettext_noop("Rows to correct"),
    "fen": gettext_noop("Amount"),
    "file": gettext_noop("File"),
    "findings": gettext_noop("What was found"),
    "for_admitted": gettext_noop("For admitted buyers only"),
    "form": gettext_noop("Form"),
    "former": gettext_noop("Listing before it"),
    "free_end_ns": gettext_noop("Free period until"),
    "fresh": gettext_noop("New lines"),
    "from_at": gettext_noop("Clock before"),
    "from_parties": gettext_noop("Former holders"),
    "gap_fen": gettext_noop("Gap in price"),
    "group": gettext_noop("Group"),
    "hammer_at": gettext_noop("Hammer"),
    "hard_end_ns": gettext_noop("Ends at the latest"),
    "is_followed": gettext_noop("Follows the newer record"),
    "is_public_institution": gettext_noop("Public institution"),
    "is_public_research": gettext_noop("Public university or research institute"),
    "is_state_owned": gettext_noop("State-owned"),
    "is_wanted": gettext_noop("Wanted"),
    "key": gettext_noop("Key of the deed"),
    "leader": gettext_noop("Leader"),
    "leader_may_overbid": gettext_noop("The leader may bid again"),
    "least_bidders": gettext_noop("Bidders needed"),
    "least_fen": gettext_noop("Least valid bid"),
    "left_fen": gettext_noop("Left"),
    "left_ns": gettext_noop("Time left"),
    "line": gettext_noop("Line of the transcript"),
    "lines": gettext_noop("Number of lines"),
    "listing": gettext_noop("Listing no."),
    "lot": gettext_noop("Auction no."),
    "match_ns": gettext_noop("Time for priority purchasers"),
    "media_type": gettext_noop("Kind of file"),
    "most_fen": gettext_noop("Highest price the house takes"),
    "next_fen": gettext_noop("Next valid bid"),
    "number": gettext_noop("Number"),
    "objection": gettext_noop("Objection"),
    "on": gettext_noop("On"),
    "on_default": gettext_noop("When the winner fails"),
    "opens_at": gettext_noop("Opens"),
    "opens_ns": gettext_noop("Opens"),
    "outcome": gettext_noop("Outcome"),
    "owed_fen": gettext_noop("Still owed"),
    "paid_on": gettext_noop("Paid on"),
    "paper": gettext_noop("Number of the paper"),
    "paper_kind": gettext_noop("Kind of paper"),
    "parts": gettext_noop("Division"),
    "party": gettext_noop("Party (by reference)"),
    "party_kind": gettext_noop("Kind of party"),
    "paths": gettext_noop("Accounts"),
    "payload": gettext_noop("Hash of the payout"),
    "price_approval": gettext_noop("Approval of a lower price"),
    "proposal": gettext_noop("Proposal"),
    "payload_hash": gettext_noop("Hash of what was confirmed"),
    "payment": gettext_noop("Reported payment"),
    "payment_code": gettext_noop("Payment code"),
    "payment_due_at": gettext_noop("Payment by"),
    "payout": gettext_noop("Payout"),
    "payouts": gettext_noop("Payouts"),
    "person": gettext_noop("Person (by reference)"),
    "price_fen": gettext_noop("Price"),
    "priority_rank": gettext_noop("Priority rank"),
    "proceeds": gettext_noop("Proceeds"),
    "question": gettext_noop("Question"),
    "rank": gettext_noop("Rank"),
    "reason": gettext_noop("Reason"),
    "recordal": gettext_noop("Number of the recordal"),
    "recordal_due_at": gettext_noop("Recordal due"),
    "recordal_effective_on": gettext_noop("In force on"),
    "report": gettext_noop("Appraisal report"),
    "reserve_fen": gettext_noop("Reserve"),
    "resold": gettext_noop("Sold again by"),
    "rights": gettext_noop("Rights"),
    "role": gettext_noop("Role"),
    "roles": gettext_noop("Roles"),
    "rows": gettext_noop("Rows"),
    "rule_set": gettext_noop("Rule set"),
    "secret": gettext_noop("Kept secret"),
    "seller": gettext_noop("Seller"),
    "seller_fee_fen": gettext_noop("Seller's fee"),
    "seller_fen": gettext_noop("To the seller"),
    "seq": gettext_noop("Place in the lot"),
    "settled_at": gettext_noop("Settled"),
    "sha256": gettext_noop("Hash of the file"),
    "share_ppm": gettext_noop("Share"),
    "side": gettext_noop("Side"),
    "since": gettext_noop("Since"),
    "since_ns": gettext_noop("Stood still since"),
    "size": gettext_noop("Size in bytes"),
    "source": gettext_noop("Source"),
    "stage": gettext_noop("Stage"),
    "stands": gettext_noop("Division that stands"),
    "start_fen": gettext_noop("Start price"),
    "state": gettext_noop("State"),
    "steps": gettext_noop("Steps"),
    "suspended": gettext_noop("Lines in suspense"),
    "table": gettext_noop("Table"),
    "takes": gettext_noop("Takes the lot"),
    "terms": gettext_noop("Terms"),
    "to": gettext_noop("To"),
    "to_at": gettext_noop("Clock after"),
    "to_parties": gettext_noop("New holders"),
    "to_party": gettext_noop("New holder"),
    "token": gettext_noop("Token"),
    "top_fen": gettext_noop("Current price"),
    "transfer": gettext_noop("Transfer"),
    "tries_left": gettext_noop("Tries left"),
    "until": gettext_noop("Until"),
    "upheld": gettext_noop("Upheld"),
    "value_fen": gettext_noop("Appraised at"),
    "verification": gettext_noop("Verification"),
    "version": gettext_noop("Version"),
    "voided": gettext_noop("Void bids"),
    "waits_for_second": gettext_noop("Waits for a second person"),
    "was": gettext_noop("Outcome before"),
    "weight": gettext_noop("Kind of burden"),
    "why": gettext_noop("Why"),
    "window_ns": gettext_noop("Last window"),
    "was_fen": gettext_noop("Asking price before"),
    "winner": gettext_noop("Winner"),
    "year": gettext_noop("Patent year"),
}


# Facts that name parties by their references, and who may read the names: the house, and a party its own.
PARTIES = ("party", "seller", "buyer", "checked_by", "from_parties", "to_party", "to_parties")
# Facts that name persons by their references: their names are for the house's people.
PERSONS = ("who", "person", "checked_by")
NAMED = {*PARTIES, *PERSONS}
# Facts that are names of the record's own.
CODES = ("kind", "topic", "salt", "entries", "material", "measure", "clause", "clauses")
# What stands for a thing and is copied rather than read: listing:12, deposit:7:release, party:…:available, a reference.
REFERENCE = re.compile(r"(?:[a-z]+:[^\s,、]+(?:[,、] ?)?)+|[0-9a-f]{16}|[0-9a-f]{64}")


def of(name: str) -> str:
    """What a fact is called on the page."""
    return gettext(FACTS[name]) if name in FACTS else name


def rows(facts: Mapping[str, Any], who: Standing | None) -> list[tuple[str, str]]:
    """Every fact of a deed by its word, as this reader may see it."""
    known = names_in([facts], who)
    return [(of(name), in_full(name, value, known)) for name, value in sorted(facts.items())]


def in_full(name: str, value: Any, known: Mapping[str, str]) -> str:
    """A fact with what it rests on: a person's name with the reference on the record, a bare reference marked so."""
    text = shown(name, value, known)
    if name in PERSONS and text != value and isinstance(value, str) and value != "house":
        return Markup("{} <code>{}</code>").format(text, value)
    return Markup("<code>{}</code>").format(text) if name in CODES or REFERENCE.fullmatch(text) else text


def names_in(told: Iterable[Mapping[str, Any]], who: Standing | None) -> dict[str, str]:
    """The names behind the references of parties and persons, for the house's people; for others their own parties."""
    values = [facts[name] for facts in told for name in NAMED if facts.get(name)]
    refs = {ref for value in values for ref in (value if isinstance(value, list) else [value]) if isinstance(ref, str)}
    refs.discard("house")
    if not refs or who is None:
        return {}
    found = Party.objects.filter(ref__in=refs)
    if not access.could(who, "people.see_cases"):
        return dict(found.filter(pk__in=who.parties).values_list("ref", "name"))
    persons = Person.objects.filter(ref__in=refs).values_list("ref", "name")
    return dict(found.values_list("ref", "name").union(persons))


def shown(name: str, value: Any, known: Mapping[str, str]) -> str:
    """A fact as people read it: references by their names where they may, figures within it by their own words."""
    apart = "；" if filters.is_chinese() else "; "
    if isinstance(value, dict) and not {"zh", "en"} <= set(value):
        return apart.join(f"{of(one)}{gettext(': ')}{shown(one, part, known)}" for one, part in value.items())
    if name == "steps":
        rungs = [{"price": words.money(low), "value": words.money(step)} for low, step in value]
        return apart.join(gettext("from %(price)s %(value)s") % rung for rung in rungs)
    if isinstance(value, list) and any(isinstance(part, dict | list) for part in value):
        return apart.join(shown(name, part, known) for part in value)
    if isinstance(value, list) and name in PARTIES:
        return filters.listed(known.get(one, one) for one in value)
    if name in NAMED and isinstance(value, str):
        return gettext("the house") if value == "house" else known.get(value, value)
    return filters.fact(value, name)
