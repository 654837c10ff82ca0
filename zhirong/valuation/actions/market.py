"""The model of the market: fitted anew in the background on a day that brought comparables, and back-tested with it."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Final

from django.db import transaction

from zhirong.base.calendar import beijing_day
from zhirong.record import actions as record
from zhirong.record.jobs import Progress
from zhirong.record.models import Job
from zhirong.valuation import learnt
from zhirong.valuation.models import Comparable, MarketModel, Study

FIT: Final = "valuation.fit"


def due(now: datetime) -> list[date]:
    """Today, where a comparable came or went since the current model was made and today's fit was not asked yet."""
    day = beijing_day(now)
    if Job.objects.filter(key=_key(day)).exists():
        return []
    current = MarketModel.objects.filter(is_current=True).values_list("made_at", flat=True).first()
    if current is None:
        return [day] if Comparable.objects.filter(withdrawn_at__isnull=True).exists() else []
    changed = (
        Comparable.objects.filter(entered_at__gt=current).exists()
        or Comparable.objects.filter(withdrawn_at__gt=current).exists()
    )
    return [day] if changed else []


def ask(day: date) -> Job:
    """The day's one job of fitting; the clock never waits for it."""
    return record.ask_job(None, FIT, key=_key(day), facts={"day": day.isoformat()})


def _key(day: date) -> str:
    return f"{FIT}:{day.isoformat()}"


def do_fit(facts: dict[str, Any]) -> Iterator[Progress]:
    """The job of fitting."""
    yield Progress(0, 1)
    refit(date.fromisoformat(facts["day"]))
    yield Progress(1, 1)


def refit(day: date) -> MarketModel | None:
    """A model of all comparables up to the day with its back-test; the same model again changes nothing.

    None where nothing was sold yet: then methods without a market speak alone.
    """
    salt = secrets.token_hex(16)
    # Outside every transaction: a fit with its back-test takes seconds, and the write lock may not wait for it.
    made = learnt.fitted(learnt.past_deals(day), day, salt=salt)
    if made is None:
        return None
    model, study = made
    with transaction.atomic():
        list(MarketModel.objects.select_for_update().filter(is_current=True))
        if done := MarketModel.objects.filter(sha256=model.sha256).first():
            return done
        MarketModel.objects.filter(is_current=True).update(is_current=False)
        kept = MarketModel.objects.create(
            made_at=record.now(),
            day=day,
            deals=model.deals,
            sha256=model.sha256,
            salt=salt,
            body=json.dumps(model.as_json(), ensure_ascii=False, sort_keys=True),
        )
        Study.objects.create(model=kept, body=json.dumps(study, ensure_ascii=False, sort_keys=True))
        record.tell(
            "valuation.model_fitted",
            f"market:{kept.pk}",
            who=None,
            public=True,
            deals=kept.deals,
            day=day.isoformat(),
            sha256=kept.sha256,
        )
    return kept
