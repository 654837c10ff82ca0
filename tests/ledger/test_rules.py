"""The pure core: limits, holds, groups and ids hold for whatever is asked, in whatever order."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhirong.base.refused import Refused
from zhirong.ledger import calc, rules
from zhirong.ledger.engine import sets
from zhirong.ledger.engine import transfers as engine
from zhirong.ledger.engine.transfers import Account, Books, Flag, Limit, Status, Transfer

LIMITS = {1: Limit.NONE, 2: Limit.DEBITS_WITHIN_CREDITS, 3: Limit.DEBITS_WITHIN_CREDITS, 4: Limit.CREDITS_WITHIN_DEBITS}


def books() -> Books:
    found = {n: Account(n, "CNY", limit) for n, limit in LIMITS.items()}
    return Books({**found, 9: Account(9, "USD"), 8: Account(8, "CNY", closed=True)})


@st.composite
def a_transfer(draw: st.DrawFn) -> Transfer:
    key, flags = (
        draw(st.integers(1, 30)),
        draw(st.sampled_from([0, 0, 0, 2, 2, 4, 8, 16])) | draw(st.sampled_from([0, 0, 0, Flag.LINKED])),
    )
    if flags & (Flag.POST | Flag.VOID):
        amount = draw(st.sampled_from([engine.FULL, 0, 1, 20]))
        return Transfer(key, None, None, amount, "", flags, draw(st.integers(1, 30)))
    debit, credit = draw(st.sampled_from([1, 1, 2, 3, 4, 8, 9])), draw(st.sampled_from([1, 2, 2, 3, 4, 8, 9]))
    return Transfer(key, debit, credit, draw(st.integers(0, 40)), "CNY", flags)


many = st.lists(a_transfer(), max_size=60)


def sums(found: Books) -> list[tuple[int, int, int, int]]:
    return [(a.debits_pending, a.debits_posted, a.credits_pending, a.credits_posted) for a in found.accounts.values()]


def check_prefix(found: Books) -> None:
    """I1 to I3 and I5, after every single step."""
    pending_debits, debits, pending_credits, credits = (sum(column) for column in zip(*sums(found), strict=True))
    assert (debits, pending_debits) == (credits, pending_credits)
    for account in found.accounts.values():
        assert min(account.debits_pending, account.debits_posted, account.credits_pending, account.credits_posted) >= 0
        if account.limit is Limit.DEBITS_WITHIN_CREDITS:
            assert account.debits_posted + account.debits_pending <= account.credits_posted
        if account.limit is Limit.CREDITS_WITHIN_DEBITS:
            assert account.credits_posted + account.credits_pending <= account.debits_posted
    for entry in found.entries.values():
        if entry.flags & (Flag.POST | Flag.VOID):
            hold = found.entries[entry.hold_id]
            assert hold.resolved_by == entry.id
            assert entry.amount <= hold.amount


@settings(max_examples=150, deadline=None)
@given(many)
def test_limits_and_sums_hold_after_every_step(transfers: list[Transfer]) -> None:
    found, posted = books(), [0] * 6
    for chain, _ in engine.chains(transfers):
        engine.judge(found, chain)
        check_prefix(found)
        now = [a.debits_posted + a.credits_posted for a in found.accounts.values()]
        assert all(later >= earlier for earlier, later in zip(posted, now, strict=True))
        posted = now


@settings(max_examples=150, deadline=None)
@given(many)
def test_a_group_is_whole_or_leaves_everything_as_it_was(transfers: list[Transfer]) -> None:
    found = books()
    for chain, _ in engine.chains(transfers):
        before = copy.deepcopy(found)
        statuses = [outcome.status for outcome in engine.judge(found, chain)]
        created = statuses.count(Status.CREATED)
        assert created in (0, len(chain))
        if not created:
            assert sums(found) == sums(before)
            assert found.entries == before.entries
            assert len(found.dead) <= len(before.dead) + 1


@settings(max_examples=150, deadline=None)
@given(many, st.integers(0, 60))
def test_replaying_anything_any_number_of_times_changes_nothing(transfers: list[Transfer], place: int) -> None:
    found = books()
    alone = [t for t in transfers if not t.flags & Flag.LINKED]
    engine.judge(found, alone)
    before = copy.deepcopy(found)
    again = engine.judge(found, alone[place:] + alone[:place])
    assert Status.CREATED not in [outcome.status for outcome in again]
    assert sums(found) == sums(before)
    assert found.dead == before.dead


@settings(max_examples=150, deadline=None)
@given(many)
def test_the_fast_path_gives_the_answers_of_the_exact_one(transfers: list[Transfer]) -> None:
    rich = books()
    engine.judge(rich, [Transfer(f"in{n}", 1, n, 5_000, "CNY") for n in (2, 3)])
    engine.judge(rich, [Transfer("in4", 4, 1, 5_000, "CNY")])
    plain = [t for t in transfers if t.flags in sets.PLAIN]
    unique = list({t.id: t for t in plain if t.debit != t.credit and {t.debit, t.credit} <= {1, 2, 3, 4}}.values())
    exact, fast = copy.deepcopy(rich), copy.deepcopy(rich)
    assert sets.cannot_fail(fast, unique)
    assert sets.judge(fast, unique) == engine.judge(exact, unique)
    assert fast == exact
    other, same = copy.deepcopy(rich), copy.deepcopy(rich)
    assert sets.judge(other, transfers) == engine.judge(same, transfers)
    assert other == same


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([1, 2, 3, 4]), st.integers(0, 40)), max_size=30), st.permutations(range(30)))
def test_the_order_of_independent_entries_changes_no_sum(asked: list[tuple[int, int]], order: Sequence[int]) -> None:
    transfers = [Transfer(n, 1 if to != 1 else 4, to, amount, "CNY") for n, (to, amount) in enumerate(asked)]
    # Nothing limited is debited and account 4 only grows on its free side, so no order can fail.
    free = [t for t in transfers if t.credit != 4]
    one, other = books(), books()
    engine.judge(one, free)
    engine.judge(other, [free[n] for n in order if n < len(free)])
    assert sums(one) == sums(other)


def test_a_group_whose_last_link_hangs_in_the_air_fails_whole() -> None:
    found = books()
    statuses = [
        o.status
        for o in engine.judge(
            found, [Transfer("a", 1, 2, 5, "CNY", Flag.LINKED), Transfer("b", 1, 2, 5, "CNY", Flag.LINKED)]
        )
    ]
    assert statuses == [Status.LINKED_FAILED, Status.CHAIN_OPEN]
    assert not found.entries


@pytest.mark.parametrize(
    ("transfer", "status"),
    [
        (Transfer("x", 1, 1, 5, "CNY"), Status.SAME_ACCOUNT),
        (Transfer("x", 1, 7, 5, "CNY"), Status.ACCOUNT_NOT_FOUND),
        (Transfer("x", 1, 8, 5, "CNY"), Status.ACCOUNT_CLOSED),
        (Transfer("x", 1, 9, 5, "CNY"), Status.CURRENCY_DIFFERS),
        (Transfer("x", 1, 2, -1, "CNY"), Status.AMOUNT_OUT_OF_RANGE),
        (Transfer("x", 1, 2, 2**63, "CNY"), Status.AMOUNT_OUT_OF_RANGE),
        (Transfer("x", 2, 1, 11, "CNY"), Status.EXCEEDS_CREDITS),
        (Transfer("x", 1, 4, 1, "CNY"), Status.EXCEEDS_DEBITS),
        (Transfer("x", 1, 2, 5, "CNY", Flag.NONE, "h"), Status.FLAGS_CONFLICT),
        (Transfer("x", None, None, 0, "", Flag.POST | Flag.VOID, "h"), Status.FLAGS_CONFLICT),
        (Transfer("x", None, None, 0, "", Flag.POST | Flag.PENDING, "h"), Status.FLAGS_CONFLICT),
        (Transfer("x", None, None, 0, "", Flag.POST, "x"), Status.FLAGS_CONFLICT),
        (Transfer("x", None, None, 0, "", Flag.VOID, "none"), Status.HOLD_NOT_FOUND),
        (Transfer("x", None, None, 0, "", Flag.VOID, "plain"), Status.NOT_A_HOLD),
        (Transfer("x", None, None, 11, "", Flag.POST, "h"), Status.HOLD_EXCEEDED),
        (Transfer("x", None, None, 3, "", Flag.VOID, "h"), Status.HOLD_DIFFERS),
        (Transfer("x", 3, None, 0, "", Flag.VOID, "h"), Status.HOLD_DIFFERS),
        (Transfer("x", 2, 1, 1, "CNY", reverses="none"), Status.ORIGINAL_NOT_FOUND),
        (Transfer("x", 2, 1, 99, "CNY", reverses="plain"), Status.NOT_REVERSIBLE),
        (Transfer("x", 2, 1, 10, "CNY", reverses="h"), Status.NOT_REVERSIBLE),
    ],
)
def test_each_reason_not_to_book(transfer: Transfer, status: Status) -> None:
    found = books()
    engine.judge(found, [Transfer("plain", 1, 2, 10, "CNY"), Transfer("h", 1, 2, 10, "CNY", Flag.PENDING)])
    before = sums(found)
    assert [o.status for o in engine.judge(found, [transfer])] == [status]
    assert sums(found) == before
    assert ("x" in found.dead) == (status in engine.PASSING)


def test_a_balancing_debit_takes_what_is_free_and_no_more() -> None:
    found = books()
    engine.judge(found, [Transfer("in", 1, 2, 10, "CNY"), Transfer("h", 2, 1, 4, "CNY", Flag.PENDING)])
    take = Transfer("b", 2, 3, 100, "CNY", Flag.BALANCING_DEBIT)
    outcome = engine.judge(found, [take, take])
    assert [o.status for o in outcome] == [Status.CREATED, Status.EXISTS]
    assert found.accounts[3].credits_posted == 6


def test_a_line_fits_only_by_code_payer_and_amount() -> None:
    wanted = {"P1": rules.Expected("P1", "深圳 甲（集团）公司", 100, "party:a:available")}

    def meaning(payer: str, amount: int, memo: str) -> tuple[str, str]:
        line = rules.Line("r", "a", payer, amount, date(2026, 11, 22), memo)
        verdict = rules.judge_line(line, wanted, instructed={}, known={})
        return verdict.meaning, verdict.why

    assert meaning("深圳甲(集团)公司", 100, "保证金P1。") == ("credited", "")
    assert meaning("深圳甲(集团)公司", 100, "P12") == ("suspense", "unknown_payer")
    assert meaning("深圳乙公司", 100, "P1") == ("suspense", "other_payer")
    assert meaning("深圳甲(集团)公司", 99, "P1") == ("suspense", "wrong_amount")
    assert meaning("深圳甲(集团)公司", -100, "P1") == ("suspense", "unknown_debit")
    assert meaning("深圳甲(集团)公司", 0, "P1") == ("suspense", "nothing")


def test_every_place_of_the_tree_has_its_limit_and_no_other_opens() -> None:
    assert rules.limit_of(rules.custody()) is Limit.CREDITS_WITHIN_DEBITS
    assert rules.limit_of(rules.deposit("ab12", "7")) is Limit.DEBITS_WITHIN_CREDITS
    assert rules.limit_of(rules.suspense()) is Limit.NONE
    with pytest.raises(Refused) as refused:
        rules.limit_of("party:ab12:rights")
    assert refused.value == Refused("ledger.no_such_place", path="party:ab12:rights")


def test_ledger_apply_computes_from_plain_values() -> None:
    told = calc.apply(
        {
            "accounts": [{"id": "a", "limit": "free"}, {"id": "b", "limit": "debit_limited"}],
            "transfers": [
                {"id": "1", "debit": "a", "credit": "b", "amount": 100},
                {"id": "2", "debit": "b", "credit": "a", "amount": 60, "flags": ["pending"]},
                {"id": "3", "debit": "b", "credit": "a", "amount": 41},
                {"id": "4", "amount": 10, "flags": ["post"], "hold": "2"},
            ],
        }
    )
    assert [(one["status"], one["amount"]) for one in told["outcomes"]] == [
        ("created", 100),
        ("created", 60),
        ("exceeds_credits", 0),
        ("created", 10),
    ]
    assert told["accounts"][1] == {
        "id": "b",
        "debits_pending": 0,
        "debits_posted": 10,
        "credits_pending": 0,
        "credits_posted": 100,
    }
