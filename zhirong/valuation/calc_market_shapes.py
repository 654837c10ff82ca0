"""What the calculations of the market approach read from JSON: deals, rights, predictions and days, with bounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from zhirong.base.engines import form, many
from zhirong.base.refused import Refused
from zhirong.valuation.engine import guards
from zhirong.valuation.engine.calibration import Predicted
from zhirong.valuation.engine.hedonic import Item, Sale
from zhirong.valuation.engine.result import Quantiles, plain

Json = dict[str, Any]
# JSON knows numbers that no calculation can hold; what lies beyond this is no amount of anything.
MOST_NUMBER = 10**300
YEARS = range(1985, 2200)
MOST_RIGHTS, MOST_NAME = 3000, 80

TEXT: Json = {"type": "string", "maxLength": MOST_NAME}
NAME: Json = {"type": "string", "minLength": 1, "maxLength": MOST_NAME}
DAY: Json = {"type": "string", "format": "date"}
NUMBER: Json = {"type": "number"}
MAYBE: Json = {"type": ["number", "null"]}
WHOLE: Json = {"type": "integer"}
YES: Json = {"type": "boolean"}
SEED: Json = {"type": "integer", "minimum": 0, "maximum": 2**32 - 1}


def market(*, deals: int, columns: int) -> Json:
    """The properties by which a market is told: names of columns and groups once, then deals."""
    right = {"values": many(MAYBE, most=columns), "levels": many(TEXT, most=3)}
    deal = form(
        {
            "reference": TEXT,
            "on": DAY,
            "price": NUMBER,
            "is_ask": YES,
            "rights": many(form(right, "values", "levels"), least=1, most=200),
        },
        "on",
        "price",
        "rights",
    )
    return {
        "columns": many(NAME, most=columns),
        "groups": many(NAME, most=3),
        "kind_group": TEXT,
        "curved": many(NAME, most=columns),
        "deals": many(deal, least=1, most=deals),
    }


QUANTILES = ("p5", "p10", "p25", "median", "p75", "p90", "p95")
RIGHT = form({"values": many(MAYBE, most=40), "levels": many(TEXT, most=3)}, "values", "levels")
PREDICTION = form(
    {
        "reference": TEXT,
        "on": DAY,
        "kind": TEXT,
        "actual": NUMBER,
        "range": form(dict.fromkeys(QUANTILES, NUMBER), *QUANTILES),
        "is_tested": YES,
    },
    "on",
    "actual",
    "range",
)
INPUT = form(
    {
        "name": TEXT,
        "value": {},
        "source": {"type": "string"},
        "grade": TEXT,
        "on": {"type": ["string", "null"]},
        "unit": TEXT,
    },
    "name",
)
NOTE = form({"code": TEXT, "facts": {"type": "object"}, "zh": {"type": "string"}, "en": {"type": "string"}}, "code")
SENSITIVITY = form({"name": TEXT, "low": {}, "high": {}, "median_at_low": NUMBER, "median_at_high": NUMBER}, "name")
RANGE: Json = {
    "type": ["object", "null"],
    "properties": dict.fromkeys((*QUANTILES, "mean"), NUMBER),
}
RESULT = form(
    {
        "method": TEXT,
        "version": TEXT,
        "value_date": DAY,
        "currency": TEXT,
        "range": RANGE,
        "parameters_sha256": TEXT,
        "seed": {"type": ["integer", "null"]},
        "inputs": {"type": "array", "items": INPUT},
        "sensitivities": {"type": "array", "items": SENSITIVITY},
        "notes": {"type": "array", "items": NOTE},
        "figures": {"type": "object"},
    },
    "method",
    "value_date",
    "currency",
    "range",
    "parameters_sha256",
)


def day_of(said: Json, name: str = "day") -> date:
    """A day of the schema, in years that the calendar of the machine can count on from."""
    day = date.fromisoformat(said[name])
    if day.year not in YEARS:
        raise Refused("valuation.outside_band", name=name, value=day.year, least=YEARS[0], most=YEARS[-1])
    return day


def number(value: Any, name: str) -> Any:
    """A number that a calculation can hold; infinite ones and integers of hundreds of digits are refused."""
    if not -MOST_NUMBER <= value <= MOST_NUMBER:
        raise Refused("valuation.not_finite", name=name)
    return value


def sales(given: Json) -> tuple[Sale, ...]:
    """The deals, each right with the day of its deal. Who values as of a day knows of no deal after it."""
    day = day_of(given)
    for place, one in enumerate(given["deals"], start=1):
        if day_of(one, "on") > day:
            name = one.get("reference", "") or str(place)
            raise Refused("valuation.deal_to_come", reference=name, day=day, deal_day=day_of(one, "on"))
    if sum(len(one["rights"]) for one in given["deals"]) > MOST_RIGHTS:
        raise Refused("valuation.too_many_rights", most=MOST_RIGHTS)
    return tuple(
        Sale(
            reference=one.get("reference", "") or str(place + 1),
            on=day_of(one, "on"),
            price=guards.positive(number(one["price"], "price"), "price"),
            items=tuple(item(right, given, on=day_of(one, "on")) for right in one["rights"]),
            is_ask=one.get("is_ask", False),
        )
        for place, one in enumerate(given["deals"])
    )


def item(right: Json, given: Json, *, on: date) -> Item:
    """One right: `values` in the order of `columns` (null: unknown), `levels` in that of `groups` ("": unknown)."""
    columns, groups = given.get("columns", []), given.get("groups", [])
    if len(right["values"]) != len(columns) or len(set(columns)) != len(columns):
        raise Refused("valuation.uneven", name="values", count=len(right["values"]), wanted=len(columns))
    if len(right["levels"]) != len(groups) or len(set(groups)) != len(groups):
        raise Refused("valuation.uneven", name="levels", count=len(right["levels"]), wanted=len(groups))
    told = zip(columns, right["values"], strict=True)
    return Item(
        on=on,
        values={name: None if value is None else number(value, name) for name, value in told},
        groups={name: level for name, level in zip(groups, right["levels"], strict=True) if level},
    )


def predictions(said: Sequence[Json]) -> tuple[Predicted, ...]:
    """Past predictions; seven quantiles, rising and more than zero."""
    found = []
    for place, one in enumerate(said):
        told = [guards.positive(number(one["range"][name], name), name) for name in QUANTILES]
        if told != sorted(told):
            raise Refused("valuation.not_rising", name="range")
        found.append(
            Predicted(
                reference=one.get("reference", "") or str(place + 1),
                on=day_of(one, "on"),
                kind=one.get("kind", ""),
                actual=guards.positive(number(one["actual"], "actual"), "actual"),
                range=Quantiles.of(told, told[3]),
                basis="tested" if one.get("is_tested", True) else "untested",
            )
        )
    return tuple(found)


def told(value: Any) -> Json:
    """A record of an engine as plain JSON values."""
    found: Json = plain(asdict(value))
    return found
