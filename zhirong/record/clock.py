"""The house's time: the system's clock, the demo's moves, and the promise that it never goes back."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Clock:
    """Nanoseconds since the epoch, each reading later than the one before even where the machine's clock steps back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last_ns = 0
        self.shift_us: int | None = None

    def now_ns(self) -> int:
        """The next instant of this process."""
        with self._lock:
            self._last_ns = max(self._last_ns + 1, time.time_ns() + (self.shift_us or 0) * 1000)
            return self._last_ns

    def forget(self) -> None:
        """Begin again from the machine's clock: after a move was undone, and between tests."""
        with self._lock:
            self._last_ns, self.shift_us = 0, None


def instant_of(ns: int) -> datetime:
    """The aware instant of nanoseconds since the epoch, down to the microsecond."""
    return _EPOCH + timedelta(microseconds=ns // 1000)
