"""A statement that cannot be booked to its end is set aside by two persons, and the desk goes on."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ledger import given_bank
from tests.ledger import given_books as given
from tests.office.given_office import signed_in
from tests.people.given_people import refused
from tests.web.given_pages import text_of
from zhirong.ledger import reports, rules
from zhirong.ledger.actions import bank as desk
from zhirong.ledger.actions import lines, payouts, set_aside, simulated
from zhirong.ledger.models import BankFile, BankLine
from zhirong.record import actions as record
from zhirong.record.models import Event

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def a_stuck(who: given_bank.People, monkeypatch: pytest.MonkeyPatch) -> tuple[BankFile, bytes]:
    """A statement of three lines whose second is a fault of ours."""
    monkeypatch.setattr(lines, "CHUNK", 1)
    for place in range(3):
        simulated.pay_in("某人", 10 + place, memo="", now=record.now())
    name, content = given_bank.BANK.statement(record.now())
    real, poisoned = lines.book_chunk, simulated.SimulatedLine.objects.order_by("pk")[1].bank_ref

    def book(who: Any, file: BankFile, of: Any, *, bank: str) -> lines.Desk:
        if of[0].bank_ref == poisoned:
            raise ZeroDivisionError
        return real(who, file, of, bank=bank)

    with monkeypatch.context() as fault:
        fault.setattr(lines, "book_chunk", book)
        with pytest.raises(ZeroDivisionError):
            desk.take_statement(who.operator, content, name=name)
    return BankFile.objects.get(), content


def test_two_persons_set_a_statement_aside_and_the_next_one_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    who = given_bank.people()
    file, _ = a_stuck(who, monkeypatch)
    with refused("ledger.statement_unfinished"):
        payouts.require_even()
    with refused("ledger.set_aside_not_proposed", file=file.name):
        set_aside.confirm_set_aside(who.checker, file.pk)
    with refused("ledger.no_reason"):
        set_aside.propose_set_aside(who.operator, file.pk, reason=" ")
    set_aside.propose_set_aside(who.operator, file.pk, reason="第二行无法入账")
    assert desk.unfinished().count() == 1
    assert "对账单搁置待复核" in text_of(signed_in(who.checker), "/office")
    set_aside.confirm_set_aside(who.checker, file.pk)
    assert "对账单搁置待复核" not in text_of(signed_in(who.checker), "/office")
    assert not desk.unfinished().exists()
    assert BankLine.objects.count() == 1
    assert Event.objects.filter(kind="ledger.set_aside").count() == 1
    simulated.pay_in("某人", 7, memo="", now=record.now())
    taken = given_bank.taken(who.operator)
    # The bank holds 40, of which the two lines that were not booked (11 and 12) are unknown: nothing leaves.
    assert (taken.fresh, taken.standing.difference, taken.standing.is_even) == (1, 23, False)
    with refused("ledger.file_not_unfinished"):
        set_aside.confirm_set_aside(who.checker, file.pk)


def test_the_maker_does_not_confirm_and_a_booked_statement_is_not_set_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    who = given_bank.people()
    file, _ = a_stuck(who, monkeypatch)
    given_bank.RoleGrant.objects.create(
        person=who.operator, role="checker", granted_at=record.now(), confirmed_at=record.now()
    )
    set_aside.propose_set_aside(who.operator, file.pk, reason="第二行无法入账")
    with refused("ledger.same_person"):
        set_aside.confirm_set_aside(who.operator, file.pk)
    desk.finish()
    with refused("ledger.file_not_unfinished"):
        set_aside.confirm_set_aside(who.checker, file.pk)
    assert BankFile.objects.get().direction == "in"
    assert given.balance(rules.suspense()) == 33


def test_the_same_file_is_taken_in_anew_and_needs_two_new_words_to_be_set_aside(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    who = given_bank.people()
    file, content = a_stuck(who, monkeypatch)
    set_aside.propose_set_aside(who.operator, file.pk, reason="第二行无法入账")
    set_aside.confirm_set_aside(who.checker, file.pk)
    with monkeypatch.context() as fault:
        fault.setattr(lines, "book_chunk", lambda *_, **__: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            desk.take_statement(who.operator, content, name="again.csv")
    with refused("ledger.set_aside_not_proposed", file=file.name):
        set_aside.confirm_set_aside(who.checker, file.pk)
    again = desk.take_statement(who.operator, content, name="again.csv")
    assert again.standing.is_even
    assert BankLine.objects.count() == 3
    assert list(reports.faults()) == []


def test_a_chunk_that_comes_after_the_setting_aside_books_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    who = given_bank.people()
    file, _ = a_stuck(who, monkeypatch)
    set_aside.propose_set_aside(who.operator, file.pk, reason="第二行无法入账")
    set_aside.confirm_set_aside(who.checker, file.pk)
    with refused("ledger.file_not_unfinished"):
        desk.book_on(None, file, bank=rules.BANK)
    assert BankLine.objects.count() == 1


def test_the_bank_desk_shows_it_and_takes_both_words(monkeypatch: pytest.MonkeyPatch) -> None:
    who = given_bank.people()
    file, _ = a_stuck(who, monkeypatch)
    maker, checker = signed_in(who.operator), signed_in(who.checker)
    assert "提议搁置" in text_of(maker, "/office/bank")
    assert "复核并搁置" not in text_of(checker, "/office/bank")
    said = {"deed": "propose_set_aside", "statement": file.pk, "reason": "第二行无法入账"}
    assert maker.post("/office/bank", said).status_code == 302
    assert "复核并搁置" not in text_of(maker, "/office/bank")
    assert "复核并搁置" in text_of(checker, "/office/bank")
    assert checker.post("/office/bank", {"deed": "set_aside", "statement": file.pk}).status_code == 302
    assert "未入账完毕的对账单" not in text_of(checker, "/office/bank")
    assert not desk.unfinished().exists()
