"""The office's pages of the lists of items: which one counts, a new one brought, read and confirmed by another."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.given_api import a_caller
from tests.office.given_office import signed_in
from tests.people.given_people import a_person
from tests.valuation import given_valuation as valued
from tests.web.given_pages import text_of
from zhirong.record import actions as record
from zhirong.valuation import indices
from zhirong.valuation.models import IndexList

pytestmark = pytest.mark.django_db
WRONG = "其中一项权重与标准不符。"


def a_form(**changes: object) -> dict[str, object]:
    content = json.dumps(valued.an_index_plain(), ensure_ascii=False).encode()
    file = SimpleUploadedFile("指标表.yaml", content, content_type="application/yaml")
    return {"deed": "bring", "since": valued.today().isoformat(), "file": file, **changes}


def test_the_house_s_own_list_is_shown_with_its_weights_and_called_its_own() -> None:
    auditor = signed_in(a_person("auditor"))
    page = text_of(auditor, "/office/index-lists")
    assert "本中心尚未载入自己的指标表" in page
    assert "并非该标准内容" in page
    assert "无效宣告的经历" in page
    # 0.3 × 0.3 × 0.5 in licensing, 0.5 × 0.3 × 0.5 in infringement.
    assert "4.5%" in page
    assert "7.5%" in text_of(auditor, "/office/index-lists?scenario=infringement")
    assert 'name="file"' not in auditor.get("/office/index-lists").content.decode()
    auditor.cookies["lang"] = "en"
    english = text_of(auditor, "/office/index-lists")
    assert "Where its value comes from" in english
    assert "Record of challenges" in english


def test_a_list_is_brought_read_and_confirmed_by_another_and_withdrawn() -> None:
    operator, checker = a_person("operator"), a_person("checker")
    mine, other = signed_in(operator), signed_in(checker)
    answer = mine.post("/office/index-lists", a_form())
    one = IndexList.objects.get()
    at = f"/office/index-lists/{one.pk}"
    assert (answer.status_code, answer["Location"]) == (302, at)
    assert "您是载入人，须由另一人复核" in text_of(mine, at)
    assert "准予施行" in text_of(other, at)
    for client in (mine, other):
        queue = client.get("/office?kind=index").content.decode()
        assert f'href="{at}"' in queue
        assert "中心自有指标表" in queue
    other.cookies["lang"] = "en"
    assert "The centre&#39;s own list" in other.get("/office?kind=index").content.decode()
    other.cookies["lang"] = "zh-hans"
    seen = {"deed": "confirm", "payload_hash": one.sha256}
    assert mine.post(at, seen).status_code == 403
    assert other.post(at, {**seen, "payload_hash": "0" * 64}).status_code == 409
    assert indices.current(valued.today()).list_id is None
    assert other.post(at, seen).status_code == 302
    assert indices.current(valued.today()).list_id == one.pk
    assert f'href="{at}"' not in other.get("/office").content.decode()
    assert "并非该标准内容" not in text_of(other, "/office/index-lists")
    assert other.post(at, {"deed": "withdraw", "reason": ""}).status_code == 422
    assert other.post(at, {"deed": "withdraw", "reason": WRONG}).status_code == 302
    assert WRONG in text_of(mine, at)
    assert indices.current(valued.today()).list_id is None


def test_a_form_that_is_none_is_refused_beside_its_field_and_nothing_is_kept() -> None:
    client = signed_in(a_person("operator"))
    for change, said in [
        ({"since": "明天"}, "不是日期"),
        ({"file": ""}, "没有选择文件"),
        ({"file": SimpleUploadedFile("x.yaml", b"- a\n- b\n")}, "未采用指标表"),
    ]:
        answer = client.post("/office/index-lists", a_form(**change))
        assert answer.status_code in (400, 422), change
        assert said in answer.content.decode(), change
    assert IndexList.objects.count() == 0


def test_the_pages_ask_the_database_little() -> None:
    operator = a_person("operator")
    one = valued.an_index_list(operator)
    for number in range(3):
        valued.an_index_list(operator, name=f"表{number}")
    client = signed_in(operator)
    for address in ("/office/index-lists", f"/office/index-lists/{one.pk}"):
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        assert len(asked) <= 12, address


def test_a_program_brings_reads_confirms_and_withdraws_a_list() -> None:
    operator, checker = a_person("operator"), a_person("checker")
    mine, other = a_caller(operator), a_caller(checker)
    content = json.dumps(valued.an_index_plain(), ensure_ascii=False).encode()
    file = record.keep_file(operator, "指标表.yaml", content)
    since = valued.today().isoformat()
    told = mine.post("/index-lists", {"file": file.ref, "since": since})
    assert (told["state"], told["since"]) == ("waiting", since)
    at = f"/index-lists/{told['list_id']}"
    whole = other.get(at)
    assert (whole["counts_today"], len(whole["items"])) == (False, 27)
    for scenario in ("licensing", "finance", "infringement"):
        assert sum(one["weights_ppm"][scenario] for one in whole["items"]) == pytest.approx(1_000_000, abs=27)
    seen = {"payload_hash": told["payload_hash"]}
    assert mine.refused(f"{at}/confirm", seen) == (403, "people.maker_is_checker")
    assert other.post(f"{at}/confirm", seen)["state"] == "confirmed"
    assert other.get(at)["counts_today"] is True
    assert other.get("/index-lists")["total"] == 1
    assert other.post(f"{at}/withdraw", {"reason": WRONG})["reason"] == WRONG
    assert a_caller(a_person("valuer")).ask("GET", "/index-lists").status_code == 403
    broken = record.keep_file(operator, "错.yaml", b"- a\n")
    assert mine.refused("/index-lists", {"file": broken.ref, "since": since}) == (422, "valuation.list_malformed")
