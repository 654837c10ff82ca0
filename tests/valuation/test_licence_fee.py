"""Advice on licence fees: a fee is for a contract and a term, one's own licences come first, ceilings hold."""

import math

import numpy as np
import pytest

from zhirong.base.refused import Refused
from zhirong.valuation.engine import licence_fee
from zhirong.valuation.engine.licence_fee import Ceilings, Licence, Reference, Spread

YEAR_2023 = Reference(contracts=15_603, patents=36_794, mean_fixed_fee=1_660_000, mean_fixed_years=3.0)
SPREAD = Spread(all=1.5, own=0.6)
OPEN = Ceilings(fixed_fee=20e6, of_net_sales=0.20, of_profit=0.40)
ONE = Licence(patents=1, years=3.0)


def fixed(wanted=ONE, own=(), ceilings=None, spread=SPREAD):
    return licence_fee.fixed_fee(wanted, reference=YEAR_2023, own=own, spread=spread, rate=0.12, ceilings=ceilings)


def test_a_recorded_fee_is_for_a_contract_of_more_than_two_patents():
    assert YEAR_2023.patents_a_contract == pytest.approx(2.4, abs=0.05)
    assert licence_fee.mean_fee(ONE, YEAR_2023, rate=0.12) == pytest.approx(1_660_000 * 15_603 / 36_794)


def test_a_longer_term_costs_more_but_less_than_in_proportion():
    short, long = (licence_fee.mean_fee(Licence(patents=1, years=n), YEAR_2023, rate=0.12) for n in (3, 6))
    assert 1.0 < long / short < 2.0
    assert long / short == pytest.approx(1 + 1.12**-3, rel=1e-12)


def test_without_own_licences_the_recorded_mean_is_the_mean():
    assert fixed().mean == pytest.approx(licence_fee.mean_fee(ONE, YEAR_2023, rate=0.12), rel=1e-12)
    assert math.log(fixed().p95 / fixed().p5) == pytest.approx(2 * 1.6448536 * 1.5, rel=1e-6)


def test_own_licences_draw_the_fee_to_themselves_and_narrow_it():
    own = [Licence(patents=2, years=3.0, fee=400_000)]
    ranges = [fixed(own=own * count) for count in (0, 1, 3, 1000)]
    assert [one.width() for one in ranges] == sorted((one.width() for one in ranges), reverse=True)
    assert ranges[-1].median == pytest.approx(200_000, rel=1e-2)
    assert math.log(ranges[-1].p95 / ranges[-1].p5) == pytest.approx(2 * 1.6448536 * 0.6, rel=1e-2)


def test_an_open_licence_never_asks_more_than_the_ceiling():
    many = Licence(patents=100, years=10.0)
    cut, free = fixed(many, ceilings=OPEN), fixed(many)
    assert cut.p95 == 20e6 < free.p95
    draw = np.exp(math.log(free.median) + 1.5 * np.random.default_rng(2).standard_normal(400_000))
    assert cut.mean == pytest.approx(np.minimum(draw, 20e6).mean(), rel=0.01)


def test_a_running_rate_stands_where_its_score_puts_it_and_never_above_the_ceiling():
    rate = licence_fee.running_rate(0.05, 0.06, score=0.25, ceiling=0.20)
    assert (rate.low, rate.typical, rate.high, rate.is_cut) == (0.05, pytest.approx(0.0525), 0.06, False)
    assert licence_fee.running_rate(0.1, 0.3, score=None, ceiling=0.20).high == 0.20
    profit = licence_fee.of_profit(rate, 0.1, ceiling=0.40)
    assert (profit.typical, profit.is_cut) == (0.40, True)
    assert licence_fee.of_profit(rate, 0.5, ceiling=0.40).typical == pytest.approx(0.105)


def test_running_and_fixed_are_each_other_seen_from_the_other_side():
    sales = [5e6, 6e6, 7e6]
    fee = licence_fee.as_fixed(0.05, sales, rate=0.12)
    assert fee == pytest.approx(0.05 * sum(s / 1.12 ** (t + 0.5) for t, s in enumerate(sales)))
    assert licence_fee.as_running(fee, sales, rate=0.12) == pytest.approx(0.05, rel=1e-12)


def test_the_value_of_a_right_is_not_its_licence_fee():
    granted = Licence(patents=2, years=3.0, fee=600_000)
    value = licence_fee.value_of_right(granted, remaining_years=10, licensees=3, rate=0.12)
    assert value == pytest.approx(300_000 * 3 * (1 - 1.12**-10) / (1 - 1.12**-3), rel=1e-12)
    back = licence_fee.fee_of_value(value, granted, remaining_years=10, licensees=3, rate=0.12)
    assert back == pytest.approx(600_000, rel=1e-12)


def test_an_annuity_without_interest_is_its_years():
    assert licence_fee.annuity(7.5, 0.0) == 7.5
    assert licence_fee.annuity(7.5, 1e-9) == pytest.approx(7.5)


@pytest.mark.parametrize("years", [0.0, -1.0, math.inf, math.nan])
def test_a_term_that_is_none_is_refused(years):
    with pytest.raises(Refused):
        fixed(Licence(patents=1, years=years))


def test_fees_too_large_for_any_currency_are_refused():
    with pytest.raises(Refused):
        fixed(own=[Licence(patents=1, years=1, fee=1e300)] * 9)
