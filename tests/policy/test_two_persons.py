"""Who may not: an official for their own party, a firm for its client, one person for two."""

from __future__ import annotations

import pytest

from tests.people.given_people import deeds, refused
from tests.policy import given_applications as given
from tests.policy.given_applications import Desk, fresh
from tests.registry.given_rights import a_file, a_person
from zhirong.base.calendar import beijing_day
from zhirong.enterprises.models import Consent
from zhirong.people.models import Membership, Party, Person
from zhirong.policy.actions import applications, budget_books, payments
from zhirong.policy.applied import Booking, Budget
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
    book = proposed(desk.first, 10**9)
    own = a_person("official", of=desk.party)
    with refused("people.own_party"):
        budget_books.confirm_budget(own, book.pk, proposed_sha256=book.proposed_sha256)
    book.refresh_from_db()
    assert (book.confirmed_at, fresh(row).reserved_fen, Booking.objects.count()) == (None, 0, 0)


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


def proposed(who: Person, amount_fen: int) -> Budget:
    return budget_books.set_budget(
        who, given.MEASURE, record.now().year, amount_fen=amount_fen, allocation="first_come", last_gets_rest=True,
        source="批复",
    )  # fmt: skip


def test_a_budget_is_confirmed_as_it_was_read_and_not_as_it_was_proposed_since() -> None:
    given.a_measure()
    desk = Desk()
    read = proposed(desk.first, 100_000_00).proposed_sha256
    row = proposed(desk.first, 900_000_00)
    with refused("policy.another_budget_read", amount_fen=900_000_00):
        budget_books.confirm_budget(desk.second, row.pk, proposed_sha256=read)
    row.refresh_from_db()
    assert (row.confirmed_at, row.amount_fen) == (None, 900_000_00)
    for _ in range(2):
        budget_books.confirm_budget(desk.second, row.pk, proposed_sha256=row.proposed_sha256)
    assert [one for one in deeds() if one == "policy.budget_confirmed"] == ["policy.budget_confirmed"]


def test_who_demands_a_repayment_does_not_note_that_it_came(desk: Desk) -> None:
    row = given.paid(desk)
    payments.demand(desk.first, row.pk, amount_fen=50_000_00, reason="重复享受")
    today = beijing_day(record.now())
    with refused("people.maker_is_checker"):
        payments.note_repaid(desk.first, row.pk, on=today, reference="B7")
    with refused("people.own_party"):
        payments.note_repaid(a_person("official", of=desk.party), row.pk, on=today, reference="B7")
    after = fresh(row)
    assert after.budget
    assert (after.state, after.budget.returned_fen) == ("repayment", 0)
    for _ in range(2):
        payments.note_repaid(desk.second, row.pk, on=today, reference="B7")
    after = fresh(row)
    assert after.budget
    assert (after.state, after.budget.returned_fen) == ("repaid", 50_000_00)


def joined(person: Person, party: Party) -> None:
    Membership.objects.create(person=person, party=party, asked_at=record.now(), confirmed_at=record.now())


def test_nobody_of_the_firm_that_prepared_files_even_as_a_member_of_the_enterprise(desk: Desk) -> None:
    firm = given.an_enterprise()
    both, helper = a_person("holder", of=firm), a_person("holder", of=firm)
    joined(both, desk.party)
    given.consented(desk, firm)
    row = given.drafted(desk)
    applications.attach(helper, row.pk, material="form", file=a_file(b"of the firm"))
    with refused("policy.preparer_never_files", firm=firm.name, name=desk.party.name):
        applications.file(both, row.pk)
    assert (fresh(row).state, fresh(row).filed_at, Booking.objects.count()) == ("draft", None, 0)
    # Neither the end of the consent nor leaving the firm makes it the enterprise's own hand.
    Consent.objects.update(ended_at=record.now())
    Membership.objects.filter(person=both, party=firm).update(ended_at=record.now())
    with refused("policy.preparer_never_files"):
        applications.file(both, row.pk)
    assert applications.file(desk.member, row.pk).filed_by == desk.member
    with refused("policy.preparer_never_files"):
        applications.withdraw(both, row.pk, reason="代为撤回")


def test_who_sits_in_the_firm_and_in_the_enterprise_prepares_for_the_firm(desk: Desk) -> None:
    firm = given.an_enterprise()
    both = a_person("holder", of=firm)
    joined(both, desk.party)
    given.consented(desk, firm)
    row = applications.start(both, desk.party, given.MEASURE)
    for material in ("form", "licence"):
        applications.attach(both, row.pk, material=material, file=a_file(material.encode()))
    with refused("policy.preparer_never_files"):
        applications.file(both, row.pk)
    assert applications.file(desk.member, row.pk).state == "filed"


def test_a_member_of_two_enterprises_files_where_neither_prepares_for_the_other(desk: Desk) -> None:
    firm = given.an_enterprise()
    both = a_person("holder", of=firm)
    joined(both, desk.party)
    assert applications.file(both, given.drafted(desk).pk).filed_by == both
