"""What is done to a listing: drafted, changed, submitted, announced, stopped, ended, answered."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from pydantic import Field

from zhirong.api import calling, problems, shapes
from zhirong.api.listings import ListingTold, full, one, router
from zhirong.exchange.actions import closing
from zhirong.exchange.actions import listings as deeds
from zhirong.exchange.models import Listing
from zhirong.people.models import Party

UNFIT = (
    "listing.text_length", "listing.asking_out_of_range", "listing.reserve_below_asking", "listing.rights_count",
    "listing.right_unknown", "listing.state_owned_rules", "lot.no_such_rule_set", "lot.rule_set_not_in_force",
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


class Answer(shapes.Said):
    """The seller's word about the one qualified buyer (B8)."""

    consents: bool


def offer(said: OfferSaid) -> deeds.Offer:
    plain = said.model_dump(exclude={"seller", "rights"})
    return deeds.Offer(seller=shapes.one(Party.objects.all(), ref=said.seller), rights=tuple(said.rights), **plain)


def told(request: HttpRequest, listing: Listing) -> ListingTold:
    return full(request, Listing.objects.select_related("seller").get(pk=listing.pk))


@router.post(
    "/listings",
    auth=calling.may_ask("exchange.list"),
    summary="Draft a listing",
    **problems.told(ListingTold, *UNFIT),
)
def draft(request: HttpRequest, said: OfferSaid) -> ListingTold:
    """Nobody but its seller sees it."""
    return told(request, deeds.draft(calling.person_of(request), offer(said)))


@router.put(
    "/listings/{int:listing_id}",
    auth=calling.may_ask("exchange.list"),
    summary="Change a listing",
    **problems.told(ListingTold, *UNFIT, "listing.not_now", "listing.seller_fixed", "listing.gate_closed"),
)
def change(request: HttpRequest, listing_id: shapes.Id, said: OfferSaid) -> ListingTold:
    """A change of an announced listing starts its period again and voids registrations (X2, E37)."""
    return told(request, deeds.change(calling.person_of(request), one(request, listing_id).pk, offer(said)))


@router.post(
    "/listings/{int:listing_id}/submit",
    auth=calling.may_ask("exchange.list"),
    summary="Submit a draft for review",
    **problems.told(ListingTold, "listing.not_now"),
)
def submit(request: HttpRequest, listing_id: shapes.Id) -> ListingTold:
    """To the operator."""
    return told(request, deeds.submit(calling.person_of(request), one(request, listing_id).pk))


@router.post(
    "/listings/{int:listing_id}/send-back",
    auth=calling.may_ask("exchange.review"),
    summary="Send a listing back to its seller",
    **problems.told(
        ListingTold, "listing.not_now", "listing.text_length", "people.maker_is_checker", "people.own_party"
    ),
)
def send_back(request: HttpRequest, listing_id: shapes.Id, said: shapes.Why) -> ListingTold:
    """With the reason."""
    person = calling.person_of(request)
    return told(request, deeds.send_back(person, one(request, listing_id).pk, reason=said.reason))


@router.post(
    "/listings/{int:listing_id}/announce",
    auth=calling.may_ask("exchange.review"),
    summary="Announce a listing",
    **problems.told(
        ListingTold, "listing.not_now", "listing.gate_closed", "listing.right_listed_already",
        "people.maker_is_checker", "people.own_party",
    ),
)  # fmt: skip
def announce(request: HttpRequest, listing_id: shapes.Id) -> ListingTold:
    """The gates are checked, the rule set is frozen, the period starts (B8, B9)."""
    return told(request, deeds.announce(calling.person_of(request), one(request, listing_id).pk))


@router.post(
    "/listings/{int:listing_id}/withdraw",
    auth=calling.may_ask("exchange.list"),
    summary="Withdraw a listing",
    **problems.told(ListingTold, "listing.not_now", "listing.text_length"),
)
def withdraw(request: HttpRequest, listing_id: shapes.Id, said: shapes.Why) -> ListingTold:
    """By its seller before bidding starts; deposits are released (拍卖法 29)."""
    person = calling.person_of(request)
    return told(request, deeds.withdraw(person, one(request, listing_id).pk, reason=said.reason))


@router.post(
    "/listings/{int:listing_id}/suspend",
    auth=calling.may_ask("exchange.control"),
    summary="Suspend a listing",
    **problems.told(ListingTold, "listing.not_now", "listing.text_length"),
)
def suspend(request: HttpRequest, listing_id: shapes.Id, said: shapes.Why) -> ListingTold:
    """Its clock stops, with a published reason."""
    person = calling.person_of(request)
    return told(request, deeds.suspend(person, one(request, listing_id).pk, reason=said.reason))


@router.post(
    "/listings/{int:listing_id}/resume",
    auth=calling.may_ask("exchange.control"),
    summary="Resume a listing",
    **problems.told(ListingTold, "listing.not_now", "listing.text_length"),
)
def resume(request: HttpRequest, listing_id: shapes.Id, said: shapes.Why) -> ListingTold:
    """With the time that was left."""
    person = calling.person_of(request)
    return told(request, deeds.resume(person, one(request, listing_id).pk, reason=said.reason))


@router.post(
    "/listings/{int:listing_id}/terminate",
    auth=calling.may_ask("exchange.control"),
    summary="Terminate a listing",
    **problems.told(ListingTold, "listing.not_now", "listing.text_length"),
)
def terminate(request: HttpRequest, listing_id: shapes.Id, said: shapes.Why) -> ListingTold:
    """For good, with its reason; deposits are released."""
    person = calling.person_of(request)
    return told(request, deeds.terminate(person, one(request, listing_id).pk, reason=said.reason))


@router.post(
    "/listings/{int:listing_id}/answer",
    auth=calling.may_ask("exchange.list"),
    summary="Answer the one qualified buyer",
    **problems.told(ListingTold, "listing.not_now"),
)
def answer(request: HttpRequest, listing_id: shapes.Id, said: Answer) -> ListingTold:
    """A contract at the asking price, or none; silence within the term consents (X4)."""
    person = calling.person_of(request)
    return told(request, closing.answer(person, one(request, listing_id).pk, consents=said.consents))
