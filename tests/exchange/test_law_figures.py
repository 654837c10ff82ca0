"""Figures of the law as a listing meets them: a court's reserve, its pauses, what an unsold right may ask again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.exchange import given_deals as given
from tests.people.given_people import refused
from zhirong.exchange.actions import listings
from zhirong.exchange.models import Listing

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
