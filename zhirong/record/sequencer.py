"""The sequencer: numbers what is committed, in one order, appends it to the tree and signs the new root.

Deeds write their leaves without a number, so no deed waits for another. A leaf that is committed late gets a later
number, never an earlier one: whoever reads by number skips nothing, on PostgreSQL too, where ids and commits cross.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal

from django.conf import settings
from django.db import connection

from zhirong.base import faults
from zhirong.record import actions, keys, port, store
from zhirong.record.engine import checkpoint, tree

# SQLite's write lock is the floor's: a chunk of this many leaves holds it for some 10 ms (bench/sequencer).
CHUNK: Final = 500
LEAST_PAUSE_SECONDS: Final = 0.02
MOST_PAUSE_SECONDS: Final = 0.1
# Past this nothing that is committed gets its number in time, and the house says so.
LATE_NS: Final = 2 * 10**9
# Any number will do, as long as nothing else in the house locks it: "record" in ASCII.
ADVISORY_LOCK: Final = 0x7265636F7264

WAITING = "SELECT id, hash FROM record_leaf WHERE number IS NULL ORDER BY id LIMIT ?"
NUMBER = "UPDATE record_leaf SET number = ? WHERE id = ?"
SUBTREE = "INSERT INTO record_subtree (level, place, hash) VALUES (?, ?, ?)"
CHECKPOINT = "INSERT INTO record_checkpoint (size, root, at, note) VALUES (?, ?, ?, ?)"


# Under which name the log, health and the office hear of what failed here.
ROUND: Final = "sequencer"

State = Literal["absent", "running", "failing", "late", "gone"]


@dataclass(slots=True)
class Numberer:
    """Numbers chunks through one port. It remembers the tree's border, and trusts it only while the database agrees."""

    key: checkpoint.HouseKey
    border: tree.Frontier = field(default_factory=tree.Frontier)

    def number_chunk(self, door: port.Port, *, most: int = CHUNK) -> int:
        """Number up to `most` leaves inside the port's open transaction, which must hold the write lock."""
        waiting = door.execute(WAITING, (most,))
        if not waiting:
            return 0
        size, root = store.last_checkpoint(door.execute)
        if self.border.size != size:
            self.border = store.frontier(door.execute, size)
        # Never sign over a past that does not lead to what was signed before (LEDGER 5.4).
        assert self.border.root() == root, f"the stored tree of {size} leaves does not lead to its signed root"
        grown, completed = self.border.append(bytes(value) for _, value in waiting)
        door.executemany(NUMBER, [(size + place, leaf_id) for place, (leaf_id, _) in enumerate(waiting)])
        if completed:
            door.executemany(SUBTREE, completed)
        at, top = port.stamp(door, actions.now()), grown.root()
        door.execute(CHECKPOINT, (grown.size, top, at, self.key.sign(grown.size, top)))
        self.border = grown
        return len(waiting)

    def number_all(self, door: port.Port) -> int:
        """Number everything that is committed, a chunk a transaction, one numberer at a time in the whole house."""
        total = 0
        while True:
            count = self._number_locked(door)
            total += count
            if count < CHUNK:
                return total

    def _number_locked(self, door: port.Port) -> int:
        if not door.execute("SELECT 1 FROM record_leaf WHERE number IS NULL LIMIT 1"):
            return 0
        door.begin()
        try:
            if door.dialect == port.POSTGRESQL:
                door.execute("SELECT pg_advisory_xact_lock(?)", (ADVISORY_LOCK,))
            count = self.number_chunk(door)
            door.commit()
        except BaseException:
            # The border may already stand on leaves that were not kept.
            self.border = tree.Frontier()
            door.rollback()
            raise
        return count


class Sequencer:
    """The thread that numbers: as soon as it is woken, and at least every 100 ms. Listeners hear of each new size."""

    def __init__(self) -> None:
        self._woken = threading.Event()
        self._ends = threading.Event()
        self._listeners: list[Callable[[], None]] = []
        self._thread: threading.Thread | None = None
        # When everything committed was last numbered.
        self._beat_ns = 0

    def start(self) -> None:
        """Start the thread of this process; a second start changes nothing."""
        if self._thread is None or not self._thread.is_alive():
            self._ends.clear()
            self._beat_ns = time.monotonic_ns()
            self._thread = threading.Thread(target=self._run, name="sequencer", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Number what waits and end the thread."""
        self._ends.set()
        self._woken.set()
        if self._thread is not None:
            self._thread.join(10)
            self._thread = None
        faults.Round(ROUND).end()

    def state(self) -> State:
        """For `/api/health`: whether what is committed gets its number, and whoever listens hears of it."""
        if self._thread is None:
            return "absent"
        if not self._thread.is_alive():
            return "gone"
        if time.monotonic_ns() - self._beat_ns > LATE_NS:
            return "late"
        return "failing" if faults.kept(ROUND) else "running"

    def wake(self) -> None:
        """Something was committed. Costs nothing, may be called from anywhere and any number of times."""
        self._woken.set()

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call the listener, in the sequencer's thread, after leaves were numbered; the answer ends it."""
        self._listeners.append(listener)

        def forget() -> None:
            self._listeners.remove(listener)
            faults.settle(ROUND, faults.name_of(listener))

        return forget

    def _run(self) -> None:
        door: port.Port | None = None
        numberer = Numberer(keys.house_key())
        while True:
            is_last = self._ends.is_set()
            # Bids are taken without this thread: it may not end unseen, whatever failed. It tries again from what is
            # stored, and over a tree that does not lead to its signed root it signs nothing, however often.
            with faults.Apart(ROUND, "sequencer.number") as tried:
                door = door or port.beside(connection)
                self._number(numberer, door)
                self._beat_ns = time.monotonic_ns()
            if tried.failed or is_last:
                _close(door)
                door = None
            if is_last:
                connection.close()
                return
            # Waking at once for every commit would take a sync from the floor for each of its own.
            time.sleep(LEAST_PAUSE_SECONDS)
            self._woken.wait(MOST_PAUSE_SECONDS - LEAST_PAUSE_SECONDS)
            self._woken.clear()

    def _number(self, numberer: Numberer, door: port.Port) -> None:
        if not numberer.number_all(door):
            return
        if settings.DEMO and door.dialect == port.POSTGRESQL:
            actions.read_shift()  # another process may have moved the demo's clock
        for listener in tuple(self._listeners):
            # One listener that fails may stop neither the numbering nor the others.
            with faults.Apart(ROUND, faults.name_of(listener)):
                listener()


def _close(door: port.Port | None) -> None:
    if door is not None:
        with contextlib.suppress(*door.failures):
            door.close()


house = Sequencer()
start, stop, wake, listen, state = house.start, house.stop, house.wake, house.listen, house.state


def number_now() -> int:
    """Number everything that is committed, in the caller's thread: for commands, imports and tests.

    Inside a transaction it numbers what that transaction sees, and only once it is committed.
    """
    numberer = Numberer(keys.house_key())
    if connection.in_atomic_block:
        total, door = 0, port.within(connection)
        while count := numberer.number_chunk(door):
            total += count
        return total
    door = port.beside(connection)
    try:
        return numberer.number_all(door)
    finally:
        door.close()
