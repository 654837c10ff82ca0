"""The index of value of a right (价值指数) by a list of items: the centre's own, else the house's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from zhirong.base.deferred import Deferred
from zhirong.valuation.engine.subject import Said, Subject
from zhirong.valuation.indices import InForce

if TYPE_CHECKING:
    from zhirong.valuation.engine import index
    from zhirong.valuation.engine.index import Index
else:
    index = Deferred("zhirong.valuation.engine.index")

# The same digits each time.
SEED = 0
# Enough for a band in whole points.
DRAWS = 2_048


@dataclass(frozen=True, slots=True)
class Indexed:
    """The index, and by which list it was reckoned."""

    by: InForce
    found: Index


def of(subject: Subject, said: Said, by: InForce, *, scenario: str = "") -> Indexed:
    """The index by the list in a scenario of it, its first where that is none of it."""
    chosen = scenario if scenario in by.items.scenarios else next(iter(by.items.scenarios))
    known = index.Known(subject=subject, measured={}, said=said)
    return Indexed(by, index.valued(by.items, known, scenario=chosen, seed=SEED, draws=DRAWS))
