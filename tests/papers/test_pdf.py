"""The PDF papers: the same bytes each time, whole texts that come out again, every sign set, and archive form."""

from __future__ import annotations

import dataclasses
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import missing
from tests.papers import given_papers as given
from zhirong.papers import fonts, pdf
from zhirong.papers.facts import Both

PAPERS: list[tuple[Callable[..., bytes], Callable[[], Any], int]] = [
    (pdf.certificate, given.certificate, 1),
    (pdf.contract, given.contract, 2),
    (pdf.fee_note, given.fee_note, 1),
    (pdf.recordal_form, given.recordal_form, 1),
    (pdf.deposit_receipt, given.deposit_receipt, 1),
    (pdf.statement, given.statement, 1),
]
EACH = pytest.mark.parametrize(("made", "paper", "pages"), PAPERS, ids=[made.__name__ for made, _, _ in PAPERS])
LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])
poppler = pytest.mark.usefixtures("poppler_tools")


@pytest.fixture
def poppler_tools() -> None:
    if shutil.which("pdftotext") is None:
        missing("poppler is not on this machine")


def told(content: bytes, folder: Path) -> str:
    """The text of a PDF without its blanks and line ends."""
    path = folder / "paper.pdf"
    path.write_bytes(content)
    text = subprocess.run(["pdftotext", "-enc", "UTF-8", path, "-"], capture_output=True, check=True).stdout.decode()
    return re.sub(r"\s", "", text)


def page_count(content: bytes, folder: Path) -> int:
    path = folder / "paper.pdf"
    path.write_bytes(content)
    lines = subprocess.run(["pdfinfo", path], capture_output=True, check=True).stdout.decode().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pages:"))


@EACH
@LANGUAGES
def test_the_same_facts_give_the_same_bytes(
    made: Callable[..., bytes], paper: Callable[[], Any], pages: int, language: str
) -> None:
    first = made(paper(), language)
    # Another paper in between: nothing of it may stay in the kept compiler.
    pdf.certificate(given.certificate(is_demo=True), "en")
    pdf._compiler.cache_clear()
    assert made(paper(), language) == first
    assert first.startswith(b"%PDF-1.7")


@EACH
@LANGUAGES
def test_each_paper_is_an_archive_file_with_tags(
    made: Callable[..., bytes], paper: Callable[[], Any], pages: int, language: str
) -> None:
    content = made(paper(), language)
    assert b"<pdfaid:part>2</pdfaid:part>" in content
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in content
    assert b"/MarkInfo" in content or b"/StructTreeRoot" in content or b"/ObjStm" in content


@poppler
@EACH
@LANGUAGES
def test_each_paper_has_its_pages(
    made: Callable[..., bytes], paper: Callable[[], Any], pages: int, language: str, tmp_path: Path
) -> None:
    assert page_count(made(paper(), language), tmp_path) == pages


@poppler
def test_a_certificate_says_who_what_and_how_much(tmp_path: Path) -> None:
    text = told(pdf.certificate(given.certificate(), "zh"), tmp_path)
    for part in (
        "交易凭证", "ZRC-2026-000518", "深圳市云岭智能科技有限公司", "南方理工大学", "广东海川视觉技术有限公司",
        "ZL201911324567.3", "1,280,000.00", "人民币壹佰贰拾捌万元整", "成交", "2026年12月18日", "121,930",
        "9f2b4c6d8e0a1b3c5d7e9f2b4c6d8e0a1b3c5d7e9f2b4c6d8e0a1b3c5d7e9f2b", "2026年12月1日15:14:08",
    ):  # fmt: skip
        assert part in text
    assert "演示：" not in text


@poppler
def test_a_certificate_in_english_is_complete(tmp_path: Path) -> None:
    text = told(pdf.certificate(given.certificate(), "en"), tmp_path)
    for part in ("TransactionCertificate", "onemilliontwohundredandeightythousandyuanonly", "SOLD", "1Dec2026"):
        assert part in text


@poppler
@LANGUAGES
def test_a_paper_under_the_demo_rules_says_so(language: str, tmp_path: Path) -> None:
    text = told(pdf.certificate(given.certificate(is_demo=True), language), tmp_path)
    assert ("不产生法律效力" if language == "zh" else "withoutlegaleffect") in text


@poppler
def test_the_contract_holds_the_terms_that_the_law_asks_for(tmp_path: Path) -> None:
    text = told(pdf.contract(given.contract(), "zh"), tmp_path)
    for part in (
        "自国务院专利行政部门登记之日起生效（专利法第十条）", "专利法第四十七条", "民法典第四百四十四条",
        "1,280,000元", "余款1,200,000元", "自本合同成立之日起5个工作日内", "普通许可一项", "待接受", "104,902",
    ):  # fmt: skip
        assert part in text
    assert "技术进出口管理条例" not in text


@poppler
def test_a_contract_with_a_foreign_buyer_has_the_export_clause(tmp_path: Path) -> None:
    abroad = dataclasses.replace(given.contract(), is_cross_border=True)
    assert "技术进出口管理条例" in told(pdf.contract(abroad, "zh"), tmp_path)


@poppler
def test_a_long_statement_runs_over_pages_with_its_heads(tmp_path: Path) -> None:
    content = pdf.statement(given.statement(entries=120), "zh")
    assert page_count(content, tmp_path) > 2
    assert told(content, tmp_path).count("事由") == page_count(content, tmp_path)


@poppler
def test_what_looks_like_typesetting_is_shown_as_text(tmp_path: Path) -> None:
    title = '#panic("x") $a$ *b* \\ <c> @d'
    right = dataclasses.replace(given.RIGHT, title=title)
    text = told(pdf.certificate(given.certificate(rights=(right,)), "zh"), tmp_path)
    assert re.sub(r"\s", "", title) in text


@poppler
def test_a_sign_that_the_faces_lack_is_marked_with_its_code(tmp_path: Path) -> None:
    rare = dataclasses.replace(given.BUYER, name="王\U00030000科技")
    paper = dataclasses.replace(given.certificate(), buyers=(rare,))
    assert "王〓(U+30000)科技" in told(pdf.certificate(paper, "zh"), tmp_path)


def test_both_faces_hold_every_sign_of_the_templates_and_amounts() -> None:
    signs = {sign for path in pdf.TEMPLATES.glob("*.typ") for sign in path.read_text("utf-8")}
    signs |= set("零壹贰叁肆伍陆柒捌玖拾佰仟万亿元角分整人民币〓")
    assert sorted(sign for sign in signs if not fonts.can_set(sign)) == []


def test_every_common_chinese_character_can_be_set() -> None:
    # The first level of GB 2312: 3,755 characters, rows 16 to 55.
    level = [bytes([row, cell]).decode("gb2312", "ignore") for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF)]
    signs = [sign for sign in level if sign]
    assert len(signs) == 3755
    assert [sign for sign in signs if not fonts.can_set(sign)] == []


def test_days_and_money_are_written_in_both_languages() -> None:
    assert pdf.day(given.RIGHT.filed_on, "zh") == "2019年12月20日"  # type: ignore[arg-type]
    assert pdf.day(given.RIGHT.filed_on, "en") == "20 Dec 2019"  # type: ignore[arg-type]
    assert pdf.view({"price_fen": 1_280_000_50}, language="zh") == {
        "price_fen": {
            "shown": "1,280,000.50 元",
            "figures": "1,280,000.50",
            "words": "壹佰贰拾捌万元伍角整",
        }
    }
    assert pdf.view(Both("甲", "A"), language="en") == "A"


@poppler
def test_the_signature_stands_with_the_record_it_is_signed_over(tmp_path: Path) -> None:
    for count in (1, 3, 16, 24):
        paper = given.certificate(rights=(given.RIGHT,) * count)
        content = pdf.certificate(paper, "zh")
        last = page_count(content, tmp_path)
        done = subprocess.run(
            ["pdftotext", "-f", str(last), "-l", str(last), tmp_path / "paper.pdf", "-"],
            capture_output=True,
            check=True,
        )
        text = re.sub(r"\s", "", done.stdout.decode())
        assert paper.root in text
        assert "2026年12月21日" in text
