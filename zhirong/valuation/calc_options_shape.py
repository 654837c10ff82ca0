"""What the calculations of options share: the words of their schemas and the record they answer with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from zhirong.base.refused import Refused
from zhirong.valuation.engine.result import Note, Quantiles, Result, digest

Json = dict[str, Any]
YEARS = range(1800, 2201)
# The bounds hold for JSON's whole numbers; a fraction out of its band is refused by the engine.
NUMBER: Json = {"type": "number", "minimum": -(10**15), "maximum": 10**15}
DAY: Json = {"type": "string", "format": "date"}
TEXT: Json = {"type": "string", "maxLength": 64}
YES: Json = {"type": "boolean"}
CURRENCY: Json = {"type": "string", "minLength": 3, "maxLength": 3}
SEED: Json = {"type": "integer", "minimum": 0, "maximum": 2**63 - 1}
HEAD: Json = {"value_date": DAY, "currency": CURRENCY}


def day_of(given: Json, name: str) -> date:
    """A day of the input; one so far off that a term would leave the machine's calendar is refused."""
    day = date.fromisoformat(given[name])
    if day.year not in YEARS:
        raise Refused("calc.bad_input", name=name, calculation="valuation")
    return day


def whole(least: int, most: int) -> Json:
    """A whole number between two."""
    return {"type": "integer", "minimum": least, "maximum": most}


def shape(properties: Json, *required: str) -> Json:
    """An object that takes nothing but these."""
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


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
        "figures": {"type": "object"},
    },
    "required": ["method", "version", "value_date", "currency", "range", "parameters_sha256"],
}


def record(
    method: str, given: Json, *, value: Any, figures: Mapping[str, Any], notes: tuple[Note, ...] = ()
) -> dict[str, Any]:
    """One value without spread as the record; all that was given is its set of parameters."""
    found = Result(
        method=method,
        version="1",
        value_date=day_of(given, "value_date"),
        currency=given.get("currency", "CNY"),
        range=Quantiles.sure(value),
        parameters_sha256=digest(given),
        seed=given.get("seed"),
        notes=notes,
        figures=figures,
    )
    return found.as_json()
