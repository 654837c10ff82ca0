"""What every calculation's record owes its reader: each input with source, day and grade, and what moves the median."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.valuation import test_calc_quality
from zhirong.cli import calc
from zhirong.valuation.calc import ENGINES
from zhirong.valuation.engine.result import Grade

MANUAL = (Path(__file__).parents[2] / "docs" / "manual" / "calc.md").read_text("utf-8")
ON_ONE_LINE = re.compile(r"^echo '(.*)' \| \./zr calc ([a-z-]+)$", re.MULTILINE)
ON_MORE = re.compile(r"^\./zr calc ([a-z-]+) <<'END'\n(.*?)\nEND$", re.MULTILINE | re.DOTALL)
EXAMPLES: dict[str, Any] = {
    **test_calc_quality.EXAMPLES,
    **{name: json.loads(text) for name, text in ON_MORE.findall(MANUAL) if name in ENGINES},
    **{name: json.loads(text) for text, name in ON_ONE_LINE.findall(MANUAL) if name in ENGINES},
}
YEAR = re.compile(r"(?:19|20)\d\d")
RECORDS = ("inputs", "sensitivities", "range", "value_date", "parameters_sha256")
# With back-tested errors nothing assumed weighs; a settled claim has one amount; a given median is moved by nothing.
NOTHING_MOVES = {"reconcile", "infringement-damages", "conformal-range"}


def records(name: str) -> list[Any]:
    found = calc.compute(name, ENGINES[name], EXAMPLES[name])
    return [one for one in found.get("results", [found]) if all(key in one for key in RECORDS)]


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_every_input_has_its_source_its_day_and_its_grade(name: str) -> None:
    for found in records(name):
        assert found["inputs"], "a result without inputs tells nobody what it stands on"
        for one in found["inputs"]:
            assert one["source"], one
            # Of an old book or paper the year alone is known; it stands in the name of the source.
            assert one["on"] or YEAR.search(str(one["source"])), one
            assert one["grade"] in set(Grade), one


@pytest.mark.parametrize("name", sorted(set(EXAMPLES) - NOTHING_MOVES))
def test_a_range_says_what_moves_its_median(name: str) -> None:
    for found in records(name):
        if found["range"] is None:
            continue
        median = found["range"]["median"]
        assert found["sensitivities"]
        for one in found["sensitivities"]:
            assert one["low"] <= one["high"], one
        assert any(
            min(one["median_at_low"], one["median_at_high"])
            <= median
            <= max(one["median_at_low"], one["median_at_high"])
            and one["median_at_low"] != one["median_at_high"]
            for one in found["sensitivities"]
        )


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_every_note_speaks_both_languages(name: str) -> None:
    found = calc.compute(name, ENGINES[name], EXAMPLES[name])
    for one in (found, *found.get("results", ())):
        for note in one.get("notes", ()):
            assert "{" not in note["zh"] + note["en"]
            assert any("\u4e00" <= letter <= "\u9fff" for letter in note["zh"])
            assert note["en"].endswith(".")


def test_every_calculation_of_valuation_has_its_example() -> None:
    assert set(ENGINES) == set(EXAMPLES)


def test_the_calculations_that_are_asked_for_by_name_are_there() -> None:
    asked = {"american-option", "renewal-option", "relief-from-royalty", "ratio-study", "marketability-discount"}
    assert asked | {"citation-quality", "lending-value"} <= set(ENGINES)


def test_a_figure_of_the_house_is_no_figure_of_law() -> None:
    told = {one["name"]: one["grade"] for one in records("income-paths")[0]["inputs"]}
    assert (told["volatility"], told["spread"], told["tax"]) == ("assumed", "assumed", "figure")
    option = {one["name"]: one for one in calc_option()["inputs"]}
    assert option["volatility"]["grade"] == "assumed"
    assert option["yearly_return"]["grade"] == "stated"


def calc_option() -> Any:
    return calc.compute(
        "renewal-option",
        ENGINES["renewal-option"],
        {"value_date": "2026-11-01", "kind": "invention", "yearly_return": 2000},
    )


def test_an_end_that_the_method_refuses_stays_where_the_figure_is() -> None:
    given = {"value_date": "2026-11-01", "spot": 10, "strike": 9, "years": 0.5, "rate": 0.03, "volatility": 0.3}
    found = calc.compute("american-option", ENGINES["american-option"], given)
    years = next(one for one in found["sensitivities"] if one["name"] == "years")
    assert (years["low"], years["median_at_low"]) == (0.5, found["range"]["median"])
    assert years["high"] == 1.5
