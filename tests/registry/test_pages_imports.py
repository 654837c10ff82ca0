"""Imports as pages: read, looked at fault by fault, taken over whole or not at all; office files; bulk listings."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.api.given_api import a_caller
from tests.exchange import given_deals as given
from tests.exchange import given_desk as desk
from tests.web.given_pages import text_of
from zhirong.exchange.models import Listing
from zhirong.record import jobs
from zhirong.record.models import Job
from zhirong.registry.models import ImportBatch, Right
from zhirong.web.registry import bringing

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).parents[2]
HEAD = "申请号,名称,权利人,申请日\n"


def bring(browser: Client, side: given.Side, kind: str, content: bytes, *, name: str = "file.csv") -> str:
    """The address to which a chosen file leads."""
    file = SimpleUploadedFile(name, content)
    answer = browser.post("/import", {"kind": kind, "party": side.party.pk, "file": file})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def a_line(side: given.Side, serial: int) -> str:
    digits = f"20191{serial:07d}"
    return f"{digits}{given.numbers.check_character(digits)},一种测试方法 {serial},{side.party.name},2019-04-16\n"


def test_a_sheet_takes_effect_as_a_whole_and_the_same_again_changes_nothing() -> None:
    side = given.a_side("holder")
    browser = desk.browser_of(side.person)
    content = (HEAD + a_line(side, 1) + a_line(side, 2)).encode()
    address = bring(browser, side, "rights", content)
    assert "确认导入 2 行" in text_of(browser, address)
    assert not Right.objects.visible().exists()
    assert browser.post(f"{address}/accept").status_code == 302
    assert Right.objects.visible().count() == 2
    assert bring(browser, side, "rights", content) == address
    taken = text_of(browser, address)
    assert "同一文件再次导入不产生变化" in taken
    assert taken.count("新增") == 2
    assert "无变化" not in taken
    assert "一种测试方法 1" in text_of(browser, "/rights?of=mine")
    told = a_caller(side.person).get(f"/imports/{address.rpartition('/')[2]}/lines")
    assert [line["change"] for line in told["items"]] == ["new", "new"]


def test_every_fault_stands_by_row_and_column_and_nothing_comes_in() -> None:
    side = given.a_side("holder")
    browser = desk.browser_of(side.person)
    wrong = f"201910302430.9,坏号码,{side.party.name},2019-04-16\n" + a_line(side, 3).replace(
        "2019-04-16", "2019-13-45"
    )
    address = bring(browser, side, "rights", (HEAD + a_line(side, 1) + wrong).encode())
    text = text_of(browser, address)
    assert "申请号" in text
    assert "申请日" in text
    only = text_of(browser, f"{address}?show=faults")
    assert "一种测试方法 1<" not in only
    told = browser.get(f"{address}?form=csv").content.decode("utf-8-sig").splitlines()
    assert [line.split(",")[:2] for line in told[1:]] == [["3", "申请号"], ["4", "申请日"]]
    refused = browser.post(f"{address}/accept")
    assert refused.status_code == 409
    assert not Right.objects.exists()
    browser.post(f"{address}/drop")
    assert "已放弃" in text_of(browser, address)


def test_an_office_file_with_another_holder_is_explained_and_leads_to_a_claim(shared: Path) -> None:
    side = given.a_side("holder")
    browser = desk.browser_of(side.person)
    for path in sorted((shared / "data" / "xml" / "cn").glob("*.xml")):
        address = bring(browser, side, "xml", path.read_bytes(), name=path.name)
        assert "登记簿上是另一权利人" in text_of(browser, address)
        browser.post(f"{address}/accept")
        batch = ImportBatch.objects.get(ref=address.rsplit("/", 1)[1])
        right = Right.objects.visible().get(versions__batch=batch)
        assert f"/rights/{right.pk}/claim" in text_of(browser, address)


def test_who_has_no_file_at_hand_tries_the_invented_one(settings: Any) -> None:
    side = given.a_side("holder")
    browser = desk.browser_of(side.person)
    settings.DEMO = True
    assert '<a class="hit" href="/import/sample.xml">' in text_of(browser, "/import")
    answer = browser.get("/import/sample.xml")
    assert answer["Content-Disposition"].startswith("attachment")
    address = bring(browser, side, "xml", answer.content, name="sample.xml")
    assert "登记簿上是另一权利人" in text_of(browser, address)
    assert browser.post(f"{address}/accept").status_code == 302
    right = Right.objects.visible().get(number="201210990017.7")
    assert (right.title_en, right.granted_on) == (
        "Street lamp fed by light wind, with storage, and its control",
        date(2016, 3, 23),
    )
    assert f"/rights/{right.pk}/claim" in text_of(browser, address), "it is sold as a real one would be"
    settings.DEMO = False
    assert browser.get("/import/sample.xml").status_code == 404, "a house at work takes in no invented rights"
    assert "/import/sample.xml" not in text_of(browser, "/import")


def test_a_newcomer_is_told_where_to_find_a_file(shared: Path) -> None:
    step = re.sub(r"\s+", " ", (ROOT / "README.md").read_text("utf-8").partition("1. **Import.**")[2][:700])
    assert "An invented patent to try (XML)" in step
    named = re.search(r"`(cn\w+\.xml)` in `\.\./shared/([\w/]+)`", step)
    assert named
    assert (shared / named[2] / named[1]).is_file()


def test_a_batch_is_seen_by_its_own_people_alone() -> None:
    side = given.a_side("holder")
    address = bring(desk.browser_of(side.person), side, "rights", (HEAD + a_line(side, 1)).encode())
    stranger = desk.browser_of(given.a_side("holder").person)
    assert stranger.get(address).status_code == 404
    assert stranger.post(f"{address}/accept").status_code == 404
    assert not Right.objects.visible().exists()


def test_a_large_file_is_read_and_taken_over_in_the_background(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bringing, "LONG_BYTES", 10)
    monkeypatch.setattr(bringing, "LONG_ROWS", 1)
    side = given.a_side("holder")
    browser = desk.browser_of(side.person)
    waits = bring(browser, side, "rights", (HEAD + a_line(side, 1) + a_line(side, 2)).encode())
    assert browser.get(waits)["Refresh"] == "2"
    jobs.run_job(Job.objects.get(kind=bringing.READ), {bringing.READ: bringing.do_read})
    address = str(browser.get(waits)["Location"])
    waits = str(browser.post(f"{address}/accept")["Location"])
    assert "0 / 2" in text_of(browser, waits)
    jobs.run_job(Job.objects.get(kind=bringing.SHOW), {bringing.SHOW: bringing.do_show})
    assert browser.get(waits)["Location"] == address
    assert Right.objects.visible().count() == 2
    assert desk.browser_of(given.a_side("holder").person).get(waits).status_code == 404


def test_a_sheet_of_listings_becomes_drafts_of_the_seller() -> None:
    house, seller, other = given.House(), given.a_side("holder"), given.a_side("holder")
    rights = [given.a_right(house, seller.party) for _ in range(2)]
    strange = given.a_right(house, other.party)
    browser = desk.browser_of(seller.person)
    head = "号码,挂牌价(元)\n"
    good = "".join(f"{right.number},128万\n" for right in rights)
    bad = bring(browser, seller, "listings", f"{head}{good}{strange.number},5\n".encode())
    text = text_of(browser, bad)
    assert seller.party.name in text
    assert "待改正" in text
    assert browser.post(f"{bad}/accept").status_code == 409
    assert not Listing.objects.exists()
    address = bring(browser, seller, "listings", (head + good).encode())
    assert "生成 2 份草稿" in text_of(browser, address)
    browser.post(f"{address}/accept")
    drafts = Listing.objects.filter(seller=seller.party)
    assert sorted(drafts.values_list("state", "asking_fen", "rule_set")) == [("draft", 1_280_000_00, "platform")] * 2
    assert browser.post(f"{address}/accept").status_code == 302
    assert drafts.count() == 2
    assert drafts[0].number in text_of(browser, "/desk/listings")


@pytest.mark.parametrize(("path", "begins"), [("rights.xlsx", b"PK"), ("listings.csv", b"\xef\xbb\xbf")])
def test_empty_sheets_can_be_taken(client: Client, path: str, begins: bytes) -> None:
    assert client.get(f"/import/{path}").content.startswith(begins)
    assert client.get("/import/nothing.xlsx").status_code == 404
