"""An offer to the next best has a term and binds; only a fault in it lets two persons take it back (民法典 476)."""

from __future__ import annotations

import pytest

from tests.exchange import given_deals as given
from tests.exchange import given_desk as desk
from tests.exchange.test_succession import DEPOSIT, defaults, floor, three
from tests.people.given_people import deeds, refused
from tests.web.given_pages import text_of
from zhirong.exchange import jobs
from zhirong.exchange.actions import succession
from zhirong.exchange.models import Deal

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures(floor.__name__)]


def test_an_offer_is_withdrawn_by_two_with_a_reason_and_the_one_after_it_is_asked() -> None:
    house = given.House()
    deal, _, (_, second, third) = three(house)
    defaults(house, deal)
    offer = Deal.objects.get(state="offered")
    with refused("people.not_allowed"):
        succession.propose_withdrawal(second.person, offer.pk, reason="x")
    with refused("deal.withdrawal_not_proposed"):
        succession.confirm_withdrawal(house.checker, offer.pk)
    with refused("listing.text_length"):
        succession.propose_withdrawal(house.operator, offer.pk, reason=" ")
    for _ in range(2):
        succession.propose_withdrawal(house.operator, offer.pk, reason="该竞买人与转让方有关联，不得受让")
    with refused("people.not_allowed"):
        succession.confirm_withdrawal(house.operator, offer.pk)
    assert "顺位要约拟收回" in text_of(desk.browser_of(house.checker), f"/office/deals/{offer.pk}")
    for _ in range(2):
        assert succession.confirm_withdrawal(house.checker, offer.pk).state == "withdrawn"
    assert (deeds().count("exchange.offer_withdrawal_proposed"), deeds().count("exchange.offer_withdrawn")) == (1, 1)
    following = Deal.objects.get(state="offered")
    assert (following.buyer, following.rank) == (third.party, 3)
    assert "不得受让" in text_of(desk.browser_of(second.person), f"/deals/{offer.number}")
    jobs.tick()
    assert Deal.objects.get(pk=offer.pk).floor_told is True


def test_an_offer_that_was_taken_is_not_withdrawn() -> None:
    house = given.House()
    deal, _, (_, second, _) = three(house)
    defaults(house, deal)
    offer = Deal.objects.get(state="offered")
    succession.propose_withdrawal(house.operator, offer.pk, reason="写错了")
    given.pays_away(second.party, DEPOSIT)
    succession.take(second.person, offer.pk, of_repaid_fen=DEPOSIT)
    with refused("deal.offer_taken"):
        succession.confirm_withdrawal(house.checker, offer.pk)
    assert Deal.objects.get(pk=offer.pk).state == "offered"
