"""The report of an appraisal: everything V10 asks for, in both languages, sealed under its hashes."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from tests.conftest import missing
from tests.exchange import given_deals as given
from tests.people.given_people import deeds, refused
from tests.valuation import given_valuation as valued
from zhirong.papers import facts, pdf
from zhirong.record.models import Leaf
from zhirong.registry.actions import weights
from zhirong.valuation import report
from zhirong.valuation.actions import appraising, reports, signing

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def poppler_tools() -> None:
    if shutil.which("pdftotext") is None:
        missing("poppler is not on this machine")


def lines_of(content: bytes, folder: Path) -> list[str]:
    """The lines of a PDF without blanks at their ends."""
    path = folder / "paper.pdf"
    path.write_bytes(content)
    text = subprocess.run(["pdftotext", "-enc", "UTF-8", path, "-"], capture_output=True, check=True).stdout.decode()
    return [line.strip() for line in text.splitlines() if line.strip()]


def text_of(content: bytes, folder: Path) -> str:
    return re.sub(r"\s", "", "".join(lines_of(content, folder)))


def issued_with(**said: str) -> valued.Job:
    """An issued report whose conclusion says this besides, of a right that is pledged and licensed."""
    house = given.House()
    job = valued.worked(house)
    for kind, name in ((weights.Weight.PLEDGE, "某银行"), (weights.Weight.LICENCE, "某厂")):
        weights.encumber(
            house.operator,
            job.right,
            kind,
            favoured=weights.Favoured(name),
            number=name,
            since=valued.today() - timedelta(days=9),
        )
    appraising.conclude(job.firm.first, job.appraisal_id, valued.concluded(**said))
    signing.sign(job.firm.first, job.appraisal_id, payload_hash=job.hash())
    signing.review(job.firm.third, job.appraisal_id, payload_hash=job.hash())
    signing.issue(job.firm.second, job.appraisal_id, payload_hash=job.hash())
    assert reports.unsealed() == [job.appraisal_id]
    reports.seal(job.appraisal_id)
    return job


def test_the_papers_are_sealed_once_under_their_hashes() -> None:
    job = valued.issued()
    row = job.row()
    kept = json.loads(row.sealed_files)
    assert sorted(kept) == ["report.en.pdf", "report.zh.pdf"]
    for name, digest in kept.items():
        assert hashlib.sha256(reports.content_of(row, name)).hexdigest() == digest
    told = json.loads(Leaf.objects.get(kind="valuation.sealed").body)
    assert (told["zh_sha256"], told["en_sha256"]) == (kept["report.zh.pdf"], kept["report.en.pdf"])
    assert told["facts_sha256"] == hashlib.sha256(row.facts.encode()).hexdigest()
    assert json.loads(row.facts) == facts.plain(report.of_appraisal(row))
    reports.seal(job.appraisal_id)
    assert reports.unsealed() == []
    assert deeds().count("valuation.sealed") == 1


def test_a_report_is_read_only_once_it_is_sealed() -> None:
    job = valued.reviewed()
    with refused("valuation.report_not_sealed"):
        reports.content_of(job.row(), "report.zh.pdf")


@pytest.mark.usefixtures("poppler_tools")
def test_the_chinese_report_says_everything_that_is_asked_for(tmp_path: Path) -> None:
    job = issued_with(special_matters="一项许可在谈。", scope="全部地域。", outside_reason="唯一买方已书面报价。")
    text = text_of(reports.content_of(job.row(), "report.zh.pdf"), tmp_path)
    row = job.row()
    wanted = [
        "知识产权评估报告", "最可能值超出各方法范围的理由：唯一买方已书面报价。", "一项许可在谈。",
        row.number, job.client.party.name.replace(" ", ""), "权利人", "质押融资",
        "市场价值", "评估基准日",
        job.right.number, "质押某银行", "普通许可某厂", "已核实", "资产评估法", "收益法", "市场法", "50%",
        "壹佰万元整", "800,000", "1,300,000", "一项许可在谈。", "全部地域。", "使用限制", "一年内使用", "15年",
        "第一签署人", "内部审核人", "第二签署人", job.firm.first.name.replace(" ", ""),
    ]  # fmt: skip
    assert [one for one in wanted if one not in text] == []


@pytest.mark.usefixtures("poppler_tools")
def test_the_english_report_says_the_same(tmp_path: Path) -> None:
    job = issued_with(special_matters="A licence is being negotiated.")
    text = text_of(reports.content_of(job.row(), "report.en.pdf"), tmp_path)
    wanted = [
        "AppraisalReport", "pledgefinance", "marketvalue", "holderoftherights", "pledge某银行", "Valuationdate",
        "Limitsofuse", "Alicenceisbeingnegotiated.", "firstsignature", "internalreviewer", "secondsignature",
        "withinoneyear",
    ]  # fmt: skip
    assert [one for one in wanted if one not in text] == []


@pytest.mark.usefixtures("poppler_tools")
def test_line_breaks_of_the_form_stay(tmp_path: Path) -> None:
    job = issued_with(assumptions="第一条假设\r\n第二条假设\n第三条假设")
    lines = lines_of(reports.content_of(job.row(), "report.zh.pdf"), tmp_path)
    assert [one for one in lines if one.endswith("条假设")] == ["第一条假设", "第二条假设", "第三条假设"]


def test_the_same_facts_give_the_same_bytes() -> None:
    row = valued.issued().row()
    paper = report.of_appraisal(row)
    for language in reports.LANGUAGES:
        assert pdf.appraisal(paper, language) == reports.content_of(row, f"report.{language}.pdf")


def test_a_holder_is_named_with_how_sure_that_is() -> None:
    house, client = given.House(), given.a_side("holder")
    right = given.a_right(house, client.party)
    right.holdings.update(party=None)
    (one,) = (holder for _, known in report._facts([right], valued.today()) for holder in
              report.appraised(right, known, valued.today()).holders)  # fmt: skip
    assert one.en.endswith("(as the register names it, nobody has claimed it)")
