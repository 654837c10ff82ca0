"""A title stands on every page in the language of the page, where the seller gave it in both."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.exchange import given_deals as given
from tests.exchange import given_desk as desk
from tests.exchange.given_hall import Day, signed_in, the_floor
from tests.web.given_pages import text_of
from zhirong.exchange.models import Listing
from zhirong.registry.models import Right
from zhirong.web import pages

pytestmark = pytest.mark.django_db(transaction=True)
ZH, EN = "储能电池液冷均温结构专利转让", "Sale of a battery cooling patent"
TEMPLATES = Path(pages.__file__).parent / "templates"
BARE = re.compile(r"(?:\w+\.)*(?:listing|right)\.title\b")


def test_no_template_shows_the_title_of_a_listing_or_a_right_in_one_language_alone() -> None:
    found = {path.name: BARE.findall(path.read_text("utf-8")) for path in TEMPLATES.rglob("*.html")}
    assert {name: bare for name, bare in found.items() if bare} == {}


def test_the_pages_of_both_sides_and_of_the_office_show_the_title_in_their_language() -> None:
    sold = desk.a_deal()
    listing = sold.deal.listing
    Listing.objects.filter(pk=listing.pk).update(title=ZH, title_en=EN)
    seller, buyer, clerk = (signed_in(one) for one in (sold.seller.person, sold.buyer.person, sold.house.operator))
    deal = f"/deals/{sold.deal.number}"
    shown = [
        *(
            (seller, path)
            for path in ("/desk", "/desk/listings", "/desk/deals", f"/listings/{listing.number}/seller", deal)
        ),
        *((buyer, path) for path in ("/desk", "/desk/bids", "/desk/deals", deal)),
        *((clerk, path) for path in ("/office/deals", f"/office/deals/{sold.deal.pk}")),
    ]
    for browser, path in shown:
        assert ZH in text_of(browser, path), path
    for browser in (seller, buyer, clerk):
        browser.get("/view?lang=en&back=/")
    for browser, path in shown:
        text = text_of(browser, path)
        assert EN in text, path
        assert ZH not in text, path


def test_the_office_queue_and_its_room_show_the_title_in_their_language() -> None:
    day = Day()
    submitted = given.a_draft(day.house, day.seller)
    lot, _ = day.auction()
    Listing.objects.filter(pk__in=(submitted.pk, lot.listing_id)).update(title=ZH, title_en=EN)
    Right.objects.update(title_en="A battery")
    clerk = signed_in(day.house.operator)
    clerk.get("/view?lang=en&back=/")
    with the_floor():
        for path in ("/office", f"/office/listings/{submitted.pk}", "/office/floor", f"/office/lots/{lot.pk}"):
            text = text_of(clerk, path)
            assert EN in text, path
            assert ZH not in text.replace(f'value="{ZH}"', ""), path
