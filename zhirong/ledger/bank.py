"""The custody bank as the house sees it: a port that speaks files, statements in and instructions out."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Protocol

from django.conf import settings

from zhirong.base.refused import Refused
from zhirong.ledger.rules import Line

STATEMENT: Final = ("bank_ref", "account", "payer", "amount", "value_date", "memo", "corrects")
INSTRUCTIONS: Final = ("instruction", "payee", "account", "amount", "currency", "purpose", "reference")
# The last row of a statement: what the bank holds on the account at its end.
CLOSING: Final = "CLOSING"
AMOUNT: Final = re.compile(r"(-?)(\d{1,13})\.(\d\d)")
LONGEST: Final = {"bank_ref": 64, "account": 64, "payer": 200, "memo": 200, "corrects": 64, "purpose": 200}


@dataclass(frozen=True, slots=True)
class CustodyAccount:
    """The account that clients pay to: name, bank and number, as a transfer form asks for them."""

    name: str
    bank: str
    number: str


# The simulated bank's own words for the account of a demo; it takes no real money.
SIMULATED: Final = CustodyAccount("知融交易资金专户（模拟）", "模拟存管银行", "6228-0000-0001")


def custody_account() -> CustodyAccount | None:
    """As ZR_CUSTODY says: name|bank|number. None where the house was not told, or cannot read what it was told."""
    if settings.DEMO:
        return SIMULATED
    parts = [part.strip() for part in settings.CUSTODY.split("|")]
    return CustodyAccount(*parts) if len(parts) == len(CustodyAccount.__slots__) and all(parts) else None


@dataclass(frozen=True, slots=True)
class Told:
    """A statement that the bank has written and not yet counted as told; `mark` is the bank's own note of it."""

    name: str
    content: bytes
    mark: tuple[tuple[int, int], ...] = ()


class Bank(Protocol):
    """A custody bank: whatever stands behind, files go in and come out."""

    @property
    def name(self) -> str:
        """Under which name the house's accounts know it."""

    def news(self, now: datetime) -> Told:
        """A statement of what is new since the last one that was kept; asked outside every transaction of ours."""

    def kept(self, told: Told) -> None:
        """We have it: called in the transaction that keeps it, so that a stop before it loses no line."""

    def take_instructions(self, file: bytes, *, now: datetime) -> None:
        """Hand an instruction file over; the same instruction twice pays once."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement file as read: its lines, and what the bank says it holds."""

    lines: tuple[Line, ...]
    closing: int | None


@dataclass(frozen=True, slots=True)
class Instruction:
    """One payment that the bank is told to make; without an account it goes back to the one that it came from."""

    id: str
    payee: str
    account: str
    amount: int
    currency: str
    purpose: str
    reference: str


def figures(amount: int) -> str:
    """An amount as bank files write it: yuan and fen with a point."""
    whole, rest = divmod(abs(amount), 100)
    return f"{'-' if amount < 0 else ''}{whole}.{rest:02d}"


def read_amount(text: str, *, row: int) -> int:
    """Fen from a bank file's amount, exact or refused."""
    found = AMOUNT.fullmatch(text.strip())
    if not found:
        raise Refused("ledger.file_unreadable", row=row, column="amount")
    fen = int(found[2]) * 100 + int(found[3])
    return -fen if found[1] else fen


def read_day(text: str, *, row: int) -> date:
    """A day as bank files write it, ISO 8601."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Refused("ledger.file_unreadable", row=row, column="value_date") from None


def rows_of(file: bytes, *, columns: tuple[str, ...]) -> list[tuple[int, dict[str, str]]]:
    """The rows of a CSV file with their numbers in the file; a file of another shape is refused."""
    try:
        text = file.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused("ledger.file_unreadable", row=1, column="UTF-8") from None
    reader = csv.reader(io.StringIO(text))
    if tuple(next(reader, [])) != columns:
        raise Refused("ledger.file_unreadable", row=1, column=", ".join(columns))
    rows = []
    for number, cells in enumerate(reader, start=2):
        if len(cells) != len(columns):
            raise Refused("ledger.file_unreadable", row=number, column=", ".join(columns))
        row = {name: cell.strip() for name, cell in zip(columns, cells, strict=True)}
        for name, most in LONGEST.items():
            if len(row.get(name, "")) > most:
                raise Refused("ledger.file_unreadable", row=number, column=name)
        rows.append((number, row))
    return rows


def read_statement(file: bytes) -> Statement:
    """The lines of a statement, all or none."""
    lines: list[Line] = []
    closing: int | None = None
    for number, row in rows_of(file, columns=STATEMENT):
        amount = read_amount(row["amount"], row=number)
        if row["bank_ref"] == CLOSING:
            closing = amount
            continue
        if not row["bank_ref"]:
            raise Refused("ledger.file_unreadable", row=number, column="bank_ref")
        day = read_day(row["value_date"], row=number)
        line = Line(row["bank_ref"], row["account"], row["payer"], amount, day, row["memo"], row["corrects"])
        lines.append(line)
    return Statement(tuple(lines), closing)


def written(columns: tuple[str, ...], rows: Iterable[Iterable[str]]) -> bytes:
    """A CSV file with its heading."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue().encode()


def write_statement(lines: Iterable[Line], *, closing: int, account: str, day: date) -> bytes:
    """A statement file: its lines, and the closing row at the end."""
    rows = [
        (one.bank_ref, one.account, one.payer, figures(one.amount), one.value_day.isoformat(), one.memo, one.corrects)
        for one in lines
    ]
    return written(STATEMENT, [*rows, (CLOSING, account, "", figures(closing), day.isoformat(), "", "")])


def write_instructions(instructions: Iterable[Instruction]) -> bytes:
    """An instruction file."""
    rows = [
        (one.id, one.payee, one.account, figures(one.amount), one.currency, one.purpose, one.reference)
        for one in instructions
    ]
    return written(INSTRUCTIONS, rows)


def read_instructions(file: bytes) -> tuple[Instruction, ...]:
    """An instruction file as the bank reads it."""
    return tuple(
        Instruction(
            id=row["instruction"],
            payee=row["payee"],
            account=row["account"],
            amount=read_amount(row["amount"], row=number),
            currency=row["currency"],
            purpose=row["purpose"],
            reference=row["reference"],
        )
        for number, row in rows_of(file, columns=INSTRUCTIONS)
    )
