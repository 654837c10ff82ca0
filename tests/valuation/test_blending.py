"""How an answer makes the voices' errors less alike, and that the range it narrows still holds what it promises."""

from __future__ import annotations

import numpy as np
import pytest

from tests.valuation.given_past_deals import under
from zhirong.valuation.engine import blending
from zhirong.valuation.engine.blending import INCOME, MARKET, RENEWAL

U = under()
COUNT = 20_000
ALIKE = np.array([[1.0, 0.8, 0.85], [0.8, 1.0, 0.83], [0.85, 0.83, 1.0]])
SDS = np.array([0.9, 1.0, 1.1])


def world(noise: float) -> tuple[np.ndarray, np.ndarray]:
    """(n, 3) what the voices say of rights worth 1 (ln 0), and the income after an answer that is off by `noise`."""
    draw = np.random.default_rng(5)
    said = draw.multivariate_normal(np.zeros(3), ALIKE * np.outer(SDS, SDS), COUNT)
    answer = draw.normal(0.0, noise, COUNT)
    share = SDS[INCOME] ** 2 / (SDS[INCOME] ** 2 + noise**2)
    return said, (1 - share) * said[:, INCOME] + share * answer


@pytest.mark.parametrize("noise", [0.3, 0.7, 1.2])
def test_an_answered_range_holds_as_often_as_it_promises_and_is_narrower(noise: float) -> None:
    said, told = world(noise)
    sds = np.tile(SDS, (COUNT, 1))
    seen = blending.Tested(np.zeros((COUNT, 3)), np.ones((COUNT, 3)), np.tile(ALIKE, (COUNT, 1, 1)))
    before = blending.join(said, sds, seen, under=U)
    known = (SDS[INCOME] ** -2 + noise**-2) ** -0.5
    answered = blending.informed(
        (said[:, INCOME], sds[:, INCOME]), (told, np.full(COUNT, known)), bias=np.zeros(COUNT), stretch=np.ones(COUNT)
    )
    medians, surer = said.copy(), sds.copy()
    medians[:, INCOME], surer[:, INCOME] = answered.log_median, answered.log_sd
    heard = blending.heard(seen, INCOME, surer[:, INCOME], before=sds[:, INCOME])
    now = blending.rejoined(before, medians, surer, seen=heard, under=U)
    assert now.log_sd[0] < 0.95 * before.log_sd[0]
    for found in (before, now):
        assert np.std(found.log_median) == pytest.approx(found.log_sd[0], rel=0.02)
        inside = np.abs(found.log_median) <= 1.6448536 * found.log_sd
        assert inside.mean() == pytest.approx(0.9, abs=0.008)


def test_an_answer_leaves_how_the_other_voices_err_together() -> None:
    seen = blending.Tested(np.zeros((3, 3)), np.ones((3, 3)), np.tile(ALIKE, (3, 1, 1)))
    found = blending.heard(seen, INCOME, np.array([1.0, 0.5, 0.7]), before=np.array([1.0, 1.0, np.nan])).correlation
    assert found[0] == pytest.approx(ALIKE)
    assert (found[1, MARKET, INCOME], found[1, INCOME, MARKET]) == (0.4, 0.4)
    assert found[1, RENEWAL, INCOME] == pytest.approx(0.415)
    assert found[2, MARKET, INCOME] == 0.0
    assert (found[:, MARKET, RENEWAL] == 0.85).all()
    assert (np.diagonal(found, axis1=1, axis2=2) == 1.0).all()
    assert (np.linalg.eigvalsh(found) > 0).all()
