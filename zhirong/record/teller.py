"""Deeds told by plain SQL: the rows of every deed, whether one is told or many at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from zhirong.record import port
from zhirong.record.deeds import Deed, deed_rows, notice_rows

LEAF: Final = "INSERT INTO record_leaf (id, at, kind, topic, body, hash) VALUES (?, ?, ?, ?, ?, ?)"
EVENT: Final = "INSERT INTO record_event (leaf_id, topic, kind, public, body) VALUES (?, ?, ?, ?, ?)"
NOTICE: Final = (
    "INSERT INTO record_notice (person_ref, leaf_id, kind, topic, facts, is_legal, at) VALUES (?, ?, ?, ?, ?, ?, ?)"
)


class Written(NamedTuple):
    """A leaf as it was written, without a number yet."""

    id: int
    at: datetime
    kind: str
    topic: str
    body: str
    hash: bytes


def write_deeds(door: port.Port, deeds: Sequence[Deed]) -> list[int]:
    """Leaves, events and notices inside the port's open transaction; gives the leaves' ids in the deeds' order."""
    return [leaf.id for leaf in write_leaves(door, deeds)]


def write_leaves(door: port.Port, deeds: Sequence[Deed]) -> list[Written]:
    """The same, giving the leaves themselves."""
    ids = port.fresh_ids(door, "record_leaf", len(deeds))
    leaves, events, notices = [], [], []
    for leaf_id, deed in zip(ids, deeds, strict=True):
        (at, kind, topic, body, digest), event = deed_rows(deed)
        leaves.append(Written(leaf_id, at, kind, topic, body, digest))
        events.append((leaf_id, *event))
        for person, _, _, facts, is_legal, _ in notice_rows(deed):
            notices.append((person, leaf_id, kind, topic, facts, is_legal, port.stamp(door, at)))
    if leaves:
        door.executemany(LEAF, [one._replace(at=port.stamp(door, one.at)) for one in leaves])
        door.executemany(EVENT, events)
    if notices:
        door.executemany(NOTICE, notices)
    return leaves
