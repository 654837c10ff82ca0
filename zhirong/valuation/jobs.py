"""What the clock calls every second, and the long work that a worker takes; each step is safe to repeat."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from zhirong.base.faults import Round, name_of
from zhirong.record import actions as record
from zhirong.record.jobs import Work
from zhirong.valuation.actions import alerts, appraisals, market, reports

Kind = tuple[Callable[[Any], object], Callable[[], Iterable[Any]]]


def tick() -> int:
    """Do what is due, each deed apart: one that fails is tried again, and nothing else waits for it."""
    now = record.now()
    kinds: list[Kind] = [
        (appraisals.lapse, lambda: appraisals.overdue(now)),
        (reports.seal, reports.unsealed),
        (alerts.look, lambda: alerts.due(now)),
        (market.ask, lambda: market.due(now)),
    ]
    this = Round("valuation")
    due: list[tuple[Callable[[Any], object], Any]] = []
    for deed, find in kinds:
        with this.apart(f"{name_of(deed)} (what is due)"):
            due += [(deed, key) for key in find()]
    for deed, key in due:
        with this.apart(f"{name_of(deed)} {key if isinstance(key, int) else '…'}"):
            deed(key)
    this.end()
    return len(due)


# What does long work of which kind (record.jobs).
WORK: dict[str, Work] = {market.FIT: market.do_fit}
