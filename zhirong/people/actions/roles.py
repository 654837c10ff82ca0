"""Granting, confirming and withdrawing roles, and closing a log-in."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Prefetch, QuerySet

from zhirong.base.refused import Refused
from zhirong.people import access, rules
from zhirong.people.models import Membership, Person, RoleGrant, Token
from zhirong.record import actions as record


@transaction.atomic
def grant_role(who: Person, person_id: int, role: str) -> RoleGrant:
    """An administrator gives somebody else a role; one that decides over others waits for a second administrator."""
    person = Person.objects.select_for_update().get(pk=person_id)
    access.require(who, "people.grant_role", person)
    rules.judge_grant(access.roles(), role, held=_held(person))
    if found := RoleGrant.objects.filter(person=person, role=role, ended_at__isnull=True).first():
        return found
    if not person.is_active:
        raise Refused("people.closed")
    now = record.now()
    needs_two = access.roles()[role]["given"] == "two"
    grant = RoleGrant.objects.create(
        person=person, role=role, granted_at=now, granted_by=who, confirmed_at=None if needs_two else now
    )
    record.tell("people.role_granted", person.topic, who=who, to=[person], role=role, waits_for_second=needs_two)
    if not needs_two:
        _make_room(who, grant)
    return grant


@transaction.atomic
def confirm_role(who: Person, grant_id: int) -> RoleGrant:
    """A second administrator, neither the granter nor the one who gets it, puts a role into force."""
    grant = _locked(grant_id)
    access.require(who, "people.confirm_role", grant)
    return _confirm(who, grant)


@transaction.atomic
def accept_first_role(who: Person, grant_id: int) -> RoleGrant:
    """While the founder is the only administrator, the one they name as the second confirms it themself (D).

    No third person exists yet who could; from then on two administrators stand behind every such role.
    """
    grant = _locked(grant_id)
    access.require(who, "people.accept_first_role", grant)
    if grant.confirmed_at is None and (grant.role != "administrator" or _administrators() != {grant.granted_by_id}):
        raise Refused("people.house_is_founded")
    return _confirm(who, grant)


def _confirm(who: Person, grant: RoleGrant) -> RoleGrant:
    if grant.ended_at is not None:
        raise Refused("people.role_ended", ended_at=grant.ended_at)
    if grant.confirmed_at is not None:
        return grant
    grant.confirmed_at, grant.confirmed_by = record.now(), who
    grant.save(update_fields=["confirmed_at", "confirmed_by"])
    record.tell("people.role_confirmed", grant.person.topic, who=who, to=[grant.person], role=grant.role)
    _make_room(who, grant)
    return grant


def _make_room(who: Person, grant: RoleGrant) -> None:
    """Roles that came with the log-in end where the new one excludes them; any other conflict is refused."""
    ending = rules.judge_grant(access.roles(), grant.role, held=_held(grant.person) - {grant.role})
    for other in RoleGrant.objects.filter(person=grant.person, role__in=ending, ended_at__isnull=True):
        _end(who, other)


@transaction.atomic
def withdraw_role(who: Person, grant_id: int) -> RoleGrant:
    """An administrator ends somebody else's role at once: taking power away must not wait for a second person."""
    grant = _locked(grant_id)
    access.require(who, "people.withdraw_role", grant)
    return _end(who, grant)


@transaction.atomic
def give_up_role(who: Person, grant_id: int) -> RoleGrant:
    """The person gives up a role of their own."""
    grant = _locked(grant_id)
    access.require(who, "people.give_up_role", grant)
    return _end(who, grant)


def _end(who: Person, grant: RoleGrant) -> RoleGrant:
    if grant.ended_at is not None:
        return grant
    if grant.role == "administrator" and _locked_administrators() == {grant.person_id}:
        raise Refused("people.last_house_administrator")
    grant.ended_at = record.now()
    grant.save(update_fields=["ended_at"])
    record.tell("people.role_ended", grant.person.topic, who=who, to=[grant.person], role=grant.role)
    return grant


@transaction.atomic
def close_person(who: Person, person_id: int) -> Person:
    """A log-in ends with its roles, memberships and tokens; what the person did stays on the record."""
    person = Person.objects.select_for_update().get(pk=person_id)
    access.require(who, "people.close_person", person)
    if not person.is_active:
        return person
    for grant in RoleGrant.objects.filter(person=person, ended_at__isnull=True).select_related("person"):
        _end(who, grant)
    now = record.now()
    person.memberships.filter(ended_at__isnull=True).update(ended_at=now)
    Token.objects.filter(person=person, ended_at__isnull=True).update(ended_at=now)
    person.is_active = False
    person.save(update_fields=["is_active"])
    record.tell("people.person_closed", person.topic, who=who)
    return person


def people_seen_by(who: access.Who) -> QuerySet[Person]:
    """Every log-in with its roles and memberships ready, for those who look after people."""
    access.require(who, "people.see_people")
    acts_for = Prefetch("memberships", Membership.objects.select_related("party"))
    return Person.objects.order_by("login").prefetch_related("role_grants", acts_for)


def _locked(grant_id: int) -> RoleGrant:
    """The grant, behind the lock of its person: roles that exclude each other cannot begin at the same instant."""
    person, role = RoleGrant.objects.values_list("person_id", "role").get(pk=grant_id)
    Person.objects.select_for_update().get(pk=person)
    if role == "administrator":
        _locked_administrators()
    return RoleGrant.objects.select_for_update(of=("self",)).select_related("person").get(pk=grant_id)


def _held(person: Person) -> set[str]:
    held = RoleGrant.objects.filter(person=person, ended_at__isnull=True, confirmed_at__isnull=False)
    return set(held.values_list("role", flat=True))


def _administrator_grants() -> QuerySet[RoleGrant]:
    return RoleGrant.objects.filter(role="administrator", ended_at__isnull=True, confirmed_at__isnull=False)


def _administrators() -> set[int | None]:
    return set(_administrator_grants().values_list("person_id", flat=True))


def _locked_administrators() -> set[int]:
    # Read under lock and in one order, so that of two who leave together the second sees the first one gone.
    return {grant.person_id for grant in _administrator_grants().select_for_update().order_by("pk")}
