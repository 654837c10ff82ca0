"""The first estimate without a wait: the numeric engines and the market's model are loaded before anybody asks."""

from __future__ import annotations

from contextlib import suppress

from zhirong.base.calendar import beijing_day
from zhirong.base.refused import Refused
from zhirong.record import actions as record
from zhirong.registry.models import Right
from zhirong.valuation import estimating

# Of so many rights one can be estimated, or the engines are loaded all the same when the first is asked for.
TRIED = 5


def up() -> bool:
    """One estimate that nobody reads, where there is a model of the market; a house without one loads nothing."""
    day = beijing_day(record.now())
    if estimating.model_on(day) is None:
        return False
    for right in Right.objects.visible().filter(granted_on__isnull=False).order_by("-pk")[:TRIED]:
        with suppress(Refused):
            estimating.estimate_right(right, day)
            return True
    return False
