"""Accounts and transfers inside the caller's transaction: a group stands whole, or the caller's deed is refused.

Every verb is idempotent by the id it is given: a repeat writes nothing and gives the first answer again. Permission is
the caller's: these verbs serve deeds of the exchange and of the bank's desk, which have asked for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from django.db import connection, transaction

from zhirong.base.refused import Refused
from zhirong.ledger import book, rules
from zhirong.ledger.book import Answer, Order
from zhirong.ledger.engine.transfers import FULL, Flag, Status
from zhirong.ledger.models import Account, Entry, Hold
from zhirong.record import actions as record
from zhirong.record import port

DUE_AT_ONCE: Final = 500

REFUSALS: Final = {
    Status.EXISTS_DIFFERENT: "ledger.id_used",
    Status.ID_DEAD: "ledger.id_dead",
    Status.ACCOUNT_NOT_FOUND: "ledger.account_not_found",
    Status.ACCOUNT_CLOSED: "ledger.account_closed",
    Status.CURRENCY_DIFFERS: "ledger.currency_differs",
    Status.EXCEEDS_CREDITS: "ledger.not_enough",
    Status.EXCEEDS_DEBITS: "ledger.beyond_custody",
    Status.HOLD_NOT_FOUND: "ledger.hold_not_found",
    Status.HOLD_RESOLVED: "ledger.hold_resolved",
    Status.HOLD_EXCEEDED: "ledger.hold_exceeded",
    Status.ORIGINAL_NOT_FOUND: "ledger.entry_not_found",
    Status.REVERSED_BEFORE: "ledger.reversed_before",
    Status.NOT_REVERSIBLE: "ledger.not_reversible",
}


def lock_book() -> None:
    """Take the book before rows that a statement also touches, so that no two deeds wait for each other."""
    book.take_lock(port.within(connection))


@transaction.atomic
def open_accounts(paths: Iterable[str], *, currency: str = "CNY") -> None:
    """Open the accounts that are not open yet; the tree gives each its limit."""
    wanted = set(paths)
    missing = wanted - set(Account.objects.filter(path__in=wanted).values_list("path", flat=True))
    if not missing:
        return
    # Whoever opens accounts moves money next: the book's lock comes first, so that no two deeds wait for each other.
    lock_book()
    now = record.now()
    rows = [
        Account(path=path, currency=currency, limit=str(rules.limit_of(path)), opened_at=now)
        for path in sorted(missing)
    ]
    Account.objects.bulk_create(rows, ignore_conflicts=True)
    record.tell("ledger.accounts_opened", "ledger", who=None, paths=sorted(missing), currency=currency)


def open_account(path: str, *, currency: str = "CNY") -> Account:
    """The account of a path, opened if need be; the same path in another currency is refused."""
    open_accounts([path], currency=currency)
    account = Account.objects.get(path=path)
    if account.currency != currency:
        raise Refused("ledger.currency_differs", path=path, currency=account.currency)
    return account


@transaction.atomic
def move(who: record.Actor | None, orders: Sequence[Order], *, topic: str, group: str = "") -> list[Answer]:
    """Write a linked group, all or nothing (I6), with one leaf on the record; refused as a whole with its reason."""
    assert orders, "an empty group moves nothing"
    who_ref = who.ref if who else "house"
    last = len(orders) - 1
    linked = [
        replace(
            order,
            flags=order.flags | (Flag.LINKED if place < last else 0),
            group=group or orders[0].id,
            topic=order.topic or topic,
            who_ref=who_ref,
        )
        for place, order in enumerate(orders)
    ]
    answers = book.write(port.within(connection), linked, now=record.now(), whole=True)
    for order, answer in zip(linked, answers, strict=True):
        if not answer.stands() and answer.status is not Status.LINKED_FAILED:
            raise refusal(order, answer.status)
    if answers[0].status is Status.CREATED:
        told = [[a.seq, o.kind, o.debit, o.credit, a.amount] for o, a in zip(linked, answers, strict=True)]
        record.tell("ledger.moved", topic, who=who, group=group or orders[0].id, entries=told)
    return answers


def refusal(order: Order, status: Status) -> Refused:
    """The reason in words that a person can act on; states that only a fault of ours can reach are not refusals."""
    code = REFUSALS.get(status)
    assert code is not None, f"{order.id}: {status}"
    if status is Status.EXCEEDS_CREDITS:
        short = Account.objects.get(path=order.debit)
        free = short.credits_posted - short.debits_posted - short.debits_pending
        return Refused(code, path=order.debit, available_fen=free, asked_fen=order.amount)
    return Refused(code, id=order.reverses or order.hold or order.id, path=order.debit)


def hold(who: record.Actor | None, order: Order, *, topic: str) -> Answer:
    """Set money aside (冻结): it stays on the debit account, but nothing else can use it."""
    return move(who, [replace(order, flags=order.flags | Flag.PENDING)], topic=topic)[0]


def release(who: record.Actor | None, hold_id: str, *, id: str, topic: str, ends: str = "") -> Answer:
    """End a hold without moving anything (解冻)."""
    void = Order(id, hold=hold_id, flags=Flag.VOID, kind="release", ends=ends)
    return move(who, [void], topic=topic)[0]


def post(who: record.Actor | None, hold_id: str, *, id: str, topic: str, amount: int = FULL) -> Answer:
    """Turn a hold, or a part of it, into a transfer (划扣); what is not posted is free again."""
    return move(who, [Order(id, hold=hold_id, amount=amount, flags=Flag.POST, kind="post")], topic=topic)[0]


def freeze(
    who: record.Actor | None, *, id: str, party_ref: str, lot: str, amount_fen: int, topic: str, memo: str = ""
) -> Answer:
    """Freeze a bidder's deposit for one lot. It has no expiry: the rule set, not the clock, ends it (LEDGER 5.3)."""
    debit, credit = rules.available(party_ref), rules.deposit(party_ref, lot)
    open_accounts([debit, credit])
    return hold(who, Order(id, debit, credit, amount_fen, kind="deposit", memo=memo), topic=topic)


def apply(
    who: record.Actor | None, hold_id: str, *, id: str, deal: str, topic: str, most_fen: int = FULL
) -> list[Answer]:
    """Turn a winner's deposit into part of the price: frozen money becomes the deal's escrow, the rest is free."""
    return convert(who, hold_id, id=id, to=rules.escrow(deal), topic=topic, kind="deposit_applied", most_fen=most_fen)


def forfeit(
    who: record.Actor, hold_id: str, *, id: str, checked_by: record.Actor, topic: str, to: str = "forfeit:deposits"
) -> list[Answer]:
    """Forfeit a deposit by the rule set. Two persons: it takes somebody's money away (LEDGER 5.3)."""
    rules.require_two_persons(who.ref, checked_by.ref)
    return convert(who, hold_id, id=id, to=to, topic=topic, kind="deposit_forfeited")


@transaction.atomic
def convert(
    who: record.Actor | None, hold_id: str, *, id: str, to: str, topic: str, kind: str, most_fen: int = FULL
) -> list[Answer]:
    """Post a deposit's hold, or a part of it, and pass the money on, in one linked group."""
    held = Entry.objects.select_related("credit", "hold").filter(id=hold_id, hold__isnull=False).first()
    if held is None:
        raise Refused("ledger.hold_not_found", id=hold_id, path="")
    open_accounts([to])
    part = held.amount if most_fen == FULL else min(held.amount, most_fen)
    taken = Order(id, hold=hold_id, amount=FULL if part == held.amount else part, flags=Flag.POST, kind="post")
    passed = Order(f"{id}:on", held.credit.path, to, part, kind=kind)
    return move(who, [taken, passed], topic=topic, group=id)


@transaction.atomic
def reverse(who: record.Actor | None, entry_id: str, *, id: str, topic: str, memo: str) -> Answer:
    """Write the opposite of an entry (冲正): whole, once, and linked to it (I13). Spent money cannot be reversed."""
    original = Entry.objects.select_related("debit", "credit").filter(id=entry_id).first()
    if original is None:
        raise Refused("ledger.entry_not_found", id=entry_id, path="")
    opposite = Order(
        id,
        original.credit.path,
        original.debit.path,
        original.amount,
        kind="reversal",
        currency=original.debit.currency,
        reverses=entry_id,
        memo=memo,
    )
    return move(who, [opposite], topic=topic)[0]


@transaction.atomic
def expire_holds(now: datetime) -> int:
    """Release the holds whose time is over, in the order of (expiry, creation) (I5); frozen deposits have no expiry."""
    due = Hold.objects.filter(state="held", expires_at__lte=now).select_related("entry").order_by("expires_at", "pk")
    ended = 0
    for one in due[:DUE_AT_ONCE]:
        release(None, one.entry.id, id=f"{one.entry.id}:expired", topic=one.entry.topic, ends="expired")
        ended += 1
    return ended
