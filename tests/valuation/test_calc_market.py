"""Every calculation of the market approach by its name: the manual's example, and each input spoilt in turn."""

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
from zhirong.valuation import calc_market

MANUAL = (Path(__file__).parents[2] / "docs" / "manual" / "calc.md").read_text("utf-8")
NAMES = sorted(calc_market.ENGINES)
SPOILT = [
    None,
    True,
    "x",
    -1,
    0,
    1e999,
    -1e999,
    10**400,
    1e308,
    5e-324,
    [],
    {},
    "2026-02-30",
    "0001-01-01",
    "9999-12-31",
]


def example(name: str) -> Any:
    """The input that the manual gives this calculation."""
    heard = re.search(rf"^\./zr calc {name} <<'END'\n(.*?)\nEND$", MANUAL, re.M | re.S)
    piped = re.search(rf"^echo '(.*)' \| \./zr calc {name}$", MANUAL, re.M)
    found = heard or piped
    assert found, f"the manual has no example of {name}"
    return json.loads(found[1])


def run(name: str, given: Any) -> Any:
    """What it gives, fit for JSON and for its schema, without an infinite number."""
    engine = calc.engines()[name]
    gives = json.loads(json.dumps(calc.compute(name, engine, given), allow_nan=False))
    assert calc.misfits(gives, engine.gives) == []
    return gives


def answered_or_refused(name: str, given: Any) -> None:
    """Computed finitely, or refused with both sentences."""
    try:
        run(name, given)
    except Refused as no:
        sentences = [refused.sentence(no, language) for language in ("zh", "en")]
    else:
        sentences = []
    assert all(sentences)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    keys = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield from places(value[key], (*path, key))


def spoilt(given: Any, path: tuple[Any, ...], value: Any) -> Any:
    changed = copy.deepcopy(given)
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return changed


@pytest.mark.parametrize("name", NAMES)
def test_the_example_of_the_manual_is_computed(name: str):
    assert run(name, example(name)) == run(name, example(name))


@pytest.mark.parametrize("name", [one for one in NAMES if one != "simulated-coverage"])
def test_each_input_spoilt_in_turn_is_computed_finitely_or_refused_in_both_languages(name: str):
    given = example(name)
    for path in [one for one in places(given) if one]:
        for value in SPOILT:
            answered_or_refused(name, spoilt(given, path, value))


@pytest.mark.parametrize("value", SPOILT)
@pytest.mark.parametrize("path", ["day", "deals", "tested", "calibrating_percent", "seed"])
def test_a_simulation_refuses_what_is_out_of_its_bounds(path: str, value: Any):
    small = {**example("simulated-coverage"), "deals": 50, "tested": 100}
    answered_or_refused("simulated-coverage", {**small, path: value})


@pytest.mark.parametrize("name", NAMES)
def test_an_input_that_is_missing_is_named(name: str):
    for needed in calc_market.ENGINES[name].takes["required"]:
        given = {key: value for key, value in example(name).items() if key != needed}
        with pytest.raises(Refused) as no:
            run(name, given)
        assert no.value.facts["wrong"] == [f"input.{needed} is missing"]


def test_a_value_comes_as_the_one_record_with_its_hash():
    found = run("hedonic-predict", example("hedonic-predict"))
    assert (found["method"], found["value_date"], found["currency"]) == ("hedonic", "2026-11-01", "CNY")
    assert len(found["parameters_sha256"]) == 64
    assert found["figures"]["basis"] == "untested"
    assert {one["code"] for one in found["notes"]} == {"market.few_deals", "market.range_untested"}
    assert found["range"]["p5"] < found["range"]["median"] < found["range"]["p95"]


def test_the_result_does_not_know_the_unit_of_money():
    given = example("hedonic-predict")
    for deal in given["deals"]:
        deal["price"] *= 1000
    here, there = run("hedonic-predict", example("hedonic-predict")), run("hedonic-predict", given)
    for name, value in here["range"].items():
        assert there["range"][name] == pytest.approx(1000 * value, rel=1e-9)


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        (("deals", 0, "rights", 0, "values"), [1, 2], "valuation.uneven"),
        (("deals", 0, "rights", 0, "values"), [], "valuation.uneven"),
        (("deals", 0, "rights", 0, "levels"), [], "valuation.uneven"),
        (("columns",), ["a", "a"], "valuation.uneven"),
        (("deals", 0, "price"), 1e999, "valuation.not_finite"),
        (("deals", 0, "price"), 10**400, "valuation.not_finite"),
        (("deals", 0, "price"), 0, "valuation.not_positive"),
        (("deals", 0, "on"), "0001-01-01", "valuation.outside_band"),
        (("deals", 0, "on"), "2026-02-30", "calc.misfit"),
        (("deals", 0, "on"), "2026-11-02", "valuation.deal_to_come"),
    ],
)
def test_a_spoilt_deal_is_refused_for_its_own_reason(path: Any, value: Any, code: str):
    with pytest.raises(Refused) as no:
        run("hedonic-fit", spoilt(example("hedonic-fit"), path, value))
    assert no.value.code == code


def test_quantiles_that_fall_are_refused():
    given = spoilt(example("drift"), ("predictions", 0, "range", "p5"), 1000)
    with pytest.raises(Refused) as no:
        run("drift", given)
    assert no.value.code == "valuation.not_rising"


def test_too_many_rights_are_refused_before_any_work():
    given = example("hedonic-fit")
    given["deals"] = [{**given["deals"][0], "rights": given["deals"][0]["rights"] * 200}] * 16
    with pytest.raises(Refused) as no:
        run("hedonic-fit", given)
    assert no.value.code == "valuation.too_many_rights"
