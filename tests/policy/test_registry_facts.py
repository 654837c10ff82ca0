"""What the register tells by itself: facts of the vocabulary, from rows that are named, and nothing that is a guess."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.enterprises import given_enterprises as given
from tests.registry import given_rights
from tests.registry.given_rights import a_right, an_operator
from zhirong.enterprises import file
from zhirong.enterprises.engine import derived
from zhirong.policy import reading
from zhirong.policy.engine import facts
from zhirong.record import actions as record
from zhirong.registry.actions import entries, titles, weights
from zhirong.registry.actions.weights import Favoured
from zhirong.registry.engine.facts import Ending, EventKind, LicenceKind, Report, Weight

pytestmark = pytest.mark.django_db
KNOWN = reading.own().vocabulary
DAY = date(2026, 3, 2)


def test_every_derived_fact_stands_in_the_vocabulary() -> None:
    assert {*derived.OF_A_RIGHT, *derived.OF_A_PARTY} <= KNOWN.facts.keys()


def test_granted_patents_count_themselves_and_name_the_rights_they_were_counted_from() -> None:
    party = given.an_enterprise()
    first, second = a_right(1, parties=(party,)), a_right(2, parties=(party,))
    a_right(3, parties=(party,), granted_on=None)
    known = file.facts_of(party, day=DAY)
    assert known.facts == {"inventions_granted": "2"}
    counted = known.stated["inventions_granted"]
    assert counted.source == "house"
    assert counted.rests_on == (f"right:{first.pk}", f"right:{second.pk}")
    assert counted.source_text == f"{first.number}、{second.number}"
    assert (counted.since, counted.until) == (DAY, DAY)
    # No utility model stands here; that is no proof that there is none.
    assert "other_patents_granted" not in known.facts
    assert facts.settled(known.facts, KNOWN) == {"inventions_granted": 2}


def test_a_right_that_was_declared_invalid_never_counted() -> None:
    party = given.an_enterprise()
    right = a_right(1, parties=(party,))
    said = {"day": date(2026, 2, 1), "source": "gazette", "ending": Ending.INVALID}
    entries.enter_event(an_operator(), right, EventKind.INVALIDATION, **said)
    assert file.facts_of(party, day=DAY).facts == {}
    about = file.facts_of(party, day=DAY, about=right.key).facts
    assert (about["patent_status"], about["inventions_granted"]) == ("invalidated", "0")


def test_a_patent_tells_of_itself_what_is_sure() -> None:
    party = given.an_enterprise()
    right = a_right(1, parties=(party,), report=Report.GOOD)
    known = file.facts_of(party, day=DAY, about=right.key)
    assert known.facts == {
        "patent_kind": "invention",
        "patent_status": "granted",
        "patent_expires_on": "2041-03-04",
        "inventions_granted": "1",
        "other_patents_granted": "0",
        "pledged": False,
        "suspended": False,
        "open_licence_published": False,
        "annual_fee_overdue": False,
        "evaluation_report": "positive",
    }
    assert set(known.facts) <= {*derived.OF_A_RIGHT}
    assert {one.rests_on for one in known.stated.values()} == {(right.topic,)}
    facts.settled(known.facts, KNOWN)


def test_what_nobody_looked_at_stays_unknown() -> None:
    party = given.an_enterprise()
    # The fees were never looked at: whether the patent lives on is not known.
    right = a_right(1, parties=(party,), fees_paid_through_year=0, fees_as_of=None)
    about = file.facts_of(party, day=DAY, about=right.key).facts
    assert about.keys().isdisjoint(
        {"patent_status", "annual_fee_overdue", "evaluation_report", "export_banned_or_restricted"}
    )
    # A licence need not be recorded: none here is no proof of none.
    assert "exclusive_or_sole_licence_running" not in about


def test_a_pledge_and_an_exclusive_licence_are_told() -> None:
    party = given.an_enterprise()
    right, who = a_right(1, parties=(party,)), an_operator()
    weights.encumber(who, right, Weight.PLEDGE, favoured=Favoured("某银行"), since=date(2025, 1, 1), number="Y1")
    weights.encumber(
        who,
        right,
        Weight.LICENCE,
        favoured=Favoured("某公司"),
        since=date(2025, 1, 1),
        until=date(2027, 1, 1),
        licence=LicenceKind.EXCLUSIVE,
    )
    about = file.facts_of(party, day=DAY, about=right.key).facts
    assert about["pledged"] is True
    assert about["exclusive_or_sole_licence_running"] is True


def test_what_the_register_said_before_a_change_is_not_told_anew() -> None:
    party = given.an_enterprise()
    right = a_right(1, parties=(party,))
    a_right(2, parties=(party,))
    then = record.now()
    assert file.facts_of(party, day=DAY, known=then).facts == {"inventions_granted": "2"}
    said = {"day": date(2026, 2, 1), "source": "gazette", "ending": Ending.INVALID}
    entries.enter_event(an_operator(), right, EventKind.INVALIDATION, **said)
    # Two it was, and one would be wrong: of what can no longer be counted nothing is said.
    assert file.facts_of(party, day=DAY, known=then).facts == {}
    assert file.facts_of_many([party.pk], day=DAY, known=then) == {party.pk: {}}
    assert file.facts_of(party, day=DAY, about=right.key, known=then).facts == {}
    assert file.facts_of(party, day=DAY).facts == {"inventions_granted": "1"}
    assert file.facts_of(party, day=DAY, known=then - timedelta(days=1)).facts == {}


def test_a_right_that_went_to_another_since_leaves_no_smaller_count_behind() -> None:
    party, other = given.an_enterprise(), given.an_enterprise("深圳乙有限公司")
    right = a_right(1, parties=(party,))
    a_right(2, parties=(party,))
    a_right(3, parties=(other,))
    then = record.now()
    titles.transfer(an_operator(), right, other, on=DAY, key="t1")
    assert file.facts_of(party, day=DAY).facts == {"inventions_granted": "1"}
    assert file.facts_of(party, day=DAY, known=then).facts == {}
    assert file.facts_of(other, day=DAY, known=then).facts == {}


def test_what_changes_no_count_and_a_right_that_came_later_leave_the_count_known() -> None:
    party = given.an_enterprise()
    right, who = a_right(1, parties=(party,)), an_operator()
    then = record.now()
    weights.encumber(who, right, Weight.PLEDGE, favoured=Favoured("某银行"), since=date(2025, 1, 1), number="Y1")
    a_right(2, parties=(party,))
    assert file.facts_of(party, day=DAY).facts == {"inventions_granted": "2"}
    assert file.facts_of(party, day=DAY, known=then).facts == {"inventions_granted": "1"}
    # What weighed on the right itself then can no longer be told.
    assert file.facts_of(party, day=DAY, about=right.key, known=then).facts == {"inventions_granted": "1"}


def test_others_rights_tell_nothing_of_this_enterprise() -> None:
    party, other = given.an_enterprise(), given.an_enterprise("深圳乙有限公司")
    right = a_right(1, parties=(other,))
    assert file.facts_of(party, day=DAY, about=right.key).facts == {}


def test_an_authoritys_count_rules_over_the_house_only_where_it_speaks() -> None:
    party = given.an_enterprise()
    a_right(1, parties=(party,))
    given.stated(party, "inventions_granted", "9", source="registry")
    given.stated(party, "inventions_granted", "12")
    known = file.facts_of(party, day=DAY)
    assert known.facts["inventions_granted"] == "9"
    assert {(one.source, one.value) for one in known.against["inventions_granted"]} == {("house", "1"), ("self", "12")}


def test_many_enterprises_are_told_in_few_queries_and_alike(django_assert_max_num_queries) -> None:
    parties = [given.an_enterprise(f"企业{number}") for number in range(6)]
    for number, party in enumerate(parties):
        a_right(number + 1, parties=(party,))
    natural = given_rights.a_party("某人")
    type(natural).objects.filter(pk=natural.pk).update(kind="natural")
    with django_assert_max_num_queries(8):
        found = file.facts_of_many([*(party.pk for party in parties), natural.pk], day=DAY)
    assert found[parties[3].pk] == file.facts_of(parties[3], day=DAY).facts == {"inventions_granted": "1"}
    assert found[natural.pk] == {"independent_legal_person": False}
