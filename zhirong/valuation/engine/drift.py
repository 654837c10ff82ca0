"""Whether prices have left the model: a test that bets on each new price falling high or low in its range.

A conformal martingale (Vovk, Nouretdinov & Gammerman 2003, 2021: the simple jumper): as long as ranges are honest the
capital of a gambler who bets on the places of prices does not grow; that it ever reaches 1/α has probability ≤ α
(Ville). Since when and how far: a cumulative sum of the same places (Page 1954).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from scipy import special

from zhirong.valuation.engine import calibration, guards
from zhirong.valuation.engine.calibration import Predicted

# The gambler's bets: low, none, high; and how much of the capital is spread anew before each price.
BETS, JUMP = np.array([-1.0, 0.0, 1.0]), 0.01
# A price that falls beyond its range counts at most as a place this far out.
OUTERMOST = 1e-4
# In standard units: half the shift that the cumulative sum looks for.
SLACK = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """What the bets found. `capital` from 1; the alarm stands if it ever reached 1/`chance`.

    `direction`: above (prices run above the estimates), below, or none; `since` the deal from which they do;
    `factor` how many times the estimated median the prices since then are, by their median; None without an alarm.
    """

    deals: int
    capital: float
    highest: float
    is_alarm: bool
    direction: str
    since: date | None
    factor: float | None


def watch(told: Sequence[Predicted], *, chance: float) -> Drift:
    """Goes through the predictions by day. `chance`: the probability of a false alarm, ever (such as 0.01)."""
    guards.within(chance, "chance", least=1e-6, most=0.5)
    rows = sorted(told, key=lambda one: (one.on, one.reference))
    if not rows:
        return Drift(deals=0, capital=1.0, highest=1.0, is_alarm=False, direction="none", since=None, factor=None)
    places = np.clip(calibration.places(rows), OUTERMOST, 1 - OUTERMOST)
    parts, logs, is_high = np.full(3, 1 / 3), [0.0], False
    for place in places:
        parts = (1 - JUMP) * parts + JUMP * parts.sum() / 3
        parts *= 1 + BETS * (place - 0.5)
        total = float(parts.sum())
        logs.append(logs[-1] + math.log(total))
        # Kept as shares of the capital, so that a long run neither overflows nor starves.
        parts /= total
        if logs[-1] >= max(logs):
            is_high = bool(parts[2] > parts[0])
    is_alarm = max(logs) >= -math.log(chance)
    first = _since(places if is_high else 1 - places) if is_alarm else None
    return Drift(
        deals=len(rows),
        capital=math.exp(min(logs[-1], 700.0)),
        highest=math.exp(min(max(logs), 700.0)),
        is_alarm=is_alarm,
        direction=("above" if is_high else "below") if is_alarm else "none",
        since=None if first is None else rows[first].on,
        factor=None if first is None else _factor(rows[first:]),
    )


def _since(places: np.ndarray[tuple[int], np.dtype[np.float64]]) -> int:
    """Where the cumulative sum of standard places last left zero before its height."""
    total, start, best, found = 0.0, 0, 0.0, 0
    for place, mark in enumerate(special.ndtri(places)):
        total += float(mark) - SLACK
        if total <= 0:
            total, start = 0.0, place + 1
        elif total > best:
            best, found = total, start
    return found


def _factor(rows: Sequence[Predicted]) -> float:
    return math.exp(float(np.median([math.log(one.actual) - math.log(one.range.median) for one in rows])))
