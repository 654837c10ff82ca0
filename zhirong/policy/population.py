"""The population (企业总体): all enterprises as columns, and what a change of a measure does to them.

A population is that of a day as known at a moment; its hash says which. Facts that the vocabulary does not take are
left out, as they are for one enterprise (`deciding`), and so are unknown.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.db.models import Max

from zhirong.base.refused import Refused
from zhirong.enterprises import file
from zhirong.enterprises.models import Statement
from zhirong.people.models import Party
from zhirong.policy import deciding, kept
from zhirong.policy.engine import columns, facts
from zhirong.policy.engine import effect as effects
from zhirong.policy.engine.effect import Effect
from zhirong.policy.engine.facts import Vocabulary
from zhirong.policy.engine.measure import Measure
from zhirong.policy.engine.values import written
from zhirong.record import actions as record

AT_ONCE = 5_000
# Fewer enterprises than this are read anew each time; more than SMALL only by a run that somebody asked for.
WORTH_KEEPING, SMALL, KEPT_SECONDS = 500, 30_000, 600
KEEPS, KEPT = threading.Lock(), dict[str, Any]()


@dataclass(frozen=True)
class Population:
    """Enterprises in the order of their ids; row n of `people` is `ids[n]`. `misfits` have a fact that was left out."""

    ids: tuple[int, ...]
    people: columns.Population
    day: date
    known: datetime | None
    misfits: frozenset[int] = frozenset()

    @property
    def known_day(self) -> date | None:
        """The day by which the engine knows rows of measures."""
        return deciding.known_day(self.known)

    @cached_property
    def sha256(self) -> str:
        """Of every enterprise's id and facts: the same population has the same hash."""
        told = hashlib.sha256()
        for party_id, row in zip(self.ids, self.people.rows or (), strict=True):
            told.update(json.dumps([party_id, written(row)], ensure_ascii=False, sort_keys=True).encode())
        return told.hexdigest()


def population(*, day: date, known: datetime | None = None, party_ids: Sequence[int] | None = None) -> Population:
    """Every enterprise of the house, or those named, with what was known of it at a moment."""
    ids = tuple(sorted(set(everybody() if party_ids is None else party_ids)))
    vocabulary = kept.base(known).vocabulary
    rows: list[Mapping[str, Any]] = []
    misfits: set[int] = set()
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        found = file.facts_of_many(some, day=day, known=known)
        for party_id in some:
            row, fits = settled(found.get(party_id, {}), vocabulary)
            rows.append(row)
            misfits.update(() if fits else (party_id,))
    return Population(ids, columns.population(rows, vocabulary), day, known, frozenset(misfits))


def crowd(day: date) -> Population:
    """Everybody as known now. A large population is kept until a statement, an enterprise or a measure changes; facts
    that the register tells are then as old as `known` says, ten minutes at most."""
    known = record.now()
    count = Party.objects.filter(kind="legal").count()
    if count < WORTH_KEEPING:
        return population(day=day, known=known)
    said = Statement.objects.aggregate(last=Max("pk"), gone=Max("withdrawn_at"))
    mark = (count, said["last"], said["gone"], len(kept.base(known).measures), int(known.timestamp()) // KEPT_SECONDS)
    with KEEPS:
        if KEPT.get("mark") != (day, mark):
            KEPT.update(mark=(day, mark), found=population(day=day, known=known))
        found: Population = KEPT["found"]
    return found


def is_read(day: date) -> bool:
    """Whether the population of the day stands ready, or is small enough to be read at once."""
    mark = KEPT.get("mark")
    return (mark is not None and mark[0] == day) or Party.objects.filter(kind="legal").count() < SMALL


def everybody() -> Iterable[int]:
    """The ids of all enterprises."""
    return Party.objects.filter(kind="legal").values_list("pk", flat=True)


def settled(given: Mapping[str, Any], vocabulary: Vocabulary) -> tuple[Mapping[str, Any], bool]:
    """The facts as the engine takes them, and whether all of them fit."""
    try:
        return facts.settled(given, vocabulary), True
    except Refused:
        return deciding.told_of(given, vocabulary).facts, False


def effect(
    old: Measure | None, new: Measure, *, day: date, known: datetime | None = None, whole: Population | None = None
) -> Effect:
    """What a changed measure does to everybody on a day (`whole`: a population that was read already).

    The places of the changes are those of `whole.ids`. Without an old measure all of it is new.
    """
    whole = whole or population(day=day, known=known)
    return effects.effect(old, new, whole.people, day=day, known=whole.known_day)
