"""The list of rights and the page of one: state, law line by line, fees, claims."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation
from markupsafe import escape

from tests.exchange import given_deals as given
from tests.exchange import given_desk as desk
from tests.web.given_pages import text_of
from zhirong.base.calendar import beijing_day
from zhirong.people import access
from zhirong.record import actions as record
from zhirong.registry import queries, records
from zhirong.registry.actions import putting, titles
from zhirong.registry.engine import fees, terms
from zhirong.registry.engine.facts import Kind
from zhirong.registry.models import Claim, FeePayment, Right
from zhirong.registry.records import Named, RightRecord, read_number
from zhirong.web import lists
from zhirong.web.registry import rights
from zhirong.web.registry.right import answers

pytestmark = pytest.mark.django_db(transaction=True)


def english_of(client: Client) -> Client:
    """The same browser, reading English."""
    client.get("/view?lang=en&back=/")
    return client


def an_unpublished(house: given.House, holder: str, number: str = "202610000015") -> Right:
    """An application that nobody outside may know of yet."""
    from_digits = number + given.numbers.check_character(number)
    kind, key, written = read_number(Kind.INVENTION, from_digits)
    day = beijing_day(record.now()) - timedelta(days=30)
    said = RightRecord(
        kind=kind, key=key, number=written, title="尚未公布的方法", filed_on=day, holders=(Named(holder),)
    )
    return putting.put_right(house.operator, said, source="test").right


def test_a_granted_right_is_open_to_everyone_with_its_law(client: Client) -> None:
    house, seller = given.House(), given.a_side("holder")
    right = given.a_right(house, seller.party)
    text = text_of(client, f"/rights/{right.pk}")
    for shown in (right.title, "ZL", "转让", "独占许可", "质押", "2038-03-0", seller.party.name, "有效"):
        assert shown in text
    given.a_pledge(house, right)
    pledged = text_of(client, f"/rights/{right.pk}")
    assert "质押中" in pledged
    assert "第四百四十四条" in pledged
    assert "2026980000001" in pledged


def test_an_unpublished_application_is_for_its_holder_and_the_house(client: Client) -> None:
    house, seller = given.House(), given.a_side("holder")
    right = an_unpublished(house, "某公司")
    assert client.get(f"/rights/{right.pk}").status_code == 404
    assert desk.browser_of(seller.person).get(f"/rights/{right.pk}").status_code == 404
    assert right.title not in text_of(client, "/rights")
    assert right.title in text_of(desk.browser_of(house.operator), f"/rights/{right.pk}")


def test_mine_are_mine_and_a_number_finds_any(client: Client) -> None:
    house, seller, other = given.House(), given.a_side("holder"), given.a_side("holder")
    mine, theirs = given.a_right(house, seller.party), given.a_right(house, other.party)
    browser = desk.browser_of(seller.person)
    text = text_of(browser, "/rights")
    assert mine.number in text
    assert theirs.number not in text
    for typed in (theirs.number, f"ZL{theirs.number.replace('.', '')}", theirs.title[-6:]):
        found = text_of(client, f"/rights?q={typed}")
        assert theirs.number in found
        assert mine.number not in found
    assert theirs.number in client.get("/rights?form=csv").content.decode("utf-8-sig")
    assert theirs.number not in browser.get("/rights?of=mine&form=csv").content.decode("utf-8-sig")


@pytest.mark.sqlite
@pytest.mark.parametrize("text", ["", "均温"])
def test_the_list_of_all_rights_is_counted_searched_and_turned_in_its_index(text: str) -> None:
    seller = given.a_side("holder")
    for standing in (None, access.standing_of(seller.person)):
        found = rights.shown_to(standing).filter(kind=str(Kind.INVENTION))
        found = queries.matching(found, text) if text else found
        for asked in (found.order_by("-put_at", "-pk").values("pk")[20:40], found.order_by().values("kind")):
            plan = asked.explain()
            assert "COVERING INDEX registry_right_found" in plan
            assert "USE TEMP B-TREE" not in plan


@pytest.mark.parametrize("sign", ["β-carotene", "5 µm", "Schrödinger"])
def test_a_right_is_found_by_its_english_title_whatever_signs_it_holds(client: Client, sign: str) -> None:
    house, seller = given.House(), given.a_side("holder")
    right, other = given.a_right(house, seller.party), given.a_right(house, seller.party)
    Right.objects.filter(pk=right.pk).update(title_en=f"A film of {sign} and its making")
    for browser, address in ((client, "/rights?q="), (desk.browser_of(seller.person), "/api/rights?mine=true&q=")):
        found = browser.get(address + sign).content.decode()
        assert right.number in found
        assert other.number not in found


@pytest.mark.sqlite
def test_ones_own_rights_are_found_from_the_holdings() -> None:
    seller = given.a_side("holder")
    plan = rights.own(access.standing_of(seller.person)).explain()
    assert "SCAN registry_right" not in plan
    assert "registry_holding_party_id" in plan


def test_a_page_beyond_the_first_and_one_beyond_the_last_ask_no_more_than_the_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    house, seller = given.House(), given.a_side("holder")
    numbers = [given.a_right(house, seller.party).number for _ in range(3)]
    monkeypatch.setattr(lists, "PAGE", 2)
    browser = desk.browser_of(seller.person)
    for page, shown in (("1", numbers[1:]), ("2", numbers[:1]), ("9", numbers[:1])):
        text = text_of(browser, f"/rights?of=all&page={page}")
        assert [number for number in numbers if number in text] == shown


def test_a_listing_shows_on_its_right(client: Client) -> None:
    house, seller = given.House(), given.a_side("holder")
    listing = given.an_announced(house, seller)
    right = listing.items.get().right
    text = text_of(client, f"/rights/{right.pk}")
    assert f"/listings/{listing.number}" in text
    assert "800,000" in text
    assert f"/listings/{listing.number}" in text_of(desk.browser_of(seller.person), "/rights")


def test_a_claim_needs_evidence_and_then_waits_for_the_operator() -> None:
    house, seller = given.House(), given.a_side("holder")
    right = given.a_right(house, seller.party)
    right.holdings.update(party=None)
    browser = desk.browser_of(seller.person)
    address = f"/rights/{right.pk}"
    assert f"{address}/claim" in text_of(browser, address)
    form = {"holding": right.holdings.get().pk, "party": seller.party.pk}
    assert browser.post(f"{address}/claim", form).status_code == 400
    assert not Claim.objects.exists()
    browser.post(f"{address}/claim", {**form, "file": SimpleUploadedFile("proof.pdf", b"%PDF-1.7 x")})
    claim = Claim.objects.get()
    assert claim.evidence.is_secret
    waiting = text_of(browser, address)
    assert "待审核" in waiting
    assert "您的认领待经办机构审核" in waiting
    assert f"{address}/claim" not in waiting
    assert browser.get(f"{address}/claim").headers["Location"] == f"{address}#h-claims"
    given.reads(house.operator, claim.evidence)
    titles.accept_claim(house.operator, claim, reason="手续合格通知书")
    assert "已认领" in text_of(browser, address)


def test_a_paid_fee_is_reported_by_its_holder_alone_with_its_receipt() -> None:
    house, seller = given.House(), given.a_side("holder")
    today = putting.today()
    year = terms.patent_year(date(2018, 3, 5), today) + 1
    right = given.a_right(house, seller.party, paid_through=year - 1)
    browser = desk.browser_of(seller.person)
    address = f"/rights/{right.pk}/fees"
    assert "登记已缴年费" in text_of(browser, address)

    def form(**changes: Any) -> dict[str, Any]:
        receipt = SimpleUploadedFile("receipt.pdf", b"%PDF-1.7 receipt", content_type="application/pdf")
        said = {"year": year, "paid_on": today.isoformat(), "amount": "2000", "reduction": "none", "file": receipt}
        return {**said, **changes}

    stranger = desk.browser_of(given.a_side("holder").person)
    assert stranger.post(address, form()).status_code == 403
    assert browser.post(address, form(paid_on="morgen")).status_code == 400
    assert browser.post(address, form(file="")).status_code == 400
    assert FeePayment.objects.count() == 0
    assert browser.post(address, form()).status_code == 302
    paid = FeePayment.objects.get()
    assert (paid.amount_fen, paid.state) == (2_000_00, "waiting")
    assert "已申报，待经办机构核实" in text_of(browser, f"/rights/{right.pk}")


def test_the_holder_shown_is_the_party_that_holds_with_the_name_of_the_register_beside_it(client: Client) -> None:
    house, seller = given.House(), given.a_side("holder")
    right = given.a_right(house, seller.party)
    right.holdings.update(name="某旧名称有限公司")
    text = text_of(client, f"/rights/{right.pk}")
    assert f'{seller.party.name} <span class="s soft">（登记簿所载：某旧名称有限公司）' in text
    right.holdings.update(name=seller.party.name)
    assert "登记簿所载" not in text_of(client, f"/rights/{right.pk}")


def test_a_contested_holder_is_shown_with_its_rule_and_decided_by_the_operator(client: Client) -> None:
    house, seller = given.House(), given.a_side("holder")
    right = given.a_right(house, seller.party)
    said = replace(queries.record_of(right), holders=(Named("某自然人"),), source_day=beijing_day(record.now()))
    putting.put_right(house.operator, said, source="register")
    address = f"/rights/{right.pk}"
    text = text_of(client, address)
    assert "权利人存在不一致" in text
    assert "某自然人" in text
    assert "经办机构核定前不得处分" in text
    assert f"{address}/contest" not in text
    operator = desk.browser_of(house.operator)
    assert f"{address}/contest" in text_of(operator, address)
    assert operator.post(f"{address}/contest", {"answer": "stay", "reason": " "}).status_code == 422
    assert operator.post(f"{address}/contest", {"reason": "x"}).status_code == 400
    assert (
        desk.browser_of(seller.person).post(f"{address}/contest", {"answer": "stay", "reason": "x"}).status_code == 403
    )
    assert operator.post(f"{address}/contest", {"answer": "stay", "reason": "同名异人"}).status_code == 302
    assert "权利人存在不一致" not in text_of(client, address)


def test_an_english_page_cites_the_law_in_english_and_a_chinese_one_in_chinese(client: Client) -> None:
    house, seller = given.House(), given.a_side("holder")
    right = given.a_right(house, seller.party)
    given.a_pledge(house, right)
    chinese = text_of(client, f"/rights/{right.pk}")
    assert "（民法典 第四百四十四条）" in chinese
    assert "P9" not in chinese, "where a law is cited the house's own mark says nothing more"
    english = text_of(english_of(client), f"/rights/{right.pk}")
    assert "(Civil Code art. 444)" in english
    assert "第四百四十四条" not in english


def test_a_ground_that_bears_on_several_acts_stands_once_with_those_acts(client: Client) -> None:
    house, seller = given.House(), given.a_side("holder")
    right = given.a_right(house, seller.party)
    given.a_pledge(house, right)
    facts = queries.facts_of_read([right], putting.today())[0]
    with translation.override("en"):
        rows, grounds = answers(facts, putting.today())
    assert [word for word, _ in rows] == [
        "Sale", "Exclusive licence", "Sole licence", "Plain licence", "Pledge", "Open licence",
    ]  # fmt: skip
    assert len({(one.state, one.sentence, one.law) for one in grounds}) == len(grounds)
    pledged = next(one for one in grounds if one.law == "Civil Code art. 444" and "Sale" in one.acts)
    assert pledged.state[0] == "no"
    assert text_of(english_of(client), f"/rights/{right.pk}").count(str(escape(pledged.sentence))) == 1


def test_an_old_file_that_shows_only_an_application_is_not_judged_as_one(client: Client) -> None:
    house = given.House()
    kind, key, written = read_number(Kind.INVENTION, "85100312")
    said = RightRecord(
        kind=kind,
        key=key,
        number=written,
        title="一种冶炼方法",
        publication_number="CN85100312A",
        filed_on=date(1985, 4, 1),
        published_on=date(1987, 2, 4),
        applicants=(Named("东北工学院"),),
    )
    right = putting.put_right(house.operator, said, source="test").right
    text = text_of(client, f"/rights/{right.pk}")
    assert "未知（仅有申请记录）" in text
    assert "记录中只有申请，没有授权公告" in text
    assert "标的是专利申请权" not in text


def test_fees_that_nobody_knows_as_paid_are_not_called_in_force_and_no_surcharge_hides_in_them(client: Client) -> None:
    house, seller = given.House(), given.a_side("holder")
    right = given.a_right(house, seller.party)
    said = replace(queries.record_of(right), fees_paid_through_year=0, fees_as_of=None)
    Right.objects.filter(pk=right.pk).update(facts=records.to_text(said))
    text = text_of(client, f"/rights/{right.pk}")
    years = f"4–{fees.last_year_due(Kind.INVENTION, date(2018, 3, 5), putting.today())}"
    assert f"未知：第 {years} 年度年费是否已缴" in text
    assert text.count("已授权，是否有效未知") == 1
    assert '<span class="st go">有效</span>' not in text
    assert '<span class="st go">可以</span>' not in text
    assert text.count("可以，但有未知事项") >= 3
    assert text.count("其后未见登记簿核对记录") == 1, "a reason that bears on every act stands once"
    assert 'data-l="应缴（元）">1,200</td>' in text
    assert "1,500" not in text
    listed = text_of(client, "/rights")
    assert "已授权，是否有效未知" in listed
    assert "1,500" not in listed


def test_a_late_fee_shows_its_surcharge_apart(client: Client) -> None:
    house, seller = given.House(), given.a_side("holder")
    right = given.a_right(house, seller.party, paid_through=8)
    filed = putting.today() - timedelta(days=8 * 365 + 2 + 45)
    said = replace(queries.record_of(right), filed_on=filed, fees_as_of=putting.today())
    Right.objects.filter(pk=right.pk).update(facts=records.to_text(said), filed_on=filed)
    text = text_of(client, f"/rights/{right.pk}")
    assert 'data-l="应缴（元）">2,000</td><td class="r" data-l="滞纳金（元）">100</td>' in text
    assert "2,100" not in text


def test_a_late_fee_after_years_that_nobody_knows_as_paid_is_as_unknown_as_they_are(client: Client) -> None:
    house, seller = given.House(), given.a_side("holder")
    right = given.a_right(house, seller.party)
    filed = putting.today() - timedelta(days=8 * 365 + 2 + 45)
    said = replace(queries.record_of(right), filed_on=filed, fees_paid_through_year=0, fees_as_of=None)
    Right.objects.filter(pk=right.pk).update(facts=records.to_text(said), filed_on=filed)
    text = text_of(client, f"/rights/{right.pk}")
    assert '<span class="st half">未知是否已缴；如未缴，滞纳金 100 元</span>' in text
    assert '<span class="st half">未知是否已缴</span>' in text
    assert "逾期，滞纳金" not in text
    assert 'data-l="滞纳金（元）">100<' not in text
    assert '<span class="st no">' not in text.partition('id="h-fees"')[2].partition("</table>")[0]
    english = text_of(english_of(client), f"/rights/{right.pk}")
    assert '<span class="st half">Not known as paid; if unpaid, a surcharge of 100 yuan</span>' in english
    assert "未知是否已缴" in text_of(Client(), "/rights")
    form = text_of(desk.browser_of(seller.person), f"/rights/{right.pk}/fees")
    assert "如未缴，今日应缴" in form
    rows = {one["year"]: one for one in Client().get(f"/api/rights/{right.pk}").json()["fees"]}
    assert [rows[year]["is_known"] for year in (8, 9, 10)] == [False, False, True]


def test_a_refused_claim_tells_its_holder_what_is_missing_and_a_text_file_is_no_evidence() -> None:
    house, seller = given.House(), given.a_side("holder")
    right = given.a_right(house, seller.party)
    right.holdings.update(party=None)
    browser = desk.browser_of(seller.person)
    address = f"/rights/{right.pk}"
    form = {"holding": right.holdings.get().pk, "party": seller.party.pk}
    text = browser.post(f"{address}/claim", {**form, "file": SimpleUploadedFile("bad.txt", b"x")})
    assert text.status_code == 422
    assert "bad.txt 不是 PDF、OFD 或图片" in text.content.decode()
    assert not Claim.objects.exists()
    browser.post(f"{address}/claim", {**form, "file": SimpleUploadedFile("proof.pdf", b"%PDF-1.7 x")})
    titles.refuse_claim(house.operator, Claim.objects.get(), reason="缺少工商变更通知书")
    assert "经办机构说明：缺少工商变更通知书" in text_of(browser, address)
    assert "缺少工商变更通知书" not in text_of(desk.browser_of(given.a_side("holder").person), address)


def test_a_new_listing_of_one_right_starts_with_its_title() -> None:
    house, seller = given.House(), given.a_side("holder")
    right = given.a_right(house, seller.party)
    browser = desk.browser_of(seller.person)
    assert f'value="{right.title}"' in text_of(browser, f"/listings/new?right={right.pk}")
    assert f'value="{right.title}"' not in text_of(browser, "/listings/new")


def test_a_right_that_is_listed_or_sold_is_not_called_free_to_be_sold_again(client: Client) -> None:
    house, seller = given.House(), given.a_side("holder")
    listed = given.an_announced(house, seller)
    right = listed.items.get().right
    page = text_of(client, f"/rights/{right.pk}")
    assert f"该权利正在挂牌 {listed.number} 中；一项权利同时只能挂牌一次" in page
    assert "该挂牌的竞价或结算即须暂停并重新审查" in page
    told = {one["act"]: one for one in client.get(f"/api/rights/{right.pk}").json()["freedom"]}
    assert [act for act, one in told.items() if not one["allowed"]] == ["sell"]
    assert told["sell"]["reasons"][0]["code"] == "stands_in_a_listing"
    sold = desk.paid(desk.signed(desk.a_deal()))
    right = sold.deal.listing.items.get().right
    assert "正在结算；结算完成或成交撤销前不得另行处分" in text_of(client, f"/rights/{right.pk}")
    told = {one["act"]: one["allowed"] for one in client.get(f"/api/rights/{right.pk}").json()["freedom"]}
    assert set(told.values()) == {False}
    free = given.a_right(house, seller.party)
    told = {one["act"]: one["allowed"] for one in client.get(f"/api/rights/{free.pk}").json()["freedom"]}
    assert (told["sell"], told["pledge"]) == (True, True)
