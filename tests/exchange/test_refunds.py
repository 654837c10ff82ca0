"""Money that serves no purpose any more leaves for its owner's account by the rule set's term, by two persons."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from tests.exchange import given_deals as given
from tests.exchange import given_money
from tests.people.given_people import deeds, refused
from zhirong.exchange import jobs
from zhirong.exchange.actions import intents, listings, money, refunds, settlement
from zhirong.exchange.models import Deal, Intent, Listing
from zhirong.ledger.actions import bank, dues, payouts, simulated
from zhirong.ledger.models import Due, Payout
from zhirong.people.models import Party
from zhirong.record import actions as record
from zhirong.record import notices
from zhirong.record.models import Notice

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]


def a_released(house: given.House, seller: given.Side, buyer: given.Side) -> Due:
    """A deposit of 80,000 yuan that came free because the listing was terminated."""
    listing = given.an_announced(house, seller)
    given.an_admitted(listing, buyer)
    listings.terminate(house.operator, listing.pk, reason="转让方撤回委托。")
    return Due.objects.get(party=buyer.party)


def told(person: given.Side | object, kind: str) -> int:
    ref = person.person.ref if isinstance(person, given.Side) else person.ref  # type: ignore[attr-defined]
    return Notice.objects.filter(person_ref=ref, kind=kind).count()


def test_a_released_deposit_is_due_to_its_payer_by_the_term_of_the_rule_set() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    due = a_released(house, seller, buyer)
    assert (due.state, due.why, due.amount, due.party) == ("due", "deposit", 80_000_00, buyer.party)
    assert timedelta(minutes=5) <= due.due_at - due.made_at <= timedelta(minutes=5, seconds=1)
    assert told(buyer, "ledger.payout_due") == 1
    assert told(seller, "ledger.payout_due") == 0


def test_a_refund_is_prepared_by_one_checked_by_another_and_paid_when_the_bank_says_so() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    due = a_released(house, seller, buyer)
    [payout] = dues.prepare(house.operator, [due.key])
    assert dues.prepare(house.operator, [due.key]) == [payout]
    assert (payout.payee, payout.amount, payout.state) == (buyer.party.name, 80_000_00, "made")
    assert given.free_fen(buyer) == 0
    with refused("people.not_allowed"):
        dues.check(house.operator, [payout.pk])
    [checked] = dues.check(house.checker, [payout.pk])
    assert checked.state == "checked"
    assert dues.check(house.checker, [payout.pk]) == []
    payouts.send_payouts(house.operator, simulated.SimulatedBank())
    assert Due.objects.get().state == "made"
    bank.fetch_statement(house.operator, simulated.SimulatedBank())
    paid = Due.objects.get()
    assert (paid.state, paid.left) == ("paid", 80_000_00)
    assert paid.paid_at is not None
    assert told(buyer, "ledger.due_paid") == 1
    assert Payout.objects.get().state == "done"


def test_a_refused_payout_leaves_its_refund_due() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    due = a_released(house, seller, buyer)
    [payout] = dues.prepare(house.operator, [due.key])
    payouts.refuse_payout(house.checker, payout.pk, reason="账户待核。")
    assert Due.objects.get().state == "due"
    [again] = dues.prepare(house.operator, [due.key])
    assert again.pk != payout.pk
    assert Payout.objects.filter(state="made").count() == 1


def test_an_unverified_payee_gets_no_payout() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    due = a_released(house, seller, buyer)
    Party.objects.filter(pk=buyer.party.pk).update(verified_at=None)
    with refused("ledger.payee_not_verified"):
        dues.prepare(house.operator, [due.key])
    assert not Payout.objects.exists()


def test_a_party_leaves_its_money_for_further_bids_and_asks_it_back() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    due = a_released(house, seller, buyer)
    with refused("people.not_allowed"):
        dues.keep(seller.person, due.key)
    assert dues.keep(buyer.person, due.key).state == "kept"
    with refused("ledger.due_not_open"):
        dues.prepare(house.operator, [due.key])
    given.time_passes(minutes=10)
    jobs.tick()
    assert "ledger.payout_overdue" not in deeds()
    back = refunds.claim(buyer.person, due.key)
    assert back.state == "due"
    assert timedelta(minutes=4) < back.due_at - record.now() <= timedelta(minutes=5, seconds=1)


def test_money_that_went_into_another_bid_is_no_longer_due() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    due = a_released(house, seller, buyer)
    other = given.an_announced(house, seller, asking_fen=300_000_00)
    assert intents.register(buyer.person, other.pk, party=buyer.party, of_repaid_fen=30_000_00).state == "admitted"
    left = Due.objects.get(key=due.key)
    assert (left.state, left.used, left.left) == ("due", 30_000_00, 50_000_00)
    [payout] = dues.prepare(house.operator, [due.key])
    assert payout.amount == 50_000_00


def test_an_overdue_refund_is_told_once_to_the_office_and_to_the_payer() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    a_released(house, seller, buyer)
    given.time_passes(minutes=6)
    for _ in range(2):
        jobs.tick()
    for one in (house.operator, house.checker):
        assert (told(one, "ledger.payout_overdue"), told(one, "ledger.payment_late")) == (1, 0)
    assert (told(buyer, "ledger.payout_overdue"), told(buyer, "ledger.payment_late")) == (0, 1)
    late = Notice.objects.filter(kind__in=("ledger.payout_overdue", "ledger.payment_late"))
    assert (late.count(), late.filter(is_legal=False).count()) == (3, 0)
    assert told(seller, "ledger.payment_late") == 0


def test_what_is_overdue_is_said_with_who_owes_and_for_which_listing() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    due = a_released(house, seller, buyer)
    given.time_passes(minutes=6)
    jobs.tick()
    number = Listing.objects.get(pk=int(due.topic.partition(":")[2])).number
    to_office, to_payee = (
        notices.text_of(Notice.objects.filter(kind=f"ledger.{kind}")[0], "zh-hans")
        for kind in ("payout_overdue", "payment_late")
    )
    assert to_office.startswith(f"{number}：平台应于 ")
    assert "80,000 元" in to_office
    assert to_office.endswith("请经办人立即办理")
    assert to_payee.startswith(f"{number}：平台应于 ")
    assert "付给您方的 80,000 元 尚未付出" in to_payee
    assert "您无须办理" in to_payee


def test_a_long_list_of_bidders_has_its_deposits_back_in_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(money, "AT_ONCE", 2)
    house, seller = given.House(), given.a_side("holder")
    listing = given.an_announced(house, seller)
    buyers = [given.a_side("buyer") for _ in range(5)]
    for buyer in buyers:
        given.an_admitted(listing, buyer)
    listings.terminate(house.operator, listing.pk, reason="转让方撤回委托。")
    assert Intent.objects.filter(deposit_state="released").count() == 2
    for _ in range(3):
        jobs.tick()
    assert Intent.objects.filter(deposit_state="released").count() == 5
    assert [given.free_fen(buyer) for buyer in buyers] == [80_000_00] * 5
    assert Due.objects.count() == 5
    assert deeds().count("exchange.deposit_released") == 5
    assert refunds.left_over() == []


def test_a_deposit_above_price_and_fee_goes_back_in_part() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    deal = given_money.a_deal(house, seller, buyer)
    Deal.objects.filter(pk=deal.pk).update(price_fen=50_000_00, buyer_fee_fen=1_000_00, seller_fee_fen=1_500_00)
    deal = given_money.a_paid_without_money(Deal.objects.get(pk=deal.pk), seller, buyer)
    assert deal.state == "recordal"
    assert given.free_fen(buyer) == 29_000_00
    due = Due.objects.get(why="surplus")
    assert (due.party, due.amount) == (buyer.party, 29_000_00)
    given_money.settled(house, deal)
    assert given.free_fen(seller) == 48_500_00


def test_an_annulled_deal_owes_the_buyer_what_lay_in_escrow() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    deal = given_money.a_paid(given_money.a_deal(house, seller, buyer), seller, buyer)
    settlement.propose_annulment(house.operator, deal.pk, reason="登记机关不予变更。")
    settlement.confirm_annulment(house.checker, deal.pk, payload_hash=given.waits(deal))
    due = Due.objects.get(party=buyer.party)
    assert (due.why, due.amount) == ("price", deal.price_fen + deal.buyer_fee_fen)


def test_a_default_without_a_held_deposit_takes_nothing_and_says_so() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    deal = given_money.a_deal(house, seller, buyer)
    with transaction.atomic():
        money.release_deposit(deal.intent)
    given.seller_accepts(deal)
    given.time_passes(minutes=11)
    found = settlement.consequence(Deal.objects.get(pk=deal.pk))
    assert found.parts == {"costs": 0, "gap": 0, "seller": 0}
    settlement.propose_default(house.operator, deal.pk, reason="逾期未签约。")
    settlement.confirm_default(house.checker, deal.pk, payload_hash=given.waits(deal))
    assert Deal.objects.get(pk=deal.pk).state == "defaulted"
    assert given.free_fen(seller) == 0


def test_terms_that_pass_are_told_once_each() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    deal = given_money.a_deal(house, seller, buyer)
    given.time_passes(minutes=11)
    for _ in range(2):
        jobs.tick()
    assert deeds().count("exchange.contract_overdue") == 1
    for one in (buyer, seller, house.operator, house.checker):
        assert told(one, "exchange.contract_overdue") == 1
    deal = given_money.a_paid(deal, seller, buyer)
    given.time_passes(minutes=31)
    for _ in range(2):
        jobs.tick()
    assert deeds().count("exchange.recordal_overdue") == 1
    assert "exchange.price_overdue" not in deeds()
    assert Deal.objects.get(pk=deal.pk).state == "recordal"


def test_a_suspension_past_its_term_is_told_once() -> None:
    house, seller = given.House(), given.a_side("holder")
    listing = given.an_announced(house, seller)
    listings.suspend(house.operator, listing.pk, reason="权属有争议。")
    given.time_passes(minutes=29)
    jobs.tick()
    assert "exchange.suspension_overdue" not in deeds()
    given.time_passes(minutes=2)
    for _ in range(2):
        jobs.tick()
    assert deeds().count("exchange.suspension_overdue") == 1
    assert given.fresh(listing).state == "suspended"


def test_a_qualification_that_nobody_decides_is_told_once_and_again_after_a_suspension() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    listing = given.an_announced(house, seller)
    Listing.objects.filter(pk=listing.pk).update(requirement="须有电池生产许可。")
    given.money_for(buyer.party, listing.deposit_fen)
    intents.register(buyer.person, listing.pk, party=buyer.party)
    given.time_passes(minutes=4)
    jobs.tick()
    assert (given.fresh(listing).state, "exchange.qualification_overdue" in deeds()) == ("qualifying", False)
    given.time_passes(minutes=5)
    for _ in range(2):
        jobs.tick()
    assert deeds().count("exchange.qualification_overdue") == 1
    for one in (seller, buyer, house.operator):
        assert told(one, "exchange.qualification_overdue") == 1
    listings.suspend(house.operator, listing.pk, reason="核查资格材料。")
    given.time_passes(minutes=20)
    jobs.tick()
    listings.resume(house.operator, listing.pk, reason="核查完毕。")
    jobs.tick()
    assert deeds().count("exchange.qualification_overdue") == 1
    given.time_passes(minutes=6)
    jobs.tick()
    assert deeds().count("exchange.qualification_overdue") == 2
    assert given.fresh(listing).state == "qualifying"


def test_a_stranger_hears_of_the_right_first_and_an_odd_topic_is_refused_as_unknown() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    due = a_released(house, seller, buyer)
    Due.objects.update(state="kept", topic="deal:4711")
    with refused("people.not_allowed"):
        refunds.claim(given.a_side("buyer").person, due.key)
    with refused("deal.unknown"):
        refunds.claim(buyer.person, due.key)
    Due.objects.update(topic="listing:no number")
    with refused("listing.unknown"):
        refunds.claim(buyer.person, due.key)
    assert Due.objects.get().state == "kept"
    with refused("ledger.due_unknown"):
        refunds.claim(buyer.person, "no such due")
