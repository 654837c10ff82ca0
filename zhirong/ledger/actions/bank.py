"""Statements of the custody bank: every line counts once; what nobody expected waits in suspense for two persons."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from zhirong.base.refused import Refused
from zhirong.ledger import bank as banks
from zhirong.ledger import reports, rules
from zhirong.ledger.actions import lines, transfers
from zhirong.ledger.models import BankFile, BankLine, Expectation, Payout, Reconciliation
from zhirong.people import access
from zhirong.people.models import Person
from zhirong.record import actions as record
from zhirong.record import files
from zhirong.record.models import File

# The direction of a statement that two persons set aside: it counts for nothing but the lines that were booked of it.
SET_ASIDE: Final = "void"


@dataclass(frozen=True, slots=True)
class Taken:
    """What a statement did. `met` are the expectations that are paid now: whoever waits for them goes on from here."""

    file: BankFile
    fresh: int
    repeated: int
    met: tuple[Expectation, ...]
    paid_out: tuple[Payout, ...]
    suspended: int
    standing: rules.Standing


@transaction.atomic
def expect(
    who: record.Actor | None, *, code: str, topic: str, purpose: str, payer: str, account: str, amount_fen: int
) -> Expectation:
    """Set down that a payer will pay an amount under a payment code, to be credited to an account."""
    found = Expectation.objects.select_related("account").filter(code=code).first()
    if found is not None:
        same = (found.topic, found.purpose, found.payer, found.account.path, found.amount)
        if same != (topic, purpose, payer, account, amount_fen):
            raise Refused("ledger.code_taken", payment_code=code)
        return found
    made = Expectation.objects.create(
        code=code,
        topic=topic,
        purpose=purpose,
        payer=payer,
        account=transfers.open_account(account),
        amount=amount_fen,
        made_at=record.now(),
    )
    record.tell("ledger.expected", topic, who=who, payment_code=code, account=account, amount_fen=amount_fen)
    return made


@transaction.atomic
def expect_no_more(who: record.Actor | None, *, code: str) -> None:
    """Stop waiting for a payment; what still comes under its code goes to suspense."""
    transfers.lock_book()
    found = Expectation.objects.filter(code=code, state="open").first()
    if found is None:
        return
    found.state = "ended"
    found.save(update_fields=["state"])
    record.tell("ledger.expected_no_more", found.topic, who=who, payment_code=code, amount_fen=found.amount)


def take_statement(who: Person, file: bytes, *, name: str, bank: str = rules.BANK, kept: File | None = None) -> Taken:
    """Book a statement: refused as a whole before its first line, then in chunks that a repeat goes on with (I4)."""
    access.require(who, "ledger.take_statement")
    finish(bank=bank)
    return book_on(who, receive(who, file, name=name, bank=bank, kept=kept), bank=bank)


def receive(
    who: Person | None,
    file: bytes,
    *,
    name: str,
    bank: str,
    kept: File | None = None,
    then: Callable[[], None] = lambda: None,
) -> BankFile:
    """Keep a statement that can be read and agrees with what earlier ones said; its lines are booked after this.

    Read, hashed and written before the book is locked; `then` is done in the transaction that keeps it.
    """
    digest, statement = hashlib.sha256(file).hexdigest(), banks.read_statement(file)
    brought = record.bring(name, file) if kept is None else None
    with transaction.atomic():
        transfers.lock_book()
        found = _received(digest, statement, bank=bank)
        if found is None:
            found = BankFile.objects.create(
                direction="in",
                name=name,
                sha256=digest,
                file=record.keep(who, brought) if brought else kept,
                at=record.now(),
                lines=len(statement.lines),
                closing=statement.closing,
            )
        then()
    return found


def _received(digest: str, statement: banks.Statement, *, bank: str) -> BankFile | None:
    """The same file where it came before; refused where another is under way or a line reads differently."""
    before = BankFile.objects.filter(direction__in=("in", SET_ASIDE), sha256=digest).first()
    if before is not None and before.direction == "in":
        return before
    if unfinished().exists():
        raise Refused("ledger.statement_unfinished")
    if before is not None:
        # It was set aside and is brought again: what was not booked of it is tried anew.
        before.direction = "in"
        before.save(update_fields=["direction"])
        return before
    lines.fresh_lines(statement.lines, bank=bank)
    transfers.open_accounts([rules.custody(bank), rules.suspense(bank), rules.transit(bank)])
    return None


def unfinished() -> QuerySet[BankFile]:
    """Statements that are received and not booked to their last line: the house stopped in between."""
    return BankFile.objects.filter(direction="in", booked_at=None).order_by("pk")


def finish(*, bank: str = rules.BANK) -> int:
    """Book what an interrupted house left of a statement; gives how many there were."""
    waiting = list(unfinished())
    for file in waiting:
        book_on(None, file, bank=bank)
    return len(waiting)


def book_on(who: Person | None, file: BankFile, *, bank: str) -> Taken:
    """Book a received statement from where it stands, chunk by chunk, and compare bank and books at its end."""
    if file.booked_at is not None:
        return Taken(file, 0, file.lines, (), (), 0, standing_now(bank))
    assert file.file is not None
    statement = banks.read_statement(files.get(file.file.sha256))
    met: list[Expectation] = []
    paid_out: list[Payout] = []
    for start in range(0, len(statement.lines), lines.CHUNK):
        desk = lines.book_chunk(who, file, statement.lines[start : start + lines.CHUNK], bank=bank)
        met += desk.met
        paid_out += desk.paid_out
    left = BankLine.objects.filter(bank=bank, state="unbooked").order_by("pk")
    for row_id in left.values_list("pk", flat=True):
        if again := lines.book_unbooked(who, row_id, bank=bank):
            paid_out += again.paid_out
    return _booked(who, file, met=met, paid_out=paid_out, bank=bank)


@transaction.atomic
def _booked(
    who: Person | None, file: BankFile, *, met: Sequence[Expectation], paid_out: Sequence[Payout], bank: str
) -> Taken:
    """The end of a statement: all its lines stand, bank and books are compared, and payouts may leave again."""
    transfers.lock_book()
    file.refresh_from_db()
    booked = file.statement_lines.aggregate(fresh=Count("pk"), suspended=Count("pk", filter=~Q(why="")))
    fresh, suspended = int(booked["fresh"]), int(booked["suspended"])
    repeated = file.lines - fresh
    if file.booked_at is not None:
        return Taken(file, fresh, repeated, tuple(met), tuple(paid_out), suspended, standing_now(bank))
    file.booked_at = record.now()
    file.save(update_fields=["booked_at"])
    standing = reconcile(file, bank=bank)
    record.tell(
        "ledger.statement_taken",
        f"bank:{bank}",
        who=who,
        file=file.name,
        sha256=file.sha256,
        lines=file.lines,
        fresh=fresh,
        suspended=suspended,
        even=standing.is_even,
        difference_fen=standing.difference,
    )
    return Taken(file, fresh, repeated, tuple(met), tuple(paid_out), suspended, standing)


def fetch_statement(who: Person, bank: banks.Bank) -> Taken:
    """Ask the bank for its newest statement and take it in."""
    access.require(who, "ledger.take_statement")
    return _fetch(who, bank)


def fetch_by_itself(bank: banks.Bank) -> Taken:
    """The clock asks the bank where the house has agreed that statements come by themselves; nobody's deed but its."""
    return _fetch(None, bank)


def _fetch(who: Person | None, bank: banks.Bank) -> Taken:
    finish(bank=bank.name)
    told = bank.news(record.now())
    # What the bank told is kept with its telling, so that a stop in between loses no line.
    file = receive(who, told.content, name=told.name, bank=bank.name, then=lambda: bank.kept(told))
    return book_on(who, file, bank=bank.name)


def reconcile(file: BankFile | None, *, bank: str) -> rules.Standing:
    """Compare the bank's last word with the books and keep the result; while it is uneven, nothing leaves (I11)."""
    standing = standing_now(bank)
    Reconciliation.objects.create(
        bank=bank,
        file=file,
        at=record.now(),
        bank_says=standing.bank_says,
        custody=standing.custody,
        clients=standing.clients,
        own=standing.own,
        transit=standing.transit,
        suspense=standing.suspense,
        is_even=standing.is_even,
    )
    return standing


def standing_now(bank: str) -> rules.Standing:
    """The lines of the reconciliation as they are."""
    last = (
        BankFile.objects.filter(direction="in", closing__isnull=False, booked_at__isnull=False).order_by("-pk").first()
    )
    return rules.standing(reports.balances(), bank_says=last.closing if last else None)
