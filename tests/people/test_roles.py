from datetime import timedelta

import pytest

from tests.people import given_people as given
from tests.people.given_people import PASSWORD, deeds, refused
from zhirong.people import access
from zhirong.people.actions import roles, sign_in, tokens
from zhirong.people.models import RoleGrant, Token

pytestmark = [pytest.mark.both, pytest.mark.django_db]


def test_a_plain_role_is_granted_by_one_administrator() -> None:
    person = given.a_person("holder")
    roles.grant_role(given.a_person("administrator"), person.pk, "valuer")
    assert access.has_role(person, "valuer")
    assert access.has_role(person, "holder")
    assert deeds() == ["people.role_granted"]


@pytest.mark.parametrize("role", ["operator", "checker", "administrator"])
def test_a_role_over_others_needs_a_second_administrator(role: str) -> None:
    first, second, person = given.a_person("administrator"), given.a_person("administrator"), given.a_person("holder")
    grant = roles.grant_role(first, person.pk, role)
    assert not access.has_role(person, role)
    with refused("people.maker_is_checker"):
        roles.confirm_role(first, grant.pk)
    with refused("people.not_allowed"):
        roles.confirm_role(person, grant.pk)
    with refused("people.house_is_founded"):
        roles.accept_first_role(person, grant.pk)
    roles.confirm_role(second, grant.pk)
    assert access.has_role(person, role)
    # What came with the log-in does not go with the role and ends.
    assert not access.has_role(person, "holder")
    assert deeds() == ["people.role_granted", "people.role_confirmed", "people.role_ended"]


def test_nobody_grants_a_role_to_themself() -> None:
    administrator = given.a_person("administrator")
    with refused("people.maker_is_checker"):
        roles.grant_role(administrator, administrator.pk, "auditor")
    for who in (given.a_person("operator"), given.a_person("holder")):
        with refused("people.not_allowed"):
            roles.grant_role(who, given.a_person().pk, "valuer")
    assert deeds() == []


def test_roles_that_exclude_each_other_are_refused() -> None:
    administrator = given.a_person("administrator")
    with refused("people.roles_conflict"):
        roles.grant_role(administrator, given.a_person("bank").pk, "operator")
    with refused("people.roles_conflict"):
        roles.grant_role(administrator, given.a_person("operator").pk, "buyer")
    with refused("people.no_such_role", role="king"):
        roles.grant_role(administrator, given.a_person().pk, "king")
    assert RoleGrant.objects.filter(granted_by=administrator).count() == 0


def test_two_waiting_roles_that_exclude_each_other_never_both_begin() -> None:
    first, second, person = given.a_person("administrator"), given.a_person("administrator"), given.a_person()
    one = roles.grant_role(first, person.pk, "operator")
    other = roles.grant_role(first, person.pk, "administrator")
    roles.confirm_role(second, one.pk)
    with refused("people.roles_conflict"):
        roles.confirm_role(second, other.pk)
    assert access.standing_of(person).roles == {"operator"}  # type: ignore[union-attr]


def test_the_founder_names_the_second_administrator_who_accepts() -> None:
    founder = sign_in.first_administrator(login="founder", name="管理员", password=PASSWORD)
    second, third = given.a_person("holder"), given.a_person("holder")
    operator_grant = roles.grant_role(founder, third.pk, "operator")
    with refused("people.house_is_founded"):
        roles.accept_first_role(third, operator_grant.pk)
    grant = roles.grant_role(founder, second.pk, "administrator")
    with refused("people.not_allowed"):
        roles.accept_first_role(third, grant.pk)
    roles.accept_first_role(second, grant.pk)
    roles.confirm_role(second, operator_grant.pk)
    assert access.has_role(third, "operator")
    late = roles.grant_role(founder, given.a_person().pk, "administrator")
    with refused("people.house_is_founded"):
        roles.accept_first_role(late.person, late.pk)


def test_a_role_is_withdrawn_at_once_but_not_the_last_administrators() -> None:
    administrator, operator = given.a_person("administrator"), given.a_person("operator")
    roles.withdraw_role(administrator, RoleGrant.objects.get(person=operator).pk)
    assert not access.has_role(operator, "operator")
    own = RoleGrant.objects.get(person=administrator)
    with refused("people.maker_is_checker"):
        roles.withdraw_role(administrator, own.pk)
    with refused("people.last_house_administrator"):
        roles.give_up_role(administrator, own.pk)
    with refused("people.not_allowed"):
        roles.give_up_role(operator, own.pk)
    assert access.has_role(administrator, "administrator")


def test_granting_twice_is_granting_once() -> None:
    administrator, person = given.a_person("administrator"), given.a_person()
    assert roles.grant_role(administrator, person.pk, "bank") == roles.grant_role(administrator, person.pk, "bank")
    assert deeds() == ["people.role_granted"]


def test_a_closed_log_in_loses_everything_it_could_do() -> None:
    administrator, person = given.a_person("administrator"), given.a_person("holder", member_of=given.a_party())
    _, plain = tokens.make_token(person, name="script", days=30)
    roles.close_person(administrator, person.pk)
    roles.close_person(administrator, person.pk)
    person.refresh_from_db()
    assert access.standing_of(person) is None
    assert tokens.person_of_token(plain) is None
    assert deeds() == ["people.token_made", "people.role_ended", "people.person_closed"]
    with refused("people.maker_is_checker"):
        roles.close_person(administrator, administrator.pk)


def test_a_token_is_known_by_its_hash_alone() -> None:
    person = given.a_person("holder")
    token, plain = tokens.make_token(person, name=" nightly  import ", days=30)
    assert token.name == "nightly import"
    assert plain.startswith("zr_")
    assert plain not in str(Token.objects.values().get())
    assert tokens.person_of_token(plain) == person
    assert tokens.person_of_token(plain + "x") is None
    assert tokens.person_of_token(token.sha256) is None


def test_a_token_ends_by_its_owner_by_an_administrator_or_by_time() -> None:
    person = given.a_person("holder")
    for who in (person, given.a_person("administrator")):
        token, plain = tokens.make_token(person, name="x", days=1)
        with refused("people.not_allowed"):
            tokens.end_token(given.a_person("operator"), token.pk)
        tokens.end_token(who, token.pk)
        assert tokens.person_of_token(plain) is None
    token, plain = tokens.make_token(person, name="x", days=1)
    Token.objects.filter(pk=token.pk).update(expires_at=token.made_at - timedelta(seconds=1))
    assert tokens.person_of_token(plain) is None


def test_tokens_are_few_and_not_for_ever() -> None:
    person = given.a_person("holder")
    for days in (0, 366):
        with refused("people.token_days", most=365):
            tokens.make_token(person, name="x", days=days)
    for _ in range(20):
        tokens.make_token(person, name="x", days=1)
    with refused("people.too_many_tokens", most=20):
        tokens.make_token(person, name="x", days=1)


def test_the_list_of_people_is_for_those_who_look_after_them() -> None:
    person = given.a_person("holder")
    assert person in roles.people_seen_by(given.a_person("operator"))
    with refused("people.not_allowed"):
        roles.people_seen_by(person)
