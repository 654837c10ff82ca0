"""The verbs of the record: the house's clock, and telling a deed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from django.db import transaction

from zhirong.record.models import ClockMove, Event, Leaf, Notice


class Actor(Protocol):
    """Whoever acts: known to the record by a random ref alone."""

    ref: str


_shift: timedelta | None = None


def now() -> datetime:
    """The house's time, aware and in UTC: the system's clock plus the demo's moves. The only clock."""
    global _shift
    if _shift is None:
        _shift = timedelta(microseconds=sum(ClockMove.objects.values_list("shift_us", flat=True)))
    return datetime.now(UTC) + _shift


def forget_shift() -> None:
    """Read the demo's clock moves again at the next `now()`."""
    global _shift
    _shift = None


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


def canonical(body: dict[str, Any]) -> str:
    """One spelling for one body: sorted keys, no spaces, UTF-8; integers only, since floats have many spellings."""
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def leaf_hash(body: str) -> bytes:
    """RFC 6962, 2.1: a leaf is hashed behind the byte 0x00."""
    return hashlib.sha256(b"\x00" + body.encode()).digest()


def deed_rows(deed: Deed) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """The rows of a deed for a plain-SQL writer.

    Leaf: (at, kind, topic, body, hash). Event: (topic, kind, public, body).
    """
    body = canonical(
        {"at": deed.at.isoformat(), "kind": deed.kind, "topic": deed.topic, "who": deed.who_ref, **deed.facts}
    )
    return (
        (deed.at, deed.kind, deed.topic, body, leaf_hash(body)),
        (deed.topic, deed.kind, deed.public, body),
    )


def tell_many(deeds: Iterable[Deed]) -> list[Leaf]:
    """Leaves, events and notices of many deeds, inside the caller's transaction."""
    assert transaction.get_connection().in_atomic_block, "a deed is told in the transaction that does it"
    told = list(deeds)
    rows = [deed_rows(deed) for deed in told]
    leaves = Leaf.objects.bulk_create(
        [Leaf(at=at, kind=kind, topic=topic, body=body, hash=digest) for (at, kind, topic, body, digest), _ in rows],
        batch_size=500,
    )
    Event.objects.bulk_create(
        [
            Event(leaf=leaf, topic=topic, kind=kind, public=public, body=body)
            for leaf, (_, (topic, kind, public, body)) in zip(leaves, rows, strict=True)
        ],
        batch_size=500,
    )
    Notice.objects.bulk_create(
        [
            Notice(
                person_ref=person, leaf=leaf, kind=deed.kind, topic=deed.topic, facts=canonical(deed.facts), at=deed.at
            )
            for leaf, deed in zip(leaves, told, strict=True)
            for person in dict.fromkeys(deed.to)
        ],
        batch_size=500,
    )
    return leaves


def tell(
    kind: str, topic: str, *, who: Actor | None, public: bool = False, to: Iterable[Actor] = (), **facts: Any
) -> Leaf:
    """Put one deed on the record in the caller's transaction. `who` is None where the clock acts."""
    deed = Deed(
        kind=kind,
        topic=topic,
        who_ref=who.ref if who else "house",
        at=now(),
        facts=facts,
        public=public,
        to=tuple(person.ref for person in to),
    )
    return tell_many([deed])[0]
