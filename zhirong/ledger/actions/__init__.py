"""The verbs of the ledger: accounts and transfers, deposits, bank lines, payouts."""

from zhirong.ledger.actions.transfers import (
    apply,
    expire_holds,
    forfeit,
    freeze,
    hold,
    move,
    open_account,
    open_accounts,
    post,
    release,
    reverse,
)
from zhirong.ledger.book import Answer, Order

__all__ = [
    "Answer",
    "Order",
    "apply",
    "expire_holds",
    "forfeit",
    "freeze",
    "hold",
    "move",
    "open_account",
    "open_accounts",
    "post",
    "release",
    "reverse",
]
