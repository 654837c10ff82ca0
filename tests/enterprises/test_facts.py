"""Facts of an enterprise: who says them, which rules on a day, and that nothing said is lost."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.enterprises import given_enterprises as given
from tests.registry.given_rights import kinds_told, refused
from zhirong.enterprises import file
from zhirong.enterprises.actions import facts
from zhirong.enterprises.models import Statement
from zhirong.enterprises.rules import Told
from zhirong.record import actions as record

pytestmark = pytest.mark.django_db


def test_what_is_stated_is_known_from_its_day_and_not_before() -> None:
    party = given.an_enterprise()
    given.stated(party, "staff", "120", since=date(2026, 1, 1))
    assert file.facts_of(party, day=date(2026, 1, 1)).facts["staff"] == "120"
    assert "staff" not in file.facts_of(party, day=date(2025, 12, 31)).facts


def test_an_authority_rules_over_the_enterprise_and_the_contradiction_is_shown() -> None:
    party = given.an_enterprise()
    given.stated(party, "staff", "98", source="tax")
    given.stated(party, "staff", "120")
    known = file.facts_of(party, day=given.DAY)
    assert known.facts["staff"] == "98"
    assert known.stated["staff"].source == "tax"
    assert [(one.source, one.value) for one in known.against["staff"]] == [("self", "120")]


def test_yesterdays_answer_stays_after_a_correction() -> None:
    party = given.an_enterprise()
    first = given.stated(party, "staff", "120")
    second = given.stated(party, "staff", "130")
    first.refresh_from_db()
    assert first.replaced_by_id == second.pk
    assert file.facts_of(party, day=given.DAY).facts["staff"] == "130"
    assert file.facts_of(party, day=given.DAY, known=first.known_from).facts["staff"] == "120"
    assert "staff" not in file.facts_of(party, day=given.DAY, known=first.known_from - timedelta(seconds=1)).facts


def test_the_same_fact_again_changes_nothing() -> None:
    party = given.an_enterprise()
    who = given.a_member(party)
    told = [Told("staff", "120"), Told("is_resident_enterprise", True)]
    first = facts.note_facts(who, party, told, source="self")
    again = facts.note_facts(who, party, told, source="self")
    assert [one.pk for one in again] == [one.pk for one in first]
    assert Statement.objects.count() == 2
    assert kinds_told().count("enterprises.facts_noted") == 1


def test_a_withdrawn_fact_is_unknown_again_and_stays_to_be_read() -> None:
    party = given.an_enterprise()
    who = given.a_member(party)
    said = facts.note_facts(who, party, [Told("staff", "120")], source="self")[0]
    before = record.now()
    facts.withdraw_fact(who, said.pk, reason="数字有误")
    facts.withdraw_fact(who, said.pk, reason="再次")
    assert "staff" not in file.facts_of(party, day=given.DAY).facts
    assert file.facts_of(party, day=given.DAY, known=before).facts["staff"] == "120"
    assert [one.reason for one in file.history(party, "staff")] == ["数字有误"]
    assert kinds_told().count("enterprises.fact_withdrawn") == 1


def test_what_is_said_of_a_loan_goes_before_what_is_said_of_the_enterprise() -> None:
    party = given.an_enterprise()
    given.stated(party, "loan_repaid", True, source="bank")
    given.stated(party, "loan_repaid", False, about="loan:2022-01")
    assert file.facts_of(party, day=given.DAY).facts["loan_repaid"] is True
    assert file.facts_of(party, day=given.DAY, about="loan:2022-01").facts["loan_repaid"] is False
    assert file.abouts(party) == ["loan:2022-01"]


def test_only_the_enterprise_speaks_for_itself_and_only_officials_for_authorities() -> None:
    party = given.an_enterprise()
    stranger = given.a_member(given.an_enterprise("深圳乙有限公司"))
    with refused("people.not_allowed"):
        facts.note_facts(stranger, party, [Told("staff", "1")], source="self")
    with refused("people.not_allowed"):
        facts.note_facts(given.an_official(), party, [Told("staff", "1")], source="self")
    with refused("people.not_allowed"):
        facts.note_facts(given.a_member(party), party, [Told("staff", "1")], source="tax")
    with refused("people.own_party"):
        facts.note_facts(given.a_member(party, "official"), party, [Told("staff", "1")], source="tax")
    with refused("enterprises.source_unknown", source="house"):
        facts.note_facts(given.an_official(), party, [Told("staff", "1")], source="house")
    assert not Statement.objects.exists()


def test_a_float_is_refused_and_nothing_of_the_others_is_kept() -> None:
    party = given.an_enterprise()
    with refused("enterprises.value_not_plain", name="sales"):
        facts.note_facts(given.a_member(party), party, [Told("staff", "1"), Told("sales", 1.5)], source="self")
    assert not Statement.objects.exists()


def test_many_are_read_in_few_queries(django_assert_max_num_queries) -> None:
    parties = [given.an_enterprise(f"企业{number}") for number in range(8)]
    for number, party in enumerate(parties):
        given.stated(party, "staff", str(number))
    with django_assert_max_num_queries(12):
        found = file.facts_of_many([party.pk for party in parties], day=given.DAY)
    assert [found[party.pk] for party in parties] == [{"staff": str(number)} for number in range(8)]
