"""What the calculations of quality take and give: bounded JSON in, the one record out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from zhirong.valuation.engine.result import Input, Note, Result, digest

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


def many(items: Json, *, most: int) -> Json:
    """A list of at most so many."""
    return {"type": "array", "items": items, "maxItems": most}


def shape(properties: Json, *needed: str) -> Json:
    """An object of these properties and no other."""
    return {"type": "object", "properties": properties, "required": list(needed), "additionalProperties": False}


SYMBOLS = many({"type": "string", "minLength": 1, "maxLength": 40}, most=200)
# A relative figure is no money: `range` is null, and the method's own figures stand under `figures`.
RECORD: Json = shape(
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
