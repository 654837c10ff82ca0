"""The pages of support as an enterprise, a visitor and a stranger see them, in both languages."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from tests.enterprises import given_enterprises
from tests.exchange.given_desk import browser_of
from tests.policy import given_support as given
from tests.policy.given_support import GROWTH, LOAN, PLEDGE
from tests.web.given_pages import text_of
from zhirong.enterprises.models import Statement
from zhirong.policy.followed import CalendarFeed, KeptDecision

pytestmark = pytest.mark.django_db(transaction=True)
ON = "day=2022-10-15"


def english(client: Client) -> Client:
    client.cookies["lang"] = "en"
    return client


def test_one_page_shows_the_subsidy_by_clause_and_the_one_thing_lacking_for_another() -> None:
    party, person = given.an_enterprise({"loan_year": "2022", "filed_year": "2023"})
    text = text_of(browser_of(person), f"/support?{ON}")
    assert "108,750.01" in text
    assert "按实付利息的百分之五十" in text
    assert "c-interest" in text
    assert "数种读法之一" in text
    assert "只差一两步" in text
    assert "在放款的同一年内完成区里备案" in text
    assert f"/support/{GROWTH}?" in text
    text = text_of(english(browser_of(person)), f"/support?{ON}")
    assert "One or two steps away" in text
    assert "108,750.01" in text
    assert party.name in text


def test_the_list_is_narrowed_sorted_and_taken_away() -> None:
    _, person = given.an_enterprise()
    browser = browser_of(person)
    whole = browser.get(f"/support?{ON}&as=support.csv").content.decode("utf-8-sig")
    assert whole.count("\r\n") == 37
    assert "108750.01" in whole
    narrow = browser.get(f"/support?{ON}&place=440304&state=met&as=support.csv").content.decode("utf-8-sig")
    assert narrow.count("\r\n") == 2
    assert browser.get(f"/support?{ON}&as=support.xlsx").status_code == 200
    assert "深圳市南山区" in text_of(browser, f"/support?{ON}&place=440305&order=deadline")
    assert "没有符合筛选条件的措施" in text_of(browser, f"/support?{ON}&place=350000&state=met")


def test_one_measure_names_each_fact_with_its_source_and_keeps_the_result() -> None:
    _, person = given.an_enterprise()
    browser = browser_of(person)
    path = f"/support/{PLEDGE}?{ON}&about={LOAN}"
    text = text_of(browser, path)
    assert "企业自述" in text
    assert "贷款合同、质押合同、专利权质押登记证明" in text
    assert re.search(r"[0-9a-f]{64}", text)
    answer = browser.post(path, {"about": LOAN})
    assert answer.status_code == 302
    assert KeptDecision.objects.get().amount_fen == 10_875_001
    assert "复算结果一致" in text_of(browser, answer["Location"])
    assert "108,750.01" in text_of(browser, "/support/kept")
    assert "Computed again, it is the same." in text_of(english(browser), answer["Location"])
    stranger = browser_of(given_enterprises.a_member(given_enterprises.an_enterprise("另一家企业")))
    assert stranger.get(answer["Location"]).status_code == 404
    assert browser.get(f"/support/none?{ON}").status_code == 404
    assert browser.get(f"/support/{PLEDGE}?{ON}&about=loan:none").status_code == 404


def test_the_file_of_another_enterprise_is_closed() -> None:
    party, _ = given.an_enterprise()
    stranger = browser_of(given_enterprises.a_member(given_enterprises.an_enterprise("另一家企业")))
    for path in ("/support", f"/support/{PLEDGE}", "/support/what-if", "/support/goal"):
        assert stranger.get(f"{path}?party={party.ref}").status_code == 404
    assert Client().get("/support")["Location"].startswith("/sign-in")
    official = browser_of(given_enterprises.an_official())
    assert "108,750.01" in text_of(official, f"/support?party={party.ref}&{ON}")


def test_who_acts_for_nobody_is_told_the_way() -> None:
    nobody = given_enterprises.an_official()
    text = text_of(browser_of(nobody), "/support")
    assert "/support/check" in text
    assert "/account/organisations" in text


def test_two_people_more_and_a_typed_change_are_compared_side_by_side() -> None:
    _, person = given.an_enterprise()
    browser = browser_of(person)
    text = text_of(browser, f"/support/what-if?{ON}&preset=hire_rnd_staff")
    assert "科技人员数 +2" in text
    changed = f"/support/what-if?{ON}&fact1=loan_interest_paid&how1=add&value1=10万"
    text = text_of(browser, changed)
    assert "158,750.01" in text
    assert "50,000" in text
    sheet = browser.get(f"{changed}&as=what-if.csv").content.decode("utf-8-sig")
    assert "50000" in sheet
    text = text_of(browser, f"/support/what-if?{ON}&fact1=loan_repaid&how1=set&value1=maybe")
    assert 'aria-invalid="true"' in text
    assert "maybe" in text
    assert "Hire two R&amp;D people" in text_of(english(browser), f"/support/what-if?{ON}&preset=file_invention")


def test_a_goal_is_found_with_both_sides_and_a_fault_stands_beside_its_field() -> None:
    _, person = given.an_enterprise()
    browser = browser_of(person)
    path = f"/support/goal?{ON}&measure={PLEDGE}|{LOAN}&fact=loan_interest_paid&goal=ceiling"
    text = text_of(browser, f"{path}&most=1亿")
    assert "3,999,999.99" in text
    assert "3,999,999.98" in text
    assert 'aria-invalid="true"' in text_of(browser, path)
    assert "from 3,999,999.99" in text_of(english(browser), f"{path}&most=1亿")


def walk(browser: Client, start: str, answers: dict[str, str]) -> tuple[str, list[str]]:
    """Answer question after question, “I don't know” to the rest; gives the last address and the facts asked."""
    address, asked = start, list[str]()
    for _ in range(80):
        answer = browser.get(address)
        while answer.status_code == 302:
            address = answer["Location"]
            answer = browser.get(address)
        if "/support/check/answers" in address:
            return address, asked
        text = answer.content.decode()
        found = re.search(r'name="fact" value="(\w+)"', text)
        signed = re.search(r'name="s" value="([^"]+)"', text)
        if found is None:
            onward = re.search(r'href="([^"]+confirmed=1)"', text)
            assert onward is not None
            address = onward[1].replace("&amp;", "&")
            continue
        assert signed is not None
        fact = found[1]
        asked.append(fact)
        said = f"&value={answers[fact]}" if fact in answers else "&unknown=1"
        address = f"/support/check?s={signed[1]}&fact={fact}{said}"
    raise AssertionError("the check never ended")


def test_a_visitor_is_asked_one_question_a_page_until_the_answer_is_certain() -> None:
    visitor = Client()
    assert "不适用于以下情形" in text_of(visitor, "/support/check")
    address, asked = walk(visitor, f"/support/check?start=1&measure={PLEDGE}&{ON}", {"loan_term_months": "18"})
    assert len(asked) == len(set(asked))
    assert asked[-1] == "loan_term_months"
    text = text_of(visitor, address)
    assert "结论已经确定" in text
    result = address.replace("/answers", "/result")
    assert "银行贷款期限至多一年" in text_of(visitor, result)
    assert "Not for you by these answers" in text_of(english(visitor), result)


def test_a_whole_walk_gives_the_amount_and_going_back_keeps_the_answer() -> None:
    visitor = Client()
    said = {
        "reg_district": "440304", "tax_district": "440304", "stat_district": "440304",
        "independent_legal_person": "yes", "keeps_proper_accounts": "yes", "pledged_ip_kinds": "patent",
        "hnte_valid_at_deadline": "no", "is_above_scale": "no",
        "loan_term_months": "12", "filed_with_district": "yes", "loan_repaid": "yes", "is_tech_enterprise": "yes",
        "pledged_ip_owner": "self", "other_district_interest_subsidy": "no", "loan_interest_paid": "43.5万",
        "used_service_firm": "no",
    }  # fmt: skip
    address, asked = walk(visitor, f"/support/check?start=1&measure={PLEDGE}&{ON}", said)
    assert set(asked) <= set(said)
    # Whether a service firm was used spares the question what it cost.
    assert "used_service_firm" in asked
    assert "loan_fees_paid" not in asked
    text = text_of(visitor, address.replace("/answers", "/result"))
    assert "217,500" in text
    signed = parse_qs(urlsplit(address).query)["s"][0]
    text = text_of(visitor, f"/support/check?s={signed}&fact=loan_term_months&again=1")
    assert 'value="12"' in text
    answer = visitor.get(f"/support/check?s={signed}&fact=loan_term_months&value=abc")
    assert answer.status_code == 422
    assert "abc" in answer.content.decode()
    assert visitor.get("/support/check?s=forged").status_code == 422
    assert visitor.post("/support/check/keep/x", {"s": signed})["Location"].startswith("/sign-in")
    assert Statement.objects.count() == 0


def test_what_the_file_knows_is_shown_to_be_confirmed_and_the_answers_are_kept_on_request() -> None:
    party, person = given.an_enterprise()
    browser = browser_of(person)
    start = f"/support/check?start=1&measure={GROWTH}&party={party.ref}&about={LOAN}&{ON}"
    text = browser.get(browser.get(start)["Location"]).content.decode()
    assert "以下情况是否属实" in text
    assert "5,000,000" in text
    address, asked = walk(browser, start, {"filed_year": "2022", "loan_year": "2022"})
    assert asked == ["filed_year", "loan_year"]
    signed = parse_qs(urlsplit(address).query)["s"][0]
    before = Statement.objects.count()
    answer = browser.post(f"/support/check/keep/{party.ref}", {"s": signed})
    assert answer.status_code == 302
    assert Statement.objects.count() == before + 2
    assert {one.about for one in Statement.objects.filter(name__in=("filed_year", "loan_year"))} == {LOAN}
    browser.post(f"/support/check/keep/{party.ref}", {"s": signed})
    assert Statement.objects.count() == before + 2
    assert browser.post("/support/check/keep/none", {"s": signed}).status_code == 404
    assert "回答已存入企业档案" in text_of(browser, answer["Location"])


def test_a_calendar_address_is_shown_once_works_without_a_log_in_and_ends() -> None:
    party, person = given.an_enterprise()
    browser = browser_of(person)
    answer = browser.post("/support/calendar", {"deed": "make", "party": party.ref})
    found = re.search(r"/support/calendar\.ics\?token=[\w-]+", answer.content.decode())
    assert found is not None
    assert found[0] not in text_of(browser, "/support/calendar")
    feed = Client().get(found[0])
    assert feed["Content-Type"] == "text/calendar; charset=utf-8"
    assert feed.content.startswith(b"BEGIN:VCALENDAR\r\n")
    browser.post("/support/calendar", {"deed": "end", "feed": str(CalendarFeed.objects.get().pk)})
    assert Client().get(found[0]).status_code == 404
    assert Client().get("/support/calendar.ics").status_code == 404


def test_a_measure_of_another_place_is_shown_and_told_as_filed_there() -> None:
    duty = {
        "is_service_invention": True,
        "award_agreed": False,
        "inventions_granted": "1",
        "other_patents_granted": "0",
    }
    _, person = given.an_enterprise(reg_district="440305", **duty)
    browser, award = browser_of(person), "cn-inventor-award"
    text = text_of(browser, f"/support/cn-sz-nanshan-pledge?day=2025-01-01&about={LOAN}")
    assert "向深圳市南山区申报，本平台不受理。" in text
    assert "/applications/new?" not in text
    text = text_of(browser, f"/support/{award}?{ON}")
    assert "由用人单位依法支付，无需申报。" in text
    assert "/applications/new?" not in text
    assert "Owed by the employer itself; nobody applies for it." in text_of(english(browser), f"/support/{award}?{ON}")
