"""What the clock calls for applications, once a minute: supplements that lapse, terms that end soon."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from zhirong.base.faults import Round, name_of
from zhirong.policy.actions import reviews
from zhirong.record import actions as record

EVERY: Final = timedelta(minutes=1)


class Memory:
    """When this process last looked; a look is safe to repeat, so a restart does no harm."""

    looked_at: datetime | None = None


def forget() -> None:
    """As a house that has just been started."""
    Memory.looked_at = None


def tick() -> int:
    """Do what is due, each deed apart. In most seconds nothing is asked: terms end with days."""
    now = record.now()
    if Memory.looked_at is not None and Memory.looked_at <= now < Memory.looked_at + EVERY:
        return 0
    Memory.looked_at = now
    kinds: list[tuple[Callable[[int], object], Callable[[], list[int]]]] = [
        (reviews.lapse, reviews.overdue),
        (reviews.remind, reviews.to_remind),
    ]
    this = Round("policy")
    due: list[tuple[Callable[[int], object], int]] = []
    for deed, find in kinds:
        with this.apart(f"{name_of(deed)} (what is due)"):
            due += [(deed, key) for key in find()]
    for deed, key in due:
        with this.apart(f"{name_of(deed)} {key}"):
            deed(key)
    this.end()
    return len(due)
