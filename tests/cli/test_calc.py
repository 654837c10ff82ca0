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
        ([], ["input is not of type object"]),
        ({}, ["input.fen is missing"]),
        ({"fen": "1"}, ["input.fen is not of type integer"]),
        ({"fen": 1.0}, ["input.fen is not of type integer"]),
        ({"fen": True}, ["input.fen is not of type integer"]),
        ({"fen": -1}, ["input.fen is not between 0 and 999999999999999999"]),
        ({"fen": 1, "jiao": 2}, ["input.jiao is unknown"]),
    ],
)
def test_an_input_that_does_not_fit_is_refused_and_says_where(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], given: Any, wrong: Any
) -> None:
    exit_code, told = computed(monkeypatch, capsys, "capitals", given)
    assert (exit_code, told["refused"], told["facts"]["wrong"]) == (2, "calc.misfit", wrong)


@pytest.mark.parametrize(
    "text",
    ["", "{", '{"fen": NaN}', '{"fen": Infinity}', "[" * 100_000, '{"fen": "\\ud800"}', '{"fen": %s}' % ("9" * 5000)],
)
def test_what_is_no_json_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    exit_code, told = computed(monkeypatch, capsys, "capitals", text)
    assert (exit_code, told["refused"]) == (2, "calc.not_json")


def test_bytes_that_are_no_text_are_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b'{"fen": "\xff"}'), "utf-8"))
    assert calc.main(["capitals"]) == 2
    assert json.loads(capsys.readouterr().out)["refused"] == "calc.not_json"


def test_days_instants_and_lengths_are_checked() -> None:
    assert calc.misfits("2026-02-30", {"type": "string", "format": "date"}) == ["input is no date"]
    assert calc.misfits("noon", {"type": "string", "format": "date-time"}) == ["input is no date-time"]
    assert calc.misfits("abc", {"type": "string", "maxLength": 2}) == ["input has 3 characters, not 0 to 2"]
    assert calc.misfits([1], {"type": "array", "minItems": 2}) == ["input has 1 items, not 2 to 1"]


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
    assert calc.main(["nothing"]) == 2


@pytest.mark.parametrize("name", sorted(calc.engines()))
def test_every_engine_takes_an_object_and_says_what_it_is(name: str) -> None:
    engine: Engine = calc.engines()[name]
    assert engine.takes["type"] == "object"
    assert engine.gives["type"] == "object"
    assert engine.line.endswith(".")
