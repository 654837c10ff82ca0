"""Deals for the tests of the market approach, made from seeds."""

from __future__ import annotations

from datetime import date, timedelta
from statistics import NormalDist

import numpy as np

from zhirong.valuation import market_figures
from zhirong.valuation.engine.calibration import Predicted
from zhirong.valuation.engine.hedonic import Item, Sale
from zhirong.valuation.engine.result import LEVELS, Quantiles
from zhirong.valuation.engine.simulated import BOOK, market

DAY = date(2026, 11, 1)
PRIORS = market_figures.priors(DAY)
RULES = market_figures.range_rules(DAY)


def deals(count: int, *, seed: int = 1) -> tuple[Sale, ...]:
    """Of the book's simulated world."""
    return market(BOOK, count, seed=seed).sales


def a_right(on: date = DAY, *, groups: dict[str, str] | None = None, **values: float | None) -> Item:
    return Item(on=on, values=values, groups=groups or {})


def a_sale(price: float, *items: Item, on: date = DAY, reference: str = "", is_ask: bool = False) -> Sale:
    return Sale(reference=reference, on=on, price=price, items=items or (a_right(on),), is_ask=is_ask)


def predictions(count: int, *, seed: int = 1, actual_sd: float = 1.0, shift: float = 0.0, since: int = 0):
    """Lognormal ranges of s.d. 1 around 100, one a day, and prices of another s.d. that shift from a place on."""
    random = np.random.default_rng(seed)
    told = lognormal(100.0, 1.0)
    prices = 100 * np.exp(actual_sd * random.normal(size=count) + shift * (np.arange(count) >= since))
    return tuple(
        Predicted(
            reference=str(place),
            on=date(2024, 1, 1) + timedelta(days=place),
            kind="invention",
            actual=float(price),
            range=told,
            basis="tested",
        )
        for place, price in enumerate(prices)
    )


def lognormal(median: float, sd: float) -> Quantiles:
    return Quantiles.of([median * np.exp(sd * NormalDist().inv_cdf(level)) for level in LEVELS], median)
