"""The measures of the house for one party: decided with the facts of its file, for itself and for each of its things.

A thing is what the file calls `about`: one loan, one patent. A measure that asks for facts stated of things is decided
once for each; every other is decided once for the enterprise. Nothing here is kept: the same party, day and `known`
give the same decisions with the same hashes again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from zhirong.base.calendar import beijing_day
from zhirong.base.refused import Refused
from zhirong.enterprises import file
from zhirong.enterprises.file import Known
from zhirong.people.models import Party
from zhirong.policy import kept, reading
from zhirong.policy.engine import asks, decide, facts, measure
from zhirong.policy.engine.decide import Decision
from zhirong.policy.engine.facts import Vocabulary
from zhirong.policy.engine.measure import Measure


@dataclass(frozen=True)
class Told:
    """The facts of one case as the engine takes them; those that it cannot take, each with the reason."""

    facts: Mapping[str, Any]
    unusable: Mapping[str, Refused] = field(default_factory=dict)


@dataclass(frozen=True)
class Decided:
    """One measure for one party: the decision, what was known with its sources, and for which thing."""

    measure: Measure
    decision: Decision
    known: Known
    about: str = ""
    told: Told = field(default_factory=lambda: Told({}))


def decided(
    party: Party,
    *,
    day: date,
    known: datetime | None = None,
    about: str = "",
    changes: Mapping[str, Any] | None = None,
    measures: Sequence[str] | None = None,
    have: Collection[str] = (),
    moment: datetime | None = None,
) -> list[Decided]:
    """Each measure (or those named) for the party or one thing of it, on a day, as known at a moment.

    `changes` are laid over the facts; nothing given for one takes it out. Refused: a measure that the base does not
    hold, a change that is no value of its fact. A stated fact that does not fit stands among the unusable.
    """
    base = kept.base(known)
    chosen = _chosen(measures, base)
    stated = file.facts_of(party, day=day, known=known, about=about)
    told = told_of(stated.facts, base.vocabulary, changes=changes)
    return [
        Decided(
            one,
            decide.decide(one, told.facts, day, known=known_day(known), have=have, moment=moment),
            stated,
            about=about,
            told=told,
        )
        for one in chosen
    ]


def everything(
    party: Party,
    *,
    day: date,
    known: datetime | None = None,
    changes: Mapping[str, Any] | None = None,
    measures: Sequence[str] | None = None,
    moment: datetime | None = None,
) -> list[Decided]:
    """As `decided`, and for each thing of the party the measures that ask for what was stated of it."""
    found = decided(party, day=day, known=known, changes=changes, measures=measures, moment=moment)
    of_things: dict[str, list[Decided]] = {}
    for about in file.abouts(party):
        for one in decided(party, day=day, known=known, about=about, changes=changes, measures=measures, moment=moment):
            if asks_for_thing(one):
                of_things.setdefault(one.measure.id, []).append(one)
    return [row for one in found for row in of_things.get(one.measure.id, [one])]


def asks_for_thing(one: Decided) -> bool:
    """Whether the measure asks for a fact that was stated of this very thing."""
    own = {name for name, stated in one.known.stated.items() if stated.about == one.about}
    return bool(own & facts_asked(one.measure))


def facts_asked(one: Measure) -> frozenset[str]:
    """Every fact that a version of the measure may ask for."""
    found: set[str] = set()
    for version in one.versions:
        found.update(*(expression.facts for _, expression in measure.expressions(version)))
        found.update(limit.used for limit in version.ceilings if limit.used)
        found.update({version.basis} if version.basis else ())
    found.update(*(paper.when.facts for paper in one.materials if paper.when))
    return frozenset(found)


def told_of(given: Mapping[str, Any], known: Vocabulary, *, changes: Mapping[str, Any] | None = None) -> Told:
    """Facts of a file with changes laid over them. A fact that does not fit is left out, and so is unknown; of facts
    that contradict each other none is used. Refused: a change that does not fit."""
    taken: dict[str, Any] = {}
    unusable: dict[str, Refused] = {}
    laid = facts.settled({name: value for name, value in (changes or {}).items() if value is not None}, known)
    for name, value in given.items():
        if changes and name in changes:
            continue
        try:
            taken |= facts.settled({name: value}, known)
        except Refused as no:
            unusable[name] = no
    taken |= laid
    while (clash := _clash(taken, known)) is not None:
        names, no = clash
        own = names & (changes or {}).keys()
        if own == names:
            raise no
        # What somebody supposes takes the place of what the file says otherwise.
        for name in names - own:
            unusable[name] = no
            taken.pop(name)
    return Told(taken, unusable)


def _clash(taken: Mapping[str, Any], known: Vocabulary) -> tuple[frozenset[str], Refused] | None:
    """The first facts that cannot all be true."""
    for rule in known.contradictions:
        names = rule.expression.facts
        if not names <= taken.keys():
            continue
        try:
            facts.settled({name: taken[name] for name in names}, known)
        except Refused as no:
            return names, no
    return None


def known_day(known: datetime | None) -> date | None:
    """The day of a moment, by which the engine knows rows of parameters."""
    return beijing_day(known) if known else None


def _chosen(names: Sequence[str] | None, base: reading.Base) -> Iterable[Measure]:
    if names is None:
        return base.measures.values()
    for name in names:
        if name not in base.measures:
            raise Refused("policy.measure_unknown", measure=name[:100])
    return [base.measures[name] for name in names]


def next_questions(found: Sequence[Decided], known: Vocabulary) -> list[asks.Ask]:
    """What to ask next over all these decisions, the best first."""
    return asks.next_asks([one.decision for one in found], known)
