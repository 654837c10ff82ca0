"""The calculations of renewal and options: the manual's examples, and each input spoilt in turn."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from zhirong.base import refused
from zhirong.base.refused import Refused
from zhirong.cli import calc
from zhirong.valuation import calc_options, notes
from zhirong.valuation.engine.result import Note

MANUAL = Path(__file__).resolve().parent.parent.parent / "docs" / "manual" / "calc.md"
LINE = re.compile(r"^echo '(.*)' \| \./zr calc ([a-z-]+)$", re.MULTILINE)
ENGINES = calc_options.ENGINES
EXAMPLES = {name: json.loads(text) for text, name in LINE.findall(MANUAL.read_text("utf-8")) if name in ENGINES}
SPOILT = [None, True, "", "x", -1, -0.5, 0, 1e-320, 1e-90, 0.37, 1, 7, 20, 1e6, 1e90, 1e308, float("inf"), 10**400]
SPOILT += [[], {}, "2026-02-30", "0001-01-01", "1979-01-01", "2020-01-01", "2030-06-01", "9999-12-31"]


# Spoilt a hundred times over, a simulation may be small.
SMALL = {"paths": 200, "periods": 8, "dates": 5}
SMALLER = {name: {key: SMALL.get(key, one) for key, one in said.items()} for name, said in EXAMPLES.items()}
# A warning of numpy is a number that left its band unseen.
pytestmark = pytest.mark.filterwarnings("error")


def run(name: str, given: Any) -> Any:
    """What is computed, as JSON that knows no NaN; or the code of a refusal that has both sentences."""
    try:
        found = calc.compute(name, ENGINES[name], given)
    except Refused as no:
        return no.code if all(refused.sentence(no, language) for language in ("zh", "en")) else "bare"
    json.dumps(found, allow_nan=False)
    assert calc.misfits(found, ENGINES[name].gives) == []
    return found


def places(given: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON value; of a list its first two items stand for all."""
    if path:
        yield path
    pairs = given.items() if isinstance(given, dict) else enumerate(given[:2]) if isinstance(given, list) else ()
    for key, value in pairs:
        yield from places(value, (*path, key))


def holder(given: Any, path: tuple[Any, ...]) -> Any:
    for key in path[:-1]:
        given = given[key]
    return given


def test_every_calculation_has_its_example_in_the_manual() -> None:
    assert set(EXAMPLES) == set(ENGINES)


@pytest.mark.parametrize("name", sorted(ENGINES))
def test_the_example_of_the_manual_is_computed_and_its_notes_have_sentences(name: str) -> None:
    found = run(name, EXAMPLES[name])
    assert isinstance(found, dict), found
    for note in found.get("notes", []):
        said = Note(note["code"], note["facts"]) if isinstance(note, dict) else Note(note)
        assert notes.sentence(said, "zh") != notes.sentence(said, "en")


@pytest.mark.parametrize("name", sorted(ENGINES))
def test_an_input_that_is_spoilt_is_computed_finitely_or_refused_in_both_languages(name: str) -> None:
    for path in places(SMALLER[name]):
        for value in SPOILT:
            changed = copy.deepcopy(SMALLER[name])
            holder(changed, path)[path[-1]] = value
            assert run(name, changed) != "bare", (path, value)


@pytest.mark.parametrize("name", sorted(ENGINES))
def test_a_missing_input_is_refused_or_stood_in_for(name: str) -> None:
    for path in places(SMALLER[name]):
        changed = copy.deepcopy(SMALLER[name])
        del holder(changed, path)[path[-1]]
        assert run(name, changed) != "bare", path
    for needed in ENGINES[name].takes["required"]:
        assert run(name, {key: one for key, one in EXAMPLES[name].items() if key != needed}) == "calc.misfit"


def test_the_advice_follows_the_return_that_the_holder_tells() -> None:
    given = EXAMPLES["renewal-advice"]
    poor, rich = (run("renewal-advice", {**given, "yearly_return": one}) for one in (100, 90_000))
    assert (poor["pay"], rich["pay"]) == (False, True)
    assert (poor["next_year"], poor["best_stop_year"], rich["best_stop_year"]) == (9, 8, 20)


def test_there_is_no_advice_where_there_is_no_fee() -> None:
    given = EXAMPLES["renewal-advice"]
    over = {**given, "right": {**given["right"], "is_in_force": False}}
    assert run("renewal-advice", over) == "valuation.no_fees_to_advise_on"


def test_the_fee_vector_of_one_right_goes_by_its_days() -> None:
    days = {"filed_on": "2019-05-06", "granted_on": "2021-08-03"}
    found = run("fee-vector", {"kind": "invention", "day": "2026-11-01", **days})
    assert (found["first_year"], found["sum_fen"]) == (3, 80_500_00)


def test_an_open_licence_takes_15_percent_off_the_years_named() -> None:
    found = run("fee-vector", {"kind": "design", "day": "2026-11-01", "open_from_year": 2, "open_to_year": 3})
    assert found["fen"][:4] == [60_000, 51_000, 51_000, 90_000]


def test_the_published_digits_come_out_of_the_command() -> None:
    assert run("least-squares-paths", EXAMPLES["least-squares-paths"])["range"]["median"] == pytest.approx(
        0.1144, abs=5e-5
    )
    assert run("renewal-option", EXAMPLES["renewal-option"])["figures"]["choice_is_worth"] == pytest.approx(8176, abs=1)
    assert run("renewal-closed-form", EXAMPLES["renewal-closed-form"])["range"]["mean"] == pytest.approx(91_257, abs=2)
