"""A disk that loses power: what was written and not synced is half gone, sector by sector, and torn where it stood.

It is an apsw VFS under the very port that the floor and the book write through. It can also be full or broken.
"""

from __future__ import annotations

import os
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import apsw

from zhirong.record import port, turnstile

SECTOR = 512


@dataclass(slots=True)
class Unsynced:
    """What a file held before the writes that no sync has covered yet, by sector; None beyond its old end."""

    reader: int
    before: dict[int, bytes | None] = field(default_factory=dict)

    def remember(self, offset: int, length: int) -> None:
        """Keep what stands in these sectors, unless an older state is kept already."""
        for sector in range(offset // SECTOR, (offset + length + SECTOR - 1) // SECTOR):
            if sector not in self.before:
                self.before[sector] = os.pread(self.reader, SECTOR, sector * SECTOR) or None


class Disk(apsw.VFS):
    """`fails_at` is the number of the call that fails: power for good, a full disk or a broken one."""

    def __init__(self, name: str, chance: random.Random, *, kind: str, fails_at: int) -> None:
        self.label, self.chance, self.kind, self.fails_at = name, chance, kind, fails_at
        self.calls = 0
        self.is_off = False
        self.files: dict[str, Unsynced] = {}
        super().__init__(name, "")

    def open_port(self, path: Path, *, synchronous: str = "FULL") -> port.Port:
        """A port on this disk, as the floor and the book get theirs; small checkpoints, so that they happen too."""
        connection = apsw.Connection(str(path), vfs=self.label)
        line = turnstile.of(path)
        door = port.of_apsw(connection, line=line, failures=(apsw.Error,), row_failures=(apsw.ConstraintError,))
        connection.execute("PRAGMA wal_autocheckpoint = 40")
        if synchronous != "FULL":
            connection.execute(f"PRAGMA synchronous = {synchronous}")
        return door

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:  # noqa: N802
        return DiskFile(self, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802
        self.must_be_on()
        super().xDelete(filename, syncdir)

    def must_be_on(self) -> None:
        """Without power nothing is read, written or removed."""
        if self.is_off:
            raise apsw.IOError("the power is off")

    def counts(self) -> bool:
        """Count a call that changes the disk; True when this is the one that fails."""
        self.must_be_on()
        self.calls += 1
        return self.calls >= self.fails_at

    def remember(self, path: str, offset: int, length: int) -> None:
        """Before a write: what it may take away."""
        if path not in self.files:
            # Closed only with the disk: closing any handle of a file drops the process's locks on it.
            self.files[path] = Unsynced(os.open(path, os.O_RDONLY))
        self.files[path].remember(offset, length)

    def lose(self) -> int:
        """Undo a random half of the unsynced sectors, and forget the shared memory; gives how many were undone."""
        undone = 0
        for path, unsynced in self.files.items():
            os.close(unsynced.reader)
            if os.path.exists(path):
                undone += self._undo(path, unsynced)
            Path(f"{path.removesuffix('-wal')}-shm").unlink(missing_ok=True)
        self.unregister()
        return undone

    def _undo(self, path: str, unsynced: Unsynced) -> int:
        lost = {sector: old for sector, old in unsynced.before.items() if self.chance.random() < 0.5}
        with open(path, "r+b") as file:
            for sector, old in lost.items():
                file.seek(sector * SECTOR)
                file.write(old or bytes(SECTOR))
        return len(lost)

    def release(self) -> int:
        """A full or broken disk keeps what it took: nothing is undone, the system still had it all."""
        for unsynced in self.files.values():
            os.close(unsynced.reader)
        self.unregister()
        return 0


class DiskFile(apsw.VFSFile):
    """A file on the disk: it remembers what it overwrites until a sync."""

    def __init__(self, disk: Disk, name: Any, flags: list[int]) -> None:
        self.disk = disk
        self.path = name.filename() if isinstance(name, apsw.URIFilename) else str(name)
        super().__init__("", name, flags)

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802
        self.disk.must_be_on()
        return super().xRead(amount, offset)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        if not self.disk.counts():
            self.disk.remember(self.path, offset, len(data))
            super().xWrite(data, offset)
            return
        if self.disk.kind == "full":
            raise apsw.FullError("no space left on the disk")
        if self.disk.kind == "broken":
            raise apsw.IOError("the disk does not take the write")
        self.disk.remember(self.path, offset, len(data))
        torn = data[: self.disk.chance.randrange(len(data) + 1)]
        if torn:
            super().xWrite(torn, offset)
        self.disk.is_off = True
        self.disk.must_be_on()

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        self.disk.must_be_on()
        size = os.path.getsize(self.path)
        if size > newsize:
            self.disk.remember(self.path, newsize, size - newsize)
        super().xTruncate(newsize)

    def xSync(self, flags: int) -> None:  # noqa: N802
        if self.disk.counts():
            if self.disk.kind == "power":
                # Half of a sync: some of it may have reached the platter, nobody was told so.
                self.disk.is_off = True
            raise apsw.IOError("the disk does not sync")
        super().xSync(flags)
        if self.path in self.disk.files:
            self.disk.files[self.path].before.clear()
