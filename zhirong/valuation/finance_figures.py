"""The dated figures that lending, licence fees and damages are computed with, and what must be said of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from zhirong.base import dated, yaml_text
from zhirong.valuation.engine.result import Grade, Input, Note, digest

FOLDER = Path(__file__).parent / "parameters"


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a day by name, their hash, where each is from, and a note on those that are no certain text."""

    values: Mapping[str, Any]
    sha256: str
    inputs: tuple[Input, ...]
    notes: tuple[Note, ...]


def on(file: str, day: date, names: Sequence[str], *, stated: Mapping[str, Mapping[str, Any]] | None = None) -> Figures:
    """Figures of `parameters/<file>.yaml` as they stand on a day; refused for a day before the first of them.

    `stated` puts somebody's word in the place of parts of a table: name of the figure -> part -> value.
    """
    rows = dated.read(FOLDER / f"{file}.yaml")
    found = {name: dated.on(rows[name], day) for name in names}
    own = {name: parts for name, parts in (stated or {}).items() if parts}
    values = {name: {**figure.value, **own[name]} if name in own else figure.value for name, figure in found.items()}
    doubtful = sorted(
        name for name, figure in found.items() if figure.certain and set(own.get(name, {})) != _parts(figure)
    )
    return Figures(
        values=values,
        sha256=digest(values),
        inputs=tuple(one for name, figure in found.items() for one in _inputs(name, figure, own=own.get(name, {}))),
        notes=(Note("finance_uncertain_figures", {"figures": [_names()[one] for one in doubtful]}),)
        if doubtful
        else (),
    )


def moves(file: str, day: date, name: str) -> Any:
    """How far the sensitivities move figures, as it stands on a day. No figure of a result, so no part of its hash."""
    return dated.on(dated.read(FOLDER / f"{file}.yaml")[name], day).value


@cache
def _names() -> Mapping[str, Any]:
    """What each figure is called, by its code: zh, en."""
    found: Mapping[str, Any] = yaml_text.parse(Path(__file__).with_name("finance_names.yaml").read_text("utf-8"))
    return found


def _parts(figure: dated.Figure) -> set[str]:
    return set(figure.value) if isinstance(figure.value, Mapping) else {""}


def _inputs(name: str, figure: dated.Figure, *, own: Mapping[str, Any]) -> Sequence[Input]:
    """One input a figure; a table of plain figures is one input each, a deeper one is named only."""
    grade = Grade.ASSUMED if figure.certain else Grade.FIGURE
    parts = figure.value if isinstance(figure.value, Mapping) else {"": figure.value}
    return [
        Input(f"{name}.{key}", own[key], "given", Grade.STATED)
        if key in own
        else Input(f"{name}.{key}".rstrip("."), value, figure.source, grade, figure.dated)
        for key, value in parts.items()
        if not isinstance(value, Mapping | list)
    ] or [Input(name, None, figure.source, grade, figure.dated)]
