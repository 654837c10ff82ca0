"""Renewal: the fee table of the office, the closed form, the grid check of the programme, to their printed digits."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from zhirong.valuation.engine import fee_vectors, renewal_closed, renewal_programme
from zhirong.valuation.engine.renewal_closed import Decay
from zhirong.valuation.engine.renewal_programme import Growth, LogGrid

DAY = date(2026, 3, 2)
DECAY = Decay(log_mean=float(np.log(6000)), log_sd=1.5, decay=0.10, discount_rate=0.10)
GROWTH = Growth(drift=-0.08, volatility=0.35, loss=0.06, discount_rate=0.10)


@pytest.mark.parametrize(("kind", "yuan"), [("invention", 82_300), ("utility_model", 11_200), ("design", 26_200)])
def test_all_annual_fees_of_a_full_life(kind: str, yuan: int) -> None:
    assert sum(fee_vectors.by_schedule(kind, on=DAY).fen) == yuan * 100


def test_twenty_fees_of_an_invention_at_8_percent_in_advance() -> None:
    assert fee_vectors.by_schedule("invention", on=DAY).present_value(0.08) == pytest.approx(31_739.97, abs=5e-3)


def test_schankerman_and_pakes_with_chinese_fees() -> None:
    found = renewal_closed.renewal(fee_vectors.by_schedule("invention", on=DAY).yuan(), DECAY)
    assert found.alive[[0, 4, 9, 14, 19]].tolist() == pytest.approx(
        [0.897019, 0.785819, 0.358731, 0.162714, 0.063461], abs=1e-6
    )
    assert found.mean == pytest.approx(86_054.97, abs=0.01)
    assert found.typical == pytest.approx(19_561.40, abs=0.01)
    assert found.median == pytest.approx(19_561.40, abs=0.01)


@pytest.mark.parametrize(("reduction", "mean"), [("joint", 91_257.68), ("single", 92_579.28)])
def test_schankerman_and_pakes_with_reduced_fees_for_ten_years(reduction: str, mean: float) -> None:
    fees = fee_vectors.by_schedule("invention", on=DAY, reduction=reduction)
    assert renewal_closed.renewal(fees.yuan(), DECAY).mean == pytest.approx(mean, abs=0.01)


@pytest.mark.parametrize(
    ("nodes", "printed"),
    [(301, 3597.55), (601, 3594.40), (1201, 3593.56), (2401, 3593.36), (4801, 3593.31)],
)
def test_the_grid_check_of_the_programme(nodes: int, printed: float) -> None:
    """On nodes from 1 to 10⁹ yuan; the error falls with the square of the step."""
    fees = fee_vectors.by_schedule("invention", on=DAY).yuan()
    found = renewal_programme.solve(fees, GROWTH, grid=LogGrid(1.0, 1e9, nodes))
    assert renewal_programme.worth(found, 2000.0).value == pytest.approx(printed, abs=5e-3)


def test_thresholds_and_what_the_choice_is_worth() -> None:
    fees = fee_vectors.by_schedule("invention", on=DAY).yuan()
    found = renewal_programme.solve(fees, GROWTH, grid=LogGrid(1.0, 1e9, 4801))
    assert found.threshold[[0, 9, 19]].tolist() == pytest.approx([776.4, 3470.9, 8000.0], abs=0.06)
    worth = renewal_programme.worth(found, 2000.0)
    assert worth.always_pay == pytest.approx(-4583, abs=0.5)
    assert worth.value - worth.always_pay == pytest.approx(8176, abs=0.5)


def test_the_policy_paid_out_on_random_paths_meets_the_programme() -> None:
    """The book's own simulation gave 3,597.5 ± 6.2."""
    fees = fee_vectors.by_schedule("invention", on=DAY).yuan()
    found = renewal_programme.solve(fees, GROWTH, grid=LogGrid(1.0, 1e9, 2401))
    draws = np.random.default_rng(4)
    returns, alive, value = np.full(200_000, 2000.0), np.ones(200_000), np.zeros(200_000)
    for year, fee in enumerate(fees):
        alive = alive * (returns >= found.threshold[year])
        value += alive * (returns - fee) * GROWTH.step_discount**year
        moves = draws.standard_normal(200_000)
        returns = returns * np.exp(GROWTH.drift - GROWTH.volatility**2 / 2 + GROWTH.volatility * moves)
    assert value.mean() == pytest.approx(3593.3, abs=3 * value.std() / np.sqrt(200_000))
