"""Why a number is what it is: factors that multiply to it, what moves it, and what it would be otherwise."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.valuation.given_past_deals import DAY, a_right, market, said, under
from zhirong.base.refused import Refused
from zhirong.valuation import notes
from zhirong.valuation.engine import estimate, explain, income_voice, whatif
from zhirong.valuation.engine.estimate_shape import Estimate
from zhirong.valuation.engine.result import Note
from zhirong.valuation.engine.subject import Said
from zhirong.valuation.engine.whatif import Change

U = under()


def median(found: Estimate) -> float:
    assert found.headline is not None
    return found.headline.median


@settings(max_examples=15)
@given(st.integers(1, 60), st.booleans(), st.sampled_from([Said(), said(3e5, 0.03, 5), said(1e12, 0.2, 20)]))
def test_the_factors_multiply_to_the_median(seed: int, has_market: bool, told: Said) -> None:
    found = estimate.of(a_right(seed), market() if has_market else None, U, said=told)
    product = math.prod(step.factor for step in found.waterfall)
    assert product == pytest.approx(median(found), rel=1e-12)
    assert found.waterfall[-1].running == pytest.approx(median(found), rel=1e-12)
    assert [found.waterfall[0].name, found.waterfall[-1].name] == ["start", "total"]
    running = 1.0
    for step in found.waterfall:
        running *= step.factor
        assert step.running == pytest.approx(running, rel=1e-12)


def test_a_bigger_family_never_lowers_this_market_and_its_step_says_so() -> None:
    small, large = (estimate.of(a_right(3, family=size), market(), U) for size in (1, 8))
    assert median(large) > median(small)
    step = next(one for one in large.waterfall if one.name == "family")
    assert step.value == "8"
    assert step.factor > 1


def test_each_bar_of_the_tornado_is_the_same_estimate_with_one_input_moved() -> None:
    right = a_right(9, kind="invention")
    found = estimate.of(right, None, U)
    assert {one.name for one in found.tornado} == {"annual_income", "royalty_rate", "useful_years", "discount_rate"}
    bars = {one.name: one for one in found.tornado}
    for name in ("annual_income", "royalty_rate", "useful_years"):
        assert bars[name].median_at_low < median(found) < bars[name].median_at_high
    assert bars["discount_rate"].median_at_low > median(found) > bars["discount_rate"].median_at_high
    again = whatif.of(right, None, U, change=Change(discount_shift=0.02))
    assert bars["discount_rate"].median_at_high == pytest.approx(median(again), rel=1e-12)
    swings = [abs(math.log(one.median_at_high / one.median_at_low)) for one in found.tornado]
    assert swings == sorted(swings, reverse=True)


def test_no_change_is_the_same_estimate() -> None:
    right = a_right(3)
    assert whatif.of(right, market(), U, change=Change()) == estimate.of(right, market(), U)


def test_a_shorter_life_is_worth_less_and_a_higher_royalty_more() -> None:
    right = a_right(3, kind="invention")
    assert right.age_years is not None
    soon = whatif.of(right, None, U, change=Change(last_year=int(right.age_years) + 2))
    plain = estimate.of(right, None, U)
    rich = whatif.of(right, None, U, change=Change(royalty_rate=0.15))
    assert median(soon) < median(plain) < median(rich)
    paid = whatif.of(right, None, U, change=Change(annual_income=30_000_000.0))
    assert median(paid) > median(plain)


def test_renewing_to_the_end_is_the_plain_estimate_and_each_year_less_is_worth_less() -> None:
    right = a_right(9, kind="invention")
    assert right.age_years is not None
    for model in (market(), None):
        years = range(int(right.age_years) + 2, 21)
        medians = [median(whatif.of(right, model, U, change=Change(last_year=year))) for year in years]
        assert medians == sorted(medians)
        assert medians[-1] == pytest.approx(median(estimate.of(right, model, U)), rel=1e-9)


def test_an_exclusive_licence_enters_as_a_fact_and_as_use() -> None:
    right = a_right(3)
    found = whatif.of(right, market(), U, change=Change(exclusive_licence=True))
    assert found.subject.exclusive_licences == right.exclusive_licences + 1
    assert found.said.get(income_voice.EXCLUSIVE) is not None


@pytest.mark.parametrize("year", [0, 1, 61])
def test_a_year_that_is_not_ahead_is_refused(year: int) -> None:
    right = a_right(3, filed_on=DAY - timedelta(days=3650))
    with pytest.raises(Refused) as caught:
        whatif.of(right, market(), U, change=Change(last_year=year))
    assert caught.value.code == "valuation.year_not_ahead"


@pytest.mark.parametrize(
    "change", [Change(discount_shift=math.inf), Change(royalty_rate=1.5), Change(annual_income=-1)]
)
def test_an_impossible_change_is_refused(change: Change) -> None:
    with pytest.raises(Refused):
        whatif.of(a_right(3), market(), U, change=change)


def test_comparables_are_nearest_first_and_adjusted_by_their_factor() -> None:
    found = estimate.of(a_right(3), market(), U).comparables
    assert [one.distance for one in found] == sorted(one.distance for one in found)
    for one in found:
        assert one.adjusted == pytest.approx(one.price * one.factor, rel=1e-12)
        assert one.on <= DAY
    assert {one.kind for one in found} <= {"sale", "auction", "disposal", "plain_licence", "exclusive_licence"}


def test_years_of_use_beyond_the_term_are_cut_and_the_estimate_says_so() -> None:
    right = a_right(3)
    assert right.remaining_years is not None
    within, beyond = (
        estimate.of(right, None, U, said=said(3e5, 0.03, years)) for years in (right.remaining_years * 0.9, 45)
    )
    notes_of = [[one.code for one in found.notes] for found in (within, beyond)]
    assert [codes.count("estimate_years_beyond_term") for codes in notes_of] == [0, 1]
    edge = estimate.of(right, None, U, said=said(3e5, 0.03, right.remaining_years))
    assert median(beyond) == median(edge)


def test_a_royalty_of_nothing_is_refused() -> None:
    with pytest.raises(Refused) as caught:
        whatif.of(a_right(3), None, U, change=Change(royalty_rate=0.0))
    assert caught.value.code == "valuation.royalty_zero"


def test_prices_are_shown_in_two_figures() -> None:
    assert [explain.coarse(one) for one in (123_456.0, 0.0456, 99_900.0)] == pytest.approx([120_000, 0.046, 100_000])


def test_every_note_of_every_estimate_has_its_sentences() -> None:
    rights = [a_right(3, is_blocked=True, invalidation_open=True, is_in_force=None), a_right(4, granted_on=None)]
    for right in (*rights, replace(a_right(5), paid_through_year=3)):
        for model in (market(), None):
            found = estimate.of(right, model, U, said=said(1e12, 0.3, 99))
            told = [*found.notes, *(note for voice in found.voices for note in voice.result.notes)]
            assert all(sentence_of(note) for note in told)


def sentence_of(note: Note) -> bool:
    from_catalogue = [notes.sentence(note, language) for language in ("zh", "en")]
    return all(text and "{" not in text for text in from_catalogue)
