"""Numbers printed elsewhere that the income approach must give."""

from __future__ import annotations

from datetime import date

import pytest

from zhirong.valuation.engine import income
from zhirong.valuation.engine.income import Terms, Timing

DAY = date(2026, 1, 1)
# T16 of the book of valuation; first printed in the wiki of simonmak-ascent/intangible-valuation (194 163.77 there).
REVENUES = (1.0e6, 1.1e6, 1.2e6, 1.3e6, 1.4e6)
TERMS = Terms(day=DAY, discount=0.12, tax=0.25, timing=Timing.END, amortisation_years=5)


def test_relief_from_royalty_with_its_benefit_gives_the_printed_value() -> None:
    found = income.relief_from_royalty(REVENUES, royalty=0.05, terms=TERMS)
    assert found.range is not None
    assert found.range.median == pytest.approx(194_163.763, abs=0.01)
    assert found.figures["present_value_before_benefit"] == pytest.approx(159_167.918, abs=0.01)
    assert found.figures["tax_amortisation_factor"] == pytest.approx(1.2198675, abs=5e-8)


def test_the_printed_value_has_the_same_digits_in_millions() -> None:
    found = income.relief_from_royalty([one / 1e6 for one in REVENUES], royalty=0.05, terms=TERMS)
    assert found.range is not None
    assert found.range.median == pytest.approx(0.194163763, abs=1e-9)


def test_the_benefit_of_a_life_of_fifteen_years_in_mid_year_is_the_textbook_annuity() -> None:
    # The closed form of the annuity: (1 - 1.12^-15) / .12 × 1.12^(1/2), a fifteenth of it each year.
    annuity = (1 - 1.12**-15) / 0.12 * 1.12**0.5
    expected = 1 / (1 - 0.25 * annuity / 15)
    assert income.tab_factor(discount=0.12, tax=0.25, years=15, timing=Timing.MIDDLE) == pytest.approx(expected, 1e-12)
