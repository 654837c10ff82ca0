"""Deeds for tests of the record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from zhirong.record import actions
from zhirong.record.models import Leaf

AT = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Somebody:
    """An actor without tables of people."""

    ref: str


ANNA = Somebody("aaaaaaaaaaaaaaaa")
BO = Somebody("bbbbbbbbbbbbbbbb")


def a_deed(topic: str = "lot:1", kind: str = "exchange.bid", **facts: Any) -> actions.Deed:
    return actions.Deed(kind=kind, topic=topic, who_ref=ANNA.ref, at=AT, facts=facts or {"price_fen": 100}, public=True)


@transaction.atomic
def deeds(count: int, topic: str = "lot:1") -> list[Leaf]:
    return actions.tell_many([a_deed(topic, price_fen=100 * at) for at in range(count)])
