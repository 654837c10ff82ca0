"""`zr import facts` and `zr import places`: shown first, with every fault, and taken in when asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.enterprises import given_enterprises as given
from zhirong.cli import imports
from zhirong.enterprises.models import Place, Statement
from zhirong.papers import sheet_reader

pytestmark = pytest.mark.django_db


def test_facts_are_shown_and_taken_in_when_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given.an_enterprise(code=given.CODES[0])
    who = given.an_official()
    sheet = tmp_path / "facts.csv"
    sheet.write_text(f"统一社会信用代码,事实,值,单位,来源\n{given.CODES[0]},贷款本金,300,万元,银行\n", "utf-8")
    assert imports.main(["facts", str(sheet), "--as", who.login]) == imports.FINE
    said = capsys.readouterr().out
    assert "1 rows of 1 enterprises, 0 faults" in said
    assert "3,000,000" in said
    assert not Statement.objects.exists()
    assert imports.main(["facts", str(sheet), "--as", who.login, "--commit"]) == imports.FINE
    assert "taken in: 1 new facts" in capsys.readouterr().out
    sheet.write_text(f"统一社会信用代码,事实,值,来源\n{given.CODES[0]},贷款本金,三百五,银行\n", "utf-8")
    assert imports.main(["facts", str(sheet), "--as", who.login, "--commit"]) == imports.FAULTY
    assert "row 2, 值" in capsys.readouterr().out
    assert Statement.objects.count() == 1


def test_places_and_their_template(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    who = given.an_official()
    sheet = tmp_path / "places.csv"
    sheet.write_text("编号,类别,名称\nFT-A,街道,莲花街道\n", "utf-8")
    assert imports.main(["places", str(sheet), "--as", who.login, "--commit"]) == imports.FINE
    assert Place.objects.get().name == "莲花街道"
    stranger = given.a_member(given.an_enterprise())
    assert imports.main(["places", str(sheet), "--as", stranger.login]) == imports.REFUSED
    for what in ("facts", "places"):
        assert imports.main([what, "--sample", str(tmp_path / f"{what}.xlsx")]) == imports.FINE
        assert sheet_reader.read((tmp_path / f"{what}.xlsx").read_bytes(), name=what).rows
    capsys.readouterr()
