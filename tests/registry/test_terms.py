from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from tests.registry.given_facts import a_patent
from zhirong.base.refused import Refused
from zhirong.registry import rules
from zhirong.registry.engine import states, terms
from zhirong.registry.engine.facts import Act, Entry, EventKind, Kind, RightFacts

FILINGS = some.dates(date(2003, 10, 1), date(2040, 12, 31))


def test_a_utility_model_filed_on_6_september_1999_runs_to_5_september_2009():
    facts = a_patent(kind=Kind.UTILITY_MODEL, filed_on=date(1999, 9, 6), granted_on=date(2000, 5, 1))
    assert terms.term_last_day(facts) == date(2009, 9, 5)


@pytest.mark.parametrize(
    ("kind", "filed_on", "last_day"),
    [
        (Kind.INVENTION, date(2010, 10, 2), date(2030, 10, 1)),
        (Kind.UTILITY_MODEL, date(2015, 6, 1), date(2025, 5, 31)),
        (Kind.DESIGN, date(2021, 5, 31), date(2031, 5, 30)),
        (Kind.DESIGN, date(2021, 6, 1), date(2036, 5, 31)),
        (Kind.INVENTION, date(1985, 4, 1), date(2000, 3, 31)),
        (Kind.INVENTION, date(1986, 12, 10), date(2001, 12, 9)),
        (Kind.INVENTION, date(1990, 7, 1), date(2010, 6, 30)),
        (Kind.INVENTION, date(1993, 1, 1), date(2012, 12, 31)),
    ],
)
def test_terms_run_from_filing_by_kind_and_day(kind, filed_on, last_day):
    assert terms.term_last_day(a_patent(kind=kind, filed_on=filed_on)) == last_day


@pytest.mark.parametrize("kind", [Kind.SOFTWARE, Kind.COPYRIGHT])
@pytest.mark.parametrize("published_on", [date(2020, 1, 1), date(2020, 5, 17), date(2020, 12, 31)])
def test_a_work_lives_to_the_end_of_its_fiftieth_year(kind, published_on):
    facts = RightFacts(kind=kind, published_on=published_on, granted_on=date(2021, 3, 2))
    assert terms.term_last_day(facts) == date(2070, 12, 31)
    assert states.standing(facts, date(2070, 12, 31)).state is states.State.IN_FORCE
    assert states.standing(facts, date(2071, 1, 1)).state is states.State.EXPIRED


def test_the_term_of_a_natural_authors_work_is_not_known_until_the_operator_tells_its_end():
    facts = RightFacts(
        kind=Kind.SOFTWARE, published_on=date(1992, 5, 17), granted_on=date(1992, 9, 1), has_natural_author=True
    )
    with pytest.raises(Refused) as refused:
        terms.term_last_day(facts)
    assert refused.value.code == "registry.term_not_known"
    assert states.standing(facts, date(2050, 1, 1)).state is states.State.IN_FORCE
    freedom = rules.free_to(Act.SELL, facts, date(2050, 1, 1))
    assert "term_not_known" in [reason.code for reason in freedom.to_disclose]
    told = replace(facts, term_ends_on=date(2049, 12, 31))
    assert states.standing(told, date(2050, 1, 1)).state is states.State.EXPIRED


def test_the_end_of_a_term_is_not_moved_by_a_holiday():
    last_day = terms.term_last_day(a_patent(kind=Kind.UTILITY_MODEL, filed_on=date(2011, 10, 2)))
    assert last_day == date(2021, 10, 1)


def test_the_years_of_1_june_1999_begin_on_1_june():
    filed_on = date(1999, 6, 1)
    assert terms.patent_year(filed_on, date(1999, 6, 1)) == 1
    assert terms.patent_year(filed_on, date(2000, 5, 31)) == 1
    assert terms.patent_year(filed_on, date(2000, 6, 1)) == 2


def test_a_day_before_filing_has_no_patent_year():
    with pytest.raises(Refused) as refused:
        terms.patent_year(date(2020, 1, 2), date(2020, 1, 1))
    assert refused.value.code == "registry.before_filing"


def test_compensation_entries_lengthen_the_term():
    facts = a_patent(entries=(Entry(EventKind.TERM_COMPENSATION, date(2024, 3, 1), days=100),))
    assert terms.term_last_day(facts) == date(2039, 5, 5) + timedelta(days=100)


def test_a_late_grant_is_compensated_less_the_delays_of_both_sides():
    # Four years after filing is 2024-01-10, three after the request 2024-06-01: the later one counts.
    days = terms.grant_delay_days(
        date(2020, 1, 10), date(2021, 6, 1), date(2024, 12, 1), reasonable_days=30, applicant_days=20
    )
    assert days == (date(2024, 12, 1) - date(2024, 6, 1)).days - 50


def test_a_grant_in_time_is_not_compensated():
    assert terms.grant_delay_days(date(2022, 1, 10), date(2022, 6, 1), date(2024, 12, 1)) == 0


def test_a_medicine_gets_at_most_five_years():
    days = terms.drug_delay_days(date(2010, 1, 1), date(2022, 1, 1), term_last_day=date(2029, 12, 31))
    assert days == (date(2034, 12, 31) - date(2029, 12, 31)).days


def test_a_medicine_has_at_most_fourteen_years_after_its_approval():
    days = terms.drug_delay_days(date(2014, 1, 1), date(2021, 7, 1), term_last_day=date(2033, 12, 31))
    assert date(2033, 12, 31) + timedelta(days=days) == date(2035, 6, 30)


@given(FILINGS, some.integers(1, 20))
@settings(max_examples=200, deadline=None)
def test_each_patent_year_begins_where_the_one_before_ends(filed_on, year):
    begins = terms.year_begins_on(filed_on, year)
    assert terms.patent_year(filed_on, begins) == year
    if year > 1:
        assert terms.patent_year(filed_on, begins - timedelta(days=1)) == year - 1
