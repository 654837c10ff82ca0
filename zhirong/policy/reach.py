"""Whom the measures reach (政策覆盖): who meets each of them, who is near, whose answer hangs on which fact.

All of it is screened: counts are those of the exact engine, amounts are estimates within a cent each.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

import numpy as np

from zhirong.policy.engine import decide, near, screen, together
from zhirong.policy.engine.measure import Measure
from zhirong.policy.population import Population

FARTHEST = 3
MOST_GAPS = 8
# A count below it is not told to anybody but officials, lest it name an enterprise.
FEWEST_TOLD = 3


@dataclass(frozen=True)
class Gap:
    """A fact that is wanting: for how many it keeps the answer open, and for how many it alone does."""

    fact: str
    wanted: int
    settles: int


@dataclass(frozen=True)
class Reach:
    """One measure over everybody. `near` tells how many of those who do not meet it are 1, 2, 3 conditions short, all
    of them known and fixable; `by_action` how many of these can act on each. `total_fen` is due to those who meet it,
    without `unpriced`, whose amount is unknown; `open_fen` would be due to those whose answer is unknown."""

    measure: str
    sha256: str
    version: str | None
    met: int = 0
    not_met: int = 0
    unknown: int = 0
    refused: int = 0
    pays: bool = False
    total_fen: int = 0
    unpriced: int = 0
    open_fen: int = 0
    open_unpriced: int = 0
    near: Mapping[str, int] = field(default_factory=dict)
    by_action: Mapping[str, int] = field(default_factory=dict)
    gaps: tuple[Gap, ...] = ()

    def plain(self) -> dict[str, Any]:
        """As it is kept."""
        return asdict(self)


def read(told: str) -> list[Reach]:
    """What a run kept."""
    return [Reach(**{**row, "gaps": tuple(Gap(**gap) for gap in row["gaps"])}) for row in json.loads(told)]


def manifest(told: str) -> dict[str, Any]:
    """What a run rests on."""
    found: dict[str, Any] = json.loads(told)
    return found


def reach(one: Measure, whole: Population) -> Reach:
    """One measure over a population; an enterprise counts once, whatever number of things it has."""
    day, known = whole.day, whole.known_day or date.max
    version = decide.ruling(one, {}, day, known=known)[0]
    cases = whole.cases(one)
    rows, seen = screen.looked(one, cases.people, day, known=known)
    if version is None and not any(row.basis for row in one.versions):
        return Reach(one.id, one.sha256, None)
    found = cases.states(rows)
    money = together.of_cases(one, cases, rows, day=day, known=known)
    distance = near.of_looked(one, cases.people, rows, seen=seen, day=day, known=known)
    met, unknown = found.states == screen.MET, found.states == screen.UNKNOWN
    short = found.states == screen.NOT_MET
    priced = unknown & ~money.lacking
    return Reach(
        one.id,
        one.sha256,
        version.id if version else None,
        met=int(met.sum()),
        not_met=int(short.sum()),
        unknown=int(unknown.sum()),
        refused=int((found.states == screen.REFUSED).sum()),
        pays=any(row.lines for row in one.versions),
        total_fen=money.total_fen,
        unpriced=int((met & money.lacking).sum()),
        open_fen=int(money.fen[priced].sum()),
        open_unpriced=int((unknown & money.lacking).sum()),
        near=steps(cases.least(distance.certain)[short]) if distance else {},
        by_action=steps(cases.least(distance.by_action)[short]) if distance else {},
        gaps=gaps_of(near.gaps_of(cases, rows, seen)),
    )


def steps(sizes: Any) -> dict[str, int]:
    """How many are 1, 2 and 3 conditions away."""
    return {str(size): int(np.count_nonzero(sizes == size)) for size in range(1, FARTHEST + 1)}


def gaps_of(found: near.Gaps) -> tuple[Gap, ...]:
    """The facts that keep most answers open, those first that would settle most."""
    every = [Gap(name, int(mask.sum()), int(found.settles[name].sum())) for name, mask in found.wanted.items()]
    return tuple(sorted(every, key=lambda gap: (-gap.settles, -gap.wanted, gap.fact))[:MOST_GAPS])


def gathered(rows: list[Reach]) -> list[Gap]:
    """The missing facts of all measures together: answers (an enterprise and a measure) that each keeps open."""
    wanted: dict[str, list[int]] = {}
    for gap in (gap for row in rows for gap in row.gaps):
        sums = wanted.setdefault(gap.fact, [0, 0])
        sums[0] += gap.wanted
        sums[1] += gap.settles
    every = [Gap(name, *sums) for name, sums in wanted.items()]
    return sorted(every, key=lambda gap: (-gap.settles, -gap.wanted, gap.fact))


def told(count: int) -> int | None:
    """A count for everybody: none below three, nought apart."""
    return None if 0 < count < FEWEST_TOLD else count
