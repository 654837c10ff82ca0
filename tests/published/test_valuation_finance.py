"""Printed numbers of lending, capital, portfolios and marketability (VALUATION 2.8, T9, T12)."""

import pytest

from tests.valuation.given_finance import HAIRCUT, IRB
from zhirong.valuation.engine import capital, lending, marketability, portfolio

RISK_WEIGHTS = {
    0.03: 14.44, 0.05: 19.65, 0.10: 29.65, 0.25: 49.47, 0.40: 62.72, 0.50: 69.61, 0.75: 82.78, 1: 92.32,
    1.3: 100.95, 1.5: 105.59, 2: 114.86, 2.5: 122.16, 3: 128.44, 4: 139.58, 5: 149.86, 6: 159.61, 10: 193.09,
    15: 221.54, 20: 238.23,
}  # fmt: skip


@pytest.mark.parametrize(("percent", "weight"), RISK_WEIGHTS.items())
def test_basel_prints_these_risk_weights(percent, weight):
    found = capital.requirement(percent / 100, lgd=0.45, maturity_years=2.5, irb=IRB)
    assert 100 * found.risk_weight == pytest.approx(weight, abs=0.011)


@pytest.mark.parametrize(("years", "discount"), [(0.5, 0.04865), (1, 0.06850), (2, 0.09602), (5, 0.14782)])
def test_finnerty_2012_at_a_volatility_of_30_percent(years, discount):
    assert marketability.finnerty(0.3, years) == pytest.approx(discount, abs=1e-5)


def test_finnerty_2012_has_a_ceiling():
    assert marketability.finnerty(10.0, 100.0) == pytest.approx(0.32279, abs=1e-5)


@pytest.mark.parametrize(("level", "ratio"), [(0.05, 0.120), (0.10, 0.159), (0.20, 0.224), (0.25, 0.255)])
def test_the_lending_ratio_at_each_shortfall_level(level, ratio):
    assert lending.ratio(HAIRCUT, level) == pytest.approx(ratio, abs=5e-4)


def test_a_quarter_of_the_value_is_about_a_one_in_four_shortfall():
    assert lending.shortfall(HAIRCUT, 0.25) == pytest.approx(0.25, abs=0.01)


@pytest.mark.parametrize(
    ("count", "common", "safe"), [(1, 0.2, 0.209), (10, 0.2, 0.472), (50, 0.2, 0.535), (50, 0.0, 0.812)]
)
def test_the_safe_value_of_a_portfolio(count, common, safe):
    assets = [portfolio.Asset(key=str(at), log_median=0.0, log_sd=0.9) for at in range(count)]
    found = portfolio.whole(
        assets,
        correlation=portfolio.Correlation(field=0.0, common=common),
        paths=65_536,
        seed=1,
        tail=0.1,
    )
    # The book's are themselves simulated; the exact first one is e^(-1.2816*0.9 - 0.405) = 0.21047, and
    # 65,536 paths over 12 seeds give 0.4694, 0.5315 and 0.8125 for the others.
    assert found.range.p10 / found.range.mean == pytest.approx(safe, abs=0.005)
