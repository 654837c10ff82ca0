"""European options on a value that pays out a constant share (Black & Scholes 1973, Merton 1973)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from zhirong.base.refused import Refused
from zhirong.valuation.engine import guards


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """One option: `spot` is worth now what exercising brings, `strike` what it costs; rates are continuous, a year.

    `yield_rate` is what waiting costs a year as a share of the value: for a patent the cash flow forgone.
    """

    spot: float
    strike: float
    years: float
    rate: float
    volatility: float
    yield_rate: float = 0.0
    is_call: bool = True


@dataclass(frozen=True, slots=True)
class European:
    """The value and its first derivative in the spot, with N(d1) and N(d2) as printed in the textbooks."""

    value: float
    delta: float
    n_d1: float
    n_d2: float


def checked(terms: Terms) -> Terms:
    """The same terms, each figure inside its band; the money may be of any unit."""
    guards.within(terms.spot, "spot", least=1e-12, most=1e18)
    guards.within(terms.strike, "strike", least=1e-12, most=1e18)
    if not 1e-9 <= terms.spot / terms.strike <= 1e9:
        raise Refused(
            "valuation.outside_band", name="spot / strike", value=terms.spot / terms.strike, least=1e-9, most=1e9
        )
    guards.within(terms.years, "years", least=1e-4, most=100.0)
    guards.within(terms.rate, "rate", least=-0.5, most=1.0)
    guards.within(terms.yield_rate, "yield_rate", least=0.0, most=1.0)
    guards.within(terms.volatility, "volatility", least=0.001, most=5.0)
    return terms


def european(terms: Terms) -> European:
    """The European value by the closed form; money in the unit of spot and strike."""
    terms = checked(terms)
    root = terms.volatility * np.sqrt(terms.years)
    d1 = (np.log(terms.spot / terms.strike) + (terms.rate - terms.yield_rate) * terms.years) / root + root / 2
    sign = 1.0 if terms.is_call else -1.0
    at_d1, at_d2 = float(ndtr(sign * d1)), float(ndtr(sign * (d1 - root)))
    held = terms.spot * np.exp(-terms.yield_rate * terms.years)
    paid = terms.strike * np.exp(-terms.rate * terms.years)
    return European(
        value=max(float(sign * (held * at_d1 - paid * at_d2)), 0.0),
        delta=float(sign * np.exp(-terms.yield_rate * terms.years) * at_d1),
        n_d1=float(ndtr(d1)),
        n_d2=float(ndtr(d1 - root)),
    )


def along_paths(terms: Terms, spots: ArrayLike, left: float) -> NDArray[np.float64]:
    """The European value at many spots with `left` years to go, shape as `spots`; at zero years what it pays."""
    at = np.asarray(spots, dtype=np.float64)
    sign = 1.0 if terms.is_call else -1.0
    if left <= 0.0:
        return np.maximum(sign * (at - terms.strike), 0.0)
    root = terms.volatility * np.sqrt(left)
    d1 = (np.log(at / terms.strike) + (terms.rate - terms.yield_rate) * left) / root + root / 2
    held = at * np.exp(-terms.yield_rate * left)
    paid = terms.strike * np.exp(-terms.rate * left)
    worth: NDArray[np.float64] = sign * (held * ndtr(sign * d1) - paid * ndtr(sign * (d1 - root)))
    return worth


def with_yield_of_life(terms: Terms) -> Terms:
    """The same option with the constant yield of a patent as Damodaran has it: one part in the years left."""
    return replace(checked(terms), yield_rate=min(1.0, terms.yield_rate + 1.0 / terms.years))
