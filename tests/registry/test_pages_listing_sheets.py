"""The seller's sheet of listings on its page: faults by column, rows known by number, what was handed in."""

from __future__ import annotations

import io

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from tests.exchange import given_deals as given
from tests.exchange import given_desk as desk
from tests.exchange import given_sheets
from tests.office.given_office import signed_in
from tests.registry.test_pages_imports import HEAD, a_line, bring
from tests.web.given_pages import text_of
from zhirong.base.calendar import beijing_day
from zhirong.exchange import rule_sets
from zhirong.exchange.actions import listings
from zhirong.exchange.models import Listing
from zhirong.record import actions as record
from zhirong.registry.models import ImportBatch, Right
from zhirong.registry.readers import sheets

pytestmark = pytest.mark.django_db(transaction=True)
COLUMNS = "号码,挂牌价(元),规则\n"


@pytest.fixture
def house() -> given.House:
    return given.House()


@pytest.fixture
def seller() -> given.Side:
    return given.a_side("holder")


def in_english(browser: Client, address: str) -> str:
    browser.cookies["lang"] = "en"
    return text_of(browser, address)


def test_a_wrong_rule_set_stands_under_its_column_with_those_that_are_accepted(
    house: given.House, seller: given.Side
) -> None:
    right, browser = given.a_right(house, seller.party), desk.browser_of(seller.person)
    address = bring(browser, seller, "listings", f"{COLUMNS}{right.number},800万,拍卖规则\n".encode())
    told = text_of(browser, address)
    assert "<b>规则</b>：未办理：没有名为“拍卖规则”的交易规则。" in told
    assert "<b>号码</b>" not in told
    assert "<b>挂牌价</b>" not in told
    english = in_english(browser, address)
    assert "<b>Rule set</b>: Not done: there was no rule set “拍卖规则”. Accepted are: " in english
    for head in map(rule_sets.rule_set, rule_sets.codes(), [beijing_day(record.now())] * 9):
        assert f"{head.zh}（{head.code}）" in told
        assert f"{head.en} ({head.code})" in english


@pytest.mark.parametrize("said", ["platform", "平台挂牌竞价规则", "platform rule for PRIVATE sellers"])
def test_a_rule_set_is_named_by_code_or_by_either_name(house: given.House, seller: given.Side, said: str) -> None:
    right, browser = given.a_right(house, seller.party), desk.browser_of(seller.person)
    address = bring(browser, seller, "listings", f"{COLUMNS}{right.number},800万,{said}\n".encode())
    assert browser.post(f"{address}/accept").status_code == 302
    assert Listing.objects.get().rule_set == "platform"


def test_a_house_that_is_no_demo_names_no_rule_set_of_one() -> None:
    known = rule_sets.unknown("拍卖规则", demo=False).facts["known"]
    assert "platform" in known["zh"]
    assert "demo" not in known["zh"] + known["en"]
    assert "demo" in rule_sets.unknown("拍卖规则").facts["known"]["en"]


def test_the_template_names_the_rule_sets_that_are_accepted() -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(sheets.template("listings")))
    notes = {row[0]: row for row in book.get_sheet_by_index(1).to_python()}
    for code in rule_sets.accepted(demo=False):
        found = rule_sets.rule_set(code, beijing_day(record.now()))
        assert f"{found.zh}（{code}）" in notes["规则"][3]
        assert f"{found.en} ({code})" in notes["规则"][4]


def test_a_row_with_faults_keeps_number_and_title(house: given.House, seller: given.Side) -> None:
    right, browser = given.a_right(house, seller.party), desk.browser_of(seller.person)
    sheet = f"号码,名称,挂牌价(元)\n{right.number},某项转让,很多\n{right.number.replace('.', '')},,0.001\n"
    told = text_of(browser, bring(browser, seller, "listings", sheet.encode()))
    assert told.count("待改正") >= 2
    assert f"<td>{right.number}<br>" in told
    assert "某项转让" in told
    rights = HEAD + a_line(seller, 1).replace("2019-04-16", "2019-13-45")
    told = text_of(browser, bring(browser, seller, "rights", rights.encode()))
    assert "一种测试方法 1" in told


def test_a_number_is_written_as_everywhere(house: given.House, seller: given.Side) -> None:
    right, browser = given.a_right(house, seller.party), desk.browser_of(seller.person)
    plain = right.number.replace(".", "")
    address = bring(browser, seller, "listings", f"{COLUMNS}{plain},800万,\n".encode())
    told = text_of(browser, address)
    assert right.number in told
    assert plain not in told
    assert right.title in told
    Right.objects.all().update(key="patent:none")
    assert right.number in text_of(browser, address)


def test_a_right_that_is_listed_names_the_listing_and_that_no_draft_was_made(
    house: given.House, seller: given.Side
) -> None:
    listing, browser = given.an_announced(house, seller), desk.browser_of(seller.person)
    right = listing.items.get().right
    told = text_of(browser, bring(browser, seller, "listings", f"{COLUMNS}{right.number},900万,\n".encode()))
    assert f"未生成草稿：{right.number} 已在挂牌 {listing.number} 中" in told
    assert "未公告" not in told


def test_after_handing_in_the_page_says_so_and_leads_to_the_listings(house: given.House, seller: given.Side) -> None:
    batch = given_sheets.drafts(seller, *(given.a_right(house, seller.party) for _ in range(3)))
    browser, address = desk.browser_of(seller.person), f"/import/{batch.ref}"
    before = text_of(browser, address)
    assert "查看 3 份草稿" in before
    assert before.count("草稿</span>") == 3
    assert browser.post(f"{address}/submit").status_code == 302
    told = text_of(browser, address)
    assert "已提交 3 项挂牌。" in told
    assert "查看 3 项挂牌" in told
    assert 'href="/desk/listings"' in told
    assert "份草稿" not in told
    assert told.count("审核中") == 3
    listings.announce(house.operator, Listing.objects.filter(batch=batch).earliest("pk").pk)
    assert "已提交 2 项挂牌。" in text_of(browser, address)
    assert "2 listings were handed in." in in_english(browser, address)


def test_a_file_that_was_only_looked_at_is_no_case_of_the_office(house: given.House, seller: given.Side) -> None:
    browser, operator = desk.browser_of(seller.person), signed_in(house.operator)
    address = bring(browser, seller, "rights", (HEAD + a_line(seller, 1)).encode(), name="只是看看.csv")
    batch = ImportBatch.objects.get()
    assert "只是看看.csv" not in text_of(operator, "/office")
    page = f"/office/imports/{batch.pk}"
    told = text_of(operator, page)
    assert "仅读入查看" in told
    assert seller.party.name in told
    assert 'value="accept"' not in told
    assert operator.post(page, {"deed": "accept"}).status_code == 409
    assert not Right.objects.visible().exists()
    assert browser.post(f"{address}/accept").status_code == 302
    assert Right.objects.visible().count() == 1


def test_the_registers_own_file_waits_for_the_office(house: given.House, seller: given.Side) -> None:
    operator = signed_in(house.operator)
    file = io.BytesIO((HEAD + a_line(seller, 1)).encode())
    file.name = "登记簿.csv"
    assert operator.post("/import", {"kind": "rights", "party": "register", "file": file}).status_code == 302
    assert "登记簿.csv" in text_of(operator, "/office")
    told = text_of(operator, f"/office/imports/{ImportBatch.objects.get().pk}")
    assert 'value="accept"' in told
    assert "文件载明的权利人" in told
