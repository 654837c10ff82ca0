from __future__ import annotations

from datetime import date

import pytest

from tests.registry.given_facts import DAY, a_patent
from zhirong.registry.engine import fees, states
from zhirong.registry.engine.facts import (
    Ending,
    Entry,
    EventKind,
    FeeRecord,
    Kind,
    Licence,
    LicenceKind,
    OpenLicence,
    Pledge,
    Report,
    Scope,
    Seizure,
    Suspension,
)
from zhirong.registry.engine.states import Overlay, State


def state_of(facts, day=DAY):
    return states.standing(facts, day).state


def test_the_register_has_exactly_twelve_kinds_of_entries():
    assert len(EventKind) == 12


def test_an_application_goes_from_pending_to_published_to_examined():
    facts = a_patent(granted_on=None, examination_asked_on=date(2020, 3, 1))
    assert state_of(facts, date(2019, 6, 1)) is State.PENDING
    assert state_of(facts, date(2019, 11, 1)) is State.PUBLISHED
    assert state_of(facts, date(2020, 3, 1)) is State.EXAMINED


def test_a_granted_patent_is_in_force_from_the_day_of_the_announcement():
    assert state_of(a_patent(), date(2021, 8, 2)) is State.PUBLISHED
    assert states.standing(a_patent(), date(2021, 8, 3)) == states.Standing(
        State.IN_FORCE, date(2021, 8, 3), frozenset(), fees.Standing.PAID
    )


def test_a_utility_model_of_6_september_1999_is_expired_as_of_6_september_2009():
    facts = a_patent(
        kind=Kind.UTILITY_MODEL, filed_on=date(1999, 9, 6), granted_on=date(2000, 6, 1), fees=FeeRecord(10)
    )
    assert state_of(facts, date(2009, 9, 5)) is State.IN_FORCE
    expired = states.standing(facts, date(2009, 9, 6))
    assert (expired.state, expired.since) == (State.EXPIRED, date(2009, 9, 6))


def test_an_unpaid_fee_ends_the_patent_as_of_the_due_day_once_the_grace_is_over():
    facts = a_patent(
        kind=Kind.UTILITY_MODEL,
        filed_on=date(2022, 5, 5),
        granted_on=date(2022, 12, 2),
        fees=FeeRecord(as_of=date(2023, 11, 7)),
    )
    assert state_of(facts, date(2023, 5, 5)) is State.IN_FORCE
    assert state_of(facts, date(2023, 5, 6)) is State.IN_GRACE
    assert state_of(facts, date(2023, 11, 6)) is State.IN_GRACE
    lapsed = states.standing(facts, date(2023, 11, 7))
    assert (lapsed.state, lapsed.since) == (State.LAPSED, date(2023, 5, 5))


def test_a_restoration_brings_a_lapsed_patent_back():
    lapsed = Entry(EventKind.TERMINATION, date(2025, 5, 6), Ending.UNPAID)
    restored = Entry(EventKind.RESTORATION, date(2026, 1, 20))
    assert state_of(a_patent(entries=(lapsed,))) is State.LAPSED
    assert state_of(a_patent(entries=(lapsed, restored))) is State.IN_FORCE
    assert state_of(a_patent(entries=(lapsed, restored)), date(2025, 12, 1)) is State.LAPSED


@pytest.mark.parametrize(
    ("kind", "ending", "state"),
    [
        (EventKind.TERMINATION, Ending.UNPAID, State.LAPSED),
        (EventKind.TERMINATION, Ending.EXPIRED, State.EXPIRED),
        (EventKind.TERMINATION, Ending.SURRENDERED, State.SURRENDERED),
        (EventKind.TERMINATION, Ending.APPLICATION_DEAD, State.DEAD),
        (EventKind.INVALIDATION, Ending.INVALID, State.INVALID),
    ],
)
def test_an_entry_of_an_end_ends_the_right(kind, ending, state):
    found = states.standing(a_patent(entries=(Entry(kind, date(2026, 2, 1), ending),)), DAY)
    assert (found.state, found.since, found.has_ended) == (state, date(2026, 2, 1), True)


def test_an_end_does_not_reach_back_but_a_full_invalidation_does():
    surrendered = a_patent(entries=(Entry(EventKind.TERMINATION, date(2026, 2, 1), Ending.SURRENDERED),))
    invalid = a_patent(entries=(Entry(EventKind.INVALIDATION, date(2026, 2, 1), Ending.INVALID),))
    assert state_of(surrendered, date(2026, 1, 31)) is State.IN_FORCE
    assert state_of(invalid, date(2026, 1, 31)) is State.INVALID


def test_a_partly_invalid_patent_stays_in_force():
    entry = Entry(EventKind.INVALIDATION, date(2026, 2, 1), Ending.PARTLY_INVALID)
    found = states.standing(a_patent(entries=(entry,)), DAY)
    assert (found.state, found.overlays) == (State.IN_FORCE, {Overlay.PARTLY_INVALID})


@pytest.mark.parametrize(
    "kind",
    [
        EventKind.GRANT,
        EventKind.TRANSFER,
        EventKind.PLEDGE_PRESERVATION,
        EventKind.LICENCE,
        EventKind.DECLASSIFICATION,
        EventKind.OPEN_LICENCE,
        EventKind.COMPULSORY_LICENCE,
        EventKind.HOLDER_CHANGE,
    ],
)
def test_other_entries_leave_the_state_alone(kind):
    assert state_of(a_patent(entries=(Entry(kind, date(2026, 2, 1)),))) is State.IN_FORCE


@pytest.mark.parametrize(
    ("changes", "overlay"),
    [
        ({"pledges": (Pledge("某银行", date(2025, 1, 1)),)}, Overlay.PLEDGED),
        ({"licences": (Licence(LicenceKind.PLAIN, "某厂", Scope(date(2025, 1, 1))),)}, Overlay.LICENSED),
        ({"open_licences": (OpenLicence(date(2025, 1, 1)),)}, Overlay.OPEN_LICENCE),
        ({"suspensions": (Suspension(date(2025, 9, 1)),)}, Overlay.SUSPENDED),
        ({"seizures": (Seizure("某法院", date(2025, 1, 1)),)}, Overlay.SEIZED),
        ({"invalidation_asked_on": (date(2026, 1, 1),)}, Overlay.INVALIDATION_ASKED),
        ({"fees": FeeRecord()}, Overlay.FEES_UNCONFIRMED),
        ({"report": Report.BAD}, Overlay.REPORT_BAD),
    ],
)
def test_what_weighs_on_a_right_lies_over_its_state(changes, overlay):
    found = states.standing(a_patent(**changes), DAY)
    assert (found.state, found.overlays) == (State.IN_FORCE, {overlay})


def test_a_suspension_lapses_after_a_year_unless_it_was_extended():
    assert not states.suspension_lasts(date(2025, 3, 1), None, DAY)
    assert states.suspension_lasts(date(2025, 3, 2), None, DAY)
    assert states.suspension_lasts(date(2025, 3, 1), date(2026, 9, 1), DAY)
