"""The simulated custody bank: another house, which knows ours by files alone. Demo and tests stand before it.

It has its own books and its own quirks: it tells a line late, tells it twice, gets an amount wrong, takes a payment
back, and lets strangers pay. The product meets it only through the port of `ledger.bank`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal, get_args

from django.db import transaction
from django.db.models import QuerySet, Sum

from zhirong.base.refused import Refused
from zhirong.ledger import bank as banks
from zhirong.ledger import rules
from zhirong.ledger.models import SimulatedLine
from zhirong.people import access
from zhirong.people.models import Person
from zhirong.record import actions as record

Quirk = Literal["none", "late", "twice", "wrong_amount", "taken_back", "stranger"]
ACCOUNT: Final = banks.SIMULATED.number
LATE: Final = timedelta(hours=4)
# A correction, a missing fen: what a careless clerk does.
ONE_FEN: Final = 1
BEIJING: Final = timedelta(hours=8)


@dataclass(frozen=True, slots=True)
class SimulatedBank:
    """The bank's counter: customers pay in, instructions come, statements go."""

    name: str = rules.BANK

    def news(self, now: datetime) -> banks.Told:
        """What is new since the last statement, and what the bank holds now: lines told late are in the sum already."""
        rows = list(SimulatedLine.objects.filter(tells_left__gt=0, told_from__lte=now).order_by("pk"))
        lines = [
            rules.Line(row.bank_ref, row.account, row.payer, row.amount, row.value_day, row.memo, row.corrects)
            for row in rows
        ]
        file = banks.write_statement(lines, closing=holds_now(), account=ACCOUNT, day=day_of(now))
        mark = tuple((row.pk, row.tells_left) for row in rows)
        return banks.Told(f"{self.name}-{(now + BEIJING):%Y%m%d-%H%M%S}.csv", file, mark)

    @transaction.atomic
    def kept(self, told: banks.Told) -> None:
        """Each line of it counts its tellings down, once however often the same statement is called kept."""
        for left in {left for _, left in told.mark}:
            rows = [pk for pk, its in told.mark if its == left]
            SimulatedLine.objects.filter(pk__in=rows, tells_left=left).update(tells_left=left - 1)

    def statement(self, now: datetime) -> tuple[str, bytes]:
        """A statement that a person fetches at the counter: told as soon as it is written."""
        told = self.news(now)
        self.kept(told)
        return told.name, told.content

    def take_instructions(self, file: bytes, *, now: datetime) -> None:
        """Pay what the house instructs; an instruction seen before is not paid again."""
        pay_out(banks.read_instructions(file), now=now)


def quirk_of(name: str) -> Quirk:
    """A quirk by its name, as a form brings it."""
    for quirk in get_args(Quirk):
        if quirk == name:
            found: Quirk = quirk
            return found
    raise Refused("ledger.no_such_quirk", quirk=name[:20], known=list(get_args(Quirk)))


def day_of(now: datetime) -> date:
    """The bank's booking day, in Beijing."""
    return (now + BEIJING).date()


def customer_pays(who: Person, *, payer: str, amount_fen: int, memo: str, quirk: Quirk = "none") -> SimulatedLine:
    """Somebody signed in plays a customer at the bank's counter; the bank's mistakes are the operator's to play."""
    access.require(who, "ledger.pay_at_simulated_bank" if quirk == "none" else "ledger.play_bank")
    if amount_fen <= 0:
        raise Refused("ledger.not_positive")
    return pay_in(payer, amount_fen, memo=memo, now=record.now(), quirk=quirk, by_ref=who.ref)


def bank_corrects(who: Person, bank_ref: str, *, amount_fen: int = 0) -> SimulatedLine:
    """The operator plays a reversal or a correction by the bank."""
    access.require(who, "ledger.play_bank")
    return take_back(bank_ref, now=record.now(), amount_fen=amount_fen)


@transaction.atomic
def pay_in(
    payer: str, amount_fen: int, *, memo: str, now: datetime, quirk: Quirk = "none", by_ref: str = ""
) -> SimulatedLine:
    """A customer pays; the quirk says what goes wrong on the way."""
    if quirk == "wrong_amount":
        amount_fen -= ONE_FEN
    if quirk == "stranger":
        payer, memo = payer or "某不知名付款人", "往来款"
    line = add(payer, amount_fen, memo=memo, now=now)
    line.by_ref = by_ref
    if quirk == "late":
        line.told_from = now + LATE
    if quirk == "twice":
        line.tells_left = 2
    line.save()
    if quirk == "taken_back":
        take_back(line.bank_ref, now=now)
    return line


@transaction.atomic
def take_back(bank_ref: str, *, now: datetime, amount_fen: int = 0) -> SimulatedLine:
    """The bank takes a line back, in whole or by a correction of some fen."""
    line = SimulatedLine.objects.filter(bank_ref=bank_ref).first()
    if line is None:
        raise Refused("ledger.no_such_line", bank_ref=bank_ref[:40])
    back = add(line.payer, -(amount_fen or line.amount), memo="冲正", now=now, corrects=bank_ref)
    back.by_ref = line.by_ref
    back.save(update_fields=["by_ref"])
    return back


@transaction.atomic
def pay_out(instructions: Sequence[banks.Instruction], *, now: datetime) -> None:
    """Carry instructions out, each once."""
    told = {one.id: one for one in instructions}
    done = set(SimulatedLine.objects.filter(instruction__in=told).values_list("instruction", flat=True))
    fresh = [one for key, one in told.items() if key not in done]
    first = SimulatedLine.objects.count() + 1
    SimulatedLine.objects.bulk_create(
        line_of(first + place, one.payee, -one.amount, memo=f"付款 {one.id}", now=now, instruction=one.id)
        for place, one in enumerate(fresh)
    )


def add(payer: str, amount: int, *, memo: str, now: datetime, corrects: str = "") -> SimulatedLine:
    """A line of the bank's own books, under the bank's next reference."""
    line = line_of(SimulatedLine.objects.count() + 1, payer, amount, memo=memo, now=now, corrects=corrects)
    line.save()
    return line


def line_of(
    number: int, payer: str, amount: int, *, memo: str, now: datetime, corrects: str = "", instruction: str = ""
) -> SimulatedLine:
    """A line under a reference, not yet written."""
    day = day_of(now)
    return SimulatedLine(
        bank_ref=f"S{day:%Y%m%d}{number:07d}",
        account=ACCOUNT,
        payer=payer,
        amount=amount,
        value_day=day,
        memo=memo,
        corrects=corrects,
        instruction=instruction,
        told_from=now,
    )


def has_news(now: datetime) -> bool:
    """Whether the bank has a line that no statement has told yet."""
    return SimulatedLine.objects.filter(tells_left__gt=0, told_from__lte=now).exists()


def told_later(now: datetime) -> QuerySet[SimulatedLine]:
    """Lines that the bank tells only from a later instant on."""
    return SimulatedLine.objects.filter(tells_left__gt=0, told_from__gt=now)


def holds_now() -> int:
    """What the bank holds on the custody account."""
    return int(SimulatedLine.objects.aggregate(all=Sum("amount"))["all"] or 0)
