"""The dated figures that lending, licence fees and damages are computed with, and what must be said of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from zhirong.base import dated
from zhirong.valuation.engine.result import Grade, Input, Note, digest

FOLDER = Path(__file__).parent / "parameters"


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a day by name, their hash, where each is from, and a note on those that are no certain text."""

    values: Mapping[str, Any]
    sha256: str
    inputs: tuple[Input, ...]
    notes: tuple[Note, ...]


def on(file: str, day: date, names: Sequence[str]) -> Figures:
    """Figures of `parameters/<file>.yaml` as they stand on a day; refused for a day before the first of them."""
    rows = dated.read(FOLDER / f"{file}.yaml")
    found = {name: dated.on(rows[name], day) for name in names}
    values = {name: figure.value for name, figure in found.items()}
    doubtful = sorted(name for name, figure in found.items() if figure.certain)
    return Figures(
        values=values,
        sha256=digest(values),
        inputs=tuple(one for name, figure in found.items() for one in _inputs(name, figure)),
        notes=(Note("finance_uncertain_figures", {"figures": doubtful}),) if doubtful else (),
    )


def _inputs(name: str, figure: dated.Figure) -> Sequence[Input]:
    """One input a figure; a table of plain figures is one input each, a deeper one is named only."""
    grade = Grade.ASSUMED if figure.certain else Grade.FIGURE
    parts = figure.value if isinstance(figure.value, Mapping) else {"": figure.value}
    return [
        Input(f"{name}.{key}".rstrip("."), value, figure.source, grade, figure.since)
        for key, value in parts.items()
        if isinstance(value, int | str) or type(value) is float
    ] or [Input(name, None, figure.source, grade, figure.since)]
