from datetime import UTC, date, datetime, timedelta

import chinese_calendar
import pytest
from hypothesis import given as given_values
from hypothesis import strategies as values

from zhirong.base import calendar
from zhirong.base.calendar import Due
from zhirong.base.refused import Refused

CHINA = calendar.china()


def test_every_day_agrees_with_an_independent_table() -> None:
    for n in range((date(2027, 1, 1) - date(2019, 1, 1)).days):
        day = date(2019, 1, 1) + timedelta(days=n)
        assert CHINA.is_working_day(day) == chinese_calendar.is_workday(day), day


def test_every_year_names_its_notice() -> None:
    assert sorted(CHINA.years) == list(range(2019, 2027))
    assert all("国办发明电〔" in year.source for year in CHINA.years.values())
    assert {year.certain for year in CHINA.years.values()} <= {"copy", "memory"}


def test_make_up_days_fall_on_weekends_and_holidays_have_names() -> None:
    assert all(day.weekday() >= 5 for day in CHINA.work)
    assert CHINA.rest_name(date(2026, 10, 1)) == {"zh": "国庆节", "en": "National Day"}
    assert CHINA.rest_name(date(2026, 10, 10)) is None


@pytest.mark.parametrize(
    ("start", "count", "due"),
    [
        (date(2026, 9, 18), 1, Due(date(2026, 9, 20), False)),  # a worked Sunday
        (date(2026, 9, 30), 1, Due(date(2026, 10, 8), False)),
        (date(2026, 9, 30), 3, Due(date(2026, 10, 10), False)),  # a worked Saturday
        (date(2026, 10, 3), 0, Due(date(2026, 10, 8), False)),
        (date(2026, 12, 31), 1, Due(date(2027, 1, 1), True)),  # not announced yet: only weekends rest
        (date(2026, 12, 20), 20, Due(date(2027, 1, 15), True)),
        (date(2018, 12, 28), 1, Due(date(2018, 12, 29), True)),
    ],
)
def test_working_days_are_added(start: date, count: int, due: Due) -> None:
    assert CHINA.add_working_days(start, count) == due


@given_values(values.dates(date(2019, 1, 1), date(2028, 1, 1)), values.integers(min_value=1, max_value=200))
def test_counting_is_the_inverse_of_adding(start: date, count: int) -> None:
    due = CHINA.add_working_days(start, count)
    assert CHINA.is_working_day(due.day)
    assert CHINA.working_days_between(start, due.day) == calendar.Counted(count, due.provisional)


def test_counting_backwards_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        CHINA.working_days_between(date(2026, 2, 2), date(2026, 2, 1))
    assert refused.value.code == "calendar.ends_before_start"


@pytest.mark.parametrize(
    ("start", "months", "day"),
    [
        (date(2023, 1, 31), 1, date(2023, 2, 28)),
        (date(2023, 8, 31), 6, date(2024, 2, 29)),
        (date(2023, 11, 30), 3, date(2024, 2, 29)),
        (date(2025, 9, 4), 1, date(2025, 10, 9)),  # 4 October is a holiday, 8 October the last of them
        (date(2026, 8, 20), 1, date(2026, 9, 20)),  # a Sunday that is worked
        (date(2026, 3, 18), 2, date(2026, 5, 18)),
    ],
)
def test_a_period_in_months_ends_on_the_corresponding_working_day(start: date, months: int, day: date) -> None:
    assert CHINA.period_end(start, months=months) == Due(day, False)


def test_a_period_in_years_counts_leap_days_right() -> None:
    assert CHINA.period_end(date(2020, 2, 29), years=3) == Due(date(2023, 2, 28), False)
    assert CHINA.period_end(date(2024, 2, 29), years=4).provisional


def test_a_period_in_days_does_not_count_its_first_day() -> None:
    assert CHINA.days_end(date(2026, 9, 20), 15) == Due(date(2026, 10, 8), False)
    assert CHINA.days_end(date(2026, 3, 2), 15) == Due(date(2026, 3, 17), False)


def test_a_term_ends_on_its_day_even_on_a_holiday() -> None:
    assert calendar.term_last_day(date(1999, 9, 6), 10) == date(2009, 9, 5)
    assert calendar.term_expired_on(date(1999, 9, 6), 10) == date(2009, 9, 6)
    assert calendar.term_last_day(date(2006, 10, 3), 20) == date(2026, 10, 2)
    assert calendar.term_last_day(date(2020, 2, 29), 10) == date(2030, 2, 28)
    assert calendar.term_last_day(date(2020, 2, 29), 20) == date(2040, 2, 28)


def test_a_new_notice_makes_dates_certain_and_moves_them() -> None:
    notice = """
years:
  - year: 2027
    source: "test notice"
    rest: [{zh: 元旦, en: New Year, from: 2027-01-01, to: 2027-01-03}]
    work: []
"""
    later = CHINA.extended(calendar.read_years(notice))
    assert later.add_working_days(date(2026, 12, 31), 1) == Due(date(2027, 1, 4), False)
    assert later.horizon == date(2027, 12, 31)
    assert CHINA.horizon == date(2026, 12, 31)


def test_a_day_ends_at_midnight_in_beijing() -> None:
    assert calendar.end_of_day(date(2026, 11, 25)) == datetime(2026, 11, 25, 16, tzinfo=UTC)
    assert calendar.start_of_day(date(2026, 11, 25)) == datetime(2026, 11, 24, 16, tzinfo=UTC)
    assert calendar.beijing_day(datetime(2026, 11, 24, 16, tzinfo=UTC)) == date(2026, 11, 25)
    assert calendar.beijing_day(datetime(2026, 11, 24, 15, 59, 59, tzinfo=UTC)) == date(2026, 11, 24)


def test_a_working_day_ends_when_business_stops() -> None:
    assert CHINA.closing_time(date(2026, 11, 25)) == datetime(2026, 11, 25, 10, tzinfo=UTC)
    assert CHINA.opening_time(date(2026, 11, 25)) == datetime(2026, 11, 25, 1, tzinfo=UTC)
    with pytest.raises(Refused) as refused:
        CHINA.closing_time(date(2001, 1, 1))
    assert refused.value == Refused("calendar.no_business_hours", day=date(2001, 1, 1))
