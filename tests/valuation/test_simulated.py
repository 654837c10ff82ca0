"""Coverage where the truth is known: 90 % ranges cover 90 %, in all and within each kind; and what breaks that."""

from __future__ import annotations

import math

import pytest

from tests.valuation.given_market import PRIORS, RULES
from zhirong.base.refused import Refused
from zhirong.valuation.engine import simulated

BOOK = {"world": simulated.BOOK, "priors": PRIORS, "rules": RULES}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_ninety_percent_ranges_cover_ninety_in_all_and_within_each_kind(seed: int):
    # Many calibrating deals, so that what is tested is the method and not the luck of the calibration.
    found = simulated.coverage(**BOOK, deals=9000, tested=1500, calibrating=0.8, seed=seed)
    told = found.way("normalised by kind")
    assert abs(told.share - 0.9) <= 3 * math.sqrt(0.09 / found.tested)
    for kind, share in told.by_kind.items():
        assert abs(share - 0.9) <= 3 * math.sqrt(0.09 / found.by_kind[kind])


def test_a_market_comes_again_with_its_seed():
    told = simulated.market(simulated.BOOK, 50, seed=1)
    assert told == simulated.market(simulated.BOOK, 50, seed=1)
    assert told != simulated.market(simulated.BOOK, 50, seed=2)
    assert all(told.is_sold)


def test_a_market_unlike_the_one_that_calibrated_loses_coverage_and_we_say_how_much():
    found = {
        one.case: one
        for one in simulated.broken(deals=4000, tested=4000, calibrating=0.6, seed=5, priors=PRIORS, rules=RULES)
    }
    for case in ("as_calibrated", "heavier_tails_throughout", "only_good_ones_sell_tested_on_sold"):
        assert abs(found[case].share - 0.9) <= 3 * found[case].standard_error
    assert found["heavier_tails_later"].share < 0.9 - 3 * found["heavier_tails_later"].standard_error
    assert found["only_good_ones_sell_tested_on_all"].share < 0.75


def test_the_size_of_a_simulation_is_bounded():
    with pytest.raises(Refused):
        simulated.market(simulated.BOOK, 100_001, seed=1)
