"""Two officials at the same instant: one run, one take-up that holds."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from tests.policy import given_reach
from tests.policy.given_reach import HONOURS
from tests.registry import given_rights
from zhirong.people.models import Person
from zhirong.policy.actions import reaching
from zhirong.policy.models import NoInvitations, Screening, TakeUp
from zhirong.record.models import Job

pytestmark = [pytest.mark.both, pytest.mark.django_db(transaction=True)]


def at_once(people: list[Person], deed: Callable[[Person, int], Any]) -> list[Any]:
    """What each got who did it at the same instant."""
    gate, found = threading.Barrier(len(people)), list[Any]()

    def do(place: int) -> None:
        gate.wait()
        try:
            found.append(deed(people[place], place))
        finally:
            connection.close()

    threads = [threading.Thread(target=do, args=(place,)) for place in range(len(people))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_of_officials_who_ask_at_once_all_are_shown_one_run() -> None:
    officials = [given_reach.an_official() for _ in range(4)]
    found = at_once(officials, lambda who, _: reaching.ask_screening(who).pk)
    assert len(found) == 4
    assert len(set(found)) == Screening.objects.count() == Job.objects.filter(kind=reaching.SCREEN).count() == 1


def test_of_take_ups_named_at_once_one_holds_and_the_others_are_replaced() -> None:
    officials = [given_reach.an_official() for _ in range(2)]

    def deed(who: Person, place: int) -> int:
        ppm = (place, 500_000, 900_000)
        return reaching.note_take_up(who, HONOURS, 2026, ppm=ppm, source=f"依据{place}").pk

    assert len(at_once(officials, deed)) == 2
    assert TakeUp.objects.count() == 2
    assert TakeUp.objects.filter(replaced_at__isnull=True).count() == 1


def test_an_enterprise_that_declines_twice_at_once_has_declined_once() -> None:
    party = given_reach.an_enterprise("甲公司")
    members = [given_rights.a_person("holder", of=party) for _ in range(2)]
    assert len(at_once(members, lambda who, _: reaching.decline_invitations(who, party).pk)) == 2
    assert NoInvitations.objects.filter(ended_at__isnull=True).count() == 1
