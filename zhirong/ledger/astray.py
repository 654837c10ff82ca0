"""Money that came under a payment code and fits it not: for the party whose code it is, without the payer's name (B10).

A stranger's payment is told by its sum alone: who paid it is the stranger's own affair (个人信息保护法 6).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import OuterRef, QuerySet, Subquery, Sum, Value

from zhirong.ledger import rules
from zhirong.ledger.models import BankLine, Expectation

# States of a line that two persons have still to place or send back.
WAITING: Final = ("suspense", "proposed")
LINE: Final = "line"
CODE: Final = "code"
# What is read of either table, so that one question reads both: which it is, its row, memo or code, payer, and so on.
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Came:
    """One payment that waits: what was asked under its code, why it does not fit, what is missing beside all of it."""

    code: str
    topic: str
    path: str
    misfit: rules.Misfit
    amount_fen: int
    expected_fen: int
    rest_fen: int
    line_id: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What is or was expected under a code."""

    code: str
    payer: str
    amount_fen: int
    is_open: bool
    topic: str
    path: str
    purpose: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Found:
    """What is expected, and what came and does not fit it, each the oldest first."""

    asked: tuple[Asked, ...] = ()
    came: tuple[Came, ...] = ()


def under(codes: Collection[str]) -> Found:
    """What waits under these codes."""
    return read(rows_under(codes)) if codes else Found()


def of_accounts(paths: Collection[str]) -> Found:
    """What is expected on these accounts, and what waits under their codes."""
    return read(_rows(Expectation.objects.filter(account__path__in=paths))) if paths else Found()


def of_lines(lines: Iterable[BankLine]) -> list[Came]:
    """The same of lines that wait since a moment ago; those that name no code are not among them."""
    fresh = {one.pk: one for one in lines if one.state in WAITING and one.amount > 0}
    codes = {word for one in fresh.values() for word in rules.words(one.memo)}
    return [one for one in under(codes).came if one.line_id in fresh]


def rows_under(codes: Collection[str]) -> QuerySet[Any, Row]:
    """What `read` wants to know of some codes; whoever asks may put rows of its own beside them."""
    return _rows(Expectation.objects.filter(code__in=codes))


def waiting_fen(code: OuterRef) -> Subquery:
    """The sum of what waits under a code of another table's row, so that no question of its own is asked for it."""
    waiting = BankLine.objects.filter(state__in=WAITING, amount__gt=0, memo__contains=code)
    return Subquery(waiting.order_by().values(all=Value(1)).annotate(fen=Sum("amount")).values("fen"))


def _rows(asked: QuerySet[Expectation]) -> QuerySet[Any, Row]:
    codes = asked.values_list(
        Value(CODE), "pk", "code", "payer", "amount", "state", "topic", "account__path", "purpose", "made_at"
    )
    none, waiting = Value(""), BankLine.objects.filter(state__in=WAITING, amount__gt=0)
    lines = waiting.values_list(Value(LINE), "pk", "memo", "payer", "amount", "state", none, none, none, "file__at")
    return lines.union(codes, all=True)


def read(rows: Iterable[Row]) -> Found:
    """Each waiting line with what it was paid for, by the first of the known codes in its memo."""
    found = sorted(rows, key=lambda row: row[:2])
    known = {
        code: Asked(code, payer, fen, state == "open", topic, path, purpose, at)
        for kind, _, code, payer, fen, state, topic, path, purpose, at in found
        if kind == CODE
    }
    named = [
        (pk, payer, fen, wanted)
        for kind, pk, memo, payer, fen, *_ in found
        if kind == LINE and (wanted := rules.named(memo, known)) is not None
    ]
    own_fen: dict[str, int] = {}
    for _, payer, fen, wanted in named:
        if rules.same_payer(payer, wanted.payer):
            own_fen[wanted.code] = own_fen.get(wanted.code, 0) + fen
    came = (
        _came(pk, payer, fen, wanted=wanted, rest_fen=max(0, wanted.amount_fen - own_fen.get(wanted.code, 0)))
        for pk, payer, fen, wanted in named
    )
    return Found(tuple(known.values()), tuple(came))


def _came(line_id: int, payer: str, fen: int, *, wanted: Asked, rest_fen: int) -> Came:
    is_own = rules.same_payer(payer, wanted.payer)
    return Came(
        code=wanted.code,
        topic=wanted.topic,
        path=wanted.path,
        misfit=rules.misfit(is_open=wanted.is_open, is_own=is_own, rest_fen=rest_fen),
        amount_fen=fen,
        expected_fen=wanted.amount_fen,
        rest_fen=rest_fen,
        line_id=line_id,
    )
