"""Statements of the custody bank: every line counts once; what nobody expected waits in suspense for two persons."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from zhirong.base.refused import Refused
from zhirong.ledger import bank as banks
from zhirong.ledger import reports, rules
from zhirong.ledger.actions import transfers
from zhirong.ledger.book import Order
from zhirong.ledger.models import BankFile, BankLine, Expectation, Payout, Reconciliation
from zhirong.people import access
from zhirong.people.models import Person
from zhirong.record import actions as record
from zhirong.record.models import File

KINDS: Final = {"credited": "paid_in", "paid_out": "paid_out", "suspense": "suspense"}


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


@dataclass(slots=True)
class Desk:
    """One statement while it is booked: what is known, and the orders and lines that are not written yet."""

    who: Person | None
    file: BankFile
    bank: str
    at: datetime
    expected: dict[str, Expectation]
    payouts: dict[str, Payout]
    known: dict[str, int]
    awaited: dict[str, rules.Expected]
    instructed: dict[str, rules.Instructed]
    waiting: list[tuple[BankLine, Order, record.Deed]] = field(default_factory=list)
    met: list[Expectation] = field(default_factory=list)
    paid_out: list[Payout] = field(default_factory=list)
    suspended: int = 0


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


@transaction.atomic
def take_statement(who: Person, file: bytes, *, name: str, bank: str = rules.BANK, kept: File | None = None) -> Taken:
    """Book a statement, all or nothing. A line counts once, in however many files it comes (I4)."""
    access.require(who, "ledger.take_statement")
    return _take(who, file, name=name, bank=bank, kept=kept)


def _take(who: Person | None, file: bytes, *, name: str, bank: str, kept: File | None = None) -> Taken:
    transfers.lock_book()
    digest = hashlib.sha256(file).hexdigest()
    before = BankFile.objects.filter(direction="in", sha256=digest).first()
    if before is not None:
        return Taken(before, 0, before.lines, (), (), 0, standing_now(bank))
    statement = banks.read_statement(file)
    now = record.now()
    row = BankFile.objects.create(
        direction="in",
        name=name,
        sha256=digest,
        file=kept,
        at=now,
        lines=len(statement.lines),
        closing=statement.closing,
    )
    transfers.open_accounts([rules.custody(bank), rules.suspense(bank), rules.transit(bank)])
    fresh = fresh_lines(statement.lines, bank=bank)
    desk = desk_of(who, row, bank=bank, lines=fresh)
    for line in fresh:
        book_line(desk, line)
    flush(desk)
    standing = reconcile(row, bank=bank)
    record.tell(
        "ledger.statement_taken",
        f"bank:{bank}",
        who=who,
        file=name,
        sha256=digest,
        lines=len(statement.lines),
        fresh=len(fresh),
        suspended=desk.suspended,
        even=standing.is_even,
        difference_fen=standing.difference,
    )
    repeated = len(statement.lines) - len(fresh)
    return Taken(row, len(fresh), repeated, tuple(desk.met), tuple(desk.paid_out), desk.suspended, standing)


@transaction.atomic
def fetch_statement(who: Person, bank: banks.Bank) -> Taken:
    """Ask the bank for its newest statement and take it in."""
    access.require(who, "ledger.take_statement")
    name, file = bank.statement(record.now())
    return take_statement(who, file, name=name, bank=bank.name)


@transaction.atomic
def fetch_by_itself(bank: banks.Bank) -> Taken:
    """The clock asks the bank where the house has agreed that statements come by themselves; nobody's deed but its."""
    name, file = bank.statement(record.now())
    return _take(None, file, name=name, bank=bank.name)


def desk_of(who: Person | None, file: BankFile, *, bank: str, lines: Sequence[rules.Line]) -> Desk:
    """What the desk has to know before it reads the lines."""
    expected = {one.code: one for one in Expectation.objects.select_related("account").filter(state="open")}
    payouts = {one.id: one for one in Payout.objects.select_related("account").filter(state="sent")}
    corrected = [line.corrects for line in lines if line.corrects]
    return Desk(
        who=who,
        file=file,
        bank=bank,
        at=file.at,
        expected=expected,
        payouts=payouts,
        known=dict(BankLine.objects.filter(bank=bank, bank_ref__in=corrected).values_list("bank_ref", "amount")),
        awaited={c: rules.Expected(c, e.payer, e.amount, e.account.path) for c, e in expected.items()},
        instructed={i: rules.Instructed(i, p.amount) for i, p in payouts.items()},
    )


def fresh_lines(lines: Sequence[rules.Line], *, bank: str) -> list[rules.Line]:
    """The lines that are new, each once; one that read differently before refuses the file."""
    refs = {line.bank_ref for line in lines}
    seen: dict[str, rules.Line] = {
        row.bank_ref: line_of(row) for row in BankLine.objects.filter(bank=bank, bank_ref__in=refs)
    }
    fresh = []
    for line in lines:
        before = seen.get(line.bank_ref)
        if before is not None and before != line:
            raise Refused("ledger.line_changed", bank_ref=line.bank_ref)
        if before is None:
            fresh.append(line)
            seen[line.bank_ref] = line
    return fresh


def line_of(row: BankLine) -> rules.Line:
    """A kept line as the file had it."""
    return rules.Line(row.bank_ref, row.account, row.payer, row.amount, row.value_day, row.memo, row.corrects)


def book_line(desk: Desk, line: rules.Line) -> None:
    """Judge one new line and put its order beside the others; a reversal is tried at once."""
    verdict = rules.judge_line(line, desk.awaited, instructed=desk.instructed, known=desk.known)
    if verdict.meaning == "reversed":
        flush(desk)
        if reverse_line(desk, line):
            return
        verdict = rules.Verdict("suspense", why="correction")
    account = account_for(desk, verdict)
    custody = rules.custody(desk.bank)
    debit, credit = (custody, account) if line.amount >= 0 else (account, custody)
    order = Order(entry_id(desk.bank, line), debit, credit, abs(line.amount), kind=KINDS[verdict.meaning])
    row = row_of(desk, line, state=verdict.meaning, why=verdict.why)
    desk.waiting.append((row, order, deed_of(desk, line, verdict)))
    desk.known[line.bank_ref] = line.amount
    desk.suspended += verdict.meaning == "suspense"


def account_for(desk: Desk, verdict: rules.Verdict) -> str:
    """Whose money a judged line is; an expectation that is met and a payout that is done leave the desk's lists."""
    if verdict.meaning == "credited":
        met = desk.expected.pop(verdict.key)
        del desk.awaited[verdict.key]
        desk.met.append(met)
        return met.account.path
    if verdict.meaning == "paid_out":
        desk.paid_out.append(desk.payouts.pop(verdict.key))
        del desk.instructed[verdict.key]
        return rules.transit(desk.bank)
    return rules.suspense(desk.bank)


def entry_id(bank: str, line: rules.Line) -> str:
    """The bank's reference is the transfer's id; long ones by their hash, so that every column takes it."""
    plain = f"bank:{bank}:{line.bank_ref}"
    return plain if len(plain) <= 64 else f"bank:{hashlib.sha256(plain.encode()).hexdigest()[:58]}"


def row_of(desk: Desk, line: rules.Line, *, state: str, why: str = "") -> BankLine:
    """A line as it is kept."""
    return BankLine(
        file=desk.file,
        bank=desk.bank,
        bank_ref=line.bank_ref,
        account=line.account,
        amount=line.amount,
        value_day=line.value_day,
        payer=line.payer,
        memo=line.memo,
        corrects=line.corrects,
        state=state,
        why=why,
    )


def deed_of(desk: Desk, line: rules.Line, verdict: rules.Verdict) -> record.Deed:
    """What the record says of a line: amounts and references, no payer's name."""
    facts: dict[str, Any] = {"bank_ref": line.bank_ref, "amount_fen": line.amount}
    topic, kind = f"bank:{desk.bank}", "ledger.suspended"
    if verdict.meaning == "credited":
        topic, kind = desk.met[-1].topic, "ledger.paid_in"
        facts |= {"account": desk.met[-1].account.path, "code": verdict.key}
    elif verdict.meaning == "paid_out":
        topic, kind = desk.paid_out[-1].topic, "ledger.paid_out"
        facts |= {"payout": verdict.key, "amount_fen": -line.amount}
    else:
        facts |= {"why": verdict.why}
    return record.Deed(kind=kind, topic=topic, who_ref=record.ref_of(desk.who), at=desk.at, facts=facts)


def flush(desk: Desk) -> None:
    """Write the orders that wait as one group, then their lines and deeds."""
    if not desk.waiting:
        return
    orders = [order for _, order, _ in desk.waiting]
    answers = transfers.move(
        desk.who, orders, topic=f"bank:{desk.bank}", group=f"file:{desk.file.pk}:{orders[0].id}"[:64]
    )
    for (row, _, _), answer in zip(desk.waiting, answers, strict=True):
        row.entry_id = answer.seq
    BankLine.objects.bulk_create([row for row, _, _ in desk.waiting])
    record.tell_many([deed for _, _, deed in desk.waiting])
    rows = {row.bank_ref: row for row, _, _ in desk.waiting}
    desk.waiting.clear()
    close_met(desk, rows)


def close_met(desk: Desk, rows: dict[str, BankLine]) -> None:
    """Note on expectations and payouts which line met them."""
    for expectation in desk.met:
        if expectation.state == "open":
            expectation.met_by = next(r for r in rows.values() if expectation.code in r.memo and r.state == "credited")
            expectation.state = "met"
            expectation.save(update_fields=["met_by", "state"])
    for payout in desk.paid_out:
        if payout.state == "sent":
            payout.line = next(r for r in rows.values() if payout.id in r.memo and r.state == "paid_out")
            payout.state = "done"
            payout.save(update_fields=["line", "state"])


def reverse_line(desk: Desk, line: rules.Line) -> bool:
    """Take back what the bank took back, if the money is still free on the account it was credited to."""
    original = BankLine.objects.select_related("entry").get(bank=desk.bank, bank_ref=line.corrects)
    if original.entry is None or original.state not in ("credited", "suspense"):
        return False
    try:
        with transaction.atomic():
            answer = transfers.reverse(
                desk.who, original.entry.id, id=entry_id(desk.bank, line), topic=f"bank:{desk.bank}", memo=line.memo
            )
    except Refused:
        # The money is frozen or gone: two persons decide whose loss it is; the bank's debit stands in suspense.
        return False
    original.state = "taken_back"
    original.save(update_fields=["state"])
    row = row_of(desk, line, state="reversed")
    row.entry_id = answer.seq
    row.save()
    record.tell(
        "ledger.line_reversed",
        f"bank:{desk.bank}",
        who=desk.who,
        bank_ref=line.bank_ref,
        amount_fen=line.amount,
        corrects=line.corrects,
    )
    desk.known[line.bank_ref] = line.amount
    return True


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
    last = BankFile.objects.filter(direction="in", closing__isnull=False).order_by("-pk").first()
    return rules.standing(reports.balances(), bank_says=last.closing if last else None)
