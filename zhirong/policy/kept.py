"""The measures of the house as they are or were known: those that came with it, and the texts approved since.

A text rules from the moment of its approval. Asked as known at an earlier moment the base is the former one, so that
an answer given then comes out again with its hash, whatever was approved later.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from zhirong.base import shown
from zhirong.policy import reading
from zhirong.policy.engine import measure, source
from zhirong.policy.engine.measure import Measure
from zhirong.policy.models import MeasureText


def base(known: datetime | None = None) -> reading.Base:
    """What the base holds, or held at the moment `known`. One query; reading is kept until the next approval."""
    return _joined(tuple(sorted(_ruling(known).items())))


def end_of(day: date) -> datetime:
    """The last moment of a day in Beijing: who names a day for `known` means all that was approved on it."""
    return datetime.combine(day + timedelta(days=1), time.min, shown.BEIJING) - timedelta(microseconds=1)


def _ruling(known: datetime | None) -> dict[str, str]:
    """The hash of the ruling text of each measure that has one; of several the one approved last."""
    approved = MeasureText.objects.filter(known_from__isnull=False)
    if known is not None:
        approved = approved.filter(known_from__lte=known)
    return dict(approved.order_by("known_from", "pk").values_list("name", "sha256"))


@lru_cache(maxsize=32)
def _joined(hashes: tuple[tuple[str, str], ...]) -> reading.Base:
    ground = reading.own()
    measures: Mapping[str, Measure] = {**ground.measures, **{name: _made(sha256) for name, sha256 in hashes}}
    return reading.Base(measures, ground.vocabulary)


@lru_cache(maxsize=1024)
def _made(sha256: str) -> Measure:
    """A text is found and known by its hash alone, so nothing kept here can grow old."""
    found = MeasureText.objects.filter(sha256=sha256).values_list("text", flat=True)[:1].get()
    return measure.measure(source.parse(found))
