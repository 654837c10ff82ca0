"""Calendars as text, against the rules and the examples of RFC 5545."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

from zhirong.policy import icalendar
from zhirong.policy.icalendar import Event

STAMP = datetime(1997, 6, 10, 17, 23, 45, tzinfo=UTC)


def unfolded(text: str) -> list[str]:
    return text.replace("\r\n ", "").removesuffix("\r\n").split("\r\n")


def test_the_example_of_3_6_1_comes_out_in_utc() -> None:
    # RFC 5545, 3.6.1: the annual meeting from 9 June 1997 22:00 to 23:00 UTC, here given on the clock of New York.
    new_york = timezone(timedelta(hours=-4))
    meeting = Event(
        "19970610T172345Z-AF23B2@example.com",
        "Bastille Day Party",
        datetime(1997, 7, 14, 13, 0, tzinfo=new_york),
        datetime(1997, 7, 14, 23, 59, 59, tzinfo=new_york),
    )
    lines = list(icalendar.of_event(meeting, STAMP))
    assert lines[:5] == [
        "BEGIN:VEVENT",
        "UID:19970610T172345Z-AF23B2@example.com",
        "DTSTAMP:19970610T172345Z",
        "DTSTART:19970714T170000Z",
        "DTEND:19970715T035959Z",
    ]


def test_a_day_ends_before_the_next_one_begins() -> None:
    # RFC 5545, 3.6.1: DTEND is not included, so one day ends on the day after.
    event = Event("20070423T123432Z-541111@example.com", "Festival", date(2007, 6, 28), date(2007, 7, 8))
    lines = list(icalendar.of_event(event, STAMP))
    assert "DTSTART;VALUE=DATE:20070628" in lines
    assert "DTEND;VALUE=DATE:20070709" in lines


def test_a_deadline_has_no_length_and_warns_a_week_before() -> None:
    at = datetime(2025, 4, 11, 10, 0, tzinfo=UTC)
    lines = list(icalendar.of_event(Event("a@b", "x", at, at, warn_before=timedelta(days=7)), STAMP))
    assert "DTSTART:20250411T100000Z" in lines
    assert not any(line.startswith("DTEND") for line in lines)
    assert "TRIGGER:-P7D" in lines


def test_texts_are_escaped_as_3_3_11_says() -> None:
    said = "Project XYZ Final Review\nConference Room - 3B\nCome Prepared."
    assert icalendar.text(said) == "Project XYZ Final Review\\nConference Room - 3B\\nCome Prepared."
    assert icalendar.text("a,b;c\\d\r\n") == "a\\,b\\;c\\\\d\\n"


def test_no_line_is_longer_than_75_octets_and_no_sign_is_cut() -> None:
    for size in range(60, 200):
        for sign in ("a", "é", "知", "𠮷"):
            folded = icalendar.fold("SUMMARY:" + sign * size)
            assert all(len(line.encode()) <= 75 for line in folded.split("\r\n"))
            assert folded.replace("\r\n ", "") == "SUMMARY:" + sign * size


def test_a_whole_calendar_is_framed_and_ends_every_line_alike() -> None:
    events = [Event("a@b", "知识产权质押融资支持申报截止" * 4, STAMP, STAMP, "说明，一；二", "http://x/y")]
    text = icalendar.written(events, name="政策", stamp=STAMP)
    lines = unfolded(text)
    assert (lines[0], lines[1], lines[-1]) == ("BEGIN:VCALENDAR", "VERSION:2.0", "END:VCALENDAR")
    assert text.count("\n") == text.count("\r\n")
    assert "DESCRIPTION:说明，一；二" in lines
    assert [line for line in lines if line.startswith("PRODID:")] == ["PRODID:-//Zhirong//Support//ZH"]
