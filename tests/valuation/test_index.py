"""The index of value (VALUATION 2.7, RULEBOOK V1 to V4)."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhirong.base import refused
from zhirong.base.refused import Refused
from zhirong.valuation import indices, notes
from zhirong.valuation.engine import index
from zhirong.valuation.engine.index import Index, Known
from zhirong.valuation.engine.index_items import How
from zhirong.valuation.engine.subject import Answer, Said, Subject

DAY = date(2026, 11, 1)
HOUSE = indices.house(DAY)
ITEMS = {item.code: item for _, _, item, _ in HOUSE.leaves("finance")}
RIGHT = Subject(
    day=DAY,
    kind="invention",
    claims=10,
    independent_claims=2,
    family=3,
    holders=1,
    inventors=3,
    ipc_count=2,
    filed_on=date(2016, 1, 1),
    term_ends_on=date(2036, 1, 1),
    is_in_force=True,
    paid_through_year=9,
)


def said(**answers: float) -> Said:
    return Said(tuple(Answer(question=code, value=value) for code, value in answers.items()))


def valued(right: Subject = RIGHT, *, scenario: str = "finance", **known: Any) -> Index:
    facts = Known(subject=right, measured=known.get("measured", {}), said=known.get("said", Said()))
    return index.valued(known.get("items", HOUSE), facts, scenario=scenario, seed=known.get("seed", 11), draws=2000)


def everything(best: bool) -> dict[str, Any]:
    """A right and answers that take the best, or the worst, score of every item."""
    ends: Callable[..., float] = max if best else min
    answers = {
        item.code: ends([(y, x) for x, y in item.points] or [(y[0], float(x)) for x, y in item.table.items()])[1]
        for item in ITEMS.values()
        if item.how != How.AUTOMATIC
    }
    right = Subject(
        day=DAY,
        kind="invention" if best else "copyright",
        claims=60 if best else 0,
        independent_claims=9 if best else 0,
        family=20 if best else 0,
        holders=1 if best else 9,
        inventors=20 if best else 0,
        ipc_count=20 if best else 0,
        term_ends_on=date(2046, 1, 1) if best else date(2026, 11, 2),
        is_in_force=True,
        paid_through_year=20 if best else 1,
        plain_licences=9 if best else 0,
        is_pledged=best,
        invalidation_survived=best,
        invalidation_open=not best,
    )
    shares = ("citation_percentile", "generality", "radicalness")
    return {
        "right": right,
        "measured": {"is_owned": True, **dict.fromkeys(shares, float(best))},
        "said": said(**answers),
    }


def test_the_houses_list_has_the_structure_and_is_named_as_its_own() -> None:
    assert len(HOUSE.dimensions) == 3
    assert sum(len(one.criteria) for one in HOUSE.dimensions) == 14
    assert len(ITEMS) == 27
    assert list(HOUSE.scenarios) == ["licensing", "finance", "accounting", "infringement", "management"]
    assert {item.how for item in ITEMS.values()} == set(How)
    assert "GB/T" not in HOUSE.name.zh + HOUSE.name.en + HOUSE.author
    assert "非" in HOUSE.source


@pytest.mark.parametrize("scenario", list(HOUSE.scenarios))
def test_the_weights_of_a_scenario_sum_to_one(scenario: str) -> None:
    assert sum(weight for _, _, _, weight in HOUSE.leaves(scenario)) == pytest.approx(1, abs=1e-12)


def test_an_index_of_everything_known_is_a_point_and_covers_all() -> None:
    found = valued(**everything(best=True))
    assert found.score == pytest.approx(100, abs=1e-9)
    assert found.coverage == pytest.approx(1, abs=1e-12)
    assert found.band == pytest.approx([100] * 7, abs=1e-9)
    assert (found.grade, found.grades["grade_1"], found.unchecked) == ("grade_1", 1, ())
    assert found.adjustment == pytest.approx(1, abs=1e-12)


def test_the_worst_answers_give_the_last_grade_and_full_coverage_too() -> None:
    found = valued(**everything(best=False))
    assert found.coverage == pytest.approx(1, abs=1e-12)
    assert 0 < found.score < 20
    assert found.grade == "grade_5"
    assert found.score == pytest.approx(found.answered, abs=1e-9)


def test_unanswered_is_never_zero_but_the_distribution_of_its_equals() -> None:
    found = valued()
    one = next(each for each in found.items if each.code == "readiness_level")
    assert (one.score, one.value) == (None, None)
    assert one.expected == pytest.approx(np.mean(ITEMS["readiness_level"].unanswered))
    assert found.coverage < 1
    assert found.band[0] < found.score < found.band[-1]
    assert found.score == pytest.approx(sum(100 * each.weight * each.expected for each in found.items))


def test_each_answer_narrows_the_band_and_raises_the_coverage() -> None:
    answers = {item.code: 2.0 for item in ITEMS.values() if item.how == How.EXPERT}
    before, after = valued(), valued(said=said(**answers))
    assert after.coverage > before.coverage
    assert after.band[-1] - after.band[0] < before.band[-1] - before.band[0]


def test_the_same_seed_gives_the_same_digits_and_another_only_moves_the_band() -> None:
    assert valued(seed=5) == valued(seed=5)
    here, there = valued(seed=5), valued(seed=6)
    assert here.score == there.score
    assert here.band != there.band
    assert here.band == pytest.approx(there.band, abs=2.5)


def test_the_band_is_that_of_all_equally_likely_answers_where_items_are_independent() -> None:
    best = everything(best=True)
    open_items = ("effect_over_art", "hard_to_replace")
    known = Said(tuple(one for one in best["said"].answers if one.question not in open_items))
    alone = replace(HOUSE, correlation=0.0)
    facts = Known(subject=best["right"], measured=best["measured"], said=known)
    found = index.valued(alone, facts, scenario="finance", seed=1, draws=20_000)
    weights = [one.weight for one in found.items if one.code in open_items]
    exact = [
        100 - 100 * sum(weight * (1 - score) for weight, score in zip(weights, scores, strict=True))
        for scores in itertools.product(*(ITEMS[code].unanswered for code in open_items))
    ]
    assert found.score == pytest.approx(np.mean(exact), abs=1e-9)
    assert found.band[0] == pytest.approx(np.quantile(exact, 0.05, method="inverted_cdf"), abs=0.1)
    assert found.band[3] == pytest.approx(np.quantile(exact, 0.50), abs=0.6)


@pytest.mark.parametrize("right", [RIGHT, replace(RIGHT, is_in_force=False), replace(RIGHT, invalidation_open=True)])
def test_a_point_has_the_digits_of_the_whole_index(right: Subject) -> None:
    whole = valued(right)
    alone = index.point(HOUSE, Known(subject=right, measured={}, said=Said()), scenario="finance")
    assert (alone.score, alone.adjustment, alone.coverage) == (whole.score, whole.adjustment, whole.coverage)
    assert alone.shut_by == whole.shut_by


def test_scores_of_its_cohort_stand_in_for_the_lists_own() -> None:
    facts = Known(subject=RIGHT, measured={}, said=Said())
    found = index.valued(HOUSE, facts, scenario="finance", seed=1, cohort_scores={"readiness_level": [0.9, 0.7]})
    assert next(one for one in found.items if one.code == "readiness_level").expected == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("gate", "right", "measured"),
    [
        ("dead", replace(RIGHT, is_in_force=False), {}),
        ("frozen", replace(RIGHT, is_blocked=True), {}),
        ("expired", replace(RIGHT, term_ends_on=date(2026, 10, 1)), {}),
        ("not_owned", RIGHT, {"is_owned": False}),
    ],
)
def test_a_gate_makes_the_index_nothing_whatever_else_is_good(
    gate: str, right: Subject, measured: dict[str, bool]
) -> None:
    found = valued(right, measured=measured)
    assert (found.score, found.answered, found.adjustment, found.grade) == (0, 0, 0, "grade_5")
    assert found.band == (0,) * 7
    assert gate in found.shut_by
    assert "index_shut" in [note.code for note in found.notes]


def test_a_gate_that_nobody_looked_at_stays_open_and_says_so() -> None:
    found = valued(replace(RIGHT, is_in_force=None))
    assert found.score > 0
    assert set(found.unchecked) == {"dead", "not_owned"}


def test_notes_speak_both_languages() -> None:
    found = valued(replace(RIGHT, is_in_force=None, is_blocked=True))
    for note, language in itertools.product(found.notes, ("zh", "en")):
        assert "{" not in notes.sentence(note, language)


@pytest.mark.parametrize(
    ("worse", "better"),
    [
        ({"claims": 3}, {"claims": 12}),
        ({"family": 1}, {"family": 8}),
        ({"holders": 4}, {"holders": 1}),
        ({"invalidation_open": True}, {}),
        ({}, {"invalidation_survived": True}),
        ({}, {"plain_licences": 2}),
        ({"term_ends_on": date(2028, 1, 1)}, {"term_ends_on": date(2040, 1, 1)}),
    ],
)
@pytest.mark.parametrize("scenario", list(HOUSE.scenarios))
def test_what_is_better_never_lowers_the_index(worse: dict[str, Any], better: dict[str, Any], scenario: str) -> None:
    low, high = (valued(replace(RIGHT, **one), scenario=scenario) for one in (worse, better))
    assert low.score < high.score
    assert low.adjustment < high.adjustment
    assert all(here <= there + 1e-9 for here, there in zip(low.band, high.band, strict=True))


def test_an_open_request_for_invalidation_lowers_and_widens() -> None:
    quiet, open_now = valued(), valued(replace(RIGHT, invalidation_open=True))
    again = valued(replace(RIGHT, invalidation_open=True, invalidation_survived=True))
    assert open_now.score < again.score < quiet.score
    assert open_now.band[-1] - open_now.band[0] > quiet.band[-1] - quiet.band[0]
    assert open_now.coverage == quiet.coverage


@given(st.sampled_from(sorted(ITEMS)), st.floats(-1e12, 1e12))
@settings(max_examples=80)
def test_every_score_lies_between_nothing_and_one(code: str, value: float) -> None:
    found = index.likely(ITEMS[code], value if ITEMS[code].points else "other") or ()
    assert all(0 <= one <= 1 for one in found)


def test_a_score_is_linear_between_its_points_and_level_beyond() -> None:
    claims = ITEMS["claims_count"]
    assert [index.likely(claims, value)[0] for value in (0, 1, 3, 10, 15, 90)] == pytest.approx(
        [0.15, 0.15, 0.30, 0.75, 0.875, 1]
    )
    assert index.likely(claims, None) is None
    assert index.likely(ITEMS["pledge_record"], True) == (1,)
    assert index.likely(ITEMS["kind_examined"], "software") == (0.5,)


@pytest.mark.parametrize(
    ("score", "grade"),
    [
        (80.0001, "grade_1"),
        (80, "grade_2"),
        (60, "grade_2"),
        (59.9, "grade_3"),
        (40, "grade_3"),
        (20, "grade_4"),
        (0, "grade_5"),
    ],
)
def test_grades_are_those_of_v4(score: float, grade: str) -> None:
    assert next(one.code for one in HOUSE.grades if one.holds(score)) == grade


def test_an_answer_counts_where_the_register_is_silent_and_only_there() -> None:
    found = valued(replace(RIGHT, claims=None), said=said(claims_count=20.0, family_size=10.0))
    by_code = {one.code: one for one in found.items}
    assert (by_code["claims_count"].score, by_code["claims_count"].source) == (1, "answer")
    assert (by_code["family_size"].value, by_code["family_size"].source) == (3, "register")


def test_what_cannot_be_is_refused() -> None:
    asked: list[Callable[[], object]] = [
        lambda: valued(scenario="lottery"),
        lambda: valued(said=said(readiness_level=float("nan"))),
        lambda: valued(said=said(needs_others_rights=7.0)),
        lambda: valued(measured={"citation_percentile": 1.5}),
        lambda: valued(measured={"citation_percentile": float("inf")}),
        lambda: valued(measured={"is_owned": 1.0}),
        lambda: valued(measured={"luck": 1.0}),
        lambda: valued(seed=-1),
        lambda: indices.house(date(1980, 1, 1)),
    ]
    for one in asked:
        with pytest.raises(Refused) as no:
            one()
        assert "{" not in refused.sentence(no.value, "zh") + refused.sentence(no.value, "en")
