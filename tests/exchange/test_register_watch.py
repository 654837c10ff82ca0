"""The register changes between announcement and settlement (E28)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.test import Client

from tests.exchange import given_deals as given
from tests.exchange import given_desk as desk
from tests.people import given_people as people
from tests.web.given_pages import text_of
from zhirong.base.calendar import beijing_day
from zhirong.base.refused import Refused, sentence
from zhirong.exchange import jobs
from zhirong.exchange.actions import bidding, listings, objections, register_watch, settlement
from zhirong.exchange.models import Listing, Lot, Share
from zhirong.ledger import reports
from zhirong.record import actions as record
from zhirong.record.models import Leaf, Notice
from zhirong.registry import queries
from zhirong.registry.actions import putting, titles, weights
from zhirong.registry.models import Encumbrance, Holding, RegisterEvent, Right
from zhirong.registry.records import Named

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture(autouse=True)
def nothing_looked_at_yet() -> None:
    register_watch.forget()


def names_other(house: given.House, right: Right, other: Named, *, on: date | None = None) -> None:
    """A newer record of the register names somebody else."""
    day = on or beijing_day(record.now())
    said = queries.record_of(Right.objects.get(pk=right.pk))
    putting.put_right(house.operator, replace(said, holders=(other,), source_day=day), source="register")


def deeds(kind: str) -> list[dict]:
    return [json.loads(leaf.body) for leaf in Leaf.objects.filter(kind=kind).order_by("pk")]


def right_of(listing: Listing) -> Right:
    return listing.items.get().right


def test_a_listing_stops_when_the_register_names_another_holder() -> None:
    house, seller = given.House(), given.a_side("holder")
    listing = given.an_announced(house, seller)
    buyer = people.a_party(is_verified=True)
    names_other(house, right_of(listing), Named(buyer.name, party=buyer.ref))
    jobs.tick()
    assert given.fresh(listing).state == "suspended"
    reason = deeds("exchange.suspended")[0]["reason"]
    assert reason["en"].endswith(
        "(the check of a right before it is disposed of B9; Measures for the Registration of Patent Pledges art. 11(1))"
    )
    assert "not the registered holder" in reason["en"]
    assert "登记的权利人" in reason["zh"]
    assert buyer.name not in json.dumps(reason, ensure_ascii=False)
    jobs.tick()
    assert len(deeds("exchange.suspended")) == 1


def test_a_sold_listing_stops_its_deal_and_tells_both_sides_and_the_operator() -> None:
    sold = desk.a_deal()
    names_other(sold.house, right_of(sold.deal.listing), Named("某自然人"))
    jobs.tick()
    deal = sold.fresh()
    assert (deal.state, deal.stopped_at is not None) == ("contract", True)
    assert deal.listing.state == "sold"
    told = set(Notice.objects.filter(kind="exchange.deal_stopped").values_list("person_ref", flat=True))
    assert {sold.seller.person.ref, sold.buyer.person.ref, sold.house.operator.ref} <= told
    jobs.tick()
    assert len(deeds("exchange.deal_stopped")) == 1


def test_a_stopped_deal_takes_no_price_and_is_not_settled() -> None:
    sold = desk.signed(desk.a_deal())
    names_other(sold.house, right_of(sold.deal.listing), Named("某自然人"))
    jobs.tick()
    given.money_for(sold.buyer.party, sold.deal.price_fen + sold.deal.buyer_fee_fen)
    assert settlement.take_price(sold.deal.pk).state == "payment"
    with pytest.raises(Refused) as caught:
        settlement.enter_recordal(
            sold.house.operator,
            sold.deal.pk,
            settlement.Proof("1", date(2026, 1, 1), given.a_notice(sold.house.operator)),
        )
    assert caught.value.code == "deal.stopped"


def test_the_settlement_goes_on_with_its_deadlines_moved_once_the_contest_is_decided() -> None:
    sold = desk.signed(desk.a_deal())
    right = right_of(sold.deal.listing)
    due = sold.fresh().payment_due_at
    names_other(sold.house, right, Named("某自然人"))
    jobs.tick()
    given.time_passes(minutes=30)
    titles.decide_contest(sold.house.operator, right, is_followed=False, reason="同名异人")
    jobs.tick()
    deal = sold.fresh()
    assert deal.stopped_at is None
    assert due is not None
    assert deal.payment_due_at is not None
    assert timedelta(minutes=29) < deal.payment_due_at - due < timedelta(minutes=32)
    assert len(deeds("exchange.deal_resumed")) == 1


def test_a_dismissed_objection_does_not_start_a_clock_that_the_register_holds() -> None:
    sold = desk.a_deal()
    names_other(sold.house, right_of(sold.deal.listing), Named("某自然人"))
    jobs.tick()
    raised = objections.raise_objection(sold.buyer.person, sold.deal.pk, text="权利人已经变更，请核实登记簿。")
    objections.decide(sold.house.umpire, raised.pk, upheld=False, decision="登记簿事项由中心核定，异议不成立。")
    jobs.tick()
    assert sold.fresh().stopped_at is not None
    assert len(deeds("exchange.deal_resumed")) == 0


def test_a_deal_that_the_register_stopped_for_good_can_be_annulled() -> None:
    sold = desk.paid(desk.signed(desk.a_deal()))
    other = people.a_party(is_verified=True)
    names_other(sold.house, right_of(sold.deal.listing), Named(other.name, party=other.ref))
    jobs.tick()
    settlement.propose_annulment(sold.house.operator, sold.deal.pk, reason="转让方已不是权利人")
    assert (
        settlement.confirm_annulment(sold.house.checker, sold.deal.pk, payload_hash=given.waits(sold.deal)).state
        == "annulled"
    )
    assert given.free_fen(sold.buyer) > 0


def test_a_register_that_names_the_buyer_first_does_not_stop_the_settlement() -> None:
    sold = desk.paid(desk.signed(desk.a_deal()))
    right = right_of(sold.deal.listing)
    names_other(sold.house, right, Named(sold.buyer.party.name, party=sold.buyer.party.ref))
    jobs.tick()
    assert sold.fresh().stopped_at is None
    assert desk.settled(sold).deal.state == "settled"
    net_fen = sold.deal.price_fen - sold.deal.seller_fee_fen
    assert list(Share.objects.values_list("party", "amount_fen")) == [(sold.seller.party.pk, net_fen)]
    assert given.free_fen(sold.seller) == net_fen
    assert list(reports.faults()) == []
    assert [one.party for one in Holding.objects.filter(right=right, until=None)] == [sold.buyer.party]


def test_a_closed_gate_refuses_in_sentences_with_their_rules_in_both_languages() -> None:
    house, seller = given.House(), given.a_side("holder")
    draft = given.a_draft(house, seller)
    given.a_pledge(house, right_of(draft))
    listings.submit(seller.person, draft.pk) if given.fresh(draft).state == "draft" else None
    with pytest.raises(Refused) as caught:
        listings.announce(house.operator, draft.pk)
    english, chinese = sentence(caught.value, "en"), sentence(caught.value, "zh")
    assert "pledgee_not_consented" not in english + chinese
    assert "who has not agreed (Civil Code art. 444)" in english
    assert "质权人尚未同意（民法典 第四百四十四条）" in chinese


def test_a_lot_that_waits_for_priority_purchasers_is_still_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    house, seller = given.House(), given.a_side("holder")
    listing = given.an_announced(house, seller)
    Listing.objects.filter(pk=listing.pk).update(state="bidding")
    lot = Lot.objects.create(
        listing=listing, run=1, form="timed", terms="{}", opens_ns=1, closes_ns=2, start_fen=1, state="matching"
    )
    given.a_pledge(house, right_of(listing))
    stopped: list[int] = []
    monkeypatch.setattr(register_watch.bidding, "stop_for_register", lambda lot, *, reason: stopped.append(lot.pk))
    monkeypatch.setattr(register_watch.floor_doors, "health", lambda: type("Health", (), {"state": "running"}))
    register_watch.stop_if_blocked(listing.pk)
    assert stopped == [lot.pk]


def checks_of(client: Client, address: str) -> str:
    """The table of what was checked."""
    return text_of(client, address).split('id="h-free"')[1].split("</table>")[0].split("<tbody>")[1]


def test_the_public_page_says_on_top_what_the_register_stopped_and_by_whom_without_a_name(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, seller = given.House(), given.a_side("holder")
    listing = given.an_announced(house, seller)
    address = f"/listings/{listing.number}"
    assert "无质押、无查封、无中止" in text_of(client, address)
    Listing.objects.filter(pk=listing.pk).update(state="bidding")
    times = {"opens_ns": 1, "closes_ns": 2, "start_fen": 1}
    lot = Lot.objects.create(listing=listing, run=1, form="timed", terms="{}", state="live", **times)
    given.a_pledge(house, right_of(listing))
    monkeypatch.setattr(register_watch.bidding, "stop_for_register", lambda lot, *, reason: None)
    monkeypatch.setattr(register_watch.floor_doors, "health", lambda: type("Health", (), {"state": "running"}))
    for _ in range(2):
        register_watch.stop_if_blocked(listing.pk)
    assert listing.gates.filter(stage="watch").count() == 1
    text = checks_of(client, address)
    assert "无质押、无查封、无中止" not in text
    stop, law = text.index("登记簿变动时"), text.index("权利有效")
    assert stop < law
    assert "不可以" in text[:stop]
    assert "起已质押（质权人：名称不公开），质权人尚未同意。" in text[:stop]
    one = Encumbrance.objects.get()
    assert one.in_favour_of not in text
    weights.release(house.operator, one, day=one.since, file=one.file)
    monkeypatch.setattr(bidding.floor_doors, "order", lambda *args, **more: None)
    bidding.resume(house.operator, lot)
    text = checks_of(client, address)
    assert "不可以" not in text
    assert "登记簿变动时" in text[text.index("无质押、无查封、无中止") :]


def test_a_stop_that_failed_is_done_at_the_next_tick(monkeypatch: pytest.MonkeyPatch) -> None:
    house, seller = given.House(), given.a_side("holder")
    listing = given.an_announced(house, seller)
    jobs.tick()
    given.a_pledge(house, right_of(listing))
    with monkeypatch.context() as broken:
        broken.setattr(register_watch, "stop_for", lambda listing, *, reason: 1 / 0)
        jobs.tick()
        assert given.fresh(listing).state == "announced"
    # However long it takes until it can be done.
    Encumbrance.objects.update(entered_at=record.now() - timedelta(hours=1))
    jobs.tick()
    assert given.fresh(listing).state == "suspended"
    jobs.tick()
    assert len(deeds("exchange.suspended")) == 1


def test_a_house_that_starts_looks_at_what_changed_since_the_announcement() -> None:
    house, seller = given.House(), given.a_side("holder")
    listing, other, free = (given.an_announced(house, seller) for _ in range(3))
    given.a_pledge(house, right_of(listing))
    names_other(house, right_of(other), Named("某自然人"))
    long_ago = record.now() - timedelta(days=9)
    Listing.objects.update(announced_at=long_ago - timedelta(days=1))
    Encumbrance.objects.update(entered_at=long_ago)
    RegisterEvent.objects.update(entered_at=long_ago)
    Holding.objects.filter(changed_at__isnull=False).update(changed_at=long_ago)
    register_watch.forget()
    assert register_watch.touched(record.now()) == [listing.pk, other.pk]
    jobs.tick()
    assert [given.fresh(one).state for one in (listing, other, free)] == ["suspended", "suspended", "announced"]
    assert register_watch.touched(record.now()) == []


def test_what_the_register_says_of_a_suspended_listing_stands_on_its_page(client: Client) -> None:
    house, seller = given.House(), given.a_side("holder")
    listing = given.an_announced(house, seller)
    listings.suspend(house.operator, listing.pk, reason="核对公告内容。")
    jobs.tick()
    address = f"/listings/{listing.number}"
    assert "不可以" not in checks_of(client, address)
    since = beijing_day(record.now())
    court = weights.Favoured("某市中级人民法院")
    one = weights.encumber(house.operator, right_of(listing), weights.Weight.SEIZURE, favoured=court, since=since)
    jobs.tick()
    text = checks_of(client, address)
    assert "不可以" in text[: text.index("权利有效")]
    assert court.name not in text
    weights.release(house.operator, one, day=since)
    jobs.tick()
    assert "不可以" not in checks_of(client, address)
    assert given.fresh(listing).state == "suspended"
    assert listing.gates.filter(stage="watch").count() == 2


def test_a_deal_that_was_made_although_the_register_had_changed_is_stopped() -> None:
    sold = desk.a_deal()
    given.a_pledge(sold.house, right_of(sold.deal.listing))
    # As when the order to stop came after the end of the lot.
    Encumbrance.objects.update(entered_at=record.now() - timedelta(days=1))
    register_watch.forget()
    jobs.tick()
    assert sold.fresh().stopped_at is not None


def test_a_deal_whose_register_stands_leaves_no_gate_of_the_watch() -> None:
    sold = desk.a_deal()
    jobs.tick()
    assert sold.fresh().stopped_at is None
    assert not sold.deal.listing.gates.filter(stage="watch").exists()


def test_the_office_reads_what_the_register_says_against_a_settlement_and_has_it_as_a_task() -> None:
    sold = desk.a_deal()
    browser, address = desk.browser_of(sold.house.operator), f"/office/deals/{sold.deal.pk}"
    assert "结算停止计时" not in text_of(browser, "/office")
    given.a_pledge(sold.house, right_of(sold.deal.listing))
    jobs.tick()
    text = text_of(browser, address)
    assert "质权人：某某银行" in text
    assert f"/office/rights/{right_of(sold.deal.listing).pk}" in text
    assert "出路有二" in text
    queue = text_of(browser, "/office")
    assert "结算停止计时" in queue
    assert address in queue
    one = Encumbrance.objects.get()
    weights.release(sold.house.operator, one, day=one.since, file=one.file)
    jobs.tick()
    assert "出路有二" not in text_of(browser, address)
    assert "结算停止计时" not in text_of(browser, "/office")


def test_an_auction_that_stands_still_is_a_task_of_the_office() -> None:
    house, seller = given.House(), given.a_side("holder")
    listing = given.an_announced(house, seller)
    Listing.objects.filter(pk=listing.pk).update(state="bidding")
    times = {"opens_ns": 1, "closes_ns": 2, "start_fen": 1}
    lot = Lot.objects.create(listing=listing, run=1, form="timed", terms="{}", state="paused", **times)
    browser = desk.browser_of(house.operator)
    facts = {"lot": lot.pk, "listing": listing.pk, "seq": 1, "line": 1, "at_ns": 1, "since_ns": 1, "left_ns": 1}
    record.tell("exchange.lot_paused", lot.topic, who=None, public=True, reason="核实", **facts)
    queue = text_of(browser, "/office")
    assert "竞价已暂停" in queue
    assert f"/office/lots/{lot.pk}" in queue
    Lot.objects.filter(pk=lot.pk).update(state="live")
    assert "竞价已暂停" not in text_of(browser, "/office")
