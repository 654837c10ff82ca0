"""`./zr policy screen`: the same counts as the pages, for those who may see them."""

from __future__ import annotations

import csv
import io

import pytest

from tests.policy import given_reach
from tests.policy.given_reach import HNTE, HONOURS
from tests.registry import given_rights
from zhirong.cli import policy_screen

pytestmark = pytest.mark.django_db


def rows(capsys: pytest.CaptureFixture[str], *argv: str) -> list[dict[str, str]]:
    assert policy_screen.main(["screen", "--as", given_reach.an_official().login, *argv]) == 0
    return list(csv.DictReader(io.StringIO(capsys.readouterr().out)))


def test_all_measures_over_everybody_as_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    given_reach.an_enterprise("甲公司", HONOURS)
    (row,) = [one for one in rows(capsys) if one["measure"] == HONOURS]
    assert (row["met"], row["due_yuan"], row["unknown"]) == ("1", "21000.00", "0")


def test_who_is_near_one_measure_with_the_conditions(capsys: pytest.CaptureFixture[str]) -> None:
    given_reach.an_enterprise("乙公司", HNTE, innovation_score=70)
    (row,) = rows(capsys, "--measure", HNTE)
    assert (row["name"], row["short"], row["conditions"], row["worth_yuan"]) == ("乙公司", "1", "score", "")
    assert rows(capsys, "--measure", HNTE, "--way", "action") == []


def test_nobody_else_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    given_reach.an_enterprise("乙公司", HNTE, innovation_score=70)
    stranger = given_rights.a_person("holder").login
    assert policy_screen.main(["screen", "--as", stranger, "--measure", HNTE]) == 2
    official = given_reach.an_official().login
    assert policy_screen.main(["screen", "--as", official, "--measure", "none"]) == 2
    assert "乙公司" not in capsys.readouterr().out
