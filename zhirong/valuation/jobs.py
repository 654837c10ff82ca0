"""What the clock calls, and the long work that a worker takes; each step is safe to repeat."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from zhirong.base.faults import Round, name_of
from zhirong.record import actions as record
from zhirong.record.jobs import Work
from zhirong.valuation import portfolio_kept
from zhirong.valuation.actions import alerts, appraisals, market, portfolio_values, reports

Kind = tuple[Callable[[Any], object], Callable[[], Iterable[Any]]]


class Memory:
    """In which minute this process last looked at all; a look is safe to repeat, so a restart does no harm."""

    looked_at: datetime | None = None


def forget() -> None:
    """As a house that has just been started."""
    Memory.looked_at = None


def tick() -> int:
    """Once a minute what is due, each deed apart: one that fails is tried again, and nothing else waits for it.

    The clock calls every second, but nothing here has a second to lose: terms are days, and a report is sealed by
    the job that its issue asks for. The look finds the reports whose job failed.
    """
    now = record.now()
    minute = now.replace(second=0, microsecond=0)
    if Memory.looked_at == minute:
        return 0
    Memory.looked_at = minute
    kinds: list[Kind] = [
        (appraisals.lapse, lambda: appraisals.overdue(now)),
        (reports.seal, reports.unsealed),
        (alerts.look, lambda: alerts.due(now)),
        (market.ask, lambda: market.due(now)),
        (portfolio_values.ask, portfolio_values.due),
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
WORK: dict[str, Work] = {
    market.FIT: market.do_fit,
    reports.SEAL: reports.do_seal,
    portfolio_kept.VALUE: portfolio_values.do_value,
}
