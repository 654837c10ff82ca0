"""A long statement is booked in short transactions; a stop between any two of them changes nothing in the end."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ledger import given_bank
from tests.ledger import given_books as given
from tests.people.given_people import refused
from zhirong.ledger import jobs, reports, rules
from zhirong.ledger.actions import bank as desk
from zhirong.ledger.actions import lines, payouts, simulated
from zhirong.ledger.models import BankFile, BankLine, Entry, Expectation, Reconciliation
from zhirong.record import actions as record
from zhirong.record.models import Event

pytestmark = [pytest.mark.django_db, pytest.mark.both]
LINES = 7


class Stopped(BaseException):
    """The house was killed between two chunks."""


def a_statement() -> tuple[str, bytes]:
    """Seven lines: five that were expected, one of a stranger, and the bank's own reversal of the first."""
    for place in range(5):
        code = given_bank.expected(f"a{place}", 100 + place)
        simulated.pay_in(f"公司a{place}", 100 + place, memo=code, now=record.now())
    simulated.pay_in("某人", 9, memo="?", now=record.now(), quirk="stranger")
    first = simulated.SimulatedLine.objects.order_by("pk").first()
    assert first is not None
    simulated.take_back(first.bank_ref, now=record.now())
    return given_bank.BANK.statement(record.now())


def standing() -> dict[str, Any]:
    """What the books hold, without the numbers of rows and the time."""
    return {
        "entries": sorted(Entry.objects.values_list("id", "debit__path", "credit__path", "amount", "kind")),
        "lines": sorted(BankLine.objects.values_list("bank_ref", "state", "why", "entry__id")),
        "expected": sorted(Expectation.objects.values_list("code", "state", "met_by__bank_ref")),
        "balances": reports.balances(),
        "even": list(Reconciliation.objects.values_list("is_even", flat=True)),
        "taken": Event.objects.filter(kind="ledger.statement_taken").count(),
    }


def killed_after(monkeypatch: pytest.MonkeyPatch, chunks: int) -> None:
    """The house stops once it has booked so many chunks."""
    real, done = lines.book_chunk, iter(range(chunks))

    def book(*args: Any, **named: Any) -> lines.Desk:
        if next(done, None) is None:
            raise Stopped
        return real(*args, **named)

    monkeypatch.setattr(lines, "book_chunk", book)


@pytest.mark.parametrize("chunks", range(LINES // 2 + 1))
def test_a_stop_between_two_chunks_changes_nothing_in_the_end(chunks: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "CHUNK", 2)
    who = given_bank.people()
    name, file = a_statement()
    with monkeypatch.context() as kill:
        killed_after(kill, chunks)
        with pytest.raises(Stopped):
            desk.take_statement(who.operator, file, name=name)
    assert BankLine.objects.count() == min(LINES, 2 * chunks)
    assert BankFile.objects.get().booked_at is None
    with refused("ledger.statement_unfinished"):
        payouts.require_even()
    jobs.fetch_news()
    stopped = standing()
    assert list(reports.faults()) == []
    assert BankFile.objects.get().booked_at is not None
    assert stopped["taken"] == 1
    again = desk.take_statement(who.operator, file, name="again.csv")
    assert (again.fresh, again.repeated) == (0, LINES)
    assert standing() == stopped
    assert given.balance(rules.available("a0")) == 0
    assert given.balance(rules.available("a4")) == 104
    assert given.balance(rules.suspense()) == 9


def test_chunks_come_to_the_same_as_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    who = given_bank.people()
    name, file = a_statement()
    monkeypatch.setattr(lines, "CHUNK", 1)
    taken = desk.take_statement(who.operator, file, name=name)
    assert (taken.fresh, taken.repeated, taken.suspended, len(taken.met)) == (LINES, 0, 1, 5)
    assert taken.standing == rules.Standing(419, 419, 410, 0, 0, 9)
    found = standing()
    assert len(found["entries"]) == LINES
    assert [state for _, state, _, _ in found["lines"]].count("credited") == 4
    assert [state for _, state, _ in found["expected"]] == ["open"] + ["met"] * 4


def test_a_new_statement_waits_for_the_end_of_the_one_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "CHUNK", 2)
    who = given_bank.people()
    name, file = a_statement()
    with monkeypatch.context() as kill:
        killed_after(kill, 1)
        with pytest.raises(Stopped):
            desk.take_statement(who.operator, file, name=name)
    simulated.pay_in("某人", 5, memo="", now=record.now())
    taken = desk.fetch_statement(who.operator, given_bank.BANK)
    assert taken.fresh == 1
    assert BankFile.objects.filter(booked_at=None).count() == 0
    assert BankLine.objects.count() == LINES + 1
    assert taken.standing.is_even
