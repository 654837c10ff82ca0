"""Enterprises with things: screening is the same as deciding each loan and each patent of everybody exactly."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.enterprises import given_enterprises
from tests.policy import given_policy, given_support, given_things
from tests.policy.given_support import A_LOAN, DAY, PLEDGE
from tests.policy.test_estimate import CEILINGS, LINES
from tests.policy.test_screen import ROW
from tests.registry.given_rights import a_right
from zhirong.enterprises import file
from zhirong.enterprises.actions import facts
from zhirong.people.models import Party
from zhirong.policy import almost, deciding, kept, population, reach, reading, supporting
from zhirong.policy.engine import columns, effect, estimate, measure, near, screen, together
from zhirong.policy.engine.measure import Measure

KNOWN = given_policy.known()


def paying(lines: list[dict[str, Any]], ceilings: list[dict[str, Any]]) -> Measure:
    amount = {
        "lines": [{"id": f"l{place}", "clause": "c", **line} for place, line in enumerate(lines)],
        "ceilings": [{"id": f"c{place}", "clause": "c", **one} for place, one in enumerate(ceilings)],
    }
    leaf = given_policy.a_leaf("small", "staff <= 8")
    return measure.measure(given_policy.raw(versions=[given_policy.a_version(eligibility=leaf, amount=amount)]))


def agree(one: Measure, own: list[Any], of_things: list[list[Any]], *, known: Any, day: date) -> int:
    """States and sums of everybody against exact decisions; for how many a ceiling bound several things."""
    asked = deciding.facts_asked(one)
    cases = given_things.cases(own, of_things, known, asked)
    rows, _ = screen.looked(one, cases.people, day, known=date.max)
    found = together.of_cases(one, cases, rows, day=day, known=date.max)
    bound = 0
    for place, (row, mine) in enumerate(zip(own, of_things, strict=True)):
        state, fen = given_things.exact(one, row, mine, asked=asked, day=day)
        assert (one.id, cases.states(rows).states[place], found.states[place]) == (one.id, state, state)
        if state not in (screen.MET, screen.UNKNOWN):
            continue
        assert bool(found.lacking[place]) == (fen is None)
        # One amount is within a cent, as without things; a sum of several is exact.
        several = sum(rows.states[at] == state for at in cases.rows_of(place)) > 1
        assert fen is None or abs(int(found.fen[place]) - fen) <= (0 if several else int(found.off[place] > 0))
        each = [
            estimate.exactly(one, cases.people.facts_of(at), day, known=date.max)
            for at in cases.rows_of(place)
            if rows.states[at] == state
        ]
        bound += fen is not None and fen < sum(part or 0 for part in each)
    return bound


OWN = st.lists(st.tuples(ROW, st.integers(0, 2)), min_size=1, max_size=5)
JOINT = [{**one, "scope": scope} for one in CEILINGS for scope in ("enterprise_year", "loan")]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.sampled_from(LINES), min_size=1, max_size=3),
    st.lists(st.sampled_from(JOINT), max_size=3),
    OWN,
    st.lists(ROW, min_size=15, max_size=15),
)
def test_screening_by_enterprise_is_deciding_each_of_its_things(
    lines: list[dict[str, Any]], ceilings: list[dict[str, Any]], given_own: list[Any], loans: list[dict[str, Any]]
) -> None:
    own = [given_policy.settled(**row) for row, _ in given_own]
    counts = [(0, 1, 3)[kind] for _, kind in given_own]
    told = [given_policy.settled(**loan) for loan in loans]
    mine = [told[place * 3 : place * 3 + count] for place, count in enumerate(counts)]
    agree(paying(lines, ceilings), own, mine, known=KNOWN, day=given_policy.DAY)


@pytest.mark.parametrize("day", [date(2022, 10, 15), date(2025, 6, 1)])
def test_our_own_measures_screen_by_enterprise_as_they_decide(day: date) -> None:
    base = reading.own()
    rows = given_policy.rows(base, 240, seed=day.toordinal())
    loans = [{n: v for n, v in row.items() if n.startswith(("loan", "pledge", "patent"))} for row in rows[60:]]
    mine = [loans[place * 3 : place * 3 + (0, 1, 3)[place % 3]] for place in range(60)]
    for one in base.measures.values():
        agree(one, rows[:60], mine, known=base.vocabulary, day=day)


def test_a_ceiling_of_the_enterprise_binds_over_several_loans_and_one_of_a_loan_does_not() -> None:
    own = [given_policy.settled(staff=3)] * 3
    mine = [[given_policy.settled(sales=sales) for sales in given] for given in ([], [90], [90, 80, 70])]
    yearly = {"scope": "enterprise_year", "limit": "100", "used": "received"}
    joint, each = (
        paying([{"expr": "p.rate * sales"}], [{**yearly, "scope": scope}]) for scope in (yearly["scope"], "loan")
    )
    fen = []
    for one in (joint, each):
        cases = given_things.cases(own, mine, KNOWN, deciding.facts_asked(one))
        rows = screen.screen(one, cases.people, given_policy.DAY)
        found = together.of_cases(one, cases, rows, day=given_policy.DAY, known=date.max)
        assert found.lacking.tolist() == [True, False, False]
        fen.append(found.fen.tolist())
    assert fen == [[0, 45_00, 100_00], [0, 45_00, 120_00]]
    assert agree(joint, own, mine, known=KNOWN, day=given_policy.DAY) == 1
    assert agree(each, own, mine, known=KNOWN, day=given_policy.DAY) == 0


def test_a_half_fen_of_several_things_is_rounded_for_each_of_them_exactly() -> None:
    # 0.15 of 0.1 yuan is one fen and a half; of both one fen each rounded up, not three fen together.
    one = paying([{"expr": "0.15 * sales"}], [])
    mine = [[given_policy.settled(sales=Fraction(1, 10))] * 2]
    cases = given_things.cases([given_policy.settled(staff=3)], mine, KNOWN, deciding.facts_asked(one))
    rows = screen.screen(one, cases.people, given_policy.DAY)
    found = together.of_cases(one, cases, rows, day=given_policy.DAY, known=date.max)
    assert (found.fen.tolist(), found.by_exact.tolist()) == ([4], [True])


def test_a_higher_ceiling_of_the_enterprise_shows_in_the_effect_though_no_single_loan_reaches_it() -> None:
    own = [given_policy.settled(staff=3)] * 2
    mine = [[given_policy.settled(sales=sales) for sales in given] for given in ([90], [90, 80, 70])]
    ceiling = {"scope": "enterprise_year", "used": "received"}
    old, new = (paying([{"expr": "p.rate * sales"}], [{**ceiling, "limit": limit}]) for limit in ("100", "110"))
    cases = given_things.cases(own, mine, KNOWN, deciding.facts_asked(new))
    found = effect.effect(old, new, cases.people, day=given_policy.DAY, cases=(cases, cases))
    assert found.more == (effect.Change(1, "met", "met", 100_00, 110_00),)
    assert found.gains == found.loses == found.less == found.other == ()
    assert (found.before.met, found.before.total_fen, found.after.total_fen) == (2, 145_00, 155_00)


def test_a_fact_settles_an_enterprise_only_where_none_of_its_things_wants_another() -> None:
    one = given_policy.of("staff <= 8 and sales > 1")
    mine = [[given_policy.settled(staff=3), given_policy.settled(staff=9)], [given_policy.settled(staff=3)] * 2]
    mine += [[given_policy.settled(staff=3), given_policy.settled(sales=3)]]
    cases = given_things.cases([{}] * 3, mine, KNOWN, deciding.facts_asked(one))
    rows, seen = screen.looked(one, cases.people, given_policy.DAY)
    assert cases.states(rows).states.tolist() == [screen.UNKNOWN] * 3
    gaps = near.gaps_of(cases, rows, seen)
    assert {name: mask.tolist() for name, mask in gaps.settles.items()} == {
        "staff": [False, False, False],
        "sales": [True, True, False],
    }


def test_lists_come_along_with_the_rows_that_are_taken() -> None:
    rows = [given_policy.settled(**row) for row in ROWS]
    people = columns.population(rows, KNOWN)
    some = columns.taken(columns.Population(people.size, people.columns), np.array([2, 0, 2]))
    assert [some.facts_of(place) for place in range(3)] == [rows[2], rows[0], rows[2]]


ROWS: list[dict[str, Any]] = [
    {"kinds": ["patent"], "loans": [{"amount": 3, "is_new": True}, {"amount": 4}]},
    {"staff": 3, "kinds": ["trademark", "patent"]},
    {"form": "own", "kinds": [], "loans": [{"paid_on": date(2020, 1, 2)}, {"is_new": False}, {}]},
]


def with_loans(*loans: dict[str, Any], **changes: Any) -> Party:
    """An enterprise of which loans are stated, as banks do."""
    party = given_enterprises.an_enterprise()
    person = given_enterprises.a_member(party)
    facts.note_facts(person, party, given_support.told({**given_support.ENTERPRISE, **changes}), source="self")
    for place, loan in enumerate(loans):
        told = given_support.told({**A_LOAN, **loan}, about=f"loan:{place}")
        facts.note_facts(person, party, told, source="self")
    return party


@pytest.mark.django_db
def test_loans_that_are_stated_as_things_are_screened_as_they_are_decided() -> None:
    big = {"loan_interest_paid": "3000000"}
    parties = [
        with_loans(),
        with_loans({}),
        with_loans(big, big, {"loan_repaid": False}),
        with_loans({"loan_repaid": False}),
    ]
    whole = population.population(day=DAY)
    one = kept.base().measures[PLEDGE]
    best = [supporting.best(my_rows(party)) for party in parties]
    found = reach.reach(one, whole)
    assert (found.met, found.not_met, found.unknown) == (2, 1, 1)
    assert found.total_fen == sum(each.total_fen for each in best)
    # Of 1,500,000 yuan for each loan of the third the ceiling of the year leaves 2,000,000 for both.
    assert [each.total_fen for each in best] == [0, 108_750_01, 2_000_000_00, 0]
    assert found.near["1"] == 1
    for place, party in enumerate(parties):
        decided = {each.about: each.told.facts for each in my_decided(party)}
        assert {about: whole.facts_of(place, about) for about in decided} == decided


def my_decided(party: Party) -> list[deciding.Decided]:
    return deciding.everything(party, day=DAY, measures=[PLEDGE])


def my_rows(party: Party) -> list[supporting.Row]:
    return supporting.rows(my_decided(party), kept.base().vocabulary)


@pytest.mark.django_db
def test_the_list_of_the_almost_eligible_names_the_loan_that_is_nearest() -> None:
    far = {"loan_repaid": False, "filed_with_district": False}
    party = with_loans(far, {"filed_with_district": False})
    whole = population.population(day=DAY)
    one = kept.base().measures[PLEDGE]
    (row,) = almost.listed(one, whole, almost.Wish()).rows
    assert (row.party_id, row.steps, row.about, row.fen) == (party.pk, 1, "loan:1", 108_750_01)
    (exact,) = almost.exact(one, whole, [row], wish=almost.Wish())
    assert [leaf.id for leaf in exact.conditions] == ["filed"]
    assert (exact.fen, exact.about) == (108_750_01, "loan:1")


@pytest.mark.django_db
def test_a_loan_that_changes_makes_another_population() -> None:
    party = with_loans({})
    before = population.population(day=DAY).sha256
    assert population.population(day=DAY).sha256 == before
    person = given_enterprises.a_member(party)
    facts.note_facts(person, party, given_support.told({"loan_interest_paid": "1"}, about="loan:0"), source="self")
    assert population.population(day=DAY).sha256 != before


@pytest.mark.django_db
def test_things_of_many_are_what_the_file_tells_of_each_in_few_queries(
    django_assert_max_num_queries: Any,
) -> None:
    parties = [with_loans(), with_loans({}, {"loan_repaid": False})]
    holder = given_enterprises.an_enterprise()
    right = a_right(1, parties=(holder,))
    told = given_support.told({"patent_kind": "invention"}, about=right.key)
    facts.note_facts(given_enterprises.a_member(holder), holder, told, source="self")
    parties.append(holder)
    day = date(2026, 3, 2)
    with django_assert_max_num_queries(20):
        found = file.files_of_many([party.pk for party in parties], day=day)
    assert [len(found[party.pk].things) for party in parties] == [0, 2, 1]
    assert {pk: one.facts for pk, one in found.items()} == file.facts_of_many(list(found), day=day)
    for party in parties:
        for thing in found[party.pk].things:
            known = file.facts_of(party, day=day, about=thing.about).facts
            assert {**found[party.pk].facts, **thing.facts} == known
