"""All writers of an SQLite file stand in one line: a stream of commits starves nobody, in this process or another."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import OperationalError, connection, transaction

from zhirong.record import port, turnstile
from zhirong.record.models import Choice
from zhirong.record.sqlite import base

ROOT = Path(__file__).resolve().parent.parent.parent


class Stream:
    """A writer that comes back at once, as the floor does under an unbroken stream of bids; it counts its commits."""

    def __init__(self, path: Path | str) -> None:
        self.door, self.commits, self.over = port.open_sqlite(path), 0, threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self) -> None:
        while not self.over.is_set():
            self.door.begin()
            self.door.execute("CREATE TABLE IF NOT EXISTS streamed (a)")
            self.door.execute("INSERT INTO streamed VALUES (1)")
            self.door.commit()
            self.commits += 1


@contextmanager
def a_stream(path: Path | str) -> Iterator[Stream]:
    stream = Stream(path)
    stream.thread.start()
    try:
        wait_for(lambda: stream.commits > 3)
        yield stream
    finally:
        stream.over.set()
        stream.thread.join()
        stream.door.close()


def wait_for(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.001)


class Line(deque[threading.Event]):
    """The line, which notes how many commits there were when somebody came to stand in it."""

    def __init__(self, stream: Stream) -> None:
        super().__init__()
        self.stream, self.noted = stream, list[int]()

    def append(self, mine: threading.Event) -> None:
        super().append(mine)
        if threading.current_thread() is not self.stream.thread:
            self.noted.append(self.stream.commits)


def test_another_writer_waits_for_one_commit_of_a_stream_and_no_more(tmp_path: Path) -> None:
    door = port.open_sqlite(tmp_path / "x.sqlite3")
    passed = []
    with a_stream(tmp_path / "x.sqlite3") as stream:
        line = turnstile.of(tmp_path / "x.sqlite3")._line = Line(stream)
        for _ in range(30):
            door.begin()
            passed += [stream.commits - line.noted.pop() for _ in line.noted[:1]]
            door.rollback()
    assert max(passed) <= 1, passed
    door.close()


OTHER = """
import sys
from zhirong.record import port
door = port.open_sqlite(sys.argv[1])
commits = lambda: door.execute("SELECT COUNT(*) FROM streamed")[0][0]
for _ in range(10):
    before = commits()
    door.begin()
    print(commits() - before, flush=True)
    door.rollback()
"""


def test_a_writer_of_another_process_gets_its_turn_too(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite3"
    with a_stream(path):
        done = subprocess.run(
            [sys.executable, "-c", OTHER, str(path)], cwd=ROOT, capture_output=True, text=True, check=True
        )
    passed = sorted(int(line) for line in done.stdout.split())
    # Without the sign that it waits, SQLite's growing pauses let hundreds of commits pass; the median, since a
    # machine under load may stop any process for as long as it likes.
    assert len(passed) == 10
    assert passed[5] <= 20, passed


def test_writers_come_in_the_order_in_which_they_asked(tmp_path: Path) -> None:
    line, order = turnstile.Turnstile(), list[int]()

    def one(place: int) -> None:
        line.enter(10_000)
        order.append(place)
        line.leave()

    line.enter(1_000)
    threads = []
    for place in range(5):
        threads.append(threading.Thread(target=one, args=(place,)))
        threads[-1].start()
        wait_for(lambda place=place: len(line._line) == place + 1)
    line.leave()
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3, 4]


def test_whoever_waits_too_long_hears_what_sqlite_says_and_loses_no_turn(tmp_path: Path) -> None:
    line = turnstile.Turnstile()
    line.enter(1_000)
    with pytest.raises(sqlite3.OperationalError) as busy:
        line.enter(10)
    assert turnstile.is_busy(busy.value)
    line.leave()
    line.enter(0)
    line.leave()


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_djangos_transactions_and_single_statements_stand_in_the_line(monkeypatch: pytest.MonkeyPatch) -> None:
    connection.ensure_connection()
    monkeypatch.setattr(base.DatabaseWrapper, "_wait_ms", lambda self: 10)
    line = turnstile.of(connection.get_connection_params()["database"])
    line.enter(1_000)
    with pytest.raises(OperationalError), transaction.atomic():
        raise AssertionError("nobody writes out of turn")
    with pytest.raises(OperationalError):
        Choice.objects.update(is_wanted=False)
    assert Choice.objects.count() == 0, "whoever only reads waits for nobody"
    line.leave()
    with transaction.atomic():
        Choice.objects.create(person_ref="x", channel="sms", is_wanted=True)
        with pytest.raises(sqlite3.OperationalError):
            line.enter(0)
    line.enter(0)
    line.leave()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        Choice.objects.update(is_wanted=1 // 0)
    line.enter(0)
    line.leave()
