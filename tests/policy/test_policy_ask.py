"""`zr policy ask` and `zr calc policy-consultation`: the same replies on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.policy import given_consult as given
from zhirong.cli import policy
from zhirong.policy.calc import ENGINES

ASKED = "转让专利一年赚了800万，企业所得税怎么减？"


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = policy.main(["ask", *words])
    told = capsys.readouterr()
    return code, told.out, told.err


def test_an_answer_is_printed_with_its_citations(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, ASKED, "--date", "2022-12-01")
    assert code == 0
    assert "测算为 6,500,000 元" in out.splitlines()[0]
    assert "[cn-tech-transfer-income c-amount; stated]" in out


def test_a_refusal_is_printed_with_the_way_out(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, "Does Qingdao pay interest on patent-pledge loans?", "--date", "2022-12-01")
    assert code == 1
    assert "Qingdao" in out
    assert "not about this" in out
    assert "service window" in out


def test_what_cannot_be_read_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = said(capsys, "福田质押贷款三百五万元贴息多少")
    assert (code, out) == (2, "")
    assert "不止一种读法" in err


def test_other_folders_can_be_asked(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, _, _ = said(capsys, ASKED, "--date", "2022-12-01", "--measures", str(tmp_path))
    assert code == 1
    code, out, _ = said(capsys, ASKED, "--date", "2022-12-01", "--measures", "zhirong/policy/measures", "--json")
    assert code == 0
    assert json.loads(out)["clauses"][0] == {"measure": "cn-tech-transfer-income", "clause": "c-amount"}


def test_the_calculation_gives_the_same_reply() -> None:
    found = ENGINES["policy-consultation"].run({"question": ASKED, "day": "2022-12-01"})
    assert found["answered"] is True
    assert found["computed"]["decision"]["amount_if_met"] == "6500000.00"
    assert [one["clause"] for one in found["clauses"]] == [clause for _, clause in given.asked(ASKED).ranked]
