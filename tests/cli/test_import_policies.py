"""`zr import policies`: measures of a folder as drafts that wait for a second person; nothing rules by an import."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.people import given_people
from tests.policy import given_measures as given
from zhirong.cli import imports
from zhirong.policy import kept, reading
from zhirong.policy.models import MeasureText

pytestmark = pytest.mark.django_db


def test_a_folder_is_shown_then_kept_as_drafts_that_wait(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    official = given.an_official()
    new = given.text_of().replace(f"id: {given.LOAN}", "id: cn-sz-new-measure")
    (tmp_path / "new.yaml").write_text(new, "utf-8")
    (tmp_path / "same.yaml").write_text(given.text_of(), "utf-8")
    (tmp_path / "bad.yaml").write_text(given.with_ceiling().replace("fixable: time", "fixable: soon"), "utf-8")
    (tmp_path / "facts.yaml").write_text((reading.OWN / "facts.yaml").read_text("utf-8"), "utf-8")
    (tmp_path / "no.yaml").write_text("just words", "utf-8")
    asked = ["policies", str(tmp_path), "--as", official.login]
    assert imports.main(asked) == 1
    assert not MeasureText.objects.exists()
    assert imports.main([*asked, "--commit"]) == 1
    told = capsys.readouterr().out
    assert "policy-facts/1, left out: it is no measure" in told
    assert f"{given.LOAN}, rules already" in told
    assert "is none of action|time|never" in told
    assert {one.name: one.state for one in MeasureText.objects.all()} == {
        "cn-sz-new-measure": "waiting",
        given.LOAN: "draft",
    }
    assert kept.base().measures == reading.own().measures
    # Brought twice it is kept once.
    imports.main([*asked, "--commit"])
    assert MeasureText.objects.count() == 2


def test_only_those_who_draft_bring_measures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "new.yaml").write_text(given.with_ceiling(), "utf-8")
    auditor = given_people.a_person("auditor")
    assert imports.main(["policies", str(tmp_path / "new.yaml"), "--as", auditor.login, "--commit"]) == 2
    assert not MeasureText.objects.exists()


def test_the_measures_of_the_shared_folder_pass_their_gate(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    official = given.an_official()
    imports.main(["policies", str(shared / "policies"), "--as", official.login, "--commit"])
    told = capsys.readouterr().out
    assert told.count("rules already") + MeasureText.objects.filter(state="waiting").count() == 10, told
