"""Intents: an intending buyer registers, the deposit is frozen, the house admits it under a code."""

from __future__ import annotations

import secrets

from django.db import transaction
from django.db.models import Q, QuerySet

from zhirong.base.refused import Refused
from zhirong.exchange import listing_rules, rules
from zhirong.exchange.actions import late_admission, money
from zhirong.exchange.actions.listings import locked
from zhirong.exchange.models import Deal, Intent, Listing
from zhirong.people import access
from zhirong.people.models import Membership, Party, Person
from zhirong.record import actions as record
from zhirong.record.models import File

# Codes are drawn, not counted: a counted code would tell who registered first. Four digits serve a usual listing.
CODES_LEAST = 1_000
CODES_MOST = 99_999_999
# A registration in one of these states is history; the same party may register again.
OVER = ("withdrawn", "void", "lapsed")
# A late admission asks for the same proof, so it may come until the lot is over (B7).
PROVABLE = ("announced", "qualifying", "suspended", "bidding")


@transaction.atomic
def register(who: Person, listing_id: int, *, party: Party, of_repaid_fen: int = 0) -> Intent:
    """Register an intending buyer; where the party has enough free money the deposit is frozen at once.

    `of_repaid_fen` is what the person agreed to have frozen of money that was to be repaid to the party (B10).
    """
    listing = locked(listing_id)
    if done := Intent.objects.filter(listing=listing, party=party).exclude(state__in=OVER).first():
        access.require(who, "exchange.register", done)
        return done
    now = record.now()
    intent = Intent(
        listing=listing,
        party=party,
        person=who,
        registered_at=now,
        deposit_fen=listing.deposit_fen,
        payment_code=payment_code(),
    )
    access.require(who, "exchange.register", intent)
    if listing.state != "announced" or listing.closes_at is None or now >= listing.closes_at:
        raise Refused("intent.closed", number=listing.number, closed_at=listing.closes_at)
    if party.verified_at is None:
        raise Refused("intent.party_not_verified", party=party.name)
    rules.must_be_free_to_bid(
        party.ref, sellers=sellers(listing), staff=staff_parties(), barred=barred_parties(listing)
    )
    _must_be_one_hand(who, listing, party)
    funding = _agreed(money.funding(party, listing.deposit_fen), intent, of_repaid_fen=of_repaid_fen)
    intent.save()
    record.tell(
        "exchange.registered",
        listing.topic,
        who=who,
        to=[who],
        number=listing.number,
        party=party.ref,
        deposit_fen=listing.deposit_fen,
    )
    if money.ask_for_deposit(intent, of_repaid_fen=funding.repaid_fen):
        tell_funding(intent, funding, who=who)
        admit_if_ready(intent)
    return intent


def _agreed(funding: money.Funding, intent: Intent, *, of_repaid_fen: int) -> money.Funding:
    """Money on its way back to its owner is frozen for another bid only as far as its owner said so."""
    if funding.repaid_fen > of_repaid_fen:
        raise Refused(
            "intent.confirm_funding",
            number=intent.listing.number,
            deposit_fen=intent.deposit_fen,
            repaid_fen=funding.repaid_fen,
            repaid_by=funding.repaid_by,
        )
    return funding


def tell_funding(intent: Intent, funding: money.Funding, *, who: Person) -> None:
    """The receipt of what a person agreed to: how much of a deposit was to be repaid, and by when."""
    if funding.repaid_by is None:
        return
    record.tell(
        "exchange.deposit_of_repaid",
        intent.listing.topic,
        who=who,
        to=[who],
        number=intent.listing.number,
        party=intent.party.ref,
        deposit_fen=intent.deposit_fen,
        repaid_fen=funding.repaid_fen,
        repaid_by=funding.repaid_by.isoformat(),
    )


def _must_be_one_hand(who: Person, listing: Listing, party: Party) -> None:
    """Nobody stands behind two buyers of one listing: not one person, nor people who act for both (拍卖法 37, B7)."""
    others = Intent.objects.filter(listing=listing).exclude(state__in=OVER).exclude(party=party)
    if others.filter(person=who).exists():
        raise Refused("intent.one_hand", number=listing.number)
    hands = {who.pk, *_confirmed().filter(party=party).values_list("person", flat=True)}
    theirs = _confirmed().filter(person__in=hands).values("party")
    if others.filter(Q(person__in=hands) | Q(party__in=theirs)).exists():
        raise Refused("intent.shared_people", number=listing.number)


@transaction.atomic
def deposit_arrived(intent_id: int) -> Intent:
    """The bank's line met the payment code: the deposit is frozen, and admission follows if nothing else is asked."""
    intent = _locked(intent_id)
    if intent.deposit_state != "due" or intent.state != "registered":
        return intent
    # The money may have gone again since: the bank took the line back, or another listing froze it first.
    if money.freeze_deposit(intent):
        admit_if_ready(intent)
    return intent


def payment_code() -> str:
    """A code that tells the bank's line what it is for; without letters and digits that look alike."""
    return "".join(secrets.choice("23456789ABCDEFGHJKMNPQRSTUVWXYZ") for _ in range(10))


def sellers(listing: Listing) -> set[str]:
    """The seller and every party for which the seller's people may act: none of them may bid (拍卖法 30, E34)."""
    people = set(_confirmed().filter(party=listing.seller).values_list("person", flat=True))
    people.add(listing.made_by_id or 0)
    related = _confirmed().filter(person__in=people).values_list("party__ref", flat=True)
    return {listing.seller.ref, *related}


def _confirmed() -> QuerySet[Membership]:
    """Memberships that count: a mere request to join binds nobody."""
    return Membership.objects.filter(confirmed_at__isnull=False, ended_at__isnull=True)


def staff_parties() -> set[str]:
    """The parties of the house's own people: they may not bid here (court rule 34)."""
    staff = Person.objects.filter(role_grants__role__in=("operator", "checker"), role_grants__ended_at__isnull=True)
    own = staff.filter(party__isnull=False).values_list("party__ref", flat=True)
    joined = _confirmed().filter(person__in=staff).values_list("party__ref", flat=True)
    return {*own, *joined}


def barred_parties(listing: Listing) -> set[str]:
    """Who defaulted on one of these rights before (court rule 24, E38)."""
    defaulted = Deal.objects.filter(state="defaulted", listing__items__right__in=listing.items.values("right"))
    return set(defaulted.values_list("buyer__ref", flat=True))


def admit_if_ready(intent: Intent) -> None:
    """Admit a registered buyer whose deposit is frozen, unless the listing asks for a decision on qualification."""
    if intent.state == "registered" and intent.deposit_state in ("held", "none") and not intent.listing.requirement:
        _admit(intent, who=None)


def admit(who: Person, intent_id: int, *, priority_rank: int | None = None) -> Intent:
    """The operator admits an intending buyer, with its rank where it proved a right of priority (court rule 19).

    While the lot runs it is a late admission, which the rule set must know and the floor carries out.
    """
    intent = _decided(who, intent_id, priority_rank=priority_rank)
    if intent.listing.state == "bidding":
        late_admission.tell_floor(intent, who=who)
    return intent


@transaction.atomic
def _decided(who: Person, intent_id: int, *, priority_rank: int | None) -> Intent:
    intent = _locked(intent_id)
    access.require(who, "exchange.qualify", intent)
    if intent.state == "admitted" and intent.priority_rank == priority_rank:
        return intent
    is_late = intent.listing.state == "bidding"
    if is_late and intent.state == "admitted":
        # Whoever bids knows the ranks from the beginning; a new one would take the lot from its leader.
        raise Refused("intent.rank_fixed", number=intent.listing.number, bidder=intent.code)
    if intent.state not in (("registered", "lapsed") if is_late else ("registered", "admitted")):
        raise Refused("intent.not_now", state=intent.state)
    if is_late:
        late_admission.must_be_possible(intent)
        late_admission.freeze_deposit(intent)
    if intent.deposit_state not in ("held", "none"):
        raise Refused("intent.deposit_missing", deposit_fen=intent.deposit_fen)
    if intent.listing.requirement and not intent.proof:
        raise Refused("intent.proof_missing", number=intent.listing.number, requirement=intent.listing.requirement)
    if priority_rank is not None and not intent.priority_basis:
        raise Refused("intent.no_priority_claimed")
    intent.priority_rank = priority_rank
    intent.decided_by = who
    _admit(intent, who=who)
    return intent


def _admit(intent: Intent, *, who: Person | None) -> None:
    intent.state = "admitted"
    intent.decided_at = record.now()
    if not intent.code:
        taken = set(Intent.objects.filter(listing=intent.listing).exclude(code="").values_list("code", flat=True))
        intent.code = bidder_code(taken)
    intent.save()
    record.tell(
        "exchange.admitted",
        intent.listing.topic,
        who=who,
        to=[intent.person],
        number=intent.listing.number,
        party=intent.party.ref,
        code=intent.code,
        priority_rank=intent.priority_rank or 0,
    )


def bidder_code(taken: set[str]) -> str:
    """A free code: four digits, and one more whenever half of the shorter ones are given out."""
    least = CODES_LEAST
    while len(taken) * 2 > least * 9 and least * 10 <= CODES_MOST:
        least *= 10
    while (code := str(least + secrets.randbelow(least * 9))) in taken:
        continue
    return code


@transaction.atomic
def refuse(who: Person, intent_id: int, *, reason: str) -> Intent:
    """The operator refuses an intending buyer with a reason; the deposit goes back."""
    intent = _locked(intent_id)
    access.require(who, "exchange.qualify", intent)
    if intent.state == "refused":
        return intent
    if intent.state not in ("registered", "admitted") or intent.listing.state not in ("announced", "qualifying"):
        raise Refused("intent.not_now", state=intent.state)
    intent.state, intent.decided_by, intent.decided_at = "refused", who, record.now()
    intent.reason = listing_rules.must_be_text(reason, field="reason", most=1000)
    intent.save()
    record.tell(
        "exchange.refused",
        intent.listing.topic,
        who=who,
        to=[intent.person],
        number=intent.listing.number,
        party=intent.party.ref,
        reason=intent.reason,
    )
    money.release_deposit(intent)
    return intent


@transaction.atomic
def withdraw(who: Person, intent_id: int) -> Intent:
    """An intending buyer steps back before registration closes; the deposit goes back."""
    intent = _locked(intent_id)
    access.require(who, "exchange.register", intent)
    if intent.state == "withdrawn":
        return intent
    if intent.state not in ("registered", "admitted") or intent.listing.state not in ("announced", "suspended"):
        raise Refused("intent.not_now", state=intent.state)
    intent.state = "withdrawn"
    intent.save(update_fields=["state"])
    record.tell(
        "exchange.stepped_back",
        intent.listing.topic,
        who=who,
        to=[intent.person],
        number=intent.listing.number,
        party=intent.party.ref,
    )
    money.release_deposit(intent)
    return intent


@transaction.atomic
def claim_priority(who: Person, intent_id: int, *, basis: str) -> Intent:
    """An intending buyer claims a right of priority and says on what it rests (民法典 859, 860; court rule 16)."""
    intent = _locked(intent_id)
    access.require(who, "exchange.register", intent)
    if intent.listing.state not in ("announced", "qualifying"):
        raise Refused("intent.not_now", state=intent.state)
    intent.priority_basis = listing_rules.must_be_text(basis, field="basis", most=1000)
    intent.save(update_fields=["priority_basis"])
    record.tell(
        "exchange.priority_claimed",
        intent.listing.topic,
        who=who,
        number=intent.listing.number,
        party=intent.party.ref,
    )
    return intent


@transaction.atomic
def prove(who: Person, intent_id: int, *, text: str, file: File | None = None) -> Intent:
    """An intending buyer shows what the listing asks of buyers; the operator judges it (X4)."""
    intent = _locked(intent_id)
    access.require(who, "exchange.register", intent)
    if not intent.listing.requirement:
        raise Refused("intent.nothing_to_prove", number=intent.listing.number)
    if intent.state not in ("registered", "lapsed") or intent.listing.state not in PROVABLE:
        raise Refused("intent.not_now", state=intent.state)
    record.must_be_evidence(file)
    intent.proof = listing_rules.must_be_text(text, field="proof", most=4000)
    intent.proof_file, intent.proof_at = file or intent.proof_file, record.now()
    intent.save(update_fields=["proof", "proof_file", "proof_at"])
    record.tell(
        "exchange.proof_given",
        intent.listing.topic,
        who=who,
        to=[who],
        number=intent.listing.number,
        party=intent.party.ref,
    )
    return intent


def _locked(intent_id: int) -> Intent:
    """The listing is locked before its intent: rights, listings, intents, accounts is the order of locks."""
    found = Intent.objects.filter(pk=intent_id).first()
    if found is None:
        raise Refused("intent.unknown", intent=intent_id)
    locked(found.listing_id)
    return Intent.objects.select_for_update(of=("self",)).select_related("listing", "party", "person").get(pk=intent_id)
