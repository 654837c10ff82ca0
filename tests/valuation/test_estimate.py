"""The automatic estimate: one tested range from several voices, the same for one right as for thousands."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.valuation.given_past_deals import DAY, a_right, deals, log_price, market, said, under
from zhirong.base.refused import Refused
from zhirong.valuation import learnt, notes
from zhirong.valuation.engine import blending, estimate, many, study
from zhirong.valuation.engine.estimate_shape import Estimate
from zhirong.valuation.engine.features import PastDeal
from zhirong.valuation.engine.income_voice import Case
from zhirong.valuation.engine.market_model import MarketModel
from zhirong.valuation.engine.result import Grade
from zhirong.valuation.engine.subject import Answer, Said, Subject

U = under()
EMPTY = study.build([], U, DAY)


def width(found: Estimate) -> float:
    assert found.headline is not None
    return math.log(found.headline.p95) - math.log(found.headline.p5)


def codes(found: Estimate) -> set[str]:
    return {note.code for note in found.notes}


def test_one_right_has_the_digits_that_it_has_among_many() -> None:
    rights = [a_right(seed) for seed in range(300)] + [Subject(day=DAY, kind="trade_mark")]
    together = estimate.of_many(rights, market(), U)
    for place in (0, 1, 127, 128, 129, 255, 256, 299, 300):
        assert estimate.of(rights[place], market(), U).headline == together[place].headline
        assert estimate.of_many([rights[place]], market(), U) == [together[place]]


def test_answers_among_many_touch_only_their_own_right() -> None:
    rights = [a_right(seed) for seed in range(5)]
    told = [Said()] * 5
    told[2] = said(400_000, 0.03, 6)
    plain, mixed = estimate.of_many(rights, market(), U), estimate.of_many(rights, market(), U, said=told)
    assert [one == other for one, other in zip(plain, mixed, strict=True)] == [True, True, False, True, True]
    assert estimate.of(rights[2], market(), U, said=told[2]).headline == mixed[2].headline


@pytest.mark.parametrize("model", [market(), EMPTY, None], ids=["tested", "no deals", "no model"])
def test_three_answers_narrow_the_range_whatever_is_said(model: MarketModel | None) -> None:
    rights = [a_right(seed) for seed in range(25)] + [a_right(7, is_blocked=True), a_right(8, is_in_force=None)]
    plain = many.rows([Case(subject=one) for one in rights], model, U).ranged.logs
    for income in (0.0, 1e3, 3e5, 1e7, 1e12):
        for rate, years in ((0.001, 0.5), (0.03, 6.0), (0.2, 30.0)):
            cases = [Case(subject=one, said=said(income, rate, years)) for one in rights]
            logs = many.rows(cases, model, U).ranged.logs
            narrower = (logs[:, 6] - logs[:, 0]) < (plain[:, 6] - plain[:, 0])
            assert narrower.all(), (income, rate, years)


@settings(max_examples=25)
@given(
    st.integers(1, 40),
    st.sampled_from(["annual_income", "royalty_rate", "useful_years", "exclusive_use", "stage"]),
    st.floats(0.0, 1.0),
    st.sampled_from([Grade.STATED, Grade.DOCUMENT, Grade.REGISTER]),
)
def test_no_answer_ever_widens(seed: int, question: str, at: float, grade: Grade) -> None:
    most = {"annual_income": 1e10, "useful_years": 40.0, "stage": 4.0}.get(question, 1.0)
    value = max(at * most, 1.0) if question == "stage" else at * most
    told = Said((Answer(question=question, value=value, grade=grade),))
    right = a_right(seed)
    plain, found = (estimate.of_many([right], market(), U, said=[one])[0].headline for one in (Said(), told))
    assert plain is not None
    assert found is not None
    assert found.p95 / found.p5 <= plain.p95 / plain.p5 * (1 + 1e-12)


def test_a_document_narrows_more_than_a_bare_word() -> None:
    right = a_right(3, kind="invention")
    word, paper, register = (
        width(estimate.of(right, None, U, said=said(400_000, 0.03, 6, grade=grade)))
        for grade in (Grade.STATED, Grade.DOCUMENT, Grade.REGISTER)
    )
    assert register < paper < word < width(estimate.of(right, None, U))


def test_an_income_that_contradicts_the_deals_stands_beside_and_moves_no_median() -> None:
    right = a_right(3, kind="invention")
    plain = estimate.of(right, market(), U)
    found = estimate.of(right, market(), U, said=said(1e11, 0.2, 15))
    assert plain.headline is not None
    assert found.headline is not None
    assert "estimate_contradiction" in codes(found)
    beside = [one for one in found.voices if one.role == "beside"]
    assert [(one.weight, one.result.method) for one in beside] == [(0.0, "income.relief_from_royalty")]
    assert found.headline.p95 == plain.headline.p95
    assert found.headline.p5 > plain.headline.p5
    assert found.headline.median == pytest.approx(plain.headline.median, rel=0.1)
    note = next(one for one in found.notes if one.code == "estimate_contradiction")
    assert set(note.facts) == {"tested_low_fen", "tested_high_fen", "told_low_fen", "told_high_fen"}
    assert "not averaged" in notes.sentence(note, "en")


def test_weights_sum_to_one_and_every_voice_keeps_its_least_share() -> None:
    rights = [a_right(seed) for seed in range(40)]
    for row in estimate.of_many(rights, market(), U):
        assert sum(row.weights) == pytest.approx(1.0, abs=1e-12)
        assert min(row.weights) >= 0.05 - 1e-12
    alone = estimate.of_many([Subject(day=DAY, kind="trade_mark")], market(), U)[0]
    assert alone.weights == (1.0, 0.0, 0.0)


def test_the_basis_says_where_the_width_comes_from() -> None:
    kinds = {"invention": "tested", "design": "pooled", "trade_mark": "pooled"}
    found = {kind: estimate.of_many([Subject(day=DAY, kind=kind)], market(), U)[0].basis for kind in kinds}
    assert found == kinds
    assert estimate.of_many([a_right(1)], None, U)[0].basis == "untested"
    assert estimate.of(a_right(1), None, U).record is None


def test_few_deals_fit_no_market_and_show_no_record() -> None:
    model = study.build(deals(19), U, DAY)
    assert (model.hedonic, model.ranges, model.records, model.deals) == (None, None, (), 19)
    found = estimate.of(a_right(1), model, U)
    market_voice = found.voices[0]
    assert (market_voice.role, market_voice.result.range) == ("silent", None)
    assert market_voice.result.notes[0].facts == {"deals": 19, "least": 20}


def test_what_has_ended_is_refused_and_never_worth_nothing() -> None:
    dead, over = a_right(1, is_in_force=False), a_right(1, term_ends_on=DAY - timedelta(days=1))
    for right in (dead, over):
        with pytest.raises(Refused) as caught:
            estimate.of(right, market(), U)
        assert caught.value.code == "valuation.term_is_over"
        assert estimate.of_many([right], market(), U)[0] == estimate.Row(None, "ended", (0.0, 0.0, 0.0))


def test_a_kind_without_deals_fees_or_answers_says_what_is_missing() -> None:
    mark = Subject(day=DAY, kind="trade_mark")
    found = estimate.of(mark, None, U)
    assert (found.headline, found.waterfall, found.tornado) == (None, (), ())
    assert codes(found) == {"reference_only", "estimate_nothing_speaks"}
    assert [one.role for one in found.voices] == ["silent"] * 4
    assert estimate.of(mark, None, U, said=said(500_000, 0.03, 5)).headline is not None


def test_a_count_that_the_holder_told_fills_what_no_register_holds() -> None:
    told = Said((Answer(question="family", value=9.0), Answer(question="claims", value=3.0)))
    right = a_right(4, family=None, claims=12)
    found = estimate.of(right, market(), U, said=told)
    inputs = {one.name: (one.value, one.grade) for one in found.inputs}
    assert inputs["family"] == (9, Grade.STATED)
    assert inputs["claims"] == (12, Grade.REGISTER)
    assert found.headline == estimate.of(replace(right, family=9), market(), U).headline


def test_a_block_and_fees_unseen_widen_and_are_told() -> None:
    right = a_right(4)
    plain = estimate.of(right, market(), U)
    changes = {"estimate_blocked": {"is_blocked": True}, "estimate_fees_unconfirmed": {"is_in_force": None}}
    for code, change in changes.items():
        found = estimate.of(replace(right, **change), market(), U)
        assert code in codes(found)
        assert width(found) > width(plain)


def test_the_study_never_sees_what_came_after_a_deal() -> None:
    past = deals(90)
    late = [replace(one, price=one.price * 1000) for one in past if one.on >= date(2026, 1, 1)]
    kept = [one for one in past if one.on < date(2026, 1, 1)]
    every = under(most_origins=99)
    before = {one.reference: one.range for one in study.studied(kept, every, DAY).rolled.predicted}
    after = {one.reference: one.range for one in study.studied([*kept, *late], every, DAY).rolled.predicted}
    shared = before.keys() & after.keys()
    assert len(shared) >= 5
    assert {name: before[name] for name in shared} == {name: after[name] for name in shared}


def test_hindsight_is_refused() -> None:
    past = deals(30)
    wise = replace(past[0], subjects=(replace(past[0].subjects[0], day=past[0].on + timedelta(days=1)),))
    with pytest.raises(Refused) as caught:
        study.build([wise, *past[1:]], U, DAY)
    assert caught.value.code == "valuation.later_than_deal"


def test_what_the_page_shows_is_what_was_tested() -> None:
    """The headline of a right equals the blend's median moved by the kind's own tested quantiles."""
    right, model = a_right(3, kind="invention"), market()
    found = many.rows([Case(subject=right)], model, U)
    headline = found.ranged.money(0)
    assert model.ranges is not None
    assert headline is not None
    cell = next(one for one in model.ranges.kinds if one.kind == "invention")
    top = (math.log(headline.p95) - found.now.log_median[0]) / found.now.log_sd[0]
    assert min(abs(top - one) for one in cell.scores) < 1e-9
    told = model.record_of("invention")
    assert told is not None
    assert told.coverage_90 is not None
    assert 0.8 <= told.coverage_90 <= 1.0


def test_a_model_survives_being_written_down_and_its_hash_hides_prices() -> None:
    model = market()
    again = MarketModel.from_json(json.loads(json.dumps(model.as_json())))
    assert again == model
    assert again.sha256 == model.sha256
    assert replace(model, salt="another").sha256 != model.sha256


def test_no_price_that_was_not_public_is_shown() -> None:
    past, model = deals(260), market()
    hidden = {one.reference for one in past if not one.is_public}
    for seed in range(10):
        found = estimate.of(a_right(seed), model, U)
        assert len(found.comparables) == 5
        assert not hidden & {one.reference for one in found.comparables}
        for one in found.comparables:
            assert one.price == pytest.approx(float(f"{one.price:.1e}"), rel=1e-12)
        record = found.record
        assert record is None or record.deals >= 10


def test_the_unit_of_money_does_not_move_the_market() -> None:
    """Prices in thousands: the market's median is a thousandth, to rounding."""
    past = deals(80)
    small = [replace(one, price=one.price / 1000) for one in past]
    few = under(most_origins=1)
    one, other = (study.build(rows, few, DAY) for rows in (past, small))
    right = [Case(subject=a_right(2))]
    logs = [many.rows(right, model, few).medians[0, 0] + many_bias(model) for model in (one, other)]
    assert logs[0] - logs[1] == pytest.approx(math.log(1000), abs=1e-6)


def many_bias(model: MarketModel) -> float:
    found = model.errors_of("")
    return 0.0 if found is None else found.bias[0]


def test_a_lot_teaches_and_is_not_split() -> None:
    past = deals(60)
    lot = PastDeal(
        reference="lot:1", on=past[0].on, kind="auction", price=9e6, subjects=(past[0].subjects[0],) * 3, is_public=True
    )
    model = study.build([*past, lot], under(most_origins=1), DAY)
    assert model.deals == 61
    assert "lot:1" not in {one.reference for one in model.shown}


def test_an_answer_is_joined_with_the_prior_by_precisions() -> None:
    told = blending.informed(
        (np.array([10.0]), np.array([2.0])),
        (np.array([11.0]), np.array([1.0])),
        bias=np.array([-1.0]),
        stretch=np.array([0.5]),
    )
    # What the answer alone says: precision 1 - 1/4, at (11 - 10/4) / (3/4); the prior stands at 11 with s.d. 1.
    alone, precision = (11 - 2.5) / 0.75, 0.75
    assert told.log_median[0] == pytest.approx((11 + alone * precision) / (1 + precision))
    assert told.log_sd[0] == pytest.approx((1 + precision) ** -0.5)


def test_ranges_cover_fresh_prices_as_often_as_they_promise() -> None:
    """900 new rights priced by the market's law: shares within 4 % of the promise, as 160 scores allow no finer."""
    rights = [a_right(9_000_000 + seed) for seed in range(900)]
    draw = np.random.default_rng(11)
    prices = np.array([log_price(one) for one in rights]) + 0.8 * draw.standard_t(6, len(rights)) / 1.22
    logs = many.rows([Case(subject=one) for one in rights], market(), U).ranged.logs
    for low, high, promised in ((2, 4, 0.5), (1, 5, 0.8), (0, 6, 0.9)):
        share = float(np.mean((prices >= logs[:, low]) & (prices <= logs[:, high])))
        assert promised - 0.04 <= share <= promised + 0.09, (promised, share)
    assert abs(float(np.median(prices - logs[:, 3]))) < 0.15


def test_what_is_hardly_known_is_estimated_wide_and_never_falls_over() -> None:
    bare = [
        Subject(day=DAY, kind="invention"),
        Subject(day=DAY, kind="design", filed_on=DAY, term_ends_on=DAY),
        Subject(day=DAY, kind="utility_model", filed_on=date(1985, 4, 1), granted_on=date(1986, 1, 1)),
        a_right(1, term_ends_on=DAY),
        a_right(2, granted_on=None, is_in_force=None),
        a_right(3, claims=10**6, family=10**6, citations=10**6, field=99),
    ]
    for right in bare:
        for model in (market(), None):
            for told in (Said(), said(3e5, 0.03, 5)):
                headline = estimate.of(right, model, U, said=told).headline
                assert headline is not None
                assert 0 < headline.p5 < headline.p95 < math.inf
    soon, later = (estimate.of(one, None, U) for one in (bare[3], a_right(1)))
    assert soon.headline is not None
    assert later.headline is not None
    assert soon.headline.median < later.headline.median


def test_the_record_of_an_estimate_is_the_back_test_that_is_shown() -> None:
    made = learnt.fitted(deals(160), DAY, salt="")
    assert made is not None
    model, told = made
    assert len(told["segments"]) > 1
    for one in told["segments"]:
        record = model.record_of(one["calibration"]["segment"])
        assert record is not None
        assert record.segment == one["calibration"]["segment"]
        measures = {each["name"]: each["value"] for each in one["trimmed"]["measures"]}
        shares = [each["share"] for each in one["calibration"]["coverage"]]
        assert record.deals == one["calibration"]["deals"]
        assert (record.median_ratio, record.cod) == (measures["median_ratio"], measures["cod"])
        assert [record.coverage_50, record.coverage_80, record.coverage_90] == shares
