"""What the calculations of cost and income share: dated figures of their file, and the shapes of what they take."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from zhirong.base import dated
from zhirong.base.dated import Figure
from zhirong.base.engines import many
from zhirong.base.refused import Refused
from zhirong.valuation import notes
from zhirong.valuation.engine import result

Json = dict[str, Any]
FILE = Path(__file__).parent / "parameters" / "income.yaml"


def figure(name: str, day: date) -> Figure:
    """The figure of `parameters/income.yaml` that rules on a day."""
    return dated.on(dated.read(FILE)[name], day)


def parameters_sha256(day: date) -> str:
    """The hash of every figure of the file as it stands on a day; figures that begin later are left out."""
    ruling = {name: [row for row in rows if row.since <= day] for name, rows in dated.read(FILE).items()}
    return result.digest({name: rows[-1].value for name, rows in ruling.items() if rows})


def day_of(given: Json) -> date:
    """The value date. The schema has let a day through, or the call was no call of `zr calc`."""
    try:
        return date.fromisoformat(given["value_date"])
    except (KeyError, TypeError, ValueError):
        raise Refused("calc.bad_input", name="value_date", calculation="valuation") from None


def told_tax(given: Json, figures: dict[str, str]) -> Any:
    """The tax rate that was told, or the law's for this status; `figures` then hears the source."""
    if "tax" in given:
        if "tax_status" in given:
            raise Refused("valuation.one_of_two", one="tax", other="tax_status")
        return given["tax"]
    if "tax_status" not in given:
        raise Refused("valuation.one_of_two", one="tax", other="tax_status")
    ruling = figure("income_tax", day_of(given))
    figures["tax"] = ruling.source
    return ruling.value[given["tax_status"]]


def said_notes(found: tuple[result.Note, ...]) -> list[Json]:
    """Notes with their sentences in both languages."""
    return [
        {"code": note.code, "zh": notes.sentence(note, "zh"), "en": notes.sentence(note, "en"), "facts": note.facts}
        for note in found
    ]


def record(found: result.Result) -> Json:
    """The one record as JSON, its notes with their sentences."""
    return {**found.as_json(), "notes": said_notes(found.notes)}


# Whole numbers of any length are JSON; the bound keeps them numbers of the machine.
NUMBER: Json = {"type": "number", "minimum": -(10**18), "maximum": 10**18}
TEXT: Json = {"type": "string", "maxLength": 200}
DAY: Json = {"type": "string", "format": "date"}
CURRENCY: Json = {"type": "string", "minLength": 3, "maxLength": 3}
TIMING: Json = {"enum": ["end", "middle"]}
YEARS = many(NUMBER, least=1, most=100)
TAX: Json = {"tax": NUMBER, "tax_status": {"enum": ["standard", "high_tech"]}}
AMOUNT: Json = {"type": "number"}
RESULT: Json = {
    "type": "object",
    "properties": {
        "method": TEXT,
        "version": TEXT,
        "value_date": DAY,
        "currency": CURRENCY,
        "range": {
            "type": ["object", "null"],
            "properties": dict.fromkeys(("p5", "p10", "p25", "median", "p75", "p90", "p95", "mean"), AMOUNT),
        },
        "parameters_sha256": TEXT,
        "seed": {"type": ["integer", "null"]},
        "inputs": {"type": "array"},
        "sensitivities": {"type": "array"},
        "notes": {"type": "array"},
        "figures": {"type": "object"},
    },
    "required": ["method", "value_date", "currency", "range", "parameters_sha256", "inputs", "notes"],
}
