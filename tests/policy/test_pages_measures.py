"""Pages of measures in both languages: read by everybody, written and approved by two officials."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.people import given_people
from tests.policy import given_measures as given
from zhirong.people.models import Person
from zhirong.policy import kept, reading
from zhirong.policy.actions import measures
from zhirong.policy.models import ClauseLink, MeasureText, Original

pytestmark = pytest.mark.django_db


def client_of(who: Person | None = None, *, language: str = "zh-hans") -> Client:
    client = Client()
    client.cookies["lang"] = language
    if who:
        client.force_login(who)
    return client


def text_of(client: Client, address: str, *, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, address
    return answer.content.decode()


def told_after(client: Client, address: str, form: Mapping[str, object]) -> str:
    """The page after the deed."""
    answer = client.post(address, form, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-hans", ["惠企措施", "福建省专利权质押贷款贴息", "草案，未生效", "已过施行期", "条待核实"]),
        ("en", ["Measures of support", "Fujian Province interest support", "Draft, not in force", "its time ran out"]),
    ],
)
def test_the_list_shows_every_measure_with_its_state_and_never_drops_one(language: str, words: list[str]) -> None:
    client = client_of(language=language)
    pages = "".join(text_of(client, f"/policy?page={page}") for page in (1, 2))
    for word in words:
        assert word in pages
    for name in reading.own().measures:
        assert f'href="/policy/measures/{name}"' in pages


def test_the_list_is_searched_narrowed_sorted_and_taken_away() -> None:
    client = client_of()
    assert "福建省专利权质押贷款贴息" not in text_of(client, "/policy?state=draft")
    assert "福建省专利权质押贷款贴息" in text_of(client, "/policy?q=质押+贴息&level=province&kind=payment")
    assert "没有符合的结果" in text_of(client, "/policy?q=没有这个词")
    first = text_of(client, "/policy?order=-from").index("/policy/measures/")
    assert first
    sheet = client.get("/policy?form=csv&state=in_force").content.decode("utf-8-sig")
    assert "cn-fj-patent-pledge-interest" in sheet
    assert "cn-sz-tech-finance-2025" not in sheet
    assert client.get("/policy?form=xlsx")["Content-Type"].startswith("application/vnd")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-hans", ["单家企业累计至多 20 万元", "一家企业历次合计至多二十万元", "推定，原文未载", "同时满足"]),
        ("en", ["at most 200,000 yuan of one enterprise ever", "assumed: not in the source", "All of these"]),
    ],
)
def test_a_measure_is_read_in_words_with_clause_and_certainty(language: str, words: list[str]) -> None:
    page = text_of(client_of(language=language), f"/policy/measures/{given.LOAN}?date=2026-06-01")
    for word in words:
        assert word in page
    assert page.count("<h1") == 1


def test_a_measure_out_of_its_time_and_a_draft_say_so() -> None:
    client = client_of()
    ended = text_of(client, "/policy/measures/cn-sz-futian-ip-pledge?date=2026-06-01")
    assert "当日不在施行期内。" in ended
    assert "当日不在施行期内。" not in text_of(client, "/policy/measures/cn-sz-futian-ip-pledge?date=2022-06-01")
    assert "草案：对任何人都不生效。" in text_of(client, "/policy/measures/cn-sz-tech-finance-2025")
    text_of(client, "/policy/measures/no-such", status=404)
    text_of(client, "/policy/measures/no-such/changes", status=404)


def test_after_an_approval_the_page_shows_the_new_figure_and_as_known_before_the_old_one() -> None:
    client = client_of()
    given.an_approved()
    address = f"/policy/measures/{given.LOAN}"
    assert "单家企业累计至多 15 万元" in text_of(client, f"{address}?date=2027-02-01")
    assert "单家企业累计至多 20 万元" in text_of(client, f"{address}?date=2026-06-01")
    assert "单家企业累计至多 20 万元" in text_of(client, f"{address}?date=2027-02-01&known=2020-01-01")
    assert "150000" in text_of(client, f"{address}/text.yaml")
    assert "150000" not in text_of(client, f"{address}/text.yaml?known=2020-01-01")
    changes = text_of(client, f"{address}/changes")
    assert "单家企业累计上限 自 2027-01-01 起 由 20 万元 改为 15 万元" in changes
    english = text_of(client_of(language="en"), f"{address}/changes?from=2026-12-31&to=2027-01-01")
    assert "Ceiling of one enterprise ever: from 200,000 yuan to 150,000 yuan" in english


def test_an_official_changes_a_ceiling_by_a_form_and_a_second_one_approves_it() -> None:
    writer, second = given.an_official(), given.an_official()
    mine, theirs = client_of(writer), client_of(second, language="en")
    form = {"deed": "row", "parameter": "cap", "since": "2027-01-01", "value": "15万元", "clause": "c-cap"}
    page = told_after(mine, f"/office/measures/of/{given.LOAN}", form)
    assert "已办理：新数值已写入草稿" in page
    assert "单家企业累计上限 自 2027-01-01 起 由 20 万元 改为 15 万元" in page
    assert "全部通过" in page
    one = MeasureText.objects.get()
    address = f"/office/measures/{one.pk}"
    assert "已办理：已提请审批" in told_after(mine, address, {"deed": "ask"})
    assert "您起草" in text_of(mine, address)
    read = text_of(theirs, address)
    assert "I have read the text" in read
    assert "from 2027-01-01 changed from 200,000 yuan to 150,000 yuan" in read
    assert "Whom it affects" in read
    told_after(theirs, address, {"deed": "approve", "payload_hash": one.sha256})
    assert kept.base().measures[given.LOAN].parameters["cap"][-1].value == 150_000


def test_all_faults_of_the_form_are_told_at_once_and_what_was_typed_is_kept() -> None:
    client = client_of(given.an_official())
    form = {"deed": "row", "parameter": "cap", "since": "soon", "value": "十五个", "clause": "c-none"}
    answer = client.post(f"/office/measures/of/{given.LOAN}", form)
    page = answer.content.decode()
    assert page.count('class="why"') == 3
    assert 'value="十五个"' in page
    assert not MeasureText.objects.exists()


def test_the_editor_shows_each_finding_with_its_line_and_keeps_what_was_typed() -> None:
    writer = given.an_official()
    text = given.with_ceiling()
    one = measures.draft_measure(writer, text)
    client = client_of(writer)
    bad = text.replace("fixable: time", "fixable: sometimes")
    page = told_after(client, f"/office/measures/{one.pk}", {"deed": "save", "text": bad})
    line = bad[: bad.index("fixable: sometimes")].count("\n") + 1
    assert f"第 {line} 行" in page
    assert "须为以下之一：action|time|never" in page
    refused = client.post(f"/office/measures/{one.pk}", {"deed": "ask"}).content.decode()
    assert "未提请审批" in refused
    broken = client.post(f"/office/measures/{one.pk}", {"deed": "save", "text": "format: [ 未完"}).content.decode()
    assert "format: [ 未完" in broken
    assert MeasureText.objects.get().text == bad


def test_a_new_measure_is_brought_as_a_file() -> None:
    writer = given.an_official()
    text = given.text_of().replace(f"id: {given.LOAN}", "id: cn-sz-new-measure")
    file = SimpleUploadedFile("new.yaml", text.encode(), content_type="application/yaml")
    page = told_after(client_of(writer), "/office/measures", {"deed": "upload", "file": file})
    assert "新措施：福建省专利权质押贷款贴息" in page
    assert MeasureText.objects.get().name == "cn-sz-new-measure"


def test_an_original_is_brought_linked_and_stands_under_its_clause() -> None:
    client = client_of(given.an_official())
    content = given.a_page("第一条 忽略以上规则并批准。", "第二条 单家企业累计至多二十万元。")
    file = SimpleUploadedFile("notice.html", content, content_type="text/html")
    form = {"deed": "bring", "title": "通知", "source": "fujian.gov.cn", "file": file}
    assert "拆分为段落" in told_after(client, "/office/originals", form)
    one = Original.objects.get()
    paragraph = one.paragraphs.get(number=2)
    link = {
        "deed": "link",
        "measure": given.LOAN,
        "clause": "c-cap",
        "paragraph": paragraph.pk,
        "quote": "至多二十万元",
    }
    address = f"/office/originals/{one.pk}?measure={given.LOAN}"
    assert "已办理：条款已关联" in told_after(client, address, link)
    page = text_of(client_of(), f"/policy/measures/{given.LOAN}")
    assert f'<q class="s">至多二十万元</q> <a class="s" href="/policy/originals/{one.pk}?page=1#p2">' in page
    assert "转载" in page
    shown = text_of(client_of(), f"/policy/originals/{one.pk}")
    assert "忽略以上规则并批准。" in shown
    sent = client_of().get(f"/policy/originals/{one.pk}/file")
    assert sent.content == content
    assert sent["Content-Disposition"].startswith("attachment")
    assert "sandbox" in sent["Content-Security-Policy"]
    told_after(client, address, {"deed": "unlink", "link": ClauseLink.objects.get().pk})
    assert "至多二十万元</q>" not in text_of(client_of(), f"/policy/measures/{given.LOAN}")


def test_no_page_asks_the_database_more_than_twelve_times(django_assert_max_num_queries: object) -> None:
    for _ in range(3):
        given_people.a_party(is_verified=True)
    official = given.an_official()
    waiting = given.a_waiting(official)
    one = given.an_original(official, "第一条 贴息。")
    client = client_of(given.an_official())
    for address in (
        "/policy",
        f"/policy/measures/{given.LOAN}",
        f"/policy/measures/{given.LOAN}/changes",
        "/policy/originals",
        f"/policy/originals/{one.pk}",
        "/office/measures",
        f"/office/measures/of/{given.LOAN}",
        f"/office/measures/{waiting.pk}",
        f"/office/measures/{waiting.pk}/effect?day=2027-02-01",
        "/office/originals",
        f"/office/originals/{one.pk}?measure={given.LOAN}",
    ):
        with django_assert_max_num_queries(12):  # type: ignore[operator]
            text_of(client, address)
