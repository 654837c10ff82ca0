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
    """A value as it stands from a day on; `certain` is empty, or says on what ground it is not."""

    since: date
    value: Any
    source: str
    certain: str = ""


@cache
def read(path: Path) -> Mapping[str, tuple[Figure, ...]]:
    """A file of dated figures: name -> [{from, value, source, certain?}, …], the oldest first."""
    found = yaml_text.parse(path.read_text("utf-8")) or {}
    return {
        name: tuple(Figure(row["from"], row["value"], row["source"], row.get("certain", "")) for row in rows)
        for name, rows in found.items()
    }


def on(figures: Sequence[Figure], day: date) -> Figure:
    """The figure that rules on a day; a day before the first one is refused, never guessed."""
    ruling = [figure for figure in figures if figure.since <= day]
    if not ruling:
        raise Refused("dated.not_ruled", day=day)
    return max(ruling, key=lambda figure: figure.since)
