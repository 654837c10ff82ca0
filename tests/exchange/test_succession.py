"""What follows a default: the deposit, the next best, the second run, and what the transcript says of it."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

import pytest
from django.db.models import ProtectedError
from django.test import Client

from tests.api.given_api import a_caller
from tests.exchange import given_deals as given
from tests.exchange import given_desk as desk
from tests.exchange.given_succession import asked, defaults, hammered, signed, sold, three
from tests.people import given_people as people
from tests.people.given_people import deeds, refused
from tests.web.given_pages import text_of
from zhirong.base import shown
from zhirong.base.calendar import beijing_day
from zhirong.exchange import clockwork, floor_doors, jobs
from zhirong.exchange.actions import annulments, bidding, changes, intents, listings, settlement, succession
from zhirong.exchange.models import Deal, Intent, Listing, Lot, LotStep
from zhirong.ledger.models import Due
from zhirong.people.actions import roles
from zhirong.people.models import Party, Person
from zhirong.record import actions as record
from zhirong.record import kinds
from zhirong.record.models import Leaf
from zhirong.registry.actions import weights
from zhirong.web.exchange import board

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("floor")]
DEPOSIT = 80_000_00


def test_every_loser_has_its_deposit_back_at_the_hammer() -> None:
    deal, _, (first, second, third) = three(given.House())
    assert [given.free_fen(one) for one in (first, second, third)] == [0, DEPOSIT, DEPOSIT]
    assert deal.intent.deposit_state == "held"


def test_e35_an_account_that_ends_after_the_close_changes_no_result() -> None:
    _, _, (first, _, _) = three(given.House())

    def result() -> tuple[object, ...]:
        deal, lot = Deal.objects.get(), Lot.objects.get()
        steps = list(LotStep.objects.order_by("seq").values_list("seq", "kind", "code", "amount_fen", "facts"))
        return deal.buyer, deal.price_fen, deal.state, deal.intent.code, lot.top_code, lot.result, steps

    before = result()
    assert before[:3] == (first.party, 860_000_00, "contract")
    roles.close_person(people.a_person("administrator"), first.person.pk)
    jobs.tick()
    assert result() == before
    for row in (Person.objects.get(pk=first.person.pk), Party.objects.get(pk=first.party.pk)):
        with pytest.raises(ProtectedError):
            row.delete()


def test_after_a_default_the_next_best_is_asked_at_its_own_bid_and_bound_by_nothing() -> None:
    house = given.House()
    deal, seller, (first, second, _) = three(house)
    deal = defaults(house, deal)
    assert deal.state == "defaulted"
    assert Intent.objects.get(pk=deal.intent_id).deposit_state == "forfeited"
    assert given.free_fen(seller) == DEPOSIT - deal.buyer_fee_fen
    offer = Deal.objects.get(state="offered")
    assert (offer.buyer, offer.price_fen, offer.rank) == (second.party, 840_000_00, 2)
    assert given.fresh(deal.listing).state == "offering"
    assert given.free_fen(second) == DEPOSIT, "nothing is frozen before it says yes"
    with refused("people.not_allowed"):
        succession.take(first.person, offer.pk)
    with refused("deal.confirm_funding"):
        succession.take(second.person, offer.pk, of_repaid_fen=DEPOSIT - 1)
    assert given.free_fen(second) == DEPOSIT, "its deposit is on its way back to it"
    taken = succession.take(second.person, offer.pk, of_repaid_fen=DEPOSIT)
    assert (taken.state, given.fresh(deal.listing).state) == ("contract", "sold")
    assert given.free_fen(second) == 0
    assert succession.take(second.person, offer.pk, of_repaid_fen=DEPOSIT).state == "contract"
    assert deeds().count("exchange.offer_taken") == 1
    assert deeds().count("exchange.hammer") == 2
    signed(taken, seller, second)
    fallen = Deal.objects.get(pk=deal.pk)
    gap_fen = 20_000_00
    assert fallen.shortfall_fen == max(0, gap_fen - (DEPOSIT - deal.buyer_fee_fen)) == 0


def test_who_is_asked_next_reads_the_very_text_that_taking_the_offer_makes_the_contract() -> None:
    _, offer, (_, second, third) = asked(given.House())
    browser, page, paper = desk.browser_of(second.person), f"/deals/{offer.number}", "contract.zh.pdf"
    text = text_of(browser, page)
    assert f'href="{page}/{paper}"' in text
    assert '<ol class="steps"><li class="was">顺位要约<small>' in text, "its way begins with the offer, not the hammer"
    read = browser.get(f"{page}/{paper}").content
    assert desk.browser_of(third.person).get(f"{page}/{paper}").status_code == 404
    succession.take(second.person, offer.pk, of_repaid_fen=DEPOSIT)
    assert given.contract_of(offer) == hashlib.sha256(read).hexdigest()
    _, other, (_, asked_next, _) = asked(given.House())
    succession.decline(asked_next.person, other.pk)
    text = text_of(desk.browser_of(asked_next.person), f"/deals/{other.number}")
    assert "未订立合同" in text
    assert "正在拟定" not in text


@pytest.mark.parametrize("fallen", [False, True])
def test_a_deal_that_the_clock_makes_while_its_auction_is_annulled_falls_with_it(
    monkeypatch: pytest.MonkeyPatch, *, fallen: bool
) -> None:
    house, seller, (first, second) = (
        given.House(),
        given.a_side("holder"),
        (given.a_side("buyer"), given.a_side("buyer")),
    )
    lot = hammered(house, seller, [(second, 800_000_00), (first, 860_000_00)])
    order = floor_doors.order

    def beside_the_clock(lot_id: int, *told: object, **more: str) -> object:
        jobs.tick()
        assert Deal.objects.get(lot=lot_id).state == "contract"
        return order(lot_id, *told, **more)

    with monkeypatch.context() as races:
        races.setattr(floor_doors, "order", beside_the_clock)
        if fallen:
            races.setattr(annulments, "left", lambda *_: [])
        bidding.annul(house.operator, lot, reason="系统故障")
    jobs.tick()
    deal = Deal.objects.get(lot=lot)
    assert (deal.state, deal.end_reason, given.fresh(deal.listing).state) == ("annulled", "系统故障", "ended")
    assert [given.free_fen(one) for one in (first, second)] == [DEPOSIT, DEPOSIT]
    jobs.tick()
    assert (deeds().count("exchange.annulled"), deeds().count("exchange.lot_annulled")) == (1, 1)


def test_a_pledge_while_the_next_best_is_asked_stops_the_offer_and_its_term() -> None:
    house = given.House()
    deal, offer, (_, second, _) = asked(house)
    given.a_pledge(house, deal.listing.items.get().right)
    with refused("deal.offer_not_free"):
        succession.take(second.person, offer.pk, of_repaid_fen=DEPOSIT)
    assert given.free_fen(second) == DEPOSIT
    jobs.tick()
    offer.refresh_from_db()
    assert (offer.state, offer.stopped_at is not None, given.fresh(deal.listing).state) == ("offered", True, "offering")
    assert deeds().count("exchange.deal_stopped") == 1
    given.time_passes(hours=2)
    jobs.tick()
    with refused("deal.stopped"):
        succession.take(second.person, offer.pk, of_repaid_fen=DEPOSIT)
    pledge = offer.listing.items.get().right.encumbrances.get()
    weights.release(house.operator, pledge, day=beijing_day(record.now()))
    due_at = offer.contract_due_at
    jobs.tick()
    offer.refresh_from_db()
    assert (offer.state, offer.stopped_at) == ("offered", None)
    assert offer.contract_due_at - due_at > timedelta(hours=1, minutes=59)
    assert succession.take(second.person, offer.pk, of_repaid_fen=DEPOSIT).state == "contract"
    assert "exchange.offer_lapsed" not in deeds()


def test_a_default_of_payment_finds_the_next_best_too() -> None:
    house = given.House()
    deal, seller, (first, second, _) = three(house)
    deal = signed(deal, seller, first)
    assert deal.state == "payment"
    deal = defaults(house, deal, days=30)
    assert deal.state == "defaulted"
    assert Deal.objects.get(state="offered").buyer == second.party


def test_a_no_and_a_silence_pass_the_offer_on_until_nobody_is_left() -> None:
    house = given.House()
    deal, offer, (_, second, third) = asked(house)
    succession.decline(second.person, offer.pk)
    assert succession.decline(second.person, offer.pk).state == "declined"
    following = Deal.objects.get(state="offered")
    assert (following.buyer, following.price_fen, following.rank) == (third.party, 800_000_00, 3)
    given.time_passes(hours=1)
    jobs.tick()
    jobs.tick()
    assert Deal.objects.get(pk=following.pk).end_reason == "offer_lapsed"
    listing = given.fresh(deal.listing)
    assert (listing.state, listing.end_reason) == ("ended", "defaulted")
    assert (given.free_fen(second), given.free_fen(third)) == (DEPOSIT, DEPOSIT)
    assert not listing.items.filter(is_live=True).exists()
    lot = Lot.objects.get(listing=listing)
    assert json.loads(lot.result)["outcome"] == "rerun"
    fell = lot.steps.filter(kind__in=("defaulted", "released")).order_by("seq")
    said = [json.loads(step.facts)["reason"] for step in fell]
    assert said == ["defaulted", "offer_declined", "offer_lapsed"]
    assert [shown.fact("reason", code, "en") for code in said] == [
        "did not keep the contract", "declined the offer", "let the offer lapse",
    ]  # fmt: skip
    assert [step.kind for step in fell] == ["defaulted", "released", "released"], "nobody who was only asked defaulted"
    assert (deeds().count("exchange.lot_defaulted"), deeds().count("exchange.lot_released")) == (1, 2)
    told = [board.said(step) for step in fell]
    first, no, silent = (step.code for step in fell)
    assert told == [f"竞买人 {first} 违约", f"顺位竞买人 {no} 未接受要约", f"顺位竞买人 {silent} 未在期限内接受要约"]
    # A line from before the kind had its own name reads the same.
    LotStep.objects.filter(pk=fell[1].pk).update(kind="defaulted")
    assert board.said(LotStep.objects.get(pk=fell[1].pk)) == told[1]
    page = text_of(Client(), f"/lots/{lot.pk}/transcript")
    assert f"竞买人 {no} 违约" not in page
    assert told[1] in page
    for leaf in Leaf.objects.filter(kind="exchange.lot_released"):
        assert "违约" not in text_of(Client(), f"/receipts/{leaf.pk}").replace("不属违约", "")
    offered = [json.loads(body) for body in Leaf.objects.filter(kind="exchange.offered").values_list("body", flat=True)]
    assert [fact["code"] for fact in offered] == [no, silent]
    assert "违约" not in kinds.of("exchange.offered").zh


def test_when_all_declined_each_page_says_where_the_deposits_went_and_what_follows() -> None:
    house = given.House()
    deal, offer, (_, second, third) = asked(house)
    succession.decline(second.person, offer.pk)
    succession.decline(third.person, Deal.objects.get(state="offered").pk)
    jobs.tick()
    listing, maker = given.fresh(deal.listing), deal.listing.made_by
    lot = Lot.objects.get(listing=listing)
    said = "违约受让方的保证金已按交易规则扣收；仅被征询的顺位竞买人不受任何影响，其余保证金均退还。"
    follows = "系统不会自动重新竞价；转让方可重新挂牌。"
    visitor, seller = Client(), desk.browser_of(maker)
    for address in (f"/lots/{lot.pk}", f"/lots/{lot.pk}/transcript", f"/listings/{listing.number}"):
        page = text_of(visitor, address)
        assert said in page, address
        assert follows in page, address
        assert "重新竞价，" not in page
        assert "所有保证金" not in page, address
    page = text_of(seller, f"/listings/{listing.number}/seller")
    assert follows in page
    assert f"/listings/new?right={listing.items.get().right_id}" in page
    page = text_of(desk.browser_of(house.operator), f"/office/listings/{listing.pk}")
    assert follows in page
    assert "未成交结束" not in page
    assert deeds().count("exchange.sale_failed") == 1
    assert "您可重新挂牌" in text_of(seller, "/desk/messages")


def test_a_taken_offer_waits_for_its_deposit_and_lapses_without_it() -> None:
    house = given.House()
    deal, _, (_, second, third) = three(house)
    intent = Intent.objects.get(party=second.party)
    defaults(house, deal)
    given.pays_away(second.party, DEPOSIT)
    Due.objects.filter(party=second.party).update(state="paid")
    offer = Deal.objects.get(state="offered")
    offer = succession.take(second.person, offer.pk)
    assert (offer.state, offer.intent.deposit_state) == ("offered", "due")
    assert offer.intent.payment_code != intent.payment_code
    jobs.tick()
    assert Deal.objects.get(pk=offer.pk).state == "offered"
    given.money_for(second.party, DEPOSIT)
    jobs.tick()
    assert Deal.objects.get(pk=offer.pk).state == "contract"
    assert given.free_fen(second) == 0
    assert not Deal.objects.filter(buyer=third.party).exists()


def test_where_the_rules_say_run_again_a_new_listing_follows_without_the_defaulter() -> None:
    house, seller = given.House(), given.a_side("holder")
    first, second = given.a_side("buyer"), given.a_side("buyer")
    bids = [(second, 800_000_00), (first, 860_000_00)]
    deal = sold(house, seller, bids, rule_set="court_timed")
    deal = defaults(house, deal, days=60)
    assert not Deal.objects.filter(state="offered").exists()
    former = given.fresh(deal.listing)
    assert (former.state, former.end_reason) == ("ended", "defaulted")
    again = Listing.objects.get(follows=former)
    assert (again.state, again.asking_fen) == ("submitted", 800_000_00)
    assert [item.right_id for item in again.items.all()] == [item.right_id for item in former.items.all()]
    listings.send_back(house.operator, again.pk, reason="可在幅度内降价。")
    right = again.items.get().right
    with refused("listing.relist_too_low"):
        changes.change(
            seller.person, again.pk, given.an_offer(seller, right, asking_fen=639_999_99, rule_set="court_timed")
        )
    changes.change(
        seller.person, again.pk, given.an_offer(seller, right, asking_fen=640_000_00, rule_set="court_timed")
    )
    listings.submit(seller.person, again.pk)
    listings.announce(house.operator, again.pk)
    with refused("lot.defaulter_may_not_bid"):
        intents.register(first.person, again.pk, party=first.party)
    # Its deposit of the first run is on its way back to it, and it says that this may take from it.
    told = intents.register(second.person, again.pk, party=second.party, of_repaid_fen=again.deposit_fen)
    assert told.state == "admitted"


def test_a_second_run_that_is_not_announced_within_its_term_is_told_once() -> None:
    house, seller = given.House(), given.a_side("holder")
    first, second = given.a_side("buyer"), given.a_side("buyer")
    deal = sold(house, seller, [(second, 800_000_00), (first, 860_000_00)], rule_set="court_timed")
    defaults(house, deal, days=60)
    again = Listing.objects.get(follows=deal.listing)
    told = json.loads(Leaf.objects.get(kind="exchange.relisted").body)
    given.time_passes(days=29)
    jobs.tick()
    assert "exchange.relisting_overdue" not in deeds()
    given.time_passes(days=2)
    for _ in range(2):
        jobs.tick()
    late = json.loads(Leaf.objects.get(kind="exchange.relisting_overdue").body)
    assert (late["number"], late["due_at"]) == (again.number, told["until"])
    assert given.fresh(again).state == "submitted"


def test_what_the_second_sale_brings_less_is_written_down_as_the_defaulters_debt() -> None:
    house, seller = given.House(), given.a_side("holder")
    first, second = given.a_side("buyer"), given.a_side("buyer")
    deal = sold(house, seller, [(second, 800_000_00), (first, 1_000_000_00)])
    deal = defaults(house, deal)
    offer = succession.take(second.person, Deal.objects.get(state="offered").pk, of_repaid_fen=DEPOSIT)
    signed(offer, seller, second)
    covered_fen = DEPOSIT - deal.buyer_fee_fen
    assert Deal.objects.get(pk=deal.pk).shortfall_fen == 200_000_00 - covered_fen
    assert deeds().count("exchange.shortfall") == 1


def test_an_offer_can_be_annulled_by_two_and_nothing_stays_frozen() -> None:
    house = given.House()
    deal, offer, (_, second, _) = asked(house)
    settlement.propose_annulment(house.operator, offer.pk, reason="转让方终止转让")
    settlement.confirm_annulment(house.checker, offer.pk, payload_hash=given.waits(offer))
    assert given.fresh(deal.listing).state == "ended"
    assert given.free_fen(second) == DEPOSIT


def test_the_next_best_answers_on_its_page_and_the_house_sees_where_it_stands() -> None:
    house = given.House()
    deal, offer, (first, second, third) = asked(house)
    address = f"/deals/{offer.number}"
    own = desk.browser_of(second.person)
    assert "按 840,000 元受让" in text_of(own, address)
    assert "您为下一顺位" in text_of(own, "/desk")
    assert "顺位要约中" in text_of(own, f"/listings/{deal.listing.number}")
    assert "等待顺位受让方答复" in text_of(desk.browser_of(house.operator), f"/office/deals/{offer.pk}")
    assert own.post(f"{address}/offer", {"answer": "maybe"}).status_code == 400
    assert desk.browser_of(first.person).post(f"{address}/offer", {"answer": "take"}).status_code == 404
    assert own.post(f"{address}/offer", {"answer": "decline"}).status_code == 302
    assert "顺位受让方未接受" in text_of(own, address)
    following = Deal.objects.get(state="offered")
    own = desk.browser_of(third.person)
    asked_first = own.post(f"/deals/{following.number}/offer", {"answer": "take"})
    assert asked_first.status_code == 409
    page = asked_first.content.decode()
    assert "保证金中的 80,000 元原定于" in page
    assert f'name="of_repaid" value="{DEPOSIT}"' in page
    agreed = {"answer": "take", "of_repaid": DEPOSIT}
    assert own.post(f"/deals/{following.number}/offer", agreed).status_code == 302
    assert Deal.objects.get(pk=following.pk).state == "contract"


def test_a_program_takes_an_offer_once() -> None:
    _, offer, (_, second, _) = asked(given.House())
    caller = a_caller(second.person)
    assert caller.refused(f"/deals/{offer.pk}/offer/take", key="") == (400, "api.no_key")
    assert caller.refused(f"/deals/{offer.pk}/offer/take", key="0") == (409, "deal.confirm_funding")
    agreed = {"of_repaid_fen": DEPOSIT}
    told = caller.post(f"/deals/{offer.pk}/offer/take", agreed, key="a")
    assert (told["state"], told["rank"], told["price_fen"]) == ("contract", 2, 840_000_00)
    assert caller.post(f"/deals/{offer.pk}/offer/take", agreed, key="a") == told
    assert caller.refused(f"/deals/{offer.pk}/offer/decline", key="b") == (409, "deal.not_now")
    assert deeds().count("exchange.offer_taken") == 1


def test_the_demo_clock_stops_where_an_offer_lapses() -> None:
    _, offer, _ = asked(given.House())
    first = next(one for one in clockwork.deadlines(record.now()) if one.by_clock)
    assert (first.kind, first.at, first.by_clock) == ("offer", offer.contract_due_at, True)
    assert clockwork.next_deadline(record.now()) == offer.contract_due_at
