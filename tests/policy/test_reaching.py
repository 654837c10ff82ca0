"""Whom the measures reach: runs over everybody, the almost eligible, take-up, forecasts and invitations."""

from __future__ import annotations

import json
from datetime import date
from fractions import Fraction

import pytest

from tests.policy import given_reach
from tests.policy.given_reach import HNTE, HONOURS, RND
from tests.registry import given_rights
from tests.registry.given_rights import refused
from zhirong.policy import almost, forecasts, kept, population, reach
from zhirong.policy.actions import reaching
from zhirong.policy.engine.decide import decide
from zhirong.policy.models import Booking, NoInvitations, Screening, TakeUp
from zhirong.record import actions as record
from zhirong.record import jobs
from zhirong.record.models import Event, Job

pytestmark = pytest.mark.django_db


def of(run: Screening, measure: str) -> reach.Reach:
    """What a run found for one measure."""
    return next(row for row in reach.read(run.found) if row.measure == measure)


def test_a_run_counts_who_meets_is_near_and_what_is_unknown() -> None:
    given_reach.an_enterprise("甲", HONOURS)
    given_reach.an_enterprise("乙", HONOURS, reg_district="440304")
    given_reach.an_enterprise("丙", HONOURS, reg_district=None)
    run = given_reach.a_screening()
    found = of(run, HONOURS)
    paid = decide(kept.base().measures[HONOURS], population.population(day=run.day).people.facts_of(0), run.day)
    assert (found.met, found.not_met, found.unknown) == (1, 1, 1)
    assert found.total_fen == paid.amount_fen
    assert found.open_fen == paid.amount_fen
    assert found.near == found.by_action == {"1": 1, "2": 0, "3": 0}
    assert found.gaps == (reach.Gap("reg_district", 1, 1),)
    assert run.enterprises == 3


def test_a_run_keeps_what_a_second_one_needs_to_find_the_same() -> None:
    given_reach.an_enterprise("甲", HONOURS)
    run = given_reach.a_screening()
    said = json.loads(run.manifest)
    again = population.population(day=run.day, known=run.known)
    assert said["population_sha256"] == again.sha256
    assert said["measures"][HONOURS] == kept.base().measures[HONOURS].sha256
    given_reach.an_enterprise("乙", HONOURS)
    assert population.population(day=run.day).sha256 != again.sha256


def test_a_run_is_a_job_whose_repeat_does_nothing_twice() -> None:
    official = given_reach.an_official()
    first = reaching.ask_screening(official)
    assert reaching.ask_screening(given_reach.an_official()) == first
    job = Job.objects.get(kind=reaching.SCREEN)
    assert jobs.run_job(job, reaching.WORK) == "done"
    assert jobs.run_job(job, reaching.WORK) == "done"
    job.refresh_from_db()
    assert job.done == job.total > 0
    assert Event.objects.filter(kind="policy.screened").count() == 1
    assert reaching.ask_screening(official) != first


@pytest.mark.parametrize("state", ["failed", "refused"])
def test_a_run_that_failed_blocks_no_further_run(state: str) -> None:
    official = given_reach.an_official()
    first = reaching.ask_screening(official)
    record.end_job(Job.objects.get(kind=reaching.SCREEN).pk, state=state)
    second = reaching.ask_screening(official)
    assert second != first
    assert reaching.ask_screening(official) == second
    first.refresh_from_db()
    assert (first.state, second.state) == ("failed", "waiting")
    jobs.run_job(Job.objects.get(key__endswith=second.ref), reaching.WORK)
    second.refresh_from_db()
    assert second.state == "done"
    # The job of the run that failed finds nothing left to do.
    jobs.run_job(Job.objects.get(key__endswith=first.ref), reaching.WORK)
    first.refresh_from_db()
    assert (first.state, first.found) == ("failed", "[]")


def test_only_officials_screen_everybody() -> None:
    with refused("people.not_allowed"):
        reaching.ask_screening(given_rights.a_person("holder"))
    assert Screening.objects.count() == 0


def test_facts_that_do_not_fit_are_left_out_and_counted() -> None:
    given_reach.an_enterprise("甲", HONOURS, ic_layouts_registered="many")
    whole = population.population(day=given_reach.today())
    assert len(whole.misfits) == 1
    assert "ic_layouts_registered" not in whole.people.facts_of(0)
    assert whole.people.facts_of(0)["reg_district"] == "440115"


def test_the_almost_eligible_are_listed_with_the_conditions_and_how_far() -> None:
    near = given_reach.an_enterprise("甲", RND, keeps_proper_accounts=False)
    given_reach.an_enterprise("乙", RND, keeps_proper_accounts=False, industry="tobacco")
    given_reach.an_enterprise("丙", RND)
    whole = population.population(day=given_reach.today())
    one = kept.base().measures[RND]
    found = almost.listed(one, whole, almost.Wish())
    assert [row.party_id for row in found.rows] == [near.pk]
    (row,) = almost.exact(one, whole, found.rows, wish=almost.Wish())
    assert [leaf.id for leaf in row.conditions] == ["books"]
    assert row.fen == found.rows[0].fen


def test_what_only_time_can_mend_is_left_out_of_what_action_can() -> None:
    given_reach.an_enterprise("甲", HNTE, innovation_score=70)
    given_reach.an_enterprise("乙", HNTE, owns_core_ip=False)
    whole = population.population(day=given_reach.today())
    one = kept.base().measures[HNTE]
    assert {row.steps for row in almost.listed(one, whole, almost.Wish()).rows} == {1}
    assert len(almost.listed(one, whole, almost.Wish()).rows) == 2
    assert len(almost.listed(one, whole, almost.Wish(way="action")).rows) == 1
    with refused("policy.wish_unknown", most=9):
        almost.listed(one, whole, almost.Wish(most=0))


def test_whoever_wants_no_invitations_is_not_on_the_list() -> None:
    party = given_reach.an_enterprise("甲", RND, keeps_proper_accounts=False)
    member = given_rights.a_person("holder", of=party)
    with refused("people.not_allowed"):
        reaching.decline_invitations(given_rights.a_person("holder"), party)
    reaching.decline_invitations(member, party)
    reaching.decline_invitations(member, party)
    assert NoInvitations.objects.count() == 1
    whole = population.population(day=given_reach.today())
    one = kept.base().measures[RND]
    assert almost.listed(one, whole, almost.Wish()) == almost.Listed((), 1)
    reaching.accept_invitations(member, party)
    assert len(almost.listed(one, whole, almost.Wish()).rows) == 1


def test_the_list_is_narrowed_to_a_place_with_all_inside_it_and_to_an_industry() -> None:
    one, two, three = (given_reach.an_enterprise(name, RND, keeps_proper_accounts=False) for name in "甲乙丙")
    street = given_reach.a_place("S1", one, kind="street")
    given_reach.a_place("P1", two, inside=street)
    given_reach.a_place("P2", three)
    whole = population.population(day=given_reach.today())
    measure = kept.base().measures[RND]
    found = almost.listed(measure, whole, almost.Wish(place="S1"))
    assert {row.party_id for row in found.rows} == {one.pk, two.pk}
    assert almost.listed(measure, whole, almost.Wish(place="S9")).rows == ()
    assert almost.listed(measure, whole, almost.Wish(industry="finance")).rows == ()
    assert almost.seats(almost.places(), whole.day, [one.pk]).names(one.pk) == "园区S1"


def test_take_up_replaces_what_was_said_before_and_must_rise() -> None:
    official = given_reach.an_official()
    first = reaching.note_take_up(official, HONOURS, 2026, ppm=(100_000, 200_000, 300_000), source="2025 年实际申领")
    same = reaching.note_take_up(official, HONOURS, 2026, ppm=(100_000, 200_000, 300_000), source="2025 年实际申领 ")
    assert same == first
    second = reaching.note_take_up(official, HONOURS, 2026, ppm=(0, 500_000, 1_000_000), source="座谈")
    assert TakeUp.objects.get(replaced_at__isnull=True) == second
    for ppm in ((200_000, 100_000, 300_000), (0, 0, 1_000_001), (-1, 0, 0)):
        with refused("policy.take_up_crossed", field="likely"):
            reaching.note_take_up(official, HONOURS, 2026, ppm=ppm, source="座谈")
    with refused("policy.source_missing", most=500, field="source"):
        reaching.note_take_up(official, HONOURS, 2026, ppm=(0, 0, 0), source=" ")
    with refused("policy.measure_unknown", measure="x"):
        reaching.note_take_up(official, "x", 2026, ppm=(0, 0, 0), source="座谈")
    with refused("policy.year_out_of_range", first=2000, last=2100, field="year"):
        reaching.note_take_up(official, HONOURS, 1999, ppm=(0, 0, 0), source="座谈")
    assert TakeUp.objects.count() == 2


def test_a_forecast_is_a_range_and_the_unknown_stand_beside_it() -> None:
    given_reach.an_enterprise("甲", HONOURS)
    given_reach.an_enterprise("乙", HONOURS, reg_district=None)
    run = given_reach.a_screening()
    rows = reach.read(run.found)
    due = of(run, HONOURS).total_fen
    (before,) = [one for one in forecasts.expected(rows, 2026) if one.reach.measure == HONOURS]
    assert (before.take_up, before.ranges, before.beyond_fen) == (None, None, 0)
    official = given_reach.an_official()
    reaching.note_take_up(official, HONOURS, 2026, ppm=(250_000, 500_000, 1_000_000), source="座谈")
    given_reach.a_budget(HONOURS, due * 3 // 4, year=2026)
    (after,) = [one for one in forecasts.expected(rows, 2026) if one.reach.measure == HONOURS]
    assert after.ranges is not None
    assert [one.total_fen for one in after.ranges] == [due // 4, due // 2, due]
    assert [one.used_up_on is None for one in after.ranges] == [True, True, False]
    assert after.ranges[2].share == Fraction(4, 3)
    assert after.beyond_fen == due
    assert all(one.reach.pays for one in forecasts.expected(rows, 2026))


def test_without_bookings_nothing_is_burnt_and_the_past_has_no_share() -> None:
    money = given_reach.a_budget(HONOURS, 100_00, year=2026)
    assert forecasts.burnt(money) == []
    assert Booking.objects.count() == 0
    past = forecasts.one_expected(reach.Reach(HONOURS, "", None, pays=True), 2026, take_up=None, money=None, past={})
    assert past.past == forecasts.Past(2025, 0, 0, None)


def test_counts_below_three_are_told_to_officials_only() -> None:
    assert [reach.told(count) for count in (0, 1, 2, 3, 40)] == [0, None, None, 3, 40]


def test_everybody_is_read_once_until_something_is_stated() -> None:
    day = date(2026, 6, 1)
    given_reach.an_enterprise("甲", HONOURS)
    first = population.crowd(day)
    assert population.crowd(day) is first
    given_reach.an_enterprise("乙", HONOURS)
    assert len(population.crowd(day).ids) == len(first.ids) + 1


def test_more_than_a_page_can_read_are_read_by_a_run_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(population, "SMALL", 0)
    monkeypatch.setattr(population, "KEPT", {})
    day = date(2026, 6, 2)
    given_reach.an_enterprise("甲", HONOURS)
    with refused("policy.not_screened_yet"):
        population.crowd(day)
    first = population.crowd(day, is_asked=True)
    assert population.crowd(day) is first
