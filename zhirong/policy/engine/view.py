"""What an expression sees when it is computed for a whole population, and where only the exact engine can tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from zhirong.policy.engine.columns import Array, Population


@dataclass(frozen=True)
class Doubt:
    """Rows of a condition that only the exact engine can decide: `near` a threshold, or `broken` (no such quotient,
    nothing to choose from), which it would refuse whatever the other conditions say."""

    near: Array
    broken: Array


@dataclass(frozen=True)
class View:
    """What an expression sees: columns, parameters, and inside a generator whose element each row is."""

    population: Population
    parameters: Mapping[str, Any]
    doubt: Doubt
    local: Mapping[str, Any]
    owner: Array | None = None

    @property
    def size(self) -> int:
        return self.population.size if self.owner is None else len(self.owner)

    def note(self, rows: Array, doubt: Any) -> None:
        """Mark rows, or the owners of elements."""
        found = np.broadcast_to(doubt, (self.size,))
        if self.owner is None:
            rows |= found
        else:
            rows[self.owner[found]] = True
