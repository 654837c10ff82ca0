"""Calendars as text (RFC 5545): events in UTC or of whole days, lines folded at 75 octets, stable UIDs.

Own, because it is a page of text and no library of the lock writes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

LINE_OCTETS = 75
PRODUCT = "-//Zhirong//Support//ZH"
ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": ""})


@dataclass(frozen=True)
class Event:
    """An event: of instants, or of whole days where both are days (the last one included)."""

    uid: str
    summary: str
    starts: date
    ends: date
    description: str = ""
    url: str = ""
    warn_before: timedelta | None = None


def written(events: Sequence[Event], *, name: str, stamp: datetime) -> str:
    """The whole calendar, every line ended by CR LF (RFC 5545, 3.1)."""
    return "".join(f"{fold(line)}\r\n" for line in lines(events, name=name, stamp=stamp))


def lines(events: Sequence[Event], *, name: str, stamp: datetime) -> Iterator[str]:
    """The content lines before they are folded."""
    yield "BEGIN:VCALENDAR"
    yield "VERSION:2.0"
    yield f"PRODID:{PRODUCT}"
    yield "CALSCALE:GREGORIAN"
    yield "METHOD:PUBLISH"
    yield f"NAME:{text(name)}"
    yield f"X-WR-CALNAME:{text(name)}"
    yield "REFRESH-INTERVAL;VALUE=DURATION:PT12H"
    for event in events:
        yield from of_event(event, stamp)
    yield "END:VCALENDAR"


def of_event(event: Event, stamp: datetime) -> Iterator[str]:
    """One event. A deadline has no length: without DTEND it ends when it begins (3.6.1)."""
    yield "BEGIN:VEVENT"
    yield f"UID:{event.uid}"
    yield f"DTSTAMP:{utc(stamp)}"
    if isinstance(event.starts, datetime):
        yield f"DTSTART:{utc(event.starts)}"
        if isinstance(event.ends, datetime) and event.ends > event.starts:
            yield f"DTEND:{utc(event.ends)}"
    else:
        yield f"DTSTART;VALUE=DATE:{event.starts:%Y%m%d}"
        yield f"DTEND;VALUE=DATE:{event.ends + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{text(event.summary)}"
    if event.description:
        yield f"DESCRIPTION:{text(event.description)}"
    if event.url:
        yield f"URL:{event.url}"
    yield "TRANSP:TRANSPARENT"
    if event.warn_before is not None:
        yield "BEGIN:VALARM"
        yield "ACTION:DISPLAY"
        yield f"DESCRIPTION:{text(event.summary)}"
        yield f"TRIGGER:-P{event.warn_before.days}D"
        yield "END:VALARM"
    yield "END:VEVENT"


def utc(at: datetime) -> str:
    """An instant in UTC (3.3.5, form 2)."""
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def text(value: str) -> str:
    """A text with what would end it escaped (3.3.11)."""
    return value.translate(ESCAPED)


def fold(line: str) -> str:
    """No line longer than 75 octets; a sign of several octets is not cut in two (3.1)."""
    parts: list[str] = []
    part, room = "", LINE_OCTETS
    for sign in line:
        size = len(sign.encode())
        if size > room:
            parts.append(part)
            part, room = "", LINE_OCTETS - 1
        part += sign
        room -= size
    return "\r\n ".join([*parts, part])
