"""A listing to which buyers are bound is taken back only with an operator's word, never once its auction is open."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.api.given_api import a_caller
from tests.exchange import given_deals as given
from tests.exchange import given_desk as desk
from tests.people.given_people import a_person, deeds, refused
from tests.web.given_pages import text_of
from zhirong.exchange import jobs
from zhirong.exchange.actions import changes, intents, listings, withdrawals
from zhirong.exchange.models import Intent, Listing, ListingChange
from zhirong.record import actions as record

pytestmark = pytest.mark.django_db(transaction=True)
WHY = "该专利权属正在诉讼，暂不能转让。"


def bound() -> tuple[given.House, given.Side, given.Side, Listing]:
    """An announced listing with one admitted buyer."""
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    listing = given.an_announced(house, seller)
    given.an_admitted(listing, buyer)
    return house, seller, buyer, listing


def asked(seller: given.Side, listing: Listing, **shown: str) -> ListingChange:
    file = record.keep_file(seller.person, "立案通知书.pdf", b"%PDF-1.7 x") if shown else None
    withdrawals.ask(seller.person, listing.pk, reason=WHY, file=file)
    return listing.changes.get(state="open")


def test_while_no_buyer_is_bound_the_seller_takes_it_back_alone() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    listing = given.an_announced(house, seller)
    intents.register(buyer.person, listing.pk, party=buyer.party)
    assert Intent.objects.get().deposit_state == "due"
    with refused("listing.no_buyers"):
        withdrawals.ask(seller.person, listing.pk, reason=WHY)
    assert listings.withdraw(seller.person, listing.pk, reason="另有安排").state == "withdrawn"


def test_with_a_bound_buyer_it_waits_for_an_operator_and_its_terms_run_on() -> None:
    house, seller, buyer, listing = bound()
    with refused("listing.has_buyers"):
        listings.withdraw(seller.person, listing.pk, reason="另有安排")
    wish = asked(seller, listing)
    assert asked(seller, listing).pk == wish.pk
    now = given.fresh(listing)
    assert (now.state, now.closes_at, given.free_fen(buyer)) == ("announced", listing.closes_at, 0)
    assert deeds().count("exchange.withdrawal_asked") == 1
    done = withdrawals.approve(house.operator, wish.pk, reason="立案属实，予以批准。")
    assert (done.state, done.end_reason, given.free_fen(buyer)) == ("withdrawn", WHY, 80_000_00)
    assert withdrawals.approve(house.operator, wish.pk, reason="立案属实，予以批准。").state == "withdrawn"
    assert deeds().count("exchange.ended") == 1
    assert WHY in text_of(desk.browser_of(buyer.person), "/desk/messages")
    page = text_of(Client(), f"/listings/{listing.number}")
    assert (WHY in page, "<dt>报名截止于</dt>" in page.split('<aside class="stick', 1)[1]) == (True, False)


def test_refused_it_goes_on_and_the_seller_reads_why() -> None:
    house, seller, buyer, listing = bound()
    wish = asked(seller, listing)
    withdrawals.refuse(house.operator, wish.pk, reason="未提交立案证明")
    assert (given.fresh(listing).state, given.free_fen(buyer)) == ("announced", 0)
    with refused("listing.withdrawal_decided"):
        withdrawals.approve(house.operator, wish.pk, reason="改为批准")
    assert "未提交立案证明" in text_of(desk.browser_of(seller.person), f"/listings/{listing.number}/seller")


def test_once_the_auction_is_open_nobody_takes_it_back() -> None:
    house, seller, _, listing = bound()
    given.an_admitted(listing, given.a_side("buyer"))
    wish = asked(seller, listing)
    given.time_passes(minutes=4)
    jobs.tick()
    assert given.fresh(listing).state == "bidding"
    with refused("listing.in_auction"):
        withdrawals.approve(house.operator, wish.pk, reason="立案属实")
    with refused("listing.in_auction"):
        withdrawals.ask(seller.person, listing.pk, reason=WHY)
    with refused("listing.in_auction"):
        listings.withdraw(seller.person, listing.pk, reason="另有安排")
    assert "竞价已经排定" in text_of(desk.browser_of(seller.person), f"/listings/{listing.number}/seller")
    assert "撤回挂牌待决定" not in text_of(desk.browser_of(house.operator), "/office")


def test_whoever_asks_or_acts_for_the_seller_does_not_decide_and_the_evidence_is_read_first() -> None:
    house, seller, _, listing = bound()
    wish = asked(seller, listing, shown="yes")
    for who, code in (
        (a_person("operator", member_of=seller.party), "people.own_party"),
        (a_person("checker"), "people.not_allowed"),
        (house.operator, "file.not_read"),
    ):
        with refused(code):
            withdrawals.approve(who, wish.pk, reason="立案属实")
        with refused(code):
            withdrawals.refuse(who, wish.pk, reason="不属实")
    both = a_person("holder", "operator", member_of=seller.party)
    other = given.an_announced(house, seller)
    given.an_admitted(other, given.a_side("buyer"))
    withdrawals.ask(both, other.pk, reason=WHY)
    with refused("people.maker_is_checker"):
        withdrawals.approve(both, other.changes.get().pk, reason="同意")


def test_the_seller_may_ask_no_more_and_the_listing_goes_on() -> None:
    house, seller, buyer, listing = bound()
    wish = asked(seller, listing)
    own, address = desk.browser_of(seller.person), f"/listings/{listing.number}"
    assert "不再申请" in text_of(own, f"{address}/seller")
    with refused("people.not_allowed"):
        changes.withdraw(buyer.person, wish.pk)
    assert own.post(f"{address}/seller/change", {"change": wish.pk}).status_code == 302
    assert changes.withdraw(seller.person, wish.pk).state == "announced"
    with refused("listing.withdrawal_decided"):
        withdrawals.approve(house.operator, wish.pk, reason="立案属实")
    assert deeds().count("exchange.withdrawal_dropped") == 1


def test_a_later_word_of_the_sellers_takes_the_place_of_an_earlier_one() -> None:
    house, seller, _, listing = bound()
    cheaper = given.an_offer(seller, listing.items.get().right, asking_fen=700_000_00)
    changes.change(seller.person, listing.pk, cheaper)
    change = listing.changes.get()
    wish = asked(seller, listing)
    with refused("listing.change_decided"):
        changes.approve(house.operator, change.pk)
    with refused("listing.change_unknown"):
        changes.approve(house.operator, wish.pk)
    with refused("listing.change_unknown"):
        withdrawals.approve(house.operator, change.pk, reason="同意")
    changes.change(seller.person, listing.pk, cheaper)
    with refused("listing.withdrawal_decided"):
        withdrawals.approve(house.operator, wish.pk, reason="同意")


def test_the_pages_ask_show_and_decide_it() -> None:
    house, seller, buyer, listing = bound()
    own, operator = desk.browser_of(seller.person), desk.browser_of(house.operator)
    mine, office = f"/listings/{listing.number}", f"/office/listings/{listing.pk}"
    assert "已交保证金或取得竞买号的意向受让方 1 名" in text_of(own, f"{mine}/seller")
    shown = SimpleUploadedFile("立案通知书.pdf", b"%PDF-1.7 x", content_type="application/pdf")
    assert own.post(f"{mine}/ask-withdrawal", {"reason": WHY, "file": shown}).status_code == 302
    assert "已申请撤回，由经办机构决定" in text_of(own, f"{mine}/seller")
    assert "撤回挂牌待决定" in text_of(operator, "/office")
    page = text_of(operator, office)
    assert (WHY in page, "立案通知书.pdf" in page) == (True, True)
    wish = ListingChange.objects.get()
    said = {"deed": "approve_withdrawal", "change": wish.pk, "reason": "立案属实"}
    assert operator.post(office, said).status_code == 409
    assert operator.get(f"/office/withdrawals/{wish.pk}/evidence").content == b"%PDF-1.7 x"
    assert operator.post(office, said).status_code == 302
    assert (given.fresh(listing).state, given.free_fen(buyer)) == ("withdrawn", 80_000_00)


def test_a_program_asks_and_another_decides_once() -> None:
    house, seller, _, listing = bound()
    own, operator = a_caller(seller.person), a_caller(house.operator)
    assert own.refused(f"/listings/{listing.pk}/withdraw", {"reason": "另有安排"})[1] == "listing.has_buyers"
    told = own.post(f"/listings/{listing.pk}/withdrawal", {"reason": WHY})["withdrawal"]
    assert (told["ground"], told["file_name"]) == (WHY, "")
    assert a_caller(a_person("buyer")).get(f"/listings/{listing.pk}")["withdrawal"] is None
    address = f"/withdrawals/{told['withdrawal_id']}"
    assert operator.post(f"{address}/refuse", {"reason": "未提交证明"})["state"] == "announced"
    again = own.post(f"/listings/{listing.pk}/withdrawal", {"reason": f"{WHY}另附证明。"})["withdrawal"]
    done = operator.post(f"/withdrawals/{again['withdrawal_id']}/approve", {"reason": "属实"}, key="b")
    assert (done["state"], done["withdrawal"]) == ("withdrawn", None)
    assert operator.post(f"/withdrawals/{again['withdrawal_id']}/approve", {"reason": "属实"}, key="b") == done
