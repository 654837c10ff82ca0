"""How honest past ranges were, and the alarm when prices leave the model."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.valuation.given_market import lognormal, predictions
from zhirong.base.refused import Refused
from zhirong.valuation.engine import calibration, drift, ratios
from zhirong.valuation.engine.result import Quantiles


def test_honest_ranges_cover_what_they_promise():
    found = calibration.calibrate(predictions(4000))
    for one in found.coverage:
        assert abs(one.share - one.nominal) <= 3 * one.standard_error
        assert one.is_kept
    assert sum(found.pit) == 4000
    assert found.pit_p > 0.001


def test_the_standard_error_is_binomial():
    one = calibration.coverage(predictions(100))[2]
    assert (one.nominal, one.standard_error) == (0.9, pytest.approx(0.03))


def test_the_crps_of_a_normal_in_logs_is_the_closed_form():
    # Gneiting & Raftery 2007: CRPS(N(0,1), y) = y(2Φ(y) − 1) + 2φ(y) − 1/√π; tolerance 0.3 %.
    for y in (-1.5, 0.0, 0.7, 2.5):
        told = [replace(predictions(1)[0], actual=100 * math.exp(y))]
        closed = y * math.erf(y / math.sqrt(2)) + 2 * math.exp(-y * y / 2) / math.sqrt(2 * math.pi) - math.pi**-0.5
        assert calibration.calibrate(told).crps == pytest.approx(closed, rel=3e-3)


def test_the_pinball_loss_of_the_median_is_half_the_error():
    told = [replace(predictions(1)[0], actual=100 * math.exp(0.8))]
    found = calibration.calibrate(told)
    assert found.pinball[3] == pytest.approx(0.4)
    assert found.median_log_error == pytest.approx(0.8)


def test_a_price_at_a_quantile_falls_at_its_place():
    for level, name in ((0.05, "p5"), (0.25, "p25"), (0.5, "median"), (0.95, "p95")):
        told = [replace(predictions(1)[0], actual=getattr(lognormal(100, 1.0), name))]
        assert calibration.places(told)[0] == pytest.approx(level, abs=1e-9)


def test_a_range_that_is_sure_still_tells_a_place():
    sure = [replace(predictions(1)[0], range=Quantiles.sure(100.0), actual=actual) for actual in (50.0, 200.0)]
    assert calibration.places(sure).tolist() == [0.0, 1.0]


def test_ranges_that_are_too_tight_fail_their_kind_and_wide_ones_do_not():
    tight = predictions(200, actual_sd=1.6)
    wide = [replace(one, kind="design") for one in predictions(200, actual_sd=0.4)]
    assert calibration.failing([*tight, *wide], least=40) == ("invention",)
    assert calibration.failing(tight[:39], least=40) == ()
    assert calibration.failing([replace(one, basis="untested") for one in tight], least=40) == ()


def test_no_predictions_are_refused_and_a_record_of_none_is_empty():
    with pytest.raises(Refused) as no:
        calibration.calibrate([])
    assert no.value.code == "valuation.no_predictions"
    assert calibration.record([], "design").cod is None


def test_the_record_of_a_segment_holds_its_figures():
    told = predictions(300)
    found = calibration.record(told, "invention")
    assert (found.segment, found.deals) == ("invention", 300)
    assert found.median_ratio == pytest.approx(1.0, abs=0.2)
    assert found.coverage_90 == calibration.coverage(told)[2].share


def test_gates_say_which_promise_was_broken():
    bands = {"median_band": (0.9, 1.1), "prb_band": (-0.05, 0.05), "unbiased_prb": None}

    def passed(told):
        pairs = [one.range.median for one in told], [one.actual for one in told]
        return calibration.gates(calibration.calibrate(told), ratios.study(*pairs, seed=1, resamples=100), **bands)

    assert passed(predictions(2000))["median_ratio"]
    assert passed(predictions(2000))["coverage_90"]
    assert not passed(predictions(2000, shift=0.5))["median_ratio"]
    assert not passed(predictions(2000, actual_sd=1.5))["coverage_90"]


def test_scores_do_not_know_the_unit_of_money():
    told = predictions(50)
    in_fen = [replace(one, actual=one.actual * 100, range=one.range.times(100)) for one in told]
    assert calibration.calibrate(in_fen).crps == pytest.approx(calibration.calibrate(told).crps, rel=1e-9)


@pytest.mark.parametrize(("shift", "direction"), [(1.0, "above"), (-1.0, "below")])
def test_prices_that_leave_the_model_raise_the_alarm_with_day_direction_and_size(shift: float, direction: str):
    found = drift.watch(predictions(300, shift=shift, since=150), chance=0.01)
    assert (found.is_alarm, found.direction) == (True, direction)
    assert abs((found.since - (date(2024, 1, 1) + timedelta(days=150))).days) <= 10
    assert math.log(found.factor) == pytest.approx(shift, abs=0.25)
    assert found.highest >= 100


def test_honest_ranges_raise_false_alarms_no_more_often_than_promised():
    alarms = sum(drift.watch(predictions(200, seed=seed), chance=0.05).is_alarm for seed in range(100))
    assert alarms <= 5 + 3 * math.sqrt(100 * 0.05 * 0.95)


def test_without_predictions_there_is_no_drift():
    found = drift.watch([], chance=0.01)
    assert (found.deals, found.is_alarm, found.direction, found.since, found.factor) == (0, False, "none", None, None)


def test_the_order_in_which_predictions_are_told_does_not_matter():
    told = predictions(100, shift=1.0, since=50)
    assert drift.watch(told[::-1], chance=0.01) == drift.watch(told, chance=0.01)
