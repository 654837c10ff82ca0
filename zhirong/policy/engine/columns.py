"""A population as columns: one array for each fact, a mask for what is unknown, lists as flat columns with offsets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zhirong.policy.engine.facts import Fact, Vocabulary
from zhirong.policy.engine.values import exact

Array = NDArray[Any]
# Whole numbers below it are exact in a float.
WHOLE = 2.0**53


@dataclass(frozen=True)
class Column:
    """One fact of everybody. Texts are codes into `words`, days ordinals, lists `offsets` into an inner column.

    `unknown` is True where the fact is not given; the value there is 0. `is_whole`: every number is whole and exact.
    """

    kind: str
    values: Array
    unknown: Array
    is_whole: bool = False
    words: tuple[str, ...] = ()
    offsets: Array | None = None
    fields: Mapping[str, Column] = field(default_factory=dict)


@dataclass(frozen=True)
class Population:
    """Enterprises by column. `rows` are their exact facts where there are some; else the columns are the truth."""

    size: int
    columns: Mapping[str, Column]
    rows: Sequence[Mapping[str, Any]] | None = None

    def facts_of(self, place: int, names: Iterable[str] | None = None) -> dict[str, Any]:
        """The settled facts of one, for the exact engine; a number of a column is the decimal that it prints as."""
        if self.rows is not None:
            return dict(self.rows[place])
        wanted = self.columns if names is None else self.columns.keys() & set(names)
        found = {name: cell(self.columns[name], place) for name in wanted}
        return {name: value for name, value in found.items() if value is not None}


def cell(column: Column, place: int) -> Any:
    """One value of a column; None where it is unknown."""
    if column.unknown[place]:
        return None
    if column.offsets is not None:
        inside = range(int(column.offsets[place]), int(column.offsets[place + 1]))
        if column.kind == "texts":
            return tuple(column.words[column.values[one]] for one in inside)
        return tuple(
            {name: value for name, inner in column.fields.items() if (value := cell(inner, one)) is not None}
            for one in inside
        )
    value = column.values[place]
    if column.kind == "text":
        return column.words[value]
    if column.kind == "date":
        return date.fromordinal(int(value))
    return bool(value) if column.kind == "bool" else exact(float(value))


def taken(people: Population, places: Array, names: Iterable[str] | None = None) -> Population:
    """Some rows of a population in the order named, with these facts alone, or with all."""
    wanted = people.columns if names is None else people.columns.keys() & set(names)
    rows = None if people.rows is None else [people.rows[place] for place in places]
    return Population(len(places), {name: of_places(people.columns[name], places) for name in wanted}, rows)


def of_places(column: Column, places: Array) -> Column:
    """Some rows of a column; a list comes with all that is inside it."""
    unknown = column.unknown[places]
    if column.offsets is None:
        return replace(column, values=column.values[places], unknown=unknown)
    counts = np.diff(column.offsets)[places]
    offsets = np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]).astype(np.int64)
    inside = np.repeat(column.offsets[:-1][places] - offsets[:-1], counts) + np.arange(offsets[-1])
    values = column.values[inside] if column.kind == "texts" else column.values
    fields = {name: of_places(inner, inside) for name, inner in column.fields.items()}
    return replace(column, values=values, unknown=unknown, offsets=offsets, fields=fields)


def population(rows: Sequence[Mapping[str, Any]], known: Vocabulary) -> Population:
    """Settled facts (`facts.settled`) of many, as columns."""
    return Population(len(rows), {name: of_fact(fact, rows, name) for name, fact in known.facts.items()}, rows)


def of_fact(fact: Fact, rows: Sequence[Mapping[str, Any]], name: str) -> Column:
    """The column of one fact."""
    cells = [row.get(name) for row in rows]
    unknown = np.fromiter((one is None for one in cells), bool, len(cells))
    if fact.kind not in ("texts", "records"):
        return plain(fact.kind, cells, unknown)
    lists: list[Sequence[Any]] = [one if one is not None else () for one in cells]
    offsets = np.concatenate([[0], np.cumsum([len(one) for one in lists], dtype=np.int64)]).astype(np.int64)
    flat = [one for inner in lists for one in inner]
    if fact.kind == "texts":
        texts = plain("text", flat, np.zeros(len(flat), bool))
        return Column("texts", texts.values, unknown, words=texts.words, offsets=offsets)
    fields = {key: of_fact(inner, flat, key) for key, inner in fact.fields.items()}
    return Column("records", np.zeros(0), unknown, offsets=offsets, fields=fields)


def plain(kind: str, cells: Sequence[Any], unknown: Array) -> Column:
    """A column without lists."""
    if kind == "bool":
        return Column(kind, np.fromiter((one is True for one in cells), bool, len(cells)), unknown)
    if kind == "date":
        days = np.fromiter((one.toordinal() if one is not None else 0 for one in cells), np.int64, len(cells))
        return Column(kind, days, unknown)
    if kind == "text":
        words = tuple(sorted({one for one in cells if one is not None}))
        codes = {word: code for code, word in enumerate(words)}
        return Column(
            kind, np.fromiter((codes.get(one, 0) for one in cells), np.int32, len(cells)), unknown, words=words
        )
    numbers = np.fromiter((float(one) if one is not None else 0.0 for one in cells), np.float64, len(cells))
    is_whole = all(one is None or (isinstance(one, int) and abs(one) < WHOLE) for one in cells)
    return Column(kind, numbers, unknown, is_whole=is_whole)
