"""What the clock calls every second; each step is safe to repeat, so two clocks do no harm."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

from zhirong.base.refused import Refused
from zhirong.exchange.actions import (
    certificates,
    closing,
    contracts,
    deals,
    intents,
    late,
    money,
    overdue,
    quiet,
    refunds,
    register_watch,
    settlement,
    succession,
)
from zhirong.ledger.actions import dues
from zhirong.record import actions as record

log = logging.getLogger(__name__)


def tick() -> int:
    """Do what is due, in the order of its deadline within each kind; gives how many deeds were tried."""
    now = record.now()
    due: list[tuple[Callable[[Any], object], int | Sequence[int]]] = [
        *((intents.deposit_arrived, pk) for pk in money.deposits_met()),
        *((settlement.take_price, pk) for pk in money.prices_met()),
        *((register_watch.stop_if_blocked, pk) for pk in register_watch.touched(now)),
        *((quiet.close, chunk) for chunk in quiet.chunks(now)),
        *((closing.close, pk) for pk in closing.due(now)),
        *((closing.consent_by_silence, pk) for pk in closing.answers_due(now)),
        *((succession.deposit_came, pk) for pk in succession.deposits_met()),
        *((succession.lapse, pk) for pk in succession.due()),
        *((late.tell_floor_again, pk) for pk in late.untold(now)),
        *((deals.follow_lot, pk) for pk in closing.lots_due()),
        *((succession.tell_floor, pk) for pk in succession.untold()),
        *((contracts.write, pk) for pk in contracts.unwritten()),
        *((certificates.seal, pk) for pk in certificates.unsealed()),
        *((refunds.release_next, pk) for pk in refunds.left_over()),
    ]
    for deed, pk in due:
        _try(deed, pk)
    return len(due) + tell_what_is_late()


def tell_what_is_late() -> int:
    """After everything that could still be done in time: terms that passed are told, once each."""
    now = record.now()
    late: list[tuple[Callable[[Any], object], int | str]] = [
        *((overdue.tell_deal, pk) for _, pk in overdue.late_deals(now)),
        *((overdue.tell_listing, pk) for pk in overdue.late_listings(now)),
        *((dues.tell_overdue, key) for key in dues.overdue(now)),
    ]
    for deed, key in late:
        _try(deed, key)
    return len(late)


def _try(deed: Callable[[Any], object], pk: int | str | Sequence[int]) -> None:
    """One deed that cannot be done now may not hold up the others: it is noted and tried again at the next tick."""
    try:
        deed(pk)
    except Refused as refused:
        log.warning("%s %s: %s", deed.__name__, pk, refused)
