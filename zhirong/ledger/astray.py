"""Money that came under a payment code and fits it not: for the party whose code it is, without the payer's name (B10).

A stranger's payment is told by its sum alone: who paid it is the stranger's own affair (个人信息保护法 6). Money under
no code of anybody is for the verified party whose name its payer bears; where others share the name, for nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import OuterRef, QuerySet, Subquery, Sum, Value

from zhirong.ledger import rules
from zhirong.ledger.models import BankLine, Expectation
from zhirong.people.models import Party

# States of a line that two persons have still to place or send back.
WAITING: Final = ("suspense", "proposed")
LINE: Final = "line"
CODE: Final = "code"
NAME: Final = "name"
# What is read of either table, so that one question reads both: which it is, its row, memo or code, payer, and so on.
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Came:
    """One payment that waits: what was asked under its code, why it does not fit, what is missing beside all of it.

    When it came is known of what names no code: that has the house's own term.
    """

    code: str
    topic: str
    path: str
    misfit: rules.Misfit
    amount_fen: int
    expected_fen: int
    rest_fen: int
    line_id: int
    at: datetime | None = None


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
class Loose:
    """A waiting line that names none of the codes that were asked for."""

    line_id: int
    payer: str
    amount_fen: int
    memo: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Found:
    """What is expected, what came and does not fit it, and what names none of these codes, each the oldest first."""

    asked: tuple[Asked, ...] = ()
    came: tuple[Came, ...] = ()
    loose: tuple[Loose, ...] = ()


def under(codes: Collection[str]) -> Found:
    """What waits under these codes."""
    return read(rows_under(codes)) if codes else Found()


def of_accounts(paths: Collection[str]) -> Found:
    """What is expected on these accounts, and what waits under their codes."""
    return read(_rows(Expectation.objects.filter(account__path__in=paths))) if paths else Found()


def without_code(loose: Iterable[Loose], parties: Iterable[Party]) -> list[Came]:
    """What names no code of anybody and came from accounts in the names of these parties; one question, if any."""
    by_name = {rules.squeezed(one.name): one for one in parties if one.verified_at is not None}
    own = [one for one in loose if rules.squeezed(one.payer) in by_name]
    if not own:
        return []
    words = {word for one in own for word in rules.words(one.memo)}
    others = Party.objects.exclude(pk__in=[one.pk for one in by_name.values()]).filter(verified_at__isnull=False)
    shares = others.filter(name_key__in={one.name_key for one in by_name.values()})
    known = Expectation.objects.filter(code__in=words).values_list(Value(CODE), "code")
    told = set(known.union(shares.values_list(Value(NAME), "name_key")))
    coded, shared = ({said for kind, said in told if kind == one} for one in (CODE, NAME))
    payers = [(one, by_name[rules.squeezed(one.payer)]) for one in own if coded.isdisjoint(rules.words(one.memo))]
    return [
        Came(one.memo, "", rules.available(party.ref), "no_code", one.amount_fen, 0, 0, one.line_id, one.at)
        for one, party in payers
        if party.name_key not in shared
    ]


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
    lines = [Loose(pk, payer, fen, memo, at) for kind, pk, memo, payer, fen, *_, at in found if kind == LINE]
    named = [(one, wanted) for one in lines if (wanted := rules.named(one.memo, known)) is not None]
    own_fen: dict[str, int] = {}
    for one, wanted in named:
        if rules.same_payer(one.payer, wanted.payer):
            own_fen[wanted.code] = own_fen.get(wanted.code, 0) + one.amount_fen
    came = (
        _came(one, wanted, rest_fen=max(0, wanted.amount_fen - own_fen.get(wanted.code, 0))) for one, wanted in named
    )
    loose = (one for one in lines if rules.named(one.memo, known) is None)
    return Found(tuple(known.values()), tuple(came), tuple(loose))


def _came(line: Loose, wanted: Asked, *, rest_fen: int) -> Came:
    is_own = rules.same_payer(line.payer, wanted.payer)
    return Came(
        code=wanted.code,
        topic=wanted.topic,
        path=wanted.path,
        misfit=rules.misfit(is_open=wanted.is_open, is_own=is_own, rest_fen=rest_fen),
        amount_fen=line.amount_fen,
        expected_fen=wanted.amount_fen,
        rest_fen=rest_fen,
        line_id=line.line_id,
    )
