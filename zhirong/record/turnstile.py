"""Whose turn it is to write to an SQLite file: in the order of coming within a process, by courtesy between processes.

SQLite lets one writer in and has no queue: who waits asks again after a growing pause, while a writer that comes back
at once (the floor under a stream of bids) finds the door open every time. So every writer of a process stands in one
line before BEGIN IMMEDIATE, and whoever has the turn lets a writer of another process go first that says it waits.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
import time
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

# How long one process holds back for another before each of its transactions; the other asks much more often.
COURTESY_SECONDS: Final = 0.02
ASK_AGAIN_SECONDS: Final = 0.001
BUSY_MS: Final = 10_000
Failures = tuple[type[BaseException], ...]
SQLITE_FAILURES: Final[Failures] = (sqlite3.OperationalError,)


class Turnstile:
    """One line for all writers of a file in this process. Whoever enters must leave, in whatever thread."""

    def __init__(self, path: str = "") -> None:
        self._path = path
        self._gate = threading.Lock()
        self._line: deque[threading.Event] = deque()
        self._is_taken = False
        self._sign: int | None = None  # the file on which processes show each other that they wait

    def enter(self, wait_ms: int) -> None:
        """Take the turn, or say what SQLite says to a writer that waited too long."""
        with self._gate:
            if not self._is_taken:
                self._is_taken = True
                return
            mine = threading.Event()
            self._line.append(mine)
        if mine.wait(wait_ms / 1000):
            return
        with self._gate:
            if mine.is_set():
                return
            self._line.remove(mine)
        raise busy()

    def leave(self) -> None:
        """Give the turn to whoever has waited longest: it is handed over, nobody can snatch it."""
        with self._gate:
            if self._line:
                self._line.popleft().set()
            else:
                self._is_taken = False

    def begin(self, connection: Any, *, wait_ms: int, failures: Failures = SQLITE_FAILURES) -> None:
        """Enter, and begin an immediate transaction on a connection that refuses by `failures`; its end is to leave."""
        end_ns = time.monotonic_ns() + wait_ms * 1_000_000
        self.enter(wait_ms)
        try:
            self._let_others_go_first()
            # SQLite's own waiting is put off: its pauses grow to 100 ms, and nobody knows of whoever sleeps in them.
            connection.execute("PRAGMA busy_timeout = 0")
            self._insist(connection, end_ns, failures)
        except BaseException:
            self.leave()
            raise
        finally:
            connection.execute(f"PRAGMA busy_timeout = {wait_ms}")

    def _insist(self, connection: Any, end_ns: int, failures: Failures) -> None:
        while True:
            try:
                connection.execute("BEGIN IMMEDIATE")
                break
            except failures as failure:
                if not is_busy(failure) or time.monotonic_ns() >= end_ns:
                    self._show(fcntl.LOCK_UN)
                    raise
            self._show(fcntl.LOCK_SH)
            time.sleep(ASK_AGAIN_SECONDS)
        self._show(fcntl.LOCK_UN)

    def _let_others_go_first(self) -> None:
        """While another process shows that it waits, hold back; not for long, since it may have died in a debugger."""
        end = time.monotonic() + COURTESY_SECONDS
        while not self._show(fcntl.LOCK_EX | fcntl.LOCK_NB) and time.monotonic() < end:
            time.sleep(ASK_AGAIN_SECONDS)
        self._show(fcntl.LOCK_UN)

    def _show(self, sign: int) -> bool:
        """Only who has the turn of this process calls it. A folder that takes no such file has no such courtesy."""
        if not self._path:
            return True
        if self._sign is None:
            try:
                self._sign = os.open(f"{self._path}-turn", os.O_RDWR | os.O_CREAT, 0o600)
            except OSError:
                self._path = ""
                return True
        with suppress(BlockingIOError):
            fcntl.flock(self._sign, sign)
            return True
        return False


def busy() -> sqlite3.OperationalError:
    """What SQLite raises when the write lock did not come free in time."""
    failure = sqlite3.OperationalError("database is locked")
    failure.sqlite_errorcode = sqlite3.SQLITE_BUSY
    failure.sqlite_errorname = "SQLITE_BUSY"
    return failure


def is_busy(failure: BaseException) -> bool:
    """Whether somebody else holds SQLite's write lock: nothing was begun, so trying again is safe."""
    code = getattr(failure, "sqlite_errorcode", getattr(failure, "result", 0)) or 0
    return code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


_turnstiles: dict[str, Turnstile] = {}
_making = threading.Lock()


def of(path: str | Path) -> Turnstile:
    """The turnstile of a file; a database in memory has one to itself."""
    name = str(path)
    if ":memory:" in name or "mode=memory" in name:
        return Turnstile()
    name = os.path.realpath(name.removeprefix("file:").partition("?")[0])
    with _making:
        return _turnstiles.setdefault(name, Turnstile(name))
