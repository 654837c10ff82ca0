"""From what is known of rights to the columns of the hedonic model: centred, bent, flagged where unknown, grouped."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from zhirong.base.refused import Refused

Floats = npt.NDArray[np.float64]
# A standard deviation below this part of the largest value is a constant that was computed in floats.
CONSTANT = 1e-9
# Beyond this a number's differences may be no number.
MOST_NUMBER = 1e300


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One right on a day as the model sees it: numbers by column, words by group. None, NaN or absent is unknown."""

    on: date
    values: Mapping[str, float | None]
    groups: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Column:
    """How one number enters: its mean and spread among the deals, its observed ends, and the knots where it bends."""

    name: str
    mean: float
    sd: float
    low: float
    high: float
    knots: tuple[float, ...]
    is_flagged: bool


@dataclass(frozen=True, slots=True)
class Walk:
    """A price level that may step at each quarter that saw deals; `level` "" is the walk of all."""

    group: str
    level: str
    quarters: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Every column of the design in order: 1, numbers, bends, flags, ln rights of the lot, groups, walks."""

    columns: tuple[Column, ...]
    groups: tuple[tuple[str, tuple[str, ...]], ...]
    walks: tuple[Walk, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """Columns that share one prior spread."""

    name: str
    start: int
    stop: int


def quarter_of(day: date) -> int:
    """Quarters since year 0: four a year, the first of January begins one."""
    return day.year * 4 + (day.month - 1) // 3


def raw_values(items: Sequence[Item], name: str) -> Floats:
    """One column as it was said, NaN where unknown; an infinite number is refused."""
    said = [one.values.get(name) for one in items]
    found = np.array([math.nan if value is None else value for value in said], dtype=np.float64)
    if (np.abs(found) > MOST_NUMBER).any():
        raise Refused("valuation.not_finite", name=name)
    return found


def plan_columns(items: Sequence[Item], curved: Sequence[str]) -> tuple[Column, ...]:
    """Columns that tell deals apart; one without two different known values says nothing and stays out."""
    names = sorted({name for one in items for name in one.values})
    found = []
    for name in names:
        raw = raw_values(items, name)
        known = raw[~np.isnan(raw)]
        if len(known) < 2:
            continue
        low, high = float(known.min()), float(known.max())
        unit = max(abs(low), abs(high))
        spread = float(np.std(known / unit)) if unit else 0.0
        if not spread > CONSTANT:
            continue
        ends = np.quantile(known, (1 / 3, 2 / 3)) if name in curved else np.array([])
        knots = tuple(sorted({float(knot) for knot in ends if low < knot < high}))
        mean = float(np.mean(known / unit)) * unit
        found.append(Column(name, mean, spread * unit, low, high, knots, len(known) < len(raw)))
    return tuple(found)


def plan_groups(items: Sequence[Item], most: int) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The levels of every group, at most `most` of the commonest; others are valued as never seen."""
    found = []
    for name in sorted({name for one in items for name in one.groups}):
        counts = Counter(sorted(one.groups[name] for one in items if one.groups.get(name)))
        if counts:
            found.append((name, tuple(sorted(level for level, _ in counts.most_common(most)))))
    return tuple(found)


def plan_walks(items: Sequence[Item], *, by: str, least: int, most_quarters: int) -> tuple[Walk, ...]:
    """One walk of all, and one for each common level of the group `by` (at most eight, each with `least` deals)."""
    counts = Counter(one.groups[by] for one in items if one.groups.get(by)) if by else Counter()
    common = sorted(level for level, count in counts.most_common(8) if count >= least)
    walks = [Walk("", "", _quarters(items, most_quarters))]
    if len(counts) > 1:
        of = {level: [one for one in items if one.groups.get(by) == level] for level in common}
        walks += [Walk(by, level, _quarters(of[level], most_quarters)) for level in common]
    return tuple(walk for walk in walks if len(walk.quarters) > 1)


def _quarters(items: Sequence[Item], most: int) -> tuple[int, ...]:
    return tuple(sorted({quarter_of(one.on) for one in items})[-most:])


def blocks(plan: Plan) -> tuple[Block, ...]:
    """The columns of the matrix by their shared prior; the constant stands before them all."""
    sizes = [
        ("columns", len(plan.columns)),
        ("bends", sum(len(one.knots) for one in plan.columns)),
        ("flags", sum(one.is_flagged for one in plan.columns)),
        ("lot", 1),
        *((f"group {name}", len(levels)) for name, levels in plan.groups),
        ("walk of all", sum(len(one.quarters) - 1 for one in plan.walks if not one.level)),
        ("walks of kinds", sum(len(one.quarters) - 1 for one in plan.walks if one.level)),
    ]
    found, start = [], 1
    for name, size in sizes:
        if size:
            found.append(Block(name, start, start + size))
        start += size
    return tuple(found)


def standardised(column: Column, raw: Floats) -> tuple[Floats, Floats, Floats]:
    """Spreads from the mean (0 where unknown), bends (items × knots) and the flag of the unknown.

    A number beyond the ends that the deals showed counts as the end: nothing is extrapolated.
    """
    unknown = np.isnan(raw)
    held = np.where(unknown, column.mean, np.clip(raw, column.low, column.high))
    line = (held - column.mean) / column.sd
    middle = np.array([(knot - column.mean) / column.sd for knot in column.knots])
    bends = np.maximum(line[:, None] - middle[None, :], 0.0) - np.maximum(-middle, 0.0)[None, :]
    return line, np.where(unknown[:, None], 0.0, bends), unknown.astype(np.float64)


def steps_taken(walk: Walk, items: Sequence[Item]) -> Floats:
    """items × steps: the square root of the quarters of each step that an item's day lies behind."""
    quarters = np.array(walk.quarters)
    days = np.array([quarter_of(one.on) for one in items])
    mine = np.array([not walk.level or one.groups.get(walk.group) == walk.level for one in items])
    passed = (days[:, None] >= quarters[None, 1:]) & mine[:, None]
    return np.where(passed, np.sqrt(np.diff(quarters))[None, :], 0.0)


def matrix(plan: Plan, items: Sequence[Item], lot_sizes: Sequence[int]) -> Floats:
    """items × columns of the plan; `lot_sizes` says of how many rights the lot of each item is."""
    parts = [standardised(one, raw_values(items, one.name)) for one in plan.columns]
    lines = [line[:, None] for line, _, _ in parts]
    bends = [bend for _, bend, _ in parts]
    flags = [flag[:, None] for one, (_, _, flag) in zip(plan.columns, parts, strict=True) if one.is_flagged]
    levels = [
        np.array([[one.groups.get(name) == level for level in known] for one in items], dtype=np.float64)
        for name, known in plan.groups
    ]
    common = [steps_taken(walk, items) for walk in plan.walks]
    lot = np.log(np.array(lot_sizes, dtype=np.float64))[:, None]
    return np.hstack([np.ones((len(items), 1)), *lines, *bends, *flags, lot, *levels, *common])
