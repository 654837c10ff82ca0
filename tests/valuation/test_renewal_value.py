"""The renewal option of one patent: what is known after every renewal so far, and whether the next fee is worth it."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhirong.base import dated
from zhirong.base.refused import Refused
from zhirong.valuation import notes, renewal_figures
from zhirong.valuation.engine import fee_vectors, renewal_advice, renewal_programme, renewal_result, renewal_value
from zhirong.valuation.engine.renewal_programme import Growth
from zhirong.valuation.engine.renewal_value import Held, Prior
from zhirong.valuation.engine.result import Quantiles, Result
from zhirong.valuation.engine.subject import Subject

DAY = date(2026, 3, 2)
FEES = tuple(fee_vectors.by_schedule("invention", on=DAY, grant_year=3).yuan().tolist())
GROWTH = Growth(drift=-0.08, volatility=0.35, loss=0.06, discount_rate=0.10)
PRIOR = Prior(log_mean=float(np.log(6000)), log_sd=1.5, growth=GROWTH)
HELD = Held(fees=FEES, first=3, year=8, elapsed=0.0, paid_through=8)
SUBJECT = Subject(
    day=DAY,
    kind="invention",
    filed_on=date(2019, 5, 6),
    granted_on=date(2021, 8, 3),
    is_in_force=True,
    paid_through_year=7,
)


def simulated() -> tuple[np.ndarray, float]:
    """Values of a crowd that renews by the thresholds, at the start of year 8, and the share that came so far."""
    found = renewal_programme.solve(FEES, GROWTH, first=3)
    draws = np.random.default_rng(6)
    count, drift = 500_000, GROWTH.drift - GROWTH.volatility**2 / 2
    logs = PRIOR.log_mean + PRIOR.log_sd * draws.standard_normal(count)
    for year in range(2, 9):
        logs = logs + drift + GROWTH.volatility * draws.standard_normal(len(logs))
        logs = logs[draws.random(len(logs)) >= GROWTH.loss] if year > 3 else logs
        logs = logs[np.exp(logs) >= found.threshold[year - 3]] if year >= 3 else logs
    returns = np.exp(logs)
    ahead = np.interp(returns, found.grid.returns(), found.ahead[5])
    return returns + GROWTH.step_discount * ahead, len(logs) / count


def test_the_posterior_is_that_of_a_simulated_crowd_of_renewers() -> None:
    values, share = simulated()
    found = renewal_value.value(HELD, PRIOR)
    assert renewal_value.posterior(HELD, PRIOR).share == pytest.approx(share, abs=0.003)
    for level, one in ((0.05, found.p5), (0.25, found.p25), (0.5, found.median), (0.75, found.p75), (0.95, found.p95)):
        assert one == pytest.approx(np.quantile(values, level), rel=0.015)
    assert found.mean == pytest.approx(values.mean(), abs=4 * values.std() / np.sqrt(len(values)))


def test_a_patent_renewed_longer_had_better_returns_than_its_prior() -> None:
    medians = []
    for year in (3, 8, 13, 18):
        known = renewal_value.posterior(replace(HELD, year=year, paid_through=year), PRIOR)
        grid = renewal_value.ahead_of(HELD, PRIOR).grid
        medians.append(renewal_value.quantiles(known, grid)[3])
    assert medians == sorted(medians)
    assert medians[0] > np.exp(PRIOR.log_mean + 2 * GROWTH.drift)


def test_many_patents_at_once_are_each_as_alone() -> None:
    rights = [
        replace(HELD, year=year, elapsed=elapsed, paid_through=paid)
        for year, elapsed, paid in ((3, 0.2, 3), (8, 0.0, 8), (8, 0.7, 7), (12, 0.99, 14), (20, 1.0, 20))
    ]
    together = renewal_value.values(rights, PRIOR)
    assert together.shape == (5, 8)
    for row, held in zip(together, rights, strict=True):
        alone = renewal_value.value(held, PRIOR)
        assert row.tolist() == [
            alone.p5,
            alone.p10,
            alone.p25,
            alone.median,
            alone.p75,
            alone.p90,
            alone.p95,
            alone.mean,
        ]
    assert together[4].tolist() == [0.0] * 8


def test_a_fee_paid_ahead_raises_the_value_and_an_open_one_lowers_it() -> None:
    even = renewal_value.value(HELD, PRIOR)
    ahead = renewal_value.value(replace(HELD, paid_through=10), PRIOR)
    is_open = renewal_value.value(replace(HELD, paid_through=7), PRIOR)
    assert is_open.median < even.median < ahead.median
    assert is_open.p5 >= 0
    # At most what the two fees cost.
    assert ahead.mean - even.mean < FEES[6] + FEES[7]


def test_a_reduction_makes_the_same_history_tell_less_of_the_return() -> None:
    """Who pays 15 % of the fee renews worse patents too: the posterior is lower although the fees are."""
    cheap = fee_vectors.by_schedule("invention", on=DAY, grant_year=3, reduction="single").yuan()
    full = renewal_value.value(HELD, PRIOR)
    reduced = renewal_value.value(replace(HELD, fees=tuple(cheap.tolist())), PRIOR)
    assert reduced.median < full.median
    assert renewal_value.posterior(replace(HELD, fees=tuple(cheap.tolist())), PRIOR).share > 0.6


@settings(max_examples=20, deadline=None)
@given(
    log_mean=st.floats(2, 14),
    log_sd=st.floats(0.1, 3),
    volatility=st.floats(0.05, 1.0),
    year=st.integers(3, 20),
    elapsed=st.floats(0, 1),
)
def test_whatever_the_prior_the_range_rises_and_is_finite(
    log_mean: float, log_sd: float, volatility: float, year: int, elapsed: float
) -> None:
    prior = Prior(log_mean=log_mean, log_sd=log_sd, growth=replace(GROWTH, volatility=volatility))
    row = renewal_value.values([replace(HELD, year=year, paid_through=year, elapsed=elapsed)], prior)[0]
    assert np.all(np.isfinite(row))
    assert all(low <= high * (1 + 1e-12) for low, high in itertools.pairwise(row[:7]))
    assert np.all(row >= 0)


@settings(max_examples=10, deadline=None)
@given(unit=st.floats(1e-3, 1e3))
def test_the_value_does_not_depend_on_the_unit_of_money(unit: float) -> None:
    other = replace(HELD, fees=tuple(fee * unit for fee in FEES))
    moved = replace(PRIOR, log_mean=PRIOR.log_mean + float(np.log(unit)))
    assert renewal_value.values([other], moved)[0] / unit == pytest.approx(
        renewal_value.values([HELD], PRIOR)[0], rel=1e-6
    )


@pytest.mark.parametrize(
    "changes", [{"year": 2}, {"year": 21}, {"paid_through": 2}, {"paid_through": 21}, {"elapsed": 1.5}]
)
def test_a_patent_outside_its_term_is_refused(changes: dict[str, float]) -> None:
    with pytest.raises(Refused):
        renewal_value.value(replace(HELD, **changes), PRIOR)


def test_a_poor_return_says_let_it_lapse_and_a_rich_one_says_pay() -> None:
    poor = renewal_advice.advice(HELD, PRIOR, yearly_return=500.0)
    rich = renewal_advice.advice(HELD, PRIOR, yearly_return=50_000.0)
    assert poor.net < 0 < rich.net
    assert (poor.best_stop_year, rich.best_stop_year) == (8, 20)
    assert poor.would_lapse > 0.99
    assert rich.would_lapse < 0.01
    assert (poor.next_year, poor.next_fee) == (9, 2000.0)


def test_one_net_figure_is_the_value_lost_less_the_fees_saved() -> None:
    for known in (None, 500.0, 3000.0):
        told = renewal_advice.advice(HELD, PRIOR, yearly_return=known)
        assert told.net == pytest.approx(told.value_lost - told.fees_saved)
        assert told.fees_saved > 0


def test_the_free_choice_is_worth_at_least_every_fixed_plan() -> None:
    for known in (None, 1500.0, 3000.0, 20_000.0):
        told = renewal_advice.advice(replace(HELD, elapsed=0.4), PRIOR, yearly_return=known)
        stop_now, *later = told.plans
        assert stop_now.year == 8
        assert stop_now.fees == 0.0
        # The first fee is paid in each of them, as in `net`.
        assert told.net >= max(plan.net for plan in later) - stop_now.net - 1e-6 * abs(told.net)


def test_with_the_value_as_known_the_net_figure_is_the_gain_of_the_programme_at_the_fee() -> None:
    told = renewal_advice.advice(replace(HELD, paid_through=7), PRIOR, yearly_return=4000.0)
    found = renewal_value.ahead_of(HELD, PRIOR)
    option = renewal_programme.value_at(found, 8, [4000.0])[0]
    assert (told.next_year, told.net) == (8, pytest.approx(option, rel=1e-9))


def test_after_the_last_fee_there_is_nothing_to_advise() -> None:
    with pytest.raises(Refused) as no:
        renewal_advice.advice(replace(HELD, year=20, paid_through=20), PRIOR)
    assert no.value.code == "valuation.no_fee_ahead"


def of(subject: Subject) -> Result:
    figures = renewal_figures.on("invention", DAY)
    return renewal_result.of_subject(subject, figures.prior, moves=figures.moves, parameters_sha256=figures.sha256)


def test_a_right_is_answered_with_the_one_record() -> None:
    found = of(SUBJECT)
    assert found.range is not None
    assert found.range.p5 < found.range.median < found.range.mean
    assert (found.method, found.value_date, found.currency) == ("renewal-option", DAY, "CNY")
    assert len(found.parameters_sha256) == 64
    assert {one.name for one in found.sensitivities} == {
        "log_mean", "log_sd", "drift", "volatility", "loss", "discount_rate",
    }  # fmt: skip
    assert {note.code for note in found.notes} == {"renewal_tail", "renewal_prior_assumed"}
    assert found.figures["patent_year"] == 7
    assert found.as_json() == of(SUBJECT).as_json()


def test_a_better_score_moves_the_median_up() -> None:
    figures = renewal_figures.on("invention", DAY)
    found = [
        renewal_result.of_subject(
            SUBJECT, figures.prior, moves={}, parameters_sha256=figures.sha256, log_shift=shift
        ).range
        for shift in (-1.0, 0.0, 1.0)
    ]
    medians = [one.median for one in found if one is not None]
    assert medians == sorted(set(medians))
    assert len(medians) == 3


@pytest.mark.parametrize(
    ("changes", "code", "expected"),
    [
        ({"kind": "trade_mark"}, "renewal_no_annual_fee", None),
        ({"filed_on": None}, "renewal_filing_day_unknown", None),
        ({"is_in_force": False}, "renewal_not_in_force", Quantiles.sure(0.0)),
        ({"term_ends_on": date(2026, 3, 1)}, "renewal_not_in_force", Quantiles.sure(0.0)),
        ({"filed_on": date(2001, 5, 6), "granted_on": date(2004, 1, 1)}, "renewal_not_in_force", Quantiles.sure(0.0)),
    ],
)
def test_where_there_is_no_option_a_note_says_why(changes: dict[str, object], code: str, expected: object) -> None:
    found = of(replace(SUBJECT, **changes))
    assert found.range == expected
    assert [note.code for note in found.notes] == [code]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"granted_on": None}, "renewal_not_granted"),
        ({"paid_through_year": 6, "day": date(2025, 6, 2)}, "renewal_fee_open"),
        ({"paid_through_year": None, "is_in_force": None}, "renewal_payment_unknown"),
    ],
)
def test_what_was_taken_for_granted_is_said(changes: dict[str, object], code: str) -> None:
    found = of(replace(SUBJECT, **changes))
    assert found.range is not None
    assert code in {note.code for note in found.notes}


def test_a_history_that_the_prior_cannot_explain_is_said_and_still_finite() -> None:
    figures = renewal_figures.on("invention", DAY)
    for shift in (-9.0, -30.0):
        found = renewal_result.of_subject(
            SUBJECT, figures.prior, moves={}, parameters_sha256=figures.sha256, log_shift=shift
        )
        assert found.range is not None
        assert found.range.median < 20_000
        assert "renewal_against_prior" in {note.code for note in found.notes}


def test_the_best_tenth_brings_most_of_the_mean_and_all_alike_bring_a_tenth() -> None:
    values, _ = simulated()
    best = np.sort(values)[-len(values) // 10 :].sum() / values.sum()
    assert renewal_value.top_tenth_share(HELD, PRIOR) == pytest.approx(best, abs=0.01)
    alike = replace(PRIOR, log_sd=0.05, growth=replace(GROWTH, volatility=0.02))
    assert renewal_value.top_tenth_share(HELD, alike) == pytest.approx(0.1, abs=0.03)


def test_every_note_of_the_options_has_both_sentences() -> None:
    for code, entry in notes.catalogue().items():
        assert entry["zh"], code
        assert entry["en"], code


def test_every_prior_is_flagged_as_a_choice_and_names_its_source() -> None:
    for name, rows in dated.read(renewal_figures.FILE).items():
        for row in rows:
            assert (name, row.certain) == (name, "assumed")
            assert row.source
    with pytest.raises(Refused):
        renewal_figures.on("trade_mark", DAY)
