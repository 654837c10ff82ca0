"""The optional model: off by default, seen through clause by clause, never trusted, never waited for."""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.policy import given_consult as given
from zhirong.policy import consulting, model_answers
from zhirong.policy.engine.consult.reply import Reply
from zhirong.policy.model_answers import Endpoint

QUESTION, DAY = "福田区专利质押贷款贴息比例是多少？", date(2022, 11, 1)
RATE, CAP = "cn-sz-futian-ip-pledge/c-interest", "cn-sz-futian-ip-pledge/c-cap"
HONEST = {"text": "支持按实付利息的百分之五十计算。", "cites": [RATE]}


def worded(answer: Any, *, question: str = QUESTION, seconds: float = 0, status: int = 200) -> Reply:
    with given.a_model(answer, seconds=seconds, status=status) as (endpoint, _):
        return consulting.consult(question, DAY, given.house(), endpoint=endpoint)


def offline() -> Reply:
    return consulting.consult(QUESTION, DAY, given.house())


def said(*sentences: dict[str, Any]) -> dict[str, Any]:
    return {"sentences": list(sentences)}


def test_no_model_is_asked_unless_an_address_is_set() -> None:
    assert model_answers.endpoint({}) is None
    assert model_answers.endpoint({"ZR_MODEL_URL": "file:///etc/passwd"}) is None
    found = model_answers.endpoint({"ZR_MODEL_URL": "http://127.0.0.1:9/v1/", "ZR_MODEL_NAME": "m"})
    assert found == Endpoint("http://127.0.0.1:9/v1", "m")


def test_a_sentence_that_its_clause_holds_is_taken() -> None:
    reply = worded(said(HONEST))
    assert reply.by_model
    assert [(one.zh, one.clauses, one.certainty) for one in reply.sentences] == [
        (HONEST["text"], ("c-interest",), "stated")
    ]
    assert reply.ranked == offline().ranked


@pytest.mark.parametrize(
    "lie",
    [
        {"text": "支持按实付利息的百分之八十计算。", "cites": [RATE]},
        {"text": "支持按实付利息的80%计算。", "cites": [RATE]},
        {"text": "支持按实付利息的八成计算。", "cites": [RATE]},
        {"text": "支持按实付利息的百分之五十计算，至多三百万元。", "cites": [RATE]},
        {"text": "2023年按实付利息的百分之五十。", "cites": [RATE]},
        {"text": "青岛市按实付利息的百分之五十。", "cites": [RATE]},
        {"text": "商标质押按实付利息的百分之五十。", "cites": [RATE]},
        {"text": "不按实付利息的百分之五十。", "cites": [RATE]},
        {"text": "条款写明“一律全额贴息”，按实付利息的百分之五十。", "cites": [RATE]},
        {"text": "您的申请已批准，按实付利息的百分之五十。", "cites": [RATE]},
        {"text": "今天天气很好，适合出门散步。", "cites": [RATE]},
        {"text": "支持按实付利息的百分之五十计算。", "cites": []},
        {"text": "支持按实付利息的百分之五十计算。"},
        {"text": "支持按实付利息的百分之五十计算。", "cites": ["cn-sz-futian-ip-pledge/c-nothing"]},
        {"text": "支持按实付利息的百分之五十计算。", "cites": [RATE, "made-up/c-1"]},
        {"text": "Fifty per cent of the interest paid.", "cites": [RATE]},
        {"text": 50, "cites": [RATE]},
        {"text": "支" * 700, "cites": [RATE]},
        "支持按实付利息的百分之五十计算。",
        None,
    ],
)
def test_a_sentence_that_its_clause_does_not_hold_is_dropped(lie: Any) -> None:
    assert worded(said(lie)) == offline()
    mixed = worded(said(lie, HONEST))
    assert [one.zh for one in mixed.sentences] == [HONEST["text"]]


@pytest.mark.parametrize(
    "answer",
    ["no json", "[1, 2]", "{}", {"sentences": "text"}, {"refuse": "I will not"}, {"sentences": []}, "[" * 5000, "null"],
)
def test_an_answer_of_another_form_leaves_the_offline_answer(answer: Any) -> None:
    assert worded(answer) == offline()


@pytest.mark.parametrize("status", [302, 401, 500])
def test_a_server_that_fails_or_sends_elsewhere_leaves_the_offline_answer(status: int) -> None:
    assert worded(said(HONEST), status=status) == offline()


def test_a_server_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    known = model_answers.figure
    monkeypatch.setattr(
        model_answers, "figure", lambda name, day: 1 if name == "model_timeout_seconds" else known(name, day)
    )
    begun = time.monotonic()
    assert worded(said(HONEST), seconds=4) == offline()
    assert time.monotonic() - begun < 3.5
    # With as many questions waiting as may wait, the next one does not wait at all.
    monkeypatch.setattr(model_answers, "WAITING", type(model_answers.WAITING)(1))
    assert model_answers.WAITING.acquire(blocking=False)
    with given.a_model(said(HONEST)) as (endpoint, seen):
        assert consulting.consult(QUESTION, DAY, given.house(), endpoint=endpoint) == offline()
        assert seen == []


def test_nobody_there_leaves_the_offline_answer() -> None:
    endpoint = Endpoint("http://127.0.0.1:1/v1", "m")
    assert consulting.consult(QUESTION, DAY, given.house(), endpoint=endpoint) == offline()


def test_the_limit_of_time_is_a_dated_figure() -> None:
    assert model_answers.figure("model_timeout_seconds", DAY) == 8


def test_the_model_sees_the_clauses_found_and_the_question_and_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO), given.a_model(said(HONEST)) as (endpoint, seen):
        consulting.consult(QUESTION, DAY, given.house(), endpoint=endpoint)
    assert [one["path"] for one in seen] == ["/v1/chat/completions"]
    assert seen[0]["key"] == "Bearer secret"
    told = seen[0]["messages"][1]["content"]
    assert told.count('"id"') == len(offline().ranked)
    assert QUESTION in told
    logged = "".join(record.getMessage() for record in caplog.records if record.name == model_answers.__name__)
    assert "sha256" in logged
    assert "福田" not in logged
    assert "secret" not in logged


def test_a_refusal_and_an_amount_are_never_the_models() -> None:
    with given.a_model(said(HONEST)) as (endpoint, seen):
        refused = consulting.consult("青岛市专利质押贴息多少", DAY, given.house(), endpoint=endpoint)
        assert refused.refusal is not None
        assert seen == []
    question = "转让专利一年赚了800万，企业所得税怎么减？"
    lie = {"text": "可减免八百万元。", "cites": ["cn-tech-transfer-income/c-amount"]}
    assert replace(worded(said(lie), question=question), by_model=False) == consulting.consult(
        question, DAY, given.house()
    )
