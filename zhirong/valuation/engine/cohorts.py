"""A right beside its equals: the same field, filing year and office, or a wider circle where these are few."""

from __future__ import annotations

import bisect
import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zhirong.valuation.engine import guards

Numbers = NDArray[np.float64]
Key = tuple[str, int | str | None, int | None, str]
EVERYONE: Key = ("all", None, None, "")


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a right belongs: WIPO's field of technology (1 to 35), section A to H, filing year and office."""

    field: int | None
    section: str
    filing_year: int | None
    office: str

    def circles(self) -> list[Key]:
        """Its circles, the narrowest first; a circle by a fact that is not known is left out."""
        found: list[Key] = []
        if self.filing_year is not None and self.office:
            found += [("field", self.field, self.filing_year, self.office)] if self.field is not None else []
            found += [("section", self.section, self.filing_year, self.office)] if self.section else []
            found.append(("office_year", None, self.filing_year, self.office))
        return [*found, EVERYONE]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands among its equals.

    `percentile` in [0, 1], ties at their middle; `log_ratio` is ln(1 + x) less the cohort's mean of it, so that an
    equal of the average has 0. Both None where even the widest circle is too small: then nothing can be said.
    """

    percentile: float | None
    log_ratio: float | None
    level: str
    size: int


class Cohorts:
    """All values by circle. Values are counts, rates or shares, zero or more; an unknown one must be left out."""

    def __init__(self, observed: Iterable[tuple[Standing, float]], *, least: int) -> None:
        guards.positive(least, "least")
        gathered: dict[Key, list[float]] = defaultdict(list)
        for standing, value in observed:
            checked = guards.not_negative(value, "values")
            for key in standing.circles():
                gathered[key].append(checked)
        self._least = least
        self._values: dict[Key, Numbers] = {key: np.sort(np.array(found)) for key, found in gathered.items()}
        self._means = {key: float(np.log1p(found).mean()) for key, found in self._values.items()}

    def around(self, standing: Standing) -> Numbers:
        """The values of the narrowest circle that holds enough, in rising order; empty where none does."""
        key = self._circle(standing)
        return np.empty(0) if key is None else self._values[key]

    def place(self, standing: Standing, value: float) -> Place:
        """Percentile and log ratio of a value in the narrowest circle that holds enough rights."""
        checked = guards.not_negative(value, "value")
        key = self._circle(standing)
        if key is None:
            return Place(None, None, "none", len(self._values.get(EVERYONE, ())))
        found = self._values[key]
        return Place(percentile(found, checked), math.log1p(checked) - self._means[key], key[0], found.size)

    def _circle(self, standing: Standing) -> Key | None:
        return next((key for key in standing.circles() if len(self._values.get(key, ())) >= self._least), None)


def percentile(rising: Numbers, value: float) -> float:
    """The share of the values below `value`, and half of those equal to it. `rising` (n,) is sorted, n at least 1."""
    below = bisect.bisect_left(rising, value)
    return (below + bisect.bisect_right(rising, value)) / (2 * len(rising))
