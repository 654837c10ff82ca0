"""What a page answers is the one thing to see: a consent without the button it stands for, an end with what follows."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.exchange import given_deals as given
from tests.exchange import given_desk as desk
from tests.exchange import given_succession as succession
from tests.exchange.test_funding import again
from tests.web.given_pages import text_of
from zhirong.exchange.actions import contracts
from zhirong.exchange.models import Intent

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_consent_takes_the_focus_and_stands_alone() -> None:
    buyer, _, listing = again()
    browser = desk.browser_of(buyer.person)
    address = f"/listings/{listing.number}/register"
    page = browser.post(address, {"party": buyer.party.pk}).content.decode()
    assert page.count("autofocus") == 1
    assert page.index("autofocus") < page.index("我同意：登记并从")
    # One way to say it, not the old button beside it.
    assert page.count(f'action="{address}"') == 1
    assert not Intent.objects.filter(listing=listing).exists()
    assert text_of(browser, f"/listings/{listing.number}").count(f'action="{address}"') == 1


@pytest.mark.usefixtures("floor")
def test_an_ended_room_leads_its_sides_to_the_deal_and_everyone_to_the_certificate(client: Client) -> None:
    house, seller, buyer, other = given.House(), given.a_side("holder"), given.a_side("buyer"), given.a_side("buyer")
    deal = succession.sold(house, seller, [(other, 800_000_00), (buyer, 820_000_00)])
    sold = desk.Sold(house, seller, buyer, contracts.write(deal.pk))
    room = f"/lots/{deal.lot_id}"
    assert f'href="/deals/{deal.number}">去签合同' in text_of(desk.browser_of(buyer.person), room)
    assert f"{buyer.party.name} · {deal.intent.code}" not in text_of(client, room)
    desk.settled(desk.paid(desk.signed(sold)))
    number = sold.fresh().certificate.number
    strangers, sides = (client, desk.browser_of(other.person)), map(desk.browser_of, (buyer.person, seller.person))
    for browser, sees_deal in [*((one, False) for one in strangers), *((one, True) for one in sides)]:
        text = text_of(browser, room)
        assert f'href="/certificates/{number}"' in text
        assert (f'href="/deals/{deal.number}"' in text) == sees_deal
        assert "去签合同" not in text
