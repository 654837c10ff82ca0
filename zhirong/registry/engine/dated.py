"""Figures of law by the day they ruled: read once from parameters/*.yaml, each with its source."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from zhirong.base import yaml_text
from zhirong.base.refused import Refused

FOLDER = Path(__file__).parent.parent / "parameters"


@dataclass(frozen=True, slots=True)
class Figure:
    """One dated figure: its value, the day it began to rule, and where it is written."""

    value: Any
    since: date
    source: str
    is_certain: bool
    more: dict[str, Any]


@cache
def rows_of(name: str) -> tuple[Figure, ...]:
    """All rows of a figure, oldest first; a dotted name goes one level down (`term_years.design`)."""
    found: Any = _everything()
    for part in name.split("."):
        found = found[part]
    rows = [_figure(row) for row in found]
    assert rows == sorted(rows, key=lambda row: row.since), f"{name} is not in the order of its days"
    return tuple(rows)


def on(name: str, day: date) -> Figure:
    """The row that ruled on the day; a day before the first row is refused, never guessed."""
    ruling = [row for row in rows_of(name) if row.since <= day]
    if not ruling:
        raise Refused("registry.figure_not_known", figure=name, day=day)
    return ruling[-1]


@cache
def _everything() -> dict[str, Any]:
    figures: dict[str, Any] = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        figures.update(yaml_text.parse(path.read_text("utf-8")))
    return figures


def _figure(row: dict[str, Any]) -> Figure:
    more = {key: value for key, value in row.items() if key not in {"value", "from", "source", "certain"}}
    return Figure(row["value"], row["from"], row["source"], row.get("certain") is None, more)
