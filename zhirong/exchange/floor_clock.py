"""Receive times: stamped once at ingress, strictly rising, and honest about a wall clock that jumps (E9)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(slots=True)
class Stamps:
    """`t = max(wall, last + 1 ns)` (EXCHANGE 2.2). Not locked: the floor calls it under its own lock."""

    wall: Callable[[], int]
    steady: Callable[[], int]
    limit_ns: int
    last_ns: int = 0
    seen_wall_ns: int = 0
    seen_steady_ns: int = 0
    is_move_expected: bool = False

    def start(self, last_ns: int) -> None:
        """Begin after the latest stamp on file."""
        self.last_ns = last_ns
        self.seen_wall_ns, self.seen_steady_ns = self.wall(), self.steady()

    def next(self) -> tuple[int, int]:
        """The next stamp, and the last honest instant before a forward jump (0: there was none)."""
        wall, steady = self.wall(), self.steady()
        ahead = (wall - self.seen_wall_ns) - (steady - self.seen_steady_ns)
        jumped_from = 0
        if ahead > self.limit_ns:
            jumped_from = 0 if self.is_move_expected else self.seen_wall_ns + steady - self.seen_steady_ns
            self.is_move_expected = False
        self.seen_wall_ns, self.seen_steady_ns = wall, steady
        self.last_ns = max(wall, self.last_ns + 1)
        return self.last_ns, jumped_from
