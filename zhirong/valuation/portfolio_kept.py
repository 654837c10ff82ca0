"""What a portfolio came to, as it is kept: line by line and as a whole, with what it was computed from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.db.models import Count, Max, Q, QuerySet

from zhirong.base.calendar import beijing_day
from zhirong.record import actions as record
from zhirong.record.models import Job
from zhirong.valuation import estimating, figures
from zhirong.valuation.engine.legible import Number
from zhirong.valuation.engine.result import Note, Quantiles, Sensitivity, digest
from zhirong.valuation.models import Answer, Portfolio, PortfolioValue

VALUE = "valuation.portfolio"
# Two thousand lines are some five megabytes; whoever looks at a portfolio turns its pages.
BODIES_KEPT = 2


@dataclass(frozen=True, slots=True)
class Advised:
    """What the next fee of a patent is worth paying; money in yuan."""

    next_year: int
    next_fee: Number
    net: Number
    fees_saved: Number
    value_lost: Number


@dataclass(frozen=True, slots=True)
class Line:
    """One right of a portfolio: its range, or the code and the two sentences that say why it has none."""

    right_id: int
    number: str
    title: str
    title_en: str
    kind: str
    range: Quantiles | None
    refusal: str
    why: Mapping[str, str]
    advice: Advised | None
    # Licensed, declared open or pledged, or somebody told what it earns.
    is_used: bool


@dataclass(frozen=True, slots=True)
class Whole:
    """All of them together. `figures` are those of the method's record, assets keyed by the id of their right."""

    range: Quantiles
    figures: Mapping[str, Any]
    sensitivities: tuple[Sensitivity, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """A portfolio as it was computed last; `whole` is None where no right has a range."""

    day: date
    is_current: bool
    lines: tuple[Line, ...]
    whole: Whole | None


def read(value: PortfolioValue, *, state: str) -> Kept:
    """The kept value; `state` is what it would be computed from now. Its body may be deferred."""
    lines, whole = _body(value.pk, value.state, value.made_at)
    return Kept(day=value.day, is_current=value.state == state, lines=lines, whole=whole)


@lru_cache(maxsize=BODIES_KEPT)
def _body(pk: int, _state: str, _made_at: datetime) -> tuple[tuple[Line, ...], Whole | None]:
    """Read once, page after page: another value of the portfolio has another state or moment."""
    body = json.loads(PortfolioValue.objects.values_list("body", flat=True).get(pk=pk))
    whole = None if body["whole"] is None else _whole(body["whole"])
    return tuple(_line(one) for one in body["lines"]), whole


def _line(said: Mapping[str, Any]) -> Line:
    found, advice = said["range"], said["advice"]
    return Line(
        **{
            **said,
            "range": None if found is None else Quantiles(**found),
            "advice": None if advice is None else Advised(**advice),
        }
    )


def _whole(said: Mapping[str, Any]) -> Whole:
    return Whole(
        range=Quantiles(**said["range"]),
        figures=said["figures"],
        sensitivities=tuple(Sensitivity(**one) for one in said["sensitivities"]),
        notes=tuple(Note(**one) for one in said["notes"]),
    )


def standing() -> QuerySet[Portfolio]:
    """The portfolios that are watched."""
    return Portfolio.objects.filter(ended_at__isnull=True)


def states(found: QuerySet[Portfolio]) -> dict[int, str]:
    """What the values of these portfolios would be computed from today, each by a hash; three queries for all.

    The day, the model of the market, the dated figures, the rights, and what its party answered. What the registry
    learns during a day counts from the next.
    """
    day = beijing_day(record.now())
    # Items change all at once: the last one tells them from what was there before.
    rows = list(found.annotate(last=Max("items__pk")).values_list("pk", "party_id", "last"))
    said = Answer.objects.filter(party__in={party for _, party, _ in rows}).values("party_id")
    told = said.annotate(last=Max("pk"), open=Count("pk", filter=Q(replaced_at__isnull=True)))
    answers = {one["party_id"]: [one["last"], one["open"]] for one in told}
    common = [day.isoformat(), estimating.model_named(day), figures.on(day).sha256]
    return {pk: digest([*common, last, answers.get(party)]) for pk, party, last in rows}


def job_of(portfolio_id: int, state: str) -> Job | None:
    """The job that computes it from this, where it was asked for."""
    return Job.objects.filter(key=job_key(portfolio_id, state)).first()


def job_key(portfolio_id: int, state: str) -> str:
    """One job for a portfolio and what it is computed from."""
    return f"{VALUE}:{portfolio_id}:{state}"
