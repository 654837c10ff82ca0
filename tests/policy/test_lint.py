"""The lint names what is wrong with a measure file; the mutation check names what no case looks at."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.policy import given_policy
from tests.policy.given_policy import a_leaf, a_version
from zhirong.cli import policy
from zhirong.policy.engine import lint, mutate

NAMES = {"zh": "名", "en": "name"}


def said(**changed: Any) -> str:
    return " | ".join(
        f"{place} {what}" for place, what in lint.findings(given_policy.raw(**changed), given_policy.known())
    )


def with_rule(rule: str) -> dict[str, Any]:
    return {"versions": [a_version(eligibility={"all": [a_leaf("one", rule), a_leaf("two", "is_local")]})]}


def row(since: str, until: str | None, **more: Any) -> dict[str, Any]:
    end = date.fromisoformat(until) if until else None
    return {"from": date.fromisoformat(since), "to": end, "value": 1, "clause": "c", **more}


def rate(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"parameters": {"rate": {"unit": "/1", "values": list(rows)}}}


def test_a_right_file_has_no_finding() -> None:
    assert said() == ""


@pytest.mark.parametrize(
    ("changed", "finding"),
    [
        ({"colour": 1}, "does not know the name “colour”"),
        (
            {"title": {"zh": "甲", "乙": None, "en": "x"}},
            "holds an empty name “乙” (a comma in a text without quotes?)",
        ),
        ({"kind": "gift"}, "measure.kind is none of payment"),
        ({"versions": [a_version(), a_version(id="2023")]}, "two periods hold on 2022-01-01"),
        ({"versions": [a_version(to=date(2021, 1, 1))]}, "ends on 2021-01-01, before it begins"),
        ({"clauses": []}, "names no clause: “c”"),
        ({"sources": []}, "has no source: “s”"),
        (with_rule("staf <= 10"), "“staf” at character 1 is neither a fact nor a parameter"),
        (with_rule("p.rat <= 10"), "“p.rat”"),
        (with_rule("staff <= sales"), "is in CNY where person is needed"),
        (with_rule("sales + days(founded_on, settled_on) > 1"), "is in day where CNY is needed"),
        (with_rule("founded_on > 3"), "got a number where a date is needed"),
        (with_rule('form == "buy"'), "“buy”, compared at character"),
        (with_rule("staff"), "is no condition but a number"),
        (with_rule("1 < 2"), "is dead: it asks for no fact"),
        (with_rule("is_local"), "leaf two is dead: it says what one says"),
        (with_rule("staff == staff"), "is dead: it can be only true"),
        (rate(row("2022-01-01", None), row("2022-06-01", None)), "two periods hold on 2022-06-01"),
        (rate(row("2022-02-01", None)), "has no value on 2022-01-01"),
        (rate(row("2022-01-01", "2022-05-31"), row("2022-06-02", None)), "has no value on 2022-06-01"),
        (rate({**row("2022-01-01", None), "value": None}), "has no value; only a draft may leave it open"),
        ({"windows": [{"from": "2022-06-02T09:00:00", "to": "x", "clause": "c"}]}, "is no instant"),
        (
            {
                "clauses": [
                    {"id": "c", "source": "s", "certainty": "stated", "says": NAMES, "quote": "贴息", "span": [3, 9]}
                ]
            },
            "the span is not as long as the quotation (2)",
        ),
        (
            {"cumulation": [{"rule": "joint_cap", "scope": "x", "with": [], "clause": "c"}]},
            "a limit belongs to joint_cap",
        ),
        ({"materials": [{"id": "m", "zh": "甲", "en": "a", "proves": ["nobody"]}]}, "proves no leaf: “nobody”"),
    ],
)
def test_what_is_wrong_is_named(changed: dict[str, Any], finding: str) -> None:
    assert finding in said(**changed)


def test_what_may_be_left_out_may_also_be_nothing() -> None:
    raw = given_policy.raw(materials=[{"id": "m", "zh": "甲", "en": "a", "proves": [], "when": None}])
    for name in ("unit", "tags"):
        del raw[name]
    del raw["versions"][0]["certainty"]
    assert lint.findings(raw, given_policy.known()) == []


def test_an_unused_parameter_is_named() -> None:
    values = [row("2022-01-01", None)]
    parameters = {"rate": {"unit": "/1", "values": values}, "idle": {"unit": "/1", "values": values}}
    assert said(parameters=parameters) == "parameters.idle is used nowhere"


def test_anything_but_a_measure_is_named_and_never_breaks() -> None:
    for raw in (None, 3, [], {}, {"versions": 3}, given_policy.raw(versions=[{}]), given_policy.raw(clauses=[None])):
        assert lint.findings(raw, given_policy.known())


def a_case(name: str, expect: dict[str, Any], **given_facts: Any) -> dict[str, Any]:
    return {"name": name, "date": date(2022, 6, 1), "facts": given_facts, "expect": expect}


def test_what_no_case_looks_at_survives() -> None:
    base = {"is_local": True, "staff": 3, "sales": 100}
    raw = given_policy.raw(test_base=base, tests=[a_case("plain", {"eligible": "met", "amount": "50.00"})])
    survivors = [one.what for one in mutate.mutants(raw, given_policy.known()) if not one.is_killed]
    assert [what.rpartition(".")[2] for what in survivors] == [
        "if made true",
        "if made true",
        "if at 7: <= flipped",
    ]


def test_the_check_fails_and_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    raw = given_policy.raw(tests=[a_case("wrong", {"eligible": "met"}, is_local=False, staff=1)])
    raw["parameters"]["rate"]["values"][0]["value"] = 1
    (tmp_path / "one.yaml").write_text(yaml.safe_dump(raw, allow_unicode=True), "utf-8")
    facts = {"format": "policy-facts/1", "about": NAMES, "facts": given_policy.FACTS}
    (tmp_path / "facts.yaml").write_text(yaml.safe_dump(facts, allow_unicode=True), "utf-8")
    (tmp_path / "other.yaml").write_text("format: something/1", "utf-8")
    assert policy.main(["check", str(tmp_path)]) == 1
    told = capsys.readouterr().out
    assert "FAIL x-one: wrong: eligible: expected met, found not_met" in told
    assert "does not fit the format" in told
    assert told.endswith("1 passed, 2 failed\n")


def test_an_empty_or_missing_folder_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert policy.main(["check", str(tmp_path / "nowhere")]) == 1
    assert capsys.readouterr().out.endswith("0 passed, 2 failed\n")
