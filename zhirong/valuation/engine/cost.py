"""The cost approach (成本法): what it would cost to come by the same right today. Always a floor, never the headline.

VALUATION 2.1: sum of C_k (I_T/I_k)(1+ω)^(T-t_k) × (1+m) × (1-φ_f)(1-φ_t)(1-φ_e). IVS 210 names the three losses.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from zhirong.base.refused import Refused
from zhirong.valuation.engine import guards
from zhirong.valuation.engine.result import Grade, Input, Note, Quantiles, Result, Sensitivity

METHOD, VERSION = "cost-approach", "1"
MOST_MONEY, MOST_RATE, MOST_MARGIN, MOST_YEARS = 1e18, 1.0, 5.0, 100
DAYS_A_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class Spending:
    """One cost: its amount, the day it fell, and by how much prices rose since (1 where nobody said)."""

    name: str
    amount: float
    on: date
    price_factor: float = 1.0
    source: str = ""
    grade: Grade = Grade.STATED


@dataclass(frozen=True, slots=True, kw_only=True)
class Obsolescence:
    """Shares of the cost that are lost: 0 nothing, 1 all. `technical` None: nobody could tell, and nothing is taken."""

    functional: float = 0.0
    technical: float | None = None
    economic: float = 0.0

    def kept(self) -> float:
        """The share that is left of the cost."""
        lost = {"functional": self.functional, "technical": self.technical or 0.0, "economic": self.economic}
        kept = 1.0
        for name, share in lost.items():
            kept *= 1 - guards.within(share, name, least=0, most=1)
        return kept


def approach(
    spent: Sequence[Spending],
    *,
    day: date,
    opportunity_return: float,
    margin: float,
    lost: Obsolescence,
    currency: str = "CNY",
    parameters_sha256: str = "",
    step: float = 0.0,
    assumed: str = "",
) -> Result:
    """The cost to come by the right on `day`, less what is lost of it, in the unit of the amounts.

    `opportunity_return` a year on money spent, `margin` of the developer on all cost; both fractions. `step`: how far
    both are moved for the sensitivities, 0 tells none. `assumed`: who assumed return, margin and losses where nobody
    stated them; empty, they were given. A floor without a spread. Refused: no cost at all, a cost after
    `day`, a number outside its band.
    """
    if not spent:
        raise Refused("valuation.nothing_given", name="costs")
    guards.within(opportunity_return, "opportunity_return", least=0, most=MOST_RATE)
    guards.within(margin, "margin", least=0, most=MOST_MARGIN)
    forward = [_brought_forward(one, day, opportunity_return) for one in spent]
    reproduction = sum(forward) * (1 + margin)
    unknown = (Note("technical_loss_unknown"),) if lost.technical is None else ()
    value = reproduction * lost.kept()
    return Result(
        method=METHOD,
        version=VERSION,
        value_date=day,
        currency=currency,
        range=Quantiles.sure(value),
        parameters_sha256=parameters_sha256,
        inputs=(
            *(Input(one.name, one.amount, one.source or "given", one.grade, one.on, "money") for one in spent),
            *_rates((opportunity_return, margin), lost, day=day, assumed=assumed),
        ),
        sensitivities=_moved(spent, day, (opportunity_return, margin), step=step, kept=lost.kept()) if step else (),
        notes=(Note("cost_is_a_floor"), *unknown),
        figures={
            "reproduction_cost": reproduction,
            "kept_share": lost.kept(),
            "brought_forward": [
                {"name": one.name, "amount": amount} for one, amount in zip(spent, forward, strict=True)
            ],
        },
    )


def _rates(rates: tuple[float, float], lost: Obsolescence, *, day: date, assumed: str) -> Iterator[Input]:
    """Return, margin and the three losses as inputs: as they were given, or as whoever assumed them says."""
    source, grade = (assumed, Grade.ASSUMED) if assumed else ("given", Grade.STATED)
    yield Input("opportunity_return", rates[0], source, grade, day, "1/year")
    yield Input("margin", rates[1], source, grade, day, "fraction")
    for name, share in (("functional", lost.functional), ("technical", lost.technical), ("economic", lost.economic)):
        yield Input(name, share, source, grade, day, "fraction")


def _moved(
    spent: Sequence[Spending], day: date, rates: tuple[float, float], *, step: float, kept: float
) -> tuple[Sensitivity, ...]:
    """The cost at the opportunity return and at the margin a step lower and higher, held inside their bands."""

    def value_at(opportunity: float, margin: float) -> float:
        return sum(_brought_forward(one, day, opportunity) for one in spent) * (1 + margin) * kept

    opportunity, margin = rates
    returns = max(0.0, opportunity - step), min(MOST_RATE, opportunity + step)
    margins = max(0.0, margin - step), min(MOST_MARGIN, margin + step)
    return (
        Sensitivity("opportunity_return", *returns, *(value_at(end, margin) for end in returns)),
        Sensitivity("margin", *margins, *(value_at(opportunity, end) for end in margins)),
    )


def _brought_forward(one: Spending, day: date, opportunity_return: float) -> float:
    guards.within(one.amount, one.name, least=0, most=MOST_MONEY)
    guards.within(one.price_factor, "price_factor", least=0.01, most=100)
    if one.on > day:
        raise Refused("valuation.after_value_date", name=one.name, on=one.on, day=day)
    years = guards.within((day - one.on).days / DAYS_A_YEAR, "years", least=0, most=MOST_YEARS)
    return one.amount * one.price_factor * math.pow(1 + opportunity_return, years)


def technical_loss(survival: Sequence[float], *, age_years: float) -> float:
    """The default technical obsolescence: 1 - (years of use still to be expected) ÷ (those of the whole life).

    `survival`: shares of such rights alive after 1, 2, … years, never rising; straight lines between, 1 at the start,
    none after the last. The years still to come are those of rights alive at this age. In [0, 1]; VALUATION 2.1.
    """
    curve = [1.0, *(guards.within(share, "survival", least=0, most=1) for share in survival)]
    guards.not_negative(age_years, "age_years")
    if len(curve) == 1:
        raise Refused("valuation.nothing_given", name="survival")
    if any(later > earlier for earlier, later in itertools.pairwise(curve)):
        raise Refused("valuation.survival_rises")
    if age_years >= len(survival):
        return 1.0
    whole, part = int(age_years), age_years - int(age_years)
    alive = curve[whole] + part * (curve[whole + 1] - curve[whole])
    if alive == 0:
        return 1.0
    rest = [alive, *curve[whole + 1 :]]
    widths = [1 - part, *(1.0 for _ in rest[2:])]
    to_come = sum(width * (a + b) / 2 for width, (a, b) in zip(widths, itertools.pairwise(rest), strict=True)) / alive
    in_all = sum((a + b) / 2 for a, b in itertools.pairwise(curve))
    return min(1.0, max(0.0, 1 - to_come / in_all))
