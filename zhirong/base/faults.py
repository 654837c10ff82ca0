"""Deeds that are due, each done apart: a fault in one stops none of the others, and one that comes back is named."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Final

from zhirong.base.refused import Refused

# Once may be a passing thing, a storage that was busy; so often in a row is a fault that a person must see.
AGAIN: Final = 3
# What ends a program or a generator. A panic of a library in Rust is no `Exception` either, but a fault of its deed.
ENDS: Final = (KeyboardInterrupt, SystemExit, GeneratorExit)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Fault:
    """A deed that failed when it was last tried. Its text stays in the log: it may hold what only the log may hold."""

    round_name: str
    deed: str
    times: int
    kind: str


_kept: dict[tuple[str, str], Fault] = {}
_gate = threading.Lock()


def name_of(call: Callable[..., object]) -> str:
    """What the log and the office call a function that is done apart."""
    return f"{call.__module__.rpartition('.')[2]}.{call.__name__}"


def note(round_name: str, deed: str, problem: BaseException) -> None:
    """Keep a fault, and log it when it is another, and at the second, fourth, eighth time: it may come every second."""
    with _gate:
        before = _kept.get((round_name, deed))
        found = Fault(round_name, deed, before.times + 1 if before else 1, type(problem).__name__)
        _kept[round_name, deed] = found
    if before is None or before.kind != found.kind or found.times & (found.times - 1) == 0:
        log.error("%s failed, %s in a row; it is called again", deed, found.times, exc_info=problem)


def settle(round_name: str, deed: str) -> None:
    """The deed was done, or is not due any more."""
    with _gate:
        _kept.pop((round_name, deed), None)


def again(*, but: str = "") -> list[Fault]:
    """What fails again and again, most often first; without the faults of one round, which speaks for itself."""
    with _gate:
        found = [fault for fault in _kept.values() if fault.times >= AGAIN and fault.round_name != but]
    return sorted(found, key=lambda fault: (-fault.times, fault.deed))


def kept(round_name: str = "") -> list[Fault]:
    """Everything that failed when it was last tried, even once; of one round, or of all."""
    with _gate:
        return [fault for (name, _), fault in _kept.items() if round_name in ("", name)]


def forget() -> None:
    """Begin anew (tests)."""
    with _gate:
        _kept.clear()


class Apart:
    """A block whose fault ends only itself. What stops the whole house (an interrupt) goes through as it is."""

    def __init__(self, round_name: str, deed: str) -> None:
        self.round_name, self.deed = round_name, deed
        self.failed = False

    def __enter__(self) -> Apart:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if isinstance(problem, Refused):
            # The rules say no for now; that is no fault, and the next round asks again.
            log.warning("%s: %s", self.deed, problem)
            settle(self.round_name, self.deed)
            return True
        if problem is None:
            settle(self.round_name, self.deed)
        elif not isinstance(problem, ENDS):
            self.failed = True
            note(self.round_name, self.deed, problem)
        return not isinstance(problem, ENDS)


class Round:
    """One round of deeds: what failed in the round before and is not tried in this one is no longer due."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.tried: set[str] = set()

    def apart(self, deed: str) -> Apart:
        """The block for one deed of this round."""
        self.tried.add(deed)
        return Apart(self.name, deed)

    def end(self) -> None:
        """Forget what was not tried."""
        with _gate:
            for key in [key for key in _kept if key[0] == self.name and key[1] not in self.tried]:
                del _kept[key]
