"""Rights and tables for tests of income paths, small enough to be quick."""

from __future__ import annotations

import numpy as np

from zhirong.valuation.engine import paths
from zhirong.valuation.engine.paths import Batch, Setup

SETUP = Setup(volatilities=(0.1, 0.3, 0.6), years=20, paths=4_096, seed=3)


def one_right(**changed: float) -> Batch:
    """An ordinary right, but for what is changed."""
    usual = {
        "base": 1e6,
        "drift": 0.02,
        "volatility": 1,
        "life": 8.0,
        "hazard": 0.05,
        "discount": 0.15,
        "low": 0.02,
        "mode": 0.03,
        "high": 0.05,
        "tax": 0.25,
    }
    return paths.batch(**{name: [value] for name, value in (usual | changed).items()})


def many_rights(count: int, *, seed: int = 1) -> Batch:
    """Rights of every class, whole and broken lives, wide and narrow royalties."""
    chance = np.random.default_rng(seed)
    low = chance.uniform(0, 0.03, count)
    mode = low + chance.uniform(0, 0.02, count) * (chance.random(count) < 0.8)
    return paths.batch(
        base=np.exp(chance.normal(13, 2, count)),
        drift=chance.uniform(-0.15, 0.10, count),
        volatility=chance.integers(0, len(SETUP.volatilities), count),
        life=np.where(chance.random(count) < 0.5, chance.integers(1, 21, count), chance.uniform(0, 20, count)),
        hazard=chance.uniform(0, 0.3, count),
        discount=chance.uniform(0, 0.4, count),
        low=low,
        mode=mode,
        high=mode + chance.uniform(0.001, 0.03, count) * (chance.random(count) < 0.8),
        tax=chance.uniform(0, 0.3, count),
    )
