"""From the hammer to the certificate: acceptance, recordal, default, objections. Each needs an Idempotency-Key."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Final, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import Field

from zhirong.api import actions, calling, files, problems, shapes
from zhirong.api.actions import KEY
from zhirong.api.deals import DealTold, ObjectionTold, full, objection, one, seen
from zhirong.api.shapes import FileRef
from zhirong.base.refused import Refused
from zhirong.exchange.actions import contracts, objections, proposals, settlement, succession
from zhirong.exchange.models import Deal, Objection

router = Router(tags=["deals"])


class Accept(shapes.Said):
    """One side accepts the contract's text, by its digest; a signed copy may come with it."""

    side: Literal["seller", "buyer"]
    contract_sha256: shapes.Digest
    signed_copy: FileRef = ""


class Taking(shapes.Said):
    """How much of the money that is to be repaid to my party the deposit of a taken offer may take."""

    of_repaid_fen: int = Field(0, strict=True, ge=0, le=shapes.MOST_FEN, description="As deal.confirm_funding asks")


# Who says nothing agreed to nothing.
NOTHING_OF_REPAID: Final = Taking(of_repaid_fen=0)


class ProofSaid(shapes.Said):
    """What the office's notice of the change of owner says."""

    number: Annotated[str, Field(min_length=1, max_length=60, pattern=shapes.NO_NUL)]
    effective_on: date
    file: FileRef


class Confirm(shapes.Said):
    """What the second person looked at: `payload_hash` of the recordal or the proposal."""

    payload_hash: shapes.Digest


class ReturnSaid(Confirm):
    """What the second person looked at, and why it does not stand."""

    reason: shapes.Reason


class ObjectionSaid(shapes.Said):
    """What the deal is objected to for."""

    text: Annotated[str, Field(min_length=10, max_length=4000, pattern=shapes.NO_NUL)]
    party: Annotated[str, Field(max_length=16, pattern="^[0-9a-f]*$", description="For a party of mine")] = ""
    file: FileRef = ""


class ObjectionDecision(shapes.Said):
    """Upheld, the deal is undone and money goes back; dismissed, the clock runs on."""

    upheld: bool
    decision: Annotated[str, Field(min_length=10, max_length=4000, pattern=shapes.NO_NUL)]


def told(request: HttpRequest, deal: Deal) -> DealTold:
    return full(one(request, deal.pk))


def done(request: HttpRequest, deal_id: int, deed: Callable[..., Deal], **said: Any) -> HttpResponse:
    """The deed on one deal, once; a deal that the caller may not see is not there."""
    person, deal = calling.person_of(request), one(request, deal_id)
    return actions.once(request, lambda: told(request, deed(person, deal.pk, **said)))


@router.post(
    "/deals/{int:deal_id}/accept",
    summary="Accept the contract",
    **problems.told(
        DealTold, "deal.not_now", "deal.stopped", "deal.text_changed", "ledger.code_taken", *files.EVIDENCE, *KEY
    ),
)
def accept(request: HttpRequest, deal_id: shapes.Id, said: Accept) -> HttpResponse:
    """When both sides have, payment is due. Needs an Idempotency-Key."""
    person, deal = calling.person_of(request), one(request, deal_id)
    copy = files.own_or_none(person, said.signed_copy)

    def deed() -> DealTold:
        accepted = contracts.accept(
            person, deal, side=said.side, contract_sha256=said.contract_sha256, signed_copy=copy
        )
        return told(request, accepted)

    return actions.once(request, deed)


@router.post(
    "/deals/{int:deal_id}/offer/take",
    auth=calling.may_ask("exchange.sign_buyer"),
    summary="Take the offer to the next best",
    **problems.told(
        DealTold, "deal.not_now", "deal.stopped", "deal.offer_over", "deal.confirm_funding", "ledger.code_taken", *KEY
    ),
)
def take_offer(request: HttpRequest, deal_id: shapes.Id, said: Taking = NOTHING_OF_REPAID) -> HttpResponse:
    """After a default, at the caller's own highest bid; the deposit is frozen again (E38). Needs an Idempotency-Key.

    Where free money does not cover it the state stays `offered`: pay under the intent's new payment code in time.
    """
    person, deal = calling.person_of(request), one(request, deal_id)

    def taken() -> Deal:
        return succession.take(person, deal.pk, of_repaid_fen=said.of_repaid_fen)

    return actions.once(request, lambda: told(request, taken()))


@router.post(
    "/deals/{int:deal_id}/offer/decline",
    auth=calling.may_ask("exchange.sign_buyer"),
    summary="Decline the offer to the next best",
    **problems.told(DealTold, "deal.not_now", "deal.stopped", *KEY),
)
def decline_offer(request: HttpRequest, deal_id: shapes.Id) -> HttpResponse:
    """It costs nothing; the one after it is asked. Needs an Idempotency-Key."""
    return done(request, deal_id, succession.decline)


@router.post(
    "/deals/{int:deal_id}/recordal",
    auth=calling.may_ask("exchange.enter_recordal"),
    summary="Enter the proof of recordal",
    **problems.told(
        DealTold,
        "deal.not_now",
        "deal.stopped",
        "deal.recordal_no_notice",
        *files.EVIDENCE,
        "deal.recordal_in_future",
        "deal.recordal_before_contract",
        "listing.text_length",
        *KEY,
    ),
)
def enter_recordal(request: HttpRequest, deal_id: shapes.Id, said: ProofSaid) -> HttpResponse:
    """By the operator; nothing moves before a second person has confirmed it. Needs an Idempotency-Key."""
    person, deal = calling.person_of(request), one(request, deal_id)
    proof = settlement.Proof(said.number, said.effective_on, files.own_or_none(person, said.file))

    def deed() -> DealTold:
        settlement.enter_recordal(person, deal.pk, proof)
        return told(request, deal)

    return actions.once(request, deed)


@router.post(
    "/deals/{int:deal_id}/recordal/return",
    auth=calling.may_ask("exchange.confirm_recordal"),
    summary="Return the proof of recordal",
    **problems.told(
        DealTold, "deal.no_recordal", "deal.not_now", "people.maker_is_checker", "listing.text_length", *KEY
    ),
)
def return_recordal(request: HttpRequest, deal_id: shapes.Id, said: shapes.Why) -> HttpResponse:
    """The second person found a fault in it."""
    return done(request, deal_id, settlement.return_recordal, reason=said.reason)


@router.post(
    "/deals/{int:deal_id}/recordal/confirm",
    auth=calling.may_ask("exchange.confirm_recordal"),
    summary="Confirm the recordal and settle",
    **problems.told(
        DealTold, "deal.no_recordal", "deal.not_now", "deal.stopped", "deal.recordal_changed", "deal.gate_closed",
        "deal.split_unconfirmed", "deal.split_without_pledgee", "deal.part_for_the_buyer",
        "people.maker_is_checker", "people.own_party", "registry.not_free",
        "ledger.not_enough", "file.not_read", *KEY,
    ),
)  # fmt: skip
def confirm_recordal(request: HttpRequest, deal_id: shapes.Id, said: Confirm) -> HttpResponse:
    """One linked group pays seller and fees, and the title moves with it (I6, I10). Needs an Idempotency-Key."""
    person, deal = calling.person_of(request), one(request, deal_id)

    def deed() -> DealTold:
        return told(request, settlement.confirm_recordal(person, deal.pk, payload_hash=said.payload_hash))

    return actions.once_in_steps(request, deed)


@router.post(
    "/deals/{int:deal_id}/default",
    auth=calling.may_ask("exchange.propose_default"),
    summary="Propose that the buyer defaulted",
    **problems.told(
        DealTold,
        "deal.not_now",
        "deal.stopped",
        "deal.not_overdue",
        "deal.buyer_kept_word",
        "deal.seller_late_too",
        "deal.proposal_open",
        "listing.text_length",
        *KEY,
    ),
)
def propose_default(request: HttpRequest, deal_id: shapes.Id, said: shapes.Why) -> HttpResponse:
    """After the term; nothing is taken before a second person agrees."""
    return done(request, deal_id, settlement.propose_default, reason=said.reason)


@router.post(
    "/deals/{int:deal_id}/default/confirm",
    auth=calling.may_ask("exchange.confirm_default"),
    summary="Confirm the default",
    **problems.told(
        DealTold, "deal.not_now", "deal.stopped", "deal.not_overdue", "deal.default_not_proposed",
        "deal.proposal_changed",
        "deal.buyer_kept_word", "deal.seller_late_too", "people.maker_is_checker", *KEY,
    ),
)  # fmt: skip
def confirm_default(request: HttpRequest, deal_id: shapes.Id, said: Confirm) -> HttpResponse:
    """The deposit is used in the rule set's order and the next best follows (court rule 24). Needs a key."""
    return done(request, deal_id, settlement.confirm_default, payload_hash=said.payload_hash)


@router.post(
    "/deals/{int:deal_id}/objections",
    auth=calling.may_ask("exchange.object"),
    summary="Object to a deal",
    **problems.told(
        ObjectionTold, "deal.not_now", "objection.not_concerned", "objection.nothing_new", "listing.text_length", *KEY
    ),
)  # fmt: skip
def raise_objection(request: HttpRequest, deal_id: shapes.Id, said: ObjectionSaid) -> HttpResponse:
    """Anyone concerned may; the clock stops until it is decided (E40). After a decision: with new evidence only."""
    party = shapes.party_named(said.party) if said.party else None
    if party is not None and party.pk not in calling.parties_of(request):
        raise Refused("api.not_found")
    # An objector need not be a side: the deal is named in the public hammer, so it is looked up among all.
    deal = shapes.one(Deal.objects.all(), pk=deal_id)
    person = calling.person_of(request)

    def deed() -> ObjectionTold:
        brought = files.own_or_none(person, said.file)
        return objection(objections.raise_objection(person, deal.pk, text=said.text, party=party, file=brought))

    return actions.once(request, deed)


@router.post(
    "/objections/{int:objection_id}/decide",
    auth=calling.may_ask("exchange.decide_objection"),
    summary="Decide an objection",
    **problems.told(
        ObjectionTold,
        "objection.decided",
        "objection.not_uninvolved",
        "file.not_read",
        "deal.not_now",
        "listing.text_length",
        *KEY,
    ),
)
def decide_objection(request: HttpRequest, objection_id: shapes.Id, said: ObjectionDecision) -> HttpResponse:
    """By somebody who took no part; an upheld one pays back. Needs an Idempotency-Key."""
    person = calling.person_of(request)
    found = shapes.one(Objection.objects.filter(deal__in=seen(request).values("pk")), pk=objection_id)

    def deed() -> ObjectionTold:
        return objection(objections.decide(person, found.pk, upheld=said.upheld, decision=said.decision))

    return actions.once(request, deed)


@router.post(
    "/deals/{int:deal_id}/annulment",
    auth=calling.may_ask("exchange.propose_annulment"),
    summary="Propose to annul a deal",
    **problems.told(DealTold, "deal.not_now", "deal.proposal_open", "people.own_party", "listing.text_length", *KEY),
)
def propose_annulment(request: HttpRequest, deal_id: shapes.Id, said: shapes.Why) -> HttpResponse:
    """Nothing is paid back before a second person agrees."""
    return done(request, deal_id, settlement.propose_annulment, reason=said.reason)


@router.post(
    "/deals/{int:deal_id}/annulment/confirm",
    auth=calling.may_ask("exchange.confirm_annulment"),
    summary="Confirm the annulment of a deal",
    **problems.told(
        DealTold,
        "deal.not_now",
        "deal.annulment_not_proposed",
        "deal.proposal_changed",
        "people.maker_is_checker",
        "people.own_party",
        *KEY,
    ),
)
def confirm_annulment(request: HttpRequest, deal_id: shapes.Id, said: Confirm) -> HttpResponse:
    """Everything paid goes back, in one group. Needs an Idempotency-Key."""
    return done(request, deal_id, settlement.confirm_annulment, payload_hash=said.payload_hash)


@router.post(
    "/deals/{int:deal_id}/proposal/return",
    auth=calling.may_ask("exchange.confirm_annulment"),
    summary="Send a proposed default or annulment back",
    **problems.told(
        DealTold, "deal.no_proposal", "deal.proposal_changed", "people.maker_is_checker", "people.own_party",
        "listing.text_length", *KEY,
    ),
)  # fmt: skip
def return_proposal(request: HttpRequest, deal_id: shapes.Id, said: ReturnSaid) -> HttpResponse:
    """By its second person, as it was seen; another may be proposed then. Needs an Idempotency-Key."""
    return done(request, deal_id, proposals.send_back, payload_hash=said.payload_hash, reason=said.reason)


@router.post(
    "/deals/{int:deal_id}/proposal/withdraw",
    auth=calling.may_ask("exchange.propose_annulment"),
    summary="Withdraw a proposed default or annulment",
    **problems.told(DealTold, "deal.no_proposal", "people.own_party", "listing.text_length", *KEY),
)
def withdraw_proposal(request: HttpRequest, deal_id: shapes.Id, said: shapes.Why) -> HttpResponse:
    """As long as nobody decided it. Needs an Idempotency-Key."""
    return done(request, deal_id, proposals.withdraw, reason=said.reason)
