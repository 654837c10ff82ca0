"""Deeds told by plain SQL: what `tell_many` writes, for the writers that go through a port."""

from __future__ import annotations

from collections.abc import Sequence

from zhirong.record import actions, port

LEAF = "INSERT INTO record_leaf (id, at, kind, topic, body, hash) VALUES (?, ?, ?, ?, ?, ?)"
EVENT = "INSERT INTO record_event (leaf_id, topic, kind, public, body) VALUES (?, ?, ?, ?, ?)"
NOTICE = (
    "INSERT INTO record_notice (person_ref, leaf_id, kind, topic, facts, is_legal, at) VALUES (?, ?, ?, ?, ?, ?, ?)"
)


def write_deeds(door: port.Port, deeds: Sequence[actions.Deed]) -> list[int]:
    """Leaves, events and notices inside the port's open transaction; gives the leaves' ids in the deeds' order."""
    ids = port.fresh_ids(door, "record_leaf", len(deeds))
    leaves, events, notices = [], [], []
    for leaf_id, deed in zip(ids, deeds, strict=True):
        (at, kind, topic, body, digest), event = actions.deed_rows(deed)
        leaves.append((leaf_id, port.stamp(door, at), kind, topic, body, digest))
        events.append((leaf_id, *event))
        for person, _, _, facts, is_legal, _ in actions.notice_rows(deed):
            notices.append((person, leaf_id, kind, topic, facts, is_legal, port.stamp(door, at)))
    door.executemany(LEAF, leaves)
    door.executemany(EVENT, events)
    if notices:
        door.executemany(NOTICE, notices)
    return ids
