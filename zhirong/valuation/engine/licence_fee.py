"""Advice on licence fees (许可使用费): fixed and running, from recorded contracts and the owner's own.

A recorded fee is for a contract, with more than two patents in it on average, and for its term; it is no price of a
patent. Terms are compared by annuities, patents by their number. Source: VALUATION 2.3 and 4, RULEBOOK O9 and O10
(专利开放许可使用费估算指引: the owner's past plain licences first, then the industry's recorded contracts).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy.special import ndtr, ndtri

from zhirong.valuation.engine import guards
from zhirong.valuation.engine.result import LEVELS, Quantiles


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Recorded contracts of a year: counts of all, and the mean fixed fee and term of those with one."""

    contracts: int
    patents: int
    mean_fixed_fee: float
    mean_fixed_years: float

    @property
    def patents_a_contract(self) -> float:
        """Over two: dividing a fee by contracts alone would price a patent at more than twice its share."""
        return self.patents / self.contracts


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Log s.d. of fees, each for a patent and a year: among `all` contracts, and among one owner's `own`."""

    all: float
    own: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """A plain licence that was granted or is to be: how many patents, how many years; `fee` None where it is sought."""

    patents: int
    years: float
    fee: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceilings:
    """What an open licence may ask at most (O9): a fixed fee in yuan, shares of net sales and of profit."""

    fixed_fee: float
    of_net_sales: float
    of_profit: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A running rate as a share of net sales or of profit: low, typical, high, and whether a ceiling cut it."""

    low: float
    typical: float
    high: float
    is_cut: bool


def annuity(years: float, rate: float) -> float:
    """Today's worth of 1 a year paid evenly over `years`, at a yearly rate: (1 − (1+k)^−n)/ln(1+k); n at rate zero."""
    term = guards.within(years, "years", least=1e-3, most=100.0)
    force = math.log1p(guards.within(rate, "discount_rate", least=0.0, most=10.0))
    return -math.expm1(-term * force) / force if force > 0 else term


def mean_fee(wanted: Licence, reference: Reference, *, rate: float) -> float:
    """The recorded mean, carried from its contract and its term to these patents and this term."""
    unit = reference.mean_fixed_fee / reference.patents_a_contract / annuity(reference.mean_fixed_years, rate)
    return unit * _size(wanted, rate)


def fixed_fee(
    wanted: Licence,
    *,
    reference: Reference,
    own: Sequence[Licence],
    spread: Spread,
    rate: float,
    ceilings: Ceilings | None,
) -> Quantiles:
    """The range of a fixed fee, in yuan, for the patents and years wanted.

    Lognormal: the recorded mean holds the middle while the owner has no deals of its own; each own deal draws it
    nearer, by normal shrinkage of ln fee for a patent and a year (between owners `all`² − `own`², within `own`²).
    `ceilings` cut the range of an open licence; its mean is then that of the cut range.
    """
    within = guards.within(spread.own, "own_spread", least=0.01, most=10.0)
    wide = guards.within(spread.all, "all_spread", least=within, most=10.0)
    between = wide**2 - within**2
    start = math.log(mean_fee(wanted, reference, rate=rate) / _size(wanted, rate)) - 0.5 * wide**2
    known = [math.log(guards.positive(one.fee, "fee") / _size(one, rate)) for one in own if one.fee is not None]
    share = len(known) * between / (len(known) * between + within**2)
    centre = start if not known else (1.0 - share) * start + share * sum(known) / len(known)
    sd = math.sqrt(within**2 + between * (1.0 - share))
    return _cut(centre + math.log(_size(wanted, rate)), sd, None if ceilings is None else ceilings.fixed_fee)


def running_rate(low: float, high: float, *, score: float | None, ceiling: float | None) -> Rate:
    """A rate of net sales within a line's band [low, high]: low + (high − low)·score, the middle where none is known.

    `ceiling` is that of an open licence, None for a negotiated one. Refuses a falling band and shares outside 0 to 1.
    """
    bottom = guards.within(low, "low", least=0.0, most=1.0)
    top = guards.within(high, "high", least=bottom, most=1.0)
    place = 0.5 if score is None else guards.within(score, "score", least=0.0, most=1.0)
    return _held(bottom, bottom + (top - bottom) * place, high=top, ceiling=ceiling)


def of_profit(found: Rate, margin: float, *, ceiling: float | None) -> Rate:
    """The same rate as a share of profit, where profit is `margin` of net sales (above 0, at most 1)."""
    share = guards.within(margin, "margin", least=1e-6, most=1.0)
    return _held(found.low / share, found.typical / share, high=found.high / share, ceiling=ceiling)


def _held(low: float, typical: float, *, high: float, ceiling: float | None) -> Rate:
    # Nobody can pay more than all of it.
    most = 1.0 if ceiling is None else ceiling
    return Rate(low=min(low, most), typical=min(typical, most), high=min(high, most), is_cut=high > most)


def as_fixed(rate_of_sales: float, sales: Sequence[float], *, rate: float) -> float:
    """The fixed fee that is worth a running one: yearly sales, received mid-year, times the rate, discounted."""
    share = guards.within(rate_of_sales, "rate_of_sales", least=0.0, most=1.0)
    force = math.log1p(guards.within(rate, "discount_rate", least=0.0, most=10.0))
    worth = (guards.not_negative(one, "sales") * math.exp(-(year + 0.5) * force) for year, one in enumerate(sales))
    return share * guards.finite(sum(worth), "sales")


def as_running(fee: float, sales: Sequence[float], *, rate: float) -> float:
    """The running rate whose worth is this fixed fee: the inverse of `as_fixed`. Above 1 no sales can bear it."""
    worth = guards.positive(as_fixed(1.0, sales, rate=rate), "sales")
    return guards.finite(guards.not_negative(fee, "fee") / worth, "sales")


def value_of_right(licence: Licence, *, remaining_years: float, licensees: float, rate: float) -> float:
    """What one of the patents is worth if it only ever earns fees like this one: `licensees` of them to its end.

    Not the fee: the fee is for a contract's patents and a term. Undiscounted for lapse and invalidation.
    """
    fee = guards.positive(licence.fee if licence.fee is not None else math.nan, "fee")
    takers = guards.within(licensees, "licensees", least=1e-6, most=1e6)
    return fee / _size(licence, rate) * annuity(remaining_years, rate) * takers


def fee_of_value(value: float, wanted: Licence, *, remaining_years: float, licensees: float, rate: float) -> float:
    """The fee that each of `licensees` takers owes for this licence if the patent is worth `value`; the inverse."""
    takers = guards.within(licensees, "licensees", least=1e-6, most=1e6)
    return guards.positive(value, "value") / annuity(remaining_years, rate) / takers * _size(wanted, rate)


def _size(licence: Licence, rate: float) -> float:
    """How many patents for how long, in annuity years."""
    return guards.within(licence.patents, "patents", least=1, most=100_000) * annuity(licence.years, rate)


def _cut(log_median: float, sd: float, ceiling: float | None) -> Quantiles:
    """A lognormal range, cut at the ceiling: what would lie above stands at it."""
    guards.within(log_median + 0.5 * sd * sd, "ln_fee", least=-600.0, most=600.0)
    parts = [math.exp(log_median + float(ndtri(level)) * sd) for level in LEVELS]
    mean = math.exp(log_median + 0.5 * sd * sd)
    if ceiling is None:
        return Quantiles.of(parts, mean)
    score = (math.log(guards.positive(ceiling, "ceiling")) - log_median) / sd
    held = mean * float(ndtr(score - sd)) + ceiling * float(ndtr(-score))
    return Quantiles.of([min(part, ceiling) for part in parts], held)
