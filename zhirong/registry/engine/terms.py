"""How long a right lives: terms, and the two compensations of them (N1 to N4)."""

from __future__ import annotations

from datetime import date, timedelta

from zhirong.base import calendar
from zhirong.base.refused import Refused
from zhirong.registry.engine import dated
from zhirong.registry.engine.facts import EventKind, Kind, RightFacts

AUTHORS_DEATH = {"zh": "作者死亡日", "en": "the author's death"}


def term_last_day(facts: RightFacts) -> date:
    """The last day of the term with its compensations; holidays never move it (T2).

    A utility model filed on 1999-09-06 runs to 2009-09-05 and is expired as of 2009-09-06.
    """
    if facts.term_ends_on is not None:
        return facts.term_ends_on
    since = _start_of_term(facts)
    row = dated.on(f"term_years.{facts.kind}", since)
    if not is_known(facts):
        raise Refused("registry.term_not_known", number=facts.number, missing=AUTHORS_DEATH)
    if row.more.get("ends") == "year_end":
        # To 31 December of the last year, whatever day it began (著作权法 第二十三条, 软件保护条例 第十四条).
        return date(since.year + row.value, 12, 31)
    last = calendar.term_last_day(since, row.value)
    if facts.kind is Kind.INVENTION:
        last = _lengthened_if_old(since, last)
    return last + timedelta(
        days=sum(entry.days for entry in facts.entries if entry.kind is EventKind.TERM_COMPENSATION)
    )


def is_known(facts: RightFacts) -> bool:
    """Whether the last day can be told: a natural author's work lives to fifty years after a death unknown here."""
    is_for_organisations = dated.rows_of(f"term_years.{facts.kind}")[-1].more.get("of") == "organisations"
    return facts.term_ends_on is not None or not (is_for_organisations and facts.has_natural_author)


def term_years(kind: Kind, since: date) -> int:
    """Years of protection of a kind filed (or registered) on the day (N1)."""
    years: int = dated.on(f"term_years.{kind}", since).value
    return years


def patent_year(filed_on: date, day: date) -> int:
    """Which year of its life a patent is in; year 1 begins on the filing date (N21)."""
    if day < filed_on:
        raise Refused("registry.before_filing", filed_on=filed_on, day=day)
    year = day.year - filed_on.year
    return year + 1 if year_begins_on(filed_on, year + 1) <= day else year


def year_begins_on(filed_on: date, year: int) -> date:
    """The first day of a patent year: the filing date again, or the month's last day where there is none (T1)."""
    return _years_after(filed_on, year - 1)


def grant_delay_days(
    filed_on: date, examination_asked_on: date, granted_on: date, *, reasonable_days: int = 0, applicant_days: int = 0
) -> int:
    """Days given back for a late grant of an invention (专利法 第四十二条第二款, 细则 第七十七条至第七十九条, N3)."""
    after_filing = dated.on("grant_delay_years_after_filing", granted_on).value
    after_request = dated.on("grant_delay_years_after_examination_request", granted_on).value
    due = max(_years_after(filed_on, after_filing), _years_after(examination_asked_on, after_request))
    return max(0, (granted_on - due).days - reasonable_days - applicant_days)


def drug_delay_days(filed_on: date, approved_on: date, *, term_last_day: date) -> int:
    """Days given back for a medicine's approval (专利法 第四十二条第三款, 细则 第八十二条, N4).

    Days = approval less filing less five years, at most five years, and the term after approval at most fourteen.
    """
    deducted = dated.on("drug_compensation_deducted_years", approved_on).value
    most_years = dated.on("drug_compensation_most_years", approved_on).value
    most_after = dated.on("drug_term_after_approval_most_years", approved_on).value
    days = (approved_on - _years_after(filed_on, deducted)).days
    most_days = (_years_after(term_last_day, most_years) - term_last_day).days
    room_days = (calendar.term_last_day(approved_on, most_after) - term_last_day).days
    return max(0, min(days, most_days, room_days))


def _start_of_term(facts: RightFacts) -> date:
    """Patents and layouts run from filing, never from priority or grant (N2); marks from registration."""
    by_name = {"registration": facts.granted_on, "publication": facts.published_on or facts.granted_on}
    runs_from = dated.rows_of(f"term_years.{facts.kind}")[-1].more.get("runs_from", "filing")
    since = by_name.get(runs_from, facts.filed_on)
    if since is None:
        raise Refused("registry.term_not_known", number=facts.number, missing=runs_from)
    return since


def _lengthened_if_old(filed_on: date, last: date) -> date:
    """Inventions with the old term that were in force on 2001-12-11 live twenty years (N1)."""
    row = dated.rows_of("old_invention_extension")[0]
    if last < row.since or filed_on > row.since:
        return last
    return calendar.term_last_day(filed_on, row.value)


def _years_after(day: date, years: int) -> date:
    return calendar.corresponding_day(day, months=12 * years)
