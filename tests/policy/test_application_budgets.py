"""Budgets of applications: never overdrawn, by acceptance, by share, by rank; what other grants take off; the clock."""

from __future__ import annotations

import hashlib
import queue
import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date, timedelta

import pytest
from django.db import connections
from pytest_django import DjangoAssertNumQueries

from tests.people.given_people import refused
from tests.policy import given_applications as given
from tests.policy.given_applications import Desk, fresh
from zhirong.base.refused import Refused
from zhirong.policy import application_rules as rules
from zhirong.policy import jobs
from zhirong.policy.actions import applications, budget_books, reviews
from zhirong.policy.actions.reviews import Ruling
from zhirong.policy.applied import Application, Booking, Budget
from zhirong.policy.engine import budget as engine
from zhirong.policy.models import MeasureText
from zhirong.record import actions as record
from zhirong.record.models import Notice

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]
WRITERS = 8


def several(count: int, *, officials: Desk, interest: list[str]) -> list[Application]:
    """Cases of as many enterprises, decided once, in the order of their acceptance."""
    found = []
    for place in range(count):
        desk = Desk(first=officials.first, second=officials.second, third=officials.third)
        given.qualify(desk.party, desk.member, interest=interest[place])
        found.append(given.proposed(desk))
    return found


def confirmed(row: Application, desk: Desk) -> str:
    """Confirmed by the second official; the code of the refusal where it was refused."""
    try:
        reviews.confirm(desk.second, row.pk, decided_sha256=row.decided_sha256)
    except Refused as no:
        return no.code
    return ""


@pytest.mark.parametrize("last_gets_rest", [True, False])
def test_eight_writers_grant_by_acceptance_and_never_more_than_the_budget(*, last_gets_rest: bool) -> None:
    given.a_measure()
    desk = Desk()
    given.a_budget(desk, 500_000_00, last_gets_rest=last_gets_rest)
    interest = [str(n) for n in (300_000, 200_000, 400_000, 400_000, 100_000, 60_000, 500_000, 20_000)]
    rows = several(len(interest), officials=desk, interest=interest)
    left = queue.SimpleQueue[Application]()
    for row in random.Random(7).sample(rows, len(rows)):
        left.put(row)

    def work() -> None:
        # Whoever is told to wait for an earlier case puts its own back and takes another.
        with suppress(queue.Empty):
            while row := left.get_nowait():
                if confirmed(row, desk) == "policy.earlier_undecided":
                    left.put(row)
        connections.close_all()

    with ThreadPoolExecutor(WRITERS) as pool:
        for done in [pool.submit(work) for _ in range(WRITERS)]:
            done.result(timeout=120)
    asked = [engine.Asked(row.number, row.decided_fen or 0, accepted=f"{place:03d}") for place, row in enumerate(rows)]
    expected = engine.allocate(asked, 500_000_00, "first_come", last_gets_rest=last_gets_rest)
    assert {row.number: fresh(row).granted_fen for row in rows} == dict(expected.fen)
    book = Budget.objects.get()
    assert (book.granted_fen, book.reserved_fen) == (sum(expected.fen.values()), 0)
    assert book.granted_fen <= book.amount_fen
    states = {row.number: fresh(row).state for row in rows}
    assert states == {number: "eligible" if fen else "refused" for number, fen in expected.fen.items()}


def test_nobody_is_cut_while_an_earlier_case_is_undecided() -> None:
    given.a_measure()
    desk = Desk()
    given.a_budget(desk, 250_000_00)
    first, second = several(2, officials=desk, interest=["400000", "400000"])
    assert confirmed(second, desk) == "policy.earlier_undecided"
    assert fresh(second).state == "proposed"
    reviews.confirm(desk.second, first.pk, decided_sha256=first.decided_sha256)
    reviews.confirm(desk.second, second.pk, decided_sha256=second.decided_sha256)
    assert (fresh(first).granted_fen, fresh(second).granted_fen) == (200_000_00, 50_000_00)


def test_pro_rata_shares_the_budget_to_the_fen() -> None:
    given.a_measure(allocation="pro_rata")
    desk = Desk()
    book = given.a_budget(desk, 100_000_01, allocation="pro_rata")
    rows = several(3, officials=desk, interest=["200000", "200000", "200000"])
    with refused("policy.budget_undecided", count=3, number=rows[0].number):
        budget_books.allocate(desk.first, book.pk)
    for row in rows:
        assert confirmed(row, desk) == ""
    budget_books.allocate(desk.first, book.pk)
    budget_books.allocate(desk.first, book.pk)
    parts = [fresh(row).granted_fen for row in rows]
    assert parts == [33_333_34, 33_333_34, 33_333_33]
    book.refresh_from_db()
    assert (book.granted_fen, book.reserved_fen) == (100_000_01, 0)


def test_total_control_that_does_not_reach_is_not_guessed() -> None:
    given.a_measure(allocation="total_control")
    desk = Desk()
    book = given.a_budget(desk, 150_000_00, allocation="total_control")
    rows = several(2, officials=desk, interest=["200000", "200000"])
    for row in rows:
        assert confirmed(row, desk) == ""
    with refused("policy.allocation_unsettled", asked_fen=200_000_00):
        budget_books.allocate(desk.first, book.pk)
    assert [fresh(row).granted_fen for row in rows] == [None, None]


def test_a_grant_needs_a_confirmed_budget_and_the_text_rules_its_allocation() -> None:
    given.a_measure()
    desk = Desk()
    row = given.proposed(desk)
    with refused("policy.budget_missing", year=record.now().year):
        reviews.confirm(desk.second, row.pk, decided_sha256=row.decided_sha256)
    with refused("policy.allocation_differs"):
        given.a_budget(desk, allocation="pro_rata")
    proposed = budget_books.set_budget(
        desk.first, desk.measure, record.now().year, amount_fen=10**9, allocation="first_come", last_gets_rest=True,
        source="批复",
    )  # fmt: skip
    with refused("people.maker_is_checker"):
        budget_books.confirm_budget(desk.first, proposed.pk, proposed_sha256=proposed.proposed_sha256)
    budget_books.confirm_budget(desk.second, proposed.pk, proposed_sha256=proposed.proposed_sha256)
    # What was accepted before the budget was there is reserved in it.
    assert fresh(row).reserved_fen == 200_000_00
    reviews.confirm(desk.second, row.pk, decided_sha256=row.decided_sha256)
    assert fresh(row).granted_fen == 200_000_00


def test_a_new_budget_takes_the_sums_over_and_is_never_below_what_is_granted() -> None:
    given.a_measure()
    desk = Desk()
    given.a_budget(desk)
    row = given.eligible(desk)
    with refused("policy.budget_below_granted", granted_fen=200_000_00):
        given.a_budget(desk, 100_000_00)
    book = given.a_budget(desk, 200_000_00)
    assert (book.granted_fen, book.amount_fen) == (200_000_00, 200_000_00)
    assert fresh(row).budget == book
    assert Booking.objects.filter(budget=book).count() == 2


def test_eighty_and_a_hundred_per_cent_are_told_once() -> None:
    given.a_measure()
    desk = Desk()
    given.a_budget(desk, 400_000_00)
    given.filed(desk, about="loan:1")
    kinds = Notice.objects.filter(person_ref=desk.third.ref, kind="policy.budget_warned")
    assert kinds.count() == 0
    given.qualify(desk.party, desk.member, interest="300000")
    given.filed(desk, about="loan:2")
    assert kinds.count() == 1
    row = Application.objects.latest("pk")
    applications.withdraw(desk.member, row.pk, reason="改期")
    assert Budget.objects.get().warned_percent == 0


def test_a_grant_that_excludes_another_is_named_with_its_clause() -> None:
    given.a_measure()
    given.a_measure(
        given.OTHER, cumulation='[{rule: exclusive, scope: same_loan, with: ["id:x-pledge-support"], clause: c-once}]'
    )
    desk = Desk()
    for measure in (given.MEASURE, given.OTHER):
        given.a_budget(desk, measure=measure)
    row = given.eligible(desk, about="loan:1")
    clause = {"zh": "同一贷款不重复", "en": "Each loan is supported once"}
    with refused("policy.excluded_by_other", number=row.number, clause=clause):
        given.filed(desk, about="loan:1", measure=given.OTHER)
    assert given.filed(desk, about="loan:2", measure=given.OTHER).computed_fen == 200_000_00


def test_a_granted_measure_that_can_no_longer_be_computed_refuses_no_other_case() -> None:
    given.a_measure()
    given.a_measure(
        given.OTHER, cumulation='[{rule: deduct, scope: same_loan, with: ["id:x-pledge-support"], clause: c-once}]'
    )
    text = MeasureText.objects.get(name=given.OTHER).text.replace("interest_paid", "interest_paid / staff")
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    MeasureText.objects.filter(name=given.OTHER).update(text=text, sha256=sha256)
    desk = Desk()
    given.qualify(desk.party, desk.member, staff="2")
    given.a_budget(desk, measure=given.OTHER)
    assert given.eligible(desk, about="loan:1", measure=given.OTHER).granted_fen == 100_000_00
    given.qualify(desk.party, desk.member, staff="0")
    # Its grant still stands beside the new case: the same loan is deducted, another one is not.
    assert given.filed(desk, about="loan:1").computed_fen == 100_000_00
    assert given.filed(desk, about="loan:2").computed_fen == 200_000_00


def test_a_grant_since_the_filing_is_seen_at_the_decision() -> None:
    given.a_measure()
    given.a_measure(
        given.OTHER, cumulation='[{rule: exclusive, scope: same_loan, with: ["id:x-pledge-support"], clause: c-once}]'
    )
    desk = Desk()
    for measure in (given.MEASURE, given.OTHER):
        given.a_budget(desk, measure=measure)
    first, second = given.proposed(desk), given.proposed(desk, measure=given.OTHER)
    reviews.confirm(desk.second, first.pk, decided_sha256=first.decided_sha256)
    with refused("policy.decision_changed", number=second.number):
        reviews.confirm(desk.second, second.pk, decided_sha256=second.decided_sha256)
    reviews.send_back(desk.second, second.pk, reason="已获他项")
    with refused("policy.excluded_by_other", number=first.number):
        reviews.decide(desk.first, second.pk, Ruling(verdict="eligible"))


def test_a_deduction_limits_the_amount_and_a_joint_ceiling_too() -> None:
    given.a_measure()
    given.a_measure(
        given.OTHER, cumulation='[{rule: deduct, scope: same_loan, with: ["id:x-pledge-support"], clause: c-once}]'
    )
    given.a_measure(
        "x-joint",
        cumulation='[{rule: joint_cap, scope: enterprise_year, with: ["id:x-pledge-support"], clause: c-cap,'
        ' limit: "250000"}]',
    )
    desk = Desk()
    given.a_budget(desk)
    given.eligible(desk, about="loan:1")
    given.qualify(desk.party, desk.member, interest="500000")
    assert given.filed(desk, about="loan:1", measure=given.OTHER).computed_fen == 50_000_00
    assert given.filed(desk, about="loan:1", measure="x-joint").computed_fen == 50_000_00


def test_what_was_granted_this_year_counts_under_the_ceiling() -> None:
    given.a_measure()
    desk = Desk()
    given.a_budget(desk)
    given.eligible(desk, about="loan:1")
    row = given.filed(desk, about="loan:2")
    # Of 300,000 a year 200,000 are granted: 100,000 are left although half the interest is 200,000.
    assert row.computed_fen == 100_000_00


def test_the_same_loan_is_supported_once() -> None:
    given.a_measure()
    desk = Desk()
    given.a_budget(desk)
    row = given.paid(desk, about="loan:1")
    with refused("policy.granted_before", number=row.number):
        given.filed(desk, about="loan:1")


def test_a_supplement_that_does_not_come_lapses_and_frees_the_money() -> None:
    given.a_measure()
    desk = Desk()
    given.a_budget(desk)
    row = given.filed(desk)
    reviews.ask_supplement(desk.first, row.pk, missing="营业执照")
    past = record.now() - timedelta(days=1)
    Application.objects.filter(pk=row.pk).update(remind_at=past)
    jobs.forget()
    assert jobs.tick() == 1
    assert Notice.objects.filter(person_ref=desk.member.ref, kind="policy.application_due").count() == 1
    Application.objects.filter(pk=row.pk).update(due_at=past)
    jobs.forget()
    jobs.tick()
    after = fresh(row)
    assert after.budget
    assert (after.state, after.budget.reserved_fen) == ("lapsed", 0)
    with refused("policy.application_not_its_turn"):
        applications.supplement(desk.member, row.pk)


def test_a_quiet_second_asks_no_question(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    jobs.forget()
    jobs.tick()
    with django_assert_num_queries(0):
        jobs.tick()


def test_terms_count_make_up_days_and_tell_when_they_are_provisional() -> None:
    work = rules.calendar.china()
    # 2022-09-30 is a Friday; 1 to 7 October rest, 8 and 9 October are worked.
    assert rules.due_on(work, date(2022, 9, 30), 2).day == date(2022, 10, 9)
    assert rules.due_on(work, date(2023, 1, 10), 60).day == date(2023, 4, 10)
    assert rules.due_on(work, date(2026, 12, 28), 5).provisional
    assert rules.remind_on(work, rules.due_on(work, date(2022, 9, 30), 2), 1) == date(2022, 10, 8)


@pytest.mark.parametrize(
    ("free", "waiting", "cut", "rest", "part"),
    [
        (100, (0, ""), False, True, 70),
        (50, (0, ""), False, True, 50),
        (50, (0, ""), False, False, 0),
        (100, (30, "SB-1"), False, True, 70),
        (100, (0, ""), True, True, 0),
        (-5, (0, ""), False, True, 0),
    ],
)
def test_a_turn_gives_all_the_rest_or_nothing(
    *, free: int, waiting: tuple[int, str], cut: bool, rest: bool, part: int
) -> None:
    turn = rules.Turn(free_fen=free, waiting_fen=waiting[0], waiting=waiting[1], was_cut=cut)
    assert rules.first_come_part(70, turn, last_gets_rest=rest) == part


def test_a_turn_that_hangs_on_an_earlier_case_waits() -> None:
    turn = rules.Turn(free_fen=100, waiting_fen=31, waiting="SB-1", was_cut=False)
    with refused("policy.earlier_undecided", number="SB-1"):
        rules.first_come_part(70, turn, last_gets_rest=True)
