"""Beijing days: working days with make-up days (T4), periods of patent law (T1), ends of terms (T2), closing hours."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from zhirong.base import shown, yaml_text
from zhirong.base.refused import Refused

BEIJING = shown.BEIJING
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Due:
    """A date that was counted; provisional while a year it depends on has not been announced (T4)."""

    day: date
    provisional: bool


@dataclass(frozen=True)
class Counted:
    """A number of working days, provisional on the same ground as `Due`."""

    days: int
    provisional: bool


@dataclass(frozen=True)
class Year:
    """One announced year: its days of rest by name, the weekend days that are worked, and the notice that says so."""

    year: int
    source: str
    certain: str
    rest: dict[date, dict[str, str]]
    work: frozenset[date]


@dataclass(frozen=True)
class Hours:
    """Business hours from a day on; a period that ends on a day with business hours ends when they do (民法典 203)."""

    since: date
    opens: time
    closes: time


class WorkCalendar:
    """The working days of a country as announced year by year; outside the announced years only weekends rest."""

    def __init__(self, years: Iterable[Year], hours: Iterable[Hours]) -> None:
        self.years = {year.year: year for year in years}
        self.hours = sorted(hours, key=lambda entry: entry.since)
        self.rest = {day: name for year in self.years.values() for day, name in year.rest.items()}
        self.work = frozenset(day for year in self.years.values() for day in year.work)
        assert not self.rest.keys() & self.work, "a day is either worked or not"

    @property
    def first_day(self) -> date:
        """The first day of the announced years."""
        return date(min(self.years), 1, 1)

    @property
    def horizon(self) -> date:
        """The last day of the announced years; dates after it are provisional (T4)."""
        return date(max(self.years), 12, 31)

    def extended(self, years: Iterable[Year]) -> WorkCalendar:
        """This calendar with further or corrected years, as an operator loads them when a notice comes out."""
        return WorkCalendar((self.years | {year.year: year for year in years}).values(), self.hours)

    def is_announced(self, day: date) -> bool:
        """Whether a notice covers this day."""
        return day.year in self.years

    def is_working_day(self, day: date) -> bool:
        """Whether offices work on this day; make-up weekend days count, holidays do not."""
        if day in self.work:
            return True
        return day not in self.rest and day.weekday() < 5

    def rest_name(self, day: date) -> dict[str, str] | None:
        """The holiday's name in both languages, or None on working days and plain weekends."""
        return self.rest.get(day)

    def _days_after(self, day: date) -> Iterator[date]:
        while True:
            day += ONE_DAY
            yield day

    def add_working_days(self, day: date, count: int) -> Due:
        """The last day of a period of working days; the starting day is not counted (T1, T4)."""
        assert count >= 0, "periods run forward"
        if count == 0:
            return self.on_or_after(day)
        left, certain = count, True
        for later in self._days_after(day):
            certain = certain and self.is_announced(later)
            left -= self.is_working_day(later)
            if not left:
                return Due(later, not certain)
        raise AssertionError("days never end")

    def on_or_after(self, day: date) -> Due:
        """The day itself if it is worked, else the first working day after it (细则 art. 5)."""
        certain = self.is_announced(day)
        while not self.is_working_day(day):
            day += ONE_DAY
            certain = certain and self.is_announced(day)
        return Due(day, not certain)

    def working_days_between(self, start: date, end: date) -> Counted:
        """How many working days lie after the start up to and including the end; the inverse of adding them."""
        if end < start:
            raise Refused("calendar.ends_before_start", start_day=start, end_day=end)
        days = [start + ONE_DAY * n for n in range(1, (end - start).days + 1)]
        return Counted(sum(map(self.is_working_day, days)), not all(map(self.is_announced, days)))

    def period_end(self, start: date, *, months: int = 0, years: int = 0) -> Due:
        """The last day of a period in months or years under patent law, rolled to a working day (T1, 细则 art. 5)."""
        return self.on_or_after(corresponding_day(start, months=12 * years + months))

    def days_end(self, start: date, days: int) -> Due:
        """The last day of a period in calendar days, the starting day not counted, rolled to a working day (T1)."""
        return self.on_or_after(start + ONE_DAY * days)

    def closing_time(self, day: date) -> datetime:
        """When business stops on a day in Beijing, in UTC (民法典 203)."""
        valid = [entry for entry in self.hours if entry.since <= day]
        if not valid:
            raise Refused("calendar.no_business_hours", day=day)
        return datetime.combine(day, valid[-1].closes, BEIJING).astimezone(UTC)

    def opening_time(self, day: date) -> datetime:
        """When business starts on a day in Beijing, in UTC."""
        valid = [entry for entry in self.hours if entry.since <= day]
        if not valid:
            raise Refused("calendar.no_business_hours", day=day)
        return datetime.combine(day, valid[-1].opens, BEIJING).astimezone(UTC)


def corresponding_day(start: date, *, months: int) -> date:
    """The same day of a later month, or that month's last day where it has no such day (T1)."""
    index = start.year * 12 + start.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(start.day, monthrange(year, month)[1]))


def term_last_day(filed: date, years: int) -> date:
    """The last day of a patent's term: the eve of the corresponding day, never moved by holidays (T2, 审查指南 5-9)."""
    same = corresponding_day(filed, months=12 * years)
    # Filed on 29 February: the eve of the missing day is the last day of the month itself.
    return same if same.day != filed.day else same - ONE_DAY


def term_expired_on(filed: date, years: int) -> date:
    """The first day on which the patent has expired (T2: filed 1999-09-06, expired as of 2009-09-06)."""
    return term_last_day(filed, years) + ONE_DAY


def beijing_day(at: datetime) -> date:
    """The day in Beijing on which an instant falls (T6)."""
    assert at.tzinfo is not None, "an instant without a zone falls on no day"
    return at.astimezone(BEIJING).date()


def start_of_day(day: date) -> datetime:
    """Midnight in Beijing at which a day starts, in UTC."""
    return datetime.combine(day, time(), BEIJING).astimezone(UTC)


def end_of_day(day: date) -> datetime:
    """The first instant that no longer belongs to a day in Beijing, in UTC: a period's last day ends at 24:00."""
    return start_of_day(day + ONE_DAY)


def _day(value: Any) -> date:
    if not isinstance(value, date):
        raise Refused("calendar.not_a_date", text=str(value)[:40])
    return value


def _read_year(entry: dict[str, Any]) -> Year:
    rest: dict[date, dict[str, str]] = {}
    for span in entry["rest"]:
        first, last = _day(span["from"]), _day(span["to"])
        if last < first:
            raise Refused("calendar.ends_before_start", start_day=first, end_day=last)
        name = {"zh": span["zh"], "en": span["en"]}
        rest.update({first + ONE_DAY * n: name for n in range((last - first).days + 1)})
    work = frozenset(_day(day) for day in entry["work"])
    return Year(int(entry["year"]), entry["source"], entry.get("certain", "copy"), rest, work)


def read_years(text: str) -> list[Year]:
    """The years of a calendar file in the form of `calendars/cn.yaml`."""
    return [_read_year(entry) for entry in yaml_text.parse(text)["years"]]


def read_calendar(text: str) -> WorkCalendar:
    """A whole calendar file: its years and its business hours."""
    hours = [
        Hours(entry["from"], time.fromisoformat(entry["opens"]), time.fromisoformat(entry["closes"]))
        for entry in yaml_text.parse(text)["business_hours"]
    ]
    return WorkCalendar(read_years(text), hours)


@cache
def china() -> WorkCalendar:
    """The calendar that ships with the house, read once."""
    return read_calendar((Path(__file__).parent / "calendars" / "cn.yaml").read_text("utf-8"))
