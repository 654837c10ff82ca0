"""`zr calc`: engines from JSON to JSON."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from zhirong.base.engines import Engine
from zhirong.cli import calc


def computed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, given: Any
) -> tuple[int, Any]:
    monkeypatch.setattr("sys.stdin", io.StringIO(given if isinstance(given, str) else json.dumps(given)))
    exit_code = calc.main([name])
    return exit_code, json.loads(capsys.readouterr().out)


def test_an_amount_is_written_in_capitals(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    exit_code, told = computed(monkeypatch, capsys, "capitals", {"fen": 128_000_000})
    assert (exit_code, told["capitals"]) == (0, "壹佰贰拾捌万元整")


def test_a_rule_that_says_no_exits_2_in_both_languages(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    exit_code, told = computed(monkeypatch, capsys, "patent-number", {"number": "ZL201911324567.9"})
    assert exit_code == 2
    assert told["refused"].startswith("number.")
    assert told["zh"] != told["en"]
    assert "{" not in told["zh"] + told["en"]


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ("{", "not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        ([], ["input is not of type object"]),
        ({}, ["input.fen is missing"]),
        ({"fen": "1"}, ["input.fen is not of type integer"]),
        ({"fen": True}, ["input.fen is not of type integer"]),
        ({"fen": -1}, ["input.fen is not between 0 and 999999999999999999"]),
        ({"fen": 1, "jiao": 2}, ["input.jiao is unknown"]),
    ],
)
def test_an_input_that_does_not_fit_exits_1_and_says_where(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], given: Any, wrong: Any
) -> None:
    exit_code, told = computed(monkeypatch, capsys, "capitals", given)
    assert (exit_code, told) == (1, {"input": wrong})


def test_items_of_a_list_are_checked_each() -> None:
    schema = {"type": "array", "items": {"type": ["integer", "null"]}}
    assert calc.misfits([1, None, "x"], schema) == ["input[2] is not of type integer or null"]
    assert calc.misfits("b", {"enum": ["a"]}) == ["input is none of ['a']"]


def test_list_and_schema_tell_about_every_engine(capsys: pytest.CaptureFixture[str]) -> None:
    assert calc.main(["--list"]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in listed] == sorted(calc.engines())
    assert calc.main(["capitals", "--schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    assert schema["input"]["required"] == ["fen"]
    assert calc.main(["nothing"]) == 1


@pytest.mark.parametrize("name", sorted(calc.engines()))
def test_every_engine_takes_an_object_and_says_what_it_is(name: str) -> None:
    engine: Engine = calc.engines()[name]
    assert engine.takes["type"] == "object"
    assert engine.gives["type"] == "object"
    assert engine.line.endswith(".")
