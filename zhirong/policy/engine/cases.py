"""The worked cases of a measure and of a portfolio: what was expected against what the engine finds, to the cent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from zhirong.base import refused
from zhirong.base.refused import Refused
from zhirong.policy.engine import decide, facts, measure, portfolio
from zhirong.policy.engine.decide import MET, UNKNOWN, Decision
from zhirong.policy.engine.facts import Vocabulary
from zhirong.policy.engine.measure import Measure
from zhirong.policy.engine.values import exact, fen, is_number, yuan

Problems = list[str]


def problems(made: Measure, case: Mapping[str, Any], known: Vocabulary) -> Problems:
    """What differs in one case; only what it lists in `expect` is compared."""
    try:
        found = decided(made, case, known)
    except Refused as no:
        return [f"refused: {refused.sentence(no, 'en')}"]
    told = tellings(found)
    wrong = []
    for name, wanted in case["expect"].items():
        if name not in told:
            wrong.append(f"“{name}” cannot be expected")
        elif not is_same(name, wanted, told[name]):
            wrong.append(f"{name}: expected {plain(wanted)}, found {plain(told[name])}")
    return wrong


def decided(made: Measure, case: Mapping[str, Any], known: Vocabulary) -> Decision:
    """The decision on the facts of a case. Refused: as facts and the engine refuse."""
    given = {**(made.raw.get("test_base") or {}), **(case.get("facts") or {})}
    for name in case.get("without") or ():
        given.pop(name, None)
    return decide.decide(
        made,
        facts.settled(given, known),
        case["date"],
        known=case.get("as_known_on"),
        have=case.get("have") or (),
    )


def tellings(found: Decision) -> dict[str, Any]:
    """A decision in the words of the cases."""
    lines = {line.id: amount_text(line.amount_fen) for line in found.amount.lines} if found.amount else {}
    return {
        "eligible": found.eligible,
        "version": found.version,
        "amount": amount_of(found),
        "lines": lines,
        "capped_by": found.amount.capped_by if found.amount else None,
        "failing": list(found.failing),
        "missing": list(found.missing),
        "to_qualify": [sorted(fix.all) for fix in found.to_qualify],
        "materials": [one.id for one in found.materials],
        "window": found.window.state,
        "why": found.why,
        "at_most": found.at_most,
    }


def amount_text(amount_fen: int | None) -> str:
    return "unknown" if amount_fen is None else yuan(amount_fen)


def amount_of(found: Decision) -> str | None:
    """The amount; unknown while a fact is wanting, None where there is none."""
    if found.amount is None or found.eligible not in (MET, UNKNOWN):
        return None
    return amount_text(found.amount_fen)


def is_same(name: str, wanted: Any, found: Any) -> bool:
    """Sets of leaves and missing facts in any order; of the lines those that are listed."""
    if name == "lines" and isinstance(wanted, Mapping):
        return all(found.get(line) == text for line, text in wanted.items())
    if name == "to_qualify" and isinstance(wanted, list):
        return sorted(sorted(one) for one in wanted) == sorted(found)
    if name in ("missing", "failing", "materials") and isinstance(wanted, list):
        return sorted(wanted) == sorted(found)
    return bool(wanted == found)


def plain(value: Any) -> str:
    return "nothing" if value is None else str(value)


def portfolio_problems(case: Mapping[str, Any], measures: Mapping[str, Measure]) -> Problems:
    """What differs in one case of a portfolio file. `measures` of the case itself stand beside the loaded ones."""
    try:
        claims = [portfolio.Claim(row["measure"], row["key"], cents(row["amount"])) for row in case["claims"]]
        members = dict(members_of(case, measures, {claim.measure for claim in claims}))
        found = portfolio.best(claims, members)
    except Refused as no:
        return [f"refused: {refused.sentence(no, 'en')}"]
    except (KeyError, TypeError, ValueError) as problem:
        return [f"malformed: {problem!r}"]
    told = {
        "total": yuan(found.total_fen),
        "take": [claims[one.place].measure for one in found.taken],
        "paid": [yuan(one.paid_fen) for one in found.taken],
        "dropped": [
            {"measure": claims[one.place].measure, "because": claims[one.because].measure, "clause": one.clause}
            for one in found.dropped
        ],
    }
    return [
        f"{name}: expected {wanted}, found {told.get(name)}"
        for name, wanted in case["expect"].items()
        if wanted != told.get(name)
    ]


def cents(amount: Any) -> int:
    """Fen of an amount written as a text or a number."""
    value = exact(amount) if not isinstance(amount, str) else exact_text(amount)
    if not is_number(value):
        raise Refused("policy.number_unreadable", name="amount", text=str(amount)[:40])
    return fen(value)


def exact_text(text: str) -> Any:
    return facts.number(facts.Fact("amount", "number", "CNY"), text)


def members_of(
    case: Mapping[str, Any], measures: Mapping[str, Measure], wanted: set[str]
) -> Iterator[tuple[str, portfolio.Member]]:
    day: date = case["date"]
    for name in wanted & measures.keys():
        yield name, portfolio.member(measures[name], day)
    for row in case.get("measures") or ():
        rules = tuple(measure.rule(one) for one in row["cumulation"])
        yield row["id"], portfolio.made_up(row["id"], tuple(row["tags"]), rules)
