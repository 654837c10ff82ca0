"""Who may not: an official for their own party, a firm for its client, one person for two."""

from __future__ import annotations

import pytest

from tests.people.given_people import refused
from tests.policy import given_applications as given
from tests.policy.given_applications import Desk, fresh
from tests.registry.given_rights import a_person
from zhirong.policy.actions import budget_books, payments
from zhirong.policy.applied import Booking
from zhirong.record import actions as record

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]


@pytest.fixture
def desk() -> Desk:
    given.a_measure()
    desk = Desk()
    given.a_budget(desk)
    return desk


def test_no_official_confirms_a_payment_list_that_pays_their_own_party(desk: Desk) -> None:
    row = given.approved(desk)
    made = payments.make_list(desk.first, [row.number])
    own = a_person("official", of=desk.party)
    with refused("people.own_party"):
        payments.confirm_list(own, made.pk)
    made.refresh_from_db()
    assert (made.state, made.confirmed_by) == ("draft", None)
    assert payments.confirm_list(desk.second, made.pk).state == "confirmed"


def test_no_official_confirms_the_budget_that_their_own_party_waits_for() -> None:
    given.a_measure()
    desk = Desk()
    row = given.filed(desk)
    proposed = budget_books.set_budget(
        desk.first, desk.measure, record.now().year, amount_fen=10**9, allocation="first_come", last_gets_rest=True,
        source="批复",
    )  # fmt: skip
    own = a_person("official", of=desk.party)
    with refused("people.own_party"):
        budget_books.confirm_budget(own, proposed.pk)
    proposed.refresh_from_db()
    assert (proposed.confirmed_at, fresh(row).reserved_fen, Booking.objects.count()) == (None, 0, 0)


def test_no_official_allocates_a_budget_to_their_own_party() -> None:
    given.a_measure(allocation="pro_rata")
    desk = Desk()
    book = given.a_budget(desk, 100_000_00, allocation="pro_rata")
    row = given.eligible(desk)
    with refused("people.own_party"):
        budget_books.allocate(a_person("official", of=desk.party), book.pk)
    assert (fresh(row).granted_fen, fresh(row).state) == (None, "eligible")
    budget_books.allocate(desk.first, book.pk)
    assert fresh(row).granted_fen == 100_000_00
