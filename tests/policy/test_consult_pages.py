"""The page of consultation and its address in the interface, in both languages."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest
from django.test import Client

from tests.web import given_pages
from zhirong.web import limits

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    limits.forget()


def address(question: str = "", day: str = "") -> str:
    return f"/policy/ask?{urlencode({'q': question, 'day': day})}" if question else "/policy/ask"


def in_english() -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    return client


def test_the_page_has_one_box_and_examples() -> None:
    text = given_pages.text_of(Client(), address())
    assert "惠企政策咨询" in text
    assert text.count("<textarea") == 1
    assert "例如" in text


def test_an_answer_names_clause_certainty_and_amount() -> None:
    text = given_pages.text_of(Client(), address("转让专利一年赚了800万元，企业所得税怎么减？", "2022-12-01"))
    assert "全年所得中五百万元以内的部分免税，其余减半" in text
    assert "6,500,000 元" in text
    assert "原文载明" in text
    assert "企业所得税法实施条例第九十条" in text
    assert "没有条款可以答复" not in text


def test_a_reading_is_marked_as_one() -> None:
    text = given_pages.text_of(Client(), address("福田专利质押找服务机构，服务费补多少", "2022-12-01"))
    assert "对文本的一种理解" in text


def test_a_refusal_names_the_slot_and_a_next_step() -> None:
    text = given_pages.text_of(Client(), address("青岛市专利质押贴息多少？", "2022-12-01"))
    assert "未答复：地点" in text
    assert "青岛市" in text
    assert "与所问不符" in text
    assert "到服务窗口提出" in text or "看" in text


@pytest.mark.parametrize(
    ("question", "day", "sentence"),
    [
        ("长" * 501, "", "问题有 501 个字符"),
        ("贷款三百五万元福田补多少", "", "不止一种读法"),
        ("？？", "", "没有问题内容"),
        ("福田贴息多少", "2022-02-30", "不是历法上有的日期"),
    ],
)
def test_bad_input_is_refused_with_a_sentence(question: str, day: str, sentence: str) -> None:
    assert sentence in given_pages.text_of(Client(), address(question, day), status=422)


def test_what_was_typed_is_shown_as_text() -> None:
    text = given_pages.text_of(Client(), address("<script>alert(1)</script> 专利年费"))
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text


def test_too_many_questions_are_put_off() -> None:
    client = Client()
    for _ in range(limits.LIMITS["consult"][0]):
        client.get(address("今天天气怎么样"))
    assert client.get(address("今天天气怎么样")).status_code == 429


def asked(question: str, **more: str) -> tuple[int, dict[str, object]]:
    answer = Client().post("/api/policy/ask", json.dumps({"question": question, **more}), "application/json")
    return answer.status_code, answer.json()


def test_the_interface_answers_with_citations() -> None:
    status, told = asked("How much did Futian pay of the interest on a patent-pledge loan?", day="2022-11-01")
    assert status == 200
    assert told["answered"] is True
    assert {"measure": "cn-sz-futian-ip-pledge", "clause": "c-interest"} in told["clauses"]  # type: ignore[operator]
    assert all(one["clauses"] for one in told["sentences"])  # type: ignore[attr-defined]
    assert told["refusal"] is None


def test_the_interface_refuses_and_says_which_slot() -> None:
    status, told = asked("福田区商标质押贴息多少", day="2022-11-01")
    assert status == 200
    assert told["sentences"] == []
    assert told["refusal"]["slot"] == "object"  # type: ignore[index]
    assert told["refusal"]["asked"]["zh"] == "商标权"  # type: ignore[index]


def test_the_interface_refuses_what_is_no_question() -> None:
    status, told = asked("？？？")
    assert (status, told["code"]) == (422, "policy.question_empty")
