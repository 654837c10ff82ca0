from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from tests.registry.given_facts import a_patent
from zhirong.base.refused import Refused
from zhirong.registry.engine import fees
from zhirong.registry.engine.facts import FeeRecord, Kind, OpenLicence, Payment, Reduction

IN_2023 = date(2023, 7, 1)
UM_DUE = date(2023, 5, 5)
UM_FILED = date(2022, 5, 5)


@pytest.mark.parametrize(
    ("kind", "yuan"), [(Kind.INVENTION, 82_300), (Kind.UTILITY_MODEL, 11_200), (Kind.DESIGN, 26_200)]
)
def test_the_fees_of_a_full_life_add_up(kind, yuan):
    assert fees.life_total_fen(kind, on=IN_2023) == yuan * 100


@pytest.mark.parametrize(
    ("kind", "year", "yuan"),
    [
        (Kind.INVENTION, 1, 900),
        (Kind.INVENTION, 4, 1200),
        (Kind.INVENTION, 9, 2000),
        (Kind.INVENTION, 10, 4000),
        (Kind.INVENTION, 15, 6000),
        (Kind.INVENTION, 20, 8000),
        (Kind.UTILITY_MODEL, 3, 600),
        (Kind.UTILITY_MODEL, 5, 900),
        (Kind.UTILITY_MODEL, 8, 1200),
        (Kind.UTILITY_MODEL, 10, 2000),
        (Kind.DESIGN, 15, 3000),
    ],
)
def test_the_fee_follows_the_schedule(kind, year, yuan):
    assert fees.full_fen(kind, year, on=IN_2023) == yuan * 100


def test_there_is_no_year_eleven_of_a_utility_model():
    with pytest.raises(Refused) as refused:
        fees.full_fen(Kind.UTILITY_MODEL, 11, on=IN_2023)
    assert refused.value.code == "registry.no_such_patent_year"
    assert refused.value.facts["last_year"] == 10


def test_the_fee_of_year_six_of_a_filing_of_1997_fell_due_on_3_june_2002():
    assert fees.due_on(date(1997, 6, 3), 6) == date(2002, 6, 3)


def test_the_year_of_grant_is_paid_with_the_grant_so_the_next_one_falls_due():
    facts = a_patent(filed_on=date(1997, 6, 3), granted_on=date(2001, 8, 1), fees=FeeRecord())
    assert fees.paid_through(facts) == 5
    assert fees.fee_table(facts, date(2001, 9, 1))[1].due_on == date(2002, 6, 3)


def test_a_due_day_on_a_holiday_moves_to_the_next_working_day():
    # 1 October 2022 begins a week of rest; 8 October is a worked Saturday.
    assert fees.due_on(date(2019, 10, 1), 4) == date(2022, 10, 8)


@pytest.mark.parametrize(
    ("paid_on", "yuan"),
    [
        (date(2023, 5, 5), 600),
        (date(2023, 5, 20), 600),
        (date(2023, 6, 5), 600),
        (date(2023, 6, 6), 630),
        (date(2023, 7, 6), 660),
        (date(2023, 10, 31), 750),
        (date(2023, 11, 6), 750),
    ],
)
def test_year_two_of_a_utility_model_costs_more_month_by_month(paid_on, yuan):
    percent = fees.surcharge_percent(UM_FILED, 2, paid_on)
    assert fees.owed_fen(60_000, 60_000, percent=percent) == yuan * 100


def test_after_the_months_of_grace_the_fee_cannot_be_paid_and_the_patent_ended_as_of_the_due_day():
    with pytest.raises(Refused) as refused:
        fees.surcharge_percent(UM_FILED, 2, date(2023, 11, 7))
    assert refused.value.facts == {"year": 2, "grace_ended_on": date(2023, 11, 6), "as_of": UM_DUE}


def test_a_short_payment_is_rated_anew_on_the_day_of_the_top_up():
    # 600 were paid in the 5 % month, the 30 of surcharge were missing; next month the surcharge is 60.
    percent = fees.surcharge_percent(UM_FILED, 2, date(2023, 7, 6))
    assert fees.owed_fen(60_000, 60_000, percent=percent, paid_fen=60_000) == 6_000


def test_a_short_payment_leaves_the_year_unpaid_until_topped_up():
    short = a_um(Payment(2, date(2023, 6, 6), 60_000))
    topped_up = a_um(Payment(2, date(2023, 6, 6), 60_000), Payment(2, date(2023, 7, 6), 6_000))
    assert fees.paid_through(short) == 1
    assert fees.paid_through(topped_up) == 2
    assert fees.standing(topped_up, date(2023, 12, 1)) is fees.Standing.PAID


def test_the_surcharge_is_on_the_full_fee_even_when_the_fee_is_reduced():
    assert fees.owed_fen(60_000, 9_000, percent=5) == 12_000


@pytest.mark.parametrize(
    ("reduction", "yuan"), [(Reduction.NONE, 2000), (Reduction.SINGLE, 300), (Reduction.JOINT, 600)]
)
def test_year_seven_of_an_invention_is_reduced(reduction, yuan):
    assert fees.reduced_fen(200_000, reduction=reduction, on=IN_2023) == yuan * 100


def test_reductions_end_ten_years_after_grant():
    assert fees.reduced_fen(200_000, reduction=Reduction.SINGLE, on=IN_2023, years_since_grant=9) == 30_000
    assert fees.reduced_fen(200_000, reduction=Reduction.SINGLE, on=IN_2023, years_since_grant=10) == 200_000


@pytest.mark.parametrize(
    ("filed_on", "granted_on", "first", "last"),
    [
        (date(2016, 10, 10), date(2019, 6, 1), 3, 12),
        (date(2016, 10, 10), date(2019, 10, 10), 4, 13),
        (date(2019, 5, 6), date(2021, 8, 3), 3, 12),
    ],
)
def test_ten_annual_fees_are_reduced_from_the_year_of_grant_on(filed_on, granted_on, first, last):
    facts = a_patent(filed_on=filed_on, granted_on=granted_on)
    rows = fees.fee_table(facts, date(2026, 3, 2), reduction=Reduction.SINGLE)
    reduced = [row.year for row in rows if row.reduced_fen < row.full_fen]
    assert reduced == list(range(first, last + 1))


def test_before_august_2018_reductions_ended_after_six_years():
    assert fees.reduced_fen(200_000, reduction=Reduction.SINGLE, on=date(2018, 7, 31), years_since_grant=6) == 200_000


def test_an_open_licence_takes_fifteen_percent_off_and_the_better_reduction_wins():
    day = date(2024, 7, 15)
    assert fees.reduced_fen(200_000, reduction=Reduction.NONE, on=day, has_open_licence=True) == 170_000
    assert fees.reduced_fen(200_000, reduction=Reduction.SINGLE, on=day, has_open_licence=True) == 30_000
    before = day - timedelta(days=1)
    assert fees.reduced_fen(200_000, reduction=Reduction.NONE, on=before, has_open_licence=True) == 200_000


def test_the_fee_table_shows_the_open_licence_reduction_of_its_years():
    facts = a_patent(open_licences=(OpenLicence(date(2025, 1, 1)),))
    by_year = {row.year: row for row in fees.fee_table(facts, date(2026, 3, 2))}
    assert by_year[6].reduced_fen == 120_000
    assert by_year[7].reduced_fen == 170_000


def test_restoration_costs_the_fee_a_quarter_more_and_a_thousand():
    assert fees.restoration_fen(60_000, 60_000, on=IN_2023) == 60_000 + 15_000 + 100_000


def test_the_fee_table_runs_from_grant_to_the_end_of_the_term():
    table = fees.fee_table(a_patent(), date(2026, 6, 8))
    assert [row.year for row in table] == list(range(3, 21))
    assert [row.year for row in table if row.is_paid] == [3, 4, 5, 6, 7, 8]
    assert (table[6].year, table[6].due_on, table[6].owed_fen) == (9, date(2027, 5, 6), 200_000)


def test_the_next_unpaid_fee_is_the_first_such_row_of_the_table_and_none_after_the_term():
    for day in (date(2026, 6, 8), date(2027, 7, 1), date(2027, 12, 1)):
        rows = fees.fee_table(a_patent(), day)
        assert fees.next_unpaid(a_patent(), day) == next(row for row in rows if not row.is_paid)
    assert fees.next_unpaid(a_patent(fees=FeeRecord(paid_through_year=20)), date(2026, 6, 8)) is None
    assert fees.next_unpaid(a_patent(kind=Kind.TRADE_MARK), date(2026, 6, 8)) is None


def test_without_a_look_at_the_register_a_fee_that_fell_due_is_unconfirmed_and_not_unpaid():
    facts = a_patent(fees=FeeRecord())
    assert fees.standing(facts, date(2022, 5, 6)) is fees.Standing.PAID
    assert fees.standing(facts, date(2026, 1, 1)) is fees.Standing.UNCONFIRMED


def test_a_fee_seen_unpaid_after_its_due_day_is_in_grace_and_then_unpaid():
    seen = FeeRecord(paid_through_year=3, as_of=date(2022, 12, 1))
    facts = a_patent(fees=seen)
    assert fees.standing(facts, date(2022, 5, 9)) is fees.Standing.IN_GRACE
    assert fees.standing(facts, date(2022, 12, 1)) is fees.Standing.UNPAID


def test_a_year_that_fell_due_while_nobody_looked_is_no_more_known_as_unpaid_than_the_years_before_it():
    rows = {row.year: row for row in fees.fee_table(a_patent(fees=FeeRecord()), date(2026, 6, 8))}
    assert [year for year, row in rows.items() if not row.is_known] == [4, 5, 6, 7, 8]
    assert (rows[3].is_paid, rows[3].is_known, rows[9].is_known) == (True, True, True)
    assert (rows[8].surcharge_percent, rows[8].owed_fen) == (5, 210_000), "owed if it was not paid"


def test_whether_a_fee_was_paid_late_is_known_only_from_a_look_after_the_months_of_grace():
    def known(as_of: date, day: date) -> bool:
        facts = a_patent(fees=FeeRecord(paid_through_year=3, as_of=as_of))
        return next(row for row in fees.fee_table(facts, day) if row.year == 4).is_known

    in_grace, over = date(2022, 6, 1), date(2022, 12, 1)
    assert known(in_grace, in_grace)
    assert not known(in_grace, over)
    assert known(over, over)
    assert not known(date(2022, 5, 1), in_grace)


def test_a_late_fee_that_its_holder_reported_is_not_known_as_unpaid_while_nobody_looked():
    reported = (Payment(4, date(2022, 6, 1), 120_000 + 6_000),)
    facts = a_patent(fees=FeeRecord(paid_through_year=3, as_of=date(2022, 5, 20), reported=reported))
    row = next(row for row in fees.fee_table(facts, date(2022, 6, 8)) if row.year == 4)
    assert (row.is_paid, row.is_known) == (False, False)
    assert fees.standing(facts, date(2022, 6, 8)) is fees.Standing.UNCONFIRMED


def test_a_year_paid_here_is_known_as_paid_though_those_before_it_are_not():
    paid_here = FeeRecord(payments=(Payment(8, date(2026, 5, 5), 200_000),))
    rows = {row.year: row for row in fees.fee_table(a_patent(fees=paid_here), date(2026, 6, 8))}
    assert (rows[8].is_paid, rows[8].is_known, rows[8].owed_fen) == (True, True, 0)
    assert (rows[7].is_paid, rows[7].is_known) == (False, False)


def test_before_the_grant_no_fee_is_late():
    rows = fees.fee_table(a_patent(granted_on=None, fees=FeeRecord()), date(2020, 7, 1))
    assert [row.year for row in rows if row.surcharge_percent or not row.is_known] == []


@given(some.sampled_from([Kind.INVENTION, Kind.UTILITY_MODEL, Kind.DESIGN]), some.integers(1, 9))
def test_fees_never_fall_with_the_years(kind, year):
    assert fees.full_fen(kind, year, on=IN_2023) <= fees.full_fen(kind, year + 1, on=IN_2023)


@given(some.dates(date(2004, 1, 1), date(2024, 1, 1)), some.integers(2, 10), some.integers(0, 180))
@settings(max_examples=200, deadline=None)
def test_paying_later_never_costs_less(filed_on, year, days):
    due = fees.due_on(filed_on, year)
    paid_on = min(due + timedelta(days=days), fees.grace_ends_on(filed_on, year))
    earlier = fees.surcharge_percent(filed_on, year, max(due, paid_on - timedelta(days=20)))
    assert 0 <= earlier <= fees.surcharge_percent(filed_on, year, paid_on) <= 25


def a_um(*payments: Payment):
    return a_patent(
        kind=Kind.UTILITY_MODEL,
        filed_on=UM_FILED,
        granted_on=date(2022, 12, 2),
        fees=FeeRecord(as_of=date(2024, 1, 1), payments=payments),
    )
