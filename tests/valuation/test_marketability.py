"""The discount for a wait without a market: small waits, long waits, and no number where none is."""

import decimal
import math

import pytest

from zhirong.base.refused import Refused
from zhirong.valuation.engine.marketability import finnerty


@pytest.mark.parametrize("x", [1e-8, 1e-4, 0.0999, 0.1001, 1.0, 5.0, 50.0])
def test_the_discount_is_the_formula_in_sixty_digits(x):
    with decimal.localcontext(prec=60):
        exact = decimal.Decimal(x)
        grown = exact.exp()
        variance = exact + (2 * (grown - exact - 1)).ln() - 2 * (grown - 1).ln()
        wanted = math.erf(float(variance.sqrt()) / 2 / math.sqrt(2))
    assert finnerty(1.0, x) == pytest.approx(wanted, rel=1e-12)


def test_no_wait_and_no_movement_cost_nothing():
    assert finnerty(0.3, 0.0) == 0.0
    assert finnerty(0.0, 5.0) == 0.0


def test_it_rises_with_the_wait_to_its_ceiling_and_never_beyond():
    found = [finnerty(0.8, years) for years in (1e-9, 1e-3, 0.1, 0.5, 1, 3, 10, 50, 100)]
    assert found == sorted(found)
    assert max(found) < math.erf(math.sqrt(math.log(2)) / 2 / math.sqrt(2)) + 1e-15


@pytest.mark.parametrize(("volatility", "years"), [(-0.1, 1), (0.3, -1), (math.inf, 1), (0.3, math.nan)])
def test_what_is_no_volatility_or_no_wait_is_refused(volatility, years):
    with pytest.raises(Refused):
        finnerty(volatility, years)
