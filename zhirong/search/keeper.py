"""The keeper of the index: follows the record by number, and builds anew from the rows whenever it must.

One process writes, whoever holds the lock of the folder; the others read and see each new number at `follow`.
The index is a derivative: a folder that is missing, broken, of another version of words or fields, or written beside
another record (a database that was restored) is dropped and built again, in the background if wished, while what is
there already can be searched.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Generic, Protocol, TypeVar

from zhirong.search import tantivy_engine, words
from zhirong.search.backend import Request, Results
from zhirong.search.documents import Document
from zhirong.search.tantivy_engine import TantivyBackend

CHUNK = 1_000
# The record counts from nought; the feed is read after this where nothing was taken yet.
NOTHING_YET = -1


class Numbered(Protocol):
    """An event of the feed: only its number matters here."""

    @property
    def number(self) -> int: ...


E = TypeVar("E", bound=Numbered)


@dataclass(frozen=True)
class Change:
    """What some events changed: documents as they are now, and ids of those that must no longer be found."""

    upserts: tuple[Document, ...] = ()
    deletes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Rows(Generic[E]):
    """What the modules above hand to the keeper at start, so that the search reads no tables of its own.

    `number` is the last number of the record now, `mark` what stands at a number and at that number of no other record,
    `changed` turns events into documents (each thing once).
    """

    number: Callable[[], int]
    mark: Callable[[int], str]
    count: Callable[[], int]
    documents: Callable[[], Iterable[Document]]
    changed: Callable[[Sequence[E]], Change]


@dataclass(frozen=True)
class Progress:
    """How far the index is: built from the rows up to `number` of the record, or being built."""

    is_building: bool
    done: int
    total: int
    number: int


class Keeper(Generic[E]):
    """One index folder with its remembered number; one keeper in each process."""

    def __init__(self, folder: Path, rows: Rows[E]) -> None:
        self.folder = folder
        self.rows = rows
        self._lock = threading.Lock()
        self._ends = threading.Event()
        self._writing: BinaryIO | None = None
        self._serving: TantivyBackend | None = None
        self._number = NOTHING_YET
        self._seen_ns = 0
        self._progress = Progress(False, 0, 0, NOTHING_YET)

    @property
    def number(self) -> int:
        """The last number of the record that searches see; the feed is read after it."""
        return self._number

    def progress(self) -> Progress:
        """For pages and health: whether a build runs and how far it is."""
        return self._progress

    def start(self) -> None:
        """Open the index or build it; returns when it can be searched in full."""
        with self._lock:
            if not self._open() and self._may_write():
                self._build()

    def rebuild(self) -> None:
        """Build anew from the rows; the old index answers until the new one is whole."""
        with self._lock:
            if self._may_write():
                self._build()

    def follow(self, events: Sequence[E]) -> int:
        """Take in what the events changed and return the number reached; while a build runs nothing is taken."""
        if not self._lock.acquire(blocking=False):
            return self._number
        try:
            fresh = [event for event in events if event.number > self._number]
            if not self._may_write():
                self._catch_up()
            elif self._serving is None or not self._position.exists():
                self._serving = None
                self._build()
            elif fresh:
                self._take(fresh)
        finally:
            self._lock.release()
        return self._number

    def search(self, request: Request) -> Results:
        """Search what is there; an empty answer before the first build began."""
        backend = self._serving
        if backend is None:
            return Results(hits=(), total=0, facets=dict.fromkeys(request.facets, ()))
        return backend.search(request)

    def suggest(self, beginning: str, *, limit: int = 8) -> list[str]:
        """Holders and words that begin so."""
        return self._serving.suggest(beginning, limit=limit) if self._serving else []

    def close(self) -> None:
        """Let go of the folder for good; a build that runs is given up, and the next keeper builds."""
        self._ends.set()
        with self._lock:
            if self._serving is not None:
                self._serving.close()
            self._serving = None
            if self._writing is not None:
                self._writing.close()
            self._writing = None

    def _may_write(self) -> bool:
        """Whether this process holds the folder's lock, taking it where it is free; it falls with the process."""
        if self._writing is None or not (self.folder / "writer.lock").exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            held = (self.folder / "writer.lock").open("ab")
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                held.close()
                return False
            self._writing = held
        return True

    def _catch_up(self) -> None:
        """What another process wrote meanwhile, if anything."""
        written = self._position.stat().st_mtime_ns if self._position.exists() else 0
        if written == self._seen_ns:
            return
        self._seen_ns = written
        before = self._serving
        if self._open() and before is not None:
            before.close()

    @property
    def _position(self) -> Path:
        return self.folder / "position.json"

    def _open(self) -> bool:
        try:
            position = json.loads(self._position.read_text("utf-8"))
            backend = TantivyBackend(self.folder / position["generation"])
            number = int(position["number"])
            if position["versions"] != _versions() or number > self.rows.number() or not backend.open():
                return False
            if position["mark"] != self.rows.mark(number):
                return False
            self._number = number
        except (OSError, ValueError, KeyError, TypeError):
            return False
        self._serving = backend
        self._progress = Progress(False, backend.count(), backend.count(), self._number)
        return True

    def _take(self, fresh: Sequence[E]) -> None:
        assert self._serving is not None
        change = self.rows.changed(fresh)
        try:
            self._serving.delete(change.deletes)
            if self._serving.upsert(change.upserts) or change.deletes:
                self._serving.refresh()
            self._remember(self._serving, fresh[-1].number)
        except tantivy_engine.BROKEN:
            # The folder went away or broke under the writer: what is in it is worth nothing, the rows are.
            self._serving = None
            self._build()

    def _build(self) -> None:
        """Number first, rows after: what is told in between is taken once more by `follow`, which does no harm."""
        number = self.rows.number()
        total = self.rows.count()
        old = self._serving
        new = TantivyBackend(self.folder / f"index-{os.urandom(4).hex()}")
        new.create()
        if old is None:
            self._serving = new
        chunk: list[Document] = []
        done = 0
        self._progress = Progress(True, 0, total, number)
        for document in self.rows.documents():
            if self._ends.is_set():
                # Nothing remembers this folder: the next build sweeps it away.
                return
            chunk.append(document)
            if len(chunk) == CHUNK:
                done += new.insert(chunk)
                chunk = []
                self._progress = Progress(True, done, max(total, done), number)
                if old is None and done % (5 * CHUNK) == 0:
                    new.refresh()
        done += new.insert(chunk)
        new.refresh()
        self._serving = new
        self._remember(new, number)
        if old is not None:
            old.close()
        self._sweep(new.folder)
        self._progress = Progress(False, done, done, number)

    def _remember(self, backend: TantivyBackend, number: int) -> None:
        """Written after the index itself: a crash in between only takes the same events again."""
        mark = self.rows.mark(number)
        facts = {"generation": backend.folder.name, "number": number, "mark": mark, "versions": _versions()}
        fresh = self._position.with_suffix(".new")
        fresh.write_text(json.dumps(facts), "utf-8")
        fresh.replace(self._position)
        self._number = number
        self._progress = Progress(False, backend.count(), backend.count(), number)

    def _sweep(self, kept: Path) -> None:
        for folder in self.folder.glob("index-*"):
            if folder != kept:
                shutil.rmtree(folder, ignore_errors=True)


def _versions() -> dict[str, str | int]:
    return {"words": words.WORDS_VERSION, "schema": tantivy_engine.SCHEMA_VERSION, "engine": tantivy_engine.ENGINE}
