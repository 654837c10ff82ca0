"""Several claims at once: the best set is what trying every set finds, to the cent."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhirong.base.refused import Refused
from zhirong.policy.engine import measure, portfolio
from zhirong.policy.engine.portfolio import Board, Claim, Member

RULES = ("exclusive", "choose_best", "deduct", "joint_cap")


def member(name: str, *rules: dict[str, Any], tags: tuple[str, ...] = ()) -> Member:
    made = tuple(measure.rule({"scope": "same_loan", "clause": f"k-{name}", **one}) for one in rules)
    return portfolio.made_up(name, tags, made)


def rule(kind: str, *others: str, limit: int = 100) -> dict[str, Any]:
    return {
        "rule": kind,
        "with": [f"id:{one}" for one in others],
        **({"limit": str(limit)} if kind == "joint_cap" else {}),
    }


def by_trying(claims: list[Claim], members: dict[str, Member]) -> int:
    board, best = Board(claims, members), 0
    places = range(len(claims))
    for size in range(len(claims) + 1):
        for chosen in combinations(places, size):
            if not any(board.is_barred(one, other) for one, other in combinations(chosen, 2)):
                best = max(best, sum(board.paid(list(chosen))[0].values()))
    return best


NAMES = ["a", "b", "c", "d", "e"]
PAIRS = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES), st.sampled_from(["exclusive", "choose_best", "deduct"])),
    max_size=6,
)


@settings(max_examples=80, deadline=None)
@given(PAIRS, st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from("xy"), st.integers(0, 50)), max_size=6))
def test_the_best_set_is_what_trying_all_finds(pairs: list[Any], asked: list[Any]) -> None:
    members = {name: member(name, *(rule(kind, two) for one, two, kind in pairs if one == name)) for name in NAMES}
    claims = [Claim(name, key, amount) for name, key, amount in asked]
    found = portfolio.best(claims, members)
    assert found.total_fen == by_trying(claims, members) == sum(one.paid_fen for one in found.taken)
    assert sorted([one.place for one in found.taken] + [one.place for one in found.dropped]) == list(range(len(claims)))


def test_a_joint_ceiling_inside_another_is_exact_and_the_last_give_way() -> None:
    members = {
        "a": member("a", rule("joint_cap", "b", limit=1), rule("joint_cap", "b", "c", limit=2)),
        "b": member("b"),
        "c": member("c"),
    }
    found = portfolio.best([Claim(name, "x", 90) for name in "abc"], members)
    assert [one.paid_fen for one in found.taken] == [90, 10, 90]
    assert (found.total_fen, found.taken[1].lowered_by) == (190, ("k-a",))


def test_ceilings_that_cross_are_refused_not_guessed() -> None:
    members = {"a": member("a", rule("joint_cap", "b")), "b": member("b", rule("joint_cap", "c")), "c": member("c")}
    with pytest.raises(Refused, match=r"policy\.ceilings_cross"):
        portfolio.best([Claim(name, "x", 90) for name in "abc"], members)


def test_ends_of_a_chain_beat_its_middle_and_ties_take_the_first() -> None:
    members = {"a": member("a", rule("exclusive", "b")), "b": member("b", rule("exclusive", "c")), "c": member("c")}
    found = portfolio.best([Claim("a", "x", 40), Claim("b", "x", 80), Claim("c", "x", 40)], members)
    assert [one.place for one in found.taken] == [0, 2]


def test_a_tag_of_its_own_never_hits_the_measure_itself() -> None:
    alone = member("a", {"rule": "exclusive", "with": ["tag:t"]}, tags=("t",))
    found = portfolio.best([Claim("a", "x", 40), Claim("a", "x", 50)], {"a": alone})
    assert (found.total_fen, found.dropped) == (90, ())


@pytest.mark.parametrize(
    ("claim", "code"), [(Claim("z", "x", 1), "measure_unknown"), (Claim("a", "x", -1), "amount_negative")]
)
def test_unknown_measures_and_negative_amounts_are_refused(claim: Claim, code: str) -> None:
    with pytest.raises(Refused, match=code):
        portfolio.best([claim], {"a": member("a")})
