"""Two who state the same fact at once, on both databases."""

from __future__ import annotations

import pytest

from tests.enterprises import given_enterprises as given
from tests.registry.test_races import at_once
from zhirong.enterprises import file
from zhirong.enterprises.actions import facts
from zhirong.enterprises.models import Statement
from zhirong.enterprises.rules import Told

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]


def test_the_same_fact_stated_twice_at_once_stands_once() -> None:
    party = given.an_enterprise()
    who = given.a_member(party)
    told = [Told("staff", "120"), Told("is_resident_enterprise", True)]
    answers = at_once(*[lambda: [one.pk for one in facts.note_facts(who, party, told, source="self")]] * 3)
    assert answers[0] == answers[1] == answers[2]
    assert Statement.objects.count() == 2


def test_of_two_different_words_at_once_one_replaces_the_other_and_none_is_lost() -> None:
    party = given.an_enterprise()
    who = given.a_member(party)
    at_once(
        lambda: facts.note_facts(who, party, [Told("staff", "120")], source="self"),
        lambda: facts.note_facts(who, party, [Told("staff", "130")], source="self"),
    )
    assert Statement.objects.count() == 2
    living = Statement.objects.get(replaced_at__isnull=True)
    assert Statement.objects.get(replaced_at__isnull=False).replaced_by == living
    assert file.facts_of(party, day=given.DAY).facts == {"staff": living.value}
