"""A court auction in which nobody bought is run a second time: 15 days of announcement, at most a fifth cheaper."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from tests.exchange import given_deals as given
from tests.people.given_people import refused
from tests.web.given_pages import text_of
from zhirong.exchange import jobs
from zhirong.exchange.actions import listings
from zhirong.exchange.models import Listing
from zhirong.registry.models import Right

pytestmark = pytest.mark.django_db(transaction=True)
COURT = "court_timed"


def unsold(house: given.House, seller: given.Side, *, rule_set: str = COURT) -> tuple[Listing, Right]:
    """A first auction to which nobody came."""
    listing = given.an_announced(house, seller, rule_set=rule_set)
    given.time_passes(days=31)
    jobs.tick()
    listing = given.fresh(listing)
    assert listing.state == "ended"
    return listing, listing.items.get().right


def announced(house: given.House, seller: given.Side, right: Right, *, asking_fen: int = 800_000_00) -> Listing:
    offer = given.an_offer(seller, right, asking_fen=asking_fen, rule_set=COURT)
    draft = listings.draft(seller.person, offer)
    return listings.announce(house.operator, listings.submit(seller.person, draft.pk).pk)


def days_of(listing: Listing) -> timedelta:
    assert listing.closes_at is not None
    assert listing.announced_at is not None
    return timedelta(days=round((listing.closes_at - listing.announced_at) / timedelta(days=1)))


def test_the_first_is_announced_30_days_and_the_second_15() -> None:
    house, seller = given.House(), given.a_side("holder")
    first, right = unsold(house, seller)
    assert days_of(first) == timedelta(days=30)
    again = announced(house, seller, right, asking_fen=640_000_00)
    assert (again.follows_id, days_of(again)) == (first.pk, timedelta(days=15))


def test_the_second_is_at_most_a_fifth_cheaper() -> None:
    house, seller = given.House(), given.a_side("holder")
    _, right = unsold(house, seller)
    with refused("listing.relist_too_low", least_fen=640_000_00):
        announced(house, seller, right, asking_fen=639_999_99)
    assert Listing.objects.count() == 1


def test_after_30_days_and_after_a_second_one_it_is_a_first_again() -> None:
    house, seller = given.House(), given.a_side("holder")
    _, right = unsold(house, seller)
    again = announced(house, seller, right)
    given.time_passes(days=16)
    jobs.tick()
    assert given.fresh(again).state == "ended"
    third = announced(house, seller, right, asking_fen=100_000_00)
    assert (third.follows, days_of(third)) == (None, timedelta(days=30))
    _, other = unsold(house, seller)
    given.time_passes(days=31)
    late = announced(house, seller, other, asking_fen=100_000_00)
    assert (late.follows, days_of(late)) == (None, timedelta(days=30))


def test_the_rules_page_names_the_term_and_its_source() -> None:
    page = text_of(Client(), "/rules")
    assert page.count("流拍后再次拍卖，公告不少于") == 1
    assert "其他财产权应当在拍卖十五日前公告" in page
