"""What an application rests on: the decision with the facts of the file, what other grants take off, and its replay."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from zhirong.base.calendar import beijing_day
from zhirong.enterprises.file import Stated
from zhirong.people.models import Party
from zhirong.policy import application_rules as rules
from zhirong.policy import deciding, kept, reading, telling
from zhirong.policy.applied import Application
from zhirong.policy.engine import decide, facts, portfolio, values
from zhirong.policy.engine.decide import Decision
from zhirong.policy.engine.measure import Measure

Json = dict[str, Any]


@dataclass(frozen=True)
class Limit:
    """A clause by which another grant bars this one or takes off it; `by` is the other application's number."""

    kind: str
    by: str
    measure: str
    clause: str
    zh: str
    en: str
    off_fen: int


@dataclass(frozen=True)
class Assessed:
    """A decision with all that it rests on, and what is left of the amount beside the party's other grants."""

    measure: Measure
    decision: Decision
    known: datetime
    facts: Json
    sources: Json
    amount_fen: int | None
    limits: tuple[Limit, ...]
    # What the party was granted here before, the case itself left out.
    grants: tuple[Application, ...]


def assess(party: Party, name: str, about: str, *, day: date, known: datetime, own: int | None = None) -> Assessed:
    """The measure for the party or one thing of it, by the facts of its file. Refused: an unknown measure."""
    grants = grants_of(party, own)
    found = deciding.decided(party, day=day, known=known, about=about, measures=[name], moment=known)[0]
    # Clauses of the other grants may stand against this one. What was granted stands: it is not computed again, so one
    # that can be computed no more (a fact divides by nothing now) is no reason to refuse this case.
    measures = kept.base(known).measures
    changes = received_more(grants, found.measure, found.told.facts, day=day)
    settled = {**found.told.facts, **facts.settled(changes, reading.own().vocabulary)}
    decision = found.decision
    if changes:
        decision = decide.decide(found.measure, settled, day, known=deciding.known_day(known), moment=known)
    sources = {key: source_of(one) for key, one in found.known.stated.items() if key in settled}
    sources |= {key: {"source": "office", "source_text": "granted_here"} for key in changes}
    given = {key: values.written(value) for key, value in sorted(settled.items())}
    amount, limits = beside_others(grants, found.measure, decision, about=about, measures=measures)
    return Assessed(found.measure, decision, known, given, sources, amount, limits, tuple(grants))


def assess_again(row: Application, differences: Mapping[str, Any]) -> Assessed:
    """The same case as it was filed with what an official found otherwise laid over it, beside the grants of today."""
    made, vocabulary = measure_of(row), reading.own().vocabulary
    given = {**json.loads(row.facts), **differences}
    settled = facts.settled(given, vocabulary)
    assert row.day
    assert row.known
    grants = grants_of(row.party, row.pk)
    changes = received_more(grants, made, settled, day=row.day)
    settled = facts.settled({**given, **changes}, vocabulary)
    decision = decide.decide(made, settled, row.day, known=deciding.known_day(row.known), moment=row.known)
    written = {key: values.written(value) for key, value in sorted(settled.items())}
    measures = {**kept.base().measures, made.id: made}
    amount, limits = beside_others(grants, made, decision, about=row.about, measures=measures)
    return Assessed(made, decision, row.known, written, json.loads(row.sources), amount, limits, tuple(grants))


def measure_of(row: Application) -> Measure:
    """The measure as it ruled when the application was filed; a draft: as it rules now."""
    return kept.base(row.known).measures[row.measure]


def replayed(row: Application, given: str, made: Measure | None = None) -> str:
    """The hash of a stored decision, computed anew from the facts as they were stored."""
    settled = facts.settled(json.loads(given), reading.own().vocabulary)
    assert row.day
    return decide.decide(made or measure_of(row), settled, row.day, known=deciding.known_day(row.known)).sha256


def source_of(one: Stated) -> Json:
    """Where a fact of the file comes from, for the snapshot."""
    return {
        "about": one.about,
        "source": one.source,
        "source_text": one.source_text,
        "since": one.since.isoformat() if one.since else None,
        "until": one.until.isoformat() if one.until else None,
        "known_from": one.known_from.isoformat(),
        "evidence": one.evidence_id,
        "statement": one.id,
    }


def grants_of(party: Party, own: int | None) -> list[Application]:
    """What the party was granted here and did not pay back, the earliest first, without the case itself."""
    found = Application.objects.filter(party=party, state__in=rules.GRANTED, granted_fen__gt=0)
    others = found.exclude(pk=own) if own else found
    return list(others.exclude(state="repaid").order_by("filed_at", "pk"))


def received_more(
    grants: Sequence[Application], made: Measure, known: Mapping[str, Any], *, day: date
) -> dict[str, str]:
    """What the file says was received under a ceiling, where more than that was granted here."""
    ceilings = [limit for version in made.versions for limit in version.ceilings if limit.used]
    grants = [one for one in grants if one.measure == made.id]
    if not ceilings or not grants:
        return {}
    changes = {}
    for limit in ceilings:
        assert limit.used
        counted = [one for one in grants if not limit.scope.endswith("_year") or is_of_year(one, day.year)]
        total_fen = sum(one.granted_fen or 0 for one in counted)
        if total_fen > values.fen(known.get(limit.used, 0)):
            changes[limit.used] = values.yuan(total_fen)
    return changes


def is_of_year(row: Application, year: int) -> bool:
    """Whether it was accepted in the year, on the Beijing calendar."""
    return row.filed_at is not None and beijing_day(row.filed_at).year == year


def beside_others(
    grants: Sequence[Application],
    made: Measure,
    decision: Decision,
    *,
    about: str,
    measures: Mapping[str, Measure],
) -> tuple[int | None, tuple[Limit, ...]]:
    """What is left of the amount beside the party's other grants, and the clauses that bar it or take off it."""
    amount = decision.amount_fen
    if amount is None or not grants:
        return amount, ()
    claims = [portfolio.Claim(one.measure, one.about, one.granted_fen or 0) for one in grants]
    named = {made.id, *(one.measure for one in grants)}
    members = {name: portfolio.member(measures[name], decision.day) for name in named}
    return limited(portfolio.Claim(made.id, about, amount), claims, members, others=grants, measures=measures)


def limited(
    mine: portfolio.Claim,
    claims: Sequence[portfolio.Claim],
    members: Mapping[str, portfolio.Member],
    *,
    others: Sequence[Application],
    measures: Mapping[str, Measure],
) -> tuple[int, tuple[Limit, ...]]:
    """A claim beside those that are granted and stay: nothing if one bars it, else what it adds to their sum."""
    board = portfolio.Board([*claims, mine], members)
    place = len(claims)
    bar = board.barred_by(place, range(place))
    if bar is not None:
        return 0, (
            limit_of(
                "barred", others[bar[0]], bar[1], made=measures[mine.measure], measures=measures, off=mine.amount_fen
            ),
        )
    before = sum(board.paid(list(range(place)))[0].values())
    after, lowered = board.paid(list(range(place + 1)))
    left = min(max(sum(after.values()) - before, 0), mine.amount_fen)
    off = mine.amount_fen - left
    if not off:
        return left, ()
    touching = board.lowers(place, range(place)) or next(
        ((other, clauses[0]) for other, clauses in lowered.items() if other != place and clauses), None
    )
    if touching is None:
        clauses = lowered.get(place) or [""]
        touching = (0, clauses[0])
    by = others[touching[0]]
    return left, (limit_of("lowered", by, touching[1], made=measures[mine.measure], measures=measures, off=off),)


def limit_of(
    kind: str, by: Application, clause: str, *, made: Measure, measures: Mapping[str, Measure], off: int
) -> Limit:
    """A limit with the words of its clause, which may stand in either text."""
    found = made.clauses.get(clause) or measures[by.measure].clauses.get(clause)
    return Limit(kind, by.number, by.measure, clause, found.zh if found else "", found.en if found else "", off)


def told(found: Assessed) -> Json:
    """The decision as it is stored and shown."""
    return telling.decision(found.decision, found.measure)


def checklist(found: Assessed) -> list[Json]:
    """The materials that this case needs, each with what it proves in words; in doubt it is needed."""
    leaves = {leaf.id: leaf.clause for leaf in found.decision.leaves}
    rows = []
    for one in found.decision.materials:
        proofs = [found.measure.clauses[leaves[name]] for name in one.proves if name in leaves]
        rows.append(
            {
                "id": one.id,
                "zh": one.zh,
                "en": one.en,
                "proves": [{"zh": clause.zh, "en": clause.en, "certainty": clause.certainty} for clause in proofs],
            }
        )
    return rows


def names_of(found: Assessed) -> dict[str, dict[str, str]]:
    """What facts, conditions and materials of the case are called, for sentences."""
    vocabulary = reading.own().vocabulary
    names = {name: {"zh": one.zh, "en": one.en} for name, one in vocabulary.facts.items()}
    for leaf in found.decision.leaves:
        clause = found.measure.clauses[leaf.clause]
        names[leaf.id] = {"zh": clause.zh, "en": clause.en}
    return names | {one.id: {"zh": one.zh, "en": one.en} for one in found.measure.materials}


def lacking(needed: Sequence[Json], have: Collection[str]) -> list[Json]:
    """The materials of a checklist that nothing shows yet."""
    return [one for one in needed if one["id"] not in have]
