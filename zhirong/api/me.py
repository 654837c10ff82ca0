"""Who I am here: roles, parties I act for, and which deeds my roles fit."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from zhirong.api import calling, problems, shapes
from zhirong.people import access
from zhirong.people.models import Membership
from zhirong.record import notices

router = Router(tags=["me"])


class Named(shapes.Told):
    """A code with its names."""

    code: str = Field(examples=["buyer"])
    zh: str
    en: str


class MembershipTold(shapes.Told):
    """That I act for a party, or asked to."""

    membership_id: int
    party: shapes.PartyShort
    is_administrator: bool
    is_confirmed: bool
    is_verified: bool = Field(description="Whether the party's papers were accepted (实名核验)")


class Me(shapes.Told):
    """The caller."""

    ref: shapes.Ref
    login: str
    name: str
    email: str
    phone: str
    language: str
    roles: list[Named]
    memberships: list[MembershipTold]
    verbs: list[str] = Field(description="Deeds that my roles fit for some thing", examples=[["exchange.bid"]])
    unread: int = Field(description="Notices not read yet")


def membership(one: Membership) -> MembershipTold:
    return MembershipTold(
        membership_id=one.pk,
        party=shapes.party_short(one.party),
        is_administrator=one.is_administrator,
        is_confirmed=one.confirmed_at is not None,
        is_verified=one.party.verified_at is not None,
    )


@router.get("/me", summary="Who I am here", **problems.told(Me))
def me(request: HttpRequest) -> Me:
    """Roles and memberships as they are now."""
    person, standing = calling.person_of(request), calling.standing_of(request)
    names = access.roles()
    held = Membership.objects.filter(person=person, ended_at__isnull=True).select_related("party").order_by("pk")
    return Me(
        ref=person.ref,
        login=person.login,
        name=person.name,
        email=person.email,
        phone=person.phone,
        language=person.language,
        roles=[
            Named(code=role, zh=names[role]["zh"], en=names[role]["en"])
            for role in sorted(standing.roles if standing else ())
        ],
        memberships=[membership(one) for one in held],
        verbs=sorted(verb for verb in access.verbs() if access.could(standing, verb)),
        unread=notices.unread_count(person.ref),
    )
