"""The measures of the house as they are or were known: those that came with it, and the texts approved since.

A text rules from the moment of its approval. Asked as known at an earlier moment the base is the former one, so that
an answer given then comes out again with its hash, whatever was approved later.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from django.db.models import QuerySet

from zhirong.base import shown
from zhirong.policy import reading
from zhirong.policy.engine import measure, source
from zhirong.policy.engine.measure import Measure
from zhirong.policy.models import ClauseLink, KeptText, MeasureText


def base(known: datetime | None = None) -> reading.Base:
    """What the base holds, or held at the moment `known`. One query; reading is kept until the next approval."""
    return _joined(tuple(sorted(_ruling(known).items())))


def end_of(day: date) -> datetime:
    """The last moment of a day in Beijing: who names a day for `known` means all that was approved on it."""
    return datetime.combine(day + timedelta(days=1), time.min, shown.BEIJING) - timedelta(microseconds=1)


@dataclass(frozen=True)
class Text:
    """A text that ruled or rules, as it stands, since when the base knew it, and its row where it was approved here."""

    text: str
    sha256: str
    known_from: datetime | None
    kept: MeasureText | None


def text_of(name: str, known: datetime | None = None) -> Text | None:
    """The text of a measure that ruled at a moment; None where there was no such measure."""
    approved = MeasureText.objects.filter(name=name, known_from__isnull=False).select_related(
        "drafted_by", "decided_by"
    )
    if known is not None:
        approved = approved.filter(known_from__lte=known)
    if (found := approved.order_by("-known_from", "-pk").first()) is not None:
        return Text(found.text, found.sha256, found.known_from, found)
    if (text := reading.own().texts.get(name)) is None:
        return None
    return Text(text, hashlib.sha256(text.encode()).hexdigest(), None, None)


def by_hash(wanted: Mapping[str, str]) -> dict[str, Measure]:
    """The measures on whose texts something rests, by `Measure.sha256`, whatever the base holds now; their names are
    given. Two queries at most."""
    own = reading.own().measures
    found = {own[name].sha256: own[name] for name in wanted.values() if name in own}
    if not wanted.keys() - found.keys():
        return found
    kept_texts = KeptText.objects.filter(sha256__in=wanted.keys() - found.keys())
    found |= {sha256: read(text) for sha256, text in kept_texts.values_list("sha256", "text")}
    names = {name for sha256, name in wanted.items() if sha256 not in found}
    approved = (
        MeasureText.objects.filter(name__in=names, known_from__isnull=False) if names else MeasureText.objects.none()
    )
    return found | {one.sha256: one for one in map(read, approved.values_list("text", flat=True))}


def texts(name: str) -> QuerySet[MeasureText]:
    """Every text of a measure that was approved, the newest first."""
    found = MeasureText.objects.filter(name=name, known_from__isnull=False).select_related("drafted_by", "decided_by")
    return found.order_by("-known_from", "-pk")


def links_of(name: str) -> QuerySet[ClauseLink]:
    """The words of originals that the clauses of a measure stand on."""
    found = ClauseLink.objects.filter(name=name, ended_at__isnull=True).select_related("paragraph__original")
    return found.order_by("clause", "pk")


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
    return read(MeasureText.objects.filter(sha256=sha256).values_list("text", flat=True)[:1].get())


@lru_cache(maxsize=256)
def read(text: str) -> Measure:
    """A text made ready to decide. Refused: it does not fit its format."""
    return measure.measure(source.parse(text))
