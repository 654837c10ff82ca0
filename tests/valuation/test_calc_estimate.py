"""`zr calc automatic-estimate`: the manual's example, deals told as JSON, and what spoilt inputs are told."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.valuation.given_past_deals import deals
from zhirong.base import refused
from zhirong.base.refused import Refused
from zhirong.cli import calc
from zhirong.valuation.calc_estimate import ENGINES, NAME

MANUAL = Path(__file__).parents[2] / "docs" / "manual" / "calc.md"
BLOCK = re.compile(r"^\./zr calc automatic-estimate <<'END'\n(.*?)\nEND$", re.M | re.S)
SPOILT = (None, "x", "", -1, 0, 1e999, -1e999, 10**400, 1e300, True, [], {}, "2026-02-30", "0001-01-01", "9999-12-31")


def example() -> Any:
    found = BLOCK.search(MANUAL.read_text("utf-8"))
    assert found is not None
    return json.loads(found[1])


def run(given: Any) -> Any:
    answer = calc.compute(NAME, ENGINES[NAME], given)
    assert calc.misfits(answer, ENGINES[NAME].gives) == []
    json.dumps(answer, allow_nan=False)
    return answer


def places(given: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in the input."""
    inner = given.items() if isinstance(given, dict) else enumerate(given) if isinstance(given, list) else ()
    for name, value in inner:
        yield (*path, name)
        yield from places(value, (*path, name))


def test_the_manuals_example_is_computed() -> None:
    found = run(example())
    assert (found["basis"], found["currency"]) == ("untested", "CNY")
    assert found["headline"]["p5"] < found["headline"]["median"] < found["headline"]["p95"]
    assert {one["role"] for one in found["voices"]} == {"voice", "floor", "silent"}
    assert [one["code"] for one in found["questions"]]


def test_each_input_spoilt_in_turn_is_computed_or_refused_in_both_languages() -> None:
    for place in places(example()):
        for value in SPOILT:
            given = copy.deepcopy(example())
            inner = given
            for step in place[:-1]:
                inner = inner[step]
            inner[place[-1]] = value
            assert is_answered(given)


def is_answered(given: Any) -> bool:
    """Computed, or refused with a sentence in both languages."""
    try:
        run(given)
    except Refused as no:
        return all(refused.sentence(no, language) for language in ("zh", "en"))
    return True


def test_deals_make_a_tested_range() -> None:
    def told(one: Any) -> Any:
        subject = one.subjects[0]
        days = {name: getattr(subject, name).isoformat() for name in ("filed_on", "granted_on", "term_ends_on")}
        facts = {name: getattr(subject, name) for name in ("kind", "claims", "family", "field", "owner_kind")}
        return {
            "on": one.on.isoformat(),
            "kind": one.kind,
            "price": one.price,
            "right": {**facts, **days, "is_in_force": True},
        }

    found = run({**example(), "deals": [told(one) for one in deals(150)]})
    assert found["basis"] in ("tested", "pooled")
    assert found["voices"][0]["result"]["range"] is not None
    assert len(found["comparables"]) == 5


def test_days_that_contradict_each_other_are_refused() -> None:
    given = example()
    given["right"]["filed_on"] = "2027-01-01"
    with pytest.raises(Refused) as caught:
        run(given)
    assert caught.value.code == "calc.bad_input"


def test_a_right_that_ended_is_refused_with_the_way_out() -> None:
    given = example()
    given["right"]["is_in_force"] = False
    with pytest.raises(Refused) as caught:
        run(given)
    assert caught.value.code == "valuation.term_is_over"
