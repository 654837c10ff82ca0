"""Ranges with tested coverage: ranks, kinds, what happens with too few scores, and that they cover."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.valuation.given_market import DAY, RULES
from zhirong.base.refused import Refused
from zhirong.valuation.engine import conformal
from zhirong.valuation.engine.conformal import Ranges, Score


def scored(values, kind: str = "invention", on: date = DAY) -> list[Score]:
    return [Score(on, kind, float(value)) for value in values]


@pytest.mark.parametrize(("count", "nominal"), [(9, 0.9), (19, 0.9), (20, 0.9), (99, 0.5), (100, 0.8)])
def test_the_symmetric_range_reaches_to_the_score_of_the_finite_sample_rank(count: int, nominal: float):
    ranges = conformal.calibrate(scored(range(1, count + 1)), under=RULES)
    rank = math.ceil((count + 1) * nominal - 1e-9)
    assert rank <= count
    told = conformal.interval(ranges, "", mu=0.0, log_scale=0.0, nominal=nominal)
    assert (told.low, told.high) == (-rank, rank)


def test_a_rank_beyond_the_scores_falls_back_wide_and_untested():
    ranges = conformal.calibrate(scored(np.linspace(-1, 1, 8)), under=RULES)
    told = conformal.interval(ranges, "", mu=0.0, log_scale=0.0, nominal=0.9)
    assert told.basis == "untested"
    assert told.high == pytest.approx(1.644854 * RULES.fallback_sd, rel=1e-6)
    assert conformal.interval(ranges, "", mu=0.0, log_scale=0.0, nominal=0.5).basis == "pooled"


def test_no_scores_at_all_give_the_lognormal_of_the_prior():
    found = conformal.quantiles(conformal.calibrate([], under=RULES), "x", mu=math.log(1000), log_scale=-9.0)
    assert (found.basis, found.deals) == ("untested", 0)
    assert found.range.median == pytest.approx(1000)
    assert found.range.p95 == pytest.approx(1000 * math.exp(1.644854 * RULES.fallback_sd), rel=1e-6)
    assert found.range.mean == pytest.approx(1000 * math.exp(RULES.fallback_sd**2 / 2))
    assert [one.code for one in found.notes] == ["market.range_untested"]


def test_seven_quantiles_need_nineteen_scores():
    for count, basis in ((18, "untested"), (19, "pooled")):
        ranges = conformal.calibrate(scored(np.linspace(-2, 2, count)), under=RULES)
        assert conformal.quantiles(ranges, "", mu=0.0, log_scale=0.0).basis == basis


def test_the_range_follows_the_skew_of_the_scores():
    ranges = conformal.calibrate(scored([*[-0.1] * 50, *[3.0] * 49]), under=RULES)
    told = conformal.quantiles(ranges, "", mu=0.0, log_scale=0.0).range
    assert math.log(told.p5) == pytest.approx(-0.1)
    assert math.log(told.p95) == pytest.approx(3.0)


def test_a_kind_with_enough_scores_has_its_own_range_and_others_share():
    rare, common = scored(np.linspace(-5, 5, 39), "design"), scored(np.linspace(-1, 1, 40), "invention")
    ranges = conformal.calibrate([*rare, *common], under=RULES)
    assert [one.kind for one in ranges.kinds] == ["invention"]
    own = conformal.quantiles(ranges, "invention", mu=0.0, log_scale=0.0)
    shared = conformal.quantiles(ranges, "design", mu=0.0, log_scale=0.0)
    assert (own.basis, own.deals, own.notes) == ("tested", 40, ())
    assert (shared.basis, shared.deals) == ("pooled", 79)
    assert [one.code for one in shared.notes] == ["market.range_pooled"]
    assert shared.range.width() > own.range.width()


def test_a_kind_that_failed_is_given_the_wider_of_both_by_itself():
    wide, tight = scored(np.linspace(-5, 5, 100), "design"), scored(np.linspace(-1, 1, 100), "invention")
    honest = conformal.calibrate([*wide, *tight], under=RULES)
    failed = conformal.calibrate([*wide, *tight], under=RULES, failing=["invention", "design"])
    for kind in ("invention", "design"):
        own = conformal.quantiles(honest, kind, mu=0.0, log_scale=0.0).range
        now = conformal.quantiles(failed, kind, mu=0.0, log_scale=0.0)
        assert now.basis == "pooled"
        assert now.range.p5 <= own.p5
        assert now.range.p95 >= own.p95
        assert [one.code for one in now.notes] == ["market.range_widened"]
    widened = conformal.interval(failed, "invention", mu=0.0, log_scale=0.0, nominal=0.9)
    assert widened.high > 2 * conformal.interval(honest, "invention", mu=0.0, log_scale=0.0, nominal=0.9).high


def test_only_the_latest_scores_count():
    old, new = scored([9.0] * 50, on=DAY - timedelta(days=400)), scored(np.linspace(-1, 1, 50))
    ranges = conformal.calibrate([*new, *old], under=replace(RULES, most_scores=50))
    assert max(ranges.pooled.scores) == 1.0


def test_old_scores_may_weigh_less():
    old, new = scored([9.0] * 50, on=DAY - timedelta(days=3650)), scored(np.linspace(-1, 1, 50))
    even = conformal.calibrate([*new, *old], under=RULES)
    fading = conformal.calibrate([*new, *old], under=replace(RULES, half_life_days=365.25))
    told = [conformal.interval(one, "", mu=0.0, log_scale=0.0, nominal=0.9).high for one in (even, fading)]
    assert told[0] == 9.0
    assert told[1] <= 1.0


def test_ranges_survive_json():
    ranges = conformal.calibrate(scored(np.linspace(-1, 2, 60)), under=RULES, failing=["design"])
    assert Ranges.from_json(json.loads(json.dumps(ranges.as_json()))) == ranges


def test_a_range_scales_with_the_unit_of_money_exactly():
    ranges = conformal.calibrate(scored(np.linspace(-1, 2, 60)), under=RULES)
    yuan = conformal.quantiles(ranges, "invention", mu=math.log(5000.0), log_scale=-0.2).range
    fen = conformal.quantiles(ranges, "invention", mu=math.log(500_000.0), log_scale=-0.2).range
    for name in ("p5", "median", "p95", "mean"):
        assert getattr(fen, name) == pytest.approx(100 * getattr(yuan, name), rel=1e-12)


@pytest.mark.parametrize(("mu", "log_scale"), [(math.nan, 0.0), (0.0, math.inf), (701.0, 0.0), (0.0, 50.0)])
def test_what_is_no_amount_is_refused(mu: float, log_scale: float):
    with pytest.raises(Refused) as no:
        conformal.quantiles(conformal.calibrate([], under=RULES), "", mu=mu, log_scale=log_scale)
    assert no.value.code == "valuation.not_finite"


@pytest.mark.parametrize("count", [20, 100])
def test_coverage_is_what_is_promised_over_many_draws(count: int):
    random, within = np.random.default_rng(count), 0
    draws = 1500
    for _ in range(draws):
        drawn = random.standard_t(3, count + 1)
        ranges = conformal.calibrate(scored(drawn[:-1]), under=RULES)
        told = conformal.interval(ranges, "", mu=0.0, log_scale=0.0, nominal=0.9)
        within += told.low <= drawn[-1] <= told.high
    promised = math.ceil((count + 1) * 0.9 - 1e-9) / (count + 1)
    assert abs(within / draws - promised) < 3 * math.sqrt(0.09 / draws)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-50, 50), max_size=120), st.floats(-20, 20), st.floats(-3, 1))
def test_quantiles_rise_and_symmetric_ranges_nest(values, mu, log_scale):
    ranges = conformal.calibrate(scored(values), under=RULES)
    told = conformal.quantiles(ranges, "invention", mu=mu, log_scale=log_scale).range
    assert told.p5 <= told.median <= told.p95
    ends = [conformal.interval(ranges, "", mu=mu, log_scale=log_scale, nominal=one).high for one in (0.5, 0.8, 0.9)]
    assert ends == sorted(ends)
