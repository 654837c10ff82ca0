"""What sells (成交概率): the chance that a listed right finds a buyer, beside the price it brings if it does.

VALUATION 2.2: prices are seen only of what sold, so a listing's worth has two parts, shown side by side: the chance of
a sale and the price. A logistic regression on the same columns and groups as the hedonic model, shrunk by a normal
prior (ridge), by Newton's method; the constant is free.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import linalg, special

from zhirong.base.refused import Refused
from zhirong.valuation.engine import guards, hedonic_design
from zhirong.valuation.engine.hedonic import Item
from zhirong.valuation.engine.hedonic_design import Floats, Plan

MOST_STEPS, CLOSE = 40, 1e-10
# Pseudo-listings, half of them sold, that keep the chance off 0 and 1 where all or none sold.
HALVES = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A right that was offered, and whether somebody bought it."""

    item: Item
    is_sold: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Chances:
    """A fitted model of sales. `effects` stand in the order of the plan's columns."""

    plan: Plan
    effects: tuple[float, ...]
    listings: int
    sold: int


def fit(listings: Sequence[Listing], *, effect_sd: float, most_levels: int) -> Chances:
    """Fits chances to listings. `effect_sd`: prior spread of an effect in log odds; none at all is refused."""
    if not listings:
        raise Refused("valuation.no_deals")
    items = [one.item for one in listings]
    plan = Plan(hedonic_design.plan_columns(items, ()), hedonic_design.plan_groups(items, most_levels), ())
    rows = hedonic_design.matrix(plan, items, [1] * len(items))
    sold = np.array([one.is_sold for one in listings], dtype=np.float64)
    penalty = np.full(rows.shape[1], 1 / guards.positive(effect_sd, "effect_sd") ** 2)
    penalty[0] = 0.0
    effects = np.zeros(rows.shape[1])
    # One more row, of the constant alone, with weight HALVES and half of it sold.
    rows = np.vstack([rows, np.eye(1, rows.shape[1])])
    target, weight = np.append(sold, 0.5), np.append(np.ones(len(sold)), HALVES)
    for _ in range(MOST_STEPS):
        chance = special.expit(rows @ effects)
        slope = rows.T @ (weight * (target - chance)) - penalty * effects
        bend = (rows * (weight * chance * (1 - chance))[:, None]).T @ rows + np.diag(penalty)
        step = linalg.solve(bend, slope, assume_a="pos")
        effects = effects + step * min(1.0, 2.0 / max(float(np.abs(rows @ step).max()), 1e-300))
        if float(np.abs(step).max()) < CLOSE:
            break
    return Chances(plan=plan, effects=tuple(effects.tolist()), listings=len(listings), sold=int(sold.sum()))


def chances(model: Chances, items: Sequence[Item]) -> Floats:
    """(items,) the chance that each finds a buyer, between 0 and 1."""
    rows = hedonic_design.matrix(model.plan, items, [1] * len(items))
    found: Floats = special.expit(rows @ np.array(model.effects))
    return found
