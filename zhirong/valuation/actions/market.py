"""The model of the market: fitted anew in the background when comparables came or went, and back-tested with it.

However many deals fall into a day, one fit is asked for; while one waits or runs, no other is. What it learns is what
there is when it begins: what comes later asks for the next, on the next day at the earliest.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Q

from zhirong.base.calendar import beijing_day
from zhirong.record import actions as record
from zhirong.record.jobs import Progress
from zhirong.record.models import Job
from zhirong.valuation import learnt
from zhirong.valuation.models import Comparable, MarketModel, Study

FIT: Final = "valuation.fit"


def due(now: datetime) -> list[date]:
    """Today, where the current model does not know all there is, and no fit waits, runs or was asked for today."""
    day = beijing_day(now)
    fits = Job.objects.filter(kind=FIT)
    if fits.filter(Q(key=_key(day)) | Q(state__in=("waiting", "running"))).exists():
        return []
    return [day] if is_behind() else []


def is_behind() -> bool:
    """Whether a comparable came or went since the current model read them, or there is none yet."""
    rows = Comparable.objects.all()
    current = MarketModel.objects.filter(is_current=True).values_list("made_at", flat=True).first()
    if current is None:
        return rows.filter(withdrawn_at__isnull=True).exists()
    return rows.filter(Q(entered_at__gt=current) | Q(withdrawn_at__gt=current)).exists()


def ask(day: date) -> Job:
    """The day's one job of fitting; the clock never waits for it."""
    return record.ask_job(None, FIT, key=_key(day), facts={"day": day.isoformat()})


def _key(day: date) -> str:
    return f"{FIT}:{day.isoformat()}"


def do_fit(_facts: dict[str, Any]) -> Iterator[Progress]:
    """The job of fitting, as of the day it is done: one that waited finds the newer deals, or that nothing is new."""
    yield Progress(0, 1)
    if is_behind():
        refit(beijing_day(record.now()))
    yield Progress(1, 1)


def refit(day: date) -> MarketModel | None:
    """A model of all comparables up to the day with its back-test; the same model again changes nothing.

    None where nothing was sold yet: then methods without a market speak alone.
    """
    salt, read_at = secrets.token_hex(16), record.now()
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
            # What is entered while it is being fitted is not known to it.
            made_at=read_at,
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
