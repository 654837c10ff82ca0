"""Whose calendar feed a secret opens, and what stands in it: windows and ends of texts that concern the party, and the
last days by which its own applications wait for it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from zhirong.base.calendar import beijing_day
from zhirong.people import access
from zhirong.policy import icalendar, supporting, visible
from zhirong.policy.applied import Application
from zhirong.policy.followed import CalendarFeed
from zhirong.policy.icalendar import Event
from zhirong.policy.supporting import Row

RELEVANT = (supporting.MET, supporting.NEARLY, supporting.UNKNOWN)
WARNING, REMINDER, SECOND = timedelta(days=7), timedelta(days=2), timedelta(seconds=1)
# What the enterprise may or has to do until then, by the state of its application.
WAITING = {
    "asked": ("材料补正截止：", "Supplement due: "),
    "publicity": ("公示异议截止：", "Objections until: "),
    "repayment": ("资金退回截止：", "Repayment due: "),
}


def feed_of(plain: str) -> CalendarFeed | None:
    """The feed that this secret opens, if its owner still may see the party."""
    sha256 = hashlib.sha256(plain.encode()).hexdigest()
    found = CalendarFeed.objects.filter(sha256=sha256, ended_at__isnull=True, person__is_active=True)
    feed = found.select_related("person", "party").first()
    if feed is None:
        return None
    standing = access.standing_of(feed.person)
    return feed if standing is not None and feed.party_id in standing.parties else None


def cases_of(feed: CalendarFeed) -> list[Application]:
    """The applications of the party that wait for it, where the owner of the feed may see them today."""
    found = visible.mine(access.standing_of(feed.person)).filter(party=feed.party_id, state__in=WAITING)
    return list(found.order_by("pk"))


def calendar(
    rows: Sequence[Row], cases: Sequence[Application], *, name: str, language: str, site: str, stamp: datetime
) -> str:
    """The feed as text (RFC 5545): each window with its opening and its close, the last day of a text, and of terms."""
    relevant = [row for row in rows if row.state in RELEVANT]
    found = {event.uid: event for row in relevant for event in events(row, language=language, site=site)}
    terms = [event for case in cases for event in of_case(case, language=language, site=site)]
    return icalendar.written([*found.values(), *terms], name=name, stamp=stamp)


def of_case(case: Application, *, language: str, site: str) -> Iterator[Event]:
    """The last day of the term of an application. Where the calendar of the year is not announced it may still move."""
    if case.due_at is None:
        return
    # `due_at` is the first instant that no longer belongs to the term; a publicity has its own last day.
    own = case.publicity_until if case.state == "publicity" else None
    last = own or beijing_day(case.due_at - SECOND)
    zh, en = WAITING[case.state]
    summary = f"{zh}{case.title_zh}" if language == "zh" else f"{en}{case.title_en}"
    text = case.number
    if case.is_due_provisional:
        text += (
            "\n该年放假安排公布后可能变动"
            if language == "zh"
            else "\nMay move once the holidays of that year are announced"
        )
    uid = f"{case.number}-{case.state}@{host(site)}"
    yield Event(uid, summary, last, last, text, f"{site}/applications/{case.number}", REMINDER)


def events(row: Row, *, language: str, site: str) -> Iterator[Event]:
    """What of one measure belongs into a calendar. The same window keeps its UID, so that a change moves it."""
    made, decision = row.decided.measure, row.decided.decision
    title = made.zh if language == "zh" else made.en
    url = f"{site}/support/{made.id}"
    for number, window in enumerate(made.windows):
        clause = made.clauses.get(window.clause)
        text = "" if clause is None else clause.zh if language == "zh" else clause.en
        opens, closes = ("申报开始：", "申报截止：") if language == "zh" else ("Opens: ", "Closes: ")
        uid = f"{made.id}-{number}"
        yield Event(f"{uid}-opens@{host(site)}", f"{opens}{title}", window.opens, window.opens, text, url)
        yield Event(f"{uid}-closes@{host(site)}", f"{closes}{title}", window.closes, window.closes, text, url, WARNING)
    version = next((one for one in made.versions if one.id == decision.version), None)
    if version is not None and version.until is not None:
        ends = "文本施行末日：" if language == "zh" else "Last day of the text: "
        last: date = version.until
        yield Event(f"{made.id}-{version.id}-ends@{host(site)}", f"{ends}{title}", last, last, "", url)


def host(site: str) -> str:
    """The name after the @ of a UID."""
    return site.partition("://")[2].partition("/")[0].partition(":")[0] or "zhirong"
