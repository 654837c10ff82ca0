"""The price never returns to its buyer, and no agreement passes a pledgee by, whatever the register says meanwhile."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.exchange import given_deals as given
from tests.exchange import given_desk as desk
from tests.exchange import given_money
from tests.exchange.test_proceeds import a_co_owned, free_of, in_escrow
from tests.people import given_people as people
from tests.people.given_people import deeds, refused
from tests.web.given_pages import text_of
from zhirong.base.calendar import beijing_day
from zhirong.exchange import jobs
from zhirong.exchange.actions import settlement, splits
from zhirong.exchange.models import Deal, Share, Split
from zhirong.ledger import reports
from zhirong.people.models import Party
from zhirong.record import actions as record
from zhirong.registry import queries
from zhirong.registry.actions import putting, weights
from zhirong.registry.engine.facts import Act
from zhirong.registry.records import Named

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]


def net_fen(deal: Deal) -> int:
    return deal.price_fen - deal.seller_fee_fen


def office_names(house: given.House, deal: Deal, party: Party) -> None:
    """The office's newer record names this party, before the operator entered the recordal."""
    said = queries.record_of(deal.listing.items.get().right)
    news = replace(said, holders=(Named(party.name, party=party.ref),), source_day=beijing_day(record.now()))
    putting.put_right(house.operator, news, source="register")
    jobs.tick()


def pledge(house: given.House, deal: Deal, pledgee: Party) -> None:
    """A pledge registered today, to which its pledgee lets the sale happen."""
    right, favoured = deal.listing.items.get().right, weights.Favoured(pledgee.name, pledgee)
    day = beijing_day(record.now())
    weights.encumber(house.operator, right, weights.Weight.PLEDGE, favoured=favoured, since=day, number="2026980001")
    weights.consent(house.operator, right, Act.SELL, by=favoured)


@pytest.mark.parametrize("days", [0, 2])
def test_the_owners_before_the_buyer_are_paid_when_the_office_named_the_buyer_first(days: int) -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    other = people.a_party(is_verified=True)
    deal = given_money.a_deal_of(a_co_owned(house, seller, other, ppm=250_000), buyer)
    deal = given_money.a_paid(deal, seller, buyer)
    given.time_passes(days=days)
    office_names(house, deal, buyer.party)
    deal = given_money.settled(house, deal)
    assert (free_of(seller.party) * 3, free_of(seller.party) + free_of(other)) == (free_of(other), net_fen(deal))
    assert (free_of(buyer.party), in_escrow(deal)) == (0, 0)
    assert set(Share.objects.values_list("party", flat=True)) == {seller.party.pk, other.pk}
    assert list(reports.faults()) == []


def test_a_co_owner_who_buys_the_rest_still_gets_its_own_share() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    deal = given_money.a_deal_of(a_co_owned(house, seller, buyer.party, ppm=500_000), buyer)
    deal = given_money.a_paid(deal, seller, buyer)
    office_names(house, deal, buyer.party)
    deal = given_money.settled(house, deal)
    assert free_of(seller.party) + free_of(buyer.party) == net_fen(deal)
    assert free_of(seller.party) == net_fen(deal) - net_fen(deal) // 2
    assert list(reports.faults()) == []


def test_an_agreement_gives_the_buyer_nothing() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    deal = given_money.a_paid(given_money.a_deal(house, seller, buyer), seller, buyer)
    parts = [("owner", seller.party.ref, net_fen(deal) - 1), ("owner", buyer.party.ref, 1)]
    with refused("deal.part_for_the_buyer", deal=deal.number):
        splits.propose_split(house.operator, deal.pk, parts=parts, reason="写错了")
    assert not deal.splits.exists()


def test_a_pledge_younger_than_the_proposal_stops_its_confirmation() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    deal = given_money.a_paid(given_money.a_deal(house, seller, buyer), seller, buyer)
    whole = [("owner", seller.party.ref, net_fen(deal))]
    split = splits.propose_split(house.operator, deal.pk, parts=whole, reason="合同")
    pledge(house, deal, people.a_party(is_verified=True))
    with refused("deal.split_without_pledgee"):
        splits.confirm_split(house.checker, deal.pk, payload_hash=split.payload_hash)
    assert deal.splits.get().state == "proposed"


def test_a_pledge_younger_than_the_agreement_stops_the_settlement_until_it_names_the_pledgee() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    pledgee = people.a_party(is_verified=True)
    deal = given_money.a_paid(given_money.a_deal(house, seller, buyer), seller, buyer)
    whole = [("owner", seller.party.ref, net_fen(deal))]
    split = splits.propose_split(house.operator, deal.pk, parts=whole, reason="合同")
    splits.confirm_split(house.checker, deal.pk, payload_hash=split.payload_hash)
    pledge(house, deal, pledgee)
    entered = given_money.a_recordal(house, deal)
    with refused("deal.split_without_pledgee"):
        settlement.confirm_recordal(house.checker, deal.pk, payload_hash=entered.payload_hash)
    assert Deal.objects.get(pk=deal.pk).state == "confirming"
    assert in_escrow(deal) == deal.price_fen + deal.buyer_fee_fen
    parts = [("pledgee", pledgee.ref, 7), ("owner", seller.party.ref, net_fen(deal) - 7)]
    split = splits.propose_split(house.operator, deal.pk, parts=parts, reason="质权人同意书")
    splits.confirm_split(house.checker, deal.pk, payload_hash=split.payload_hash)
    given.reads(house.checker, entered.file)
    settlement.confirm_recordal(house.checker, deal.pk, payload_hash=entered.payload_hash)
    assert (free_of(pledgee), free_of(seller.party), in_escrow(deal)) == (7, net_fen(deal) - 7, 0)
    assert list(reports.faults()) == []


def test_a_wrong_division_is_sent_back_by_the_second_person_and_the_registers_own_pays() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    other = people.a_party(is_verified=True)
    deal = given_money.a_deal_of(a_co_owned(house, seller, other, ppm=250_000), buyer)
    deal = given_money.a_paid(deal, seller, buyer)
    wrong = [("owner", seller.party.ref, net_fen(deal) - 1), ("owner", other.ref, 1)]
    split = splits.propose_split(house.operator, deal.pk, parts=wrong, reason="写错了")
    with refused("people.not_allowed"):
        splits.refuse_split(house.operator, deal.pk, payload_hash=split.payload_hash, reason="写错了")
    with refused("deal.split_changed"):
        splits.refuse_split(house.checker, deal.pk, payload_hash="0" * 64, reason="写错了")
    for _ in range(2):
        ended = splits.refuse_split(house.checker, deal.pk, payload_hash=split.payload_hash, reason="与登记份额不符")
        assert ended.state == "refused"
    assert deeds().count("exchange.split_refused") == 1
    with refused("deal.no_split"):
        splits.confirm_split(house.checker, deal.pk, payload_hash=split.payload_hash)
    given_money.settled(house, deal)
    assert free_of(seller.party) + free_of(other) == net_fen(deal)
    assert free_of(other) == free_of(seller.party) * 3
    assert list(reports.faults()) == []


def test_what_two_agreed_on_stands_again_when_the_proposal_after_it_is_withdrawn() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    other = people.a_party(is_verified=True)
    deal = given_money.a_deal_of(a_co_owned(house, seller, other, ppm=250_000), buyer)
    deal = given_money.a_paid(deal, seller, buyer)
    with refused("deal.no_split"):
        splits.withdraw_split(house.operator, deal.pk, reason="没有")
    agreed = [("owner", seller.party.ref, 7), ("owner", other.ref, net_fen(deal) - 7)]
    split = splits.propose_split(house.operator, deal.pk, parts=agreed, reason="合同第五条")
    splits.confirm_split(house.checker, deal.pk, payload_hash=split.payload_hash)
    with refused("deal.no_split"):
        splits.withdraw_split(house.operator, deal.pk, reason="已经复核")
    wrong = [("owner", seller.party.ref, net_fen(deal))]
    splits.propose_split(house.operator, deal.pk, parts=wrong, reason="写错了")
    for _ in range(2):
        assert splits.withdraw_split(house.operator, deal.pk, reason="写错了").state == "withdrawn"
    split.refresh_from_db()
    assert split.state == "confirmed"
    given_money.settled(house, deal)
    assert (free_of(seller.party), free_of(other)) == (7, net_fen(deal) - 7)
    assert list(reports.faults()) == []


def an_agreed(house: given.House, seller: given.Side, other: Party) -> tuple[Deal, Split]:
    """A paid deal of two owners whose agreement two persons entered and confirmed."""
    deal = given_money.a_deal_of(a_co_owned(house, seller, other, ppm=250_000), buyer := given.a_side("buyer"))
    deal = given_money.a_paid(deal, seller, buyer)
    parts = [("owner", seller.party.ref, 7), ("owner", other.ref, net_fen(deal) - 7)]
    split = splits.propose_split(house.operator, deal.pk, parts=parts, reason="合同第五条")
    return deal, splits.confirm_split(house.checker, deal.pk, payload_hash=split.payload_hash)


def test_a_confirmed_division_is_lifted_by_two_persons_and_the_registers_own_pays() -> None:
    house, seller, other = given.House(), given.a_side("holder"), people.a_party(is_verified=True)
    deal, agreed = an_agreed(house, seller, other)
    with refused("people.not_allowed"):
        splits.propose_lift(house.checker, deal.pk, reason="撤销协议")
    lift = splits.propose_lift(house.operator, deal.pk, reason="双方撤销协议")
    assert splits.propose_lift(house.operator, deal.pk, reason="双方撤销协议") == lift
    assert "解除价款分配待复核" in text_of(desk.browser_of(house.checker), "/office")
    with refused("people.not_allowed"):
        splits.confirm_split(house.operator, deal.pk, payload_hash=lift.payload_hash)
    for _ in range(2):
        assert splits.confirm_split(house.checker, deal.pk, payload_hash=lift.payload_hash).state == "lifted"
    assert (deeds().count("exchange.split_lift_proposed"), deeds().count("exchange.split_lifted")) == (1, 1)
    agreed.refresh_from_db()
    assert agreed.state == "lifted"
    # A proposal after it that is withdrawn does not bring the lifted agreement back.
    whole = [("owner", seller.party.ref, net_fen(deal))]
    splits.propose_split(house.operator, deal.pk, parts=whole, reason="写错了")
    splits.withdraw_split(house.operator, deal.pk, reason="写错了")
    given_money.settled(house, deal)
    assert free_of(other) == free_of(seller.party) * 3
    assert list(reports.faults()) == []


def test_a_lifting_that_is_sent_back_leaves_the_agreement_standing() -> None:
    house, seller, other = given.House(), given.a_side("holder"), people.a_party(is_verified=True)
    deal, agreed = an_agreed(house, seller, other)
    lift = splits.propose_lift(house.operator, deal.pk, reason="电话通知")
    splits.refuse_split(house.checker, deal.pk, payload_hash=lift.payload_hash, reason="没有书面依据")
    agreed.refresh_from_db()
    assert agreed.state == "confirmed"
    with refused("deal.split_changed"):
        splits.confirm_split(house.checker, deal.pk, payload_hash=lift.payload_hash)
    given_money.settled(house, deal)
    assert (free_of(seller.party), free_of(other)) == (7, net_fen(deal) - 7)


def test_what_was_paid_or_never_agreed_is_not_lifted() -> None:
    house, seller, other = given.House(), given.a_side("holder"), people.a_party(is_verified=True)
    deal, _ = an_agreed(house, seller, other)
    given_money.settled(house, deal)
    with refused("deal.split_paid"):
        splits.propose_lift(house.operator, deal.pk, reason="付错了")
    plain = given_money.a_paid(given_money.a_deal(house, seller, buyer := given.a_side("buyer")), seller, buyer)
    with refused("deal.no_agreement"):
        splits.propose_lift(house.operator, plain.pk, reason="没有")
    splits.propose_split(house.operator, plain.pk, parts=[("owner", seller.party.ref, net_fen(plain))], reason="合同")
    with refused("deal.no_agreement"):
        splits.propose_lift(house.operator, plain.pk, reason="尚未复核")


def test_only_the_registered_pledgee_of_a_live_pledge_has_a_pledgees_part() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    pledgee, stranger = people.a_party(is_verified=True), people.a_party(is_verified=True)
    deal = given_money.a_paid(given_money.a_deal(house, seller, buyer), seller, buyer)
    parts = [("pledgee", pledgee.ref, 7), ("owner", seller.party.ref, net_fen(deal) - 7)]
    with refused("deal.not_the_pledgee", pledgees="–"):
        splits.propose_split(house.operator, deal.pk, parts=parts, reason="没有质押")
    pledge(house, deal, pledgee)
    wrong = [("pledgee", stranger.ref, 7), ("owner", seller.party.ref, net_fen(deal) - 7)]
    with refused("deal.not_the_pledgee", pledgees=pledgee.name, party=stranger.name):
        splits.propose_split(house.operator, deal.pk, parts=wrong, reason="写错了")
    assert not deal.splits.exists()
    assert splits.propose_split(house.operator, deal.pk, parts=parts, reason="质权人同意书").state == "proposed"
