"""The bank's desk: every line counts once, what nobody expected waits for two persons, nothing leaves uneven books."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.ledger import given_bank
from tests.ledger import given_books as given
from tests.people import given_people as people
from zhirong.base.refused import Refused
from zhirong.ledger import bank as banks
from zhirong.ledger import bank_view, rules
from zhirong.ledger.actions import bank as desk
from zhirong.ledger.actions import earmarks, matches, payouts, simulated
from zhirong.ledger.actions import transfers as actions
from zhirong.ledger.models import BankFile, BankLine, Expectation, Reconciliation
from zhirong.people.models import Party
from zhirong.record import actions as record
from zhirong.record.models import Event

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def test_a_payment_that_fits_is_credited_to_its_party() -> None:
    who = given_bank.people()
    code = given_bank.expected("a", 50_000_00)
    simulated.pay_in("公司a", 50_000_00, memo=f"保证金 {code}", now=record.now())
    taken = given_bank.taken(who.operator)
    assert [one.code for one in taken.met] == [code]
    assert (taken.fresh, taken.repeated, taken.suspended) == (1, 0, 0)
    assert given.balance(rules.available("a")) == 50_000_00
    assert taken.standing == rules.Standing(50_000_00, 50_000_00, 50_000_00, 0, 0, 0)
    assert Expectation.objects.get().met_by == BankLine.objects.get()


def test_the_same_line_in_two_files_is_one_credit() -> None:
    who = given_bank.people()
    code = given_bank.expected("a", 100)
    simulated.pay_in("公司a", 100, memo=code, now=record.now(), quirk="twice")
    first, second = given_bank.taken(who.operator), None
    simulated.pay_in("公司b", 5, memo="", now=record.now())
    second = given_bank.taken(who.operator)
    assert (first.fresh, second.fresh, second.repeated) == (1, 1, 1)
    assert given.balance(rules.available("a")) == 100
    assert second.standing.is_even


def test_the_same_file_twice_changes_nothing() -> None:
    who = given_bank.people()
    code = given_bank.expected("a", 100)
    simulated.pay_in("公司a", 100, memo=code, now=record.now())
    name, file = given_bank.BANK.statement(record.now())
    desk.take_statement(who.operator, file, name=name)
    events = Event.objects.count()
    again = desk.take_statement(who.operator, file, name="again.csv")
    assert (again.fresh, again.repeated) == (0, 1)
    assert BankFile.objects.count() == 1
    assert Event.objects.count() == events
    assert given.balance(rules.available("a")) == 100


@pytest.mark.parametrize(("quirk", "why"), [("wrong_amount", "wrong_amount"), ("stranger", "unknown_payer")])
def test_what_does_not_fit_goes_to_suspense_and_two_persons_place_it(quirk: simulated.Quirk, why: str) -> None:
    who = given_bank.people()
    code = given_bank.expected("a", 100)
    simulated.pay_in("公司a", 100, memo=code, now=record.now(), quirk=quirk)
    taken = given_bank.taken(who.operator)
    line = BankLine.objects.get()
    assert (taken.suspended, line.state, line.why) == (1, "suspense", why)
    assert given.balance(rules.available("a")) == 0
    assert given.balance(rules.suspense()) == line.amount
    with pytest.raises(Refused) as refused:
        matches.confirm_match(who.checker, line.pk)
    assert refused.value == Refused("ledger.line_not_proposed", state="suspense")
    matches.propose_match(who.operator, line.pk, account=rules.available("a"))
    assert given.balance(rules.available("a")) == 0
    matches.confirm_match(who.checker, line.pk)
    assert given.balance(rules.available("a")) == line.amount
    assert given.balance(rules.suspense()) == 0


def test_the_maker_of_a_match_cannot_confirm_it() -> None:
    who = given_bank.people()
    given_bank.RoleGrant.objects.create(
        person=who.operator, role="checker", granted_at=record.now(), confirmed_at=record.now()
    )
    simulated.pay_in("x", 100, memo="", now=record.now())
    given_bank.taken(who.operator)
    actions.open_account(rules.available("a"))
    line = matches.propose_match(who.operator, BankLine.objects.get().pk, account=rules.available("a"))
    with pytest.raises(Refused) as refused:
        matches.confirm_match(who.operator, line.pk)
    assert refused.value == Refused("ledger.same_person")
    assert given.balance(rules.available("a")) == 0


def test_suspense_goes_to_clients_only() -> None:
    who = given_bank.people()
    simulated.pay_in("x", 100, memo="", now=record.now())
    given_bank.taken(who.operator)
    actions.open_account("fee:seller")
    with pytest.raises(Refused) as refused:
        matches.propose_match(who.operator, BankLine.objects.get().pk, account="fee:seller")
    assert refused.value == Refused("ledger.not_clients_account", path="fee:seller", named=0)


def test_a_payment_that_the_bank_takes_back_is_reversed_while_it_is_free() -> None:
    who = given_bank.people()
    code = given_bank.expected("a", 100)
    simulated.pay_in("公司a", 100, memo=code, now=record.now(), quirk="taken_back")
    taken = given_bank.taken(who.operator)
    assert (taken.fresh, taken.suspended) == (2, 0)
    assert given.balance(rules.available("a")) == given.balance(rules.custody()) == 0
    assert list(BankLine.objects.order_by("pk").values_list("state", flat=True)) == ["taken_back", "reversed"]
    assert taken.standing.is_even


def test_a_payment_taken_back_after_it_was_frozen_waits_for_two_persons() -> None:
    who = given_bank.people()
    code = given_bank.expected("a", 100)
    line = simulated.pay_in("公司a", 100, memo=code, now=record.now())
    given_bank.taken(who.operator)
    actions.freeze(None, id="h1", party_ref="a", lot="7", amount_fen=100, topic="listing:7")
    simulated.take_back(line.bank_ref, now=record.now())
    taken = given_bank.taken(who.operator)
    assert taken.suspended == 1
    assert given.balance(rules.suspense()) == -100
    assert given.sums(rules.available("a")) == (100, 0, 0, 100)
    assert taken.standing.is_even


def test_a_line_told_late_halts_payouts_until_it_is_told() -> None:
    who = given_bank.people()
    given_bank.expected("a", 100)
    now = record.now()
    simulated.pay_in("公司a", 100, memo="Pa", now=now)
    simulated.pay_in("公司b", 30, memo="", now=now, quirk="late")
    taken = given_bank.taken(who.operator)
    assert taken.standing.difference == 30
    assert not taken.standing.is_even
    assert earmarks.let_go("Pa") == 100
    payout = payouts.make_payout(
        who.operator, id="p1", account=rules.available("a"), payee="公司a", amount_fen=40, topic="x"
    )
    with pytest.raises(Refused) as refused:
        payouts.check_payout(who.checker, payout.pk)
    assert refused.value == Refused("ledger.payouts_halted", difference_fen=30)
    name, file = given_bank.BANK.statement(now + timedelta(hours=5))
    desk.take_statement(who.operator, file, name=name)
    assert Reconciliation.objects.order_by("-pk")[0].is_even
    assert payouts.check_payout(who.checker, payout.pk).state == "checked"


def test_a_payout_is_made_checked_sent_and_done_only_when_the_bank_says_so() -> None:
    who = given_bank.people()
    given_bank.expected("a", 100)
    simulated.pay_in("公司a", 100, memo="Pa", now=record.now())
    given_bank.taken(who.operator)
    earmarks.let_go("Pa")
    path = rules.available("a")
    for _ in range(2):
        payout = payouts.make_payout(who.operator, id="p1", account=path, payee="公司a", amount_fen=40, topic="x")
    assert given.sums(path) == (40, 0, 0, 100)
    payouts.check_payout(who.checker, payout.pk)
    assert (given.balance(path), given.balance(rules.transit())) == (60, 40)
    sent = payouts.send_payouts(who.operator, given_bank.BANK)
    assert [one.lines for one in sent] == [1]
    assert payouts.send_payouts(who.operator, given_bank.BANK) == []
    payout.refresh_from_db()
    assert payout.state == "sent"
    taken = given_bank.taken(who.operator)
    assert [one.id for one in taken.paid_out] == ["p1"]
    payout.refresh_from_db()
    assert (payout.state, payout.line) == ("done", BankLine.objects.order_by("-pk")[0])
    assert taken.standing == rules.Standing(60, 60, 60, 0, 0, 0)


def test_a_refused_payout_frees_its_money() -> None:
    who = given_bank.people()
    path = given.funded("a", 100)
    payouts.make_payout(who.operator, id="p1", account=path, payee="公司a", amount_fen=40, topic="x")
    payouts.refuse_payout(who.checker, "p1", reason="wrong payee")
    assert given.sums(path) == (0, 0, 0, 100)
    with pytest.raises(Refused) as refused:
        payouts.check_payout(who.checker, "p1")
    assert refused.value == Refused("ledger.payout_not_waiting", id="p1", state="refused")


def test_a_stranger_gets_the_money_back_by_two_persons() -> None:
    who = given_bank.people()
    simulated.pay_in("x", 100, memo="", now=record.now())
    given_bank.taken(who.operator)
    payout = payouts.return_to_payer(who.operator, BankLine.objects.get().pk)
    payouts.check_payout(who.checker, payout.pk)
    payouts.send_payouts(who.operator, given_bank.BANK)
    taken = given_bank.taken(who.operator)
    assert taken.standing == rules.Standing(0, 0, 0, 0, 0, 0)


def test_an_instruction_handed_over_twice_is_paid_once() -> None:
    file = banks.write_instructions([banks.Instruction("p1", "公司a", "6222020000000001", 40, "CNY", "x", "x")])
    for _ in range(2):
        given_bank.BANK.take_instructions(file, now=record.now())
    assert simulated.holds_now() == -40


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("S1,acc,公司a,100,2026-11-22,,", "amount"),
        ("S1,acc,公司a,1e2,2026-11-22,,", "amount"),
        ("S1,acc,公司a,1.00,22.11.2026,,", "value_date"),
        (",acc,公司a,1.00,2026-11-22,,", "bank_ref"),
        (f"S1,acc,公司a,1.00,2026-11-22,{'x' * 201},", "memo"),
    ],
)
def test_a_file_with_one_unreadable_row_is_not_booked_at_all(row: str, column: str) -> None:
    who = given_bank.people()
    file = ",".join(banks.STATEMENT) + "\nS0,acc,公司a,1.00,2026-11-22,,\n" + row + "\n"
    with pytest.raises(Refused) as refused:
        desk.take_statement(who.operator, file.encode(), name="x.csv")
    assert refused.value == Refused("ledger.file_unreadable", row=3, column=column)
    assert BankFile.objects.count() == BankLine.objects.count() == 0


def test_a_line_that_reads_differently_than_before_refuses_its_file() -> None:
    who = given_bank.people()
    head = ",".join(banks.STATEMENT)
    desk.take_statement(who.operator, f"{head}\nS1,acc,公司a,1.00,2026-11-22,,\n".encode(), name="1.csv")
    with pytest.raises(Refused) as refused:
        desk.take_statement(who.operator, f"{head}\nS1,acc,公司a,2.00,2026-11-22,,\n".encode(), name="2.csv")
    assert refused.value == Refused("ledger.line_changed", bank_ref="S1")
    assert given.balance(rules.suspense()) == 100


def test_whoever_is_no_operator_takes_no_statement() -> None:
    who = given_bank.people()
    with pytest.raises(Refused):
        desk.take_statement(who.checker, b"", name="x.csv")


def test_the_desk_shows_what_waits_and_the_bank_its_own_lines() -> None:
    who = given_bank.people()
    simulated.customer_pays(who.checker, payer="x", amount_fen=100, memo="")
    with pytest.raises(Refused):
        simulated.customer_pays(who.checker, payer="x", amount_fen=100, memo="", quirk="late")
    assert bank_view.bank_page(who.checker) == bank_view.BankPage(holds=100, untold=1)
    given_bank.taken(who.operator)
    simulated.bank_corrects(who.operator, BankLine.objects.get().bank_ref, amount_fen=1)
    seen = bank_view.desk(who.checker)
    assert [line.why for line in seen.suspended] == ["unknown_payer"]
    assert (seen.standing.bank_says, seen.standing.custody, seen.is_halted) == (100, 100, False)
    given_bank.taken(who.operator)
    assert bank_view.desk(who.operator).standing == rules.Standing(99, 99, 0, 0, 0, 99)
    with pytest.raises(Refused):
        bank_view.desk(given.a_person("nobody"))


def test_a_line_of_the_script_is_seen_by_a_verified_party_of_its_payers_name_alone() -> None:
    party = people.a_party()
    simulated.pay_in(party.name, 100, memo="PX7KQ2", now=record.now())
    person = people.a_person("buyer", member_of=party)
    assert not bank_view.bank_lines(person).exists()
    Party.objects.filter(pk=party.pk).update(verified_at=record.now())
    assert [one.memo for one in bank_view.bank_lines(person)] == ["PX7KQ2"]


def test_a_payment_code_stands_for_one_payment_and_one_no_longer_expected_goes_to_suspense() -> None:
    who = given_bank.people()
    given_bank.expected("a", 100, code="P1")
    given_bank.expected("a", 100, code="P1")
    with pytest.raises(Refused) as refused:
        given_bank.expected("b", 100, code="P1")
    assert refused.value == Refused("ledger.code_taken", payment_code="P1")
    desk.expect_no_more(None, code="P1")
    simulated.pay_in("公司a", 100, memo="P1", now=record.now())
    assert given_bank.taken(who.operator).suspended == 1
    assert given.balance(rules.available("a")) == 0


def test_a_declined_match_waits_in_suspense_again() -> None:
    who = given_bank.people()
    simulated.pay_in("x", 100, memo="", now=record.now())
    given_bank.taken(who.operator)
    actions.open_account(rules.available("a"))
    line = matches.propose_match(who.operator, BankLine.objects.get().pk, account=rules.available("a"))
    matches.decline_match(who.checker, line.pk)
    line.refresh_from_db()
    assert (line.state, line.proposed, line.matched_by) == ("suspense", None, None)
    assert given.balance(rules.suspense()) == 100


def test_a_bank_that_holds_nothing_where_the_books_say_otherwise_halts_payouts() -> None:
    who = given_bank.people()
    given.funded("a", 100)
    assert given_bank.taken(who.operator).standing.difference == -100
    payouts.make_payout(who.operator, id="p1", account=rules.available("a"), payee="公司a", amount_fen=1, topic="x")
    with pytest.raises(Refused) as refused:
        payouts.check_payout(who.checker, "p1")
    assert refused.value == Refused("ledger.payouts_halted", difference_fen=-100)
