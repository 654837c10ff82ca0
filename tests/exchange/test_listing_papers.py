"""Papers of a listing for admitted bidders: every person of an admitted party reads them, and nobody else."""

from __future__ import annotations

import pytest

from tests.exchange import given_deals as given
from tests.exchange import given_desk as desk
from tests.people import given_people as people
from zhirong.exchange.actions import questions
from zhirong.exchange.models import Intent, Listing, ListingDocument
from zhirong.people.models import Membership
from zhirong.record import actions as record

pytestmark = pytest.mark.django_db(transaction=True)


def a_paper(house: given.House, seller: given.Side) -> tuple[Listing, ListingDocument]:
    listing = given.an_announced(house, seller)
    file = record.keep_file(seller.person, "report.pdf", b"%PDF-1.7 x")
    return listing, questions.add_document(seller.person, listing.pk, file=file, title="检索报告", for_admitted=True)


def test_every_person_of_an_admitted_party_reads_its_papers_and_no_other_does() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    listing, paper = a_paper(house, seller)
    given.an_admitted(listing, buyer)
    colleague, stranger = people.a_person("buyer", member_of=buyer.party), given.a_side("buyer").person
    address = f"/api/listings/{listing.pk}/documents"
    for person in (buyer.person, colleague, seller.person, house.operator):
        assert questions.may_read(person, paper, listing)
        assert len(desk.browser_of(person).get(address).json()) == 1
    for nobody in (stranger, house.checker, None):
        assert not questions.may_read(nobody, paper, listing)
    assert desk.browser_of(stranger).get(address).json() == []


def test_who_left_the_party_or_whose_party_is_no_longer_admitted_reads_nothing() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    listing, paper = a_paper(house, seller)
    given.an_admitted(listing, buyer)
    colleague = people.a_person("buyer", member_of=buyer.party)
    # The one who registered left the party: the papers are the party's.
    Membership.objects.filter(person=buyer.person).update(ended_at=record.now())
    assert not questions.may_read(buyer.person, paper, listing)
    assert questions.may_read(colleague, paper, listing)
    Intent.objects.update(state="void")
    assert not questions.may_read(colleague, paper, listing)


def test_a_paper_is_sent_to_be_saved_and_runs_nothing_in_our_name() -> None:
    house, seller = given.House(), given.a_side("holder")
    listing, paper = a_paper(house, seller)
    answer = desk.browser_of(seller.person).get(f"/listings/{listing.number}/papers/{paper.pk}")
    assert answer["Content-Disposition"].startswith("attachment; ")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["Cache-Control"] == "private, no-store"
    assert answer.content == b"%PDF-1.7 x"
    stranger = desk.browser_of(given.a_side("buyer").person)
    assert stranger.get(f"/listings/{listing.number}/papers/{paper.pk}").status_code == 404
