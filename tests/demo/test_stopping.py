"""Ctrl+C before the house is open: one line, no traceback, and which folder is of no more use."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import NoReturn

import pytest

from zhirong import server
from zhirong.demo import __main__ as demo
from zhirong.demo import cast


def interrupted(*args: object, **options: object) -> NoReturn:
    raise KeyboardInterrupt


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> None:
    """A house that opens without a data folder of its own: the tests have theirs."""
    standing = SimpleNamespace(open_house=lambda folder: None)
    monkeypatch.setattr(demo.importlib, "import_module", lambda name: standing)
    monkeypatch.setenv("ZR_DATA", "")


@pytest.mark.usefixtures("opened")
def test_a_load_that_is_cut_off_says_which_folder_to_remove(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "demo"
    monkeypatch.setattr(demo, "load", interrupted)
    assert demo.main(["--data", str(folder)]) == 130
    told = capsys.readouterr().err
    assert told == f"加载已中断，请删除 {folder} 后重新开始。/ Loading was cut off; remove {folder} and start again.\n"
    # What is left is refused until somebody removes it.
    assert demo.main(["--data", str(folder)]) == 2


def test_a_demo_that_was_loaded_is_only_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / demo.MARK).write_text(json.dumps({}), "utf-8")
    (tmp_path / demo.LOADED).write_text("loaded\n", "utf-8")
    monkeypatch.setenv("ZR_DATA", "")
    monkeypatch.setattr(server, "open_house", interrupted)
    assert demo.main(["--data", str(tmp_path)]) == 130
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "start it again" in told
    assert "remove" not in told


def test_serving_that_is_cut_off_while_it_opens_says_so_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(server, "open_house", interrupted)
    assert server.main(["--data", "nowhere"]) == 130
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "start it again" in told


def test_the_cast_has_the_same_names_in_both_languages() -> None:
    shown = cast.shown()
    assert {one["login"]: one["zh"]["name"] for one in shown} == {one["login"]: one["en"]["name"] for one in shown}
    assert next(one["en"]["name"] for one in shown if one["login"] == "chen") == "陈思齐"
