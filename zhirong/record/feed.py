"""Reading the record in its one order: the change feed, the hub and search all read by number."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from zhirong.record.models import Checkpoint, Event, Leaf


@dataclass(frozen=True, slots=True)
class Told:
    """One event with the number of its leaf; `facts` is the leaf's whole body."""

    number: int
    leaf_id: int
    at: datetime
    kind: str
    topic: str
    public: bool
    facts: dict[str, Any]


def events_after(
    number: int, limit: int = 100, topics: Iterable[str] | None = None, *, public_only: bool = False
) -> list[Told]:
    """The events after this number, in order; begin with -1. An empty answer means that all was read."""
    found = Event.objects.filter(leaf__number__gt=number)
    if topics is not None:
        found = found.filter(topic__in=list(topics))
    if public_only:
        found = found.filter(public=True)
    return [_told(event) for event in found.select_related("leaf").order_by("leaf__number")[:limit]]


def last_number() -> int:
    """The number that was given last; -1 where there is none."""
    size = Checkpoint.objects.order_by("-size").values_list("size", flat=True).first()
    return size - 1 if size else -1


def mark(number: int) -> str:
    """The hash of the leaf with this number, empty where there is none: another record has another one there."""
    found = Leaf.objects.filter(number=number).values_list("hash", flat=True).first()
    return bytes(found).hex() if found is not None else ""


def _told(event: Event) -> Told:
    leaf = event.leaf
    assert leaf.number is not None
    return Told(
        number=leaf.number,
        leaf_id=leaf.pk,
        at=leaf.at,
        kind=event.kind,
        topic=event.topic,
        public=event.public,
        facts=json.loads(event.body),
    )
