"""Fees that nobody knows as paid stay unknown: amber to the seller, announced on the operator's express word alone."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from tests.api.given_api import a_caller
from tests.exchange import given_deals as given
from tests.exchange import given_desk as desk
from tests.people import given_people as people
from tests.people.given_people import deeds, refused
from tests.web.given_pages import text_of
from zhirong.exchange.actions import bulk, changes, listings
from zhirong.exchange.models import Listing, ListingChange, ListingItem
from zhirong.record.models import Leaf
from zhirong.registry.models import Right

pytestmark = pytest.mark.django_db(transaction=True)
SAID = "exchange.fees_unknown_said"
TICK = "即使 {number} 的年费缴纳情况未知，仍予公告"


def nobody_looked(right: Right) -> None:
    """The register was last seen in its fifth year, with the fourth paid."""
    right.facts = json.dumps({**json.loads(right.facts), "fees_paid_through_year": 4, "fees_as_of": "2021-03-08"})
    right.save(update_fields=["facts"])


def a_draft() -> tuple[given.House, given.Side, Listing]:
    """A draft that waits for review; nobody looked at the register since its right's fifth year."""
    house, seller = given.House(), given.a_side("holder")
    listing = given.a_draft(house, seller)
    nobody_looked(listing.items.get().right)
    return house, seller, listing


def test_the_seller_reads_unknown_and_what_to_bring_and_no_green_yes() -> None:
    _, seller, listing = a_draft()
    right = listing.items.get().right
    page = text_of(desk.browser_of(seller.person), f"/listings/{listing.number}/seller")
    assert "缴费凭证" in page
    assert "权利是否有效未知" in page
    assert f"/rights/{right.pk}/fees" in page
    assert 'class="state go"' not in page


def test_without_the_operators_word_it_is_not_announced_and_with_it_the_word_stands_on_the_record() -> None:
    house, _, listing = a_draft()
    right = listing.items.get().right
    with refused("listing.fees_unknown", number=listing.number, rights=[right.number]):
        listings.announce(house.operator, listing.pk)
    assert (given.fresh(listing).state, SAID in deeds()) == ("submitted", False)
    assert listings.announce(house.operator, listing.pk, fees_unknown=True).state == "announced"
    told = json.loads(Leaf.objects.get(kind=SAID).body)
    assert (told["who"], told["rights"]) == (house.operator.ref, [right.number])
    assert "第 5–9 年度年费" in text_of(Client(), f"/listings/{listing.number}")


def test_a_row_of_many_is_refused_by_its_number_unless_the_operator_says_it_of_that_row() -> None:
    house, seller = given.House(), given.a_side("holder")
    maker, rights = people.a_person("operator"), [given.a_right(house, seller.party) for _ in range(3)]
    for right in rights[1:]:
        nobody_looked(right)
    offers = [given.an_offer(seller, right) for right in rights]
    done = bulk.publish_many(maker, house.operator, offers, fees_unknown={2})
    assert done.announced == 2
    assert [(place, refusal.code, refusal.facts) for place, refusal in done.refused.items()] == [
        (1, "listing.row_fees_unknown", {"row": 2, "rights": [rights[1].number]})
    ]
    assert set(ListingItem.objects.values_list("right_id", flat=True)) == {rights[0].pk, rights[2].pk}
    told = json.loads(Leaf.objects.get(kind=SAID).body)
    assert (told["who"], told["rights"]) == (house.operator.ref, [rights[2].number])
    assert told["number"] == ListingItem.objects.get(right=rights[2]).listing.number


def test_where_all_is_known_nothing_is_confirmed() -> None:
    house, seller = given.House(), given.a_side("holder")
    listings.announce(house.operator, given.a_draft(house, seller).pk, fees_unknown=True)
    assert SAID not in deeds()


def test_the_page_asks_for_the_tick_and_refuses_without_it() -> None:
    house, _, listing = a_draft()
    operator, address = desk.browser_of(house.operator), f"/office/listings/{listing.pk}"
    assert TICK.format(number=listing.items.get().right.number) in text_of(operator, address)
    assert operator.post(address, {"deed": "announce"}).status_code == 409
    assert operator.post(address, {"deed": "announce", "fees_unknown": "yes"}).status_code == 302
    assert given.fresh(listing).state == "announced"


def test_a_change_is_announced_on_the_same_word() -> None:
    house, seller = given.House(), given.a_side("holder")
    listing = given.an_announced(house, seller)
    right = listing.items.get().right
    changes.change(seller.person, listing.pk, given.an_offer(seller, right, asking_fen=700_000_00))
    nobody_looked(right)
    change = ListingChange.objects.get()
    with refused("listing.fees_unknown"):
        changes.approve(house.operator, change.pk)
    assert changes.approve(house.operator, change.pk, fees_unknown=True).edition == 2
    assert deeds().count(SAID) == 1


def test_a_program_says_it_too() -> None:
    house, _, listing = a_draft()
    operator, address = a_caller(house.operator), f"/listings/{listing.pk}/announce"
    assert operator.refused(address) == (409, "listing.fees_unknown")
    assert operator.post(address, {"fees_unknown": True})["state"] == "announced"
