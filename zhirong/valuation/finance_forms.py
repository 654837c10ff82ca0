"""What the calculations of lending, portfolios, damages and licence fees take and give, piece by piece."""

from __future__ import annotations

import math
import numbers
from datetime import date
from typing import Any

from zhirong.base.refused import Refused
from zhirong.valuation.engine.result import Note

Json = dict[str, Any]
TEXT: Json = {"type": "string", "maxLength": 200}
DAY: Json = {"type": "string", "format": "date"}
NUMBER: Json = {"type": "number"}
MAYBE: Json = {"type": ["number", "null"]}
WHOLE: Json = {"type": "integer"}
YES: Json = {"type": "boolean"}
SEED: Json = {"type": "integer", "minimum": 0, "maximum": 2**31 - 1}
CURRENCY: Json = {"type": "string", "minLength": 3, "maxLength": 3}
# Beyond these no number is an amount, a rate or a time; within them no product of a few overflows.
LEAST, MOST = 1e-100, 1e100
NOTES: Json = {"type": "array", "items": {"type": "object"}}
# The one record of every method (engine.result.Result) as JSON.
RECORD: Json = {
    "type": "object",
    "properties": {
        "method": TEXT,
        "version": TEXT,
        "value_date": DAY,
        "currency": TEXT,
        "range": {"type": ["object", "null"]},
        "parameters_sha256": TEXT,
        "seed": {"type": ["integer", "null"]},
        "inputs": {"type": "array"},
        "sensitivities": {"type": "array"},
        "notes": NOTES,
        "figures": {"type": "object"},
    },
    "required": ["method", "version", "value_date", "currency", "range", "parameters_sha256", "notes", "figures"],
}


def sound(given: Any, *, name: str = "input") -> Any:
    """The same, once every number in it is finite and of this world; JSON's 1e999 is read as infinite."""
    if isinstance(given, dict):
        return {key: sound(value, name=key) for key, value in given.items()}
    if isinstance(given, list):
        return [sound(value, name=name) for value in given]
    if isinstance(given, bool) or not isinstance(given, numbers.Real):
        return given
    size: Any = abs(given)
    if size == math.inf:
        raise Refused("valuation.not_finite", name=name)
    if size != 0 and not LEAST <= size <= MOST:
        raise Refused("valuation.outside_band", name=name, value=str(given)[:30], least=-MOST, most=MOST)
    return given


def day(given: Json, name: str = "day") -> date:
    """An ISO day; the schema has seen that it is one."""
    return date.fromisoformat(given[name])


def told(notes: tuple[Note, ...]) -> list[Json]:
    """Notes as JSON."""
    return [{"code": note.code, "facts": dict(note.facts)} for note in notes]
