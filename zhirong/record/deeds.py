"""A deed as the record keeps it, and the rows that are written for it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from zhirong.record import kinds
from zhirong.record.engine import tree
from zhirong.record.engine.canonical import canonical

OF_EVERY_LEAF: Final = frozenset({"at", "kind", "topic", "who", "salt"})


@dataclass(frozen=True, slots=True)
class Deed:
    """One deed as the record keeps it. `to` are the refs of the persons who get a notice."""

    kind: str
    topic: str
    who_ref: str
    at: datetime
    facts: dict[str, Any]
    public: bool = False
    to: tuple[str, ...] = field(default=())


def leaf_hash(body: str) -> bytes:
    """RFC 6962, 2.1: a leaf is hashed behind the byte 0x00."""
    return tree.leaf_hash(body.encode())


def deed_rows(deed: Deed) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """The rows of a deed for a plain-SQL writer.

    Leaf: (at, kind, topic, body, hash). Event: (topic, kind, public, body).
    """
    assert not OF_EVERY_LEAF & deed.facts.keys(), f"{deed.kind} tells a fact under a name that every leaf has"
    body = canonical(
        {
            **deed.facts,
            "at": deed.at.isoformat(),
            "kind": deed.kind,
            "topic": deed.topic,
            "who": deed.who_ref,
            # Hashes of neighbours stand in public proofs: without salt a small secret could be guessed from them.
            "salt": secrets.token_hex(8),
        }
    )
    return (
        (deed.at, deed.kind, deed.topic, body, leaf_hash(body)),
        (deed.topic, deed.kind, deed.public, body),
    )


def notice_rows(deed: Deed) -> list[tuple[str, str, str, str, bool, datetime]]:
    """The notices of a deed for a plain-SQL writer: (person_ref, kind, topic, facts, is_legal, at) each."""
    if not deed.to:
        return []
    facts, is_legal = canonical(deed.facts), kinds.of(deed.kind).is_legal
    return [(person, deed.kind, deed.topic, facts, is_legal, deed.at) for person in dict.fromkeys(deed.to)]
