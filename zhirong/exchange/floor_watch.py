"""One floor for a shard, and how long it was away: an advisory lock, a lock on a file, and a heartbeat in it."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from zhirong.base import yaml_text
from zhirong.base.refused import Refused
from zhirong.exchange.rule_sets import FOLDER, figure_on
from zhirong.record import port as sql

# "zrfl" as a number: keeps our advisory locks apart from anybody else's on the same server.
LOCK_CLASS = 0x7A72666C
# "zrfn": under it every floor says into how many shards it cuts the lots.
COUNT_CLASS = 0x7A72666E
BEAT_EVERY_NS = 10**9


@dataclass(slots=True)
class Watch:
    """Who holds a shard. `path` is a file beside the data; without one, only PostgreSQL's lock keeps others out."""

    shard: int
    shards: int
    clock_jump_ns: int
    outage_ns: int
    path: Path | None = None
    _handle: int | None = field(default=None)
    _beat_ns: int = field(default=0)

    def take(self, port: sql.Port) -> int:
        """Take the shard or refuse to start; gives the last heartbeat on file (0: none is known)."""
        if port.dialect == sql.POSTGRESQL:
            rows = port.execute("SELECT pg_try_advisory_lock(?, ?)", (LOCK_CLASS, self.shard))
            if not rows[0][0]:
                raise Refused("floor.taken")
            self._agree_on_shards(port)
        if self.path is None:
            return 0
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            raise Refused("floor.taken") from None
        self._handle = handle
        text = os.pread(handle, 40, 0).decode("ascii", "replace").strip()
        return int(text) if text.isdecimal() else 0

    def _agree_on_shards(self, port: sql.Port) -> None:
        """All floors of a database cut its lots into the same number of shards, or two would own one lot."""
        port.execute("SELECT pg_advisory_lock_shared(?, ?)", (COUNT_CLASS, self.shards))
        others = port.execute(
            "SELECT DISTINCT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND classid::bigint = ? "
            "AND objsubid = 2 AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
            "AND objid::bigint <> ?",
            (COUNT_CLASS, self.shards),
        )
        if others:
            raise Refused("floor.other_shards", shards=self.shards, others=[int(count) for (count,) in others])

    def beat(self, now_ns: int) -> None:
        """Say that the floor lives. Not synced: a lost beat only gives bidders more time back."""
        if self._handle is not None and now_ns - self._beat_ns >= BEAT_EVERY_NS:
            self._beat_ns = now_ns
            # A full disk must not stop the floor here; the next commit will say so.
            with suppress(OSError):
                os.pwrite(self._handle, f"{now_ns:<20}".encode(), 0)

    def hand_over(self, now_ns: int) -> None:
        """Write a heartbeat for a floor that does not run; refused while one does, which beats for itself."""
        assert self.path is not None
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.pwrite(handle, f"{now_ns:<20}".encode(), 0)
        except BlockingIOError:
            raise Refused("floor.taken") from None
        finally:
            os.close(handle)

    def give_back(self, port: sql.Port) -> None:
        """Let another floor take the shard."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
        if port.dialect == sql.POSTGRESQL:
            with suppress(*port.failures):
                port.execute("SELECT pg_advisory_unlock(?, ?)", (LOCK_CLASS, self.shard))
                port.execute("SELECT pg_advisory_unlock_shared(?, ?)", (COUNT_CLASS, self.shards))


def watch(day: date, *, path: Path | None, shard: int = 0, shards: int = 1) -> Watch:
    """A watch with the figures of `floor.yaml` on a day."""
    figures: dict[str, Any] = yaml_text.parse((FOLDER / "floor.yaml").read_text("utf-8"))
    jump, outage = (figure_on(figures[name], name=name, day=day) for name in ("clock_jump", "outage"))
    return Watch(shard, shards, clock_jump_ns=jump.ns, outage_ns=outage.ns, path=path)
