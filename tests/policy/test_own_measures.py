"""The measures that come with the house: linted, exact in every case, every slip noticed; drafts never in force."""

from __future__ import annotations

from datetime import date

from tests.policy import given_policy
from zhirong.policy import checking, reading
from zhirong.policy.engine import columns, decide, screen


def test_every_case_is_exact_and_every_slip_is_noticed() -> None:
    found = list(checking.check([reading.OWN], with_mutants=True))
    assert [one for one in found if one.problems] == []
    assert len([one for one in found if one.what.endswith(": lint")]) == 36
    assert len([one for one in found if ": mutant " in one.what]) > 300


def test_drafts_are_shown_as_drafts_and_are_never_in_force() -> None:
    drafts = [one for one in reading.own().measures.values() if one.is_draft]
    assert len(drafts) == 6
    for one in drafts:
        found = decide.decide(one, {"reg_district": "440304", "reg_city": "440300"}, date(2026, 11, 1))
        assert (found.eligible, found.why, found.amount_fen) == ("not_in_force", "draft", None)


def test_every_measure_in_force_that_pays_has_a_case_with_its_amount() -> None:
    for one in reading.own().measures.values():
        amounts = [case["expect"].get("amount") for case in one.raw["tests"]]
        pays = any(version.lines for version in one.versions) and not one.is_draft
        assert not pays or [amount for amount in amounts if amount not in (None, "unknown")], one.id


def test_what_nobody_read_in_the_official_text_says_so() -> None:
    leads = [one for one in reading.own().measures.values() if "doubt" in str(one.raw["sources"])]
    assert leads
    for one in leads:
        assert {clause.certainty for clause in one.clauses.values()} == {"assumed"}


def test_screening_finds_what_the_exact_engine_finds() -> None:
    base = reading.own()
    rows = given_policy.rows(base, 80, seed=7)
    people = columns.population(rows, base.vocabulary)
    for one in base.measures.values():
        for day in (date(2020, 10, 1), date(2025, 4, 1)):
            found = screen.screen(one, people, day).states.tolist()
            assert found == [screen.exactly(one, row, day, known=date.max) for row in rows], one.id
