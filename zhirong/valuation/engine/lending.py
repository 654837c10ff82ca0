"""Lending value (质押贷款价值): how much of an appraised value a loan may be, and what is lost if it fails.

The pledge is sold T years on: proceeds = V·(1−c)(1−κ)·exp(−dT − ½s²T + √(s_m² + s²T)·Z), Z standard normal. V is the
appraised value, c the cost of disposal, κ the forced-sale discount, d the yearly decay, s the yearly volatility, s_m
the log error of the appraisal itself. Principal only: interest, fees and costs of recovery stand outside. Source:
VALUATION 2.8; the lognormal partial expectation is that of Black and Scholes 1973.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy.special import log_ndtr, ndtr, ndtri

from zhirong.valuation.engine import guards
from zhirong.valuation.engine.result import LEVELS, Quantiles


@dataclass(frozen=True, slots=True, kw_only=True)
class Haircut:
    """What lies between an appraised value today and the proceeds of a sale `years` on (loan and disposal together)."""

    cost: float
    forced_sale: float
    decay: float
    volatility: float
    valuation_sd: float
    years: float

    def __post_init__(self) -> None:
        guards.within(self.cost, "cost", least=0.0, most=0.99)
        guards.within(self.forced_sale, "forced_sale", least=0.0, most=0.99)
        guards.within(self.decay, "decay", least=-1.0, most=5.0)
        guards.within(self.volatility, "volatility", least=0.0, most=3.0)
        guards.within(self.valuation_sd, "valuation_sd", least=0.0, most=5.0)
        guards.within(self.years, "years", least=0.0, most=50.0)
        guards.within(self.log_sd, "log_sd", least=1e-9, most=30.0)

    @property
    def log_sd(self) -> float:
        """Of the proceeds, valuation error and movement of the market together."""
        return math.sqrt(self.valuation_sd**2 + self.volatility**2 * self.years)

    @property
    def log_share(self) -> float:
        """ln of the median proceeds as a share of the appraised value."""
        kept = math.log1p(-self.cost) + math.log1p(-self.forced_sale)
        return kept - self.decay * self.years - 0.5 * self.volatility**2 * self.years


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A lender's loan product for one kind of right: None where the lender sets no such bound."""

    name: str
    most_ratio: float
    least_remaining_years: float | None
    most_loan: float | None
    most_term_years: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The most a product lends. `bound_by` is ratio or cap; `hindrances` are codes, empty where the product fits."""

    loan: float
    bound_by: str
    hindrances: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """Shares of the exposure: probability of a shortfall after default, loss given default, expected loss."""

    shortfall_probability: float
    lgd: float
    expected_loss: float


def lent_share(loan: float, value: float) -> float:
    """A loan as a share of the appraised value, both above zero and in the same unit."""
    share = guards.positive(loan, "loan") / guards.positive(value, "value")
    return guards.within(share, "ratio", least=1e-12, most=1e12)


def ratio(haircut: Haircut, shortfall: float) -> float:
    """The loan as a share of the appraised value such that proceeds fall short with probability `shortfall`."""
    alpha = guards.within(shortfall, "shortfall", least=1e-9, most=1.0 - 1e-9)
    return math.exp(haircut.log_share + float(ndtri(alpha)) * haircut.log_sd)


def shortfall(haircut: Haircut, lent: float) -> float:
    """The probability that proceeds fall short of `lent` times the appraised value: the inverse of `ratio`."""
    return float(ndtr(_score(haircut, guards.positive(lent, "ratio"))))


def proceeds(haircut: Haircut, value: float) -> Quantiles:
    """The range of what a sale brings in the end, in the unit of `value` (above zero)."""
    appraised = guards.positive(value, "value")
    median, sd = haircut.log_share, haircut.log_sd
    parts = [appraised * math.exp(median + float(ndtri(level)) * sd) for level in LEVELS]
    return Quantiles.of(parts, guards.finite(appraised * math.exp(median + 0.5 * sd * sd), "value"))


def loss(haircut: Haircut, *, lent: float, pd: float) -> Loss:
    """What is lost of a loan of `lent` times the appraised value, if it defaults with probability `pd`.

    LGD = E[(1 − proceeds/loan)+], the lognormal below the exposure in closed form.
    """
    default = guards.within(pd, "pd", least=0.0, most=1.0)
    score = _score(haircut, guards.positive(lent, "ratio"))
    short = float(ndtr(score))
    # E[proceeds/loan; short] = exp(½σ² − zσ)·Φ(z − σ), in logs because the first factor may be huge where Φ is tiny.
    sd = haircut.log_sd
    got = math.exp(min(0.0, 0.5 * sd * sd - score * sd + float(log_ndtr(score - sd))))
    lgd = min(max(short - got, 0.0), 1.0)
    return Loss(shortfall_probability=short, lgd=lgd, expected_loss=default * lgd)


def offer(product: Product, *, value: float, term_years: float, remaining_years: float | None) -> Offer:
    """The most that a product lends on an appraised value, and what hinders it (too little life left, too long a term).

    `remaining_years` None is unknown: a product that asks for some then says so, it does not assume them.
    """
    by_ratio = product.most_ratio * guards.positive(value, "value")
    loan = by_ratio if product.most_loan is None else min(by_ratio, product.most_loan)
    hindrances = tuple(_hindrances(product, guards.positive(term_years, "term_years"), remaining_years))
    return Offer(
        loan=0.0 if hindrances else loan,
        bound_by="ratio" if loan == by_ratio else "cap",
        hindrances=hindrances,
    )


def _hindrances(product: Product, term_years: float, remaining_years: float | None) -> Sequence[str]:
    found = []
    if product.most_term_years is not None and term_years > product.most_term_years:
        found.append("term_too_long")
    if product.least_remaining_years is not None and remaining_years is None:
        found.append("remaining_years_unknown")
    elif remaining_years is not None and remaining_years < (product.least_remaining_years or 0.0):
        found.append("too_little_life_left")
    elif remaining_years is not None and remaining_years < term_years:
        found.append("ends_before_the_loan")
    return found


def _score(haircut: Haircut, lent: float) -> float:
    return (math.log(lent) - haircut.log_share) / haircut.log_sd
