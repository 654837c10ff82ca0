"""A floor for tests whose auctions are really held."""

from __future__ import annotations

import pytest
from django.db import connection

from zhirong.exchange import floor_doors
from zhirong.exchange.floor import Floor
from zhirong.exchange.floor_watch import Watch
from zhirong.record import actions as record
from zhirong.record import port as sql


@pytest.fixture
def floor(monkeypatch: pytest.MonkeyPatch) -> object:
    """The floor of this house, over the test's database."""
    running = Floor(
        lambda: sql.beside(connection),
        clock_ns=record.now_ns,
        watch=Watch(0, 1, clock_jump_ns=10**18, outage_ns=10**18),
    )
    running.start()
    monkeypatch.setattr(floor_doors, "_floor", running)
    yield running
    running.stop()
