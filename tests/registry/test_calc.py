from __future__ import annotations

import json

import pytest

from zhirong.base.refused import Refused
from zhirong.cli.calc import misfits
from zhirong.registry import calc

RIGHT = {
    "kind": "invention",
    "filed_on": "2019-05-06",
    "granted_on": "2021-08-03",
    "holders": [{"name": "甲"}, {"name": "乙"}],
    "pledges": [{"pledgee": "某银行", "since": "2025-01-01"}],
    "fees": {"paid_through_year": 8, "as_of": "2026-01-05"},
}


def run(name: str, given: dict):
    engine = calc.ENGINES[name]
    assert misfits(given, engine.takes) == []
    answer = engine.run(given)
    assert misfits(answer, engine.gives) == []
    json.dumps(answer)
    return answer


def test_annual_fees_are_computed_from_json():
    answer = run("annual-fees", {"right": RIGHT, "day": "2026-03-02", "reduction": "single"})
    assert (answer["standing"], answer["paid_through_year"], answer["life_total_fen"]) == ("paid", 8, 8_230_000)
    row = next(row for row in answer["years"] if row["year"] == 9)
    assert (row["due_on"], row["full_fen"], row["reduced_fen"], row["owed_fen"]) == (
        "2027-05-06",
        200_000,
        30_000,
        30_000,
    )


def test_the_state_is_computed_from_json():
    assert run("right-state", {"right": RIGHT, "day": "2026-03-02"}) == {
        "state": "in_force",
        "since": "2021-08-03",
        "overlays": ["pledged"],
        "term_last_day": "2039-05-05",
        "has_ended": False,
    }


def test_the_one_question_is_answered_from_json_with_sentences():
    given = {"right": RIGHT, "day": "2026-03-02", "act": "sell", "deal": {"by": ["甲"]}}
    answer = run("free-to", given)
    assert not answer["allowed"]
    blocking = [reason for reason in answer["reasons"] if reason["effect"] == "blocked"]
    assert [reason["code"] for reason in blocking] == ["co_owner_not_consented", "pledgee_not_consented"]
    assert blocking[0]["zh"] == "共有人 乙 尚未同意；可由其出具同意书。"


def test_consents_open_the_way():
    consents = [{"by": by, "act": "sell", "since": "2026-01-01"} for by in ("乙", "某银行")]
    given = {"right": RIGHT | {"consents": consents}, "day": "2026-03-02", "act": "sell", "deal": {"by": ["甲"]}}
    assert run("free-to", given)["allowed"]


@pytest.mark.parametrize("bad", [{"day": "2026-02-30"}, {"day": ""}])
def test_a_day_that_is_none_is_refused(bad):
    with pytest.raises(Refused) as refused:
        calc.right_state({"right": RIGHT, "day": "2026-03-02"} | bad)
    assert refused.value.facts["name"] == "day"
