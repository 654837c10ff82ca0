"""Decisions and portfolios as JSON: every line with its clause, what the clause says, its source and certainty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from zhirong.policy.engine import amounts, asks, decide, values
from zhirong.policy.engine.decide import Decision
from zhirong.policy.engine.measure import Measure

Json = dict[str, Any]


def decision(found: Decision, made: Measure) -> Json:
    """The whole answer for one measure. Amounts in yuan with two decimals; null where they are unknown."""
    return {
        "measure": found.measure,
        "title": {"zh": made.zh, "en": made.en},
        "kind": made.kind,
        "day": found.day.isoformat(),
        "known_on": None if found.known == date.max else found.known.isoformat(),
        "eligible": found.eligible,
        "why": found.why,
        "version": found.version,
        "version_certainty": found.certainty,
        "conditions": [condition(leaf, made) for leaf in found.leaves],
        "failing": list(found.failing),
        "missing": list(found.missing),
        "to_qualify": [
            {"by_action": list(fix.by_action), "by_time": list(fix.by_time), "to_find_out": list(fix.to_find_out)}
            for fix in found.to_qualify
        ],
        "to_qualify_is_cut": found.is_cut,
        "amount": yuan(found.amount_fen),
        "at_most": found.at_most,
        "amount_if_met": yuan(found.amount.amount_fen) if found.amount else None,
        "capped_by": found.amount.capped_by if found.amount else None,
        "lines": [line(one, made) for one in found.amount.lines] if found.amount else [],
        "ceilings": [ceiling(one, made) for one in found.amount.ceilings] if found.amount else [],
        "materials": [
            {"id": one.id, "zh": one.zh, "en": one.en, "proves": list(one.proves)} for one in found.materials
        ],
        "window": window(found.window),
        "sha256": found.sha256,
    }


def yuan(amount_fen: int | None) -> str | None:
    return None if amount_fen is None else values.yuan(amount_fen)


def clause(name: str, made: Measure) -> Json:
    """A clause by its id."""
    found = made.clauses.get(name)
    if found is None:
        return {"id": name}
    said: Json = {"id": found.id, "zh": found.zh, "en": found.en, "source": found.source, "certainty": found.certainty}
    return {**said, "quote": found.quote, "span": list(found.span)} if found.span else said


def condition(leaf: decide.LeafFound, made: Measure) -> Json:
    return {
        "id": leaf.id,
        "value": leaf.value,
        "fixable": leaf.fixable,
        "clause": clause(leaf.clause, made),
        "facts": {name: values.written(leaf.facts[name]) for name in sorted(leaf.facts)},
        "missing": list(leaf.missing),
        "short_by": None if leaf.short_by is None else str(values.written(leaf.short_by)),
    }


def line(found: amounts.LineFound, made: Measure) -> Json:
    return {
        "id": found.id,
        "applies": found.applies,
        "amount": yuan(found.amount_fen),
        "is_capped": found.is_capped,
        "clause": clause(found.clause, made),
    }


def ceiling(found: amounts.CeilingFound, made: Measure) -> Json:
    return {
        "id": found.id,
        "scope": found.scope,
        "limit": yuan(found.limit_fen),
        "used": yuan(found.used_fen),
        "room": yuan(found.room_fen),
        "binds": found.binds,
        "clause": clause(found.clause, made),
    }


def window(found: decide.WindowFound) -> Json:
    return {
        "state": found.state,
        "opens": found.opens.isoformat() if found.opens else None,
        "closes": found.closes.isoformat() if found.closes else None,
    }


def questions(found: Sequence[asks.Ask]) -> list[Json]:
    """What to ask next, the best first."""
    return [
        {"fact": one.fact, "zh": one.zh, "en": one.en, "source": one.source, "measures": list(one.measures)}
        for one in found
    ]


def chosen(wanted: Sequence[str], known: Mapping[str, Measure]) -> list[Measure]:
    """The measures asked for, all where none is named."""
    return [known[name] for name in wanted] if wanted else list(known.values())
