"""Figures of the law as a listing meets them: a court's reserve, its pauses, what an unsold right may ask again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.exchange import given_deals as given
from tests.people.given_people import refused
from zhirong.base.calendar import beijing_day
from zhirong.exchange import jobs, rule_sets, terms
from zhirong.exchange.actions import listings
from zhirong.exchange.models import Listing
from zhirong.record.models import Event

pytestmark = pytest.mark.django_db(transaction=True)
COURT = "court_timed"


def test_in_court_the_reserve_is_the_starting_price() -> None:
    house, seller = given.House(), given.a_side("holder")
    offer = given.an_offer(seller, given.a_right(house, seller.party), rule_set=COURT)
    for reserve_fen in (offer.asking_fen - 1, offer.asking_fen + 1):
        with refused("listing.reserve_is_start", asking_fen=offer.asking_fen):
            listings.draft(seller.person, replace(offer, reserve_fen=reserve_fen))
    assert Listing.objects.count() == 0
    assert listings.draft(seller.person, replace(offer, reserve_fen=offer.asking_fen)).state == "draft"
    assert listings.draft(seller.person, replace(offer, rule_set="platform", reserve_fen=offer.asking_fen + 1)).pk


def test_a_court_draft_of_earlier_days_with_a_reserve_of_its_own_is_not_announced() -> None:
    house, seller = given.House(), given.a_side("holder")
    draft = given.a_draft(house, seller, rule_set=COURT)
    Listing.objects.filter(pk=draft.pk).update(reserve_fen=draft.asking_fen + 1)
    with refused("listing.reserve_is_start", asking_fen=draft.asking_fen):
        listings.announce(house.operator, draft.pk)
    assert given.fresh(draft).state == "submitted"


def test_a_paused_court_auction_resumes_within_five_days_and_a_sale_of_state_assets_within_a_month() -> None:
    since = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
    assert terms.suspension_ends("court", since) == since + timedelta(days=5)
    assert beijing_day(terms.suspension_ends("state", since)) == date(2026, 12, 24)


def test_a_paused_court_listing_is_told_of_after_five_days() -> None:
    house, seller = given.House(), given.a_side("holder")
    listing = given.an_announced(house, seller, rule_set=COURT)
    listings.suspend(house.operator, listing.pk, reason="权属有争议。")
    overdue = Event.objects.filter(kind="exchange.suspension_overdue")
    given.time_passes(days=4, hours=23)
    jobs.tick()
    assert overdue.count() == 0
    given.time_passes(hours=2)
    jobs.tick()
    assert overdue.count() == 1


@pytest.mark.parametrize("basis", ["state", "private"])
def test_the_cap_on_deposits_is_not_said_to_have_been_read(basis: str) -> None:
    bound = rule_sets._bounds()[basis]["deposit_share"]
    assert (bound["most"], bound["certain"]) == ("30/100", "memory")
