"""An answer given with facts wanting holds whatever they turn out to be; what is said to qualify does qualify."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from itertools import combinations
from typing import Any

import pytest

from tests.policy import given_policy
from zhirong.base.refused import Refused
from zhirong.policy import reading
from zhirong.policy.engine import decide, repair
from zhirong.policy.engine.facts import Vocabulary
from zhirong.policy.engine.measure import Leaf, Measure, Version, leaves

PARTIAL, FILLS = 2_000, 4
DAYS = (date(2015, 9, 30), date(2022, 10, 15), date(2024, 9, 1), date(2025, 6, 1))
Facts = dict[str, Any]
Pool = Mapping[str, list[Any]]


@pytest.fixture(scope="module")
def pool() -> Pool:
    """For every fact values round what the worked cases look at, settled."""
    base = reading.own()
    r = random.Random(17)
    plain = Vocabulary(base.vocabulary.facts)
    found: dict[str, list[Any]] = {}
    for name, seen in given_policy.pools(base).items():
        fact = plain.facts[name]
        values = [given_policy.near(r, fact, r.choice(seen)) for _ in range(60)]
        found[name] = [given_policy.facts.settled({name: value}, plain)[name] for value in [*seen, *values]]
    return found


def in_force() -> list[tuple[Measure, Version, date]]:
    """Each measure with each version that rules on one of the days."""
    found = []
    for one in reading.own().measures.values():
        for day in DAYS:
            version = decide.ruling(one, {}, day, known=date.max)[0]
            if version is not None:
                found.append((one, version, day))
    return found


def filled(r: random.Random, names: Collection[str], pool: Pool, given: Facts) -> Facts:
    """What is given, and for the rest of the names any value."""
    return {name: r.choice(pool[name]) for name in sorted(names) if name in pool and name not in given} | given


def partial(r: random.Random, names: Collection[str], pool: Pool) -> Facts:
    """Some of the facts, with fields of records taken out here and there."""
    kept = r.choice([0.2, 0.5, 0.8, 0.9])
    return {name: r.choice(pool[name]) for name in sorted(names) if name in pool and r.random() < kept}


def state(one: Measure, facts: Facts, day: date) -> str:
    try:
        return decide.eligibility(one, facts, day, known=date.max)
    except Refused:
        return "refused"


def test_an_answer_with_facts_wanting_never_changes_when_they_are_filled_in(pool: Pool, record_property: Any) -> None:
    r = random.Random(20_221_015)
    cases = in_force()
    told = open_ones = both_seen = 0
    for _ in range(PARTIAL):
        one, version, day = r.choice(cases)
        names = {name for leaf in leaves(version.eligibility) for name in leaf.rule.facts}
        given = partial(r, names, pool)
        answer = state(one, given, day)
        if answer in (decide.MET, decide.NOT_MET):
            told += 1
            ends = {state(one, filled(r, names, pool, given), day) for _ in range(FILLS)} - {"refused"}
            assert ends <= {answer}, (one.id, day, given)
        elif answer == decide.UNKNOWN:
            open_ones += 1
            ends = reachable(r, one, given, names=names, pool=pool, day=day)
            both_seen += {decide.MET, decide.NOT_MET} <= ends
    tightness = both_seen / open_ones
    record_property("unknown", open_ones)
    record_property("unknown_with_both_outcomes_reached", both_seen)
    print(f"told {told}, unknown {open_ones}, both outcomes reached {tightness:.0%}")
    assert told > 500
    assert open_ones > 500
    # The rest is luck of the draw, or conditions that hang on each other; a higher share is better, 1 is tight.
    assert tightness > 0.8


def reachable(
    r: random.Random, one: Measure, given: Facts, *, names: Collection[str], pool: Pool, day: date
) -> set[str]:
    """Outcomes of filling in: some by luck, then each condition led to true and to false."""
    found = {state(one, filled(r, names, pool, given), day) for _ in range(FILLS)}
    version = decide.ruling(one, {}, day, known=date.max)[0]
    assert version is not None
    for wish, outcome in ((True, decide.MET), (False, decide.NOT_MET)):
        if outcome not in found:
            found.add(state(one, led(r, version, given, wish=wish, names=names, pool=pool, one=one, day=day), day))
    return found


def led(
    r: random.Random,
    version: Version,
    given: Facts,
    *,
    wish: bool,
    names: Collection[str],
    pool: Pool,
    one: Measure,
    day: date,
) -> Facts:
    """Facts filled in so that as many conditions as can be have the value wished for."""
    case = filled(r, names, pool, given)
    parts = list(leaves(version.eligibility))
    best = wanted(parts, case, wish, one=one, day=day)
    for _ in range(60):
        open_names = sorted(name for name in names if name in pool and name not in given)
        if not open_names or best == len(parts):
            break
        name = r.choice(open_names)
        tried = {**case, name: r.choice(pool[name])}
        score = wanted(parts, tried, wish, one=one, day=day)
        if score >= best:
            case, best = tried, score
    return case


def wanted(parts: list[Leaf], facts: Facts, wish: bool, *, one: Measure, day: date) -> int:
    values = values_of(parts, facts, one=one, day=day)
    return sum(value is wish for value in values.values())


def values_of(parts: list[Leaf], facts: Facts, *, one: Measure, day: date) -> dict[str, bool | None]:
    """The value of each condition; unknown where it cannot be computed."""
    case = decide.Case(facts, decide.parameters_on(one, day, date.max))
    found: dict[str, bool | None] = {}
    for leaf in parts:
        try:
            value = leaf.rule.run(case)
        except Refused:
            value = None
        found[leaf.id] = value if isinstance(value, bool) else None
    return found


def not_met(pool: Pool, count: int) -> Iterator[tuple[Measure, Version, date, Facts]]:
    """Cases that fail, with all their facts known."""
    r = random.Random(4)
    cases = in_force()
    while count:
        one, version, day = r.choice(cases)
        names = {name for leaf in leaves(version.eligibility) for name in leaf.rule.facts}
        facts = filled(r, names, pool, {})
        if state(one, facts, day) == decide.NOT_MET:
            count -= 1
            yield one, version, day, facts


def test_a_set_to_fix_qualifies_and_no_part_of_it_does(pool: Pool) -> None:
    sets = 0
    for one, version, day, facts in not_met(pool, 600):
        parts = list(leaves(version.eligibility))
        values = values_of(parts, facts, one=one, day=day)
        fixes, _ = repair.fixes(version.eligibility, values)
        assert decide.decide(one, facts, day).to_qualify == fixes
        for fix in fixes:
            sets += 1
            assert decide.tree_value(version.eligibility, {**values, **dict.fromkeys(fix.all, True)}) is True
            for left_out in fix.all:
                rest = dict.fromkeys(fix.all - {left_out}, True)
                assert decide.tree_value(version.eligibility, {**values, **rest}) is not True, (one.id, fix)
    assert sets > 250


def test_moving_the_facts_of_a_set_to_fix_makes_it_met_and_of_less_does_not(pool: Pool) -> None:
    r = random.Random(44)
    moved = 0
    for one, version, day, facts in not_met(pool, 400):
        parts = list(leaves(version.eligibility))
        for fix in decide.decide(one, facts, day).to_qualify[:2]:
            whole = moved_to(r, parts, facts, fix.all, one=one, day=day, pool=pool)
            if whole is None:
                continue
            moved += 1
            assert state(one, whole, day) == decide.MET, (one.id, fix)
            for left_out in combinations(sorted(fix.all), len(fix.all) - 1):
                less = moved_to(r, parts, facts, frozenset(left_out), one=one, day=day, pool=pool)
                assert less is None or state(one, less, day) != decide.MET, (one.id, fix)
    assert moved > 80


def moved_to(
    r: random.Random,
    parts: list[Leaf],
    facts: Facts,
    names: frozenset[str],
    *,
    one: Measure,
    day: date,
    pool: Pool,
) -> Facts | None:
    """Other facts under which just these conditions became true and no other changed; None where none was found."""
    before = values_of(parts, facts, one=one, day=day)
    aim = {**before, **dict.fromkeys(names, True)}
    case = dict(facts)
    for leaf in [leaf for leaf in parts if leaf.id in names]:
        for _ in range(25):
            tried = {**case, **{name: r.choice(pool[name]) for name in sorted(leaf.rule.facts) if name in pool}}
            after = values_of(parts, tried, one=one, day=day)
            if after[leaf.id] is True and all(
                after[other.id] is before[other.id] for other in parts if other.id not in names
            ):
                case = tried
                break
    return case if values_of(parts, case, one=one, day=day) == aim else None
