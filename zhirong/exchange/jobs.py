"""What the clock calls every second; each step is safe to repeat, so two clocks do no harm."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from zhirong.base.faults import Apart, Round, name_of
from zhirong.exchange.actions import (
    annulments,
    certificates,
    closing,
    contracts,
    deals,
    intents,
    late_admission,
    money,
    overdue,
    prices,
    quiet,
    refunds,
    register_watch,
    settlement,
    succession,
    unplaced,
)
from zhirong.ledger import jobs as ledger_jobs
from zhirong.ledger.actions import dues
from zhirong.people import jobs as people_jobs
from zhirong.policy import jobs as policy_jobs
from zhirong.record import actions as record
from zhirong.valuation import jobs as valuation_jobs

Key = int | str | Sequence[int]
# A deed, and how to find what it is due for.
Kind = tuple[Callable[[Any], object], Callable[[], Iterable[Key]]]


def tick() -> int:
    """Do what is due, in the order of its deadline within each kind; gives how many deeds were tried.

    Each deed, and each question what is due, is done apart: one that fails is tried again at the next tick, and
    nothing else waits for it.
    """
    now = record.now()
    done = _round(
        "tick",
        [
            (intents.deposit_arrived, money.deposits_met),
            (settlement.take_price, money.prices_met),
            (register_watch.stop_if_blocked, lambda: register_watch.touched(now)),
            (quiet.close, lambda: quiet.chunks(now)),
            (closing.close, lambda: closing.due(now)),
            (closing.consent_by_silence, lambda: closing.answers_due(now)),
            (succession.deposit_came, succession.deposits_met),
            (succession.lapse, succession.due),
            (late_admission.tell_floor_again, lambda: late_admission.untold(now)),
            (deals.follow_lot, closing.lots_due),
            (annulments.undo, annulments.left),
            (succession.tell_floor, succession.untold),
            (contracts.write, contracts.unwritten),
            (certificates.seal, certificates.unsealed),
            (refunds.release_next, refunds.left_over),
            (prices.note_asks, lambda: prices.asks_due(now)),
        ],
    )
    return done + tell_what_is_late()


def tell_what_is_late() -> int:
    """After everything that could still be done in time: terms that passed are told, once each."""
    now = record.now()
    return _round(
        "late",
        [
            (overdue.tell_deal, lambda: [pk for _, pk in overdue.late_deals(now)]),
            (overdue.tell_listing, lambda: overdue.late_listings(now)),
            (overdue.tell_payout, lambda: dues.overdue(now)),
            (unplaced.tell, lambda: unplaced.late(now)),
        ],
    )


def _round(name: str, kinds: Sequence[Kind]) -> int:
    """Ask every kind first, then do all: what a deed makes due is done at the next tick."""
    this = Round(name)
    due: list[tuple[Callable[[Any], object], Key]] = []
    for deed, find in kinds:
        with this.apart(f"{name_of(deed)} (what is due)"):
            due += [(deed, key) for key in find()]
    for deed, key in due:
        _try(this, deed, key)
    this.end()
    return len(due)


def _try(this: Round, deed: Callable[[Any], object], key: Key) -> None:
    """One deed, apart. Where several rows are done at once and one of them fails, each is tried by itself."""
    with this.apart(f"{name_of(deed)} {_shown(key)}") as tried:
        deed(key)
    if tried.failed and not isinstance(key, int | str) and len(key) > 1:
        for one in key:
            _try(this, deed, [one])


def _shown(key: Key) -> str:
    if isinstance(key, int | str):
        return str(key)
    return str(key[0]) if len(key) == 1 else f"{key[0]} … {key[-1]}"


# What the house's clock calls every second, in this order: what the bank told comes before what falls due.
DUE: list[Callable[[], Any]] = [
    ledger_jobs.fetch_news,
    tick,
    valuation_jobs.tick,
    policy_jobs.tick,
    people_jobs.deliver_notices,
]


def do_due() -> None:
    """All of it once, each apart: every second, and at each stop of a move of the demo's clock."""
    for call in DUE:
        with Apart("clock", name_of(call)):
            call()
