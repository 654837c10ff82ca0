"""A text that is written or waits: what its check finds and where, what it changes, a figure written into it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from zhirong.base.refused import Refused
from zhirong.policy import gate, kept, reading
from zhirong.policy.engine import difference, numerals, places, rows, values
from zhirong.policy.engine.changes import Change
from zhirong.policy.engine.measure import Measure
from zhirong.policy.models import MeasureText


def readable(text: str) -> Measure | None:
    """The measure, where the text is one already."""
    try:
        return kept.read(text)
    except Refused:
        return None


def checked(one: MeasureText, base: reading.Base) -> dict[str, Any]:
    """What the check finds, as it was kept when approval was asked for, else of now; each finding with its line."""
    plain: dict[str, Any] = json.loads(one.findings)
    if not plain:
        plain = gate.look(gate.read(one.text), base.vocabulary).plain()
    lines = places.lines_of(one.text, [row["place"] for row in plain["lint"]])
    return {**plain, "lint": [{**row, "line": line} for row, line in zip(plain["lint"], lines, strict=True)]}


def before(one: MeasureText, base: reading.Base) -> Measure | None:
    """What a text is compared with: the ruling one; of one that was approved, the one that ruled before it."""
    if one.known_from is None:
        return base.measures.get(one.name)
    earlier = kept.texts(one.name).filter(known_from__lt=one.known_from).first()
    return kept.read(earlier.text) if earlier else reading.own().measures.get(one.name)


def changes(one: MeasureText, base: reading.Base) -> list[Change] | None:
    """The difference in plain words; nothing where the text cannot be read yet."""
    made = readable(one.text)
    return None if made is None else difference.difference(before(one, base), made, base.vocabulary)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure from a day on, as an official says it: 150万元, 50%."""

    name: str
    since: date
    value: str
    clause: str


def may_be_typed(made: Measure, name: str) -> bool:
    """Figures that are one number; tables are written in the text."""
    return all(row.value is None or values.is_number(row.value) for row in made.parameters[name])


def value_of(made: Measure, name: str, text: str) -> Any:
    """A value in the figure's unit. Refused: no number, another unit."""
    unit = str(made.raw["parameters"][name]["unit"])
    return values.exact(numerals.read(text, name=name, unit=unit))


def with_figure(made: Measure, text: str, figure: Figure, *, base: reading.Base) -> str:
    """The text with the row and, where one can be found, a case that looks at it."""
    if figure.name not in made.parameters or not may_be_typed(made, figure.name):
        problem = "is no figure of one number"
        raise Refused("policy.row_unwritable", name=figure.name[:100], since=figure.since, problem=problem)
    if figure.clause not in made.clauses:
        raise Refused("policy.clause_unknown", field="clause", name=made.id, clause=figure.clause[:100])
    wanted = rows.Wanted(figure.name, figure.since, value_of(made, figure.name, figure.value), figure.clause)
    return rows.with_case(rows.with_row(text, wanted), wanted, base.vocabulary)[0]


def first_day(old: Measure | None, new: Measure, today: date) -> date:
    """The day on which a change first shows: the first to come that a figure or a version begins with, else today."""
    days = []
    if old is not None:
        names = {*old.parameters, *new.parameters}
        days += [since for name in names for since, *_ in difference.spans(old, new, name)]
    known = {(one.id, one.since, one.until) for one in old.versions} if old else set()
    days += [one.since for one in new.versions if (one.id, one.since, one.until) not in known]
    return min((day for day in days if day > today), default=today)
