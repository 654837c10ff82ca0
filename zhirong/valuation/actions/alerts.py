"""Alerts: once a day the clock looks at every watched right and tells its parties, once for each cause that lasts."""

from __future__ import annotations

from datetime import date, datetime
from itertools import islice
from typing import Final

from django.db import transaction

from zhirong.base.calendar import beijing_day
from zhirong.people.models import Party
from zhirong.record import actions as record
from zhirong.registry.models import Right
from zhirong.valuation import known, watch
from zhirong.valuation.models import Alert

# So many rights in one transaction: the write lock is not held for a whole portfolio.
CHUNK: Final = 100


class Memory:
    """On which day this process last looked at all; a look is safe to repeat, so a restart does no harm."""

    looked_on: date | None = None


def forget() -> None:
    """As a house that has just been started."""
    Memory.looked_on = None


def due(now: datetime) -> list[list[int]]:
    """Once a day all watched rights in chunks; nothing for the rest of the day."""
    day = beijing_day(now)
    if Memory.looked_on == day:
        return []
    Memory.looked_on = day
    rows = iter(watch.all_rights())
    return list(iter(lambda: list(islice(rows, CHUNK)), []))


@transaction.atomic
def look(rights: list[int]) -> int:
    """Tell what is new, end what is over. Gives how many alerts were told."""
    now = record.now()
    day = beijing_day(now)
    found = Right.objects.in_bulk(rights)
    watched = watch.of_rights(found)
    causes = watch.causes(list(found.values()), watched, day)
    open_now = list(Alert.objects.select_for_update().filter(right__in=found, ended_at__isnull=True))
    for one in open_now:
        if one.kind not in causes.get((one.right_id, one.party_id), ()):
            one.ended_at = now
            one.save(update_fields=["ended_at"])
    told = {(one.right_id, one.party_id, one.kind) for one in open_now if one.ended_at is None}
    fresh = [
        (right, party, kind)
        for (right, party), kinds in causes.items()
        for kind in kinds
        if (right, party, kind) not in told
    ]
    parties = Party.objects.in_bulk({party for _, party, _ in fresh})
    for right, party, kind in fresh:
        _tell(found[right], parties[party], kind=kind, day=day)
    return len(fresh)


def _tell(right: Right, party: Party, *, kind: str, day: date) -> None:
    leaf = record.tell(
        "valuation.alerted",
        right.topic,
        who=None,
        to=known.members_of(party),
        number=right.number,
        alert=kind,
        day=day.isoformat(),
    )
    Alert.objects.create(right=right, party=party, kind=kind, day=day, told=leaf)
