"""A forfeited deposit belongs to those who own the right, each by its share."""

from __future__ import annotations

import pytest

from tests.exchange import given_deals as given
from tests.exchange import given_money
from tests.exchange.test_proceeds import a_co_owned, free_of, in_escrow
from tests.people import given_people as people
from tests.people.given_people import refused
from zhirong.exchange import proceeds
from zhirong.exchange.actions import settlement, splits
from zhirong.exchange.models import Deal, Share
from zhirong.ledger import reports
from zhirong.ledger.models import Due
from zhirong.people.models import Party
from zhirong.registry.models import Holding

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]


def a_proposed_default(house: given.House, seller: given.Side, other: Party) -> Deal:
    """A co-owned right (one hundredth the listing party's) whose buyer did not sign; a second person's word is open."""
    deal = given_money.a_deal_of(a_co_owned(house, seller, other, ppm=10_000), given.a_side("buyer"))
    given.seller_accepts(deal)
    given.time_passes(minutes=11)
    return settlement.propose_default(house.operator, deal.pk, reason="逾期未签约。")


def test_co_owners_share_a_forfeited_deposit_by_their_parts() -> None:
    house, seller, other = given.House(), given.a_side("holder"), people.a_party(is_verified=True)
    deal = a_proposed_default(house, seller, other)
    deal = settlement.confirm_default(house.checker, deal.pk, payload_hash=given.waits(deal))
    sellers_fen = deal.intent.deposit_fen - deal.buyer_fee_fen
    assert (free_of(seller.party), free_of(other)) == (sellers_fen // 100, sellers_fen - sellers_fen // 100)
    assert set(Due.objects.filter(why="forfeit").values_list("party", "amount")) == {
        (seller.party.pk, sellers_fen // 100),
        (other.pk, sellers_fen - sellers_fen // 100),
    }
    assert reports.balance("forfeit:deposits") == 0
    assert reports.balance("fee:exchange") == deal.buyer_fee_fen
    assert list(reports.faults()) == []


def test_the_part_of_an_owner_who_is_not_known_waits_until_two_persons_say_whose_it_is() -> None:
    house, seller, other = given.House(), given.a_side("holder"), people.a_party(is_verified=True)
    deal = a_proposed_default(house, seller, other)
    Holding.objects.filter(party=other).update(party=None)
    deal = settlement.confirm_default(house.checker, deal.pk, payload_hash=given.waits(deal))
    waits_fen = Share.objects.get(party=None).amount_fen
    assert (in_escrow(deal), free_of(other), proceeds.of(deal).waiting_fen) == (waits_fen, 0, waits_fen)
    parts = [("owner", other.ref, waits_fen)]
    split = splits.propose_split(house.operator, deal.pk, parts=parts, reason="共有人已证明身份")
    splits.confirm_split(house.checker, deal.pk, payload_hash=split.payload_hash)
    assert (in_escrow(deal), free_of(other)) == (0, waits_fen)
    assert list(reports.faults()) == []


def test_nobody_confirms_a_default_for_a_co_owner_of_their_own() -> None:
    house, seller, other = given.House(), given.a_side("holder"), people.a_party(is_verified=True)
    deal = a_proposed_default(house, seller, other)
    with refused("people.own_party"):
        settlement.confirm_default(people.a_person("checker", member_of=other), deal.pk, payload_hash=given.waits(deal))
    assert Deal.objects.get(pk=deal.pk).state == "contract"
    assert not Share.objects.exists()
