"""Deeds about one right on the record, and whether everyone may read them (公开)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from zhirong.people.models import Person
from zhirong.record import actions as record
from zhirong.record import kinds
from zhirong.record.models import Leaf
from zhirong.registry.models import Right


def is_public(kind: str, right: Right) -> bool:
    """Whether a deed of a kind that is for everyone is so for this right: not before the office told the world of it.

    An application is nobody's business until then (专利法 第二十一条), and neither is what weighs on it.
    """
    return kinds.of(kind).public and right.is_published


def tell(kind: str, right: Right, *, who: Person, to: Iterable[Person] = (), **facts: Any) -> Leaf:
    """Put a deed about a right on the record, in the caller's transaction."""
    return record.tell(kind, right.topic, who=who, public=is_public(kind, right), to=to, **facts)
