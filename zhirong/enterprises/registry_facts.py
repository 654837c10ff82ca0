"""What the register and the parties of this house tell by themselves; each fact names the rows it was read from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from zhirong.enterprises.engine.standing import Stated
from zhirong.people.models import Party


def of_party(party: Party, *, day: date, known: datetime | None = None) -> list[Stated]:
    """Facts of one enterprise as a whole."""
    return of_parties([party.pk], day=day, known=known).get(party.pk, [])


def of_parties(party_ids: Sequence[int], *, day: date, known: datetime | None = None) -> dict[int, list[Stated]]:
    """Facts of many enterprises, each as a whole."""
    return {}


def of_right(party: Party, about: str, *, day: date, known: datetime | None = None) -> list[Stated]:
    """Facts of one right of the enterprise, where `about` is the key of one."""
    return []
