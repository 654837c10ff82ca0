"""An announced listing is changed only with the operator's approval; until then what was announced stands (X2)."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from django.test import Client

from tests.api.given_api import a_caller
from tests.exchange import given_deals as given
from tests.exchange import given_desk as desk
from tests.people import given_people as people
from tests.people.given_people import deeds, refused
from tests.web.given_pages import text_of
from zhirong.exchange.actions import changes, listings
from zhirong.exchange.models import Intent, Listing, ListingChange, ListingItem
from zhirong.record.models import Leaf
from zhirong.web import filters

pytestmark = pytest.mark.django_db(transaction=True)
DEPOSIT = 80_000_00


def announced() -> tuple[given.House, given.Side, given.Side, Listing]:
    """A listing with one admitted buyer, a minute after its announcement."""
    house, seller, buyer = given.House(), given.a_side("holder"), given.a_side("buyer")
    listing = given.an_announced(house, seller)
    given.an_admitted(listing, buyer)
    given.time_passes(minutes=1)
    return house, seller, buyer, listing


def words_of(page: str) -> str:
    """A page without its marks, for tables read across."""
    return " ".join(re.sub("<[^>]+>", " ", page).split())


def cheaper(seller: given.Side, listing: Listing, asking_fen: int = 700_000_00) -> ListingChange:
    changes.change(seller.person, listing.pk, given.an_offer(seller, listing.items.get().right, asking_fen=asking_fen))
    return ListingChange.objects.get(listing=listing, state="open")


def test_a_change_waits_and_what_was_announced_stands() -> None:
    _, seller, buyer, listing = announced()
    cheaper(seller, listing)
    now = given.fresh(listing)
    assert (now.edition, now.asking_fen, now.closes_at, now.state) == (1, 800_000_00, listing.closes_at, "announced")
    assert Intent.objects.get().state == "admitted"
    assert given.free_fen(buyer) == 0
    assert "exchange.changed" not in deeds()


def test_approved_it_starts_the_period_again_voids_registrations_and_frees_deposits() -> None:
    house, seller, buyer, listing = announced()
    change = cheaper(seller, listing)
    changed = changes.approve(house.operator, change.pk)
    assert (changed.edition, changed.asking_fen, changed.deposit_fen) == (2, 700_000_00, 70_000_00)
    assert changed.closes_at > listing.closes_at
    assert Intent.objects.get().state == "void"
    assert given.free_fen(buyer) == DEPOSIT
    assert changes.approve(house.operator, change.pk).edition == 2
    assert deeds().count("exchange.changed") == 1


def test_a_change_tells_what_it_changed_the_old_and_the_new_price_and_the_new_end() -> None:
    house, seller, buyer, listing = announced()
    given.time_passes(seconds=90)
    changed = changes.approve(house.operator, cheaper(seller, listing).pk)
    told = json.loads(Leaf.objects.get(kind="exchange.changed").body)
    assert (told["altered"], told["was_fen"], told["asking_fen"]) == (["asking_fen"], 800_000_00, 700_000_00)
    assert told["closes_at"] == changed.closes_at.isoformat()
    message = text_of(desk.browser_of(buyer.person), "/desk/messages")
    assert "修改内容：挂牌价；挂牌价原 800,000 元，现 700,000 元；公告期重新起算，登记至 北京时间" in message
    page = text_of(Client(), f"/listings/{listing.number}")
    at = Leaf.objects.get(kind="exchange.changed").at
    assert f"第 2 版，公告于 {filters.moment(at)}" in page
    assert "挂牌价 800,000 元 700,000 元" in words_of(page)
    assert f"首次公告 {filters.moment(changed.announced_at)}" in page


def test_the_seller_sees_what_it_asked_for_and_can_take_it_back() -> None:
    house, seller, buyer, listing = announced()
    change = cheaper(seller, listing)
    own, address = desk.browser_of(seller.person), f"/listings/{listing.number}/seller"
    assert "挂牌价 800,000 元 700,000 元" in words_of(text_of(own, address))
    assert own.post(f"{address}/change", {"change": change.pk}).status_code == 302
    assert own.post(f"{address}/change", {"change": change.pk}).status_code == 302
    assert "变更已送审" not in text_of(own, address)
    assert deeds().count("exchange.change_withdrawn") == 1
    assert (given.fresh(listing).asking_fen, given.free_fen(buyer)) == (800_000_00, 0)
    with refused("listing.change_decided"):
        changes.approve(house.operator, change.pk)
    again = cheaper(seller, listing)
    changes.approve(house.operator, again.pk)
    with refused("listing.change_decided"):
        changes.withdraw(seller.person, again.pk)


def test_nobody_else_takes_a_change_back() -> None:
    _, seller, _, listing = announced()
    change = cheaper(seller, listing)
    other = given.a_side("holder")
    with refused("people.not_allowed"):
        changes.withdraw(other.person, change.pk)
    stranger = desk.browser_of(other.person)
    assert stranger.post(f"/listings/{listing.number}/seller/change", {"change": change.pk}).status_code == 404
    assert ListingChange.objects.get().state == "open"


def test_the_public_reads_every_edition_with_old_and_new_but_hears_nothing_of_a_reserve() -> None:
    house, seller, _, listing = announced()
    right = listing.items.get().right
    first = given.an_offer(seller, right, asking_fen=700_000_00)
    changes.change(seller.person, listing.pk, replace(first, reserve_fen=777_000_00, requirement="须提交实施方案"))
    changes.approve(house.operator, ListingChange.objects.get(state="open").pk)
    changes.change(seller.person, listing.pk, first)
    own = words_of(text_of(desk.browser_of(seller.person), f"/listings/{listing.number}/seller"))
    assert "保留价 777,000 元 –" in own
    changes.approve(house.operator, ListingChange.objects.get(state="open").pk)
    page = words_of(text_of(Client(), f"/listings/{listing.number}"))
    assert page.index("第 3 版，公告于") < page.index("第 2 版，公告于")
    assert "对受让方的要求 – 须提交实施方案" in page
    assert "对受让方的要求 须提交实施方案 –" in page
    assert "777,000" not in page


def test_refused_it_changes_nothing_and_says_why() -> None:
    house, seller, buyer, listing = announced()
    change = cheaper(seller, listing)
    changes.refuse(house.operator, change.pk, reason="公告期内不宜降价")
    assert given.fresh(listing).asking_fen == 800_000_00
    assert given.free_fen(buyer) == 0
    with refused("listing.change_decided"):
        changes.approve(house.operator, change.pk)


def test_whoever_asks_for_a_change_does_not_approve_it() -> None:
    house, seller = given.House(), given.a_side("holder", "operator")
    other = people.a_person("holder", member_of=seller.party)
    listing = given.an_announced(house, given.Side(seller.party, other))
    change = cheaper(seller, listing)
    with refused("people.maker_is_checker"):
        changes.approve(seller.person, change.pk)
    assert given.fresh(listing).edition == 1


def test_a_later_word_takes_the_place_of_an_earlier_one_and_a_repeat_is_one() -> None:
    house, seller, _, listing = announced()
    first = cheaper(seller, listing)
    assert cheaper(seller, listing).pk == first.pk
    second = cheaper(seller, listing, 600_000_00)
    assert deeds().count("exchange.change_proposed") == 2
    with refused("listing.change_decided"):
        changes.approve(house.operator, first.pk)
    assert changes.approve(house.operator, second.pk).asking_fen == 600_000_00


def test_a_right_that_stands_elsewhere_is_refused_when_asked_for_and_when_approved() -> None:
    house, seller, _, listing = announced()
    taken = given.an_announced(house, seller).items.get().right
    right = listing.items.get().right
    with refused("listing.right_listed_already"):
        changes.change(seller.person, listing.pk, given.an_offer(seller, right, taken))
    assert not ListingChange.objects.exists()
    free = given.a_right(house, seller.party)
    changes.change(seller.person, listing.pk, given.an_offer(seller, right, free))
    other = listings.draft(seller.person, given.an_offer(seller, free))
    listings.submit(seller.person, other.pk)
    listings.announce(house.operator, other.pk)
    with refused("listing.right_listed_already"):
        changes.approve(house.operator, ListingChange.objects.get(state="open").pk)
    assert [item.right_id for item in given.fresh(listing).items.all()] == [right.pk]
    assert ListingItem.objects.filter(right=free, is_live=True).count() == 1


def test_a_change_that_comes_too_late_for_its_listing_is_not_approved() -> None:
    house, seller, _, listing = announced()
    change = cheaper(seller, listing)
    listings.terminate(house.operator, listing.pk, reason="材料与登记簿不符")
    with refused("listing.not_now"):
        changes.approve(house.operator, change.pk)


def test_the_operator_sees_what_would_change_and_decides_on_the_page() -> None:
    house, seller, _, listing = announced()
    cheaper(seller, listing)
    operator, own = desk.browser_of(house.operator), desk.browser_of(seller.person)
    address = f"/office/listings/{listing.pk}"
    assert "挂牌变更待审" in text_of(operator, "/office")
    shown = text_of(operator, address)
    assert "800,000 元" in shown
    assert "700,000 元" in shown
    assert "变更已送审" in text_of(own, f"/listings/{listing.number}/seller")
    change = ListingChange.objects.get()
    refusal = {"deed": "refuse_change", "change": change.pk, "reason": "理由不足"}
    assert operator.post(address, refusal).status_code == 302
    assert "理由不足" in text_of(own, f"/listings/{listing.number}/seller")
    again = cheaper(seller, listing)
    assert operator.post(address, {"deed": "approve_change", "change": again.pk}).status_code == 302
    assert given.fresh(listing).asking_fen == 700_000_00


def test_a_program_asks_for_a_change_and_another_approves_it_once() -> None:
    house, seller, _, listing = announced()
    own, operator = a_caller(seller.person), a_caller(house.operator)
    said = {
        "seller": seller.party.ref,
        "rights": [listing.items.get().right_id],
        "title": "储能电池液冷均温结构专利转让",
        "asking_fen": 700_000_00,
        "rule_set": "demo",
    }
    told = own.ask("PUT", f"/listings/{listing.pk}", said, key="a").json()
    assert (told["asking_fen"], told["change"]["asking_fen"], told["edition"]) == (800_000_00, 700_000_00, 1)
    assert own.ask("PUT", f"/listings/{listing.pk}", said, key="a").json() == told
    assert a_caller(people.a_person("buyer")).get(f"/listings/{listing.pk}")["change"] is None
    address = f"/changes/{told['change']['change_id']}/approve"
    assert own.refused(address)[0] == 403
    assert operator.post(address, key="b")["edition"] == 2
    assert operator.post(address, key="b")["edition"] == 2
    assert operator.post(address)["edition"] == 2
