"""What-if and goal seek: both columns, the difference to the fen, and thresholds that hold on both sides."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from tests.policy import given_policy as given
from tests.policy.given_support import DAY, GROWTH, PLEDGE
from zhirong.base.refused import Refused
from zhirong.cli import calc
from zhirong.policy import calc_support, reading
from zhirong.policy.engine import decide, facts, goal, moves, what_if
from zhirong.policy.engine.measure import Measure
from zhirong.policy.engine.what_if import Change

HNTE = "cn-hnte-recognition"


def a_case(name: str) -> tuple[Measure, dict[str, Any]]:
    base = reading.own()
    made = base.measures[name]
    return made, facts.settled(made.raw["test_base"], base.vocabulary)


def sought(name: str, fact: str, wanted: str, day: date = DAY, **ends: Any) -> goal.Sought:
    made, known = a_case(name)
    vocabulary = reading.own().vocabulary
    question = goal.Question(vocabulary.facts[fact], wanted, **ends)
    return goal.seek(made, known, day, question=question, vocabulary=vocabulary)


def spans(found: goal.Sought) -> list[tuple[Any, Any]]:
    return [(one.first, one.last) for one in found.spans]


def test_both_columns_and_the_difference_come_out_to_the_fen() -> None:
    made, before = a_case(PLEDGE)
    vocabulary = reading.own().vocabulary
    after = what_if.changed(before, [Change("loan_interest_paid", what_if.ADD, "0.01")], vocabulary)
    (found,) = what_if.compared([made], before, after=after, day=DAY)
    assert (what_if.due(found.before), what_if.due(found.after), found.by_fen) == (21_750_000, 21_750_001, 1)
    assert (found.flips, found.conditions) == (False, ())


def test_a_flip_names_the_condition_and_takes_the_whole_amount() -> None:
    made, before = a_case(PLEDGE)
    after = what_if.changed(before, [Change("loan_repaid", what_if.SET, False)], reading.own().vocabulary)
    (found,) = what_if.compared([made], before, after=after, day=DAY)
    assert (found.before.eligible, found.after.eligible, found.by_fen) == ("met", "not_met", -21_750_000)
    assert found.conditions == (("repaid", True, False),)


def test_a_forgotten_fact_leaves_the_difference_unknown_and_never_nought() -> None:
    made, before = a_case(PLEDGE)
    after = what_if.changed(before, [Change("loan_interest_paid", what_if.FORGET)], reading.own().vocabulary)
    (found,) = what_if.compared([made], before, after=after, day=DAY)
    assert (found.after.eligible, found.by_fen, found.flips) == ("met", None, False)


def test_changes_that_cannot_be_are_refused() -> None:
    _, before = a_case(HNTE)
    vocabulary = reading.own().vocabulary
    for changes, code in [
        ([Change("x", what_if.SET, 1)], "policy.fact_unknown"),
        ([Change("staff", what_if.SET, 90), Change("staff", what_if.ADD, 1)], "policy.changed_twice"),
        ([Change("loan_principal", what_if.ADD, 1)], "policy.nothing_to_add_to"),
        ([Change("owns_core_ip", what_if.ADD, 1)], "policy.nothing_to_add_to"),
        ([Change("tech_staff", what_if.ADD, 100)], "policy.facts_contradict"),
        ([Change("staff", what_if.ADD, -1000)], "policy.fact_out_of_band"),
    ]:
        with pytest.raises(Refused) as caught:
            what_if.changed(before, changes, vocabulary)
        assert caught.value.code == code


def test_two_people_more_make_a_high_tech_enterprise() -> None:
    made, before = a_case(HNTE)
    before = {**before, "tech_staff": 7}
    changes = [Change("tech_staff", what_if.ADD, 2), Change("staff", what_if.ADD, 2)]
    after = what_if.changed(before, changes, reading.own().vocabulary)
    (found,) = what_if.compared([made], before, after=after, day=date(2023, 6, 1))
    assert (after["tech_staff"], after["staff"]) == (9, 82)
    assert (found.before.eligible, found.after.eligible) == ("not_met", "met")


def test_a_ceiling_is_reached_where_the_rounded_amount_reaches_it() -> None:
    found = sought(PLEDGE, "loan_interest_paid", "ceiling", most=10**8)
    # Half of 3,999,999.99 yuan is 1,999,999.995, which rounds to the two million of the ceiling.
    assert spans(found) == [(Fraction(399_999_999, 100), 10**8)]
    assert (found.spans[0].begins_inside, found.spans[0].ends_inside) == (True, False)
    made, known = a_case(PLEDGE)
    below = decide.decide(made, {**known, "loan_interest_paid": Fraction(399_999_998, 100)}, DAY)
    assert below.amount_fen == 199_999_999


def test_an_amount_is_reached_from_its_very_fen_on() -> None:
    found = sought(PLEDGE, "loan_interest_paid", "amount", fen=100_000_01, most=10**8)
    assert spans(found) == [(Fraction(20_000_001, 100), 10**8)]


def test_a_measure_that_is_met_only_in_between_has_both_ends() -> None:
    # Three years' R&D of six million must be 5 per cent of sales, and six tenths of it spent at home.
    assert spans(sought(HNTE, "rnd_3y", "met", date(2023, 6, 1), most=2 * 10**8)) == [(6_000_000, 10_000_000)]
    # More technology staff than staff cannot be.
    assert spans(sought(HNTE, "tech_staff", "met", date(2023, 6, 1), most=10**6)) == [(8, 80)]


def test_a_shape_with_a_hole_is_found_on_both_sides_of_the_hole() -> None:
    made = given.of("staff < 10 or staff in [300, 301] or staff >= 5000")
    known, vocabulary = given.settled(), given.known()
    question = goal.Question(vocabulary.facts["staff"], "met", least=0, most=100_000)
    found = goal.seek(made, known, given.DAY, question=question, vocabulary=vocabulary)
    assert spans(found) == [(0, 9), (300, 301), (5000, 100_000)]
    for one in found.spans:
        for value, wanted in [
            (one.first, "met"),
            (one.last, "met"),
            (one.first - 1, "not_met"),
            (one.last + 1, "not_met"),
        ]:
            if 0 <= value <= 100_000:
                assert decide.decide(made, {"staff": value}, given.DAY).eligible == wanted


def test_what_cannot_be_sought_is_refused() -> None:
    for changes, code in [
        ({"fact": "loan_repaid"}, "policy.goal_no_number"),
        ({}, "policy.goal_no_range"),
        ({"most": "1", "least": "2"}, "policy.goal_no_range"),
        ({"most": "1亿", "day": "2030-01-01"}, "policy.goal_not_in_force"),
        ({"most": "100", "fact": "staff"}, "policy.goal_not_asked"),
        ({"most": "1亿", "facts": {}}, "policy.goal_unknown"),
        ({"most": "1亿", "measure": GROWTH, "fact": "loan_principal", "goal": "amount"}, "policy.goal_no_amount"),
        ({"measure": "x"}, "policy.measure_unknown"),
        ({"fact": "x"}, "policy.fact_unknown"),
    ]:
        with pytest.raises(Refused) as caught:
            run("policy-goal", {**goal_given(changes.get("measure", PLEDGE)), **changes})
        assert caught.value.code == code, changes


def goal_given(name: str) -> dict[str, Any]:
    made = reading.own().measures.get(name, reading.own().measures[PLEDGE])
    return {
        "day": "2022-10-15",
        "measure": name,
        "fact": "loan_interest_paid",
        "goal": "met",
        "facts": copy.deepcopy(dict(made.raw["test_base"])),
    }


def run(name: str, asked: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = calc.compute(name, calc_support.ENGINES[name], asked)
    json.dumps(found, allow_nan=False)
    return found


def test_the_command_line_gives_the_same_spans() -> None:
    found = run("policy-goal", {**goal_given(PLEDGE), "goal": "ceiling", "most": "1亿"})
    assert [(one["first"], one["amount"]) for one in found["spans"]] == [("3999999.99", "2000000.00")]
    assert found["step"] == "0.01"


def test_the_command_line_compares_both_columns() -> None:
    base = reading.own().measures[PLEDGE].raw["test_base"]
    changes = [{"fact": "loan_interest_paid", "how": "add", "value": "10万"}]
    asked = {"day": "2022-10-15", "measures": [PLEDGE, GROWTH], "facts": dict(base), "changes": changes}
    found = run("policy-what-if", asked)
    (one,) = found["differences"]
    assert (one["measure"], one["by"], found["unchanged"]) == (PLEDGE, "50000.00", [GROWTH])
    assert (found["before"]["gross"], found["after"]["gross"]) == ({"payment": "217500.00"}, {"payment": "267500.00"})


def ways_of(known: dict[str, Any]) -> Iterator[moves.Moved]:
    """The first sets to fix of every measure that can be computed, with their facts moved."""
    base = reading.own()
    for made in base.measures.values():
        try:
            found = decide.decide(made, known, DAY)
        except Refused:
            continue
        for fix in found.to_qualify[:3]:
            yield moves.moved(fix, made, found, facts=known, known=base.vocabulary)


def test_every_set_to_fix_whose_facts_were_moved_makes_the_measure_met() -> None:
    ways = [one for known in given.rows(reading.own(), 60, seed=7) for one in ways_of(known)]
    moved = [one for one in ways if one.after is not None]
    assert {one.after.eligible for one in moved if one.after} == {"met"}
    assert all(one.changes and not one.unmoved for one in moved)
    assert all(set(one.unmoved) >= one.fix.all and not one.changes for one in ways if one.after is None)
    assert len(moved) > 20


def test_a_linear_comparison_is_moved_to_its_nearest_whole_person() -> None:
    made, known = a_case(HNTE)
    known = {**known, "staff": 85, "tech_staff": 8}
    found = decide.decide(made, known, date(2023, 6, 1))
    moved = moves.moved(found.to_qualify[0], made, found, facts=known, known=reading.own().vocabulary)
    assert (moved.changes, moved.unmoved, moved.distance) == ({"tech_staff": 9}, (), Fraction(1, 9))
