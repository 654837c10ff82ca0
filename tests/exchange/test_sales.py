"""What is not sold is nowhere called sold: after a default, while the next best is asked, after an annulled deal."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.api.given_api import Caller
from tests.exchange import given_deals as given
from tests.exchange import given_desk as desk
from tests.exchange.given_succession import defaults, three
from tests.exchange.test_succession import floor
from tests.web.given_pages import text_of
from zhirong.exchange import documents, sales
from zhirong.exchange.actions import settlement, succession
from zhirong.exchange.models import Deal, Listing
from zhirong.record import actions as record
from zhirong.web.exchange import front, hits

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures(floor.__name__)]


def shown(listing: Listing) -> tuple[str, str, int]:
    """What the hall's list says of a listing: its state, the word before the price, the price."""
    found = Listing.objects.annotate(live_fen=sales.live_fen()).get(pk=listing.pk)
    found.shown_items, found.shown_lots = [], list(found.lots.all())
    row = hits.listing_row(found, None)
    return row["state"][1], row["price_word"], row["price_fen"]


def test_while_the_next_best_is_asked_nothing_is_sold_and_nobody_is_named() -> None:
    house = given.House()
    deal, _, (_, second, _) = three(house)
    listing, price_fen = deal.listing, deal.price_fen
    page = text_of(Client(), f"/listings/{listing.number}")
    assert "成交价" in page
    assert front.count(record.now(), number=0, at=0).sold_week == 1
    defaults(house, deal)
    page = text_of(Client(), f"/listings/{listing.number}")
    assert "成交未完成，顺位要约中" in page
    assert "成交未完成，按此价向下一顺位竞买人发出要约" in page
    assert "840,000" in page
    for address in (f"/lots/{deal.lot_id}", f"/lots/{deal.lot_id}/transcript"):
        page = text_of(Client(), address)
        assert "成交未完成，顺位要约中" in page
        assert second.party.name not in page
        assert deal.buyer.name not in page
    asked = text_of(desk.browser_of(second.person), f"/lots/{deal.lot_id}")
    assert "现征询您是否按此价格接受" in asked
    assert f'href="/deals/{Deal.objects.get(state="offered").number}"' in asked
    assert "捌拾肆万元整" in asked
    assert "您以上述价格成交" not in asked, "it was asked and bought nothing"
    assert shown(listing) == ("成交未完成，顺位要约中", "成交未完成，按此价向下一顺位竞买人发出要约", 840_000_00)
    assert Caller().get(f"/listings/{listing.pk}")["sale"] == "offered"
    assert [one.price_fen for one in documents.of_listings([given.fresh(listing)])] == [840_000_00]
    assert front.count(record.now(), number=0, at=0).sold_week == 0
    assert front.sold() == []
    # The next best says yes: it is sold, at that one's own bid and not at the hammer's.
    succession.take(second.person, Deal.objects.get(state="offered").pk, of_repaid_fen=80_000_00)
    assert shown(listing)[2] == 840_000_00 != price_fen
    assert Caller().get(f"/listings/{listing.pk}")["sale"] == "sold"
    assert second.party.name in text_of(Client(), f"/lots/{deal.lot_id}")


def test_an_annulled_deal_is_no_sale_anywhere() -> None:
    house = given.House()
    deal, _, _ = three(house)
    settlement.propose_annulment(house.operator, deal.pk, reason="专利权已终止")
    settlement.confirm_annulment(house.checker, deal.pk, payload_hash=given.waits(deal))
    listing = given.fresh(deal.listing)
    page = text_of(Client(), f"/listings/{listing.number}")
    assert "成交已撤销，挂牌价" in page
    assert "成交价" not in page
    assert shown(listing) == ("成交已撤销", "成交已撤销，挂牌价", listing.asking_fen)
    assert Caller().get(f"/listings/{listing.pk}")["sale"] == "annulled"
    assert [one.price_fen for one in documents.of_listings([listing])] == [listing.asking_fen]
    assert front.sold() == []
    assert "成交已撤销" in text_of(Client(), f"/lots/{deal.lot_id}/transcript")


@pytest.mark.parametrize(
    ("state", "reason", "sale"),
    [
        ("announced", "", ""),
        ("sold", "", "sold"),
        ("settled", "", "sold"),
        ("offering", "", "offered"),
        ("ended", "defaulted", "failed"),
        ("ended", "annulled", "annulled"),
        ("ended", "no_bidders", ""),
        ("withdrawn", "annulled", ""),
    ],
)
def test_the_word_of_a_sale_follows_the_listings_state(state: str, reason: str, sale: str) -> None:
    assert sales.of(Listing(state=state, end_reason=reason)) == sale
