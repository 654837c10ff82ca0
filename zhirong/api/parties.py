"""Parties: organisations, natural and foreign persons, who acts for them, and their masked ids and accounts."""

from __future__ import annotations

from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from zhirong.api import calling, paging, problems, shapes
from zhirong.api.me import MembershipTold, membership
from zhirong.base.refused import Refused
from zhirong.people import access
from zhirong.people.actions import parties, secrets
from zhirong.people.models import Membership, Party

router = Router(tags=["parties"])
Name = Annotated[
    str, Field(min_length=1, max_length=200, pattern=shapes.NO_NUL, examples=["深圳市云岭智能科技有限公司"])
]
Code = Annotated[
    str,
    Field(
        max_length=40, pattern=shapes.NO_NUL, description="18-character credit code", examples=["91440304MA5F000007"]
    ),
]
Address = Annotated[str, Field(max_length=200, pattern=shapes.NO_NUL)]
SecretKind = Literal["resident_id", "bank_account"]


class Organisation(shapes.Said):
    """A Chinese organisation under its credit code (GB 32100)."""

    name: Name
    code: Code
    address: Address = ""


class Natural(shapes.Said):
    """The caller as a party; the resident id is kept encrypted (GB 11643)."""

    name: Name
    resident_id: Annotated[str, Field(max_length=40, pattern=shapes.NO_NUL)]
    address: Address = ""


class Foreign(shapes.Said):
    """A party from abroad (ISO 3166-1 alpha-2)."""

    kind: Literal["natural", "legal"]
    name: Name
    country: Annotated[str, Field(max_length=8, pattern=shapes.NO_NUL, examples=["SG"])]
    address: Address = ""


class Nature(shapes.Said):
    """What kind of body a party is."""

    is_state_owned: bool
    is_public_institution: bool
    is_public_research: bool


class SecretGiven(shapes.Said):
    """A resident id or a bank account."""

    kind: SecretKind
    value: Annotated[str, Field(max_length=64, pattern=shapes.NO_NUL)]


class SecretReading(shapes.Said):
    """Why a secret is read (个人信息保护法 6)."""

    kind: SecretKind
    reason: Annotated[str, Field(max_length=40, pattern=shapes.NO_NUL, examples=["payout"])]
    about: Annotated[str, Field(max_length=60, pattern=shapes.NO_NUL, examples=["deal:12"])] = ""


class Plain(shapes.Told):
    """A secret in plain; its reading is a deed on the record."""

    value: str


class PartyTold(shapes.PartyShort):
    """A party as its members and the house's people see it."""

    kind: Literal["natural", "legal"]
    country: str = Field(examples=["CN"])
    code: str | None
    address: str
    is_verified: bool
    is_state_owned: bool
    is_public_institution: bool
    is_public_research: bool
    secrets: dict[str, str] = Field(description="Kind and masked form", examples=[{"bank_account": "6222 **** 0123"}])


class Joining(shapes.Said):
    """A request to act for a party, named by its credit code or its ref."""

    code: Code


def told(request: HttpRequest, party: Party) -> PartyTold:
    return PartyTold(
        ref=party.ref,
        name=party.name,
        kind="natural" if party.kind == "natural" else "legal",
        country=party.country,
        code=party.code,
        address=party.address,
        is_verified=party.verified_at is not None,
        is_state_owned=party.is_state_owned,
        is_public_institution=party.is_public_institution,
        is_public_research=party.is_public_research,
        secrets=parties.masked_secrets(calling.standing_of(request), party),
    )


def seen(request: HttpRequest, ref: str) -> Party:
    """A party that the caller acts for or looks after; another's is not there."""
    party = shapes.party_named(ref)
    if not access.may(calling.standing_of(request), "people.see_party", party):
        raise Refused("api.not_found")
    return party


@router.get("/parties", summary="Parties that I act for or look after", **problems.told(paging.Page[PartyTold]))
def list_parties(request: HttpRequest, asked: Query[paging.Asked]) -> paging.Page[PartyTold]:
    """The house's people see all of them, newest first."""
    rows = Party.objects.all()
    if not calling.could(request, "people.see_cases"):
        rows = rows.filter(pk__in=calling.parties_of(request))
    return paging.cut(rows.prefetch_related("secrets"), asked, lambda party: told(request, party))


@router.post(
    "/parties/organisations",
    auth=calling.may_ask("people.make_party"),
    summary="Register an organisation",
    **problems.told(PartyTold, "people.bad_name", "people.party_known"),
)
def make_organisation(request: HttpRequest, said: Organisation) -> PartyTold:
    """Who brings it is its first administrator, until it is verified; the same again is the same party."""
    return told(request, parties.make_organisation(calling.person_of(request), **said.model_dump()))


@router.post(
    "/parties/natural",
    auth=calling.may_ask("people.make_party"),
    summary="Register myself as a party",
    **problems.told(PartyTold, "people.bad_name", "people.resident_id_known", "people.has_own_party"),
)
def make_natural_party(request: HttpRequest, said: Natural) -> PartyTold:
    """Once for each person."""
    return told(request, parties.make_natural_party(calling.person_of(request), **said.model_dump()))


@router.post(
    "/parties/foreign",
    auth=calling.may_ask("people.make_party"),
    summary="Register a party from abroad",
    **problems.told(PartyTold, "people.bad_name", "people.not_foreign", "people.has_own_party"),
)
def make_foreign_party(request: HttpRequest, said: Foreign) -> PartyTold:
    """Known by name and country until its papers are verified."""
    return told(request, parties.make_foreign_party(calling.person_of(request), **said.model_dump()))


@router.get("/parties/{ref}", summary="One party", **problems.told(PartyTold))
def get_party(request: HttpRequest, ref: shapes.Short) -> PartyTold:
    """For those who act for it and for the house's people."""
    return told(request, seen(request, ref))


@router.put(
    "/parties/{ref}/nature",
    auth=calling.may_ask("people.note_nature"),
    summary="Note what kind of body a party is",
    **problems.told(PartyTold, "people.own_party", "people.nature_contradicts"),
)
def note_nature(request: HttpRequest, ref: shapes.Short, said: Nature) -> PartyTold:
    """A state-owned seller lists under the state's rule set alone (X5).

    Its listings, and those of a public institution, stand on an appraisal and an approval; those of a public university
    or research institute on neither (V11), and whoever noted that does not announce them.
    """
    party = parties.note_nature(calling.person_of(request), seen(request, ref).pk, **said.model_dump())
    return told(request, party)


@router.put(
    "/parties/{ref}/secrets",
    summary="Keep a resident id or a bank account",
    **problems.told(PartyTold, "people.resident_id_known", "people.verified_id_fixed"),
)
def keep_secret(request: HttpRequest, ref: shapes.Short, said: SecretGiven) -> PartyTold:
    """Encrypted at rest and shown masked."""
    party = seen(request, ref)
    secrets.keep_secret(calling.person_of(request), party.pk, kind=said.kind, value=said.value)
    return told(request, party)


@router.post(
    "/parties/{ref}/secrets/read",
    summary="Read a resident id or a bank account in plain",
    **problems.told(Plain, "people.no_such_reason", "people.not_a_topic", "people.no_secret", "people.key_missing"),
)
def read_secret(request: HttpRequest, ref: shapes.Short, said: SecretReading) -> Plain:
    """The reading is a deed on the record, with its reason."""
    party = seen(request, ref)
    return Plain(value=secrets.read_secret(calling.person_of(request), party.pk, **said.model_dump()))


@router.get("/parties/{ref}/members", summary="Who acts for a party", **problems.told(list[MembershipTold]))
def list_members(request: HttpRequest, ref: shapes.Short) -> list[MembershipTold]:
    """Confirmed members and open requests."""
    members = seen(request, ref).memberships.filter(ended_at__isnull=True).select_related("party").order_by("pk")
    return [membership(one) for one in members]


@router.post(
    "/memberships",
    auth=calling.may_ask("people.ask_to_join"),
    summary="Ask to act for a party",
    **problems.told(MembershipTold, "people.party_not_known"),
)
def ask_to_join(request: HttpRequest, said: Joining) -> MembershipTold:
    """Gives nothing until the party's administrator or the operator has confirmed it."""
    return membership(parties.ask_to_join(calling.person_of(request), code=said.code))


def of_mine(request: HttpRequest, membership_id: int) -> Membership:
    """A membership of the caller, of a party they act for, or any for the operator."""
    found = shapes.one(Membership.objects.all(), pk=membership_id)
    is_mine = found.person_id == calling.person_of(request).pk or found.party_id in calling.parties_of(request)
    if not is_mine and not calling.has_role(request, "operator"):
        raise Refused("api.not_found")
    return found


@router.post(
    "/memberships/{int:membership_id}/confirm",
    summary="Confirm that somebody acts for a party",
    **problems.told(MembershipTold, "people.membership_ended", "people.maker_is_checker"),
)
def confirm_member(request: HttpRequest, membership_id: shapes.Id) -> MembershipTold:
    """By the party's administrator or the operator; never the person themself."""
    return membership(parties.confirm_member(calling.person_of(request), of_mine(request, membership_id).pk))


@router.post(
    "/memberships/{int:membership_id}/administrator",
    summary="Make a member the party's administrator",
    **problems.told(MembershipTold, "people.not_a_member", "people.maker_is_checker"),
)
def make_party_administrator(request: HttpRequest, membership_id: shapes.Id) -> MembershipTold:
    """From now on they confirm others."""
    person = calling.person_of(request)
    return membership(parties.make_party_administrator(person, of_mine(request, membership_id).pk))


@router.post(
    "/memberships/{int:membership_id}/end",
    summary="End a membership, or turn a request down",
    **problems.told(MembershipTold, "people.last_administrator"),
)
def end_membership(request: HttpRequest, membership_id: shapes.Id) -> MembershipTold:
    """One's own by leaving, another's as the party's administrator or the operator."""
    person, found = calling.person_of(request), of_mine(request, membership_id)
    end = parties.leave if found.person_id == person.pk else parties.end_membership
    return membership(end(person, found.pk))
