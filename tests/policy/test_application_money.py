"""What was granted stands against what is asked for: paid back, asked again, shared, limited."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.people.given_people import refused
from tests.policy import given_applications as given
from tests.policy.given_applications import Desk, fresh
from zhirong.base import money
from zhirong.enterprises.actions import facts
from zhirong.enterprises.rules import Told
from zhirong.policy.actions import applications, budget_books, payments, reviews
from zhirong.policy.actions.reviews import Ruling
from zhirong.policy.applied import Application, Booking, Budget, Repayment
from zhirong.record import actions as record

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]


def paid_back(desk: Desk, row: Application, amount_fen: int) -> Application:
    """So much of a paid grant was demanded and came."""
    payments.demand(desk.first, row.pk, amount_fen=amount_fen, reason="重复享受")
    payments.note_repaid(desk.second, row.pk, on=record.now().date(), reference=f"B{row.pk}")
    return fresh(row)


def test_part_paid_back_frees_that_part_of_the_ceiling_and_no_more() -> None:
    given.a_measure()
    desk = Desk()
    given.a_budget(desk)
    row = paid_back(desk, given.paid(desk, about="loan:1"), 50_000_00)
    assert row.state == "repaid"
    # Of 300,000 a year 150,000 stand; half the interest is 200,000.
    assert given.filed(desk, about="loan:2").computed_fen == 150_000_00
    with refused("policy.granted_before", number=row.number):
        given.filed(desk, about="loan:1")


def test_a_grant_paid_back_whole_frees_its_thing_and_its_room() -> None:
    given.a_measure()
    desk = Desk()
    given.a_budget(desk)
    paid_back(desk, given.paid(desk, about="loan:1"), 200_000_00)
    assert given.filed(desk, about="loan:1").computed_fen == 200_000_00


@pytest.mark.parametrize(("amount_fen", "code"), [(-1, "money.negative"), (money.LARGEST_FEN + 1, "money.too_large")])
def test_a_budget_is_no_debt_and_no_fantasy(amount_fen: int, code: str) -> None:
    given.a_measure()
    with refused(code):
        given.a_budget(Desk(), amount_fen)
    assert not Budget.objects.exists()


@pytest.mark.parametrize("amount_fen", [-1, 0, 200_000_01])
def test_money_that_is_not_owed_is_neither_noted_nor_demanded(amount_fen: int) -> None:
    given.a_measure()
    desk = Desk()
    given.a_budget(desk)
    row = given.approved(desk)
    made = payments.make_list(desk.first, [row.number])
    payments.confirm_list(desk.second, made.pk)
    line, today = made.lines.get(), record.now().date()
    with refused("policy.paid_another_amount", amount_fen=200_000_00):
        payments.note_paid(desk.first, line.pk, amount_fen=amount_fen, on=today, reference="R1")
    assert not Booking.objects.filter(kind="paid").exists()
    payments.note_paid(desk.first, line.pk, amount_fen=200_000_00, on=today, reference="R1")
    with refused("policy.repayment_too_large", granted_fen=200_000_00):
        payments.demand(desk.first, row.pk, amount_fen=amount_fen, reason="重复享受")
    assert not Repayment.objects.exists()


def received(desk: Desk, yuan: str) -> None:
    """The office states what the enterprise has had of the measure this year."""
    facts.note_facts(desk.first, desk.party, [Told("received_this_year", yuan)], source="office")


def test_support_from_elsewhere_and_a_grant_of_this_house_both_count() -> None:
    given.a_measure()
    desk = Desk()
    given.a_budget(desk)
    received(desk, "50000")
    given.eligible(desk, about="loan:1")
    # Of 300,000 a year 50,000 came from elsewhere and 200,000 are granted here.
    row = given.proposed(desk, about="loan:2")
    assert (row.computed_fen, row.decided_fen) == (50_000_00, 50_000_00)
    assert fresh(reviews.confirm(desk.second, row.pk, decided_sha256=row.decided_sha256)).granted_fen == 50_000_00


def test_a_grant_that_the_file_already_tells_counts_once() -> None:
    given.a_measure()
    desk = Desk()
    given.a_budget(desk)
    given.paid(desk, about="loan:1")
    received(desk, "240000")
    # 200,000 of the 240,000 were paid here: 60,000 are left.
    assert given.proposed(desk, about="loan:2").decided_fen == 60_000_00


def test_what_an_official_finds_to_be_received_in_all_knows_the_grants_of_this_house() -> None:
    given.a_measure()
    desk = Desk()
    given.a_budget(desk)
    given.eligible(desk, about="loan:1")
    row = given.complete(desk, about="loan:2")
    found = Ruling(verdict="eligible", differences={"received_this_year": "270000"}, difference_reason="账簿")
    row = reviews.decide(desk.first, row.pk, found)
    assert row.decided_fen == 30_000_00
    assert fresh(reviews.confirm(desk.second, row.pk, decided_sha256=row.decided_sha256)).granted_fen == 30_000_00


def test_a_grant_undone_since_the_filing_no_longer_counts() -> None:
    given.a_measure()
    desk = Desk()
    given.a_budget(desk)
    received(desk, "50000")
    first = given.published(desk, about="loan:1")
    row = given.complete(desk, about="loan:2")
    assert row.computed_fen == 50_000_00
    applications.withdraw(desk.member, first.pk, reason="改报")
    assert reviews.decide(desk.first, row.pk, Ruling(verdict="eligible")).decided_fen == 200_000_00


def shared(desk: Desk, **how: str) -> tuple[Budget, Application, Application]:
    """Two cases of one enterprise decided for a shared budget, and nothing allocated yet."""
    book = given.a_budget(desk, allocation="pro_rata")
    return book, given.eligible(desk, about="loan:1"), given.eligible(desk, about="loan:2", **how)


def test_two_loans_under_a_shared_budget_hold_the_yearly_ceiling_before_anything_is_allocated() -> None:
    given.a_measure(allocation="pro_rata")
    desk = Desk()
    book, first, second = shared(desk)
    # 200,000 wait for their share: 100,000 of the 300,000 a year are left for the second.
    assert (first.decided_fen, second.decided_fen) == (200_000_00, 100_000_00)
    budget_books.allocate(desk.first, book.pk)
    assert [fresh(row).granted_fen for row in (first, second)] == [200_000_00, 100_000_00]


def test_a_share_that_waits_bars_what_its_clause_excludes() -> None:
    given.a_measure(allocation="pro_rata")
    given.a_measure(
        given.OTHER, cumulation='[{rule: exclusive, scope: same_loan, with: ["id:x-pledge-support"], clause: c-once}]'
    )
    desk = Desk()
    given.a_budget(desk, allocation="pro_rata")
    given.a_budget(desk, measure=given.OTHER)
    row = given.eligible(desk, about="loan:1")
    assert row.granted_fen is None
    with refused("policy.excluded_by_other", number=row.number):
        given.filed(desk, about="loan:1", measure=given.OTHER)


def test_what_was_granted_since_lowers_the_share_at_the_allocation() -> None:
    given.a_measure(allocation="pro_rata")
    given.a_measure(given.OTHER)
    joint = (
        '[{rule: joint_cap, scope: enterprise_year, with: ["id:x-interest-support"], clause: c-cap, limit: "250000"}]'
    )
    given.a_measure("x-joint", allocation="pro_rata", cumulation=joint)
    desk = Desk()
    book = given.a_budget(desk, measure="x-joint", allocation="pro_rata")
    given.a_budget(desk, measure=given.OTHER)
    waits = given.proposed(desk, about="loan:1", measure="x-joint")
    other = given.proposed(desk, about="loan:2", measure=given.OTHER)
    waits = reviews.confirm(desk.second, waits.pk, decided_sha256=waits.decided_sha256)
    assert waits.decided_fen == 200_000_00
    # The other was decided before and would be lowered; granted whole, it leaves 50,000 of the joint 250,000.
    Application.objects.filter(pk=other.pk).update(state="eligible", verdict="eligible", granted_fen=200_000_00)
    budget_books.allocate(desk.first, book.pk)
    assert fresh(waits).granted_fen == 50_000_00
    book.refresh_from_db()
    assert (book.granted_fen, book.reserved_fen) == (50_000_00, 0)


def self_stated(desk: Desk, about: str, **said: str) -> str:
    """What the enterprise itself says of a loan."""
    facts.note_facts(
        desk.member, desk.party, [Told(name, value, about=about) for name, value in said.items()], source="self"
    )
    return about


def test_what_is_applied_for_is_a_thing_of_the_file() -> None:
    given.a_measure()
    desk = Desk()
    with refused("policy.about_unknown", about="loan:9"):
        applications.start(desk.member, desk.party, given.MEASURE, about="loan:9")
    facts.note_facts(desk.member, desk.party, [Told("patent_kind", "invention", about="patent:1")], source="self")
    with refused("policy.about_unknown", about="patent:1"):
        applications.start(desk.member, desk.party, given.MEASURE, about="patent:1")
    given.a_loan(desk, "loan:1")
    for about in ("", "loan:9", "patent:1"):
        with refused("policy.about_which", things="loan:1"):
            applications.start(desk.member, desk.party, given.MEASURE, about=about)
    assert not Application.objects.exists()


def test_a_loan_under_another_label_is_not_paid_twice() -> None:
    given.a_measure()
    desk = Desk()
    given.a_budget(desk)
    self_stated(desk, "loan:1", loan_interest_paid="100000")
    row = given.start_and_file(desk, "loan:1")
    first = given.confirmed(desk, row)
    again = given.started(desk, self_stated(desk, "loan:01", loan_interest_paid="100000"))
    with refused("policy.granted_before", number=first.number):
        applications.file(desk.member, again.pk)
    assert fresh(again).state == "draft"
    # Another loan has figures of its own.
    assert given.start_and_file(desk, self_stated(desk, "loan:2", loan_interest_paid="90000")).computed_fen == 45_000_00


def test_one_statement_of_interest_is_paid_for_one_loan() -> None:
    given.a_measure()
    desk = Desk()
    given.a_budget(desk)
    for about in ("loan:1", "loan:2"):
        self_stated(desk, about, reg_district="440304")
    first = given.confirmed(desk, given.start_and_file(desk, "loan:1"))
    with refused("policy.granted_before", number=first.number):
        given.start_and_file(desk, "loan:2")


def test_two_labels_of_a_loan_filed_at_once_are_granted_once() -> None:
    given.a_measure()
    desk = Desk()
    given.a_budget(desk)
    rows = [
        reviews.complete(desk.first, given.start_and_file(desk, self_stated(desk, about, loan_interest_paid="9000")).pk)
        for about in ("loan:1", "loan:01")
    ]
    one, two = (reviews.decide(desk.first, row.pk, Ruling(verdict="eligible")) for row in rows)
    reviews.confirm(desk.second, one.pk, decided_sha256=one.decided_sha256)
    with refused("policy.decision_changed", number=two.number):
        reviews.confirm(desk.second, two.pk, decided_sha256=two.decided_sha256)
    assert Budget.objects.get().granted_fen == 4_500_00


def test_a_measure_about_the_enterprise_itself_is_granted_once_a_year() -> None:
    given.a_measure()
    desk = Desk()
    given.a_budget(desk)
    first = given.paid(desk)
    with refused("policy.granted_before", number=first.number):
        given.filed(desk)
    assert first.filed_at
    last_year = first.filed_at - timedelta(days=366)
    Application.objects.filter(pk=first.pk).update(filed_at=last_year)
    assert given.filed(desk).computed_fen == 200_000_00


def in_line(count: int, desk: Desk) -> list[Application]:
    """Cases of as many enterprises, each of 200,000, decided once in the order of their acceptance."""
    desks = [Desk(first=desk.first, second=desk.second, third=desk.third) for _ in range(count)]
    return [given.proposed(one) for one in desks]


def confirm(desk: Desk, row: Application) -> int | None:
    return reviews.confirm(desk.second, row.pk, decided_sha256=row.decided_sha256).granted_fen


def test_a_raised_budget_serves_the_next_in_turn_and_closes_again_where_it_runs_out() -> None:
    given.a_measure()
    desk = Desk()
    given.a_budget(desk, 250_000_00)
    first, second, third, fourth, fifth = in_line(5, desk)
    assert [confirm(desk, first), confirm(desk, second)] == [200_000_00, 50_000_00]
    given.a_budget(desk, 550_000_00)
    assert [confirm(desk, row) for row in (third, fourth, fifth)] == [200_000_00, 100_000_00, 0]
    # Lowered again it does not open.
    book = given.a_budget(desk, 550_000_00, last_gets_rest=False)
    (late,) = in_line(1, desk)
    assert confirm(desk, late) == 0
    book.refresh_from_db()
    assert book.granted_fen == 550_000_00
