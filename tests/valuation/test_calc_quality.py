"""`zr calc` of citations, quality, the index and weights: every example computes, every spoilt input is refused."""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from zhirong.base import refused
from zhirong.base.refused import Refused
from zhirong.cli import calc
from zhirong.valuation import indices, notes
from zhirong.valuation.calc_quality import ENGINES
from zhirong.valuation.engine.result import Note

Json = dict[str, Any]
EXAMPLES: dict[str, Json] = {
    "citation-quality": {
        "day": "2026-11-01",
        "years": 4.5,
        "citations": {"others": 6, "owner": 2},
        "priors": [{"source": "others", "a": 0.7, "b": 0.1}],
        "lag_shares": [0.05, 0.15, 0.2, 0.2, 0.15, 0.1, 0.1, 0.05],
        "observed": [
            {"source": "owner", "field": 3, "office": "CN", "citations": count, "years": 6.0} for count in (0, 1, 4)
        ],
        "field": 3,
        "office": "CN",
        "level": 0.8,
    },
    "cohort-percentile": {
        "day": "2026-11-01",
        "least": 3,
        "right": {"field": 3, "section": "H", "filing_year": 2018, "office": "CN", "value": 6.0},
        "observed": [
            {"field": 3, "section": "H", "filing_year": 2018, "office": "CN", "value": value}
            for value in (1.0, 4.0, 9.0)
        ],
    },
    "patent-indicators": {
        "day": "2026-11-01",
        "symbols": ["G06F 17/30", "H04L 9/08"],
        "cited": [["G06F 16/00"], ["H04W 4/00", "G06Q 10/00"]],
        "citing": [["G06F 21/00"], ["A61B 5/00"]],
        "claims": 12,
        "family": 4,
        "years_kept": 8,
        "filed_on": "2018-03-01",
        "granted_on": "2020-05-12",
        "cohort": {"claims": [5, 8, 10, 20], "grant_lag": [1.5, 2.5, 4.0], "scope": [1, 2, 4]},
    },
    "asset-index": {
        "day": "2026-11-01",
        "reference": "US",
        "sizes": [{"office": "US", "gni": 25000}, {"office": "CN", "gni": 17500}],
        "families": [
            {"name": "A", "citations": 6.0, "cohort_mean": 4.0, "active": ["CN", "US"]},
            {"name": "B", "citations": 3.0, "cohort_mean": 4.0, "active": []},
        ],
    },
    "value-index": {
        "day": "2026-11-01",
        "scenario": "finance",
        "right": {
            "kind": "invention",
            "claims": 12,
            "family": 4,
            "holders": 1,
            "filed_on": "2018-03-01",
            "term_ends_on": "2038-02-28",
            "is_in_force": True,
            "paid_through_year": 9,
        },
        "measured": {"is_owned": True, "citation_percentile": 0.83},
        "answers": [{"question": "readiness_level", "value": 8}, {"question": "yearly_sales", "value": 4200000}],
        "cohort_scores": [{"item": "market_growth", "scores": [0.4, 0.6]}],
        "seed": 7,
        "draws": 500,
    },
    "ahp-weights": {
        "day": "2026-11-01",
        "items": ["legal", "technical", "economic"],
        "comparisons": [[1, 0.5, 2], [2, 1, 3], [0.5, 0.33, 1]],
    },
    "entropy-weights": {
        "day": "2026-11-01",
        "items": ["claims", "family"],
        "figures": [[10, 1], [12, 4], [8, 9]],
    },
    "deal-weights": {
        "day": "2026-11-01",
        "items": ["legal", "technical"],
        "scores": [[0.2, 0.4], [0.5, 0.5], [0.6, 0.9], [0.9, 0.7], [0.3, 0.8]],
        "log_prices": [10.8, 12.1, 12.9, 13.2, 11.7],
    },
}
STRANGE: list[Any] = [
    None,
    "x",
    "",
    -1,
    0,
    1e999,
    -1e999,
    10**400,
    1e300,
    1e-300,
    True,
    [],
    {},
    "2026-02-31",
    "0001-01-01",
]


def computed(name: str, given: Any) -> Any:
    """What the engine gives, in the form that it publishes."""
    gives = calc.compute(name, ENGINES[name], given)
    assert calc.misfits(json.loads(json.dumps(gives)), ENGINES[name].gives, at="output") == []
    return gives


def numbers(value: Any) -> Iterator[float]:
    if isinstance(value, float):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from numbers(part)


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON value; of a list the first part stands for all."""
    if at:
        yield at
    parts = value.items() if isinstance(value, dict) else list(enumerate(value))[:1] if isinstance(value, list) else ()
    for name, part in parts:
        yield from places(part, (*at, name))


def put(given: Json, at: tuple[Any, ...], value: Any) -> Json:
    found = copy.deepcopy(given)
    inner: Any = found
    for name in at[:-1]:
        inner = inner[name]
    inner[at[-1]] = value
    return found


def dropped(given: Json, at: tuple[Any, ...]) -> Json:
    found = copy.deepcopy(given)
    inner: Any = found
    for name in at[:-1]:
        inner = inner[name]
    del inner[at[-1]]
    return found


def answered(name: str, given: Any) -> None:
    """Finite, or refused in both languages."""
    try:
        found = computed(name, given)
    except Refused as no:
        must_speak(no)
        return
    assert all(math.isfinite(one) for one in numbers(found))


def must_speak(no: Refused) -> None:
    for language in ("zh", "en"):
        assert "{" not in refused.sentence(no, language)


def test_every_calculation_has_its_example() -> None:
    assert set(EXAMPLES) == set(ENGINES)


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_an_example_computes_twice_alike_and_its_notes_speak(name: str) -> None:
    found = computed(name, EXAMPLES[name])
    assert found == computed(name, EXAMPLES[name])
    assert (found["method"], found["value_date"], found["range"]) == (name, "2026-11-01", None)
    assert len(found["parameters_sha256"]) == 64
    assert all(math.isfinite(one) for one in numbers(found))
    for note in found["notes"]:
        assert "{" not in notes.sentence(Note(note["code"], note["facts"]), "zh")


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_every_spoilt_input_is_computed_finitely_or_refused(name: str) -> None:
    for at in places(EXAMPLES[name]):
        answered(name, dropped(EXAMPLES[name], at))
        for value in STRANGE:
            answered(name, put(EXAMPLES[name], at, value))


def test_citations_of_each_source_stand_apart() -> None:
    found = computed("citation-quality", EXAMPLES["citation-quality"])["figures"]
    assert found["exposure"] == pytest.approx(0.675)
    assert found["sources"][0]["mean"] == pytest.approx(6.7 / 0.775)
    assert [one["source"] for one in found["sources"]] == ["others", "owner"]
    assert found["missing"] == ["examiner"]


def test_a_place_says_of_which_circle() -> None:
    given = EXAMPLES["cohort-percentile"]
    found = computed("cohort-percentile", given)
    assert found["figures"] == {
        "percentile": pytest.approx(2 / 3),
        "log_ratio": pytest.approx(math.log(7) - (math.log(2) + math.log(5) + math.log(10)) / 3),
        "level": "field",
        "size": 3,
    }
    wider = computed("cohort-percentile", put(given, ("right", "field"), 9))
    assert (wider["figures"]["level"], wider["notes"][0]["code"]) == ("section", "cohort_widened")
    none = computed("cohort-percentile", dropped(given, ("least",)))
    assert (none["figures"]["percentile"], none["notes"][0]["code"]) == (None, "cohort_too_small")


def test_indicators_without_a_cohort_stay_missing_in_the_composite() -> None:
    found = computed("patent-indicators", EXAMPLES["patent-indicators"])["figures"]
    assert found["indicators"]["scope"] == 2
    assert found["indicators"]["radicalness"] == pytest.approx(2 / 3)
    assert found["coverage"] == pytest.approx(3 / 8)
    assert found["parts"]["family"] is None
    bare = computed("patent-indicators", {"day": "2026-11-01"})["figures"]
    assert (bare["score"], bare["coverage"]) == (None, 0)


def test_an_asset_index_sums_what_lives() -> None:
    found = computed("asset-index", EXAMPLES["asset-index"])["figures"]
    assert found["index"] == pytest.approx(1.5 * 1.7)
    assert [one["impact"] for one in found["families"]] == [pytest.approx(2.55), 0]


def test_the_index_takes_a_list_that_is_brought_along() -> None:
    given = EXAMPLES["value-index"]
    found = computed("value-index", given)
    assert 0 < found["figures"]["coverage"] < 1
    assert found["seed"] == 7
    assert {one["name"]: one["grade"] for one in found["inputs"]}["readiness_level"] == "stated"
    with pytest.raises(Refused, match="list_malformed"):
        computed("value-index", {**given, "list": {}})
    with pytest.raises(Refused, match="list_malformed"):
        computed("value-index", {**given, "list": {"scenarios": {"a": {"zh": "甲", "en": "a"}}, "dimensions": [1]}})


def test_every_spoilt_place_of_a_list_is_taken_or_refused() -> None:
    given = {**EXAMPLES["value-index"], "draws": 100, "list": dict(indices.house_plain(date(2026, 11, 1)))}
    assert computed("value-index", given)["figures"]["score"] > 0
    for at in places(given["list"], ("list",)):
        answered("value-index", dropped(given, at))
        for value in STRANGE:
            answered("value-index", put(given, at, value))


def test_contradicting_comparisons_give_no_weights() -> None:
    found = computed("ahp-weights", EXAMPLES["ahp-weights"])["figures"]
    assert found["consistency_ratio"] < 0.1
    assert sum(one["weight"] for one in found["weights"]) == pytest.approx(1)
    with pytest.raises(Refused, match="comparisons_inconsistent"):
        computed("ahp-weights", {**EXAMPLES["ahp-weights"], "comparisons": [[1, 5, 0.2], [0.2, 1, 5], [5, 0.2, 1]]})


def test_more_cells_than_the_bound_are_refused_before_any_work() -> None:
    rows = [[1.0] * 200] * 501
    with pytest.raises(Refused, match="outside_band"):
        computed("entropy-weights", {"day": "2026-11-01", "items": ["a"] * 200, "figures": rows})


@pytest.mark.parametrize(
    ("days", "code"),
    [
        ({"filed_on": "2027-01-01"}, "valuation.after_value_date"),
        ({"filed_on": "2020-01-01", "granted_on": "2027-01-01"}, "valuation.after_value_date"),
        ({"filed_on": "2020-01-01", "granted_on": "2019-01-01"}, "valuation.granted_before_filing"),
    ],
)
def test_an_index_of_a_right_whose_days_cannot_be_is_refused(days: Json, code: str) -> None:
    given = {"day": "2026-11-01", "scenario": "finance", "right": {"kind": "invention", **days}}
    with pytest.raises(Refused) as no:
        calc.compute("value-index", ENGINES["value-index"], given)
    assert no.value.code == code
