"""The page of a right's value: a range with its record, why, what would make it surer, and what if."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.test import Client

from tests.exchange import given_deals as given
from tests.exchange import given_desk as desk
from tests.valuation import given_valuation as valued
from tests.web.given_pages import text_of
from zhirong.registry.actions import entries
from zhirong.registry.engine.facts import Ending, EventKind
from zhirong.registry.models import Right
from zhirong.valuation.actions import index_lists
from zhirong.valuation.models import Answer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def house() -> given.House:
    return given.House()


def a_right(house: given.House, side: given.Side) -> Right:
    return given.a_right(house, side.party)


def test_anybody_sees_the_range_of_a_published_patent_and_that_it_is_no_report(house: given.House) -> None:
    right = a_right(house, given.a_side("holder"))
    text = text_of(Client(), f"/rights/{right.pk}/value")
    assert "这是自动估值，不是评估报告。" in text
    assert re.search(r'class="fig">[\d,.]+ – [\d,.]+<small>', text)
    assert "&lt;svg" not in text


def test_the_english_page_says_the_same(house: given.House) -> None:
    right = a_right(house, given.a_side("holder"))
    client = Client()
    client.cookies["lang"] = "en"
    text = text_of(client, f"/rights/{right.pk}/value")
    assert "This is an automatic estimate, not an appraisal report." in text
    assert "Too few deals of this kind are known here to test the range" in text


CHINESE = re.compile("[\u4e00-\u9fff]")


def test_each_input_has_the_day_of_its_own_source_and_a_source_in_the_page_s_language(house: given.House) -> None:
    right = a_right(house, given.a_side("holder"))
    client = Client()
    page = text_of(client, f"/rights/{right.pk}/value")
    rows = page[page.index('id="h-inputs"') :]
    assert "1985-04-01" not in rows
    assert "2023 年中国专利调查" in rows
    assert "2024-04-22" in rows
    client.cookies["lang"] = "en"
    page = text_of(client, f"/rights/{right.pk}/value")
    sources = re.findall(r'data-l="Source">([^<]*)<', page)
    assert "Enterprise Income Tax Law, article 4" in sources
    assert any(one.startswith("China Patent Survey 2023") for one in sources)
    assert [one for one in sources if CHINESE.search(one)] == []


def test_an_answer_is_kept_and_the_page_says_what_it_did(house: given.House) -> None:
    side = given.a_side("holder")
    right = a_right(house, side)
    browser = desk.browser_of(side.person)
    answer = browser.post(
        f"/rights/{right.pk}/value", {"deed": "annual_income", "value": "500万", "party": side.party.pk}
    )
    assert answer.status_code == 302, answer.content.decode()
    assert answer["Location"] == f"/rights/{right.pk}/value?answered=annual_income"
    text = text_of(browser, answer["Location"])
    assert re.search(r"已记下回答：九成区间由 [\d,.]+ – [\d,.]+ 变为 [\d,.]+ – [\d,.]+", text)
    assert "区间收窄" in text
    assert "5,000,000 元/年" in text
    row = Answer.objects.get()
    assert (row.question, row.value_micro, row.party_id) == ("annual_income", 5_000_000 * 10**6, side.party.pk)
    assert "5,000,000" not in text_of(Client(), f"/rights/{right.pk}/value"), "an answer is its party's own"
    assert browser.post(f"/rights/{right.pk}/value", {"deed": "back:annual_income"}).status_code == 302
    assert not Answer.objects.filter(replaced_at__isnull=True).exists()


@pytest.mark.parametrize(("typed", "micro"), [("5", 50_000), ("5%", 50_000), ("12.5％", 125_000)])
def test_a_share_is_typed_in_per_cent(house: given.House, typed: str, micro: int) -> None:
    side = given.a_side("holder")
    right = a_right(house, side)
    browser = desk.browser_of(side.person)
    assert browser.post(f"/rights/{right.pk}/value", {"deed": "royalty_rate", "value": typed}).status_code == 302
    assert Answer.objects.get().value_micro == micro


@pytest.mark.parametrize("typed", ["", "abc", "1e5", "-3", "120", "1/2", "٥"])
def test_what_is_no_share_is_refused_beside_its_field_and_kept(house: given.House, typed: str) -> None:
    side = given.a_side("holder")
    right = a_right(house, side)
    answer = desk.browser_of(side.person).post(f"/rights/{right.pk}/value", {"deed": "royalty_rate", "value": typed})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert text.count('aria-invalid="true"') == 1
    assert f'value="{typed}" aria-describedby' in text
    assert not Answer.objects.exists()


def test_a_royalty_of_nothing_is_refused_with_the_way_out(house: given.House) -> None:
    side = given.a_side("holder")
    right = a_right(house, side)
    answer = desk.browser_of(side.person).post(f"/rights/{right.pk}/value", {"deed": "royalty_rate", "value": "0"})
    assert answer.status_code == 422
    assert "请回答年销售额为 0" in answer.content.decode()
    assert not Answer.objects.exists()


def test_what_if_is_computed_and_not_kept(house: given.House) -> None:
    right = a_right(house, given.a_side("holder"))
    text = text_of(Client(), f"/rights/{right.pk}/value?points=5&renew_to=15")
    assert "续到第 15 年、折现率 +5 个百分点：九成区间由" in text
    assert "回到现状" in text
    wrong = text_of(Client(), f"/rights/{right.pk}/value?points=x&renew_to=99")
    assert wrong.count('aria-invalid="true"') == 2, "every fault is told at once"
    assert 'value="x"' in wrong
    odd = text_of(Client(), f"/rights/{right.pk}/value?points=49&exclusive=perhaps")
    assert odd.count('aria-invalid="true"') == 2, "a rate above 50 % and an unknown choice"
    assert "回到现状" not in odd
    for points in ("-99", "1.5"):
        assert text_of(Client(), f"/rights/{right.pk}/value?points={points}").count('aria-invalid="true"') == 1
    past = text_of(Client(), f"/rights/{right.pk}/value?renew_to=1")
    assert past.count('aria-invalid="true"') == 1


def test_what_an_address_asks_and_the_page_does_not_have_is_passed_over_aloud(house: given.House) -> None:
    right = a_right(house, given.a_side("holder"))
    at = f"/rights/{right.pk}/value"
    text = text_of(Client(), f"{at}?profit=abc&rate=-5&points=x&scenario=nobody")
    for said in ("profit=abc", "rate=-5", "scenario=nobody"):
        assert f"未采用“{said}”：本页没有这一项，或这一项没有此值" in text
    assert "points、renew_to" in text
    assert text.count('aria-invalid="true"') == 1
    assert 'value="x"' in text
    assert "回到现状" not in text
    client = Client()
    client.cookies["lang"] = "en"
    english = text_of(client, f"{at}?rate=-5&points=5")
    assert "“rate=-5” was not followed: the page has no such field" in english
    assert "Back to what is" in english, "what can be read is followed"
    for good in ("", "?points=5&renew_to=15&exclusive=yes", "?scenario=finance", "?answered=annual_income"):
        assert "未采用" not in text_of(Client(), at + good)


def test_a_right_that_ended_is_refused_with_a_way_out(house: given.House) -> None:
    right = a_right(house, given.a_side("holder"))
    said = {"day": date(2025, 3, 5), "source": "公报", "ending": Ending.UNPAID}
    entries.enter_event(house.operator, right, EventKind.TERMINATION, **said)
    text = text_of(Client(), f"/rights/{right.pk}/value")
    assert "对此权利不作估值。" in text
    assert f'href="/rights/{right.pk}"' in text
    assert 'class="fig"' not in text


def test_what_nobody_may_see_has_no_value_either(house: given.House) -> None:
    assert Client().get("/rights/999/value").status_code == 404


def test_the_sheet_of_an_estimate_says_that_it_is_no_report(house: given.House) -> None:
    side = given.a_side("holder")
    right = a_right(house, side)
    answer = desk.browser_of(side.person).get(f"/rights/{right.pk}/value.zh.pdf")
    assert answer.content.startswith(b"%PDF")
    assert desk.browser_of(side.person).get(f"/rights/{right.pk}/value.fr.pdf").status_code == 404
    assert Client().get(f"/rights/{right.pk}/value.zh.pdf").status_code == 302


def test_a_loan_has_a_chance_of_shortfall_that_never_reads_nought(house: given.House) -> None:
    side = given.a_side("bank")
    right = a_right(house, given.a_side("holder"))
    browser = desk.browser_of(side.person)
    text = text_of(browser, f"/rights/{right.pk}/lending?loan=1&months=12")
    assert "&lt; 0.1%" in text
    assert ">0%<" not in text
    large = text_of(browser, f"/rights/{right.pk}/lending?loan=10亿&months=12")
    assert "&gt; 99.9%" in large
    assert "未计入：只计本金" in text
    wrong = text_of(browser, f"/rights/{right.pk}/lending?loan=x&months=500")
    assert wrong.count('aria-invalid="true"') == 2
    below = text_of(browser, f"/rights/{right.pk}/lending?loan=-5&months=12")
    assert "“-5”小于零。请填写 0.00 元或更大的金额。" in below
    for months in ("500", "0", "abc", ""):
        none = text_of(browser, f"/rights/{right.pk}/lending?loan=1&months={months}")
        assert none.count('aria-invalid="true"') == 1
        assert "未计算。" in none
        assert "可以贷多少" not in none
        assert 'class="fig"' not in none
    opened = text_of(browser, f"/rights/{right.pk}/lending")
    assert "3.0（贷款期限 2.0 ＋ 处置时间 1.0）" in opened
    lender = text_of(browser, f"/rights/{right.pk}/lending?product=bocom_beijing&months=12")
    assert "该产品" in lender
    assert "该产品的放贷额超出下表范围。" in lender
    other = text_of(browser, f"/rights/{right.pk}/lending?product=nobody")
    assert "没有贷款价值" in other


def test_the_index_of_value_is_reckoned_by_the_centre_s_own_list_once_it_is_confirmed(house: given.House) -> None:
    right = a_right(house, given.a_side("holder"))
    at = f"/rights/{right.pk}/value"
    before = text_of(Client(), at)
    assert "百分制，不是金额" in before
    assert "平台自拟指标表" in before
    listed = valued.an_index_list(house.operator)
    assert "平台自拟指标表" in text_of(Client(), at), "a list that waits for its second person counts for nothing"
    index_lists.confirm_index(house.checker, listed.pk, sha256=listed.sha256)
    assert "本中心自有指标表：中心自有指标表 · 2026-1" in text_of(Client(), at)
    assert '<option value="finance" selected' in Client().get(f"{at}?scenario=finance").content.decode()
