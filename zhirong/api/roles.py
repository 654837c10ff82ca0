"""Log-ins and their roles, for those who look after people."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from zhirong.api import calling, paging, problems, shapes
from zhirong.base.refused import Refused
from zhirong.people.actions import roles
from zhirong.people.models import Person, RoleGrant

router = Router(tags=["people"])


class Granting(shapes.Said):
    """A role for somebody."""

    role: Annotated[str, Field(max_length=20, pattern=shapes.NO_NUL, examples=["bank"])]


class GrantTold(shapes.Told):
    """A role that somebody was given."""

    grant_id: int
    role: str = Field(examples=["bank"])
    granted_at: datetime
    is_confirmed: bool = Field(description="Sensitive roles begin after a second administrator's word")
    ended_at: datetime | None


class PersonTold(shapes.Told):
    """A log-in as administrators, operators and auditors see it."""

    ref: shapes.Ref
    login: str
    name: str
    is_active: bool
    grants: list[GrantTold]
    parties: list[shapes.PartyShort]


def grant_told(grant: RoleGrant) -> GrantTold:
    return GrantTold(
        grant_id=grant.pk,
        role=grant.role,
        granted_at=grant.granted_at,
        is_confirmed=grant.confirmed_at is not None,
        ended_at=grant.ended_at,
    )


def told(person: Person) -> PersonTold:
    return PersonTold(
        ref=person.ref,
        login=person.login,
        name=person.name,
        is_active=person.is_active,
        grants=[grant_told(grant) for grant in person.role_grants.all() if grant.ended_at is None],
        parties=[shapes.party_short(one.party) for one in person.memberships.all() if one.ended_at is None],
    )


@router.get(
    "/people",
    auth=calling.may_ask("people.see_people"),
    summary="Log-ins with their roles",
    **problems.told(paging.Page[PersonTold]),
)
def list_people(request: HttpRequest, asked: Query[paging.Asked]) -> paging.Page[PersonTold]:
    """For administrators, operators and auditors; newest first."""
    return paging.cut(roles.people_seen_by(calling.standing_of(request)), asked, told)


@router.post(
    "/people/{ref}/roles",
    auth=calling.may_ask("people.grant_role"),
    summary="Give somebody a role",
    **problems.told(
        GrantTold, "people.no_such_role", "people.roles_conflict", "people.closed", "people.maker_is_checker"
    ),
)
def grant_role(request: HttpRequest, ref: shapes.Short, said: Granting) -> GrantTold:
    """One that decides over others waits for a second administrator."""
    person = shapes.one(Person.objects.all(), ref=ref)
    return grant_told(roles.grant_role(calling.person_of(request), person.pk, said.role))


@router.post(
    "/people/{ref}/close",
    auth=calling.may_ask("people.close_person"),
    summary="Close a log-in",
    **problems.told(PersonTold, "people.last_house_administrator", "people.maker_is_checker"),
)
def close_person(request: HttpRequest, ref: shapes.Short) -> PersonTold:
    """It ends with its roles, memberships and tokens; what was done stays on the record."""
    person = shapes.one(Person.objects.all(), ref=ref)
    return told(roles.close_person(calling.person_of(request), person.pk))


@router.post(
    "/grants/{int:grant_id}/confirm",
    summary="Confirm a role as the second administrator",
    **problems.told(GrantTold, "people.role_ended", "people.house_is_founded", "people.maker_is_checker"),
)
def confirm_role(request: HttpRequest, grant_id: shapes.Id) -> GrantTold:
    """Or, while the founder is the only administrator, accept one's own first role."""
    person, grant = calling.person_of(request), _seen(request, grant_id)
    confirm = roles.accept_first_role if grant.person_id == person.pk else roles.confirm_role
    return grant_told(confirm(person, grant.pk))


@router.post(
    "/grants/{int:grant_id}/end",
    summary="End a role: another's as administrator, or give up one's own",
    **problems.told(GrantTold, "people.last_house_administrator"),
)
def end_role(request: HttpRequest, grant_id: shapes.Id) -> GrantTold:
    """At once: taking power away waits for nobody."""
    person, grant = calling.person_of(request), _seen(request, grant_id)
    end = roles.give_up_role if grant.person_id == person.pk else roles.withdraw_role
    return grant_told(end(person, grant.pk))


def _seen(request: HttpRequest, grant_id: int) -> RoleGrant:
    """One's own grant, or any for an administrator."""
    grant = shapes.one(RoleGrant.objects.all(), pk=grant_id)
    if grant.person_id != calling.person_of(request).pk and not calling.has_role(request, "administrator"):
        raise Refused("api.not_found")
    return grant
