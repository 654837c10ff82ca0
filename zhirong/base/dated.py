"""Dated figures: the value that a rule book gives for a day, with the source that says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from zhirong.base import yaml_text
from zhirong.base.refused import Refused


@dataclass(frozen=True)
class Figure:
    """A value as it stands from a day on; `certain` is empty, or says on what ground it is not.

    `dated` is the day of the source itself: a survey of 2024 may stand for earlier days too. None: not known.
    """

    since: date
    value: Any
    source: str
    certain: str = ""
    source_en: str = ""
    dated: date | None = None


@cache
def read(path: Path) -> Mapping[str, tuple[Figure, ...]]:
    """A file of dated figures: name -> [{from, value, source, certain?, dated?}, …], the oldest first.

    A source is a text, or {zh, en}; without a day of its own it is of the day from which the figure rules.
    """
    found = yaml_text.parse(path.read_text("utf-8")) or {}
    return {name: tuple(figure(row) for row in rows) for name, rows in found.items()}


def figure(row: Mapping[str, Any]) -> Figure:
    """One row of such a file."""
    said = row["source"]
    zh, en = (said["zh"], said["en"]) if isinstance(said, Mapping) else (said, "")
    since, certain = row["from"], row.get("certain", "")
    return Figure(since, row["value"], zh, certain, source_en=en, dated=row.get("dated", since))


def on(figures: Sequence[Figure], day: date) -> Figure:
    """The figure that rules on a day; a day before the first one is refused, never guessed."""
    ruling = [figure for figure in figures if figure.since <= day]
    if not ruling:
        raise Refused("dated.not_ruled", day=day)
    return max(ruling, key=lambda figure: figure.since)
