"""The income approach (收益法): relief from royalty, excess earnings, with and without.

VALUATION 2.3 and IVS 210. Yearly flows are discounted from the end or the middle of each year; the convention stands
in the result. The tax amortisation benefit has an amortisation life of its own. Every amount is in the caller's unit
and nothing is rounded, so a result scales with the unit exactly.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any

from zhirong.base.refused import Refused
from zhirong.valuation.engine import guards
from zhirong.valuation.engine.result import Grade, Input, Note, Quantiles, Result, Sensitivity

VERSION = "1"
# No money of this world is more, in any unit; sums of such amounts stay finite.
MOST_MONEY = 1e18
MOST_YEARS, MOST_AMORTISATION, MOST_DISCOUNT, MOST_TAX = 100, 100, 2.0, 0.9


class Timing(StrEnum):
    """When in its year a flow comes."""

    END = "end"
    MIDDLE = "middle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What all methods of income share. Rates are fractions a year.

    `amortisation_years` None: the buyer may not write the right off, and there is no tax amortisation benefit.
    `survival`: the chance that the right stands in each year of the flows; None: it is certain.
    """

    day: date
    discount: float
    tax: float
    timing: Timing = Timing.MIDDLE
    amortisation_years: int | None = None
    survival: tuple[float, ...] | None = None
    # Told beside the median at this much less and more discount; 0 tells none.
    discount_step: float = 0.0
    # Where a number is no statement but a dated figure: its name -> the figure's source.
    figures: Mapping[str, str] = field(default_factory=dict)
    currency: str = "CNY"
    parameters_sha256: str = ""

    def checked(self) -> Terms:
        """These terms, each number inside its band."""
        guards.within(self.discount, "discount", least=0, most=MOST_DISCOUNT)
        guards.within(self.tax, "tax", least=0, most=MOST_TAX)
        guards.within(self.discount_step, "discount_step", least=0, most=0.5)
        if self.amortisation_years is not None:
            guards.within(self.amortisation_years, "amortisation_years", least=1, most=MOST_AMORTISATION)
        for chance in self.survival or ():
            guards.within(chance, "survival", least=0, most=1)
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """A contributory asset (贡献资产): its worth in each year, the return on it and, where it wastes, of it."""

    name: str
    assets: tuple[float, ...]
    return_on: float
    return_of: float = 0.0

    def amounts(self) -> list[float]:
        """What it is owed each year, after tax."""
        guards.within(self.return_on, "return_on", least=0, most=1)
        guards.within(self.return_of, "return_of", least=0, most=1)
        worths = [guards.within(worth, self.name, least=0, most=MOST_MONEY) for worth in self.assets]
        return [worth * (self.return_on + self.return_of) for worth in worths]


def tab_factor(*, discount: float, tax: float, years: int, timing: Timing) -> float:
    """The factor for the tax amortisation benefit: 1 ÷ (1 - τ × Σ over the amortisation life of (1/N)·discount_s).

    `years` is the life over which the tax law lets a buyer write the right off, not its useful life.
    """
    guards.within(discount, "discount", least=0, most=MOST_DISCOUNT)
    guards.within(tax, "tax", least=0, most=MOST_TAX)
    guards.within(years, "amortisation_years", least=1, most=MOST_AMORTISATION)
    return 1 / (1 - tax * sum(discount_factors(years, discount=discount, timing=timing)) / years)


def discount_factors(years: int, *, discount: float, timing: Timing) -> list[float]:
    """(1 + discount)^-t for t = 1, 2, …; in mid-year for t = 1/2, 3/2, …."""
    earlier = 0.5 if timing is Timing.MIDDLE else 0.0
    return [(1 + discount) ** -(year - earlier) for year in range(1, years + 1)]


def relief_from_royalty(revenues: Sequence[float], *, royalty: float, terms: Terms) -> Result:
    """The royalties that the owner need not pay, after tax, as a present value, with the benefit of amortisation.

    `revenues` of each year ahead under the right; `royalty` a fraction of them. T16 is its published case.
    """
    _checked_flows(revenues, "revenues", least=0)
    guards.within(royalty, "royalty", least=0, most=1)

    def flows(under: Terms) -> list[float]:
        return [revenue * royalty * (1 - under.tax) for revenue in revenues]

    inputs = (Input("royalty", royalty, "", Grade.STATED), *_each("revenue", revenues))
    return _result("relief-from-royalty", flows, terms=terms.checked(), inputs=inputs)


def excess_earnings(
    ebita: Sequence[float], *, charges: Sequence[Charge], attrition: Sequence[float] | None, terms: Terms
) -> Result:
    """Earnings that are left for the right when every other asset had its due (MPEEM).

    `ebita`: earnings before interest, tax and amortisation of each year, negative ones allowed. `attrition`: the share
    of the earnings' basis still there in each year; None: all of it. Charges are after tax.
    """
    _checked_flows(ebita, "ebita", least=-MOST_MONEY)
    left = (
        [1.0] * len(ebita)
        if attrition is None
        else [guards.within(one, "attrition", least=0, most=1) for one in attrition]
    )
    _same_length(ebita, left, "attrition")
    owed = [0.0] * len(ebita)
    for charge in charges:
        amounts = charge.amounts()
        _same_length(ebita, amounts, charge.name)
        owed = [before + amount for before, amount in zip(owed, amounts, strict=True)]

    def flows(under: Terms) -> list[float]:
        years = zip(ebita, owed, left, strict=True)
        return [(earned * (1 - under.tax) - due) * share for earned, due, share in years]

    inputs = (*_each("ebita", ebita), *_each("charges", owed), *_each("attrition", left))
    return _result("excess-earnings", flows, terms=terms.checked(), inputs=inputs)


def with_and_without(having: Sequence[float], lacking: Sequence[float], *, terms: Terms) -> Result:
    """What the business earns with the right less what it would earn without it; yearly earnings before tax."""
    _checked_flows(having, "with", least=-MOST_MONEY)
    _checked_flows(lacking, "without", least=-MOST_MONEY)
    _same_length(having, lacking, "without")

    def flows(under: Terms) -> list[float]:
        return [(more - less) * (1 - under.tax) for more, less in zip(having, lacking, strict=True)]

    inputs = (*_each("with", having), *_each("without", lacking))
    return _result("with-and-without", flows, terms=terms.checked(), inputs=inputs)


Flows = Callable[[Terms], list[float]]


def _result(method: str, flows: Flows, *, terms: Terms, inputs: tuple[Input, ...]) -> Result:
    value, figures = _present_value(flows(terms), terms)
    notes = [Note("one_point_no_range")]
    if value < 0:
        notes.append(Note("value_below_zero"))
    stated = {"discount": terms.discount, "tax": terms.tax, "amortisation_years": terms.amortisation_years}
    return Result(
        method=method,
        version=VERSION,
        value_date=terms.day,
        currency=terms.currency,
        # A right that costs more than it brings is left alone: no price below zero is told.
        range=None if value < 0 else Quantiles.sure(value),
        parameters_sha256=terms.parameters_sha256,
        inputs=(
            *inputs,
            *(_told(name, said, terms.figures) for name, said in stated.items()),
            *_each("survival", terms.survival or ()),
        ),
        sensitivities=_about_discount(flows, terms),
        notes=tuple(notes),
        figures=figures,
    )


def _told(name: str, value: float | None, figures: Mapping[str, str]) -> Input:
    return Input(name, value, figures.get(name, ""), Grade.FIGURE if name in figures else Grade.STATED)


def _about_discount(flows: Flows, terms: Terms) -> tuple[Sensitivity, ...]:
    if terms.discount_step == 0:
        return ()
    low, high = max(0.0, terms.discount - terms.discount_step), min(MOST_DISCOUNT, terms.discount + terms.discount_step)
    at_low, at_high = (replace(terms, discount=discount) for discount in (low, high))
    values = [_present_value(flows(under), under)[0] for under in (at_low, at_high)]
    return (Sensitivity("discount", low, high, *values),)


def _present_value(flows: list[float], terms: Terms) -> tuple[float, Mapping[str, Any]]:
    survival = list(terms.survival) if terms.survival is not None else [1.0] * len(flows)
    _same_length(flows, survival, "survival")
    factors = discount_factors(len(flows), discount=terms.discount, timing=terms.timing)
    present = [flow * chance * factor for flow, chance, factor in zip(flows, survival, factors, strict=True)]
    tab = 1.0
    if terms.amortisation_years is not None:
        years = terms.amortisation_years
        tab = tab_factor(discount=terms.discount, tax=terms.tax, years=years, timing=terms.timing)
    before = math.fsum(present)
    figures = {
        "timing": terms.timing,
        "present_value_before_benefit": before,
        "tax_amortisation_factor": tab,
        "present_values": present,
        "value": before * tab,
    }
    return before * tab, figures


def _each(name: str, values: Sequence[float]) -> tuple[Input, ...]:
    return tuple(Input(f"{name}_{year}", value, "", Grade.STATED) for year, value in enumerate(values, start=1))


def _checked_flows(flows: Sequence[float], name: str, *, least: float) -> None:
    """Refused: none at all, too many years, one that is not finite or outside its band."""
    if not flows:
        raise Refused("valuation.nothing_given", name=name)
    guards.within(len(flows), "years", least=1, most=MOST_YEARS)
    for flow in flows:
        guards.within(flow, name, least=least, most=MOST_MONEY)


def _same_length(one: Sequence[float], other: Sequence[float], name: str) -> None:
    if len(one) != len(other):
        raise Refused("valuation.years_differ", name=name, years=len(one), given=len(other))
