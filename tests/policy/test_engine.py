"""The engine on small measures: three-valued logic, exact amounts, ways to qualify, time, and what is refused."""

from __future__ import annotations

import contextlib
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.policy import given_policy
from tests.policy.given_policy import DAY, a_leaf, a_version, settled
from zhirong.base import refused
from zhirong.base.refused import Refused
from zhirong.policy.engine import asks, decide, exact, facts, grammar, lint, measure, numerals, source, values
from zhirong.policy.engine.values import Unknown

ALL = {"is_local": True, "staff": 3, "sales": 1001}


def decided(day: date = DAY, *, raw: dict[str, Any] | None = None, **given_facts: Any) -> decide.Decision:
    return decide.decide(measure.measure(raw or given_policy.raw()), settled(**given_facts), day)


def value(text: str, **given_facts: Any) -> Any:
    return exact.expression(text).run(exact.Case(settled(**given_facts), {}))


def test_halves_of_a_cent_go_up_and_the_ceiling_counts_what_was_received() -> None:
    assert decided(**{**ALL, "sales": Fraction("0.01")}).amount_fen == 1
    found = decided(**{**ALL, "sales": 3000, "received": 400})
    assert (found.amount_fen, found.amount.capped_by if found.amount else "") == (60_000, "cap")


def test_unknown_is_never_nought() -> None:
    found = decided(is_local=True, staff=3)
    assert (found.eligible, found.amount_fen, found.missing) == ("met", None, ("sales",))
    assert value("sales + 0") == Unknown(frozenset({"sales"}))
    assert value("sales * 0") == 0
    assert value("is_local or 1 == 1") is True
    assert value("is_local and 1 == 2") is False
    assert isinstance(value("sum(l.amount for l in loans)", loans=[{"amount": 1}, {}]), Unknown)


def test_an_amount_is_only_given_to_whom_it_is_met() -> None:
    found = decided(staff=3, sales=1001)
    assert (found.eligible, found.amount_fen) == ("unknown", None)
    assert found.amount is not None
    assert found.amount.amount_fen == 50_050


def test_leaves_tell_their_clause_their_facts_and_how_far_they_fall_short() -> None:
    leaf = decided(**{**ALL, "staff": "12人"}).leaves[1]
    assert (leaf.id, leaf.clause, leaf.certainty, leaf.value) == ("small", "c", "stated", False)
    assert (leaf.facts, leaf.short_by) == ({"staff": 12}, 2)


def test_ways_to_qualify_say_what_acts_what_waits_and_what_to_find_out() -> None:
    rules = {"all": [a_leaf("a", "is_local"), a_leaf("b", "staff <= 10", fixable="time"), a_leaf("c", "sales > 5")]}
    raw = given_policy.raw(versions=[a_version(eligibility=rules)])
    (fix,) = decided(raw=raw, is_local=False, staff=11).to_qualify
    assert (fix.by_action, fix.by_time, fix.to_find_out) == (("a",), ("b",), ("c",))


TREES = st.recursive(
    st.tuples(st.sampled_from(["action", "time", "never"]), st.sampled_from([True, False, None])),
    lambda inner: st.tuples(st.sampled_from(["all", "any"]), st.lists(inner, min_size=1, max_size=3)),
    max_leaves=7,
)


def built(shape: Any, known: dict[str, bool | None]) -> dict[str, Any]:
    word, part = shape
    if word in ("all", "any"):
        return {word: [built(one, known) for one in part]}
    name = f"l{len(known)}"
    known[name] = part
    return a_leaf(name, f"staff == {len(known)}", fixable=word)


@settings(max_examples=80, deadline=None)
@given(TREES)
def test_every_set_makes_it_met_and_nothing_less_does(shape: Any) -> None:
    found: dict[str, bool | None] = {}
    tree = measure.condition(built(shape, found))
    if decide.tree_value(tree, found) is not False:
        return
    fixes, _ = decide.repair.fixes(tree, found)
    for fix in fixes:
        assert decide.tree_value(tree, {**found, **dict.fromkeys(fix.all, True)}) is True
        for name in fix.all:
            less = fix.all - {name}
            assert decide.tree_value(tree, {**found, **dict.fromkeys(less, True)}) is not True
    best = {leaf.id: True for leaf in measure.leaves(tree) if found[leaf.id] is not False or leaf.fixable != "never"}
    assert bool(fixes) == (decide.tree_value(tree, {**found, **best}) is True)


@settings(max_examples=40, deadline=None)
@given(st.fixed_dictionaries({}, optional={"is_local": st.booleans(), "staff": st.integers(8, 12)}), st.data())
def test_a_settled_answer_stays_when_the_rest_becomes_known(some: dict[str, Any], data: st.DataObject) -> None:
    before = decided(**some)
    rest = {"is_local": data.draw(st.booleans()), "staff": data.draw(st.integers(8, 12))}
    after = decided(**{**rest, **some})
    assert before.eligible in ("unknown", after.eligible)


def test_what_was_known_later_does_not_change_an_earlier_answer() -> None:
    raw = given_policy.raw()
    before = decide.decide(measure.measure(raw), settled(**ALL), DAY, known=date(2022, 7, 1))
    row = {"from": date(2022, 3, 1), "to": None, "value": Fraction(3, 4), "clause": "c", "known_from": date(2022, 8, 1)}
    raw["parameters"]["rate"]["values"].append(row)
    assert lint.findings(raw, given_policy.known()) == []
    later = measure.measure(raw)
    assert decide.decide(later, settled(**ALL), DAY, known=date(2022, 7, 1)).amount_fen == before.amount_fen == 50_050
    assert decide.decide(later, settled(**ALL), DAY, known=date(2022, 8, 1)).amount_fen == 75_075


def test_the_date_basis_names_the_day_that_decides() -> None:
    raw = given_policy.raw(versions=[a_version(date_basis="settled_on")])
    assert decided(raw=raw, **ALL).missing == ("settled_on",)
    assert decided(date(2024, 1, 1), raw=raw, settled_on="2022-12-31", **ALL).eligible == "met"
    assert decided(raw=raw, settled_on="2023-01-01", **ALL).eligible == "not_in_force"


def test_the_same_question_has_the_same_hash_and_another_has_another() -> None:
    assert decided(**ALL).sha256 == decided(**ALL).sha256
    assert decided(**ALL).sha256 != decided(**{**ALL, "staff": 4}).sha256


def test_windows_open_and_close_at_their_instant() -> None:
    window = {"from": "2022-06-01T09:00:00+08:00", "to": "2022-06-02T18:00:00+08:00", "clause": "c"}
    made = measure.measure(given_policy.raw(windows=[window]))
    opens = datetime.fromisoformat(window["from"])
    states = [
        decide.window_of(made, DAY, opens + timedelta(seconds=seconds)).state for seconds in (-1, 0, 118_800, 118_801)
    ]
    assert states == ["opens", "open", "open", "closed"]
    assert decide.window_of(made, DAY, None).state == "open"


def test_the_best_question_settles_most_measures() -> None:
    open_ones = [decided(is_local=True, sales=1), decided(raw=given_policy.raw(id="x-two"), sales=1)]
    assert [one.fact for one in asks.next_asks(open_ones, given_policy.known())] == ["staff", "is_local"]


@pytest.mark.parametrize(
    ("given_facts", "code"),
    [
        ({"colour": "red"}, "policy.fact_unknown"),
        ({"staff": True}, "policy.fact_misfit"),
        ({"is_local": 1}, "policy.fact_misfit"),
        ({"staff": "十二个月"}, "policy.units_mixed"),
        ({"staff": "三百五"}, "policy.number_unreadable"),
        ({"staff": "廿二"}, "policy.number_unreadable"),
        ({"staff": float("nan")}, "policy.number_too_large"),
        ({"staff": 10**40}, "policy.number_too_large"),
        ({"received": -1}, "policy.fact_out_of_band"),
        ({"founded_on": "2022-02-30"}, "policy.no_such_day"),
        ({"founded_on": "9999-01-01"}, "policy.no_such_day"),
        ({"founded_on": "2022-05-01", "settled_on": "2022-04-30"}, "policy.facts_contradict"),
        ({"loans": [{"colour": 1}]}, "policy.fact_unknown"),
        ({"loans": [{}] * 10_001}, "policy.list_too_long"),
        ({"kinds": "patent"}, "policy.fact_misfit"),
    ],
)
def test_bad_facts_are_refused(given_facts: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as caught:
        settled(**given_facts)
    assert caught.value.code == code
    assert refused.sentence(caught.value, "zh") != refused.sentence(caught.value, "en")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("300万元", 3_000_000),
        ("1.5亿", 150_000_000),
        ("三百二十万", 3_200_000),
        ("一亿零五十万", 100_500_000),
        ("两千零五", 2005),
        ("十二", 12),
        ("1,280,000.50元", Fraction("1280000.5")),
        ("二点五", Fraction(5, 2)),
    ],
)
def test_numbers_are_read_as_people_write_them(text: str, number: Any) -> None:
    assert numerals.read(text, name="x", unit="CNY") == number


def test_per_cent_is_a_share() -> None:
    assert numerals.read("百分之五", name="x", unit="/1") == numerals.read("5%", name="x", unit="/1") == Fraction(1, 20)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('__import__("os")', "policy.expression_unreadable"),
        ("staff.__class__", "policy.expression_unreadable"),
        ("open(1)", "policy.function_unknown"),
        ("staff **2", "policy.expression_unreadable"),
        ("(" * 100 + "1" + ")" * 100, "policy.expression_too_deep"),
        ("not " * 100 + "is_local", "policy.expression_too_deep"),
        ("1+" * 1500 + "1", "policy.expression_too_big"),
        ("1+" * 300 + "1", "policy.expression_too_deep"),
        ("9" * 30, "policy.expression_unreadable"),
        ("staff < ", "policy.expression_unreadable"),
        ("sum()", "policy.expression_unreadable"),
        ("for x in loans", "policy.expression_unreadable"),
        ('"a', "policy.expression_unreadable"),
    ],
)
def test_what_is_no_expression_is_refused(text: str, code: str) -> None:
    with pytest.raises(Refused) as caught:
        grammar.read(text)
    assert caught.value.code == code


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet='ab1.()[]+-*/<>=!" ,pfornitd', max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(Refused):
        exact.expression(text).run(exact.Case({}, {}))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("sales / (staff - staff)", "policy.divided_by_nothing"),
        ("min(l.amount for l in loans)", "policy.nothing_to_choose"),
        ("date(2022, 2, 30)", "policy.no_such_day"),
        ("form + 1", "policy.kinds_mixed"),
        ("sum(sum(m.amount for m in loans) for l in loans)", ""),
    ],
)
def test_what_cannot_be_computed_is_refused(text: str, code: str) -> None:
    try:
        value(text, sales=1, staff=1, loans=[], form="own")
        found = ""
    except Refused as no:
        found = no.code
    assert found == code


def test_lists_in_lists_end_at_the_bound_of_steps() -> None:
    with pytest.raises(Refused, match=r"policy\.too_much_work"):
        value("sum(sum(m.amount for m in loans) for l in loans)", loans=[{"amount": 1}] * 400)


def test_thirds_are_exact() -> None:
    assert value("sales / 3 * 3 == sales", sales=1) is True
    assert values.decimals(Fraction(1, 4)) == "0.25"


@pytest.mark.parametrize(
    "text",
    ["a: [1, 2", "a: 1\na: 2", "&a [*a]", "a: .inf", "a: !!python/object:os.system x", "a: 2022-02-30", "x" * 300_000],
)
def test_a_file_that_is_no_data_is_refused(text: str) -> None:
    with pytest.raises(Refused, match=r"policy\."):
        source.parse(text)


def test_a_small_file_that_grows_without_end_is_refused() -> None:
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    with pytest.raises(Refused, match=r"policy\.file_malformed"):
        source.parse("\n".join(lines))


def test_numbers_of_a_file_are_exact() -> None:
    assert source.parse("{a: 0.1, b: 20312345.67}") == {"a": Fraction(1, 10), "b": Fraction(2031234567, 100)}
    assert facts.number(facts.Fact("x", "number"), 0.1) == Fraction(1, 10)
