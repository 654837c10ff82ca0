"""What the hub asks for: events by number, and the fragments of each kind of topic.

A page module adds its writer to WRITERS: `"lot": exchange.lot_fragments`, where the function takes the topic
("lot:12") and the language, and answers {name of a data-live element: HTML}, or None for what nobody may hear.
The HTML must be what a fresh page shows at that place: both come from the same macro.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db import close_old_connections
from django.utils import translation

from zhirong.record import actions as record
from zhirong.record import feed
from zhirong.web.hub import Event, Fragments, Write

WRITERS: dict[str, Write] = {}
# What a writer reads once for good: done at the start, so that the first bid of a day does not wait for it.
FIRST: list[Callable[[], None]] = []


def make_ready() -> None:
    """Everything in FIRST, on the hub's own thread."""
    for read_once in FIRST:
        read_once()


def read(after: int, limit: int) -> Sequence[Event]:
    """Public events after this number."""
    close_old_connections()
    return feed.events_after(after, limit, public_only=True)


def write(topic: str, language: str) -> Fragments | None:
    """The fragments of a topic as they stand now, in one language."""
    close_old_connections()
    writer = WRITERS.get(topic.split(":", 1)[0])
    if writer is None:
        return None
    with translation.override(language):
        return writer(topic, language)


def now_ms() -> int:
    return record.now_ns() // 1_000_000
