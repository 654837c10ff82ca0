"""The lines of a statement: judged and booked in chunks, each a short transaction that is safe to repeat."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from zhirong.base.refused import Refused
from zhirong.ledger import astray, rules
from zhirong.ledger.actions import dues, earmarks, owners, transfers
from zhirong.ledger.book import Order
from zhirong.ledger.models import Account, BankFile, BankLine, Expectation, Payout
from zhirong.people.models import Party, Person
from zhirong.record import actions as record

KINDS: Final = {"credited": "paid_in", "paid_out": "paid_out", "suspense": "suspense"}
ASTRAY: Final[dict[rules.Misfit, str]] = {
    "short": "ledger.came_short",
    "enough": "ledger.came_enough",
    "other_payer": "ledger.came_from_another",
    "unasked": "ledger.came_unasked",
}
# So many lines in one transaction: the write lock is held for a few hundredths of a second (HOUSE section 0).
CHUNK: Final = 40


@dataclass(frozen=True, slots=True)
class Waiting:
    """A line that is judged and not yet written: its row, its order, its deed, and what it met or paid."""

    row: BankLine
    order: Order
    deed: record.Deed
    met: Expectation | None = None
    paid: Payout | None = None


@dataclass(slots=True)
class Desk:
    """A chunk of a statement while it is booked: what is known, and what is not written yet."""

    who: Person | None
    file: BankFile
    bank: str
    at: datetime
    expected: dict[str, Expectation]
    payouts: dict[str, Payout]
    known: dict[str, int]
    awaited: dict[str, rules.Expected]
    instructed: dict[str, rules.Instructed]
    # What the mirror of the custody account holds after the lines so far: a debit beyond it cannot be booked (I11).
    mirror: int = 0
    # Lines that were told before and could not be booked then, by the bank's reference.
    unbooked: dict[str, BankLine] = field(default_factory=dict)
    waiting: list[Waiting] = field(default_factory=list)
    met: list[Expectation] = field(default_factory=list)
    paid_out: list[Payout] = field(default_factory=list)


@transaction.atomic
def book_chunk(who: Person | None, file: BankFile, lines: Sequence[rules.Line], *, bank: str) -> Desk:
    """Book some lines of a kept file; those that were booked before, by this file or another, count once (I4)."""
    transfers.lock_book()
    if not BankFile.objects.filter(pk=file.pk, direction="in").exists():
        raise Refused("ledger.file_not_unfinished")
    fresh = fresh_lines(lines, bank=bank)
    desk = desk_of(who, file, bank=bank, lines=fresh)
    for line in fresh:
        book_line(desk, line)
    flush(desk)
    return desk


def desk_of(who: Person | None, file: BankFile, *, bank: str, lines: Sequence[rules.Line]) -> Desk:
    """What the desk has to know before it reads the lines: only what their memos may name."""
    said = {word for line in lines for word in rules.words(line.memo)}
    open_ones = Expectation.objects.select_related("account").filter(state="open", code__in=said)
    sent = Payout.objects.select_related("account").filter(state="sent", pk__in=said)
    expected, payouts = {one.code: one for one in open_ones}, {one.id: one for one in sent}
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
        mirror=mirror_of(bank),
    )


def mirror_of(bank: str) -> int:
    """What may still be debited to the mirror of the custody account."""
    account = Account.objects.get(path=rules.custody(bank))
    return account.debits_posted - account.credits_posted - account.credits_pending


@transaction.atomic
def book_unbooked(who: Person | None, row_id: int, *, bank: str) -> Desk | None:
    """Book a line that an earlier look left unbooked, if the mirror holds enough by now; it is judged anew."""
    transfers.lock_book()
    row = BankLine.objects.select_for_update().get(pk=row_id)
    line = line_of(row)
    desk = desk_of(who, row.file, bank=bank, lines=[line])
    if row.state != "unbooked" or desk.mirror + line.amount < 0:
        return None
    desk.unbooked[row.bank_ref] = row
    book_line(desk, line)
    flush(desk)
    return desk


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
    """Judge one new line and put its order beside the others; a reversal is tried at once.

    A debit beyond what the mirror holds (a bank's fee in a young house, a correction told before its line) is kept and
    booked after a later line: it may not stop the lines beside it, and until then bank and books differ by it.
    """
    if line.amount < 0 and desk.mirror + line.amount < 0:
        leave_unbooked(desk, line)
        return
    desk.mirror += line.amount
    verdict = rules.judge_line(line, desk.awaited, instructed=desk.instructed, known=desk.known)
    if verdict.meaning == "reversed":
        flush(desk)
        if reverse_line(desk, line):
            return
        verdict = rules.Verdict("suspense", why="correction")
    met, paid = named_by(desk, verdict)
    account = met.account.path if met else rules.transit(desk.bank) if paid else rules.suspense(desk.bank)
    custody = rules.custody(desk.bank)
    debit, credit = (custody, account) if line.amount >= 0 else (account, custody)
    order = Order(entry_id(desk.bank, line), debit, credit, abs(line.amount), kind=KINDS[verdict.meaning])
    row = row_of(desk, line, state=verdict.meaning, why=verdict.why)
    desk.waiting.append(Waiting(row, order, deed_of(desk, line, verdict), met, paid))
    desk.known[line.bank_ref] = line.amount


def leave_unbooked(desk: Desk, line: rules.Line) -> None:
    """Keep a line without an entry, and say so."""
    row_of(desk, line, state="unbooked", why="beyond_custody").save()
    record.tell(
        "ledger.line_unbooked", f"bank:{desk.bank}", who=desk.who, bank_ref=line.bank_ref, amount_fen=line.amount
    )


def named_by(desk: Desk, verdict: rules.Verdict) -> tuple[Expectation | None, Payout | None]:
    """The expectation that a line met, or the payout that it paid; either leaves the desk's lists."""
    if verdict.meaning == "credited":
        del desk.awaited[verdict.key]
        desk.met.append(desk.expected.pop(verdict.key))
        return desk.met[-1], None
    if verdict.meaning == "paid_out":
        del desk.instructed[verdict.key]
        desk.paid_out.append(desk.payouts.pop(verdict.key))
        return None, desk.paid_out[-1]
    return None, None


def entry_id(bank: str, line: rules.Line) -> str:
    """The bank's reference is the transfer's id; long ones by their hash, so that every column takes it."""
    plain = f"bank:{bank}:{line.bank_ref}"
    return plain if len(plain) <= 64 else f"bank:{hashlib.sha256(plain.encode()).hexdigest()[:58]}"


def row_of(desk: Desk, line: rules.Line, *, state: str, why: str = "") -> BankLine:
    """A line as it is kept; one that was kept unbooked is the same row."""
    if kept := desk.unbooked.get(line.bank_ref):
        kept.state, kept.why = state, why
        return kept
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
    waiting = list(desk.waiting)
    desk.waiting.clear()
    orders = [one.order for one in waiting]
    answers = transfers.move(
        desk.who, orders, topic=f"bank:{desk.bank}", group=f"file:{desk.file.pk}:{orders[0].id}"[:64]
    )
    for one, answer in zip(waiting, answers, strict=True):
        one.row.entry_id = answer.seq
    BankLine.objects.bulk_create([one.row for one in waiting if one.row.pk is None])
    for one in waiting:
        if one.row.bank_ref in desk.unbooked:
            one.row.save(update_fields=["state", "why", "entry"])
    record.tell_many([one.deed for one in waiting])
    close_met(desk, waiting)
    tell_astray(desk, waiting)


def close_met(desk: Desk, waiting: Sequence[Waiting]) -> None:
    """Note on expectations and payouts which line met them."""
    met, paid = [], []
    for one in waiting:
        if one.met is not None:
            one.met.met_by, one.met.state = one.row, "met"
            met.append(one.met)
        if one.paid is not None:
            one.paid.line, one.paid.state = one.row, "done"
            paid.append(one.paid)
    if met:
        Expectation.objects.bulk_update(met, ["met_by", "state"])
    if paid:
        Payout.objects.bulk_update(paid, ["line", "state"])
        dues.note_paid(paid, at=desk.at)
        for payout in paid:
            owners.tell("ledger.free_payout_paid", payout, who=None)


def tell_astray(desk: Desk, waiting: Sequence[Waiting]) -> None:
    """Who waits for a payment under its code hears at once that what came does not fit it, and what it can do."""
    found = astray.of_lines(one.row for one in waiting)
    refs = {one.path.split(":")[1] for one in found if one.path.startswith("party:")}
    parties = dict(Party.objects.filter(ref__in=refs).values_list("ref", "pk")) if refs else {}
    members = owners.persons_of(parties.values()) if parties else {}
    for one in found:
        ref = one.path.split(":")[1]
        facts: dict[str, Any] = {"party": ref, "payment_code": one.code, "amount_fen": one.amount_fen}
        if one.misfit != "unasked":
            facts["expected_fen"] = one.expected_fen
        if one.misfit == "short":
            facts["rest_fen"] = one.rest_fen
        to = members.get(parties.get(ref, 0), [])
        record.tell(ASTRAY[one.misfit], one.topic, who=desk.who, to=to, **facts)


def reverse_line(desk: Desk, line: rules.Line) -> bool:
    """Take back what the bank took back, if the money is still free on the account it was credited to."""
    original = BankLine.objects.select_related("entry__credit").get(bank=desk.bank, bank_ref=line.corrects)
    if original.entry is None or original.state not in ("credited", "suspense"):
        return False
    if not earmarks.may_be_taken_back(original):
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
    earmarks.reopen(original)
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
