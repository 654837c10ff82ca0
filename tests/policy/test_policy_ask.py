"""`zr policy ask` and `zr calc policy-consultation`: the same replies on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.policy import given_consult as given
from tests.policy import given_measures
from zhirong.cli import __main__ as front_door
from zhirong.cli import policy, policy_ask
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
    assert "ask the office in charge there" in out


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


@pytest.mark.django_db
def test_a_house_is_asked_for_its_own_measures(capsys: pytest.CaptureFixture[str]) -> None:
    question = ["ask", "福建省专利权质押贷款贴息，一家企业合计至多多少？", "--date", "2027-06-01"]
    assert policy_ask.main(question) == 0
    assert "历次合计至多二十万元" in capsys.readouterr().out
    given_measures.an_approved(given_measures.with_ceiling().replace("历次合计至多二十万元", "历次合计至多十五万元"))
    assert policy_ask.main(question) == 0
    assert "历次合计至多十五万元" in capsys.readouterr().out
    assert policy.main(question) == 0
    assert "历次合计至多二十万元" in capsys.readouterr().out


def test_only_a_data_folder_named_brings_the_house(tmp_path: Path) -> None:
    assert front_door.module_of("policy", ["ask", "贴息多少"]) == ("zhirong.cli.policy", False)
    assert front_door.module_of("policy", ["ask", "贴息多少", "--data", str(tmp_path)]) == (
        "zhirong.cli.policy_ask",
        True,
    )


def test_an_english_question_with_a_chinese_name_is_answered_in_english(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = said(capsys, "Which trademarks does 福田 support with interest on loans?", "--date", "2022-12-01")
    assert "No clause here is about" in out


def test_the_calculation_gives_the_same_reply() -> None:
    found = ENGINES["policy-consultation"].run({"question": ASKED, "day": "2022-12-01"})
    assert found["answered"] is True
    assert found["computed"]["decision"]["amount_if_met"] == "6500000.00"
    assert [one["clause"] for one in found["clauses"]] == [clause for _, clause in given.asked(ASKED).ranked]
