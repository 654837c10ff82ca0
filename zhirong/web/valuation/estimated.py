"""The estimate of the right that a page is about, as this visitor may see it: with its own party's answers only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest

from zhirong.base.calendar import beijing_day
from zhirong.base.refused import Refused
from zhirong.people.models import Party
from zhirong.record import actions as record
from zhirong.registry.models import Right
from zhirong.valuation import estimating, said
from zhirong.valuation.engine.estimate_shape import Estimate
from zhirong.valuation.engine.subject import Said
from zhirong.valuation.models import Answer
from zhirong.web import limits, pages
from zhirong.web.registry import forms
from zhirong.web.registry import right as right_pages


@dataclass(frozen=True)
class Found:
    """A right with its estimate on the day, or why there is none; and for which party the answers count."""

    right: Right
    day: date
    parties: list[Party]
    said: Said
    estimate: Estimate | None
    refused: Refused | None

    def told(self) -> Mapping[str, Any] | None:
        """The refusal as pages show it."""
        return pages.told(self.refused) if self.refused else None


def of(request: HttpRequest, right_id: int) -> Found:
    """The right of an address and its estimate; a right that is not shown to this visitor is not there."""
    right = right_pages.right_or_404(request, right_id)
    limits.take(request, "estimate")
    day, parties = beijing_day(record.now()), forms.parties_of(request)
    answers = answers_of(right, parties)
    try:
        return Found(right, day, parties, answers, compute(right, day, answers), None)
    except Refused as refused:
        return Found(right, day, parties, answers, None, refused)


def answers_of(right: Right, parties: list[Party]) -> Said:
    """What this visitor's parties said of the right; one answer a question, the newest."""
    if not parties:
        return Said()
    rows = Answer.objects.filter(right=right, party__in=parties, replaced_at__isnull=True)
    newest = {row.question: row for row in rows.select_related("party", "evidence").order_by("at", "pk")}
    return said.as_read(newest.values())


def without(answers: Said, question: str) -> Said:
    """The same without one answer."""
    return Said(tuple(one for one in answers.answers if one.question != question))


def compute(right: Right, day: date, answers: Said) -> Estimate:
    """The estimate of a right on a day."""
    return estimating.estimate_right(right, day, answers)
