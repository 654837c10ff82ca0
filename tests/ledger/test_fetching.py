"""A statement that the house fetches: asked, read and written outside the book's lock, and lost by no stop."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.db import connection

from tests.ledger import given_bank
from zhirong.ledger import bank as banks
from zhirong.ledger import reports
from zhirong.ledger.actions import bank as desk
from zhirong.ledger.actions import simulated
from zhirong.ledger.models import BankFile, BankLine, SimulatedLine
from zhirong.record import actions as record
from zhirong.record import files

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]


class Stopped(BaseException):
    """The house was killed."""


def stopped(*_: Any, **__: Any) -> None:
    raise Stopped


def some_paid() -> None:
    simulated.pay_in("公司a", 100, memo=given_bank.expected("a", 100), now=record.now())
    simulated.pay_in("公司b", 50, memo=given_bank.expected("b", 50), now=record.now(), quirk="twice")


def test_nothing_slow_is_done_under_the_lock_of_the_book(monkeypatch: pytest.MonkeyPatch) -> None:
    who = given_bank.people()
    some_paid()
    inside: dict[str, bool] = {}

    def watched(module: Any, name: str) -> None:
        real = getattr(module, name)

        def watch(*args: Any, **named: Any) -> Any:
            inside[name] = inside.get(name, False) or connection.in_atomic_block
            return real(*args, **named)

        monkeypatch.setattr(module, name, watch)

    watched(files, "put")
    watched(banks, "read_statement")
    watched(simulated.SimulatedBank, "news")
    given_bank.taken(who.operator)
    assert inside == {"put": False, "read_statement": False, "news": False}


@pytest.mark.parametrize("place", ["before it is kept", "while it is kept"])
def test_a_stop_before_a_statement_is_kept_loses_no_line_of_it(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    who = given_bank.people()
    some_paid()
    with monkeypatch.context() as stop:
        if place == "before it is kept":
            stop.setattr(record, "bring", stopped)
        else:
            stop.setattr(simulated.SimulatedBank, "kept", stopped)
        with pytest.raises(Stopped):
            desk.fetch_statement(who.operator, given_bank.BANK)
    assert not BankFile.objects.exists()
    assert sorted(SimulatedLine.objects.values_list("tells_left", flat=True)) == [1, 2]
    assert len(given_bank.taken(who.operator).met) == 2
    assert BankLine.objects.count() == 2
    # What the bank tells twice comes once more and counts once; then there is no news.
    again = given_bank.taken(who.operator)
    assert (again.fresh, again.repeated) == (0, 1)
    assert not simulated.has_news(record.now())
    assert list(reports.faults()) == []


def test_two_who_fetch_the_same_statement_count_it_as_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    who = given_bank.people()
    some_paid()
    same = given_bank.BANK.news(record.now())

    def news(_: simulated.SimulatedBank, now: datetime) -> banks.Told:
        return same

    with monkeypatch.context() as both:
        both.setattr(simulated.SimulatedBank, "news", news)
        desk.fetch_statement(who.operator, given_bank.BANK)
        desk.fetch_statement(who.operator, given_bank.BANK)
    assert sorted(SimulatedLine.objects.values_list("tells_left", flat=True)) == [0, 1]
    assert BankFile.objects.count() == 1
