"""Many at the same instant: cases filed and withdrawn while their budget is confirmed, lists dropped by two."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from tests.policy import given_applications as given
from tests.policy.given_applications import Desk, fresh
from zhirong.policy.actions import applications, budget_books, payments
from zhirong.policy.applied import Budget
from zhirong.record import actions as record

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]


def at_once(deeds: list[Callable[[], Any]]) -> None:
    """All begin together and all come to their end: none waits for another in a circle."""
    gate = Barrier(len(deeds))

    def do(deed: Callable[[], Any]) -> None:
        try:
            gate.wait()
            deed()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(deeds)) as pool:
        for done in [pool.submit(do, deed) for deed in deeds]:
            done.result(timeout=120)


def proposed(desk: Desk, amount_fen: int) -> Callable[[], Any]:
    row = budget_books.set_budget(
        desk.first, desk.measure, record.now().year, amount_fen=amount_fen, allocation="first_come",
        last_gets_rest=True, source="批复",
    )  # fmt: skip
    return lambda: budget_books.confirm_budget(desk.second, row.pk, proposed_sha256=row.proposed_sha256)


def test_cases_filed_and_withdrawn_while_budgets_are_confirmed_are_all_in_the_book() -> None:
    given.a_measure()
    desks = [Desk() for _ in range(4)]
    rows = [given.drafted(desk) for desk in desks]
    waiting = given.filed(Desk())

    def filing(place: int) -> Callable[[], Any]:
        return lambda: applications.file(desks[place].member, rows[place].pk)

    def withdrawing(place: int) -> Callable[[], Any]:
        return lambda: applications.withdraw(desks[place].member, rows[place].pk, reason="改期")

    at_once([proposed(desks[0], 10**9), *(filing(place) for place in range(4))])
    book = Budget.objects.get()
    assert {fresh(row).reserved_fen for row in [*rows, waiting]} == {200_000_00}
    assert book.reserved_fen == 5 * 200_000_00
    at_once([proposed(desks[0], 2 * 10**9), *(withdrawing(place) for place in range(4))])
    book = Budget.objects.get(ended_at__isnull=True)
    assert (book.amount_fen, book.reserved_fen) == (2 * 10**9, 200_000_00)
    assert (fresh(waiting).budget, {fresh(row).reserved_fen for row in rows}) == (book, {0})


def test_lists_are_dropped_and_made_at_once_in_whatever_order_their_cases_came() -> None:
    given.a_measure()
    desk, other = Desk(), Desk()
    given.a_budget(desk)
    # The later party's case is the earlier one.
    cases = [given.approved(other), given.approved(desk), given.approved(other, about="loan:2")]
    numbers = [row.number for row in cases]
    made = payments.make_list(desk.first, numbers)
    at_once(
        [
            lambda: payments.drop_list(desk.first, made.pk, reason="漏列一项"),
            lambda: payments.drop_list(desk.second, made.pk, reason="漏列一项"),
        ]
    )
    assert {fresh(row).state for row in cases} == {"approved"}
    assert payments.make_list(desk.second, numbers).count == 3
