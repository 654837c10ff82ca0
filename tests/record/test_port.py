"""The port: the same four verbs over every database."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from pathlib import Path

import apsw
import pytest

from zhirong.record import port, turnstile


def a_sqlite(path: Path) -> port.Port:
    return port.open_sqlite(path)


def an_apsw(path: Path) -> port.Port:
    return port.of_apsw(apsw.Connection(str(path)), line=turnstile.of(path), failures=(apsw.Error,))


@pytest.fixture(params=[a_sqlite, an_apsw])
def door(request: pytest.FixtureRequest, tmp_path: Path) -> port.Port:
    opened: port.Port = request.param(tmp_path / "x.db")
    opened.execute("CREATE TABLE t (n INTEGER PRIMARY KEY, w TEXT NOT NULL)")
    return opened


def test_a_committed_row_is_read_back(door: port.Port) -> None:
    door.begin()
    door.executemany("INSERT INTO t (n, w) VALUES (?, ?)", [(1, "a"), (2, "b")])
    door.commit()
    assert door.execute("SELECT n, w FROM t WHERE n > ? ORDER BY n", (0,)) == [(1, "a"), (2, "b")]


def test_a_rolled_back_row_is_gone_and_a_second_rollback_is_harmless(door: port.Port) -> None:
    door.begin()
    door.execute("INSERT INTO t (n, w) VALUES (?, ?)", (1, "a"))
    door.rollback()
    door.rollback()
    assert door.execute("SELECT count(*) FROM t") == [(0,)]


def test_a_refusing_constraint_is_one_of_the_ports_failures(door: port.Port) -> None:
    door.execute("INSERT INTO t (n, w) VALUES (?, ?)", (1, "a"))
    with pytest.raises(door.failures):
        door.execute("INSERT INTO t (n, w) VALUES (?, ?)", (1, "b"))


def test_every_port_to_sqlite_keeps_what_it_acknowledged(door: port.Port) -> None:
    assert door.execute("PRAGMA journal_mode") == [("wal",)]
    assert door.execute("PRAGMA synchronous") == [(2,)]  # FULL
    assert door.execute("PRAGMA foreign_keys") == [(1,)]


def test_statements_are_marked_for_psycopg_and_percent_signs_survive() -> None:
    assert port.with_percent_marks("SELECT ? % 2, ?") == "SELECT %s %% 2, %s"


def test_instants_and_uuids_are_written_as_django_writes_them(door: port.Port) -> None:
    at = datetime(2026, 11, 22, 3, 4, 5, 60, tzinfo=UTC)
    assert port.stamp(door, at) == "2026-11-22 03:04:05.000060"
    assert port.instant(port.stamp(door, at)) == at
    one = uuid.UUID(int=7)
    assert port.unique(door, one) == one.hex
