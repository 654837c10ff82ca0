"""Published numbers of weights by comparison, shrinkage and counts.

Inputs and digits are from memory of the sources named and were not read again; each tolerance stands in its test.
"""

from __future__ import annotations

from datetime import date

import pytest

from zhirong.base.refused import Refused
from zhirong.valuation import indices
from zhirong.valuation.engine import ahp, citations

DAY = date(2026, 11, 1)
RANDOM = indices.figure("random_index", DAY).value
LIMIT = indices.figure("consistency_ratio_limit", DAY).value

# Saaty (2008), Int. J. Services Sciences 1, 83–98, table 2: which drink is consumed more in the USA.
# Coffee, wine, tea, beer, soda, milk, water.
DRINKS = [
    [1, 9, 5, 2, 1, 1, 1 / 2],
    [1 / 9, 1, 1 / 3, 1 / 9, 1 / 9, 1 / 9, 1 / 9],
    [1 / 5, 3, 1, 1 / 3, 1 / 4, 1 / 3, 1 / 9],
    [1 / 2, 9, 3, 1, 1 / 2, 1, 1 / 3],
    [1, 9, 4, 2, 1, 2, 1 / 2],
    [1, 9, 3, 1, 1 / 2, 1, 1 / 3],
    [2, 9, 9, 3, 2, 3, 1],
]
# Saaty & Khouja (1976), in Saaty (1977): the wealth of nations; US, USSR, China, France, UK, Japan, West Germany.
NATIONS = [
    [1, 4, 9, 6, 6, 5, 5],
    [1 / 4, 1, 7, 5, 5, 3, 4],
    [1 / 9, 1 / 7, 1, 1 / 5, 1 / 5, 1 / 7, 1 / 5],
    [1 / 6, 1 / 5, 5, 1, 1, 1 / 3, 1 / 3],
    [1 / 6, 1 / 5, 5, 1, 1, 1 / 3, 1 / 3],
    [1 / 5, 1 / 3, 7, 3, 3, 1, 2],
    [1 / 5, 1 / 4, 5, 3, 3, 1 / 2, 1],
]
# Saaty (1980): brightness of chairs at four distances; its λ is 4.39, and RI .90 makes the ratio .14.
CHAIRS = [[1, 5, 6, 7], [1 / 5, 1, 4, 6], [1 / 6, 1 / 4, 1, 4], [1 / 7, 1 / 6, 1 / 4, 1]]


def test_saatys_drinks_have_his_weights_and_his_ratio() -> None:
    found = ahp.consistent(DRINKS, RANDOM, most_ratio=LIMIT)
    assert found.weights == pytest.approx([0.177, 0.019, 0.042, 0.116, 0.190, 0.129, 0.327], abs=5e-4)
    assert found.consistency_ratio == pytest.approx(0.022, abs=5e-4)


def test_saatys_nations_have_his_weights_and_his_eigenvalue() -> None:
    found = ahp.consistent(NATIONS, RANDOM, most_ratio=LIMIT)
    assert found.weights == pytest.approx([0.427, 0.230, 0.021, 0.052, 0.052, 0.123, 0.094], abs=5e-4)
    assert found.eigenvalue == pytest.approx(7.608, abs=5e-4)


def test_saatys_chairs_contradict_themselves_too_much() -> None:
    found = ahp.judged(CHAIRS, RANDOM)
    assert found.eigenvalue == pytest.approx(4.39, abs=5e-3)
    assert found.consistency_ratio == pytest.approx(0.14, abs=6e-3)
    with pytest.raises(Refused, match="comparisons_inconsistent"):
        ahp.consistent(CHAIRS, RANDOM, most_ratio=LIMIT)


def spread(frequencies: tuple[int, ...]) -> list[int]:
    return [count for count, times in enumerate(frequencies) for _ in range(times)]


def test_bliss_and_fishers_mites_have_their_shape() -> None:
    """Bliss & Fisher (1953), Biometrics 9: mites on 150 apple leaves, maximum likelihood k = 1.02459."""
    mites = spread((70, 38, 17, 10, 9, 3, 2, 1))
    found = citations.fit(mites, [1.0] * len(mites))
    assert found.prior.a == pytest.approx(1.02459, abs=5e-6)
    assert found.prior.mean == pytest.approx(172 / 150, rel=1e-7)


def test_efron_and_hasties_claims_have_their_gamma_prior_and_their_expectations() -> None:
    """Efron & Hastie (2016), table 6.1: 9461 car policies; ν = .701, σ = .306, and E[λ|x] for x = 0 to 6."""
    claims = spread((7840, 1317, 239, 42, 14, 4, 4, 1))
    found = citations.fit(claims, [1.0] * len(claims))
    assert found.prior.a == pytest.approx(0.701, abs=1e-3)
    assert 1 / found.prior.b == pytest.approx(0.306, abs=1e-3)
    expected = [citations.posterior(found.prior, count, 1.0).mean for count in range(7)]
    assert expected[:3] == pytest.approx([0.164, 0.398, 0.633], abs=1e-3)
    assert expected[3:] == pytest.approx([0.87, 1.10, 1.34, 1.57], abs=6e-3)
