"""A statement never closes the bank desk: what the mirror cannot bear yet waits by itself, and all else is booked."""

from __future__ import annotations

import pytest

from tests.ledger import given_bank
from tests.ledger import given_books as given
from tests.office.given_office import signed_in
from tests.people.given_people import refused
from tests.web.given_pages import text_of
from zhirong.base.calendar import beijing_day
from zhirong.ledger import bank as banks
from zhirong.ledger import bank_view, jobs, reports, rules
from zhirong.ledger.actions import bank as desk
from zhirong.ledger.actions import earmarks, lines, matches, payouts
from zhirong.ledger.models import BankFile, BankLine, Payout
from zhirong.people.models import Person
from zhirong.record import actions as record
from zhirong.record.models import Event

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def told(who: Person, name: str, *, closing: int, of: list[tuple[str, int, str, str]]) -> desk.Taken:
    """A statement of the bank, taken in: reference, amount, memo, what it corrects."""
    day = beijing_day(record.now())
    rows = [rules.Line(ref, "6228", "某公司", amount, day, memo, corrects) for ref, amount, memo, corrects in of]
    file = banks.write_statement(rows, closing=closing, account="6228", day=day)
    taken = desk.take_statement(who, file, name=name)
    assert list(reports.faults()) == []
    return taken


def states() -> dict[str, tuple[str, str]]:
    return {one.bank_ref: (one.state, one.why) for one in BankLine.objects.all()}


def test_a_banks_fee_in_a_young_house_waits_and_the_lines_beside_it_are_booked() -> None:
    who = given_bank.people()
    taken = told(who.operator, "a.csv", closing=-200, of=[("F1", -500, "手续费", ""), ("P1", 300, "货款", "")])
    assert (taken.fresh, taken.suspended) == (2, 2)
    assert states() == {"F1": ("unbooked", "beyond_custody"), "P1": ("suspense", "unknown_payer")}
    assert (taken.standing.difference, taken.standing.is_even) == (-500, False)
    assert not desk.unfinished().exists()
    with refused("ledger.payouts_halted", difference_fen=-500):
        payouts.require_even()
    assert Event.objects.filter(kind="ledger.line_unbooked").count() == 1
    assert [one.bank_ref for one in bank_view.desk(who.operator).unbooked] == ["F1"]
    shown = text_of(signed_in(who.operator), "/office/bank")
    assert "暂未入账的流水" in shown
    with refused("ledger.line_not_waiting", state="unbooked"):
        matches.propose_match(who.operator, BankLine.objects.get(bank_ref="F1").pk, account="x")


def test_it_is_booked_once_a_later_statement_brings_enough() -> None:
    who = given_bank.people()
    told(who.operator, "a.csv", closing=-500, of=[("F1", -500, "手续费", "")])
    still = told(who.operator, "b.csv", closing=-100, of=[("P1", 400, "货款", "")])
    assert states()["F1"] == ("unbooked", "beyond_custody")
    assert (still.fresh, still.standing.difference) == (1, -500)
    taken = told(who.operator, "c.csv", closing=150, of=[("P2", 250, "货款", "")])
    assert states()["F1"] == ("suspense", "unknown_debit")
    assert (taken.fresh, taken.standing.is_even, taken.standing.custody) == (1, True, 150)
    assert given.balance(rules.suspense()) == 150
    payouts.require_even()
    again = told(who.operator, "d.csv", closing=150, of=[("F1", -500, "手续费", "")])
    assert (again.fresh, again.repeated, again.standing.is_even) == (0, 1, True)
    assert BankLine.objects.count() == 3


def test_a_correction_told_before_its_line_takes_it_back_when_it_comes() -> None:
    who = given_bank.people()
    told(who.operator, "c.csv", closing=0, of=[("C1", -500, "冲正", "R9")])
    assert states() == {"C1": ("unbooked", "beyond_custody")}
    taken = told(who.operator, "n.csv", closing=0, of=[("R9", 500, "货款", "")])
    assert states() == {"C1": ("reversed", ""), "R9": ("taken_back", "unknown_payer")}
    assert (taken.fresh, taken.standing.is_even) == (1, True)
    assert given.balance(rules.suspense()) == given.balance(rules.custody()) == 0
    payouts.require_even()


def test_a_correction_that_stands_before_its_line_in_one_statement_takes_it_back_too() -> None:
    who = given_bank.people()
    code = given_bank.expected("a", 500)
    day = beijing_day(record.now())
    rows = [
        rules.Line("C1", "6228", "公司a", -500, day, "冲正", "R9"),
        rules.Line("R9", "6228", "公司a", 500, day, code),
    ]
    file = banks.write_statement(rows, closing=0, account="6228", day=day)
    taken = desk.take_statement(who.operator, file, name="a.csv")
    assert states() == {"C1": ("reversed", ""), "R9": ("taken_back", "")}
    assert (taken.fresh, taken.suspended, taken.standing.is_even) == (2, 0, True)
    assert given.balance(rules.available("a")) == 0


def test_a_line_of_nought_closes_nothing() -> None:
    who = given_bank.people()
    taken = told(who.operator, "z.csv", closing=0, of=[("Z0", 0, "对账", "")])
    assert (taken.fresh, states()) == (1, {"Z0": ("suspense", "nothing")})
    assert taken.standing.is_even


def test_a_payout_that_the_bank_tells_too_early_is_done_when_the_money_is_told() -> None:
    who = given_bank.people()
    code = given_bank.expected("a", 800)
    day = beijing_day(record.now())
    paid = rules.Line("A1", "6228", "公司a", 800, day, code)
    desk.take_statement(who.operator, banks.write_statement([paid], closing=800, account="6228", day=day), name="a.csv")
    earmarks.let_go(code)
    payouts.make_payout(
        who.operator, id="p1", account=rules.available("a"), payee="公司a", amount_fen=800, topic="party:a"
    )
    payouts.check_payout(who.checker, "p1")
    Payout.objects.update(state="sent")
    told(who.operator, "b.csv", closing=-300, of=[("F1", -300, "手续费", ""), ("O1", -800, "付款 p1", "")])
    assert states()["O1"] == ("unbooked", "beyond_custody")
    assert Payout.objects.get().state == "sent"
    told(who.operator, "c.csv", closing=0, of=[("P2", 300, "货款", "")])
    assert states()["O1"] == ("paid_out", "")
    assert Payout.objects.get().state == "done"


def test_a_stop_before_the_unbooked_lines_are_tried_again_loses_none(monkeypatch: pytest.MonkeyPatch) -> None:
    who = given_bank.people()
    told(who.operator, "a.csv", closing=-500, of=[("F1", -500, "手续费", "")])

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as kill:
        kill.setattr(lines, "book_unbooked", killed)
        with pytest.raises(KeyboardInterrupt):
            told(who.operator, "b.csv", closing=100, of=[("P1", 600, "货款", "")])
    assert desk.unfinished().count() == 1
    jobs.fetch_news()
    assert not desk.unfinished().exists()
    assert states()["F1"] == ("suspense", "unknown_debit")
    assert BankFile.objects.count() == 2
    payouts.require_even()
