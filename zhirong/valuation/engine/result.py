"""The one record that every method returns: what it found, from what, how sure, and what was odd about it."""

from __future__ import annotations

import hashlib
import itertools
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

LEVELS = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)


class Grade(StrEnum):
    """How well an input is known, the best first."""

    REGISTER = "register"  # the office's register or its file
    DEAL = "deal"  # a price that was paid here
    DOCUMENT = "document"  # a paper that somebody read
    FIGURE = "figure"  # a dated figure with a source
    STATED = "stated"  # somebody's word
    FITTED = "fitted"  # drawn from the deals of the market
    ASSUMED = "assumed"  # a choice of the house, flagged


@dataclass(frozen=True, slots=True)
class Input:
    """One input as it was used. `value` None is unknown; then `source` says what stood in for it."""

    name: str
    value: float | int | str | bool | None
    source: str
    grade: Grade
    on: date | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """The median when one input stands at its low and at its high value, all others as they are."""

    name: str
    low: float | str
    high: float | str
    median_at_low: float
    median_at_high: float


@dataclass(frozen=True, slots=True)
class Note:
    """Something to know about a result: a code of `notes/*.yaml` and the facts for its two sentences."""

    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Quantiles:
    """A distribution of money: seven quantiles in rising order and the mean, in the currency's unit of the caller."""

    p5: float
    p10: float
    p25: float
    median: float
    p75: float
    p90: float
    p95: float
    mean: float

    def __post_init__(self) -> None:
        values = (self.p5, self.p10, self.p25, self.median, self.p75, self.p90, self.p95)
        assert all(math.isfinite(one) for one in (*values, self.mean)), "a range is finite"
        assert all(low <= high for low, high in itertools.pairwise(values)), "quantiles rise"

    @classmethod
    def of(cls, quantiles: Sequence[float], mean: float) -> Quantiles:
        """From seven values at LEVELS; neighbours that cross by rounding are put in order."""
        values = [*sorted(float(one) for one in quantiles), float(mean)]
        return cls(*values)

    @classmethod
    def sure(cls, value: float) -> Quantiles:
        """A value without spread, as a cost is."""
        return cls(*(float(value),) * 8)

    def times(self, factor: float) -> Quantiles:
        """The same in another unit."""
        return Quantiles(**{name: value * factor for name, value in asdict(self).items()})

    def width(self) -> float:
        """How many times the upper end of the 90 % range is the lower; infinite where the lower is zero."""
        return self.p95 / self.p5 if self.p5 > 0 else math.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one method found. `range` is None where it could say nothing; a note then says why."""

    method: str
    version: str
    value_date: date
    currency: str = "CNY"
    range: Quantiles | None
    parameters_sha256: str
    seed: int | None = None
    inputs: tuple[Input, ...] = ()
    sensitivities: tuple[Sensitivity, ...] = ()
    notes: tuple[Note, ...] = ()
    # The method's own further figures by name, as JSON has them: weights, thresholds, bounds.
    figures: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The record as plain values; days are ISO texts."""
        found: dict[str, Any] = plain(asdict(self))
        return found


def plain(value: Any) -> Any:
    """Days and words of fixed lists as texts, tuples as lists, and no number that JSON does not know."""
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, StrEnum):
        return str(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def digest(parameters: Any) -> str:
    """The hash by which a set of parameters is known: SHA-256 of its canonical JSON."""
    said = json.dumps(plain(parameters), sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(said.encode()).hexdigest()
