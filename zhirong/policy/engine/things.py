"""Enterprises and their things (loans, patents) as rows: which rows a measure is decided for, and back to enterprises.

A measure that asks for facts stated of things is decided once for each such thing, with what is said of it laid over
what is said of the enterprise; every other once for the enterprise (`deciding.everything`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from zhirong.policy.engine import columns, screen
from zhirong.policy.engine.columns import Array, Population
from zhirong.policy.engine.screen import Screened

# Of several things the one that stands best speaks for the enterprise.
WORST_FIRST = np.array([screen.NOT_IN_FORCE, screen.NOT_MET, screen.REFUSED, screen.UNKNOWN, screen.MET], np.int8)
RANKS = np.argsort(WORST_FIRST)


@dataclass(frozen=True)
class Things:
    """Every enterprise and then every thing as a row: whose it is (the place of the enterprise), its key (empty: the
    enterprise itself), and for each fact the rows of the things of which it is stated."""

    rows: Population
    owner: Array
    abouts: tuple[str, ...]
    stated: Mapping[str, Array]

    def place_of(self, owner: int, about: str) -> int:
        """The row of one thing of an enterprise."""
        return next(int(row) for row in np.flatnonzero(self.owner == owner) if self.abouts[row] == about)


@dataclass(frozen=True)
class Cases:
    """The rows that one measure is decided for, those of an enterprise side by side; each of `size` enterprises has
    one or more. `owner` is None where row n is enterprise n."""

    people: Population
    size: int
    owner: Array | None = None
    abouts: tuple[str, ...] = ()

    @property
    def starts(self) -> Array:
        """The first row of each enterprise."""
        return np.arange(self.size) if self.owner is None else np.searchsorted(self.owner, np.arange(self.size))

    def rows_of(self, place: int) -> range:
        """The rows of one enterprise."""
        if self.owner is None:
            return range(place, place + 1)
        first, last = np.searchsorted(self.owner, [place, place + 1])
        return range(int(first), int(last))

    def about(self, row: int) -> str:
        """The key of the thing of a row; empty for the enterprise itself."""
        return self.abouts[row] if self.abouts else ""

    def states(self, found: Screened) -> Screened:
        """Of each enterprise the best state of its rows: met before unknown before not met."""
        if self.owner is None:
            return found
        best = np.maximum.reduceat(RANKS[found.states], self.starts) if self.size else np.zeros(0, np.int64)
        return Screened(WORST_FIRST[best], self.of_any(found.by_exact))

    def of_any(self, mask: Array) -> Array:
        """For which enterprises it is true of a row."""
        if self.owner is None:
            return mask
        return np.bincount(self.owner[mask], minlength=self.size) > 0

    def least(self, values: Array) -> Array:
        """The smallest value of each enterprise."""
        if self.owner is None or not self.size:
            return values
        found: Array = np.minimum.reduceat(values, self.starts)
        return found

    def first(self, values: Array, then: Array) -> Array:
        """The row of each enterprise with the smallest value, of equal ones with the smallest of `then`."""
        if self.owner is None:
            return np.arange(self.size)
        found: Array = np.lexsort((then, values, self.owner))[self.starts]
        return found


def cases(people: Population, things: Things | None, asked: Collection[str]) -> Cases:
    """The rows of a measure that asks for these facts: its things, and who has none of them for itself."""
    found = [] if things is None else [things.stated[name] for name in asked if name in things.stated]
    if things is None or not found:
        return Cases(people, people.size)
    chosen = np.unique(np.concatenate(found))
    alone = np.setdiff1d(np.arange(people.size), things.owner[chosen])
    places = np.concatenate([alone, chosen])
    places = places[np.argsort(things.owner[places], kind="stable")]
    rows = columns.taken(things.rows, places, asked)
    return Cases(rows, people.size, things.owner[places], tuple(things.abouts[place] for place in places))
