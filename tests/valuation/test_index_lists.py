"""Lists of items: the house's own, an operator's, and what is wrong with one (VALUATION 2.7, RULEBOOK V2)."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import yaml

from zhirong.base import refused
from zhirong.base.refused import Refused
from zhirong.valuation import indices
from zhirong.valuation.engine import index, index_items
from zhirong.valuation.engine.index import Known
from zhirong.valuation.engine.subject import Answer, Said, Subject

DAY = date(2026, 11, 1)
HOUSE = indices.house(DAY)


def plain() -> dict[str, Any]:
    return copy.deepcopy(dict(indices.house_plain(DAY)))


def first_item(said: dict[str, Any]) -> dict[str, Any]:
    item: dict[str, Any] = said["dimensions"][0]["criteria"][0]["items"][0]
    return item


def spoilt(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    found = plain()
    change(found)
    return found


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda one: one["dimensions"][0].update(weights=0.9), "item_weights_not_one"),
        (lambda one: one["dimensions"][0].update(adjustment=0.9), "item_weights_not_one"),
        (lambda one: one["dimensions"][0]["criteria"][0].update(weights=0.9), "item_weights_not_one"),
        (lambda one: first_item(one).update(weights=0.9), "item_weights_not_one"),
        (lambda one: first_item(one).update(weights={"finance": 1}), "list_malformed"),
        (lambda one: first_item(one).update(weights="much"), "list_malformed"),
        (lambda one: first_item(one).update(weights=-0.5), "list_malformed"),
        (lambda one: first_item(one).update(how="guess"), "list_malformed"),
        (lambda one: first_item(one).update(how=[]), "list_malformed"),
        (lambda one: first_item(one).update(measure="luck"), "list_malformed"),
        (lambda one: first_item(one).update(table={"invention": 2}), "list_malformed"),
        (lambda one: first_item(one).update(table={}), "list_malformed"),
        (lambda one: first_item(one).update(points=[[0, 0], [1, 1]]), "list_malformed"),
        (lambda one: first_item(one).update(table=None, points=[[1, 0], [1, 1]]), "list_malformed"),
        (lambda one: first_item(one).update(table=None, points=[[1, 0]]), "list_malformed"),
        (lambda one: first_item(one).update(table=None, points=[[1], 2]), "list_malformed"),
        (lambda one: first_item(one).update(unanswered=[]), "list_malformed"),
        (lambda one: first_item(one).update(unanswered=[float("nan")]), "list_malformed"),
        (lambda one: first_item(one).update(code="Kind"), "list_malformed"),
        (lambda one: first_item(one).update(code="claims_count"), "list_malformed"),
        (lambda one: first_item(one).update(name={"zh": "甲"}), "list_malformed"),
        (lambda one: one.update(dimensions=[]), "list_malformed"),
        (lambda one: one.update(scenarios={}), "list_malformed"),
        (lambda one: one.update(scenarios={1: {"zh": "甲", "en": "a"}}), "list_malformed"),
        (lambda one: one.update(grades=one["grades"][:-1]), "list_malformed"),
        (lambda one: one.update(grades=one["grades"][::-1]), "list_malformed"),
        (lambda one: one.update(gates=[{"code": "dead"}]), "list_malformed"),
        (lambda one: one.update(correlation=2), "list_malformed"),
        (lambda one: one.pop("name"), "list_malformed"),
        (lambda one: one.update(dimensions={}), "list_malformed"),
    ],
)
def test_a_list_that_does_not_hold_is_refused_with_its_place(
    change: Callable[[dict[str, Any]], object], code: str
) -> None:
    with pytest.raises(Refused, match=code) as no:
        index_items.from_plain(spoilt(change))
    assert no.value.facts["place"]
    for language in ("zh", "en"):
        assert "{" not in refused.sentence(no.value, language)


def test_an_operators_list_in_yaml_comes_back_as_it_was() -> None:
    found = indices.read(yaml.safe_dump(plain(), allow_unicode=True).encode(), name="own.yaml", day=DAY)
    assert index_items.from_plain(found) == HOUSE


HEADS = (
    "dimension,dimension_zh,dimension_weight,adjustment,criterion,criterion_weight,"
    "item,item_zh,how,measure,points,table,unanswered,item_weight"
)
SHEET = f"""{HEADS}
legal,法律,0.4,0.4,scope,1,claims_of_ours,权利要求,automatic,claims,1:0.1； 20:1,,0.2; 0.8,0.7
legal,,,,scope,,pledged_of_ours,已质押,automatic,is_pledged,,yes:1; no:0.25|0.75,0.5,0.3
economic,经济,0.6,0.6,market,1,rank_of_ours,市场地位,expert,,0:0; 4:1,,0.5,1
"""


def test_an_operators_list_in_a_sheet_takes_gates_and_grades_from_the_house() -> None:
    items = index_items.from_plain(indices.read(SHEET.encode(), name="own.csv", day=DAY))
    assert [item.code for _, _, item, _ in items.leaves("finance")] == [
        "claims_of_ours",
        "pledged_of_ours",
        "rank_of_ours",
    ]
    assert (items.gates, items.grades) == (HOUSE.gates, HOUSE.grades)
    right = Subject(day=DAY, kind="invention", claims=10)
    known = Known(subject=right, measured={}, said=Said((Answer(question="rank_of_ours", value=4.0),)))
    found = index.point(items, known, scenario="finance")
    claims = 0.1 + 0.9 * 9 / 19
    assert found.score == pytest.approx(100 * (0.4 * (0.7 * claims + 0.3 * 0.5) + 0.6))


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "own.yaml"),
        (b"- 1", "own.yml"),
        (b"a: [", "own.yaml"),
        (b"\xff\xfe", "own.yaml"),
        (b"a: 2026-02-31", "own.yaml"),
        (b"a: &a [1]\nb: [*a, *a]", "own.yaml"),
        (b"x" * 3_000_000, "own.yaml"),
        (SHEET.replace("0.7", "0.6").encode(), "own.csv"),
        (SHEET.replace("20:1", "20").encode(), "own.csv"),
        (SHEET.replace(",unanswered,", ",something,").encode(), "own.csv"),
        (SHEET.splitlines()[0].encode(), "own.csv"),
        (b"", "own.csv"),
    ],
)
def test_a_file_that_is_no_list_is_refused_in_both_languages(content: bytes, name: str) -> None:
    with pytest.raises(Refused) as no:
        indices.read(content, name=name, day=DAY)
    assert "{" not in refused.sentence(no.value, "zh") + refused.sentence(no.value, "en")
