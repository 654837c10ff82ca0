"""Several methods become one range: weights of least variance, outliers beside, contradictions never averaged."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhirong.base.refused import Refused
from zhirong.valuation.engine import reconcile
from zhirong.valuation.engine.result import Quantiles

RULES = reconcile.Rules(apart=3.0, least_weight=0.1)
NAN = float("nan")


def blend_of(medians, sds, correlation=0.0):
    matrix = reconcile.common_correlation(np.atleast_2d(medians).shape[1], correlation)
    return reconcile.blend(medians, sds, correlation=matrix, rules=RULES)


def test_independent_methods_weigh_by_their_precision():
    found = blend_of([0.0, 0.3], [0.5, 1.0])
    np.testing.assert_allclose(found.weights[0], [0.8, 0.2], rtol=1e-12)
    assert found.log_median[0] == pytest.approx(0.06, rel=1e-12)
    assert found.log_sd[0] == pytest.approx(math.sqrt(0.2), rel=1e-12)
    assert reconcile.roles(found, 0) == ("voice", "voice")


def test_the_weights_are_the_inverse_covariance_times_one():
    sds, correlation = np.array([0.5, 0.7, 0.6]), np.array([[1, 0.3, 0.1], [0.3, 1, 0.4], [0.1, 0.4, 1]])
    weights, variance = reconcile.least_variance(sds[None], np.ones((1, 3), dtype=bool), correlation)
    inverse = np.linalg.inv(correlation * np.outer(sds, sds)).sum(axis=1)
    np.testing.assert_allclose(weights[0], inverse / inverse.sum(), rtol=1e-10)
    assert variance[0] == pytest.approx(1 / inverse.sum(), rel=1e-10)


def test_a_weight_is_never_negative_and_a_method_that_adds_nothing_is_named():
    found = blend_of([0.0, 0.2], [0.4, 1.0], 0.8)
    np.testing.assert_array_equal(found.weights[0], [1.0, 0.0])
    assert found.log_sd[0] == pytest.approx(0.4, rel=1e-12)
    assert reconcile.roles(found, 0) == ("voice", "redundant")


def test_a_method_far_from_the_others_stands_beside():
    found = blend_of([0.0, 0.1, math.log(5)], [0.5, 0.5, 0.6], 0.3)
    assert reconcile.roles(found, 0) == ("voice", "voice", "outlier")
    np.testing.assert_allclose(found.weights[0], [0.5, 0.5, 0.0], atol=1e-12)
    assert not found.contradicts[0]


def test_a_light_voice_cannot_contradict_the_others():
    found = blend_of([0.0, math.log(20)], [0.3, 1.5])
    assert reconcile.roles(found, 0) == ("voice", "outlier")
    assert (found.log_median[0], found.contradicts[0]) == (0.0, False)


def test_when_the_two_strongest_contradict_nothing_is_averaged():
    low, high = 0.0, math.log(10)
    found = blend_of([low, high, 0.1], [0.5, 0.5, 0.9])
    assert found.contradicts[0]
    assert reconcile.roles(found, 0) == ("voice", "voice", "unheard")
    assert found.log_quantiles[0, 0] == pytest.approx(low + reconcile.SCORES[0] * 0.5)
    assert found.log_quantiles[0, -1] == pytest.approx(high + reconcile.SCORES[-1] * 0.5)
    assert found.log_median[0] == pytest.approx((low + high) / 2)
    assert math.exp(found.log_mean[0]) == pytest.approx((1 + 10) / 2 * math.exp(0.125))
    assert (np.diff(found.log_quantiles[0]) > 0).all()


def test_threefold_is_no_contradiction_and_a_hair_more_is():
    assert not blend_of([0.0, math.log(2.999)], [0.5, 0.5]).contradicts[0]
    assert blend_of([0.0, math.log(3.001)], [0.5, 0.5]).contradicts[0]


def test_silent_methods_and_silent_rights_stay_unknown():
    found = blend_of([[1.0, NAN, 1.2], [NAN, NAN, NAN]], [[0.5, NAN, 0.5], [NAN, NAN, NAN]], 0.5)
    assert found.speaks.tolist() == [True, False]
    assert reconcile.roles(found, 0) == ("voice", "silent", "voice")
    assert found.weights[1].tolist() == [0.0, 0.0, 0.0]
    assert reconcile.money(found, 1) is None
    assert reconcile.money(found, 0).median == pytest.approx(math.exp(1.1))


def test_many_rights_at_once_come_out_as_one_by_one():
    draw = np.random.default_rng(5)
    medians, sds = draw.normal(10, 1, (300, 4)), draw.uniform(0.2, 1.5, (300, 4))
    medians[draw.random((300, 4)) < 0.2] = NAN
    together = blend_of(medians, sds, 0.4)
    assert 0 < together.contradicts.sum() < 300
    for row in range(300):
        alone = blend_of(medians[row], sds[row], 0.4)
        np.testing.assert_array_equal(alone.log_quantiles[0], together.log_quantiles[row])
        np.testing.assert_array_equal(alone.weights[0], together.weights[row])
    assert (together.weights >= 0).all()
    np.testing.assert_allclose(together.weights.sum(axis=1)[together.speaks], 1.0, rtol=1e-12)


SPREADS = st.lists(st.floats(0.05, 3.0), min_size=4, max_size=4)


@given(sds=SPREADS, which=st.integers(0, 3), share=st.floats(0.1, 1.0), alike=st.floats(0.0, 0.95))
@settings(max_examples=60, deadline=None)
def test_to_know_one_method_better_never_widens_the_blend(sds, which, share, alike):
    medians = [0.0, 0.3, 0.6, 1.0]
    before = blend_of(medians, sds, alike)
    sds[which] *= share
    after = blend_of(medians, sds, alike)
    assert after.log_sd[0] <= before.log_sd[0] * (1 + 1e-9)
    assert after.log_sd[0] <= min(sds) * (1 + 1e-9)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_no_other_shares_of_the_methods_have_less_variance(seed):
    draw = np.random.default_rng(seed)
    sds = draw.uniform(0.1, 2.0, 4)
    loads = draw.uniform(0.0, 1.0, (4, 3))
    matrix = loads @ loads.T + np.diag(draw.uniform(0.05, 1.0, 4))
    matrix /= np.sqrt(np.outer(np.diag(matrix), np.diag(matrix)))
    weights, variance = reconcile.least_variance(sds[None], np.ones((1, 4), dtype=bool), matrix)
    others = draw.dirichlet(np.full(4, 0.5), 400)
    covariance = matrix * np.outer(sds, sds)
    assert variance[0] == pytest.approx(weights[0] @ covariance @ weights[0])
    assert variance[0] <= np.einsum("ki,ij,kj->k", others, covariance, others).min() + 1e-12


def test_the_unit_of_money_moves_nothing_but_the_median():
    yuan = blend_of(np.log([2e6, 3e6, 2.5e6]), [0.5, 0.7, 0.9], 0.5)
    million = blend_of(np.log([2.0, 3.0, 2.5]), [0.5, 0.7, 0.9], 0.5)
    np.testing.assert_array_equal(yuan.weights, million.weights)
    assert reconcile.money(yuan, 0).median == pytest.approx(1e6 * reconcile.money(million, 0).median, rel=1e-12)


def test_without_deals_the_methods_own_word_and_the_common_correlation_stand():
    found = reconcile.shrunk([], own_sd=[0.5, 0.9], correlation=0.5, prior_deals=30)
    np.testing.assert_allclose(found.log_sd, [0.5, 0.9], rtol=1e-12)
    np.testing.assert_allclose(found.correlation, [[1, 0.5], [0.5, 1]])


def test_many_deals_outweigh_the_methods_own_word():
    draw = np.random.default_rng(1)
    truth = np.array([[0.36, 0.18], [0.18, 0.81]])
    errors = draw.multivariate_normal([0, 0], truth, 20_000)
    found = reconcile.shrunk(errors, own_sd=[2.0, 0.1], correlation=0.9, prior_deals=30)
    np.testing.assert_allclose(found.log_sd, [0.6, 0.9], rtol=0.02)
    assert found.correlation[0, 1] == pytest.approx(1 / 3, abs=0.02)


def test_a_method_that_is_always_too_high_is_not_sure():
    found = reconcile.shrunk([[0.5, NAN]] * 1000, own_sd=[0.5, 0.5], correlation=0.5, prior_deals=30)
    np.testing.assert_allclose(found.log_sd, [0.5, 0.5], rtol=1e-12)


def test_errors_that_cancel_are_not_hoped_for():
    errors = [[0.5, -0.5], [-0.5, 0.5]] * 500
    assert reconcile.shrunk(errors, own_sd=[0.5, 0.5], correlation=0.5, prior_deals=1).correlation[0, 1] == 0.0


def test_pairs_seen_on_different_deals_still_give_a_proper_law():
    errors = [[1, 1, NAN]] * 500 + [[NAN, 1, 1]] * 500 + [[1, NAN, -1]] * 500
    found = reconcile.shrunk(errors, own_sd=[1, 1, 1], correlation=0.5, prior_deals=1)
    assert np.linalg.eigvalsh(found.correlation)[0] > 0


def test_a_range_becomes_a_voice_and_a_sum_of_costs_does_not():
    spread = Quantiles(1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 16.0, 5.0)
    assert reconcile.in_logs(spread) == pytest.approx((math.log(4), math.log(16) / 2 / 1.6448536269514722))
    assert reconcile.in_logs(Quantiles(0.0, 0.0, 2.0, 3.0, 4.0, 6.0, 9.0, 5.0)) == pytest.approx(
        (math.log(3), math.log(2) / 2 / 0.6744897501960817)
    )
    assert reconcile.in_logs(Quantiles.sure(5.0)) is None
    assert reconcile.in_logs(None) is None


@pytest.mark.parametrize("bad", [0.0, -1.0, math.inf])
def test_a_spread_that_is_none_is_refused(bad):
    with pytest.raises(Refused):
        blend_of([0.0, 0.0], [0.5, bad])
