"""The population (企业总体): all enterprises with their things (loans, patents) as columns, and what a change of a
measure does to them.

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

import numpy as np
from django.db.models import Count, Max

from zhirong.base.refused import Refused
from zhirong.enterprises import file
from zhirong.enterprises.models import Statement
from zhirong.people.models import Party
from zhirong.policy import deciding, reading
from zhirong.policy.engine import columns, facts, things
from zhirong.policy.engine import effect as effects
from zhirong.policy.engine.effect import Effect
from zhirong.policy.engine.facts import Vocabulary
from zhirong.policy.engine.measure import Measure
from zhirong.policy.engine.things import Cases, Things
from zhirong.policy.engine.values import written
from zhirong.record import actions as record
from zhirong.record.models import Event

AT_ONCE = 5_000
# A page reads as many enterprises by itself; more are read by a run that somebody asked for.
SMALL, KEPT_SECONDS = 5_000, 600
KEEPS, KEPT = threading.Lock(), dict[str, Any]()


@dataclass(frozen=True)
class Population:
    """Enterprises in the order of their ids; row n of `people` is `ids[n]`, with what is said of the enterprise itself.
    `misfits` have a fact that was left out. `things` are None where nothing is said of any."""

    ids: tuple[int, ...]
    people: columns.Population
    day: date
    known: datetime | None
    misfits: frozenset[int] = frozenset()
    things: Things | None = None

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
        if self.things is not None:
            told.update(told_things(self.ids, self.things).encode())
        return told.hexdigest()

    def cases(self, one: Measure) -> Cases:
        """The rows that a measure is decided for: the things it is about, as `deciding.everything` takes them."""
        return things.cases(self.people, self.things, deciding.facts_asked(one))

    def facts_of(self, place: int, about: str = "") -> dict[str, Any]:
        """The facts of one enterprise, or of one thing of it."""
        if not about or self.things is None:
            return self.people.facts_of(place)
        return self.things.rows.facts_of(self.things.place_of(place, about))


def told_things(ids: Sequence[int], things: Things) -> str:
    """Every thing with whose it is, its key and its facts, for the hash."""
    rows = list(zip(things.owner, things.abouts, things.rows.rows or (), strict=True))[len(ids) :]
    every = [[ids[owner], about, written(row)] for owner, about, row in rows]
    return json.dumps(every, ensure_ascii=False, sort_keys=True)


def population(*, day: date, known: datetime | None = None, party_ids: Sequence[int] | None = None) -> Population:
    """Every enterprise of the house, or those named, with what was known of it at a moment."""
    ids = tuple(sorted(set(everybody() if party_ids is None else party_ids)))
    vocabulary = reading.own().vocabulary
    rows: list[Mapping[str, Any]] = []
    of_things: list[tuple[int, file.OfThing, Mapping[str, Any]]] = []
    misfits: set[int] = set()
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        found = file.files_of_many(some, day=day, known=known)
        for party_id in some:
            told = found[party_id]
            row, fits = settled(told.facts, vocabulary)
            for thing in told.things:
                laid, thing_fits = settled({**told.facts, **thing.facts}, vocabulary)
                of_things.append((len(rows), thing, laid))
                fits = fits and thing_fits
            rows.append(row)
            misfits.update(() if fits else (party_id,))
    people, laid_out = with_things(rows, of_things, vocabulary)
    return Population(ids, people, day, known, frozenset(misfits), laid_out)


def with_things(
    rows: Sequence[Mapping[str, Any]],
    of_things: Sequence[tuple[int, file.OfThing, Mapping[str, Any]]],
    vocabulary: Vocabulary,
) -> tuple[columns.Population, Things | None]:
    """Enterprises as columns, and their things with them."""
    if not of_things:
        return columns.population(rows, vocabulary), None
    every = columns.population([*rows, *(laid for _, _, laid in of_things)], vocabulary)
    itself = np.arange(len(rows))
    stated: dict[str, list[int]] = {}
    for place, (_, thing, _) in enumerate(of_things, start=len(rows)):
        for name in thing.facts:
            stated.setdefault(name, []).append(place)
    owner = np.concatenate([itself, np.array([owner for owner, _, _ in of_things], itself.dtype)])
    abouts = (*[""] * len(rows), *(thing.about for _, thing, _ in of_things))
    places = {name: np.array(found) for name, found in stated.items()}
    return columns.taken(every, itself), Things(every, owner, abouts, places)


def crowd(day: date, *, is_asked: bool = False) -> Population:
    """Everybody as known now, kept in this process until something changes. Beyond SMALL that means until an enterprise
    or a statement does; what the register tells is then ten minutes old at most, and only `is_asked` reads it anew.
    Refused: so many enterprises that a page would wait for minutes, and none of them read yet."""
    known = record.now()
    parties = Party.objects.filter(kind="legal").aggregate(count=Count("pk"), last=Max("ref"))
    is_small = parties["count"] <= SMALL
    mark = (day, *parties.values(), *(last_deed() if is_small else last_statement(known)))
    with KEEPS:
        if KEPT.get("mark") != mark:
            if not (is_small or is_asked or KEPT.get("mark", [None])[0] == day):
                raise Refused("policy.not_screened_yet")
            KEPT.update(mark=mark, found=population(day=day, known=known))
        found: Population = KEPT["found"]
    return found


def last_deed() -> tuple[Any, ...]:
    """Changes with whatever is done in the house."""
    return (Event.objects.aggregate(last=Max("pk"))["last"],)


def last_statement(now: datetime) -> tuple[Any, ...]:
    """Changes with the files of enterprises, and every ten minutes."""
    said = Statement.objects.aggregate(last=Max("pk"), gone=Max("withdrawn_at"), replaced=Max("replaced_at"))
    return (*said.values(), int(now.timestamp()) // KEPT_SECONDS)


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
    cases = (whole.cases(old or new), whole.cases(new))
    return effects.effect(old, new, whole.people, day=day, known=whole.known_day, cases=cases)
