"""What the clock calls every second; each step is safe to repeat, so two clocks do no harm."""

from __future__ import annotations

import logging
from collections.abc import Callable

from zhirong.base.refused import Refused
from zhirong.exchange.actions import (
    certificates,
    closing,
    contracts,
    deals,
    intents,
    money,
    register_watch,
    settlement,
    succession,
)
from zhirong.record import actions as record

log = logging.getLogger(__name__)


def tick() -> int:
    """Do what is due, in the order of its deadline within each kind; gives how many deeds were tried."""
    now = record.now()
    due: list[tuple[Callable[[int], object], int]] = [
        *((intents.deposit_arrived, pk) for pk in money.deposits_met()),
        *((settlement.take_price, pk) for pk in money.prices_met()),
        *((register_watch.stop_if_blocked, pk) for pk in register_watch.touched(now)),
        *((closing.close, pk) for pk in closing.due(now)),
        *((closing.consent_by_silence, pk) for pk in closing.answers_due(now)),
        *((succession.deposit_came, pk) for pk in succession.deposits_met()),
        *((succession.lapse, pk) for pk in succession.due()),
        *((deals.follow_lot, pk) for pk in closing.lots_due()),
        *((succession.tell_floor, pk) for pk in succession.untold()),
        *((contracts.write, pk) for pk in contracts.unwritten()),
        *((certificates.seal, pk) for pk in certificates.unsealed()),
    ]
    for deed, pk in due:
        _try(deed, pk)
    return len(due)


def _try(deed: Callable[[int], object], pk: int) -> None:
    """One deed that cannot be done now may not hold up the others: it is noted and tried again at the next tick."""
    try:
        deed(pk)
    except Refused as refused:
        log.warning("%s %s: %s", deed.__name__, pk, refused)
