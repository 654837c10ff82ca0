"""The book: the one writer of accounts, entries, postings and holds.

`write` runs inside whatever transaction is open on its port and keeps nothing between two calls: it locks and reads
its accounts in id order, judges the batch by the pure core, and writes rows. `ledger.actions.move` calls it inside the
caller's transaction; the `Queue` calls it for streams that stand alone and answers only after the commit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from zhirong.ledger.engine import sets
from zhirong.ledger.engine.transfers import Account, Books, Entry, Flag, Limit, Outcome, Status, Transfer
from zhirong.record import actions as record
from zhirong.record import port, teller

# One book at a time on PostgreSQL: entries are numbered without gaps, in the order of their commits (I7).
# SQLite's write lock does the same by itself.
BOOK_LOCK: Final = 7_301_001
ONE_MICROSECOND: Final = timedelta(microseconds=1)
LETTERS: Final = (
    (Flag.LINKED, "L"),
    (Flag.PENDING, "P"),
    (Flag.POST, "O"),
    (Flag.VOID, "V"),
    (Flag.BALANCING_DEBIT, "B"),
)
HOLD_STATES: Final = {"O": "posted", "V": "released"}


@dataclass(frozen=True, slots=True)
class Order:
    """One transfer as a caller words it: accounts by their paths, holds and reversals by the ids of their entries."""

    id: str
    debit: str = ""
    credit: str = ""
    amount: int = 0
    kind: str = "transfer"
    currency: str = "CNY"
    flags: int = Flag.NONE
    hold: str = ""
    reverses: str = ""
    group: str = ""
    topic: str = ""
    memo: str = ""
    who_ref: str = "house"
    effective_at: datetime | None = None
    expires_at: datetime | None = None
    # Why a hold ends: "expired" instead of "released".
    ends: str = ""
    deed: record.Deed | None = None

    def facts(self) -> bytes:
        """The digest of what the request says beyond money and accounts; a repeat must say the same (I4)."""
        said = (
            self.kind,
            self.reverses,
            self.group,
            self.topic,
            self.memo,
            self.effective_at.isoformat() if self.effective_at else "",
            self.expires_at.isoformat() if self.expires_at else "",
        )
        return hashlib.sha256("\x1f".join(said).encode()).digest()


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one order; `seq` and `amount` are those of the entry, also for a repeat."""

    id: str
    status: Status
    seq: int = 0
    amount: int = 0

    def stands(self) -> bool:
        """Whether the order is in the books, now or since before."""
        return self.status in (Status.CREATED, Status.EXISTS)


@dataclass(slots=True)
class Page:
    """What one batch has read: the pure books, and the numbers that rows need."""

    books: Books = field(default_factory=Books)
    account_ids: dict[str, int] = field(default_factory=dict)
    seqs: dict[str, int] = field(default_factory=dict)
    last_seq: int = 0
    last_at: datetime | None = None


ENTRIES: Final = """
SELECT e.id, e.seq, d.path, c.path, e.amount, d.currency, e.flags, h.id, e.request_hash, r.id, v.id, w.id
FROM ledger_entry e
JOIN ledger_account d ON d.id = e.debit_id
JOIN ledger_account c ON c.id = e.credit_id
LEFT JOIN ledger_entry h ON h.seq = e.resolves_id
LEFT JOIN ledger_hold o ON o.entry_id = e.seq
LEFT JOIN ledger_entry r ON r.seq = o.resolved_by_id
LEFT JOIN ledger_entry v ON v.seq = e.reverses_id
LEFT JOIN ledger_entry w ON w.reverses_id = e.seq
WHERE """
ACCOUNTS: Final = """
SELECT id, path, currency, "limit", is_closed, debits_posted, credits_posted, debits_pending, credits_pending
FROM ledger_account WHERE """
INSERT_ENTRY: Final = """
INSERT INTO ledger_entry (seq, id, request_hash, kind, flags, debit_id, credit_id, amount, "group", topic,
 resolves_id, reverses_id, effective_at, recorded_at, who_ref, memo)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
INSERT_POSTING: Final = """
INSERT INTO ledger_posting (entry_id, account_id, side, amount, balance_after) VALUES (?, ?, ?, ?, ?)"""
INSERT_HOLD: Final = "INSERT INTO ledger_hold (entry_id, state, expires_at) VALUES (?, 'held', ?)"
END_HOLD: Final = "UPDATE ledger_hold SET state = ?, resolved_by_id = ? WHERE entry_id = ? AND state = 'held'"
UPDATE_ACCOUNT: Final = """
UPDATE ledger_account SET debits_posted = ?, credits_posted = ?, debits_pending = ?, credits_pending = ?
WHERE id = ?"""
INSERT_DEAD: Final = "INSERT INTO ledger_deadid (id, status, at) VALUES (?, ?, ?)"


def letters(flags: int) -> str:
    """The flags of an entry as they are kept."""
    return "".join(letter for flag, letter in LETTERS if flags & flag)


def flags_of(kept: str) -> int:
    """Kept letters as flags again."""
    return sum(flag for flag, letter in LETTERS if letter in kept)


def transfer_of(order: Order) -> Transfer:
    """The order as the pure core judges it."""
    if order.flags & (Flag.POST | Flag.VOID):
        debit, credit, currency = order.debit or None, order.credit or None, ""
    else:
        debit, credit, currency = order.debit, order.credit, order.currency
    return Transfer(
        order.id,
        debit,
        credit,
        order.amount,
        currency,
        order.flags,
        order.hold or None,
        order.facts().hex(),
        order.reverses or None,
    )


def take_lock(door: port.Port) -> None:
    """Wait for the book until the transaction ends; SQLite's writer has it with the write lock."""
    if door.dialect == port.POSTGRESQL:
        door.execute("SELECT pg_advisory_xact_lock(?)", (BOOK_LOCK,))


def read(door: port.Port, orders: Sequence[Order]) -> Page:
    """Lock and read what the batch touches, and nothing else: the book's lock first, then accounts in id order."""
    page = Page()
    take_lock(door)
    wanted = {order.id for order in orders} | {order.hold for order in orders if order.hold}
    wanted |= {order.reverses for order in orders if order.reverses}
    paths = {path for order in orders for path in (order.debit, order.credit) if path}
    for row in door.execute(ENTRIES + port.among(door, "e.id"), (port.listed(door, wanted),)):
        entry_id, seq, debit, credit, amount, currency, kept, hold, request_hash, *ends = row
        entry = Entry(entry_id, debit, credit, amount, currency, flags_of(kept), hold, bytes(request_hash).hex())
        entry.resolved_by, entry.reverses, entry.reversed_by = ends
        page.books.entries[entry_id] = entry
        page.seqs[entry_id] = seq
        paths |= {debit, credit}
    ids = [order.id for order in orders]
    for dead_id, status in door.execute(
        "SELECT id, status FROM ledger_deadid WHERE " + port.among(door, "id"), (port.listed(door, ids),)
    ):
        page.books.dead[dead_id] = Status(status)
    read_accounts(door, page, paths)
    last = door.execute("SELECT seq, recorded_at FROM ledger_entry ORDER BY seq DESC LIMIT 1")
    if last:
        page.last_seq, page.last_at = last[0][0], port.instant(last[0][1])
    return page


def read_accounts(door: port.Port, page: Page, paths: set[str]) -> None:
    """The accounts' counters, locked in id order where the database has row locks."""
    lock = " ORDER BY id FOR UPDATE" if door.dialect == port.POSTGRESQL else " ORDER BY id"
    for row in door.execute(ACCOUNTS + port.among(door, "path") + lock, (port.listed(door, paths),)):
        account_id, path, currency, limit, closed, *sums = row
        page.account_ids[path] = account_id
        page.books.accounts[path] = Account(path, currency, Limit(limit), bool(closed), *sums)


def write(door: port.Port, orders: Sequence[Order], *, now: datetime, whole: bool = False) -> list[Answer]:
    """Judge a batch and write what was created, inside the port's open transaction.

    With `whole`, a batch in which anything does not stand leaves nothing behind, not even dead ids: the caller's deed
    is refused with it and may be tried again under the same ids once its reason is gone.
    """
    page = read(door, orders)
    dead_before = set(page.books.dead)
    batch = [transfer_of(order) for order in orders]
    if whole and sets.repeats(page.books, batch):
        return [Answer(t.id, Status.EXISTS, page.seqs[t.id], page.books.entries[t.id].amount) for t in orders]
    outcomes = sets.judge(page.books, batch)
    answers = number(page, orders, outcomes)
    if whole and not all(answer.stands() for answer in answers):
        return answers
    write_rows(door, page, list(zip(orders, outcomes, answers, strict=True)), now=now)
    dead = [(key, str(why), port.stamp(door, now)) for key, why in page.books.dead.items() if key not in dead_before]
    if dead:
        door.executemany(INSERT_DEAD, dead)
    return answers


def number(page: Page, orders: Sequence[Order], outcomes: Sequence[Outcome]) -> list[Answer]:
    """Give every created entry the next number without a gap, and every repeat the number it had."""
    answers, seq = [], page.last_seq
    for order, outcome in zip(orders, outcomes, strict=True):
        if outcome.status is Status.CREATED:
            seq += 1
            page.seqs[order.id] = seq
        amount = outcome.entry.amount if outcome.entry else 0
        known = page.seqs.get(order.id, 0) if outcome.entry else 0
        answers.append(Answer(order.id, outcome.status, known, amount))
    return answers


def write_rows(door: port.Port, page: Page, judged: Sequence[tuple[Order, Outcome, Answer]], *, now: datetime) -> None:
    """Entries, postings, holds, counters and deeds of what was created."""
    at = now if page.last_at is None else max(now, page.last_at + ONE_MICROSECOND)
    entries, postings, holds, ends, deeds = [], [], [], [], []
    touched: set[Any] = set()
    for order, outcome, answer in judged:
        entry = outcome.entry
        if outcome.status is not Status.CREATED or entry is None:
            continue
        entries.append(entry_row(door, page, (order, entry, answer.seq), at=at))
        postings += posting_rows(page, entry, answer.seq)
        if entry.flags & Flag.PENDING:
            holds.append((answer.seq, port.stamp(door, order.expires_at) if order.expires_at else None))
        if entry.hold_id is not None:
            state = order.ends or HOLD_STATES[letters(entry.flags & ~Flag.LINKED)]
            ends.append((state, answer.seq, page.seqs[str(entry.hold_id)]))
        if order.deed is not None:
            deeds.append(order.deed)
        touched |= {entry.debit, entry.credit}
        at += ONE_MICROSECOND
    if not entries:
        return
    door.executemany(INSERT_ENTRY, entries)
    for sql, rows in ((INSERT_POSTING, postings), (INSERT_HOLD, holds), (END_HOLD, ends)):
        if rows:
            door.executemany(sql, rows)
    door.executemany(UPDATE_ACCOUNT, counter_rows(page, touched))
    if deeds:
        teller.write_deeds(door, deeds)


def entry_row(door: port.Port, page: Page, made: tuple[Order, Entry, int], *, at: datetime) -> tuple[Any, ...]:
    """The row of one entry."""
    order, entry, seq = made
    recorded_at = port.stamp(door, at)
    return (
        seq,
        entry.id,
        bytes.fromhex(entry.facts),
        order.kind,
        letters(entry.flags),
        page.account_ids[str(entry.debit)],
        page.account_ids[str(entry.credit)],
        entry.amount,
        order.group,
        order.topic,
        page.seqs[str(entry.hold_id)] if entry.hold_id is not None else None,
        page.seqs[order.reverses] if order.reverses else None,
        port.stamp(door, order.effective_at) if order.effective_at else recorded_at,
        recorded_at,
        order.who_ref,
        order.memo,
    )


def posting_rows(page: Page, entry: Entry, seq: int) -> list[tuple[Any, ...]]:
    """Both sides of an entry that moves posted money; holds and releases move none."""
    if entry.flags & (Flag.PENDING | Flag.VOID):
        return []
    return [
        (seq, page.account_ids[str(entry.debit)], "D", entry.amount, entry.debit_after),
        (seq, page.account_ids[str(entry.credit)], "C", entry.amount, entry.credit_after),
    ]


def counter_rows(page: Page, touched: set[Any]) -> list[tuple[int, ...]]:
    """The new counters of the touched accounts, in id order."""
    rows: list[tuple[int, ...]] = []
    for path in sorted(touched, key=lambda path: page.account_ids[path]):
        account = page.books.accounts[path]
        rows.append(
            (
                account.debits_posted,
                account.credits_posted,
                account.debits_pending,
                account.credits_pending,
                page.account_ids[path],
            )
        )
    return rows
