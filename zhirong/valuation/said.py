"""Which guided questions may be answered, and a party's answers as the methods read them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from zhirong.base import dated
from zhirong.base.calendar import beijing_day
from zhirong.base.refused import Refused
from zhirong.valuation import rules
from zhirong.valuation.engine import subject, units
from zhirong.valuation.engine.result import Grade
from zhirong.valuation.models import Answer

PATH = Path(__file__).parent / "parameters" / "service" / "answers.yaml"
ROYALTY = "royalty_rate"


def questions(day: date) -> dict[str, dict[str, Any]]:
    """Every question by its code: unit, least and most."""
    found: dict[str, dict[str, Any]] = dated.on(dated.read(PATH)["questions"], day).value
    return found


def must_be_answerable(question: str, value_micro: int, *, day: date) -> None:
    """A known question and a number of its form, in millionths of the unit."""
    known = questions(day)
    rules.must_be_one_of(question, sorted(known), field="question")
    least, most = known[question]["least"], known[question]["most"]
    if not least * rules.MICRO <= rules.must_be_micro(value_micro) <= most * rules.MICRO:
        raise Refused("valuation.answer_range", least=least, most=most)
    if question == ROYALTY and value_micro == 0:
        # A licence that costs nothing names no rate; no sales are told by the income.
        raise Refused("valuation.royalty_zero", field="value")


def as_read(rows: Iterable[Answer]) -> subject.Said:
    """The answers that count, for the methods."""
    return subject.Said(tuple(_answer(row) for row in rows))


def _answer(row: Answer) -> subject.Answer:
    return subject.Answer(
        question=row.question,
        value=units.from_micro(row.value_micro),
        by=row.party.ref,
        on=beijing_day(row.at),
        grade=Grade(row.grade),
        evidence=row.evidence.ref if row.evidence else "",
    )
