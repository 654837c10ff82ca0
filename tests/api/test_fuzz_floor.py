"""The same with a floor that runs: bids, pauses and annulments are committed and answered (LEDGER S19)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from schemathesis import Case

from tests.api import given_fuzz as fuzz
from zhirong.exchange import floor_doors
from zhirong.exchange.floor import Floor
from zhirong.exchange.floor_watch import Watch
from zhirong.record import actions as record
from zhirong.record import port as sql

pytestmark = pytest.mark.django_db(transaction=True)
# Bids first: a lot that was paused or annulled takes none.
FLOOR_ORDER = ("lots", "{lot_id}", "bids", "steps", "match", "ban", "pause", "resume", "annul", "transcript")


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A floor that does not mind a clock moved by a test."""
    watch = Watch(0, 1, clock_jump_ns=10**18, outage_ns=10**18)
    floor = Floor(lambda: sql.beside(connection), clock_ns=record.now_ns, watch=watch)
    monkeypatch.setattr(floor_doors, "_floor", floor)
    floor.start()
    yield
    floor_doors.stop()


def test_a_floor_that_runs_answers_whatever_is_sent(running: None) -> None:
    day = fuzz.a_day()
    answered: dict[str, set[int]] = {}

    def each(case: Case) -> None:
        case.path_parameters = day.path_of(case.operation)
        answered[case.operation.label] |= {day.asked(case, own) for _, own in day.callers}

    of_lots = [one for one in fuzz.OPERATIONS if one.path.startswith("/api/lots")]
    for operation in sorted(of_lots, key=lambda one: FLOOR_ORDER.index(one.path.rpartition("/")[2])):
        answered[operation.label] = {day.asked(day.fit(operation, person), own) for person, own in day.callers}
        fuzz.tried(operation.as_strategy(), fuzz.EXAMPLES, each)
    assert {label for label, statuses in answered.items() if statuses <= fuzz.SHUT or 503 in statuses} == set()
    assert 200 in answered["POST /api/lots/{lot_id}/bids"]
