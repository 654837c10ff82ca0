"""The measures of the house for one party: decided with the facts of its file, for itself and for each of its things.

A thing is what the file calls `about`: one loan, one patent. A measure that asks for facts stated of things is decided
once for each; every other is decided once for the enterprise. Nothing here is kept: the same party, day and `known`
give the same decisions with the same hashes again.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from zhirong.base.calendar import beijing_day
from zhirong.base.refused import Refused
from zhirong.enterprises import file, registry_facts, sources
from zhirong.enterprises.engine import standing
from zhirong.enterprises.engine.standing import Ruled, Stated
from zhirong.enterprises.file import Known
from zhirong.enterprises.models import Statement
from zhirong.people.models import Party
from zhirong.policy import granted, kept, reading
from zhirong.policy.engine import decide, facts, measure, values, what_if
from zhirong.policy.engine.decide import Decision
from zhirong.policy.engine.facts import Vocabulary
from zhirong.policy.engine.measure import Measure
from zhirong.policy.engine.what_if import Change
from zhirong.policy.followed import KeptDecision
from zhirong.policy.granted import Grant, Said


@dataclass(frozen=True)
class Told:
    """The facts of one case as the engine takes them; those that it cannot take, each with the reason."""

    facts: Mapping[str, Any]
    unusable: Mapping[str, Refused] = field(default_factory=dict)


@dataclass(frozen=True)
class Decided:
    """One measure for one party: the decision, what was known with its sources, and for which thing.

    `refused` says why a measure could not be computed with these facts; its state is unknown then.
    """

    measure: Measure
    decision: Decision
    known: Known
    about: str = ""
    told: Told = field(default_factory=lambda: Told({}))
    refused: Refused | None = None


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
    base: reading.Base | None = None,
    counts_grants: bool = False,
) -> list[Decided]:
    """Each measure (or those named) for the party or one thing of it, on a day, as known at a moment.

    `changes` are laid over the facts; nothing given for one takes it out. Refused: a measure that the base does not
    hold, a change that is no value of its fact. A stated fact that does not fit stands among the unusable.
    `counts_grants`: what was granted here counts under a ceiling, as it will when the case is filed.
    """
    base = base or kept.base(known)
    chosen = _chosen(measures, base)
    stated = file.facts_of(party, day=day, known=known, about=about)
    told = told_of(stated.facts, base.vocabulary, changes=changes)
    history = _grants(party, known) if counts_grants else []
    found: list[Decided] = []
    for made in chosen:
        counted = _with_grants(made, stated, told, history=history, year=day.year, supposed=changes)
        found += judged([made], stated, counted, day=day, known=known, moment=moment, about=about, have=have)
    for one in found:
        # Who names a measure wants its answer or the reason why there is none.
        if measures is not None and one.refused is not None:
            raise one.refused
    return found


def everything(
    party: Party,
    *,
    day: date,
    known: datetime | None = None,
    changes: Mapping[str, Any] | None = None,
    measures: Sequence[str] | None = None,
    moment: datetime | None = None,
    base: reading.Base | None = None,
) -> list[Decided]:
    """As `decided` with what was granted here, and for each thing of the party the measures that ask for what was
    stated of it."""
    base = base or kept.base(known)
    chosen = list(_chosen(measures, base))
    files = _files(party, day=day, known=known)
    told = {about: told_of(stated.facts, base.vocabulary, changes=changes) for about, stated in files.items()}
    history, found = _grants(party, known), []
    for one in chosen:
        for about in _things(one, files) or [""]:
            stated = files[about]
            counted = _with_grants(one, stated, told[about], history=history, year=day.year, supposed=changes)
            found += judged([one], stated, counted, day=day, known=known, moment=moment, about=about)
    return found


def _grants(party: Party, known: datetime | None) -> list[Grant]:
    return granted.known_at(granted.history_of(party, None), known)


def _with_grants(
    one: Measure,
    stated: Known,
    told: Told,
    *,
    history: Sequence[Grant],
    year: int,
    supposed: Mapping[str, Any] | None,
) -> Told:
    """The facts with what was received under a ceiling in all, as the filing counts it; a supposition stays."""
    if not any(grant.measure == one.id for grant in history):
        return told
    said = {
        name: Said(values.fen(told.facts[name]), stated.stated[name].known_from)
        for name in granted.ceilings_of(one) & told.facts.keys() & stated.stated.keys()
    }
    counted = granted.received_more(history, one, said, year=year)
    laid = {name: value for name, value in counted.items() if name not in (supposed or {})}
    return Told({**told.facts, **facts.settled(laid, reading.own().vocabulary)}, told.unusable)


def things(party: Party, one: Measure, *, day: date, known: datetime | None = None) -> list[str]:
    """The things of the party's file that the measure is about; none where it is about the enterprise itself."""
    return _things(one, _files(party, day=day, known=known))


def is_thing(party: Party, one: Measure, about: str, *, day: date) -> bool:
    """Whether a right of the party is such a thing by what the register tells of it."""
    stated = registry_facts.of_right(party, about, day=day)
    return any(fact.name in facts_asked(one) for fact in stated)


def _things(one: Measure, files: Mapping[str, Known]) -> list[str]:
    asked = facts_asked(one)
    return [
        about
        for about, stated in files.items()
        if about and any(name in asked and said.about == about for name, said in stated.stated.items())
    ]


def _files(party: Party, *, day: date, known: datetime | None) -> dict[str, Known]:
    """What is known of the enterprise and of each of its things, as `file.facts_of` tells it, in one reading."""
    said: dict[str, list[Stated]] = {"": registry_facts.of_party(party, day=day, known=known)}
    for row in Statement.objects.filter(party=party).values_list(*file.COLUMNS):
        one = _stated(row)
        if standing.stands(one, day=day, known=known):
            said.setdefault(one.about, []).append(one)
    ranks = sources.ranks(day)
    rights = registry_facts.of_rights(party, [about for about in said if about], day=day, known=known)
    found = {}
    for about in sorted(said):
        rows = [*said[""], *said[about], *rights.get(about, [])] if about else said[""]
        found[about] = _known(standing.ruling(rows, day=day, known=known, ranks=ranks))
    return found


def _stated(row: Sequence[Any]) -> Stated:
    """A row of `file.COLUMNS`."""
    _, *said, replaced_at, withdrawn_at = row
    values: tuple[Any, ...] = (*said, replaced_at or withdrawn_at)
    return Stated(*values)


def _known(ruled: Mapping[str, Ruled]) -> Known:
    return Known(
        facts={name: one.stated.value for name, one in ruled.items()},
        stated={name: one.stated for name, one in ruled.items()},
        against={name: one.against for name, one in ruled.items() if one.against},
    )


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
        own = clash[0] & (changes or {}).keys()
        if own == clash[0]:
            raise clash[1]
        # What somebody supposes takes the place of what the file says otherwise.
        for name in clash[0] - own:
            unusable[name] = clash[1]
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


def judged(
    measures: Iterable[Measure],
    stated: Known,
    told: Told,
    *,
    day: date,
    known: datetime | None = None,
    moment: datetime | None = None,
    about: str = "",
    have: Collection[str] = (),
) -> list[Decided]:
    """Measures decided with facts that were told, whoever told them."""
    found = []
    for one in measures:
        decision, no = attempted(one, told.facts, day, known=known_day(known), have=have, moment=moment)
        found.append(Decided(one, decision, stated, about=about, told=told, refused=no))
    return found


def attempted(
    one: Measure,
    given: Mapping[str, Any],
    day: date,
    *,
    known: date | None,
    moment: datetime | None,
    have: Collection[str] = (),
) -> tuple[Decision, Refused | None]:
    """The decision; where the facts cannot be computed with, one that is unknown, and the refusal that says why."""
    try:
        return decide.decide(one, given, day, known=known, have=have, moment=moment), None
    except Refused as no:
        upto = known or date.max
        window, sha256 = decide.window_of(one, day, moment), decide.sha256(one, given, day, known=upto)
        return Decision(one.id, day, upto, decide.UNKNOWN, "refused", (), window, sha256), no


def supposed(
    found: Sequence[Decided], changes: Sequence[Change], known: Vocabulary, *, moment: datetime | None = None
) -> tuple[list[Decided], set[str]]:
    """The same decisions with some facts otherwise, and the facts to which nothing could be added as they are unknown
    for every thing. Refused: as `what_if.changed`."""
    after, counted = [], set[str]()
    for one in found:
        mine = [change for change in changes if change.how != what_if.ADD or change.name in one.told.facts]
        counted |= {change.name for change in mine}
        facts_then = what_if.changed(one.told.facts, mine, known)
        decision = one.decision
        then, no = attempted(one.measure, facts_then, decision.day, known=decision.known, moment=moment)
        after.append(replace(one, decision=then, told=Told(facts_then, one.told.unusable), refused=no))
    return after, {change.name for change in changes} - counted


def again(rows: Sequence[KeptDecision]) -> list[Decided]:
    """Kept decisions computed anew from the facts and the texts that they rested on: each comes out the same."""
    made = kept.by_hash({one.measure_sha256: one.measure for one in rows if one.facts})
    return [_again(one, made.get(one.measure_sha256)) for one in rows]


def _again(one: KeptDecision, made: Measure | None) -> Decided:
    # Of one that was kept before the house wrote its facts down, the file of then has to tell.
    if made is None:
        (found,) = decided(one.party, day=one.day, known=one.known, about=one.about, measures=[one.measure])
        return found
    told = Told({name: values.settled(said) for name, said in json.loads(one.facts).items()})
    (found,) = judged([made], Known(), told, day=one.day, known=one.known, about=one.about)
    return found
