"""What is done to a listing: drafted, changed, submitted, announced, stopped, ended, answered.

Each is a POST or PUT that needs an Idempotency-Key: sent again it is answered alike and done once (LEDGER S14).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from pydantic import Field

from zhirong.api import actions, calling, files, problems, shapes
from zhirong.api.actions import KEY
from zhirong.api.listings import ListingTold, full, one, router, seen
from zhirong.exchange.actions import changes, closing, withdrawals
from zhirong.exchange.actions import listings as deeds
from zhirong.exchange.models import Listing, ListingChange
from zhirong.people.models import Party

UNFIT = (
    "listing.text_length", "listing.asking_out_of_range", "listing.reserve_below_asking",
    "listing.reserve_is_start", "listing.rights_count", "listing.right_unknown", "listing.state_owned_rules",
    "listing.demo_rules", "listing.relist_too_low", "lot.no_such_rule_set", "lot.rule_set_not_in_force",
)  # fmt: skip


class OfferSaid(shapes.Said):
    """What a seller wants to announce: rights together, price in fen, rules."""

    seller: shapes.Ref
    rights: Annotated[list[shapes.Id], Field(min_length=1, max_length=200, description="right_id of each right")]
    title: Annotated[str, Field(min_length=4, max_length=200, pattern=shapes.NO_NUL, examples=["储能电池专利转让"])]
    title_en: Annotated[str, Field(max_length=200, pattern=shapes.NO_NUL)] = ""
    summary: Annotated[str, Field(max_length=2000, pattern=shapes.NO_NUL)] = ""
    requirement: Annotated[str, Field(max_length=2000, pattern=shapes.NO_NUL)] = ""
    asking_fen: shapes.FenGiven
    reserve_fen: shapes.FenGiven | None = None
    rule_set: Annotated[str, Field(max_length=24, pattern="^[a-z_]+$", examples=["platform"])]


# How the decision on a withdrawal may be refused.
DECIDED = (
    "listing.withdrawal_decided", "listing.not_now", "listing.in_auction", "listing.text_length", "file.not_read",
    "people.maker_is_checker", "people.own_party", *KEY,
)  # fmt: skip


class Ground(shapes.Said):
    """Why the seller wants it back, and the file that shows it."""

    reason: Annotated[str, Field(min_length=10, max_length=1000, pattern=shapes.NO_NUL)]
    file: shapes.FileRef = ""


class Announced(shapes.Said):
    """The operator's word besides the deed."""

    fees_unknown: bool = Field(False, description="Announced although fees are not known here as paid (B9)")


class Answer(shapes.Said):
    """The seller's word about the one qualified buyer (B8)."""

    consents: bool


# What keeps state-owned rights from being announced (X3).
STATE = (
    "listing.nature_noted_by_you",
    "listing.no_appraisal", "listing.no_approval", "listing.appraisal_over", "listing.papers_too_old",
    "listing.below_appraisal", "listing.price_not_approved", "file.not_read",
)  # fmt: skip


# Without a word besides, nothing unknown is announced.
PLAIN = Announced(fees_unknown=False)


def offer(said: OfferSaid) -> deeds.Offer:
    plain = said.model_dump(exclude={"seller", "rights"})
    return deeds.Offer(seller=shapes.one(Party.objects.all(), ref=said.seller), rights=tuple(said.rights), **plain)


def told(request: HttpRequest, listing: Listing) -> ListingTold:
    return full(request, Listing.objects.select_related("seller").get(pk=listing.pk))


def done(request: HttpRequest, listing_id: int, deed: Callable[..., Listing], **said: Any) -> HttpResponse:
    """The deed on one listing, once; a listing that the caller may not see is not there."""
    person = calling.person_of(request)
    return actions.once(request, lambda: told(request, deed(person, one(request, listing_id).pk, **said)))


@router.post(
    "/listings",
    auth=calling.may_ask("exchange.list"),
    summary="Draft a listing",
    **problems.told(ListingTold, *UNFIT, *KEY),
)
def draft(request: HttpRequest, said: OfferSaid) -> HttpResponse:
    """Nobody but its seller sees it."""
    return actions.once(request, lambda: told(request, deeds.draft(calling.person_of(request), offer(said))))


@router.put(
    "/listings/{int:listing_id}",
    auth=calling.may_ask("exchange.list"),
    summary="Change a listing",
    **problems.told(
        ListingTold,
        *UNFIT,
        "listing.not_now",
        "listing.seller_fixed",
        "listing.right_listed_already",
        *KEY,
    ),
)
def change(request: HttpRequest, listing_id: shapes.Id, said: OfferSaid) -> HttpResponse:
    """A draft at once; of an announced listing the change waits for the operator and stands under `change` (X2)."""
    return actions.once(
        request,
        lambda: told(request, changes.change(calling.person_of(request), one(request, listing_id).pk, offer(said))),
    )


@router.post(
    "/changes/{int:change_id}/approve",
    auth=calling.may_ask("exchange.review"),
    summary="Approve a change of an announced listing",
    **problems.told(
        ListingTold, "listing.change_decided", "listing.not_now", "listing.gate_closed", "listing.right_listed_already",
        "listing.fees_unknown", "listing.reserve_is_start",
        "listing.relist_too_low", "people.maker_is_checker", "people.own_party", *STATE, *KEY,
    ),
)  # fmt: skip
def approve_change(request: HttpRequest, change_id: shapes.Id, said: Announced = PLAIN) -> HttpResponse:
    """The new text is announced, its period begins, registrations are void and deposits free (X2, E37)."""
    person, found = calling.person_of(request), change_seen(request, change_id)
    return actions.once(request, lambda: told(request, changes.approve(person, found.pk, **said.model_dump())))


@router.post(
    "/changes/{int:change_id}/withdraw",
    auth=calling.may_ask("exchange.list"),
    summary="Take back a change of an announced listing",
    **problems.told(ListingTold, "listing.change_decided", "listing.withdrawal_decided", *KEY),
)
def withdraw_change(request: HttpRequest, change_id: shapes.Id) -> HttpResponse:
    """By its seller, also a wish to withdraw the listing; what was announced goes on as it was."""
    person, found = calling.person_of(request), change_seen(request, change_id, "")
    return actions.once(request, lambda: told(request, changes.withdraw(person, found.pk)))


@router.post(
    "/changes/{int:change_id}/refuse",
    auth=calling.may_ask("exchange.review"),
    summary="Refuse a change of an announced listing",
    **problems.told(
        ListingTold, "listing.change_decided", "listing.text_length", "people.maker_is_checker", "people.own_party",
        *KEY,
    ),
)  # fmt: skip
def refuse_change(request: HttpRequest, change_id: shapes.Id, said: shapes.Why) -> HttpResponse:
    """What was announced goes on as it was."""
    person, found = calling.person_of(request), change_seen(request, change_id)
    return actions.once(request, lambda: told(request, changes.refuse(person, found.pk, reason=said.reason)))


def change_seen(request: HttpRequest, change_id: int, what: str = "change") -> ListingChange:
    """What was asked of a listing that is there for the caller."""
    found = ListingChange.objects.filter(listing__in=seen(request).values("pk"))
    return shapes.one(found.filter(what=what) if what else found, pk=change_id)


@router.post(
    "/listings/{int:listing_id}/submit",
    auth=calling.may_ask("exchange.list"),
    summary="Submit a draft for review",
    **problems.told(ListingTold, "listing.not_now", *KEY),
)
def submit(request: HttpRequest, listing_id: shapes.Id) -> HttpResponse:
    """To the operator."""
    return done(request, listing_id, deeds.submit)


@router.post(
    "/listings/{int:listing_id}/send-back",
    auth=calling.may_ask("exchange.review"),
    summary="Send a listing back to its seller",
    **problems.told(
        ListingTold, "listing.not_now", "listing.text_length", "people.maker_is_checker", "people.own_party", *KEY
    ),
)
def send_back(request: HttpRequest, listing_id: shapes.Id, said: shapes.Why) -> HttpResponse:
    """With the reason."""
    return done(request, listing_id, deeds.send_back, reason=said.reason)


@router.post(
    "/listings/{int:listing_id}/announce",
    auth=calling.may_ask("exchange.review"),
    summary="Announce a listing",
    **problems.told(
        ListingTold, "listing.not_now", "listing.gate_closed", "listing.right_listed_already",
        "listing.fees_unknown", "listing.reserve_is_start", "listing.relist_too_low",
        "people.maker_is_checker", "people.own_party", *STATE, *KEY
    ),
)  # fmt: skip
def announce(request: HttpRequest, listing_id: shapes.Id, said: Announced = PLAIN) -> HttpResponse:
    """The gates are checked, the rule set is frozen, the period starts (B8, B9)."""
    return done(request, listing_id, deeds.announce, **said.model_dump())


@router.post(
    "/listings/{int:listing_id}/withdraw",
    auth=calling.may_ask("exchange.list"),
    summary="Withdraw a listing",
    **problems.told(
        ListingTold, "listing.not_now", "listing.in_auction", "listing.has_buyers", "listing.text_length", *KEY
    ),
)  # fmt: skip
def withdraw(request: HttpRequest, listing_id: shapes.Id, said: shapes.Why) -> HttpResponse:
    """By its seller alone while no buyer has paid a deposit or holds a code (拍卖法 29)."""
    return done(request, listing_id, deeds.withdraw, reason=said.reason)


@router.post(
    "/listings/{int:listing_id}/withdrawal",
    auth=calling.may_ask("exchange.list"),
    summary="Ask to withdraw a listing that has buyers",
    **problems.told(
        ListingTold, "listing.not_now", "listing.in_auction", "listing.no_buyers", "listing.text_length",
        "file.no_evidence", *KEY,
    ),
)  # fmt: skip
def ask_withdrawal(request: HttpRequest, listing_id: shapes.Id, said: Ground) -> HttpResponse:
    """An operator decides; until then every term of the listing runs on."""
    file = files.own_or_none(calling.person_of(request), said.file)
    return done(request, listing_id, withdrawals.ask, reason=said.reason, file=file)


@router.post(
    "/withdrawals/{int:withdrawal_id}/approve",
    auth=calling.may_ask("exchange.review"),
    summary="Approve the withdrawal of a listing",
    **problems.told(ListingTold, *DECIDED),
)
def approve_withdrawal(request: HttpRequest, withdrawal_id: shapes.Id, said: shapes.Why) -> HttpResponse:
    """The listing ends, deposits go back, every registered buyer is told the seller's ground."""
    person, found = calling.person_of(request), change_seen(request, withdrawal_id, "withdrawal")
    return actions.once(request, lambda: told(request, withdrawals.approve(person, found.pk, reason=said.reason)))


@router.post(
    "/withdrawals/{int:withdrawal_id}/refuse",
    auth=calling.may_ask("exchange.review"),
    summary="Refuse the withdrawal of a listing",
    **problems.told(ListingTold, *DECIDED),
)
def refuse_withdrawal(request: HttpRequest, withdrawal_id: shapes.Id, said: shapes.Why) -> HttpResponse:
    """The listing goes on as announced."""
    person, found = calling.person_of(request), change_seen(request, withdrawal_id, "withdrawal")
    return actions.once(request, lambda: told(request, withdrawals.refuse(person, found.pk, reason=said.reason)))


@router.post(
    "/listings/{int:listing_id}/suspend",
    auth=calling.may_ask("exchange.control"),
    summary="Suspend a listing",
    **problems.told(ListingTold, "listing.not_now", "listing.text_length", *KEY),
)
def suspend(request: HttpRequest, listing_id: shapes.Id, said: shapes.Why) -> HttpResponse:
    """Its clock stops, with a published reason."""
    return done(request, listing_id, deeds.suspend, reason=said.reason)


@router.post(
    "/listings/{int:listing_id}/resume",
    auth=calling.may_ask("exchange.control"),
    summary="Resume a listing",
    **problems.told(ListingTold, "listing.not_now", "listing.text_length", "listing.still_closed", *KEY),
)
def resume(request: HttpRequest, listing_id: shapes.Id, said: shapes.Why) -> HttpResponse:
    """With the time that was left."""
    return done(request, listing_id, deeds.resume, reason=said.reason)


@router.post(
    "/listings/{int:listing_id}/terminate",
    auth=calling.may_ask("exchange.control"),
    summary="Terminate a listing",
    **problems.told(ListingTold, "listing.not_now", "listing.text_length", *KEY),
)
def terminate(request: HttpRequest, listing_id: shapes.Id, said: shapes.Why) -> HttpResponse:
    """For good, with its reason; deposits are released."""
    return done(request, listing_id, deeds.terminate, reason=said.reason)


@router.post(
    "/listings/{int:listing_id}/answer",
    auth=calling.may_ask("exchange.list"),
    summary="Answer the one qualified buyer",
    **problems.told(ListingTold, "listing.not_now", *KEY),
)
def answer(request: HttpRequest, listing_id: shapes.Id, said: Answer) -> HttpResponse:
    """A contract at the asking price, or none; silence within the term consents (X4)."""
    return done(request, listing_id, closing.answer, consents=said.consents)
