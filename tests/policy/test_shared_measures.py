"""The open measures of the shared folder: every case to the cent, every portfolio case, every mutant noticed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from zhirong.cli import policy
from zhirong.policy import checking

FOLDER = Path(os.environ.get("ZR_SHARED", "../shared")) / "policies"

pytestmark = pytest.mark.usefixtures("shared")


def test_every_case_of_the_open_measures_is_exact_and_every_mutant_is_noticed() -> None:
    found = list(checking.check([FOLDER], with_mutants=True))
    assert [one for one in found if one.problems] == []
    assert len([one for one in found if ": mutant " in one.what]) == 171
    assert len([one for one in found if one.what.startswith("portfolio: ")]) == 5


def test_the_check_ends_with_its_count(capsys: pytest.CaptureFixture[str]) -> None:
    assert policy.main(["check", str(FOLDER)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "130 passed, 0 failed"


def test_the_same_id_in_two_folders_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert policy.main(["check", str(FOLDER), str(FOLDER)]) == 1
    assert "Not loaded: “cn-hnte-recognition” stands twice" in capsys.readouterr().out
