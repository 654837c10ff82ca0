"""The guided check asks what tells most first, asks nothing twice, and stops when the answer is certain."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

from tests.policy import given_policy as given
from tests.policy.given_support import DAY, PLEDGE
from zhirong.base.refused import Refused
from zhirong.policy import reading
from zhirong.policy.engine import decide, facts, guided
from zhirong.policy.engine.measure import Measure


def asked(made: Measure, answers: dict[str, Any], *, day: date = DAY, passed: tuple[str, ...] = ()) -> list[str]:
    decision = decide.decide(made, answers, day)
    return [one.fact for one in guided.open_questions([(made, decision)], passed=passed)]


def test_what_can_end_a_measure_alone_is_asked_before_what_cannot() -> None:
    made = reading.own().measures[PLEDGE]
    first = asked(made, {})
    # Any one of three kinds of enterprise will do, so none of them ends it alone; a term over a year does.
    assert first.index("loan_term_months") < first.index("is_tech_enterprise")
    assert first.index("filed_with_district") < first.index("is_above_scale")


def test_one_answer_that_settles_it_ends_the_questions() -> None:
    made = reading.own().measures[PLEDGE]
    assert asked(made, {"loan_term_months": 18}) == []


def test_what_was_not_known_is_not_asked_again() -> None:
    made = reading.own().measures[PLEDGE]
    assert "loan_repaid" in asked(made, {})
    assert "loan_repaid" not in asked(made, {}, passed=("loan_repaid",))


def test_fields_of_records_are_asked_as_one_list() -> None:
    made = reading.own().measures["cn-patent-fee-reduction"]
    known = facts.settled({"applicants": [{"kind": "enterprise"}]}, reading.own().vocabulary)
    assert "applicants" in asked(made, known, day=date(2022, 6, 1))


def test_the_measure_that_may_bring_more_is_asked_for_first() -> None:
    small, large = given.of("is_local"), given.of("staff > 3")
    pairs = [(one, decide.decide(one, {}, given.DAY)) for one in (small, large)]
    named = [(made, decision) for made, decision in zip((small, large), [one for _, one in pairs], strict=True)]
    assert [one.fact for one in guided.open_questions(named)] == ["is_local", "staff"]


def walked(made: Measure, known: dict[str, Any]) -> dict[str, Any]:
    """Answer by `known` what is asked, pass what it lacks; gives the answers of the whole walk."""
    answers: dict[str, Any] = {}
    passed: list[str] = []
    while questions := asked(made, answers, passed=tuple(passed)):
        assert questions[0] not in passed
        passed.append(questions[0])
        answers |= {questions[0]: known[questions[0]]} if questions[0] in known else {}
    return answers


def test_a_walk_always_ends_and_nothing_after_it_changes_the_answer() -> None:
    base, r = reading.own(), random.Random(11)
    compared = 0
    for known in given.rows(base, 60, seed=3):
        made = base.measures[r.choice(sorted(base.measures))]
        try:
            end = decide.decide(made, walked(made, known), DAY)
            whole = decide.decide(made, known, DAY)
        except Refused:
            continue
        if guided.is_certain(end) and not ceilings_used(made):
            compared += 1
            assert (whole.eligible, whole.amount_fen) == (end.eligible, end.amount_fen)
    assert compared > 10


def ceilings_used(made: Measure) -> bool:
    """What was received before is nothing unless it is told, and never asked (README of the measures)."""
    return any(limit.used for version in made.versions for limit in version.ceilings)
