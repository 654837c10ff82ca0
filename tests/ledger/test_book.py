"""The book on a database against its pure twin: the same answers, the same sums, whatever the batches."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.db import connection, transaction

from tests.ledger import given_books as given
from zhirong.ledger import book, reports, rules
from zhirong.ledger.actions import transfers as actions
from zhirong.ledger.book import Order
from zhirong.ledger.engine import transfers as engine
from zhirong.ledger.engine.transfers import Books, Flag, Limit, Status
from zhirong.ledger.models import Account, DeadId, Entry
from zhirong.record import actions as record
from zhirong.record import port

pytestmark = [pytest.mark.django_db, pytest.mark.both]

FREE = [rules.suspense(f"x{n}") for n in range(3)]
LIMITED = [rules.available(f"p{n}") for n in range(4)]
OTHER = [rules.available("u0"), rules.suspense("u1")]


def open_all() -> Books:
    actions.open_accounts([*FREE, *LIMITED, rules.custody()])
    actions.open_accounts(OTHER, currency="USD")
    return Books({a.path: engine.Account(a.path, a.currency, Limit(a.limit)) for a in Account.objects.all()})


def random_order(r: random.Random, number: int, *, holds: list[str], history: list[Order]) -> Order:
    pool, currency = (OTHER, "USD") if r.randrange(10) == 0 else ([*FREE, *LIMITED, rules.custody()], "CNY")
    debit, credit, amount = r.choice(pool), r.choice(pool), r.randrange(60)
    key, draw = f"t{number}", r.randrange(100)
    if draw < 45:
        return Order(key, debit, credit, amount, currency=currency)
    if draw < 62:
        holds.append(key)
        return Order(key, debit, credit, amount, currency=currency, flags=Flag.PENDING)
    if draw < 74 and holds:
        return Order(key, hold=r.choice(holds), amount=r.choice([engine.FULL, r.randrange(60)]), flags=Flag.POST)
    if draw < 82 and holds:
        return Order(key, hold=r.choice(holds), flags=Flag.VOID)
    if draw < 87:
        return Order(key, debit, credit, amount, currency=currency, flags=Flag.BALANCING_DEBIT)
    if draw < 92 and history:
        told = r.choice(history)
        return Order(key, told.credit, told.debit, told.amount, currency=told.currency, reverses=told.id)
    if draw < 96 and history:
        return r.choice(history)
    return Order(key, debit, credit, amount, currency=currency, kind="other")


def random_batches(seed: int, count: int) -> Iterator[list[Order]]:
    r = random.Random(seed)
    holds: list[str] = []
    history: list[Order] = []
    made = 0
    while made < count:
        batch: list[Order] = []
        for _ in range(r.choice([1, 5, 40])):
            made += 1
            order = random_order(r, made, holds=holds, history=history)
            if r.randrange(10) == 0:
                order = with_flag(order, Flag.LINKED)
            batch.append(order)
        batch[-1] = with_flag(batch[-1], Flag.NONE, keep=~Flag.LINKED)
        history.extend(batch)
        yield batch


def with_flag(order: Order, flag: int, *, keep: int = ~0) -> Order:
    return replace(order, flags=(order.flags & keep) | flag)


def in_the_books(batch: list[Order]) -> list[book.Answer]:
    with transaction.atomic():
        return book.write(port.within(connection), batch, now=record.now())


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_book_answers_as_its_pure_twin_and_ends_with_the_same_sums(seed: int) -> None:
    twin = open_all()
    seen: set[Status] = set()
    for batch in random_batches(seed, 700):
        expected = engine.judge(twin, [book.transfer_of(order) for order in batch])
        answers = in_the_books(batch)
        assert [a.status for a in answers] == [o.status for o in expected]
        assert [a.amount for a in answers] == [o.entry.amount if o.entry else 0 for o in expected]
        seen |= {a.status for a in answers}
    for account in twin.accounts.values():
        sums = (account.debits_pending, account.debits_posted, account.credits_pending, account.credits_posted)
        assert given.sums(str(account.id)) == sums
    assert set(DeadId.objects.values_list("id", flat=True)) == set(twin.dead)
    assert Entry.objects.count() == len(twin.entries)
    assert list(reports.faults()) == []
    assert {Status.CREATED, Status.EXISTS, Status.ID_DEAD, Status.LINKED_FAILED} <= seen


def test_an_id_that_failed_for_a_passing_reason_stays_dead() -> None:
    open_all()
    late = Order("late", LIMITED[0], FREE[0], 10)
    assert [a.status for a in in_the_books([late])] == [Status.EXCEEDS_CREDITS]
    in_the_books([Order("in", FREE[0], LIMITED[0], 100)])
    assert [a.status for a in in_the_books([late])] == [Status.ID_DEAD]
    assert given.balance(LIMITED[0]) == 100


def test_numbers_have_no_gap_and_times_only_grow_when_the_clock_steps_back() -> None:
    open_all()
    now = record.now()
    door = port.within(connection)
    book.write(door, [Order("a", FREE[0], FREE[1], 1), Order("b", FREE[0], FREE[1], 1)], now=now)
    book.write(door, [Order("c", LIMITED[0], FREE[1], 1)], now=now)
    book.write(door, [Order("d", FREE[0], FREE[1], 1)], now=now.replace(year=now.year - 1))
    rows = list(Entry.objects.order_by("seq").values_list("id", "seq"))
    assert rows == [("a", 1), ("b", 2), ("d", 3)]
    assert list(reports.faults()) == []


def test_an_entry_dated_back_changes_the_effective_balance_and_never_the_recorded_one() -> None:
    open_all()
    first = record.now()
    door = port.within(connection)
    book.write(door, [Order("a", FREE[0], FREE[1], 10)], now=first)
    book.write(door, [Order("b", FREE[0], FREE[1], 5, effective_at=first.replace(year=2020))], now=record.now())
    assert reports.balance(FREE[1], recorded_at=first) == 10
    assert reports.balance(FREE[1], effective_at=first.replace(year=2021)) == 5
    assert reports.balance(FREE[1], effective_at=first.replace(year=2021), recorded_at=first) == 0
    assert reports.balance(FREE[1]) == 15


@pytest.mark.parametrize("seed", [5, 6])
def test_the_balance_as_of_any_time_is_the_replay_of_everything_before(seed: int) -> None:
    open_all()
    known = []
    for batch in random_batches(seed, 150):
        in_the_books(batch)
        last = Entry.objects.order_by("-seq").first()
        if last is not None:
            known.append((last.recorded_at, reports.balances()))
    for at, balances in known[:: max(1, len(known) // 8)]:
        assert {path: reports.balance(path, recorded_at=at) for path in balances} == balances


@pytest.mark.parametrize("seed", range(4))
def test_splitting_or_mixing_a_batch_of_independent_entries_changes_no_sum(seed: int) -> None:
    open_all()
    r = random.Random(seed)
    orders = [Order(f"t{n}", r.choice(FREE), r.choice(LIMITED), r.randrange(50)) for n in range(60)]
    whole = transaction.atomic()
    with whole:
        in_the_books(orders)
        expected = reports.balances()
        transaction.set_rollback(True)
    open_all()
    r.shuffle(orders)
    cut = r.randrange(60)
    in_the_books(orders[:cut])
    in_the_books(orders[cut:])
    assert reports.balances() == expected
