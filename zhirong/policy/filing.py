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
from zhirong.policy import deciding, granted, kept, reading, same_things, telling
from zhirong.policy.applied import Application
from zhirong.policy.engine import decide, facts, portfolio, values
from zhirong.policy.engine.decide import Decision
from zhirong.policy.engine.measure import Measure
from zhirong.policy.granted import Grant, Said
from zhirong.record import actions as record

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
    # The same facts with which it is decided again whatever the vocabulary is then (`values.plain`).
    plain_facts: Json
    sources: Json
    amount_fen: int | None
    limits: tuple[Limit, ...]
    # What the party was granted here before, the case itself left out.
    grants: tuple[Grant, ...]
    # The grant of this measure that was for the same thing, whatever it was called.
    same: Application | None


def assess(party: Party, name: str, about: str, *, day: date, known: datetime, own: int | None = None) -> Assessed:
    """The measure for the party or one thing of it, by the facts of its file. Refused: an unknown measure."""
    history = granted.history_of(party, own)
    grants = granted.standing(history)
    base = kept.base(known)
    found = deciding.decided(party, day=day, known=known, about=about, measures=[name], moment=known, base=base)[0]
    # Clauses of the other grants may stand against this one. What was granted stands: it is not computed again, so one
    # that can be computed no more (a fact divides by nothing now) is no reason to refuse this case.
    used = granted.ceilings_of(found.measure) & found.told.facts.keys()
    said = {key: Said(values.fen(found.told.facts[key]), found.known.stated[key].known_from) for key in used}
    changes = granted.received_more(history, found.measure, said, year=day.year)
    settled = {**found.told.facts, **facts.settled(changes, reading.own().vocabulary)}
    decision = found.decision
    if changes:
        decision = decide.decide(found.measure, settled, day, known=deciding.known_day(known), moment=known)
    sources = {key: source_of(one) for key, one in found.known.stated.items() if key in settled}
    sources |= {key: granted_here(said.get(key)) for key in changes}
    given, kept_facts = both_of(settled)
    amount, limits = beside_others(grants, found.measure, decision, about=about, measures=base.measures)
    mine = same_things.Case(about, beijing_day(known).year, given, sources)
    same = same_of(grants, found.measure, mine)
    return Assessed(found.measure, decision, known, given, kept_facts, sources, amount, limits, tuple(grants), same)


def assess_again(row: Application, differences: Mapping[str, Any]) -> Assessed:
    """The same case as it was filed with what an official found otherwise laid over it, beside the grants of today."""
    made, vocabulary = measure_of(row), reading.own().vocabulary
    sources = json.loads(row.sources)
    # What was granted here is counted anew, for it may have changed since.
    counted = {key for key in granted.ceilings_of(made) if sources.get(key, {}).get("source_text") == "granted_here"}
    filed = {key: value for key, value in json.loads(row.facts).items() if key not in counted}
    filed |= {key: values.yuan(sources[key]["file"]["fen"]) for key in counted if sources[key].get("file")}
    given = {**filed, **differences}
    settled = facts.settled(given, vocabulary)
    assert row.day
    assert row.known
    history = granted.history_of(row.party, row.pk)
    if row.state == "eligible":
        history = granted.settled_before(row, history)
    grants = granted.standing(history)
    said = said_again(row, made, settled, found=differences)
    changes = granted.received_more(history, made, said, year=row.day.year)
    settled = facts.settled({**given, **changes}, vocabulary)
    decision = decide.decide(made, settled, row.day, known=deciding.known_day(row.known), moment=row.known)
    written, kept_facts = both_of(settled)
    measures = {**kept.base().measures, made.id: made}
    amount, limits = beside_others(grants, made, decision, about=row.about, measures=measures)
    same = same_of(grants, made, same_things.case_of(row))
    return Assessed(made, decision, row.known, written, kept_facts, sources, amount, limits, tuple(grants), same)


def both_of(settled: Mapping[str, Any]) -> tuple[Json, Json]:
    """Facts as people read them, and as they are kept to be decided on again."""
    ordered = sorted(settled.items())
    return {key: values.written(value) for key, value in ordered}, {key: values.plain(value) for key, value in ordered}


def same_of(grants: Sequence[Grant], made: Measure, mine: same_things.Case) -> Application | None:
    """The first grant of the measure that was for the same thing."""
    own = [one.case for one in grants if one.measure == made.id]
    vocabulary = reading.own().vocabulary
    return next(
        (row for row in own if same_things.same(made, vocabulary, one=mine, other=same_things.case_of(row))), None
    )


def granted_here(said: Said | None) -> Json:
    """The source of what was received in all, with what the file alone had said."""
    own = {"fen": said.fen, "known_from": said.at.isoformat()} if said else None
    return {"source": "office", "source_text": "granted_here", "file": own}


def said_again(
    row: Application, made: Measure, settled: Mapping[str, Any], *, found: Mapping[str, Any]
) -> dict[str, Said]:
    """What was said to be received: as an official found it, or as the file said when the case was filed."""
    sources, said = json.loads(row.sources), {}
    assert row.known
    # A decision that waits for its confirmation or its share has its own instant, another one is being made now.
    decided_at = row.decided_at if row.state in ("proposed", "eligible") and row.decided_at else record.now()
    for key in granted.ceilings_of(made) & settled.keys():
        source = sources.get(key) or {}
        if key in found:
            said[key] = Said(values.fen(settled[key]), decided_at, is_finding=True)
        else:
            said[key] = Said(values.fen(settled[key]), moment_of(source.get("file") or source) or row.known)
    return said


def moment_of(source: Json) -> datetime | None:
    """The instant from which the house knew a statement."""
    return datetime.fromisoformat(source["known_from"]) if source.get("known_from") else None


def measure_of(row: Application) -> Measure:
    """The measure by the text on which the application was filed; a draft: as it rules now."""
    sha256 = row.measure_sha256
    rested = kept.by_hash({sha256: row.measure}) if sha256 else {}
    return rested.get(sha256) or kept.base(row.known).measures[row.measure]


def replayed(row: Application, *, made: Measure | None = None, is_filed: bool = True) -> str:
    """The hash of the stored decision of the filing, or of the officials, computed anew from the facts as stored."""
    kept_facts, given = row.plain_facts, row.facts
    if not is_filed:
        kept_facts, given = row.decided_plain_facts, row.decided_facts
    # Facts kept before the house wrote them down so need the vocabulary of today.
    settled = (
        {name: values.settled(said) for name, said in json.loads(kept_facts).items()}
        if kept_facts
        else facts.settled(json.loads(given), reading.own().vocabulary)
    )
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


def beside_others(
    grants: Sequence[Grant],
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
    claims = [portfolio.Claim(one.measure, one.case.about, one.fen) for one in grants]
    named = {made.id, *(one.measure for one in grants)}
    members = {name: portfolio.member(measures[name], decision.day) for name in named}
    return limited(portfolio.Claim(made.id, about, amount), claims, members, others=grants, measures=measures)


def limited(
    mine: portfolio.Claim,
    claims: Sequence[portfolio.Claim],
    members: Mapping[str, portfolio.Member],
    *,
    others: Sequence[Grant],
    measures: Mapping[str, Measure],
) -> tuple[int, tuple[Limit, ...]]:
    """A claim beside those that are granted and stay: nothing if one bars it, else what it adds to their sum."""
    board = portfolio.Board([*claims, mine], members)
    place = len(claims)
    bar = board.barred_by(place, range(place))
    if bar is not None:
        by = others[bar[0]].case
        off = mine.amount_fen
        return 0, (limit_of("barred", by, bar[1], made=measures[mine.measure], measures=measures, off=off),)
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
    by = others[touching[0]].case
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
