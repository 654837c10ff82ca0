"""Builders for tests of the bank's desk: its people, the simulated bank, statements."""

from __future__ import annotations

from dataclasses import dataclass

from tests.ledger import given_books as given
from zhirong.ledger import reports, rules
from zhirong.ledger.actions import bank as desk
from zhirong.ledger.actions import simulated
from zhirong.people.models import Person, RoleGrant
from zhirong.record import actions as record

BANK = simulated.SimulatedBank()


@dataclass(frozen=True)
class People:
    operator: Person
    checker: Person


def with_role(login: str, role: str) -> Person:
    person = given.a_person(login)
    RoleGrant.objects.create(person=person, role=role, granted_at=record.now(), confirmed_at=record.now())
    return person


def people() -> People:
    return People(with_role("operator", "operator"), with_role("checker", "checker"))


def expected(party: str, amount: int, *, code: str = "") -> str:
    """A payment that the house waits for; gives its code."""
    code = code or f"P{party}"
    desk.expect(
        None,
        code=code,
        topic="listing:7",
        purpose="deposit",
        payer=f"公司{party}",
        account=rules.available(party),
        amount_fen=amount,
    )
    return code


def taken(who: Person) -> desk.Taken:
    """The bank's newest statement, taken in; the books have no fault after it."""
    result = desk.fetch_statement(who, BANK)
    assert list(reports.faults()) == []
    assert result.standing.residue == 0
    return result
