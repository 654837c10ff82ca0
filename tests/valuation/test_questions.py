"""Open questions and what an answer is worth: the promise is what answers bring."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.valuation.given_past_deals import DAY, a_right, market, said, under
from zhirong.valuation.engine import income_voice, many, questions
from zhirong.valuation.engine.income_voice import Case
from zhirong.valuation.engine.market_model import MarketModel
from zhirong.valuation.engine.result import Grade
from zhirong.valuation.engine.subject import Answer, Said, Subject

U = under()


def widths(cases: list[Case], model: MarketModel | None) -> np.ndarray:
    logs = many.rows(cases, model, U).ranged.logs
    return logs[:, 6] - logs[:, 0]


@pytest.mark.parametrize("question", ["annual_income", "royalty_rate", "useful_years"])
@pytest.mark.parametrize("model", [market(), None], ids=["tested", "untested"])
def test_the_promise_is_what_answers_bring_on_average(question: str, model: MarketModel | None) -> None:
    """Drawn answers against the five points of the quadrature: within two parts in a hundred."""
    case = Case(subject=a_right(3, kind="invention"))
    promised = {one.code: one.narrows_to for one in questions.still_open(case, model, U)}[question]
    belief = income_voice.believed(case, U).get(question)
    spread = math.hypot(belief.log_sd, U.value("estimate.answer_log_sd")["stated"])
    drawn = np.exp(np.random.default_rng(1).normal(belief.log_median, spread, 1500))
    most = {"royalty_rate": 1.0, "useful_years": 100.0}.get(question, 1e13)
    told = [
        Case(subject=case.subject, said=Said((Answer(question=question, value=min(float(one), most)),)))
        for one in drawn
    ]
    realised = float(np.mean(widths(told, model))) / float(widths([case], model)[0])
    assert promised == pytest.approx(realised, rel=0.02)
    assert promised < 1.0


def test_the_question_that_narrows_most_comes_first_and_answered_ones_are_gone() -> None:
    right = a_right(3, kind="invention")
    first = questions.still_open(Case(subject=right), market(), U)
    assert first[0].code == "annual_income"
    assert {one.code for one in first} == set(income_voice.QUESTIONS)
    assert [one.narrows_to for one in first] == sorted(one.narrows_to for one in first)
    left = questions.still_open(Case(subject=right, said=said(400_000, 0.03, 6)), market(), U)
    assert {one.code for one in left} == {"exclusive_use", "stage"}


def test_what_is_to_be_expected_lies_between_its_ends_and_within_the_term() -> None:
    right = a_right(5, kind="utility_model")
    for one in questions.still_open(Case(subject=right), market(), U):
        assert one.low <= one.typical <= one.high
        assert one.unit == income_voice.UNITS[one.code]
        if one.code == "useful_years":
            assert right.remaining_years is not None
            assert one.high <= right.remaining_years + 1e-9


def test_where_nothing_is_known_the_income_makes_a_range_out_of_none() -> None:
    found = questions.still_open(Case(subject=Subject(day=DAY, kind="trade_mark")), None, U)
    assert [(one.code, one.narrows_to) for one in found][:2] == [("annual_income", 0.0), ("stage", 1.0)]


def test_an_answer_with_better_proof_leaves_less_open() -> None:
    case = Case(subject=a_right(3, kind="invention"))
    told = [
        Case(subject=case.subject, said=Said((Answer(question="annual_income", value=3e5, grade=grade),)))
        for grade in (Grade.STATED, Grade.DOCUMENT, Grade.REGISTER)
    ]
    word, paper, register = widths(told, None)
    assert register < paper < word < widths([case], None)[0]


def test_three_answers_in_the_order_recommended_narrow_and_the_second_promise_is_kept() -> None:
    for seed in range(1, 13):
        case = Case(subject=a_right(seed))
        asked = questions.still_open(case, market(), U)
        told = Case(subject=case.subject, said=Said((Answer(question=asked[0].code, value=asked[0].typical),)))
        after = questions.still_open(told, market(), U)
        assert {one.code: one.then_narrows_to for one in asked[1:]} == {one.code: one.narrows_to for one in after}
        answers = list(told.said.answers)
        while len(answers) < 3:
            best = questions.still_open(Case(subject=case.subject, said=Said(tuple(answers))), market(), U)[0]
            answers.append(Answer(question=best.code, value=best.typical))
        before, now = widths([case, Case(subject=case.subject, said=Said(tuple(answers)))], market())
        assert now < 0.97 * before
