"""The dated figures of valuation as they rule on a day: one frozen set with the hash by which it is known."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from zhirong.base import dated, yaml_text
from zhirong.base.dated import Figure
from zhirong.valuation.engine.result import digest
from zhirong.valuation.engine.ruling import Figures

FOLDER = Path(__file__).parent / "parameters"


def on(day: date) -> Figures:
    """All figures of `parameters/*.yaml` for a day. The hash covers values, so a corrected source does not change it.

    Days between two changes of any figure share one set, read once.
    """
    reached = max((since for since in _changes() if since <= day), default=date.min)
    rows, sha256 = _ruling(reached)
    return Figures(day, rows, sha256)


@cache
def _changes() -> tuple[date, ...]:
    """Every day on which some figure changes."""
    return tuple(sorted({row.since for rows in _all().values() for row in rows}))


@cache
def _ruling(day: date) -> tuple[Mapping[str, Figure], str]:
    ruling = {name: dated.on(rows, day) for name, rows in _all().items() if rows[0].since <= day}
    return MappingProxyType(ruling), digest({name: row.value for name, row in ruling.items()})


@cache
def _all() -> Mapping[str, tuple[Figure, ...]]:
    found: dict[str, tuple[Figure, ...]] = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        said = yaml_text.parse(path.read_text("utf-8")) or {}
        found |= _named(path.stem, said)
    return found


def _named(name: str, said: Any) -> dict[str, tuple[Figure, ...]]:
    """A list is the rows of one figure, a mapping is its parts."""
    if isinstance(said, list):
        return {name: tuple(sorted(map(dated.figure, said), key=lambda row: row.since))}
    parts: dict[str, tuple[Figure, ...]] = {}
    for part, inner in said.items():
        parts |= _named(f"{name}.{part}", inner)
    return parts
