"""The exchange day by its actions, from the draft to the certificate."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
from django.db import connection

from tests.exchange import given_deals as given
from tests.exchange.given_floor import until
from tests.people import given_people as people
from tests.people.given_people import deeds, refused
from zhirong.base.calendar import beijing_day
from zhirong.base.refused import Refused
from zhirong.exchange import jobs, rule_sets
from zhirong.exchange.actions import closing, deals, intents, listings, objections, settlement
from zhirong.exchange.floor import Floor
from zhirong.exchange.floor_watch import Watch
from zhirong.exchange.models import Deal, Gate, Intent, Listing, Lot
from zhirong.ledger import rules as accounts
from zhirong.ledger.actions import transfers
from zhirong.people.models import Membership
from zhirong.record import actions as record
from zhirong.record import port as sql
from zhirong.record.models import Leaf
from zhirong.registry import queries
from zhirong.registry.actions import weights

pytestmark = pytest.mark.django_db(transaction=True)
CONTRACT = hashlib.sha256(b"contract").hexdigest()


def a_floor() -> Floor:
    floor = Floor(
        lambda: sql.beside(connection),
        clock_ns=record.now_ns,
        watch=Watch(0, 1, clock_jump_ns=10**18, outage_ns=10**18),
    )
    floor.start()
    return floor


def test_a_draft_is_announced_with_its_gate_and_its_period() -> None:
    house, seller = given.House(), given.a_side("holder")
    listing = given.an_announced(house, seller)
    assert listing.state == "announced"
    assert timedelta(minutes=3) <= listing.closes_at - listing.announced_at < timedelta(minutes=3, seconds=1)
    assert listing.closes_at.microsecond == 0
    assert listing.deposit_fen == 80_000_00
    assert listing.is_demo_rules
    assert Gate.objects.get(listing=listing).passed
    assert [kind for kind in deeds() if kind.startswith("exchange.")] == [
        "exchange.drafted",
        "exchange.submitted",
        "exchange.announced",
    ]


def test_the_deposit_is_that_of_the_rules_frozen_at_the_announcement(monkeypatch: pytest.MonkeyPatch) -> None:
    house, seller = given.House(), given.a_side("holder")
    draft = given.a_draft(house, seller)
    read = rule_sets.rule_set
    dearer = {"deposit_share": Fraction(20, 100)}
    monkeypatch.setattr(rule_sets, "rule_set", lambda code, day: replace(read(code, day), **dearer))
    listing = listings.announce(house.operator, draft.pk)
    assert (draft.deposit_fen, listing.deposit_fen) == (80_000_00, 160_000_00)
    told = json.loads(Leaf.objects.get(kind="exchange.announced").body)
    assert told["deposit_fen"] == 160_000_00
    buyer = given.a_side("buyer")
    assert intents.register(buyer.person, listing.pk, party=buyer.party).deposit_fen == 160_000_00


def test_the_operator_who_drafted_a_listing_does_not_review_it() -> None:
    house, seller = given.House(), given.a_side("holder", "operator")
    draft = given.a_draft(house, seller)
    with refused("people.maker_is_checker"):
        listings.announce(seller.person, draft.pk)
    assert given.fresh(draft).state == "submitted"


def test_a_right_stands_in_one_live_listing() -> None:
    house, seller = given.House(), given.a_side("holder")
    first = given.an_announced(house, seller)
    right = first.items.get().right
    again = listings.draft(seller.person, given.an_offer(seller, right))
    listings.submit(seller.person, again.pk)
    with refused("listing.right_listed_already"):
        listings.announce(house.operator, again.pk)
    assert given.fresh(again).state == "submitted"


def test_nobody_comes_and_the_listing_is_extended_as_announced_then_ends() -> None:
    house, seller = given.House(), given.a_side("holder")
    listing = given.an_announced(house, seller)
    for extension in (1, 2):
        given.time_passes(minutes=4)
        jobs.tick()
        assert (given.fresh(listing).state, given.fresh(listing).extensions) == ("announced", extension)
    given.time_passes(minutes=4)
    jobs.tick()
    assert (given.fresh(listing).state, given.fresh(listing).end_reason) == ("ended", "no_bidders")
    assert not listing.items.filter(is_live=True).exists()


def test_one_buyer_and_the_sellers_silence_make_a_deal_at_the_asking_price() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    listing = given.an_announced(house, seller)
    given.an_admitted(listing, buyer)
    given.time_passes(minutes=4)
    jobs.tick()
    assert given.fresh(listing).state == "answering"
    given.time_passes(minutes=6)
    jobs.tick()
    deal = Deal.objects.get()
    assert (deal.price_fen, deal.buyer, deal.state) == (800_000_00, buyer.party, "contract")


def test_the_sellers_no_ends_the_listing_and_frees_the_deposit() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    listing = given.an_announced(house, seller)
    given.an_admitted(listing, buyer)
    assert given.free_fen(buyer) == 0
    given.time_passes(minutes=4)
    jobs.tick()
    closing.answer(seller.person, listing.pk, consents=False)
    assert given.fresh(listing).end_reason == "seller_declined"
    assert given.free_fen(buyer) == 80_000_00
    assert Intent.objects.get().deposit_state == "released"


def test_the_sellers_own_people_may_not_register() -> None:
    house, seller = given.House(), given.a_side("holder", "buyer")
    listing = given.an_announced(house, seller)
    with refused("lot.seller_may_not_bid"):
        intents.register(seller.person, listing.pk, party=seller.party)
    assert not Intent.objects.exists()


def sold(house: given.House, seller: given.Side, first: given.Side, second: given.Side) -> Deal:
    """An auction that the first buyer wins at 840,000 yuan."""
    listing = given.an_announced(house, seller)
    codes = {side.party.ref: given.an_admitted(listing, side).code for side in (first, second)}
    given.time_passes(minutes=4)
    jobs.tick()
    lot = Lot.objects.get(listing=listing)
    floor = a_floor()
    try:
        given.time_passes(seconds=5)
        for side, price_fen in ((second, 800_000_00), (first, 840_000_00)):
            reply = floor.bid(lot.pk, codes[side.party.ref], price_fen, key=f"k{price_fen}").result(5)
            assert reply.accepted, reply
        given.time_passes(minutes=30)
        until(lambda: Lot.objects.get(pk=lot.pk).state == "closed")
    finally:
        floor.stop()
    jobs.tick()
    return Deal.objects.get(listing=listing)


def test_an_auction_is_won_paid_recorded_and_certified_to_the_fen() -> None:
    house, seller = given.House(), given.a_side("holder")
    first, second = given.a_side("buyer"), given.a_side("buyer")
    deal = sold(house, seller, first, second)
    assert (deal.price_fen, deal.buyer, deal.state) == (840_000_00, first.party, "contract")
    text = given.contract_of(deal)
    with refused("deal.text_changed"):
        deals.accept(seller.person, deal.pk, side="seller", contract_sha256=CONTRACT)
    deals.accept(seller.person, deal.pk, side="seller", contract_sha256=text)
    deal = deals.accept(first.person, deal.pk, side="buyer", contract_sha256=text)
    assert deal.state == "payment"
    assert given.free_fen(second) == 80_000_00
    given.money_for(first.party, deal.price_fen + deal.buyer_fee_fen - 80_000_00)
    deal = settlement.take_price(deal.pk)
    assert deal.state == "recordal"
    escrow = transfers.open_account(accounts.escrow(deal.number))
    assert escrow.credits_posted == deal.price_fen + deal.buyer_fee_fen
    entered = settlement.enter_recordal(
        house.operator,
        deal.pk,
        settlement.Proof("2026000123456", beijing_day(record.now()), given.a_notice(house.operator)),
    )
    with refused("deal.recordal_changed"):
        settlement.confirm_recordal(house.checker, deal.pk, payload_hash="other")
    with refused("file.not_read"):
        settlement.confirm_recordal(house.checker, deal.pk, payload_hash=entered.payload_hash)
    assert given.free_fen(seller) == 0
    given.reads(house.checker, entered.file)
    deal = settlement.confirm_recordal(house.checker, deal.pk, payload_hash=entered.payload_hash)
    assert deal.state == "settled"
    assert given.free_fen(seller) == deal.price_fen - deal.seller_fee_fen
    assert given.free_fen(first) == 0
    fees = transfers.open_account("fee:exchange")
    assert fees.credits_posted == deal.seller_fee_fen + deal.buyer_fee_fen
    right = deal.listing.items.get().right
    assert [one.party for one in queries.holdings_on(right, beijing_day(record.now()))] == [first.party]
    assert deal.certificate.number.startswith("PZ-")
    assert deeds()[-1] == "exchange.certified"


def test_an_objection_stops_the_clock_until_somebody_uninvolved_decides() -> None:
    house, seller = given.House(), given.a_side("holder")
    first, second = given.a_side("buyer"), given.a_side("buyer")
    deal = sold(house, seller, first, second)
    due = deal.contract_due_at
    raised = objections.raise_objection(second.person, deal.pk, text="成交价与公告的加价幅度不符，请复核。")
    with refused("deal.stopped"):
        deals.accept(seller.person, deal.pk, side="seller", contract_sha256=CONTRACT)
    given.time_passes(minutes=7)
    with refused("objection.not_uninvolved"):
        objections.decide(house.operator, raised.pk, upheld=False, decision="加价幅度与公告一致，不成立。")
    objections.decide(house.umpire, raised.pk, upheld=False, decision="加价幅度与公告一致，不成立。")
    deal = Deal.objects.get(pk=deal.pk)
    assert deal.stopped_at is None
    assert timedelta(minutes=7) <= deal.contract_due_at - due < timedelta(minutes=8)


def test_an_upheld_objection_undoes_the_deal_and_gives_everything_back() -> None:
    house, seller = given.House(), given.a_side("holder")
    first, second = given.a_side("buyer"), given.a_side("buyer")
    deal = sold(house, seller, first, second)
    raised = objections.raise_objection(second.person, deal.pk, text="竞价系统在最后一分钟无法出价，请复核。")
    objections.decide(house.umpire, raised.pk, upheld=True, decision="经查系统确有故障，撤销成交。")
    assert Deal.objects.get(pk=deal.pk).state == "annulled"
    assert (given.free_fen(first), given.free_fen(second)) == (80_000_00, 80_000_00)
    assert given.fresh(deal.listing).state == "ended"


def test_a_pledge_that_is_registered_meanwhile_stops_the_listing() -> None:
    house, seller = given.House(), given.a_side("holder")
    listing = given.an_announced(house, seller)
    given.a_pledge(house, listing.items.get().right)
    jobs.tick()
    stopped = given.fresh(listing)
    assert stopped.state == "suspended"
    assert "exchange.suspended" in deeds()
    jobs.tick()
    assert deeds().count("exchange.suspended") == 1
    with refused("listing.still_closed", number=listing.number):
        listings.resume(house.operator, listing.pk, reason="已核实。")
    assert given.fresh(listing).state == "suspended"
    encumbrance = listing.items.get().right.encumbrances.get()
    weights.release(house.operator, encumbrance, day=beijing_day(record.now()))
    assert listings.resume(house.operator, listing.pk, reason="已核实。").state == "announced"


def test_a_buyer_who_signed_does_not_default_and_an_annulment_gives_everything_back() -> None:
    house, seller = given.House(), given.a_side("holder")
    first, second = given.a_side("buyer"), given.a_side("buyer")
    deal = sold(house, seller, first, second)
    deals.accept(first.person, deal.pk, side="buyer", contract_sha256=given.contract_of(deal))
    given.time_passes(hours=1)
    with refused("deal.buyer_kept_word"):
        settlement.propose_default(house.operator, deal.pk, reason="未签约")
    with refused("deal.annulment_not_proposed"):
        settlement.confirm_annulment(house.checker, deal.pk, payload_hash=given.waits(deal))
    settlement.propose_annulment(house.operator, deal.pk, reason="转让方逾期未签约")
    deal = settlement.confirm_annulment(house.checker, deal.pk, payload_hash=given.waits(deal))
    assert deal.state == "annulled"
    assert (given.free_fen(first), given.free_fen(second)) == (80_000_00, 80_000_00)
    assert given.fresh(deal.listing).state == "ended"


def test_money_that_came_by_another_way_counts_as_deposit() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    listing = given.an_announced(house, seller)
    intent = intents.register(buyer.person, listing.pk, party=buyer.party)
    assert intent.deposit_state == "due"
    given.money_for(buyer.party, listing.deposit_fen)
    jobs.tick()
    assert Intent.objects.get().state == "admitted"


def test_a_deed_that_cannot_be_done_does_not_hold_up_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    house, seller = given.House(), given.a_side("holder")
    listing = given.an_announced(house, seller)

    def refuses(_: int) -> None:
        raise Refused("intent.unknown", intent=7)

    monkeypatch.setattr(jobs.money, "deposits_met", lambda: [7])
    monkeypatch.setattr(jobs.intents, "deposit_arrived", refuses)
    given.time_passes(minutes=4)
    jobs.tick()
    assert given.fresh(listing).extensions == 1


def test_a_request_to_join_binds_nobody() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    listing = given.an_announced(house, seller)
    stranger = people.a_person("buyer")
    for party in (seller.party, buyer.party):
        Membership.objects.create(person=stranger, party=party, asked_at=record.now())
    assert given.an_admitted(listing, buyer).state == "admitted"


def test_one_person_does_not_bid_for_two() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    listing = given.an_announced(house, seller)
    given.an_admitted(listing, buyer)
    other = people.a_party(is_verified=True)
    people.a_membership(buyer.person, other)
    with refused("intent.one_hand"):
        intents.register(buyer.person, listing.pk, party=other)


def test_silence_sells_nothing_below_the_reserve() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    listing = given.an_announced(house, seller)
    Listing.objects.filter(pk=listing.pk).update(reserve_fen=900_000_00)
    given.an_admitted(listing, buyer)
    given.time_passes(minutes=4)
    jobs.tick()
    given.time_passes(minutes=6)
    jobs.tick()
    assert given.fresh(listing).end_reason == "below_reserve"
    assert not Deal.objects.exists()
    assert given.free_fen(buyer) == 80_000_00
