"""A court auction in which nobody bought is run a second time: 15 days of announcement, at most a fifth cheaper."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client

from tests.exchange import given_deals as given
from tests.people.given_people import refused
from tests.web.given_pages import text_of
from zhirong.exchange import jobs
from zhirong.exchange.actions import changes, listings
from zhirong.exchange.models import Listing
from zhirong.record import actions as record
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
    third = announced(house, seller, right, asking_fen=640_000_00)
    assert (third.follows, days_of(third)) == (None, timedelta(days=30))
    _, other = unsold(house, seller)
    given.time_passes(days=31)
    late = announced(house, seller, other, asking_fen=640_000_00)
    assert (late.follows, days_of(late)) == (None, timedelta(days=30))


def test_the_price_of_the_run_before_binds_after_the_term_of_a_second_one_too() -> None:
    house, seller = given.House(), given.a_side("holder")
    _, right = unsold(house, seller)
    given.time_passes(days=31)
    second = announced(house, seller, right, asking_fen=700_000_00)
    given.time_passes(days=31)
    jobs.tick()
    assert given.fresh(second).state == "ended"
    with refused("listing.relist_too_low", least_fen=560_000_00):
        announced(house, seller, right, asking_fen=559_999_99)
    given.time_passes(days=340)
    offer = given.an_offer(seller, right, asking_fen=1_000_00, rule_set=COURT)
    assert listings.draft(seller.person, offer).state == "draft", "a year after its announcement it binds no more"


def test_another_right_beside_it_is_no_way_around_and_a_lighter_rule_set_has_its_own() -> None:
    house, seller = given.House(), given.a_side("holder")
    first, right = unsold(house, seller)
    both = given.an_offer(seller, right, given.a_right(house, seller.party), asking_fen=639_999_99, rule_set=COURT)
    with refused("listing.relist_too_low", least_fen=640_000_00):
        listings.draft(seller.person, both)
    with refused("listing.relist_too_low", least_fen=640_000_00):
        changed = listings.draft(seller.person, replace(both, asking_fen=640_000_00))
        changes.change(seller.person, changed.pk, both)
    assert listings.draft(seller.person, replace(both, rule_set="platform")).follows is None
    assert first.state == "ended"


def test_a_draft_written_while_the_first_still_ran_is_judged_again_at_its_announcement() -> None:
    house, seller = given.House(), given.a_side("holder")
    first = given.an_announced(house, seller, rule_set=COURT)
    right = first.items.get().right
    draft = listings.draft(seller.person, given.an_offer(seller, right, asking_fen=100_000_00, rule_set=COURT))
    given.time_passes(days=31)
    jobs.tick()
    with refused("listing.relist_too_low", least_fen=640_000_00):
        listings.announce(house.operator, listings.submit(seller.person, draft.pk).pk)
    assert given.fresh(draft).state == "submitted"


def test_cut_upon_cut_a_state_owned_right_stays_above_nine_tenths_of_its_first_price() -> None:
    house, seller = given.House(), given.a_side("holder")
    first = given.an_announced(house, seller, rule_set="state_owned")
    right = first.items.get().right

    def ends(listing: Listing) -> None:
        Listing.objects.filter(pk=listing.pk).update(state="ended", ended_at=record.now(), end_reason="no_buyer")
        listing.items.update(is_live=False)

    def again(asking_fen: int) -> Listing:
        draft = listings.draft(
            seller.person, given.an_offer(seller, right, asking_fen=asking_fen, rule_set="state_owned")
        )
        given.state_papers_of(house, seller, draft, value_fen=asking_fen)
        return listings.announce(house.operator, listings.submit(seller.person, draft.pk).pk)

    ends(first)
    ends(again(720_000_00))
    with refused("listing.relist_too_low", least_fen=720_000_00):
        again(648_000_00)
    given.time_passes(days=366)
    ends(again(648_000_00))


def test_what_was_sold_since_binds_nobody() -> None:
    house, seller = given.House(), given.a_side("holder")
    first, right = unsold(house, seller)
    sold = given.an_announced(house, seller, rule_set=COURT)
    sold.items.update(is_live=False, right=right)
    Listing.objects.filter(pk=sold.pk).update(state="settled")
    given.time_passes(days=31)
    assert announced(house, seller, right, asking_fen=1_000_00).announced_at is not None
    assert first.state == "ended"


def test_the_rules_page_names_the_term_and_its_source() -> None:
    page = text_of(Client(), "/rules")
    assert page.count("流拍后再次拍卖，公告不少于") == 1
    assert "其他财产权应当在拍卖十五日前公告" in page
