"""What the page of the back-test says of simulated markets is what the engine finds."""

from __future__ import annotations

from tests.valuation.given_market import DAY
from zhirong.base import dated
from zhirong.valuation import market_figures, terms
from zhirong.valuation.engine import simulated


def test_the_coverage_that_is_told_of_simulated_markets_is_computed_again() -> None:
    told = dated.on(dated.read(terms.PATH.with_name("back_test.yaml"))["simulated_coverage"], DAY).value
    found = simulated.broken(
        deals=1000,
        tested=3000,
        calibrating=0.5,
        seed=7,
        priors=market_figures.priors(DAY),
        rules=market_figures.range_rules(DAY),
    )
    assert {one.case: round(one.share * 1000) for one in found if one.case in told} == told
