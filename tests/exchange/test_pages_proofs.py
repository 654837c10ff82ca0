"""Rules, fees, verification, receipts and certificates as everyone sees them."""

from __future__ import annotations

import hashlib
import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from markupsafe import escape

from tests.exchange import given_deals as given
from tests.exchange import given_desk as desk
from tests.exchange.given_hall import Day, signed_in
from tests.web.given_pages import text_of
from zhirong.base import citations
from zhirong.exchange import published, rule_sets
from zhirong.papers import verifier
from zhirong.people.models import Party
from zhirong.record import sequencer
from zhirong.record.models import Leaf
from zhirong.web import limits
from zhirong.web.exchange import proofs, rulebook

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_figure_of_every_rule_set_is_published_with_its_source(client: Client, language: str) -> None:
    client.cookies["lang"] = language
    text = text_of(client, "/rules")
    law = (
        "网络司法拍卖若干问题的规定》第十一条"
        if language == "zh-hans"
        else "Provisions on Online Judicial Auctions, art. 11"
    )
    assert text.count(law) >= 3
    assert "(X7)" not in text
    assert text.count("待核对原文") == text.count("to be checked with the source") == 0
    assert text.count("须由运营方确认后方可依赖" if language == "zh-hans" else "the operator confirms the figure") == 1
    assert text.count("待核<" if language == "zh-hans" else "Not checked<") > 5
    for mark, told in citations.titles().items():
        title = told["zh" if language == "zh-hans" else "en"]
        assert f'id="{mark}"><th scope="row">{escape(title[0].upper() + title[1:])}</th>' in text
    assert ("加价幅度，按价格" if language == "zh-hans" else "Step, by price") in text
    assert ("24 小时" if language == "zh-hans" else "24 hours") in text
    assert rulebook.said("deposit_share", rulebook.rule_sets._value("deposit_share", "5/40")) == "12.5%"


def test_a_fee_is_worked_out_from_the_schedule(client: Client) -> None:
    text = text_of(client, "/fees?price=128万&rule_set=demo")
    # 3 % of the first million, 2 % of the rest; the buyer 2 % and 1.5 %.
    assert "35,600" in text
    assert "24,200" in text
    assert "1,244,400" in text
    nothing = text_of(client, "/fees?price=0&rule_set=demo")
    assert '<dd><span class="m">0<small>元</small></span></dd>' in nothing
    assert "卖方" in nothing or "转让方" in nothing
    assert "<dl" not in text_of(client, "/fees")
    refused = client.get("/fees?price=viel")
    assert refused.status_code == 422
    assert 'value="viel"' in refused.content.decode()


def a_leaf(client: Client) -> Leaf:
    Day().announced()
    sequencer.number_now()
    return Leaf.objects.get(kind="exchange.announced")


def test_a_receipt_is_shown_and_taken_away_and_verifies(client: Client) -> None:
    leaf = a_leaf(client)
    text = text_of(client, f"/receipts/{leaf.pk}")
    assert "（自 0 起计），共" in text
    assert "asking_fen" not in text
    assert "closes_at" not in text
    assert bytes(leaf.hash).hex() in text
    paper = client.get(f"/receipts/{leaf.pk}.json").content
    assert verifier.verify(paper).found == []
    answer = client.post("/verify", {"paper": SimpleUploadedFile("r.json", paper)})
    assert "全部相符" in answer.content.decode()


def test_one_changed_character_is_found_and_named(client: Client) -> None:
    leaf = a_leaf(client)
    paper = client.get(f"/receipts/{leaf.pk}.json").content.replace(b'"asking_fen":80000000', b'"asking_fen":80000001')
    text = client.post("/verify", {"paper": SimpleUploadedFile("r.json", paper)}).content.decode()
    assert "不相符" in text
    assert "存证叶内容的哈希为" in text
    text = client.post("/verify", {"paper": SimpleUploadedFile("r.txt", b"hello")}).content.decode()
    assert "读不懂" in text


def test_a_file_above_the_bound_is_refused_and_not_read(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proofs, "UPLOAD_MOST", 1 << 20)
    monkeypatch.setattr(verifier, "verify", None)
    answer = client.post("/verify", {"paper": SimpleUploadedFile("r.json", b"x" * (1 << 20) + b"x")})
    assert answer.status_code == 413
    assert "1 MB" in answer.content.decode()


def test_a_certificates_pdf_is_led_to_the_page_that_compares_it(client: Client) -> None:
    sold = desk.settled(desk.paid(desk.signed(desk.a_deal())))
    content = published.certificate_file(sold.deal.certificate, "certificate.zh.pdf")
    answer = client.post("/verify", {"paper": SimpleUploadedFile("c.pdf", content)}, follow=True)
    assert answer.redirect_chain[0][0].startswith(f"/certificates/{sold.deal.certificate.number}?sha256=")
    assert "相符：这是本凭证 certificate.zh.pdf 的 SHA-256" in answer.content.decode()
    text = client.post("/verify", {"paper": SimpleUploadedFile("c.pdf", content + b" ")}).content.decode()
    assert "没有凭证的 PDF 与此文件一致：c.pdf" in text


def test_a_leaf_that_is_not_public_is_said_to_stand_and_shown_to_those_concerned(client: Client) -> None:
    sold = desk.signed(desk.a_deal())
    sequencer.number_now()
    leaf = Leaf.objects.get(kind="exchange.submitted")
    told = text_of(client, f"/verify?number={leaf.number}")
    assert f"存证中有第 {leaf.number} 号" in told
    own = desk.browser_of(sold.seller.person).get(f"/verify?number={leaf.number}")
    assert own["Location"] == f"/receipts/{leaf.pk}"
    assert "没有这个编号的记录" in text_of(client, "/verify?number=999999999")


def test_only_two_files_are_checked_at_the_same_time(client: Client) -> None:
    paper = client.get(f"/receipts/{a_leaf(client).pk}.json").content
    with limits.one_of("verify"), limits.one_of("verify"):
        answer = client.post("/verify", {"paper": SimpleUploadedFile("r.json", paper)})
    assert (answer.status_code, answer["Retry-After"]) == (429, "5")
    answer = client.post("/verify", {"paper": SimpleUploadedFile("r.json", paper)})
    assert (answer.status_code, "全部相符" in answer.content.decode()) == (200, True)


def test_a_number_is_looked_up(client: Client) -> None:
    leaf = a_leaf(client)
    for wanted in (str(leaf.number), bytes(leaf.hash).hex()):
        answer = client.get("/verify", {"number": wanted})
        assert (answer.status_code, answer["Location"]) == (302, f"/receipts/{leaf.pk}")
    assert "没有这个编号的记录" in text_of(client, "/verify?number=PZ-1999-000001")


def test_the_receipt_of_a_private_deed_is_for_those_who_were_told(client: Client) -> None:
    day = Day()
    listing = day.announced()
    given.an_admitted(listing, day.buyers[0])
    sequencer.number_now()
    leaf = Leaf.objects.get(kind="exchange.registered")
    assert client.get(f"/receipts/{leaf.pk}").status_code == 404
    assert client.get(f"/receipts/{leaf.pk}.json").status_code == 404
    assert signed_in(day.buyers[1].person).get(f"/receipts/{leaf.pk}").status_code == 404
    own = signed_in(day.buyers[0].person).get(f"/receipts/{leaf.pk}.json")
    assert json.loads(own.content)["number"] == leaf.number
    assert client.get("/receipts/99999999").status_code == 404


def test_the_verifier_is_handed_out(client: Client) -> None:
    assert b"check_transcript" in client.get("/verifier.py").content


def a_sold_to_a_natural_person() -> desk.Sold:
    """Settled and sealed; the buyer is a natural person with an address."""
    sold = desk.a_deal()
    Party.objects.filter(pk=sold.buyer.party.pk).update(kind="natural", name="欧阳若溪", address="福田区景田路 7 号")
    return desk.settled(desk.paid(desk.signed(sold)))


FILES = ("certificate.zip", "certificate.json", "certificate.zh.pdf", "certificate.en.pdf", "receipt.json")


def test_counting_certificate_numbers_tells_no_natural_person_and_gives_no_paper(client: Client) -> None:
    sold = a_sold_to_a_natural_person()
    number = sold.deal.certificate.number
    stranger = desk.browser_of(given.a_side("buyer").person)
    for one in (client, stranger):
        text = text_of(one, f"/certificates/{number}")
        assert "自然人" in text
        assert sold.seller.party.name in text
        # Both leaves by name: a verifier tells the second, the public receipt is of the first.
        sealed = sold.deal.certificate.sealed
        assert sealed is not None
        for leaf in (sold.deal.certificate.leaf, sealed):
            assert bytes(leaf.hash).hex() in text
        for told in ("欧阳若溪", "景田路", "/certificate.zip", "/certificate.zh.pdf"):
            assert told not in text
    for name in FILES:
        assert client.get(f"/certificates/{number}/{name}").status_code == 302
        assert stranger.get(f"/certificates/{number}/{name}").status_code == 404
        assert stranger.get(f"/deals/{sold.deal.number}/{name}").status_code == 404
    for name in FILES[:4]:
        assert client.get(f"/api/certificates/{number}/{name}").status_code == 401
        assert stranger.get(f"/api/certificates/{number}/{name}").status_code == 404
    told = client.get(f"/api/certificates/{number}").content.decode()
    assert "欧阳若溪" not in told
    assert "景田路" not in told


def test_both_sides_and_the_house_have_the_papers_and_they_verify() -> None:
    sold = a_sold_to_a_natural_person()
    number = sold.deal.certificate.number
    for person in (sold.buyer.person, sold.seller.person, sold.house.operator):
        browser = desk.browser_of(person)
        text = text_of(browser, f"/certificates/{number}")
        assert "欧阳若溪" in text
        assert f'href="/certificates/{number}/certificate.zip"' in text
        archive = browser.get(f"/certificates/{number}/certificate.zip").content
        assert verifier.verify(archive).found == []
        assert browser.get(f"/api/certificates/{number}/certificate.zip").content == archive


def test_whoever_holds_a_paper_learns_whether_it_is_genuine(client: Client) -> None:
    sold = a_sold_to_a_natural_person()
    number = sold.deal.certificate.number
    paper = desk.browser_of(sold.buyer.person).get(f"/certificates/{number}/certificate.zh.pdf").content
    digest = hashlib.sha256(paper).hexdigest()
    assert "相符：这是本凭证 certificate.zh.pdf" in text_of(client, f"/certificates/{number}?sha256={digest}")
    other = hashlib.sha256(paper + b" ").hexdigest()
    assert "没有这个 SHA-256" in text_of(client, f"/certificates/{number}?sha256={other}")
    asked = client.get(f"/api/certificates/{number}", {"sha256": digest}).json()
    assert asked["of_hash"] == "certificate.zh.pdf"
    assert client.get(f"/api/certificates/{number}", {"sha256": other}).json()["of_hash"] == ""
    leaf = asked["receipt"]["leaf_hash"]
    assert client.get(f"/api/certificates/{number}", {"sha256": leaf}).json()["of_hash"] == "certified"


@pytest.mark.parametrize("code", sorted(rule_sets.codes()))
def test_every_source_is_said_in_both_languages_without_marks(code: str) -> None:
    said = rulebook.said_sources()
    for name, entries in rule_sets.sources(code).items():
        for entry in entries:
            pair = said[entry["source"]]
            assert not re.search(r"\((D|NF|M\+?|[A-Z]\d+)\)|\b[BX]\d", pair["zh"] + pair["en"]), name
            assert not re.search(r"[\u4e00-\u9fff]", pair["en"]), name
            assert re.search(r"[\u4e00-\u9fff]", pair["zh"]), name


def test_a_figure_of_the_repealed_text_is_said_to_be_of_it() -> None:
    said = rulebook.said_sources()
    of_2025 = {
        entry["source"]
        for code in rule_sets.codes()
        for entries in rule_sets.sources(code).values()
        for entry in entries
        if "〔2025〕17号" in entry["source"]
    }
    assert len(of_2025) == 6
    for source in of_2025:
        assert "按2009年《企业国有产权交易操作规则》" in said[source]["zh"]
        assert "尚未核对" in said[source]["zh"]


def test_the_page_of_the_rules_says_which_text_was_repealed_and_that_the_new_one_is_not_checked(client: Client) -> None:
    said = text_of(client, "/rules")
    assert "国有资产交易的操作规则" in said
    rows = [row for row in said.split("<tr>") if "公告期不少于" in row and "〔2025〕17号" in row]
    assert len(rows) == 1
    assert "同日废止2009年《企业国有产权交易操作规则》" in rows[0]
    assert "待核" in rows[0].rsplit("<td", 1)[1]
