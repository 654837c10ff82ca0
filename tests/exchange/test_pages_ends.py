"""My listings show the end that matters now, with its word."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.exchange import given_desk as desk
from tests.exchange.given_hall import Day, given
from tests.web.given_pages import text_of
from zhirong.base import shown
from zhirong.exchange import jobs
from zhirong.exchange.models import Listing, Lot
from zhirong.web import filters

pytestmark = pytest.mark.django_db(transaction=True)
PLACES = ("/desk", "/desk/listings", "/desk/listings?form=csv")


def test_registration_then_the_bidding_ends() -> None:
    day = Day()
    listing = day.announced()
    seller = desk.browser_of(day.seller.person)
    assert listing.closes_at is not None
    for path in PLACES:
        text = seller.get(path).content.decode()
        assert "报名截止" in text
        assert filters.short_moment(listing.closes_at) in text
    for buyer in day.buyers:
        given.an_admitted(listing, buyer)
    given.time_passes(minutes=4)
    jobs.tick()
    lot = Lot.objects.get(listing=listing)
    # As on a real day, the bidding ends on another one than the registration.
    Lot.objects.filter(pk=lot.pk).update(closes_ns=lot.closes_ns + 2 * 86_400 * 10**9)
    for path in PLACES:
        text = seller.get(path).content.decode()
        assert "竞价截止" in text
        assert filters.short_moment(shown.from_ns(lot.closes_ns + 2 * 86_400 * 10**9)) in text
        assert "报名截止" not in text
    Lot.objects.filter(pk=lot.pk).update(state="paused")
    assert "竞价截止" not in text_of(seller, "/desk/listings")


def test_the_sellers_answer_has_its_own_end_and_a_review_none() -> None:
    house, seller = given.House(), given.a_side("holder")
    listing = given.a_draft(house, seller)
    browser = desk.browser_of(seller.person)
    assert listing.submitted_at is not None
    then = listing.submitted_at + timedelta(days=3)
    Listing.objects.filter(pk=listing.pk).update(closes_at=then)
    for path in PLACES:
        text = browser.get(path).content.decode()
        assert "报名截止" not in text
        assert filters.short_moment(then) not in text
    Listing.objects.filter(pk=listing.pk).update(state="answering", answer_due_at=then)
    text = text_of(browser, "/desk/listings")
    assert "应答复" in text
    assert filters.moment(then) in text
