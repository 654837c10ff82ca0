"""`zr calc` of cost and income: the manual's examples, and what spoilt inputs are told."""

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
from zhirong.valuation import calc_income

MANUAL = Path(__file__).parents[2] / "docs" / "manual" / "calc.md"
BLOCK = re.compile(r"^\./zr calc ([\w-]+) <<'END'\n(.*?)\nEND$", re.M | re.S)
LINE = re.compile(r"^echo '(\{.*\})' \| \./zr calc ([\w-]+)$", re.M)
DONE, NO = "computed", "refused"


def examples() -> dict[str, Any]:
    """The manual's inputs of our calculations by name."""
    text = MANUAL.read_text("utf-8")
    found = {name: json.loads(given) for name, given in BLOCK.findall(text)}
    found |= {name: json.loads(given) for given, name in LINE.findall(text)}
    return {name: found[name] for name in calc_income.ENGINES}


def run(name: str, given: Any) -> Any:
    """As the command line would: read as JSON, judged by the schema, answered as JSON without a figure it lacks."""
    engine = calc_income.ENGINES[name]
    answer = calc.compute(name, engine, json.loads(json.dumps(given)))
    assert calc.misfits(answer, engine.gives) == []
    json.dumps(answer, allow_nan=False)
    return answer


@pytest.mark.parametrize("name", list(calc_income.ENGINES))
def test_the_manuals_example_is_computed(name: str) -> None:
    run(name, examples()[name])


def test_the_manuals_figures_are_what_it_computes() -> None:
    found = run("relief-from-royalty", examples()["relief-from-royalty"])
    assert found["range"]["median"] == pytest.approx(194_163.763, abs=0.01)
    assert (found["method"], found["value_date"], found["currency"]) == ("relief-from-royalty", "2026-11-01", "CNY")
    assert len(found["parameters_sha256"]) == 64


def test_the_benefit_takes_the_law_of_the_day_and_names_it() -> None:
    found = run("tax-amortisation-benefit", examples()["tax-amortisation-benefit"])
    assert (found["tax"], found["amortisation_years"]) == (0.15, 10)
    assert found["sources"]["tax"].startswith("企业所得税法")


def test_the_royalty_of_the_manual_lies_at_its_score_in_the_band() -> None:
    found = run("royalty-rate", examples()["royalty-rate"])
    assert (found["score"], found["rate"]) == pytest.approx((0.71, 0.03 + 0.015 * 0.71))
    assert [note["code"] for note in found["notes"]] == ["band_from_memory"]


def test_a_range_does_not_depend_on_what_else_is_asked() -> None:
    given = examples()["income-paths"]
    alone = run("income-paths", given)["results"][0]
    other = given["rights"][0] | {"volatility_class": 8, "life": 20}
    among = run("income-paths", given | {"rights": [other, given["rights"][0]]})["results"][1]
    assert among == alone
    assert alone["range"]["p5"] < alone["range"]["median"] < alone["range"]["mean"] < alone["range"]["p95"]


def test_the_median_moves_as_the_sensitivity_says() -> None:
    given = examples()["income-paths"]
    found = run("income-paths", given)["results"][0]
    right = given["rights"][0]
    moved = run("income-paths", given | {"rights": [right | {"discount": found["sensitivities"][0]["low"]}]})
    assert moved["results"][0]["range"]["median"] == found["sensitivities"][0]["median_at_low"]


def test_an_unknown_industry_is_told_the_known_ones() -> None:
    given = examples()["royalty-rate"] | {"industry": "alchemy"}
    with pytest.raises(Refused) as no:
        run("royalty-rate", given)
    assert "machinery" in refused.sentence(no.value, "en")


@pytest.mark.parametrize(
    ("name", "more", "less"),
    [
        ("relief-from-royalty", {"tax_status": "standard"}, ()),
        ("relief-from-royalty", {}, ("tax",)),
        ("royalty-rate", {"band": [0.01, 0.02]}, ()),
        ("royalty-rate", {}, ("industry",)),
        ("cost-approach", {"technical": 0.1}, ()),
    ],
)
def test_of_two_ways_to_say_it_one_is_needed(name: str, more: dict[str, Any], less: tuple[str, ...]) -> None:
    given = {key: value for key, value in (examples()[name] | more).items() if key not in less}
    with pytest.raises(Refused) as no:
        run(name, given)
    assert no.value.code == "valuation.one_of_two"


def test_a_day_before_the_law_is_refused() -> None:
    with pytest.raises(Refused) as no:
        run("tax-amortisation-benefit", examples()["tax-amortisation-benefit"] | {"value_date": "2007-12-31"})
    assert no.value.code == "dated.not_ruled"


SPOILT = (
    None,
    "x",
    True,
    -1,
    0,
    1e999,
    1e300,
    -1e300,
    10**400,
    5e-324,
    [],
    {},
    "2026-02-30",
    "0001-01-01",
    "9999-12-31",
)


def places(given: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value inside, those of lists by their first one."""
    if way:
        yield way
    inside = given.items() if isinstance(given, dict) else enumerate(given[:1]) if isinstance(given, list) else ()
    for name, value in inside:
        yield from places(value, (*way, name))


def spoilt(given: Any, way: tuple[Any, ...]) -> Iterator[Any]:
    """The input without this value, and with each of the bad ones in its place."""
    for bad in (*SPOILT, "gone"):
        changed = copy.deepcopy(given)
        holder = changed
        for name in way[:-1]:
            holder = holder[name]
        if bad == "gone":
            del holder[way[-1]]
        else:
            holder[way[-1]] = bad
        yield changed


@pytest.mark.parametrize("name", list(calc_income.ENGINES))
def test_a_spoilt_input_is_computed_finitely_or_refused_in_both_languages(name: str) -> None:
    given = examples()[name]
    if name == "income-paths":
        given["paths"] = 256
    ends = {outcome(name, changed) for way in places(given) for changed in spoilt(given, way)}
    assert ends == {DONE, NO}


def outcome(name: str, given: Any) -> str:
    try:
        run(name, given)
    except Refused as no:
        return NO if all("{" not in refused.sentence(no, language) for language in ("zh", "en")) else "half said"
    return DONE
