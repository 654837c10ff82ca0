"""The desk: what needs me first, my lists, my money, my messages, the demo's outbox."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client

from tests.exchange import given_deals as given
from tests.exchange import given_desk as desk
from tests.exchange import given_succession as succession
from tests.exchange.given_hall import Day
from tests.people.given_people import a_person
from tests.web.given_pages import text_of
from zhirong.exchange.actions import intents, questions
from zhirong.exchange.models import Listing
from zhirong.record import actions as record
from zhirong.record.models import Choice, Notice

pytestmark = pytest.mark.django_db(transaction=True)
LISTS = ["/desk/listings", "/desk/bids", "/desk/deals", "/desk/certificates", "/desk/money", "/desk/messages"]


def test_the_desk_is_for_people_who_are_signed_in(client: Client) -> None:
    for path in ["/desk", *LISTS, "/listings/new", "/import"]:
        assert client.get(path)["Location"].startswith("/sign-in")


def test_somebody_new_is_led_to_register_a_party() -> None:
    text = text_of(desk.browser_of(a_person("buyer", "holder")), "/desk")
    assert "说明您代表谁" in text
    assert "/account/organisations" in text


def test_the_nearest_deadline_stands_first() -> None:
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    listing = given.an_announced(house, seller)
    questions.ask(buyer.person, listing.pk, text="年费缴到哪一年？")
    given.an_admitted(listing, buyer)
    given.time_passes(minutes=4)
    desk.jobs.tick()
    text = text_of(desk.browser_of(seller.person), "/desk")
    answer, question = text.index(f"答复 {listing.number} 的唯一意向受让方"), text.index("的 1 个提问")
    assert question < answer, "the question's day was the end of registration, which is over"
    assert f"/listings/{listing.number}/seller" in text


def test_a_deposit_to_be_paid_stands_with_its_code_until_it_is_there() -> None:
    day = Day()
    listing, buyer = day.announced(), day.buyers[0]
    intent = intents.register(buyer.person, listing.pk, party=buyer.party)
    browser = desk.browser_of(buyer.person)
    assert "交保证金 80,000 元" in text_of(browser, "/desk")
    money = text_of(browser, "/desk/money")
    assert intent.payment_code in money
    assert "捌万元整" in money
    given.money_for(buyer.party, 80_000_00)
    intents.deposit_arrived(intent.pk)
    assert "交保证金" not in text_of(browser, "/desk")


def test_a_bidder_sees_the_auction_on_the_desk() -> None:
    day = Day()
    lot, _ = day.auction()
    text = text_of(desk.browser_of(day.buyers[0].person), "/desk")
    assert f"/lots/{lot.pk}" in text
    assert "竞价" in text


@pytest.mark.parametrize("path", LISTS)
def test_every_list_is_empty_in_words_and_asks_little(path: str) -> None:
    text = text_of(desk.browser_of(given.a_side("holder", "buyer").person), path)
    assert 'class="empty"' in text


def test_lists_show_ones_own_alone_and_can_be_taken_away() -> None:
    sold = desk.settled(desk.paid(desk.signed(desk.a_deal())))
    seller, buyer = desk.browser_of(sold.seller.person), desk.browser_of(sold.buyer.person)
    stranger = desk.browser_of(given.a_side("holder", "buyer").person)
    number, listing = sold.deal.number, sold.deal.listing.number
    assert listing in text_of(seller, "/desk/listings")
    assert listing in text_of(buyer, "/desk/bids")
    for path in ("/desk/deals", "/desk/certificates"):
        assert number in text_of(seller, path)
        assert number not in text_of(stranger, path)
    assert listing not in text_of(stranger, "/desk/listings")
    assert number in buyer.get("/desk/deals?form=csv").content.decode("utf-8-sig")
    assert buyer.get("/desk/bids?form=xlsx").content.startswith(b"PK")
    assert number not in text_of(buyer, "/desk/deals?state=payment")


def test_the_statement_comes_as_a_page_a_sheet_and_a_paper() -> None:
    sold = desk.settled(desk.paid(desk.signed(desk.a_deal())))
    seller = desk.browser_of(sold.seller.person)
    text = text_of(seller, "/desk/money")
    assert "776,000" in text, "the price less the seller's fee of three per cent"
    assert "成交价款" in text
    assert "776000.00" in seller.get("/desk/money?form=csv").content.decode("utf-8-sig")
    assert seller.get("/desk/money?form=pdf").content.startswith(b"%PDF")
    assert "没有往来" in text_of(seller, "/desk/money?from=2001-01-01&to=2001-02-01")


def test_messages_are_read_one_by_one_or_all_and_lead_to_their_thing() -> None:
    sold = desk.a_deal()
    seller = desk.browser_of(sold.seller.person)
    mine = Notice.objects.filter(person_ref=sold.seller.person.ref)
    text = text_of(seller, "/desk/messages")
    assert f"/deals/{sold.deal.number}" in text
    first = mine.order_by("-pk")[0]
    seller.post("/desk/messages/read", {"notice": first.pk, "back": "https://elsewhere.example"})
    assert mine.filter(read_at=None).count() == mine.count() - 1
    seller.post("/desk/messages/read")
    assert not mine.filter(read_at=None).exists()
    assert "没有消息" in text_of(seller, "/desk/messages?show=unread")


def test_channels_are_chosen_and_the_choice_is_shown_again() -> None:
    person = a_person("buyer")
    browser = desk.browser_of(person)
    browser.post("/desk/messages/channels", {"channel": ["e_mail"]})
    assert set(Choice.objects.filter(person_ref=person.ref, is_wanted=False).values_list("channel", flat=True)) == {
        "sms",
        "wechat",
    }
    text = text_of(browser, "/desk/messages")
    assert 'value="e_mail" checked' in text
    assert 'value="sms" checked' not in text


def test_the_outbox_is_there_in_a_demo_alone(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.get("/outbox").status_code == 404
    sold = desk.a_deal()
    sold.seller.person.email = "seller@example.org"
    sold.seller.person.save()
    monkeypatch.setattr(settings, "DEMO", True)
    record.deliver_waiting(lambda ref: record.Reach("zh-hans", {"e_mail": f"{ref}@example.org"}))
    text = text_of(client, "/outbox")
    assert f"{sold.seller.person.ref}@example.org" in text
    assert "的合同已拟好" in text


@pytest.mark.usefixtures("floor")
def test_my_registrations_say_what_became_of_them() -> None:
    house, seller, buyer, other = given.House(), given.a_side("holder"), given.a_side("buyer"), given.a_side("buyer")
    deal = succession.sold(house, seller, [(other, 800_000_00), (buyer, 820_000_00)])
    winner, loser = desk.browser_of(buyer.person), desk.browser_of(other.person)
    assert "竞得：待确认合同" in text_of(winner, "/desk/bids")
    assert "他人竞得" in text_of(loser, "/desk/bids")
    assert "他人竞得" in loser.get("/desk/bids?form=csv").content.decode()
    for browser in (winner, loser):
        assert "已确认资格</span>" not in text_of(browser, "/desk/bids")
    Listing.objects.filter(pk=deal.listing_id).update(state="withdrawn")
    assert "已撤回</span>" in text_of(loser, "/desk/bids")
