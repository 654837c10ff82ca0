"""The fast path: a batch that cannot fail in any order needs no judging one by one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from zhirong.ledger.engine import transfers
from zhirong.ledger.engine.transfers import COUNTER_MOST, Books, Entry, Flag, Id, Limit, Outcome, Status, Transfer

PLAIN = frozenset({Flag.NONE, Flag.PENDING})


def cannot_fail(books: Books, batch: Sequence[Transfer]) -> bool:
    """Whether every transfer of the batch passes whatever the order: new ids, open accounts, room on the limited side
    for all of it without counting anything that the batch itself brings in."""
    ids = {transfer.id for transfer in batch}
    if len(ids) != len(batch) or not ids.isdisjoint(books.entries) or not ids.isdisjoint(books.dead):
        return False
    if not all(stands_alone(books, transfer) for transfer in batch):
        return False
    return has_room(books, batch)


def stands_alone(books: Books, transfer: Transfer) -> bool:
    """A plain transfer or a hold between two open accounts of its currency."""
    debit, credit = books.accounts.get(transfer.debit), books.accounts.get(transfer.credit)
    return (
        transfer.flags in PLAIN
        and transfer.hold_id is None
        and transfer.reverses is None
        and transfer.amount >= 0
        and debit is not None
        and credit is not None
        and debit is not credit
        and not (debit.closed or credit.closed)
        and debit.currency == credit.currency == transfer.currency
    )


def has_room(books: Books, batch: Sequence[Transfer]) -> bool:
    """Room on each account's limited side for the whole batch at once."""
    leaving: defaultdict[Id, int] = defaultdict(int)
    coming: defaultdict[Id, int] = defaultdict(int)
    for transfer in batch:
        leaving[transfer.debit] += transfer.amount
        coming[transfer.credit] += transfer.amount
    for key, amount in leaving.items():
        account = books.accounts[key]
        debits = account.debits_posted + account.debits_pending + amount
        within = account.limit is not Limit.DEBITS_WITHIN_CREDITS or debits <= account.credits_posted
        if not within or debits > COUNTER_MOST:
            return False
    for key, amount in coming.items():
        account = books.accounts[key]
        credits = account.credits_posted + account.credits_pending + amount
        within = account.limit is not Limit.CREDITS_WITHIN_DEBITS or credits <= account.debits_posted
        if not within or credits > COUNTER_MOST:
            return False
    return True


def repeats(books: Books, batch: Sequence[Transfer]) -> bool:
    """Whether the whole batch was done before, word for word."""
    return all(
        transfer.id in books.entries and transfers.is_repeat(books, transfer, books.entries[transfer.id])
        for transfer in batch
    )


def create_all(books: Books, batch: Sequence[Transfer]) -> list[Outcome]:
    """Write a batch that cannot fail."""
    outcomes: list[Outcome] = []
    accounts, entries = books.accounts, books.entries
    for t in batch:
        debit, credit, amount = accounts[t.debit], accounts[t.credit], t.amount
        if t.flags & Flag.PENDING:
            debit.debits_pending += amount
            credit.credits_pending += amount
        else:
            debit.debits_posted += amount
            credit.credits_posted += amount
        entry = Entry(t.id, t.debit, t.credit, amount, t.currency, t.flags, None, t.facts)
        entry.debit_after = debit.credits_posted - debit.debits_posted
        entry.credit_after = credit.credits_posted - credit.debits_posted
        entries[t.id] = entry
        outcomes.append(Outcome(Status.CREATED, entry))
    return outcomes


def judge(books: Books, batch: Sequence[Transfer]) -> list[Outcome]:
    """The whole batch at once where it cannot fail, else one by one in its order; the answers are the same."""
    return create_all(books, batch) if cannot_fail(books, batch) else transfers.judge(books, batch)
