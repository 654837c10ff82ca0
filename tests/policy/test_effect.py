"""What a changed measure does to a population."""

from __future__ import annotations

import random
from datetime import date
from fractions import Fraction
from typing import Any

from tests.policy import given_policy
from zhirong.policy import reading
from zhirong.policy.engine import columns, decide, effect
from zhirong.policy.engine.measure import Measure, measure

DAY = given_policy.DAY


def with_rate(rate: Fraction | int, *, most_staff: int = 10, limit: str = "1000") -> Measure:
    """Local enterprises of few people get a share of their sales."""
    row = {"from": date(2022, 1, 1), "to": None, "value": rate, "clause": "c"}
    tree = {"all": [given_policy.a_leaf("local", "is_local"), given_policy.a_leaf("small", f"staff <= {most_staff}")]}
    line = {"id": "share", "clause": "c", "expr": "p.rate * sales"}
    ceiling = {"id": "cap", "clause": "c", "scope": "enterprise_year", "limit": limit, "used": "received"}
    version = given_policy.a_version(eligibility=tree, amount={"lines": [line], "ceilings": [ceiling]})
    return measure(given_policy.raw(versions=[version], parameters={"rate": {"unit": "/1", "values": [row]}}))


def people(*given: dict[str, Any]) -> columns.Population:
    rows = [given_policy.settled(**{"is_local": True, **row}) for row in given]
    return columns.population(rows, given_policy.known())


def test_who_gains_loses_gets_more_or_less_is_named_with_exact_amounts() -> None:
    crowd = people(
        {"staff": 5, "sales": 100},
        {"staff": 8, "sales": 100},
        {"staff": 12, "sales": 300},
        {"sales": 100},
        {"staff": 5, "sales": 9000},
    )
    found = effect.effect(with_rate(Fraction(1, 2)), with_rate(Fraction(1, 3), most_staff=6), crowd, day=DAY)
    assert found.loses == (effect.Change(1, "met", "not_met", 50_00, None),)
    assert found.less == (effect.Change(0, "met", "met", 50_00, 33_33),)
    assert found.gains == found.more == found.other == ()
    assert found.before == effect.Side(met=3, unknown=1, unpriced=0, total_fen=1_100_00)
    assert found.after == effect.Side(met=2, unknown=1, unpriced=0, total_fen=1_033_33)


def test_the_ceiling_hides_a_higher_rate_from_those_who_are_at_it() -> None:
    crowd = people({"staff": 5, "sales": 9000}, {"staff": 5, "sales": 100})
    found = effect.effect(with_rate(Fraction(1, 2)), with_rate(Fraction(3, 5)), crowd, day=DAY)
    assert [one.place for one in found.more] == [1]


def test_a_change_of_one_fen_is_not_lost_in_the_rounding_of_floats() -> None:
    crowd = people({"staff": 5, "sales": 1})
    found = effect.effect(with_rate(Fraction(1, 10)), with_rate(Fraction(11, 100)), crowd, day=DAY)
    assert found.more == (effect.Change(0, "met", "met", 10, 11),)
    assert not effect.effect(with_rate(Fraction(1, 10)), with_rate(Fraction(1001, 10000)), crowd, day=DAY).more


def test_a_new_measure_is_compared_with_nothing() -> None:
    found = effect.effect(None, with_rate(1), people({"staff": 5, "sales": 7}, {}), day=DAY)
    assert found.gains == (effect.Change(0, "not_in_force", "met", None, 7_00),)
    assert found.other == (effect.Change(1, "not_in_force", "unknown", None, None),)
    assert found.before == effect.Side(0, 0, 0, 0)


def test_the_effect_on_a_population_is_that_of_deciding_everybody_twice() -> None:
    base = reading.own()
    day = date(2022, 10, 15)
    rows = given_policy.rows(base, 250, seed=6)
    crowd = columns.population(rows, base.vocabulary)
    old = base.measures["cn-patent-fee-reduction"]
    raw = {**old.raw, "parameters": {**old.raw["parameters"]}}
    for name, entry in raw["parameters"].items():
        factor = random.Random(name).choice([Fraction(9, 10), Fraction(11, 10)])
        raw["parameters"][name] = {**entry, "values": [scaled(row, factor) for row in entry["values"]]}
    new = measure(raw)
    found = effect.effect(old, new, crowd, day=day)
    wanted = []
    for place, row in enumerate(rows):
        before, after = (decide.decide(one, row, day) for one in (old, new))
        if (before.eligible, before.amount_fen) != (after.eligible, after.amount_fen):
            wanted.append((place, before.eligible, after.eligible, before.amount_fen, after.amount_fen))
    every = [*found.gains, *found.loses, *found.more, *found.less, *found.other]
    assert sorted((one.place, one.before, one.after, one.before_fen, one.after_fen) for one in every) == wanted
    assert len(wanted) > 20


def scaled(row: dict[str, Any], factor: Fraction) -> dict[str, Any]:
    value = row["value"]
    return {**row, "value": value * factor if isinstance(value, int | Fraction) else value}
