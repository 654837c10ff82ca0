"""Builders for tests of the books."""

from __future__ import annotations

from zhirong.ledger import rules
from zhirong.ledger.actions import transfers as actions
from zhirong.ledger.book import Order
from zhirong.ledger.models import Account
from zhirong.people.models import Person
from zhirong.record import actions as record

DEPOSIT = 50_000_00
PRICE = 1_234_567_89
FEE = 18_518_52


def a_person(login: str) -> Person:
    return Person.objects.create(login=login, name=login, made_at=record.now())


def funded(party: str, amount: int, *, id: str = "") -> str:
    """A party's account with money that the custody bank holds."""
    path = rules.available(party)
    actions.open_accounts([rules.custody(), path])
    if amount:
        order = Order(id or f"in:{party}", rules.custody(), path, amount, kind="paid_in")
        actions.move(None, [order], topic=f"party:{party}")
    return path


def sums(path: str) -> tuple[int, int, int, int]:
    """debits pending / posted, credits pending / posted."""
    a = Account.objects.get(path=path)
    return a.debits_pending, a.debits_posted, a.credits_pending, a.credits_posted


def balance(path: str) -> int:
    a = Account.objects.get(path=path)
    return a.credits_posted - a.debits_posted
