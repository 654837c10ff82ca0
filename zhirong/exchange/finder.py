"""The index of this house (检索): built from the rows beside the pages, and kept up with the record by number."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from django.db import Error, close_old_connections, connections

from zhirong.exchange import documents
from zhirong.record import feed
from zhirong.record.feed import Told
from zhirong.search.backend import Request, Results
from zhirong.search.keeper import Keeper, Progress

log = logging.getLogger(__name__)
PAUSE_SECONDS = 0.5
READ_LIMIT = 500

_keeper: Keeper[Told] | None = None
_thread: threading.Thread | None = None
_ends = threading.Event()


def start(*, data: Path) -> None:
    """Open or build the index in the background and follow the record from then on."""
    global _keeper, _thread
    if _thread is None:
        _ends.clear()
        _keeper = Keeper(data / "search", documents.rows())
        _thread = threading.Thread(target=_run, name="finder", daemon=True)
        _thread.start()


def stop() -> None:
    """End the thread and let go of the folder."""
    global _keeper, _thread
    _ends.set()
    if _keeper is not None:
        _keeper.close()
    if _thread is not None:
        _thread.join(10)
        _thread = None
    _keeper = None


def open_here(data: Path) -> None:
    """Open or build the index in the caller's thread: for commands and tests, which then call `follow`."""
    global _keeper
    stop()
    _keeper = Keeper(data / "search", documents.rows())
    _keeper.start()


def search(request: Request) -> Results:
    """Search what is there already; nothing is found before the index begins to be built."""
    if _keeper is None:
        return Results(hits=(), total=0, facets=dict.fromkeys(request.facets, ()))
    return _keeper.search(request)


def suggest(beginning: str) -> list[str]:
    """Words and holders that begin so."""
    return _keeper.suggest(beginning) if _keeper is not None else []


def progress() -> Progress:
    """How far the index is; one that was not opened counts as being built."""
    return _keeper.progress() if _keeper is not None else Progress(True, 0, 0, -1)


def follow() -> int:
    """Take in what was told since; gives how many events were read."""
    assert _keeper is not None, "the index is not open"
    events = feed.events_after(_keeper.number, READ_LIMIT)
    if events:
        _keeper.follow(events)
    return len(events)


def _run() -> None:
    keeper, is_open = _keeper, False
    assert keeper is not None
    while not _ends.is_set():
        close_old_connections()
        try:
            if not is_open:
                keeper.start()
                is_open = True
            while not _ends.is_set() and follow() == READ_LIMIT:
                pass
        except Error:
            # A database that is busy or away: what was not taken in is asked for again by its number.
            log.exception("the index could not follow the record; it tries again")
        _ends.wait(PAUSE_SECONDS)
    connections.close_all()
