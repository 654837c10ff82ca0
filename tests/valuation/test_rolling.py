"""The back-test sees nothing that came later, and serves any method."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.valuation.given_market import PRIORS, RULES, a_right, a_sale, deals
from zhirong.base.refused import Refused
from zhirong.valuation.engine import conformal, hedonic_design, rolling

ROLLED = rolling.of_hedonic(
    deals(1200), priors=PRIORS, rules=RULES, kind_group="kind", least_known=400, most_origins=12
)


def spied(sales, **asked):
    """A roll whose method says 100 with scale 1, and what each fit was shown."""
    seen = []

    def fit(known, origin):
        seen.append((origin, [one.reference for one in known]))
        return

    found = rolling.roll(
        sales, fit=fit, predict=lambda _, one: (math.log(100), 0.0), kind_group="kind", rules=RULES, **asked
    )
    return found, seen


def quarterly(count: int, each: int):
    return [
        a_sale(100.0, a_right(on, groups={"kind": "x"}), on=on, reference=f"{quarter:02}.{place}")
        for quarter in range(count)
        for place in range(each)
        for on in [date(2020 + quarter // 4, quarter % 4 * 3 + 1, 1) + timedelta(days=7 * place)]
    ]


def test_a_fit_sees_only_deals_before_its_quarter():
    sales = quarterly(8, 5)
    found, seen = spied(sales, least_known=10, most_origins=40)
    assert [origin for origin, _ in seen] == list(found.origins)
    assert found.origins[0] == date(2020, 7, 1)
    for origin, known in seen:
        assert known == [one.reference for one in sales if one.on < origin]
    assert [one.reference for one in found.predicted] == [one.reference for one in sales[10:]]


def test_only_the_latest_origins_are_rolled():
    found, seen = spied(quarterly(8, 5), least_known=10, most_origins=2)
    assert found.origins == (date(2021, 7, 1), date(2021, 10, 1))
    assert len(seen) == 2


def test_an_ask_is_known_to_the_fit_and_never_predicted():
    ask = a_sale(100.0, on=date(2020, 2, 1), reference="ask", is_ask=True)
    found, seen = spied([*quarterly(4, 5), ask], least_known=5, most_origins=9)
    assert "ask" in seen[0][1]
    assert "ask" not in {one.reference for one in found.predicted}


def test_what_was_learnt_after_the_deal_is_refused():
    late = a_sale(100.0, a_right(date(2020, 5, 2)), on=date(2020, 5, 1), reference="late")
    with pytest.raises(Refused) as no:
        spied([*quarterly(4, 5), late], least_known=5, most_origins=9)
    assert (no.value.code, no.value.facts["reference"]) == ("valuation.later_than_deal", "late")


def test_ranges_of_a_quarter_know_nothing_of_its_prices():
    sales = quarterly(6, 30)
    dear = [replace(one, price=1e9) if one.on >= date(2021, 4, 1) else one for one in sales]
    plain, _ = spied(sales, least_known=20, most_origins=9)
    moved, _ = spied(dear, least_known=20, most_origins=9)
    first = [one for one in plain.predicted if one.on < date(2021, 7, 1)]
    assert [one.range for one in moved.predicted][: len(first)] == [one.range for one in first]
    assert moved.predicted[-1].actual == 1e9


def test_a_method_that_cannot_say_is_counted_and_left_out():
    found = rolling.roll(
        quarterly(4, 5),
        fit=lambda known, origin: None,
        predict=lambda _, one: None,
        kind_group="",
        rules=RULES,
        least_known=5,
        most_origins=9,
    )
    assert (found.predicted, found.scores, found.unpredicted) == ((), (), 15)


def test_no_deals_give_an_empty_back_test():
    found, _ = spied([], least_known=5, most_origins=9)
    assert (found.origins, found.predicted) == ((), ())
    assert rolling.studies(found.predicted, seed=1, resamples=100) == ()


def test_ranges_begin_untested_and_become_tested_by_kind():
    bases = [one.basis for one in ROLLED.predicted]
    assert bases[0] == "untested"
    assert bases[-1] == "tested"
    assert len(ROLLED.scores) == len(ROLLED.predicted)


def test_tested_ranges_of_the_back_test_cover_as_promised_in_all_and_by_kind():
    told = rolling.studies(ROLLED.predicted, seed=1, resamples=100)
    assert told[0].calibration.segment == ""
    assert {one.calibration.segment for one in told[1:]} == {"design", "invention", "utility_model"}
    assert ROLLED.failing == ()
    for study in told:
        # Scores that calibrated one quarter's ranges are themselves a sample: its error adds to the binomial one.
        ninety = study.calibration.coverage[2]
        assert abs(ninety.share - 0.9) <= 3 * ninety.standard_error * math.sqrt(2)
    assert 0.8 < told[0].ratios.value("median_ratio") < 1.2


def test_ranges_for_today_rest_on_every_score():
    ranges = rolling.ranges_now(ROLLED, RULES)
    assert len(ranges.pooled.scores) == min(len(ROLLED.scores), RULES.most_scores)
    assert conformal.quantiles(ranges, "invention", mu=10.0, log_scale=0.0).basis == "tested"


def test_quarters_begin_in_january():
    assert hedonic_design.quarter_of(date(2024, 12, 31)) + 1 == hedonic_design.quarter_of(date(2025, 1, 1))
