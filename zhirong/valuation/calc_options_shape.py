"""What the calculations of options share: the words of their schemas and the record they answer with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from zhirong.base import dated
from zhirong.base.refused import Refused
from zhirong.valuation.engine.result import Grade, Input, Note, Quantiles, Result, Sensitivity, digest

Json = dict[str, Any]
FILE = Path(__file__).parent / "parameters" / "options.yaml"
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


def record(
    method: str,
    given: Json,
    *,
    value: Any,
    figures: Mapping[str, Any],
    notes: tuple[Note, ...] = (),
    revalue: Callable[[Json], Any],
) -> dict[str, Any]:
    """One value without spread as the record; all that was given is its set of parameters.

    `revalue` gives the value of another such input, for the sensitivities.
    """
    day = day_of(given, "value_date")
    found = Result(
        method=method,
        version="1",
        value_date=day,
        currency=given.get("currency", "CNY"),
        range=Quantiles.sure(value),
        parameters_sha256=digest(given),
        seed=given.get("seed"),
        inputs=stated(given, day),
        sensitivities=sensitivities(given, moves(day), value=value, revalue=revalue),
        notes=notes,
        figures=figures,
    )
    return found.as_json()


def stated(given: Json, day: date) -> tuple[Input, ...]:
    """What somebody said of the right, each figure an input; lists are not told again."""
    said = {name: one for name, one in given.items() if name not in HEAD and not isinstance(one, list)}
    return tuple(Input(name, one, "given", Grade.STATED, day) for name, one in said.items())


def moves(day: date) -> dict[str, tuple[Any, bool]]:
    """By how much each figure is moved, and whether that is a share of it."""
    said = dated.on(dated.read(FILE)["option_sensitivity"], day).value
    shares = {name: (by, True) for name, by in said["shares"].items()}
    return shares | {name: (by, False) for name, by in said["steps"].items()}


def sensitivities(
    given: Json, by: Mapping[str, tuple[Any, bool]], *, value: Any, revalue: Callable[[Json], Any]
) -> tuple[Sensitivity, ...]:
    """The value at each figure a move lower and higher; an end that the method refuses stays where the figure is."""
    found = []
    for name, (step, is_share) in by.items():
        at = given.get(name)
        if at is None:
            continue
        move = at * step if is_share else step
        low, high = (_at(given, name, to=end, value=value, revalue=revalue) for end in (at - move, at + move))
        found.append(Sensitivity(name, low[0], high[0], low[1], high[1]))
    return tuple(found)


def _at(given: Json, name: str, *, to: Any, value: Any, revalue: Callable[[Json], Any]) -> tuple[Any, Any]:
    try:
        return to, revalue({**given, name: to})
    except Refused:
        return given[name], value
