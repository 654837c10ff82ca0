"""The queue and the review of a listing, as pages."""

from __future__ import annotations

import pytest

from tests.exchange import given_deals as given
from tests.office.given_office import signed_in
from tests.people import given_people as people
from tests.web.given_pages import text_of
from zhirong.exchange import jobs
from zhirong.exchange.actions import listings
from zhirong.exchange.models import Listing, Lot
from zhirong.registry.actions import weights
from zhirong.registry.models import Encumbrance

pytestmark = pytest.mark.django_db


def test_the_queue_shows_what_waits_and_for_whom() -> None:
    house, seller = given.House(), given.a_side("holder")
    listing = given.a_draft(house, seller)
    text = text_of(signed_in(house.operator), "/office")
    assert listing.title in text
    assert "共 1 件待办，其中 1 件由您办理" in text
    assert "其中 0 件由您办理" in text_of(signed_in(house.checker), "/office")


def test_an_operator_announces_a_listing() -> None:
    house, seller = given.House(), given.a_side("holder")
    listing = given.a_draft(house, seller)
    client = signed_in(house.operator)
    address = f"/office/listings/{listing.pk}"
    text = text_of(client, address)
    assert "可以转让" in text
    assert "公告此挂牌" in text
    assert client.post(address, {"deed": "announce"}).status_code == 302
    assert given.fresh(listing).state == "announced"
    assert "公告此挂牌" not in text_of(client, address)


def test_a_listing_goes_back_only_with_a_reason() -> None:
    house, seller = given.House(), given.a_side("holder")
    listing = given.a_draft(house, seller)
    client, address = signed_in(house.operator), f"/office/listings/{listing.pk}"
    refused = client.post(address, {"deed": "send_back", "reason": " "})
    assert refused.status_code >= 400
    assert given.fresh(listing).state == "submitted"
    assert client.post(address, {"deed": "send_back", "reason": "缺共有人同意书"}).status_code == 302
    assert (given.fresh(listing).state, given.fresh(listing).review_reason) == ("returned", "缺共有人同意书")


def test_a_pledge_shuts_the_gate_before_the_button() -> None:
    house, seller = given.House(), given.a_side("holder")
    listing = given.a_draft(house, seller)
    given.a_pledge(house, listing.items.get().right)
    client, address = signed_in(house.operator), f"/office/listings/{listing.pk}"
    text = text_of(client, address)
    assert "不可以转让" in text
    assert client.post(address, {"deed": "announce"}).status_code == 409
    assert given.fresh(listing).state == "submitted"


def test_a_checker_sees_no_button_and_an_unknown_deed_is_refused() -> None:
    house, seller = given.House(), given.a_side("holder")
    listing = given.a_draft(house, seller)
    address = f"/office/listings/{listing.pk}"
    text = text_of(signed_in(house.checker), address)
    assert "公告此挂牌" not in text
    assert "不由您办理" in text
    assert signed_in(house.checker).post(address, {"deed": "announce"}).status_code == 403
    assert signed_in(house.operator).post(address, {"deed": "burn"}).status_code == 400
    assert signed_in(seller.person).get(address).status_code == 403


def test_a_suspended_listing_goes_on_or_ends() -> None:
    house, seller = given.House(), given.a_side("holder")
    listing = given.an_announced(house, seller)
    client, address = signed_in(house.operator), f"/office/listings/{listing.pk}"
    client.post(address, {"deed": "suspend", "reason": "核实权属"})
    assert given.fresh(listing).state == "suspended"
    assert "恢复" in text_of(client, address)
    client.post(address, {"deed": "resume", "reason": "权属无误"})
    assert given.fresh(listing).state == "announced"
    client.post(address, {"deed": "terminate", "reason": "转让方请求"})
    assert given.fresh(listing).state == "terminated"


def test_the_queue_is_taken_away_as_a_sheet() -> None:
    house, seller = given.House(), given.a_side("holder")
    given.a_draft(house, seller)
    answer = signed_in(house.operator).get("/office?as=queue.csv")
    assert answer["Content-Type"].startswith("text/csv")
    assert len(answer.content.decode("utf-8-sig").splitlines()) == 2
    assert signed_in(house.operator).get("/office?as=queue.xlsx").content[:2] == b"PK"


def test_an_english_page_is_complete() -> None:
    house, seller = given.House(), given.a_side("holder")
    listing = given.a_draft(house, seller)
    client = signed_in(house.operator)
    client.cookies["lang"] = "en"
    assert "Announce the listing" in text_of(client, f"/office/listings/{listing.pk}")


def test_a_queue_of_every_kind_is_one_question() -> None:
    house, seller = given.House(), given.a_side("holder")
    given.a_draft(house, seller)
    second = people.a_person("administrator")
    text_of(signed_in(second), "/office")


def test_what_is_new_since_the_announcement_is_said_and_what_is_not_yet_announced_is_not_compared() -> None:
    house, seller = given.House(), given.a_side("holder")
    listing = given.a_draft(house, seller)
    client, address = signed_in(house.operator), f"/office/listings/{listing.pk}"
    assert "公告时将按此核查" in text_of(client, address)
    assert client.post(address, {"deed": "announce"}).status_code == 302
    text = text_of(client, address)
    assert "公告时的核查相同" in text
    assert "公告之后新增" not in text
    given.a_pledge(house, listing.items.get().right)
    text = text_of(client, address)
    assert "公告时的核查相同" not in text
    assert "公告时的核查不同" in text
    assert f"公告之后新增：</b> {listing.items.get().right.number}" in text
    one = Encumbrance.objects.get()
    weights.release(house.operator, one, day=one.since, file=one.file)
    text = text_of(client, address)
    assert "公告时的核查相同" in text


def test_an_auction_that_stands_still_is_reached_from_its_listing() -> None:
    house, seller = given.House(), given.a_side("holder")
    listing = given.an_announced(house, seller)
    Listing.objects.filter(pk=listing.pk).update(state="bidding")
    times = {"opens_ns": 1, "closes_ns": 2, "start_fen": 1}
    lot = Lot.objects.create(listing=listing, run=1, form="timed", terms="{}", state="paused", **times)
    client, address = signed_in(house.operator), f"/office/listings/{listing.pk}"
    page = client.get(address).content.decode()
    assert "竞价已暂停，须恢复或撤销。" in page
    assert f'href="/office/lots/{lot.pk}"' in page
    assert "此状态下无需办理" not in page
    Lot.objects.filter(pk=lot.pk).update(state="live")
    page = client.get(address).content.decode()
    assert "竞价已暂停" not in page
    assert f'href="/office/lots/{lot.pk}"' in page


def test_the_listing_and_the_refusal_to_let_it_go_on_lead_to_the_page_of_each_right() -> None:
    house, seller = given.House(), given.a_side("holder")
    free, pledged = given.a_right(house, seller.party), given.a_right(house, seller.party)
    draft = listings.draft(seller.person, given.an_offer(seller, free, pledged))
    listing = listings.announce(house.operator, listings.submit(seller.person, draft.pk).pk)
    client, address = signed_in(house.operator), f"/office/listings/{listing.pk}"
    text = text_of(client, address)
    for right in (free, pledged):
        assert f'href="/office/rights/{right.pk}">该权利的登记事项与负担<' in text
    given.a_pledge(house, pledged)
    jobs.tick()
    refused = client.post(address, {"deed": "resume", "reason": "已核实。"})
    assert refused.status_code == 409
    way = 'href="/office/rights/{}">前往权利 {} 的登记页</a>'
    told = refused.content.decode()
    assert way.format(pledged.pk, pledged.number) in told
    assert way.format(free.pk, free.number) not in told
    assert way.format(pledged.pk, pledged.number) not in text_of(client, address)
