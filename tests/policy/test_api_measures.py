"""Measures through the interface: read as of two days, drafted, approved by a second person, originals."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.people import given_people
from tests.policy import given_measures as given
from zhirong.people.models import Person
from zhirong.policy import kept

pytestmark = pytest.mark.django_db


def client_of(who: Person | None = None) -> Client:
    client = Client()
    if who:
        client.force_login(who)
    return client


def got(client: Client, address: str, *, status: int = 200) -> Any:
    answer = client.get(f"/api{address}")
    assert answer.status_code == status, answer.content
    return json.loads(answer.content)


def sent(client: Client, address: str, body: object, *, method: str = "POST", status: int = 200) -> Any:
    answer = client.generic(method, f"/api{address}", json.dumps(body), "application/json")
    assert answer.status_code == status, answer.content
    return json.loads(answer.content)


def test_measures_are_listed_in_pages_with_their_state() -> None:
    client = client_of()
    first = got(client, "/policy/measures?limit=10")
    rest = got(client, f"/policy/measures?limit=200&after={first['next']}")
    ids = [one["id"] for one in first["items"] + rest["items"]]
    assert ids == sorted(kept.base().measures)
    assert (first["total"], rest["next"]) == (len(ids), None)
    drafts = got(client, "/policy/measures?state=draft")
    assert {one["state"] for one in drafts["items"]} == {"draft"}
    assert got(client, "/policy/measures?state=draft&q=nothing-of-this")["items"] == []


def test_a_figure_is_drafted_checked_approved_and_known_from_then_on() -> None:
    writer, second = client_of(given.an_official()), client_of(given.an_official())
    said = {"name": "cap", "since": "2027-01-01", "value": "15万元", "clause": "c-cap"}
    one = sent(writer, f"/policy/measures/{given.LOAN}/figures", said)
    place = f"/policy/texts/{one['text_id']}"
    whole = got(second, place)
    assert whole["check"]["passed"] is True
    assert whole["changes"]["items"][0]["zh"] == "单家企业累计上限 自 2027-01-01 起 由 20 万元 改为 15 万元"
    effect = got(second, f"{place}/effect")
    assert (effect["day"], effect["before"]["met"]) == ("2027-01-01", 0)
    assert sent(writer, f"{place}/ask", {})["state"] == "waiting"
    seen = {"payload_hash": one["payload_hash"]}
    assert sent(writer, f"{place}/approve", seen, status=403)["code"] == "people.maker_is_checker"
    assert sent(second, f"{place}/approve", {"payload_hash": "0" * 64}, status=409)["code"] == "policy.text_changed"
    assert sent(second, f"{place}/approve", seen)["state"] == "approved"
    address = f"/policy/measures/{given.LOAN}?date=2027-02-01"
    now, before = got(client_of(), address), got(client_of(), f"{address}&known=2020-01-01")
    assert [one["zh"] for one in now["amounts"] if one["kind"] == "ceiling"] == ["单家企业累计至多 15 万元"]
    assert [one["zh"] for one in before["amounts"] if one["kind"] == "ceiling"] == ["单家企业累计至多 20 万元"]
    assert now["sha256"] != before["sha256"]
    assert len(now["texts"]) == 1


def test_what_changed_is_told_between_days_and_between_states_of_knowledge() -> None:
    client = client_of()
    found = got(client, "/policy/measures/cn-patent-fee-reduction/diff?from=2019-06-30&to=2019-07-01")
    assert [one["place"] for one in found["items"]] == ["person_monthly_income", "enterprise_taxable_income"]
    given.an_approved()
    known = got(client, f"/policy/measures/{given.LOAN}/diff?known_from=2020-01-01")
    assert known["items"][0]["en"].endswith("from 2027-01-01 changed from 200,000 yuan to 150,000 yuan")
    assert got(client, f"/policy/measures/{given.LOAN}/diff")["items"] == []
    assert "150000" in client.get(f"/api/policy/measures/{given.LOAN}/text").content.decode()
    got(client, "/policy/measures/none/diff", status=404)


def test_a_text_with_findings_is_a_draft_that_nobody_can_ask_for() -> None:
    writer = client_of(given.an_official())
    text = given.with_ceiling().replace("fixable: time", "fixable: sometimes")
    one = sent(writer, "/policy/texts", {"text": text})
    place = f"/policy/texts/{one['text_id']}"
    finding = got(writer, place)["check"]["lint"][0]
    assert text.splitlines()[finding["line"] - 1].count("sometimes") == 1
    assert sent(writer, f"{place}/ask", {}, status=409)["code"] == "policy.gate_closed"
    assert sent(writer, place, {"text": given.with_ceiling()}, method="PUT")["state"] == "draft"
    assert sent(writer, f"{place}/ask", {})["state"] == "waiting"
    checker = client_of(given_people.a_person("checker"))
    seen = {"payload_hash": got(checker, place)["payload_hash"], "reason": "请核对。"}
    assert sent(checker, f"{place}/return", seen)["state"] == "returned"
    assert sent(writer, f"{place}/withdraw", {"reason": "不再需要。"})["state"] == "withdrawn"
    assert got(writer, "/policy/texts")["total"] == 1


def test_an_original_is_brought_read_and_linked() -> None:
    client = client_of(given.an_official())
    file = SimpleUploadedFile("n.docx", given.a_docx("第一条 贴息。", "第二条 至多二十万元。"))
    form = {"file": file, "title": "通知", "source": "fujian.gov.cn", "is_official": "true"}
    answer = client.post("/api/policy/originals", form)
    assert answer.status_code == 200, answer.content
    one = json.loads(answer.content)
    assert (one["kind"], one["is_official"]) == ("docx", True)
    rows = got(client_of(), f"/policy/originals/{one['original_id']}/paragraphs")
    assert [row["text"] for row in rows["items"]] == ["第二条 至多二十万元。", "第一条 贴息。"]
    said = {
        "measure": given.LOAN,
        "clause": "c-cap",
        "paragraph": rows["items"][0]["paragraph_id"],
        "quote": "二十万元",
    }
    link = sent(client, "/policy/links", said)
    assert got(client_of(), f"/policy/measures/{given.LOAN}/links")["items"] == [link]
    assert sent(client, f"/policy/links/{link['link_id']}", {}, method="DELETE")["is_ended"] is True
    assert got(client_of(), f"/policy/measures/{given.LOAN}/links")["total"] == 0
