"""Judge transfers against accounts: limits, holds, linked groups, ids that count once.

The behaviour is that of TigerBeetle's create_transfers (LEDGER 6.1, whose digests the tests reproduce), in our words:
a hold is its pending transfer, a dead id is an id that failed for a reason that may pass and must never revive (I4).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

# In a post: all that is held. In counters: the most that a 64-bit column keeps.
FULL: Final = 2**63 - 1
COUNTER_MOST: Final = 2**63 - 2

Id = Hashable


class Flag:
    """How a transfer acts; LINKED ties it to the next of its batch. Plain integers, since batches read them often."""

    NONE: Final = 0
    LINKED: Final = 1
    PENDING: Final = 2
    POST: Final = 4
    VOID: Final = 8
    BALANCING_DEBIT: Final = 16


class Limit(StrEnum):
    """Which side of an account may not outgrow the other; pending amounts of that side count."""

    NONE = "free"
    DEBITS_WITHIN_CREDITS = "debit_limited"
    CREDITS_WITHIN_DEBITS = "credit_limited"


class Status(StrEnum):
    """The answer to one transfer of a batch."""

    CREATED = "created"
    EXISTS = "exists"
    EXISTS_DIFFERENT = "exists_different"
    ID_DEAD = "id_dead"
    LINKED_FAILED = "linked_failed"
    CHAIN_OPEN = "chain_open"
    FLAGS_CONFLICT = "flags_conflict"
    AMOUNT_OUT_OF_RANGE = "amount_out_of_range"
    SAME_ACCOUNT = "same_account"
    ACCOUNT_NOT_FOUND = "account_not_found"
    ACCOUNT_CLOSED = "account_closed"
    CURRENCY_DIFFERS = "currency_differs"
    EXCEEDS_CREDITS = "exceeds_credits"
    EXCEEDS_DEBITS = "exceeds_debits"
    HOLD_NOT_FOUND = "hold_not_found"
    HOLD_DIFFERS = "hold_differs"
    NOT_A_HOLD = "not_a_hold"
    HOLD_EXCEEDED = "hold_exceeded"
    HOLD_RESOLVED = "hold_resolved"
    ORIGINAL_NOT_FOUND = "original_not_found"
    NOT_REVERSIBLE = "not_reversible"
    REVERSED_BEFORE = "reversed_before"


# Reasons that may pass: an id that met one of these stays dead, so that a late repeat cannot succeed by surprise (I4).
PASSING: Final = frozenset(
    {
        Status.ACCOUNT_NOT_FOUND,
        Status.ACCOUNT_CLOSED,
        Status.EXCEEDS_CREDITS,
        Status.EXCEEDS_DEBITS,
        Status.HOLD_NOT_FOUND,
    }
)


@dataclass(slots=True)
class Account:
    """An account's counters as the batch sees them; the four never go below zero and the posted ones never fall."""

    id: Id
    currency: str
    limit: Limit = Limit.NONE
    closed: bool = False
    debits_posted: int = 0
    credits_posted: int = 0
    debits_pending: int = 0
    credits_pending: int = 0

    def available(self) -> int:
        """What may still leave: credits posted less debits posted and held."""
        return self.credits_posted - self.debits_posted - self.debits_pending

    def balance(self) -> int:
        """Credits less debits, posted ones only; `balance_after` of a posting is this."""
        return self.credits_posted - self.debits_posted


@dataclass(slots=True, frozen=True)
class Transfer:
    """A wish to move money; `facts` is the digest of whatever else the request said and must repeat alike."""

    id: Id
    debit: Id
    credit: Id
    amount: int
    currency: str
    flags: int = Flag.NONE
    hold_id: Id = None
    facts: str = ""
    reverses: Id = None


@dataclass(slots=True)
class Entry:
    """A created transfer: the accounts and the amount that really count, and the balances just after it."""

    id: Id
    debit: Id
    credit: Id
    amount: int
    currency: str
    flags: int
    hold_id: Id = None
    facts: str = ""
    debit_after: int = 0
    credit_after: int = 0
    resolved_by: Id = None
    reverses: Id = None
    reversed_by: Id = None

    def is_hold(self) -> bool:
        return bool(self.flags & Flag.PENDING)


@dataclass(slots=True)
class Books:
    """What a batch needs to know: its accounts, the entries with its ids or holds, and the dead ids."""

    accounts: dict[Id, Account] = field(default_factory=dict)
    entries: dict[Id, Entry] = field(default_factory=dict)
    dead: dict[Id, Status] = field(default_factory=dict)


@dataclass(slots=True, frozen=True)
class Outcome:
    """The answer to one transfer; `entry` is what was created now or, for a repeat, before."""

    status: Status
    entry: Entry | None = None


def judge(books: Books, transfers: Sequence[Transfer]) -> list[Outcome]:
    """Apply a batch in its order and answer each item; the books are changed by what was created and by dead ids."""
    outcomes: list[Outcome] = []
    for chain, is_open in chains(transfers):
        if len(chain) == 1 and not is_open:
            outcomes.append(judge_one(books, chain[0]))
        else:
            outcomes.extend(judge_chain(books, chain, is_open=is_open))
    return outcomes


def chains(transfers: Sequence[Transfer]) -> Iterator[tuple[Sequence[Transfer], bool]]:
    """The batch cut into linked groups, each with whether its last link hangs in the air."""
    start = 0
    for place, transfer in enumerate(transfers):
        if not transfer.flags & Flag.LINKED:
            yield transfers[start : place + 1], False
            start = place + 1
    if start < len(transfers):
        yield transfers[start:], True


def judge_chain(books: Books, chain: Sequence[Transfer], *, is_open: bool) -> list[Outcome]:
    """All or nothing (I6): the first that is not newly created undoes the ones before and stops the ones after."""
    done: list[Outcome] = []
    for place, transfer in enumerate(chain):
        if is_open and place == len(chain) - 1:
            outcome = Outcome(Status.CHAIN_OPEN)
        else:
            outcome = judge_one(books, transfer, keep_dead=False)
        if outcome.status is not Status.CREATED:
            for earlier in reversed(done):
                assert earlier.entry is not None
                undo(books, earlier.entry)
            if outcome.status in PASSING:
                books.dead[transfer.id] = outcome.status
            failed = Outcome(Status.LINKED_FAILED)
            return [failed] * place + [outcome] + [failed] * (len(chain) - place - 1)
        done.append(outcome)
    return done


def judge_one(books: Books, transfer: Transfer, *, keep_dead: bool = True) -> Outcome:
    """One transfer: a repeat answers as before, a dead id stays dead, all else is judged on the books as they stand."""
    known = books.entries.get(transfer.id)
    if known is not None:
        same = is_repeat(books, transfer, known)
        return Outcome(Status.EXISTS, known) if same else Outcome(Status.EXISTS_DIFFERENT)
    if transfer.id in books.dead:
        return Outcome(Status.ID_DEAD)
    resolves = transfer.flags & (Flag.POST | Flag.VOID)
    judged = resolution(books, transfer) if resolves else movement(books, transfer)
    if isinstance(judged, Status):
        if keep_dead and judged in PASSING:
            books.dead[transfer.id] = judged
        return Outcome(judged)
    create(books, judged)
    return Outcome(Status.CREATED, judged)


def movement(books: Books, transfer: Transfer) -> Entry | Status:
    """A plain transfer, a hold or a balancing debit, as it would be written; or why not."""
    if transfer.hold_id is not None:
        return Status.FLAGS_CONFLICT
    unfit = unfit_reversal(books, transfer) if transfer.reverses is not None else None
    if unfit is not None:
        return unfit
    if not 0 <= transfer.amount <= COUNTER_MOST:
        return Status.AMOUNT_OUT_OF_RANGE
    if transfer.debit == transfer.credit:
        return Status.SAME_ACCOUNT
    debit, credit = books.accounts.get(transfer.debit), books.accounts.get(transfer.credit)
    if debit is None or credit is None:
        return Status.ACCOUNT_NOT_FOUND
    if not debit.currency == credit.currency == transfer.currency:
        return Status.CURRENCY_DIFFERS
    if debit.closed or credit.closed:
        return Status.ACCOUNT_CLOSED
    amount = transfer.amount
    if transfer.flags & Flag.BALANCING_DEBIT:
        amount = min(amount, max(0, debit.available()))
    barred = beyond_limits(debit, credit, amount)
    if barred is not None:
        return barred
    return entry_of(transfer, debit=debit.id, credit=credit.id, amount=amount)


def unfit_reversal(books: Books, transfer: Transfer) -> Status | None:
    """A reversal is the opposite of one posted entry, whole and once (I13); a hold is released, not reversed."""
    original = books.entries.get(transfer.reverses)
    if original is None:
        return Status.ORIGINAL_NOT_FOUND
    if original.reversed_by is not None:
        return Status.REVERSED_BEFORE
    opposite = (transfer.debit, transfer.credit, transfer.amount) == (original.credit, original.debit, original.amount)
    moved = not original.flags & (Flag.PENDING | Flag.VOID) and original.reverses is None
    plain = not transfer.flags & (Flag.PENDING | Flag.BALANCING_DEBIT)
    return None if opposite and moved and plain else Status.NOT_REVERSIBLE


def beyond_limits(debit: Account, credit: Account, amount: int) -> Status | None:
    """Which limit the amount would break (I3); pending amounts of the limited side count, of the other side do not."""
    debits = debit.debits_posted + debit.debits_pending + amount
    credits = credit.credits_posted + credit.credits_pending + amount
    if debits > COUNTER_MOST or credits > COUNTER_MOST:
        return Status.AMOUNT_OUT_OF_RANGE
    if debit.limit is Limit.DEBITS_WITHIN_CREDITS and debits > debit.credits_posted:
        return Status.EXCEEDS_CREDITS
    if credit.limit is Limit.CREDITS_WITHIN_DEBITS and credits > credit.debits_posted:
        return Status.EXCEEDS_DEBITS
    return None


def resolution(books: Books, transfer: Transfer) -> Entry | Status:
    """A post or void of a hold, as it would be written; a hold resolves at most once (I5)."""
    flags = transfer.flags
    if flags & (Flag.PENDING | Flag.BALANCING_DEBIT) or (flags & Flag.POST and flags & Flag.VOID):
        return Status.FLAGS_CONFLICT
    if transfer.hold_id is None or transfer.hold_id == transfer.id:
        return Status.FLAGS_CONFLICT
    hold = books.entries.get(transfer.hold_id)
    if hold is None:
        return Status.HOLD_NOT_FOUND
    if not hold.is_hold():
        return Status.NOT_A_HOLD
    if not names_the_same(transfer, hold):
        return Status.HOLD_DIFFERS
    amount = resolved_amount(transfer, hold)
    if amount > hold.amount:
        return Status.HOLD_EXCEEDED
    if amount < 0 or (flags & Flag.VOID and amount != hold.amount):
        return Status.HOLD_DIFFERS
    if hold.resolved_by is not None:
        return Status.HOLD_RESOLVED
    if books.accounts[hold.debit].closed or books.accounts[hold.credit].closed:
        return Status.ACCOUNT_CLOSED
    return entry_of(transfer, debit=hold.debit, credit=hold.credit, amount=amount)


def names_the_same(transfer: Transfer, hold: Entry) -> bool:
    """A resolution may leave accounts and currency out; what it names must be what the hold has."""
    return (
        transfer.debit in (None, hold.debit)
        and transfer.credit in (None, hold.credit)
        and transfer.currency in ("", hold.currency)
    )


def resolved_amount(transfer: Transfer, hold: Entry) -> int:
    """The amount a resolution means: FULL in a post and zero in a void are all that is held."""
    whole = transfer.amount == (FULL if transfer.flags & Flag.POST else 0)
    return hold.amount if whole else transfer.amount


def entry_of(transfer: Transfer, *, debit: Id, credit: Id, amount: int) -> Entry:
    """The entry that a transfer becomes; a resolution that left the currency out keeps it out until it is written."""
    return Entry(
        transfer.id,
        debit,
        credit,
        amount,
        transfer.currency,
        transfer.flags,
        transfer.hold_id,
        transfer.facts,
        reverses=transfer.reverses,
    )


def is_repeat(books: Books, transfer: Transfer, known: Entry) -> bool:
    """Whether the request says what the entry's request said; only then is the old answer its answer (I4)."""
    if transfer.flags != known.flags or transfer.facts != known.facts or transfer.hold_id != known.hold_id:
        return False
    if known.flags & (Flag.POST | Flag.VOID):
        hold = books.entries[known.hold_id]
        return names_the_same(transfer, hold) and resolved_amount(transfer, hold) == known.amount
    if (transfer.debit, transfer.credit, transfer.currency) != (known.debit, known.credit, known.currency):
        return False
    if known.flags & Flag.BALANCING_DEBIT:
        return transfer.amount >= known.amount
    return transfer.amount == known.amount


def changes(books: Books, entry: Entry) -> tuple[int, int]:
    """What an entry does to (pending, posted) of both its accounts."""
    if entry.flags & Flag.PENDING:
        return entry.amount, 0
    if entry.flags & Flag.POST:
        return -books.entries[entry.hold_id].amount, entry.amount
    if entry.flags & Flag.VOID:
        return -entry.amount, 0
    return 0, entry.amount


def create(books: Books, entry: Entry) -> None:
    """Write a judged entry into the books and note the balances after it."""
    pending, posted = changes(books, entry)
    debit, credit = books.accounts[entry.debit], books.accounts[entry.credit]
    debit.debits_pending += pending
    debit.debits_posted += posted
    credit.credits_pending += pending
    credit.credits_posted += posted
    assert debit.debits_pending >= 0
    assert credit.credits_pending >= 0
    entry.debit_after, entry.credit_after = debit.balance(), credit.balance()
    if entry.flags & (Flag.POST | Flag.VOID):
        hold = books.entries[entry.hold_id]
        hold.resolved_by = entry.id
        entry.currency = hold.currency
    if entry.reverses is not None:
        books.entries[entry.reverses].reversed_by = entry.id
    books.entries[entry.id] = entry


def undo(books: Books, entry: Entry) -> None:
    """Take a created entry back out, as if its chain had never been tried."""
    pending, posted = changes(books, entry)
    debit, credit = books.accounts[entry.debit], books.accounts[entry.credit]
    debit.debits_pending -= pending
    debit.debits_posted -= posted
    credit.credits_pending -= pending
    credit.credits_posted -= posted
    if entry.flags & (Flag.POST | Flag.VOID):
        books.entries[entry.hold_id].resolved_by = None
    if entry.reverses is not None:
        books.entries[entry.reverses].reversed_by = None
    del books.entries[entry.id]
