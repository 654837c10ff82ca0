"""What happens at the same instant: threads with connections of their own on one database file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from tests.people import given_people as given
from tests.people.given_people import PASSWORD
from zhirong.base.refused import Refused
from zhirong.people import stored_hashes
from zhirong.people.actions import parties, roles, sign_in
from zhirong.people.models import Party, Person

pytestmark = [pytest.mark.both, pytest.mark.django_db(transaction=True)]


def at_once(*deeds: Callable[[], object]) -> Counter[str]:
    """Do all at the same time; what each ended in, `done` or the refusal's code."""

    def end_of(deed: Callable[[], object]) -> str:
        try:
            deed()
        except Refused as no:
            return no.code
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(deeds)) as threads:
        return Counter(threads.map(end_of, deeds))


def test_parallel_guesses_get_no_more_looks_than_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    person, looks = given.a_person(password=PASSWORD), []
    monkeypatch.setattr(stored_hashes, "check_password", lambda *_: looks.append(1))
    ends = at_once(*[lambda: sign_in.prove(person, "wrong-one-here")] * 12)
    assert len(looks) == 5
    assert ends == {"people.wrong_log_in": 4, "people.locked": 8}
    assert Person.objects.get(pk=person.pk).tries_left == 0


def test_one_log_in_name_goes_to_one_of_two() -> None:
    ends = at_once(*[lambda: sign_in.sign_up(login="lilei", name="李雷", password=PASSWORD)] * 4)
    assert ends == {"done": 1, "people.login_taken": 3}
    assert Person.objects.count() == 1


def test_one_organisation_is_registered_once() -> None:
    code = given.a_credit_code()
    people = [given.a_person("holder") for _ in range(4)]
    ends = at_once(*[lambda who=who: parties.make_organisation(who, name="甲", code=code) for who in people])
    assert ends == {"done": 1, "people.party_known": 3}
    assert Party.objects.get().memberships.count() == 1


def test_one_resident_id_is_one_natural_person() -> None:
    number = given.a_resident_id()
    people = [given.a_person("holder") for _ in range(4)]
    ends = at_once(*[lambda who=who: parties.make_natural_party(who, name="甲", resident_id=number) for who in people])
    assert ends == {"done": 1, "people.resident_id_known": 3}
    assert Party.objects.get().secrets.count() == 1


def test_two_administrators_cannot_leave_the_house_together() -> None:
    pair = [given.a_person("administrator") for _ in range(2)]
    ends = at_once(*[lambda who=who: roles.give_up_role(who, who.role_grants.get().pk) for who in pair])
    assert ends == {"done": 1, "people.last_house_administrator": 1}
