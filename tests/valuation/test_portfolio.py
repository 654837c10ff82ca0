"""Many rights together: what they share falls together; medians are never summed."""

import math

import numpy as np
import pytest

from zhirong.base.refused import Refused
from zhirong.valuation.engine import portfolio
from zhirong.valuation.engine.portfolio import Asset, Correlation


def equal(count, log_sd=0.9, log_median=0.0, field=None):
    return [Asset(key=str(at), log_median=log_median, log_sd=log_sd, field=field) for at in range(count)]


def whole(assets, field=0.1, common=0.1, paths=8192, seed=1):
    return portfolio.whole(
        assets, correlation=Correlation(field=field, common=common), paths=paths, seed=seed, tail=0.1
    )


def test_the_mean_is_exact_and_the_median_is_not_a_sum_of_medians():
    found = whole(equal(20))
    assert found.range.mean == pytest.approx(20 * math.exp(0.405), rel=1e-12)
    assert found.range.median > 1.2 * 20


def test_the_simulated_spread_is_that_of_the_factor_model():
    assets = [Asset(key=str(at), log_median=0.0, log_sd=0.5, field=at % 3) for at in range(9)]
    alike = np.array([[0.3 if a.field == b.field else 0.1 for b in assets] for a in assets])
    np.fill_diagonal(alike, 1.0)
    variance = (math.exp(0.25) * np.expm1(0.25 * alike)).sum()
    spread = [np.std(list(drawn(assets, seed))) for seed in range(3)]
    assert np.mean(spread) == pytest.approx(math.sqrt(variance), rel=0.03)


def drawn(assets, seed):
    """The paths themselves, rebuilt from the factors as the docstring tells them."""
    common = portfolio.stratified(8192, seed=seed, stream=(portfolio.COMMON, 0))
    total = np.zeros(8192)
    for one in assets:
        field = portfolio.stratified(8192, seed=seed, stream=(portfolio.FIELDS, one.field + 1))
        own = portfolio.stratified(8192, seed=seed, stream=portfolio.own_stream(one.key))
        total += np.exp(0.5 * (math.sqrt(0.1) * common + math.sqrt(0.2) * field + math.sqrt(0.7) * own))
    quantile = whole(assets, field=0.2, common=0.1, seed=seed).range.p10
    assert quantile == pytest.approx(np.quantile(total, 0.1), rel=1e-12)
    return total


def test_shares_and_tail_shares_sum_to_one_and_the_effective_number_counts_equals():
    found = whole(equal(8))
    assert found.effective_number == pytest.approx(8, rel=1e-12)
    assert found.herfindahl == pytest.approx(1 / 8, rel=1e-12)
    assert sum(one.share for one in found.shares) == pytest.approx(1.0)
    assert sum(one.tail_share for one in found.shares) == pytest.approx(1.0)


def test_one_right_is_worth_what_it_is_worth_alone():
    found = whole(equal(1), field=0.0, common=0.0, paths=65536)
    assert found.range.median == pytest.approx(1.0, rel=1e-3)
    assert found.range.p95 == pytest.approx(math.exp(0.9 * 1.6448536), rel=1e-3)
    assert found.effective_number == 1.0


def test_a_volatile_right_adds_more_to_the_mean_than_to_the_worst_tail():
    found = whole([Asset(key="calm", log_median=0, log_sd=0.2), Asset(key="wild", log_median=0, log_sd=1.5)])
    wild = found.shares[1]
    assert wild.tail_share < wild.share


def test_a_family_counts_once_as_its_largest_part():
    parts = [
        Asset(key="a", log_median=1.0, log_sd=0.5, set_key="F"),
        Asset(key="b", log_median=2.0, log_sd=0.5, set_key="F"),
        Asset(key="c", log_median=0.0, log_sd=0.5),
    ]
    found = whole(parts)
    assert found.dropped == ("a",)
    assert [one.key for one in found.shares] == ["b", "c"]
    assert found.range.mean == pytest.approx((math.exp(2) + 1) * math.exp(0.125))


def test_the_same_seed_gives_the_same_digits_and_another_nearly_so():
    assert whole(equal(5)) == whole(equal(5))
    assert whole(equal(5), seed=2).range.p10 == pytest.approx(whole(equal(5)).range.p10, rel=0.03)


def test_the_unit_of_money_scales_the_range_and_nothing_else():
    yuan, million = whole(equal(4, log_median=math.log(1e6))), whole(equal(4))
    assert yuan.range.p10 == pytest.approx(1e6 * million.range.p10, rel=1e-12)
    assert yuan.herfindahl == pytest.approx(million.herfindahl, rel=1e-12)


def test_what_is_more_alike_is_less_safe_together():
    lows = [whole(equal(30), common=share, field=0.0).range.p10 for share in (0.0, 0.2, 0.5, 0.9)]
    assert lows == sorted(lows, reverse=True)


def test_rights_of_unknown_field_are_taken_as_one_field():
    assert (
        whole(equal(30), field=0.3).range.p10
        < whole([Asset(key=str(at), log_median=0.0, log_sd=0.9, field=at) for at in range(30)], field=0.3).range.p10
    )


@pytest.mark.parametrize("bad", [[], [Asset(key="x", log_median=math.inf, log_sd=1)], equal(1, log_sd=-1.0)])
def test_what_is_no_portfolio_is_refused(bad):
    with pytest.raises(Refused):
        whole(bad)


def test_more_in_common_than_there_is_is_refused():
    with pytest.raises(Refused):
        Correlation(field=0.6, common=0.5)


def test_few_rights_are_drawn_on_more_paths():
    assert [portfolio.paths_for(count) for count in (1, 50, 100, 2000, 10**6)] == [65536, 32768, 16384, 4096, 4096]


def test_a_right_is_drawn_alike_wherever_it_stands():
    assets = [Asset(key=f"2020{at}", log_median=float(at % 4), log_sd=0.4 + 0.1 * at, field=at % 2) for at in range(7)]
    told, turned = whole(assets), whole(assets[::-1])
    assert turned.range.p5 == pytest.approx(told.range.p5, rel=1e-12)
    assert turned.range.p95 == pytest.approx(told.range.p95, rel=1e-12)
    tails = {one.key: one.tail_share for one in told.shares}
    assert {one.key: one.tail_share for one in turned.shares} == pytest.approx(tails, rel=1e-9)
    assert portfolio.own_stream("20201") != portfolio.own_stream("20202")
