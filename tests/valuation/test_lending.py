"""What may be lent on a right: ratios, shortfalls, losses, products, and the capital a loan binds."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.valuation.given_finance import HAIRCUT, IRB
from zhirong.base.refused import Refused
from zhirong.valuation.engine import capital, lending

PRODUCT = lending.Product(
    name="bank", most_ratio=0.25, least_remaining_years=8, most_loan=10_000_000, most_term_years=3
)


@given(level=st.floats(1e-4, 0.9999))
@settings(max_examples=50, deadline=None)
def test_the_shortfall_of_the_ratio_of_a_level_is_that_level(level):
    assert lending.shortfall(HAIRCUT, lending.ratio(HAIRCUT, level)) == pytest.approx(level, rel=1e-9)


def test_a_larger_loan_is_never_safer_and_never_loses_a_smaller_share():
    lent = np.geomspace(1e-3, 10, 60)
    losses = [lending.loss(HAIRCUT, lent=one, pd=0.03) for one in lent]
    assert (np.diff([one.shortfall_probability for one in losses]) > 0).all()
    assert (np.diff([one.lgd for one in losses]) > 0).all()


def test_loss_given_default_is_the_mean_of_what_the_pledge_leaves_open():
    draw = np.random.default_rng(3).standard_normal(400_000)
    got = np.exp(HAIRCUT.log_share + HAIRCUT.log_sd * draw)
    open_share = np.maximum(0, 1 - got / 0.25)
    found = lending.loss(HAIRCUT, lent=0.25, pd=0.02)
    assert found.lgd == pytest.approx(open_share.mean(), abs=4 * open_share.std() / math.sqrt(400_000))
    assert found.expected_loss == 0.02 * found.lgd
    assert found.shortfall_probability == pytest.approx((got < 0.25).mean(), abs=0.003)


def test_a_loan_of_almost_nothing_loses_nothing_and_a_huge_one_everything():
    assert lending.loss(HAIRCUT, lent=1e-9, pd=1.0).lgd == pytest.approx(0.0, abs=1e-12)
    assert lending.loss(HAIRCUT, lent=1e9, pd=1.0).lgd == pytest.approx(1.0, abs=1e-8)


def test_proceeds_scale_with_the_unit_of_money():
    yuan, million = lending.proceeds(HAIRCUT, 6e6), lending.proceeds(HAIRCUT, 6.0)
    assert yuan.median == pytest.approx(1e6 * million.median, rel=1e-14)
    assert million.mean == pytest.approx(6 * 0.85 * 0.7 * math.exp(-0.2 + 0.36 / 2), rel=1e-12)


def test_the_bank_lends_a_quarter_up_to_its_cap():
    small = lending.offer(PRODUCT, value=6e6, term_years=1, remaining_years=10)
    assert (small.loan, small.bound_by, small.hindrances) == (1.5e6, "ratio", ())
    large = lending.offer(PRODUCT, value=60e6, term_years=3, remaining_years=10)
    assert (large.loan, large.bound_by) == (10e6, "cap")


@pytest.mark.parametrize(
    ("term", "left", "codes"),
    [
        (4, 10, ("term_too_long",)),
        (1, 7.9, ("too_little_life_left",)),
        (1, None, ("remaining_years_unknown",)),
    ],
)
def test_a_right_that_does_not_fit_gets_nothing_and_is_told_why(term, left, codes):
    found = lending.offer(PRODUCT, value=6e6, term_years=term, remaining_years=left)
    assert (found.loan, found.hindrances) == (0.0, codes)


def test_a_right_that_ends_before_the_loan_secures_nothing():
    mark = lending.Product(
        name="bank", most_ratio=0.3, least_remaining_years=None, most_loan=None, most_term_years=None
    )
    assert lending.offer(mark, value=1e6, term_years=5, remaining_years=4).hindrances == ("ends_before_the_loan",)
    assert lending.offer(mark, value=1e6, term_years=5, remaining_years=None).loan == 3e5


@pytest.mark.parametrize("bad", [{"cost": 1.0}, {"volatility": -0.1}, {"years": math.inf}, {"valuation_sd": math.nan}])
def test_a_haircut_out_of_its_bounds_is_refused(bad):
    parts = {"cost": 0.15, "forced_sale": 0.3, "decay": 0.1, "volatility": 0.35, "valuation_sd": 0.6, "years": 2.0}
    with pytest.raises(Refused):
        lending.Haircut(**{**parts, **bad})


def test_capital_rises_with_default_and_with_time_and_in_proportion_to_loss():
    base = capital.requirement(0.01, lgd=0.45, maturity_years=2.5, irb=IRB)
    assert capital.requirement(0.02, lgd=0.45, maturity_years=2.5, irb=IRB).capital > base.capital
    assert capital.requirement(0.01, lgd=0.45, maturity_years=5, irb=IRB).capital > base.capital
    assert capital.requirement(0.01, lgd=0.90, maturity_years=2.5, irb=IRB).capital == pytest.approx(2 * base.capital)
    assert capital.requirement(0.0, lgd=0.45, maturity_years=2.5, irb=IRB).pd == IRB.least_pd
    assert capital.requirement(0.01, lgd=0.45, maturity_years=9, irb=IRB) == capital.requirement(
        0.01, lgd=0.45, maturity_years=5, irb=IRB
    )


@given(pd=st.floats(0.0, 0.9999), lgd=st.floats(0.0, 1.0), years=st.floats(0.0, 100.0))
@settings(max_examples=80, deadline=None)
def test_capital_is_never_below_zero_nor_above_the_loss(pd, lgd, years):
    found = capital.requirement(pd, lgd=lgd, maturity_years=years, irb=IRB)
    assert 0.0 <= found.capital <= 2.0 * lgd + 1e-12
    assert 0.12 <= found.correlation <= 0.24
