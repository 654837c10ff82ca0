"""`zr calc` of policy: the examples of the manual compute, every spoilt input is refused in both languages."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from zhirong.base import refused
from zhirong.base.refused import Refused
from zhirong.cli import calc
from zhirong.policy.calc import ENGINES

Json = dict[str, Any]
EXAMPLES: dict[str, Json] = {
    "policy": {
        "day": "2022-10-15",
        "known_on": "2026-01-01",
        "moment": "2022-10-15T09:00:00+08:00",
        "measures": ["cn-sz-futian-growth-loan", "cn-patent-fee-reduction"],
        "facts": {
            "loan_principal": "300万元",
            "filed_year": 2022,
            "loan_year": 2022,
            "reducible_fees": 3400.5,
            "founded_on": "2018-03-01",
            "pledged": False,
            "patent_kind": "invention",
            "applicants": [{"kind": "enterprise", "taxable_income": "50万"}],
        },
        "have": ["tax_return"],
    },
    "policy-portfolio": {
        "day": "2024-09-01",
        "claims": [
            {"measure": "cn-open-licence-annual-fee", "key": "fee-1", "amount": "600.00"},
            {"measure": "cn-patent-fee-reduction", "key": "fee-1", "amount": 3400},
        ],
    },
    "policy-budget": {
        "budget": "100.00",
        "allocation": "ranking",
        "last_gets_rest": True,
        "claims": [
            {"id": "a", "amount": "100", "accepted": "2025-03-28T09:00:00+08:00", "score": 80},
            {"id": "b", "amount": 30.5, "accepted": "2025-03-28T01:00:00+00:00", "score": 90.5},
        ],
    },
}
SPOILT = [
    None,
    "",
    "x",
    "1e999",
    "三百五",
    "2022-02-30",
    -1,
    0,
    1e308,
    float("inf"),
    10**400,
    True,
    [],
    [[]],
    {},
    {"a": 1},
]


def run(name: str, given: Json) -> Json:
    found: Json = calc.compute(name, ENGINES[name], given)
    json.dumps(found, allow_nan=False)
    return found


def test_the_examples_compute() -> None:
    loan, fee = run("policy", EXAMPLES["policy"])["decisions"]
    assert (loan["eligible"], loan["missing"]) == ("met", [])
    assert (fee["eligible"], fee["amount"], fee["materials"]) == ("met", "2890.43", [])
    assert fee["lines"][0]["clause"]["certainty"] == "stated"
    best = run("policy-portfolio", EXAMPLES["policy-portfolio"])
    assert (best["total"], best["dropped"][0]["clause"]) == ("3400.00", "c-best")
    ranked = run("policy-budget", EXAMPLES["policy-budget"])
    assert ranked["granted"] == [{"id": "b", "amount": "30.50"}, {"id": "a", "amount": "69.50"}]
    assert (ranked["left"], ranked["warning_percent"]) == ("0.00", 100)


def test_without_names_every_measure_answers_and_the_best_question_comes_first() -> None:
    found = run("policy", {"day": "2022-10-15", "facts": {}})
    assert len(found["decisions"]) == 36
    assert len(found["next_questions"]) == 20
    counts = [len(one["measures"]) for one in found["next_questions"]]
    assert counts == sorted(counts, reverse=True)
    assert all(one["amount"] is None for one in found["decisions"])


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place of an example."""
    if path:
        yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield from places(one, (*path, key))


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_spoilt_input_is_computed_or_refused_in_both_languages(name: str) -> None:
    for path in places(EXAMPLES[name]):
        for bad in SPOILT:
            given = copy.deepcopy(EXAMPLES[name])
            inner: Any = given
            for step in path[:-1]:
                inner = inner[step]
            inner[path[-1]] = bad
            assert is_answered(name, given), (path, bad)


def is_answered(name: str, given: Json) -> bool:
    """Computed, or refused with whole sentences."""
    try:
        run(name, given)
    except Refused as no:
        said = [refused.sentence(no, language) for language in ("zh", "en")]
        return all(text and not re.search(r"\{[a-z_]+\}", text) for text in said)
    return True


def test_an_unknown_measure_and_an_instant_without_zone_are_refused() -> None:
    with pytest.raises(Refused, match=r"policy\.measure_unknown"):
        run("policy", {"day": "2022-10-15", "facts": {}, "measures": ["x"]})
    with pytest.raises(Refused, match=r"calc\.bad_input"):
        run("policy", {"day": "2022-10-15", "facts": {}, "moment": "2022-10-15T09:00:00"})


@pytest.mark.parametrize(
    ("facts", "zh", "en"),
    [
        (
            {"loan_principal": "abc"},
            "“贷款本金（loan_principal）”的“abc”不是唯一明确的数",
            "“abc” for “loan principal (loan_principal)” is no number",
        ),
        ({"loan_rate": 2}, "“贷款实际年利率（loan_rate）”为 2", "“actual yearly rate of the loan (loan_rate)” was 2"),
        (
            {"loan_repaid": "yes"},
            "“贷款本息已还清（loan_repaid）”须为",
            "“loan and interest repaid (loan_repaid)” must",
        ),
    ],
)
def test_a_fact_is_called_by_its_label_with_its_code_behind(facts: Json, zh: str, en: str) -> None:
    with pytest.raises(Refused) as no:
        ENGINES["policy"].run({"day": "2026-11-01", "facts": facts})
    assert zh in refused.sentence(no.value, "zh")
    assert en in refused.sentence(no.value, "en")
    assert no.value.facts["name"]["code"] == next(iter(facts))
