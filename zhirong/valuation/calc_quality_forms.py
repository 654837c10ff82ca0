"""What the calculations of quality take and give: bounded JSON in, the one record out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from zhirong.base.dated import Figure
from zhirong.base.engines import form, many
from zhirong.valuation import indices
from zhirong.valuation.engine.result import Grade, Input, Note, Result, digest

Json = dict[str, Any]
VERSION = "1"
DAY: Json = {"type": "string", "format": "date"}
NAME: Json = {"type": "string", "minLength": 1, "maxLength": 200}
OFFICE: Json = {"type": "string", "minLength": 1, "maxLength": 10}
# The bounds hold whole numbers, which JSON lets grow beyond any float; the guards of the methods hold the others.
NUMBER: Json = {"type": "number", "minimum": -(10**15), "maximum": 10**15}
COUNT: Json = {"type": "integer", "minimum": 0, "maximum": 1_000_000}
YEAR: Json = {"type": "integer", "minimum": 1800, "maximum": 2200}
YES: Json = {"type": "boolean"}


SYMBOLS = many({"type": "string", "minLength": 1, "maxLength": 40}, most=200)
# A relative figure is no money: `range` is null, and the method's own figures stand under `figures`.
RECORD: Json = form(
    {
        "method": {"type": "string"},
        "version": {"type": "string"},
        "value_date": DAY,
        "currency": {"type": "string"},
        "range": {"type": ["object", "null"]},
        "parameters_sha256": {"type": "string"},
        "seed": {"type": ["integer", "null"]},
        "inputs": many({"type": "object"}, most=100_000),
        "sensitivities": many({"type": "object"}, most=1_000),
        "notes": many({"type": "object"}, most=1_000),
        "figures": {"type": "object"},
    },
    "method",
    "value_date",
    "range",
    "parameters_sha256",
    "figures",
)


def day(given: Json) -> date:
    """The value date; the schema has looked at its form."""
    return date.fromisoformat(given["day"])


def maybe_day(given: Json, name: str) -> date | None:
    """A day that may be unknown."""
    return date.fromisoformat(given[name]) if name in given else None


def told(given: Json, *ruling: str) -> tuple[Input, ...]:
    """What was given (of a list its length), and the dated figures that ruled by their names."""
    on = day(given)
    parts: Json = {}
    for name, one in given.items():
        parts |= {f"{name}.{key}": inner for key, inner in one.items()} if isinstance(one, dict) else {name: one}
    said = [
        Input(name, len(one), "given", Grade.STATED, on, "entries")
        if isinstance(one, list)
        else Input(name, one, "given", Grade.STATED, on)
        for name, one in parts.items()
        if name != "day" and not isinstance(one, dict)
    ]
    return (*said, *(each for name in ruling for each in _ruling(name, indices.figure(name, on))))


def _ruling(name: str, figure: Figure) -> tuple[Input, ...]:
    grade = Grade.ASSUMED if figure.certain == "assumed" else Grade.FIGURE
    parts = figure.value if isinstance(figure.value, dict) else {"": figure.value}
    return tuple(
        Input(f"{name}.{key}".rstrip("."), one, figure.source, grade, figure.dated) for key, one in parts.items()
    )


def record(
    method: str,
    on: date,
    parameters: Any,
    *,
    figures: Json,
    notes: Sequence[Note] = (),
    inputs: Sequence[Input] = (),
    seed: int | None = None,
) -> Json:
    """The one record of a method whose figures are relative."""
    return Result(
        method=method,
        version=VERSION,
        value_date=on,
        range=None,
        parameters_sha256=digest(parameters),
        seed=seed,
        inputs=tuple(inputs),
        notes=tuple(notes),
        figures=figures,
    ).as_json()
