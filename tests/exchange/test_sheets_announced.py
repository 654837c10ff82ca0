"""A seller's sheet of listings is handed in as one and announced as one, each row by the rules of one listing."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from tests.api.given_api import a_caller
from tests.exchange import given_deals as given
from tests.exchange import given_desk as desk
from tests.exchange import given_sheets as sheets
from tests.exchange.test_unknown_fees import nobody_looked
from tests.office.given_office import signed_in
from tests.people import given_people as people
from tests.people.given_people import deeds, refused
from tests.web.given_pages import text_of
from zhirong.exchange.actions import bulk, listings, sheet
from zhirong.exchange.models import Gate, Listing, ListingItem
from zhirong.people.actions import roles
from zhirong.record import actions as record
from zhirong.record import jobs
from zhirong.record.models import Event, Job, Leaf, Notice
from zhirong.registry.models import ImportBatch, Right
from zhirong.web.office import queue_sheets
from zhirong.web.office import sheets as page
from zhirong.web.registry import bringing

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture
def house() -> given.House:
    return given.House()


@pytest.fixture
def seller() -> given.Side:
    return given.a_side("holder")


def some_rights(house: given.House, seller: given.Side, count: int) -> list[Right]:
    return [given.a_right(house, seller.party) for _ in range(count)]


def states(batch: ImportBatch) -> list[str]:
    return list(Listing.objects.filter(batch=batch).order_by("pk").values_list("state", flat=True))


def codes(done: bulk.Published) -> dict[int, str]:
    return {row: one.code for row, one in done.refused.items()}


@pytest.mark.both
def test_all_rows_are_announced_each_on_the_record_and_the_same_again_changes_nothing(
    house: given.House, seller: given.Side, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "CHUNK", 2)
    monkeypatch.setattr(sheet, "CHUNK", 2)
    batch = sheets.handed_in(seller, *some_rights(house, seller, 3))
    done = bulk.announce_sheet(house.operator, batch)
    assert (done.announced, done.listed_before, done.refused) == (3, 0, {})
    again = bulk.announce_sheet(house.operator, batch)
    assert (again.announced, again.listed_before, again.refused) == (0, 3, {})
    assert states(batch) == ["announced"] * 3
    told = [json.loads(one.body) for one in Leaf.objects.filter(kind="exchange.announced").order_by("pk")]
    assert [one["number"] for one in told] == list(
        Listing.objects.filter(batch=batch).order_by("pk").values_list("number", flat=True)
    )
    assert {one["who"] for one in told} == {house.operator.ref}
    assert (Event.objects.filter(kind="exchange.announced").count(), Gate.objects.count()) == (3, 3)
    assert Notice.objects.filter(kind="exchange.announced", person_ref=seller.person.ref).count() == 3
    assert ListingItem.objects.filter(is_live=True).count() == 3


def test_a_row_stands_as_if_it_had_been_announced_by_itself(house: given.House, seller: given.Side) -> None:
    batch = sheets.handed_in(seller, *some_rights(house, seller, 2))
    alone, other = Listing.objects.filter(batch=batch).order_by("pk")
    listings.announce(house.operator, alone.pk)
    assert bulk.announce_sheet(house.operator, batch).announced == 1
    alone.refresh_from_db()
    other.refresh_from_db()
    own = {"_state", "id", "number", "title", "announced_at", "closes_at", "submitted_at"}
    same = [{name: value for name, value in one.__dict__.items() if name not in own} for one in (alone, other)]
    assert same[0] == same[1]
    assert None not in (alone.closes_at, other.closes_at, alone.announced_at, other.announced_at)
    assert abs(alone.closes_at - other.closes_at).total_seconds() < 60


def test_whoever_made_the_drafts_and_the_sellers_own_people_announce_none_of_them(
    house: given.House, seller: given.Side
) -> None:
    batch = sheets.handed_in(seller, *some_rights(house, seller, 2))
    roles.grant_role(people.a_person("administrator"), seller.person.pk, "operator")
    seller.person.role_grants.update(confirmed_at=record.now())
    with refused("people.maker_is_checker"):
        bulk.announce_sheet(seller.person, batch)
    own = people.a_person("operator")
    people.a_membership(own, seller.party)
    with refused("people.own_party"):
        bulk.announce_sheet(own, batch)
    with refused("people.not_allowed"):
        bulk.announce_sheet(house.checker, batch)
    assert (states(batch), "exchange.announced" in deeds()) == (["submitted"] * 2, False)


def test_what_a_row_lacks_is_told_by_its_number_and_the_others_are_announced(
    house: given.House, seller: given.Side
) -> None:
    rights = some_rights(house, seller, 5)
    batch = sheets.handed_in(seller, *rights)
    given.a_pledge(house, rights[0])
    for right in rights[1:3]:
        nobody_looked(right)
    back = ListingItem.objects.get(right=rights[3]).listing
    listings.send_back(house.operator, back.pk, reason="请补充说明。")
    done = bulk.announce_sheet(house.operator, batch, fees_unknown={4})
    assert codes(done) == {2: "listing.gate_closed", 3: "listing.row_fees_unknown", 5: "listing.not_now"}
    assert states(batch) == ["submitted", "submitted", "announced", "returned", "announced"]
    assert deeds().count("exchange.fees_unknown_said") == 1
    assert bulk.announce_sheet(house.operator, batch, fees_unknown={3}).announced == 1


def test_state_owned_rows_are_announced_one_by_one(house: given.House, seller: given.Side) -> None:
    batch = sheets.handed_in(seller, *some_rights(house, seller, 1))
    Listing.objects.filter(batch=batch).update(rule_set="state_owned")
    done = bulk.announce_sheet(house.operator, batch)
    assert [(row, one.code, one.facts) for row, one in done.refused.items()] == [
        (2, "listing.row_papers_unread", {"row": 2})
    ]
    assert "逐件办理：须先审阅文件" in text_of(signed_in(house.operator), f"/office/sheets/{batch.pk}")


def test_a_right_that_was_listed_elsewhere_meanwhile_stays_in_one_listing(
    house: given.House, seller: given.Side
) -> None:
    rights = some_rights(house, seller, 2)
    batch = sheets.handed_in(seller, *rights)
    other = listings.draft(seller.person, given.an_offer(seller, rights[1]))
    listings.announce(house.operator, listings.submit(seller.person, other.pk).pk)
    done = bulk.announce_sheet(house.operator, batch)
    assert (done.announced, codes(done)) == (1, {3: "listing.right_listed_already"})
    assert f"其中一项权利已在挂牌 {other.number} 中" in text_of(signed_in(house.operator), f"/office/sheets/{batch.pk}")


def test_the_seller_hands_in_all_drafts_at_once(house: given.House, seller: given.Side) -> None:
    batch = sheets.drafts(seller, *some_rights(house, seller, 2))
    browser = desk.browser_of(seller.person)
    assert "全部提交审核（2）" in text_of(browser, f"/import/{batch.ref}")
    assert browser.post(f"/import/{batch.ref}/submit").status_code == 302
    assert browser.post(f"/import/{batch.ref}/submit").status_code == 302
    assert (states(batch), deeds().count("exchange.submitted")) == (["submitted"] * 2, 2)
    assert "全部提交审核" not in text_of(browser, f"/import/{batch.ref}")
    with refused("people.not_allowed"):
        sheet.submit_many(house.operator, batch)


def test_the_queue_names_a_sheet_once_and_its_page_announces_it(house: given.House, seller: given.Side) -> None:
    batch = sheets.handed_in(seller, *some_rights(house, seller, 2))
    operator, address = signed_in(house.operator), f"/office/sheets/{batch.pk}"
    queue = text_of(operator, "/office")
    assert "同一份表的 2 项挂牌：挂牌表.csv" in queue
    assert queue.count(address) == 1
    # A sheet is one task, and the database makes one of it.
    assert "共 1 件待办" in queue
    assert [row[0] for row in queue_sheets.of_sheets()] == ["sheet"]
    shown = text_of(operator, address)
    assert "公告这 2 项挂牌" in shown
    assert "16,000" in shown
    assert operator.post(address, {"deed": "burn"}).status_code == 400
    assert operator.post(address, {"deed": "announce_sheet"})["Location"] == address
    assert "已办理：挂牌表中已提交的挂牌均已公告。" in text_of(operator, address)
    assert states(batch) == ["announced"] * 2
    assert "没有待审核的行" in text_of(operator, address)
    assert address not in text_of(operator, "/office")


def test_a_row_with_unknown_fees_has_its_box_and_the_refused_are_told(house: given.House, seller: given.Side) -> None:
    rights = some_rights(house, seller, 3)
    for right in rights[:2]:
        nobody_looked(right)
    batch = sheets.handed_in(seller, *rights)
    operator, address = signed_in(house.operator), f"/office/sheets/{batch.pk}"
    assert text_of(operator, address).count('name="fees_unknown"') == 2
    told = operator.post(address, {"deed": "announce_sheet", "fees_unknown": ["2"]}).content.decode()
    assert "已公告：2" in told
    assert f"第 3 行未公告：{rights[1].number} 的年费缴纳情况未知" in told
    assert states(batch) == ["announced", "submitted", "announced"]


def test_a_checker_reads_the_rows_and_has_no_button(house: given.House, seller: given.Side) -> None:
    batch = sheets.handed_in(seller, *some_rights(house, seller, 1))
    checker, address = signed_in(house.checker), f"/office/sheets/{batch.pk}"
    assert "公告这 1 项挂牌" not in text_of(checker, address)
    assert checker.post(address, {"deed": "announce_sheet"}).status_code == 403
    assert states(batch) == ["submitted"]


def test_pages_of_a_sheet_and_its_file_hold_every_row(house: given.House, seller: given.Side) -> None:
    batch = sheets.handed_in(seller, *some_rights(house, seller, 25))
    operator, address = signed_in(house.operator), f"/office/sheets/{batch.pk}"
    first, second = text_of(operator, address), text_of(operator, f"{address}?page=2&order=row")
    assert (first.count("可以转让"), second.count("可以转让")) == (20, 5)
    file = operator.get(f"{address}?as=rows.csv").content.decode("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in file[1:]] == [str(row) for row in range(2, 27)]


def test_a_long_sheet_is_announced_in_the_background(
    house: given.House, seller: given.Side, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bringing, "LONG_ROWS", 1)
    monkeypatch.setattr(bulk, "CHUNK", 1)
    rights = some_rights(house, seller, 2)
    batch = sheets.handed_in(seller, *rights)
    given.a_pledge(house, rights[1])
    operator, address = signed_in(house.operator), f"/office/sheets/{batch.pk}"
    assert operator.post(address, {"deed": "announce_sheet"}).status_code == 302
    assert operator.get(address)["Refresh"] == "2"
    assert "正在公告挂牌表：已处理 0 行，共 2 行" in text_of(operator, address)
    job = Job.objects.get(kind=page.ANNOUNCE)
    first, second = page.do_announce(json.loads(job.facts))
    assert ((first.done, first.total), (second.done, second.total)) == ((1, 2), (2, 2))
    record.note_progress(job.pk, done=first.done, total=first.total, message="")
    assert "正在公告挂牌表：已处理 1 行，共 2 行" in text_of(operator, address)
    jobs.run_job(job, {page.ANNOUNCE: page.do_announce})
    told = text_of(operator, address)
    assert "已公告 1 行，待审核 1 行" in told
    assert "不可以转让" in told
    assert "Refresh" not in operator.get(address)


def test_whoever_may_no_longer_announce_when_the_work_begins_is_told_so(
    house: given.House, seller: given.Side, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bringing, "LONG_ROWS", 1)
    batch = sheets.handed_in(seller, *some_rights(house, seller, 2))
    operator, address = signed_in(house.operator), f"/office/sheets/{batch.pk}"
    assert operator.post(address, {"deed": "announce_sheet"}).status_code == 302
    people.a_membership(house.operator, seller.party)
    assert jobs.run_job(Job.objects.get(kind=page.ANNOUNCE), {page.ANNOUNCE: page.do_announce}) == "refused"
    told = text_of(signed_in(house.checker), address)
    assert "挂牌表未公告" in told
    assert "people.own_party" not in told
    assert states(batch) == ["submitted"] * 2


def test_a_program_hands_in_and_announces_a_sheet(house: given.House, seller: given.Side) -> None:
    rights = some_rights(house, seller, 2)
    nobody_looked(rights[0])
    batch = sheets.drafts(seller, *rights)
    maker, operator = a_caller(seller.person), a_caller(house.operator)
    assert maker.post(f"/imports/{batch.ref}/submit", {})["state"] == "visible"
    told = operator.post(f"/imports/{batch.ref}/announce", {})
    assert (told["announced"], told["announced_before"]) == (1, 0)
    assert [(one["row"], one["code"], one["rule"]) for one in told["refused"]] == [
        (2, "listing.row_fees_unknown", "B9")
    ]
    told = operator.post(f"/imports/{batch.ref}/announce", {"fees_unknown": [2]})
    assert told == {"announced": 1, "announced_before": 1, "refused": []}
    assert maker.refused(f"/imports/{batch.ref}/announce") == (403, "people.not_allowed")


def test_a_sheet_that_made_no_drafts_has_nothing_to_announce(house: given.House, seller: given.Side) -> None:
    right = given.a_right(house, seller.party)
    batch = sheets.drafts(seller, right)
    Listing.objects.filter(batch=batch).update(batch=None)
    with refused("listing.sheet_without_drafts", batch=batch.ref):
        bulk.announce_sheet(house.operator, batch)
    assert Client().get(f"/office/sheets/{batch.pk}").status_code == 302
