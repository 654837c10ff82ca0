"""Citations so far against citations of a lifetime (VALUATION 2.6)."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from zhirong.base.refused import Refused
from zhirong.valuation.engine import citations
from zhirong.valuation.engine.citations import Citations, Prior

PRIOR = Prior(0.7, 0.1)


def test_the_share_that_has_come_grows_evenly_within_a_year_and_stops_at_the_last() -> None:
    shares = (0.1, 0.4, 0.3, 0.2)
    at = [citations.cumulative_share(shares, years) for years in (0, 0.5, 1, 1.25, 4, 40)]
    assert at == pytest.approx([0, 0.05, 0.1, 0.2, 1, 1], abs=1e-12)


def test_the_curve_of_lags_sums_to_one_and_is_the_integral_of_its_density() -> None:
    shares = citations.lag_curve(0.5, 0.1, years=35)
    density = [
        integrate.quad(lambda t: (1 - math.exp(-0.5 * t)) * math.exp(-0.1 * t), year, year + 1)[0] for year in range(35)
    ]
    assert sum(shares) == pytest.approx(1, abs=1e-12)
    assert shares == pytest.approx(np.array(density) / sum(density), rel=1e-9)
    assert shares.index(max(shares)) == 3


def test_a_right_of_no_age_stands_at_the_mean_of_its_field_and_an_old_one_near_its_own_count() -> None:
    assert citations.posterior(PRIOR, 0, 0.0).mean == pytest.approx(7.0)
    assert citations.posterior(PRIOR, 30, 1.0).mean == pytest.approx(30.7 / 1.1)


def test_a_young_right_with_one_citation_does_not_explode() -> None:
    found = citations.posterior(PRIOR, 1, 0.01)
    assert found.mean == pytest.approx(1.7 / 0.11)
    assert found.mean < 1 / 0.01


def test_the_interval_is_that_of_the_gamma_posterior() -> None:
    found = citations.posterior(PRIOR, 5, 0.4, level=0.8)
    exact = stats.gamma(5.7, scale=1 / 0.5)
    assert (found.low, found.median, found.high) == pytest.approx(exact.ppf([0.1, 0.5, 0.9]), rel=1e-10)


@given(
    st.floats(0.05, 50),
    st.floats(0.01, 10),
    st.integers(0, 500),
    st.floats(0, 1),
)
@settings(max_examples=60)
def test_one_more_citation_always_raises_and_more_time_without_one_never_does(
    a: float, b: float, count: int, share: float
) -> None:
    prior = Prior(a, b)
    here = citations.posterior(prior, count, share)
    assert citations.posterior(prior, count + 1, share).mean > here.mean
    assert citations.posterior(prior, count, 1.0).mean <= here.mean
    assert 0 <= here.low <= here.median <= here.high


def test_the_fit_finds_the_prior_that_made_the_counts() -> None:
    rng = np.random.Generator(np.random.PCG64(7))
    share = rng.uniform(0.1, 1.0, 20_000)
    counts = rng.poisson(rng.gamma(0.8, 1 / 0.2, share.size) * share)
    found = citations.fit(counts.tolist(), share.tolist())
    assert found.prior.a == pytest.approx(0.8, rel=0.04)
    assert found.prior.b == pytest.approx(0.2, rel=0.05)
    assert not found.is_even


def test_the_fits_likelihood_is_that_of_the_negative_binomial() -> None:
    counts, shares = [0, 2, 1, 7, 0, 3], [0.2, 0.5, 0.9, 1.0, 1.0, 0.4]
    found = citations.fit(counts, shares)
    p = found.prior.b / (found.prior.b + np.array(shares))
    assert found.log_likelihood == pytest.approx(stats.nbinom.logpmf(counts, found.prior.a, p).sum(), rel=1e-9)
    for moved in (Prior(found.prior.a * 1.02, found.prior.b), Prior(found.prior.a, found.prior.b * 1.02)):
        p = moved.b / (moved.b + np.array(shares))
        assert stats.nbinom.logpmf(counts, moved.a, p).sum() < found.log_likelihood


def test_counts_that_spread_no_wider_than_chance_say_so() -> None:
    found = citations.fit([3] * 50, [1.0] * 50)
    assert found.is_even
    assert found.prior.mean == pytest.approx(3, rel=1e-6)


def test_a_field_with_few_rights_borrows_the_prior_of_all() -> None:
    many = ([0, 1, 2, 3, 9, 0, 1, 4] * 5, [1.0] * 40)
    found = citations.fit_groups(
        {("CN", 3): many, ("CN", 4): ([30], [1.0]), ("CN", 5): ([0] * 40, [1.0] * 40)}, least=30
    )
    assert [found[key].is_pooled for key in sorted(found)] == [False, True, True]
    assert found["CN", 4].rights == 81


def test_citations_of_owner_and_examiner_are_never_added_to_those_of_others() -> None:
    priors = {"others": PRIOR, "owner": Prior(0.2, 0.2)}
    found = citations.by_source(priors, Citations(by_others=4, by_owner=10, by_examiner=3), 0.5)
    assert sorted(found) == ["others", "owner"]
    assert found["others"].mean == pytest.approx(4.7 / 0.6)
    assert found["owner"].mean == pytest.approx(10.2 / 0.7)
    assert citations.by_source(priors, Citations(), 0.5) == {}


@pytest.mark.parametrize(
    "asked",
    [
        lambda: citations.posterior(PRIOR, -1, 0.5),
        lambda: citations.posterior(PRIOR, 1, 1.5),
        lambda: citations.posterior(PRIOR, 1, math.nan),
        lambda: Prior(0, 1),
        lambda: Prior(1, math.inf),
        lambda: citations.cumulative_share((0.9, 0.9), 1),
        lambda: citations.cumulative_share((), 1),
        lambda: citations.fit([0, 0, 0], [1, 1, 1]),
        lambda: citations.fit([1], [1]),
        lambda: citations.fit([1, 2], [1]),
        lambda: citations.fit([1, 2], [0, 1]),
        lambda: citations.fit_groups({}, least=1),
        lambda: citations.lag_curve(0, 0.1, years=10),
    ],
)
def test_what_cannot_be_is_refused(asked: object) -> None:
    with pytest.raises(Refused):
        asked()  # type: ignore[operator]
