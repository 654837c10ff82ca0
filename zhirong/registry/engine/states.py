"""In which state a right is on a day, and what weighs on it besides (细则 第一百零六条, N5, N16)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from zhirong.base import calendar
from zhirong.registry.engine import dated, fees, terms
from zhirong.registry.engine.facts import Ending, Entry, EventKind, Report, RightFacts, lasts


class State(StrEnum):
    """The states of RULEBOOK 1.3; `pending` to `examined` are of applications."""

    PENDING = "pending"
    PUBLISHED = "published"
    EXAMINED = "examined"
    IN_FORCE = "in_force"
    IN_GRACE = "in_grace"
    LAPSED = "lapsed"
    EXPIRED = "expired"
    SURRENDERED = "surrendered"
    INVALID = "invalid"
    DEAD = "dead"
    # Only an application is on file, and the term that would run from it is over.
    UNKNOWN = "unknown"


LIVING = frozenset({State.IN_FORCE, State.IN_GRACE})
APPLICATIONS = frozenset({State.PENDING, State.PUBLISHED, State.EXAMINED})
ENDED = frozenset({State.LAPSED, State.EXPIRED, State.SURRENDERED, State.INVALID, State.DEAD, State.UNKNOWN})

BY_ENDING = {
    Ending.UNPAID: State.LAPSED,
    Ending.EXPIRED: State.EXPIRED,
    Ending.SURRENDERED: State.SURRENDERED,
    Ending.INVALID: State.INVALID,
    Ending.APPLICATION_DEAD: State.DEAD,
}


class Overlay(StrEnum):
    """What lies over a state without changing it."""

    PARTLY_INVALID = "partly_invalid"
    PLEDGED = "pledged"
    LICENSED = "licensed"
    OPEN_LICENCE = "open_licence"
    SUSPENDED = "suspended"
    SEIZED = "seized"
    INVALIDATION_ASKED = "invalidation_asked"
    FEES_UNCONFIRMED = "fees_unconfirmed"
    REPORT_BAD = "report_bad"


@dataclass(frozen=True, slots=True)
class Standing:
    """The state on a day, since when (where a day is known), the overlays, and how it stands with its fees."""

    state: State
    since: date | None
    overlays: frozenset[Overlay]
    fees: fees.Standing = fees.Standing.NOT_DUE

    @property
    def is_living(self) -> bool:
        """In force, be it within the months of grace."""
        return self.state in LIVING

    @property
    def has_ended(self) -> bool:
        """Ended in one of the ways of N5, or an application that never became a patent."""
        return self.state in ENDED


def standing(facts: RightFacts, day: date) -> Standing:
    """The state on the day from entries, term and fees; an invalid right never existed (专利法 第四十七条)."""
    paying = fees.standing(facts, day)
    state, since = _state(facts, day, paying)
    return Standing(state, since, _overlays(facts, day, paying), paying)


def suspension_lasts(since: date, until: date | None, day: date) -> bool:
    """A suspension without an end lapses after a year (细则 第一百零三条, N17)."""
    months = dated.on("ownership_suspension_months", since).value
    return lasts(since, until or calendar.corresponding_day(since, months=months), day)


def _state(facts: RightFacts, day: date, paying: fees.Standing) -> tuple[State, date | None]:
    ended = _ending_entry(facts, day)
    if ended is not None:
        assert ended.ending is not None
        return BY_ENDING[ended.ending], ended.on
    if facts.granted_on is None or facts.granted_on > day:
        return _application_state(facts, day)
    last_day = terms.term_last_day(facts) if terms.is_known(facts) else date.max
    if paying is fees.Standing.UNPAID:
        assert facts.filed_on is not None
        return State.LAPSED, terms.year_begins_on(facts.filed_on, fees.paid_through(facts) + 1)
    if day > last_day:
        return State.EXPIRED, last_day + timedelta(days=1)
    if paying is fees.Standing.IN_GRACE:
        assert facts.filed_on is not None
        return State.IN_GRACE, fees.due_on(facts.filed_on, fees.paid_through(facts) + 1)
    return State.IN_FORCE, facts.granted_on


def _application_state(facts: RightFacts, day: date) -> tuple[State, date | None]:
    if facts.is_patent and facts.filed_on is not None and facts.granted_on is None:
        # Nobody examines an application longer than a patent would live (专利法 第四十二条): its grant is not on file.
        last_day = terms.term_last_day(facts)
        if day > last_day:
            return State.UNKNOWN, last_day + timedelta(days=1)
    if facts.examination_asked_on is not None and facts.examination_asked_on <= day:
        return State.EXAMINED, facts.examination_asked_on
    if facts.published_on is not None and facts.published_on <= day:
        return State.PUBLISHED, facts.published_on
    return State.PENDING, facts.filed_on


def _ending_entry(facts: RightFacts, day: date) -> Entry | None:
    """The entry that ended the right and was not undone by a restoration.

    A full invalidation counts for every day, also those before its entry: the right is deemed never to have existed.
    """
    ended: Entry | None = None
    for entry in sorted(facts.entries, key=lambda entry: entry.on):
        if entry.kind is EventKind.INVALIDATION and entry.ending is Ending.INVALID:
            return entry
        if entry.on > day:
            break
        if entry.kind is EventKind.TERMINATION and entry.ending in BY_ENDING:
            ended = entry
        if entry.kind is EventKind.RESTORATION:
            ended = None
    return ended


def _overlays(facts: RightFacts, day: date, paying: fees.Standing) -> frozenset[Overlay]:
    found = {
        Overlay.PARTLY_INVALID: any(
            entry.ending is Ending.PARTLY_INVALID and entry.on <= day for entry in facts.entries
        ),
        Overlay.PLEDGED: any(lasts(pledge.since, pledge.until, day) for pledge in facts.pledges),
        Overlay.LICENSED: any(lasts(given.scope.since, given.scope.until, day) for given in facts.licences),
        Overlay.OPEN_LICENCE: any(lasts(open_.since, open_.until, day) for open_ in facts.open_licences),
        Overlay.SUSPENDED: any(suspension_lasts(one.since, one.until, day) for one in facts.suspensions),
        Overlay.SEIZED: any(lasts(seizure.since, seizure.until, day) for seizure in facts.seizures),
        Overlay.INVALIDATION_ASKED: any(asked <= day for asked in facts.invalidation_asked_on),
        Overlay.FEES_UNCONFIRMED: paying is fees.Standing.UNCONFIRMED,
        Overlay.REPORT_BAD: facts.report is Report.BAD,
    }
    return frozenset(overlay for overlay, lies in found.items() if lies)
