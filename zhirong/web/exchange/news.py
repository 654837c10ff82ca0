"""Whether a page still shows what is true: a mark of what it shows its reader, asked again and again by follow.js.

A mark is no content, and it is made of nothing but what the page itself would show this reader: what others do in
private moves nobody else's mark.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

from zhirong.exchange import periods
from zhirong.exchange.models import Deal, Intent, Listing, Lot
from zhirong.ledger import bank_view
from zhirong.ledger.astray import Came
from zhirong.ledger.bank_view import Paid
from zhirong.record import actions as record


def of_listing(
    found: Listing,
    lot: Lot | None,
    deal: Deal | None,
    *,
    mine: Sequence[Any],
    others: int,
    paid: dict[str, Paid],
) -> str:
    """What moves on a listing's page: the listing, its auction, its deal, the reader's own registrations, how many."""
    period = periods.of(lot, now_ns=record.now_ns()) if lot else None
    return _mark(
        [found.state, found.edition, found.closes_at, found.answer_due_at, found.end_reason, others],
        [lot.pk, lot.state, lot.bids, lot.top_fen, lot.closes_ns, period] if lot else [],
        [deal.pk, deal.state, deal.signed_at, deal.paid_at] if deal else [],
        [(one.pk, one.state, one.deposit_state, one.back_state, one.code, one.priority_rank) for one in mine],
        paid.items(),
    )


def of_deal(deal: Deal, leaves: Iterable[int], paid: Paid) -> str:
    """What moves on a deal's page: where it stands and each of its deeds."""
    is_sealed = hasattr(deal, "certificate") and deal.certificate.sealed_id is not None
    return _mark([deal.state, deal.stopped_at, deal.contract_file_id, is_sealed], leaves, [paid])


def paid(intents: Sequence[Intent]) -> dict[str, Paid]:
    """What came under the payment codes of registrations whose deposit is awaited, or whose time for it is over."""
    late = {
        one.payment_code: Paid((_too_late(one, one.late_fen),))
        for one in intents
        if hasattr(one, "late_fen") and one.late_fen
    }
    return late | bank_view.paid([one.payment_code for one in intents if one.deposit_state == "due"])


def _too_late(one: Intent, fen: int) -> Came:
    return Came(
        code=one.payment_code,
        topic=f"listing:{one.listing_id}",
        path="",
        misfit="unasked",
        amount_fen=fen,
        expected_fen=one.deposit_fen,
        rest_fen=0,
        line_id=0,
    )


def _mark(*facts: Iterable[object]) -> str:
    told = json.dumps([list(one) for one in facts], default=str)
    return hashlib.sha256(told.encode()).hexdigest()[:16]
