"""Calculations of this floor for `zr calc`: each a function from a JSON object to a JSON object, with its schemas."""

from __future__ import annotations

from datetime import date
from typing import Any

from zhirong.base import calendar, money, numbers
from zhirong.base.engines import Engine
from zhirong.base.refused import Refused

Json = dict[str, Any]


def _schema(properties: Json, *, required: list[str]) -> Json:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _day(given: Json, name: str) -> date:
    try:
        return date.fromisoformat(given[name])
    except (KeyError, TypeError, ValueError):
        raise Refused("calc.bad_input", name=name, calculation="working-days") from None


def _whole(given: Json, name: str, *, calculation: str) -> int:
    value = given.get(name)
    if type(value) is not int or value < 0:
        raise Refused("calc.bad_input", name=name, calculation=calculation)
    return value


def patent_number(given: Json) -> Json:
    """Read one application, patent or standard number and write all its forms (N10 to N12)."""
    text = given.get("number")
    if not isinstance(text, str):
        raise Refused("calc.bad_input", name="number", calculation="patent-number")
    is_standard = len(text.strip()) == 15 and text.strip().isdigit()
    number = numbers.read_standard_number(text) if is_standard else numbers.read_patent_number(text)
    return {
        "key": number.key,
        "application_number": number.shown,
        "patent_number": number.patent_shown,
        "standard_number": number.standard,
        "check": number.check,
        "right": number.right,
        "is_pct": number.is_pct,
        "filing_year": number.filing_year,
    }


# Some forty years: enough for any period of law, small enough to answer at once.
MOST_WORKING_DAYS = 10_000


def working_days(given: Json) -> Json:
    """Add working days to a day, or count those after one day up to another (T4)."""
    china = calendar.china()
    start = _day(given, "from")
    if "to" in given:
        end = _day(given, "to")
        if abs((end - start).days) > MOST_WORKING_DAYS:
            raise Refused("calc.bad_input", name="to", calculation="working-days")
        counted = china.working_days_between(start, end)
        return {"working_days": counted.days, "provisional": counted.provisional}
    count = _whole(given, "add", calculation="working-days")
    if count > MOST_WORKING_DAYS or start.year + count // 200 >= date.max.year:
        raise Refused("calc.bad_input", name="add", calculation="working-days")
    due = china.add_working_days(start, count)
    return {"day": due.day.isoformat(), "provisional": due.provisional}


def capitals(given: Json) -> Json:
    """Write an amount in fen in Chinese capitals, in English words and in figures."""
    fen = _whole(given, "fen", calculation="capitals")
    return {"capitals": money.capitals(fen), "words": money.words(fen), "figures": money.figures(fen)}


DAY = {"type": "string", "format": "date"}
TEXT = {"type": "string"}

ENGINES: dict[str, Engine] = {
    "patent-number": Engine(
        run=patent_number,
        takes=_schema({"number": {**TEXT, "examples": ["ZL201911324567.3", "102019000302430"]}}, required=["number"]),
        gives=_schema(
            {
                "key": TEXT,
                "application_number": TEXT,
                "patent_number": TEXT,
                "standard_number": TEXT,
                "check": TEXT,
                "right": {"enum": ["invention", "utility_model", "design"]},
                "is_pct": {"type": "boolean"},
                "filing_year": {"type": "integer"},
            },
            required=["key", "application_number", "patent_number", "standard_number", "check", "right"],
        ),
        line="Check a Chinese application or patent number and write it in every form (N10-N12).",
    ),
    "working-days": Engine(
        run=working_days,
        takes=_schema(
            {"from": DAY, "to": DAY, "add": {"type": "integer", "minimum": 0, "maximum": MOST_WORKING_DAYS}},
            required=["from"],
        ),
        gives=_schema(
            {"day": DAY, "working_days": {"type": "integer"}, "provisional": {"type": "boolean"}},
            required=["provisional"],
        ),
        line="Add working days of the Chinese calendar to a day, or count them between two days (T4).",
    ),
    "capitals": Engine(
        run=capitals,
        takes=_schema({"fen": {"type": "integer", "minimum": 0, "maximum": money.LARGEST_FEN}}, required=["fen"]),
        gives=_schema({"capitals": TEXT, "words": TEXT, "figures": TEXT}, required=["capitals", "words", "figures"]),
        line="Write an amount in fen in Chinese capitals (中文大写) and English words.",
    ),
}
