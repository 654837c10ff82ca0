"""My support: decisions of one party in the order that helps it, what each could bring, and the best allowed set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from zhirong.base.refused import Refused
from zhirong.policy.deciding import Decided
from zhirong.policy.engine import decide, guided, moves, portfolio
from zhirong.policy.engine.facts import Vocabulary
from zhirong.policy.engine.guided import Next
from zhirong.policy.engine.measure import parameters_on
from zhirong.policy.engine.moves import Moved

MET, NEARLY, UNKNOWN, NOT_MET, NOT_IN_FORCE = "met", "nearly", "unknown", "not_met", "not_in_force"
STATES = (MET, NEARLY, UNKNOWN, NOT_MET, NOT_IN_FORCE)
# Two conditions or fewer, all of which can still come true (POLICY 0, finding 10).
NEAR = 2
MOST_FIXES = 12
# Money that is paid or not asked for; a smaller taxable income is no sum of the same kind.
MONEY = ("payment", "fee")
BENEFIT, DEADLINE = "benefit", "deadline"


@dataclass(frozen=True)
class Row:
    """A measure for a party: how it stands, what it brings or would bring, until when, and what would make it so.

    `benefit_fen` is exact only where `is_exact`: else it is what the measure would pay after the nearest set to fix,
    or the most that its ceilings leave; None where nothing can be told.
    """

    decided: Decided
    state: str
    benefit_fen: int | None
    is_exact: bool
    fixes: tuple[Moved, ...]
    questions: tuple[Next, ...]

    @property
    def id(self) -> str:
        return self.decided.measure.id

    @property
    def deadline(self) -> datetime | None:
        """When the window closes, or opens; None where the text names none or it is over."""
        window = self.decided.decision.window
        return {"open": window.closes, "opens": window.opens}.get(window.state)


@dataclass(frozen=True)
class Best:
    """The best allowed set among what is met: what is paid by row, and why a row was left out (row, clause).

    `refused` says why there is none: the texts give no answer together.
    """

    total_fen: int = 0
    paid_fen: Mapping[int, int] | None = None
    lowered_by: Mapping[int, tuple[str, ...]] | None = None
    dropped: Mapping[int, tuple[int, str]] | None = None
    refused: Refused | None = None


def rows(found: Sequence[Decided], known: Vocabulary) -> list[Row]:
    """Each decision with its state, benefit and ways to get there."""
    return [row_of(one, known) for one in found]


def row_of(one: Decided, known: Vocabulary) -> Row:
    """One decision as the enterprise sees it."""
    decision = one.decision
    fixes = fixes_of(one, known)
    state = decision.eligible
    if state == decide.NOT_MET and decision.to_qualify and len(decision.to_qualify[0].all) <= NEAR:
        state = NEARLY
    benefit_fen, is_exact = benefit(one, fixes)
    asked = guided.open_questions([(one.measure, decision)]) if state != NOT_IN_FORCE else []
    return Row(one, state, benefit_fen, is_exact, fixes, tuple(asked))


def fixes_of(one: Decided, known: Vocabulary) -> tuple[Moved, ...]:
    """The smallest sets to fix with their facts moved, the nearest first."""
    found = [
        moves.moved(fix, one.measure, one.decision, facts=one.told.facts, known=known)
        for fix in one.decision.to_qualify[:MOST_FIXES]
    ]
    return tuple(sorted(found, key=lambda moved: (len(moved.fix.all), moved.distance)))


def benefit(one: Decided, fixes: Sequence[Moved]) -> tuple[int | None, bool]:
    """What it brings in fen, and whether that is the very amount."""
    decision = one.decision
    if decision.eligible == decide.MET:
        if decision.amount is None:
            return None, True
        amount_fen = decision.amount.amount_fen
        return (amount_fen, True) if amount_fen is not None else (most_fen(one), False)
    if decision.eligible == decide.UNKNOWN:
        return most_fen(one), False
    after = [moved.after for moved in fixes if moved.after is not None]
    return next((found.amount_fen for found in after if found.amount_fen is not None), None), False


def most_fen(one: Decided) -> int | None:
    """The amount if the measure were met, or else the least that a ceiling leaves."""
    amount = one.decision.amount
    if amount is None:
        return None
    if amount.amount_fen is not None:
        return amount.amount_fen
    return min((limit.room_fen for limit in amount.ceilings if limit.room_fen is not None), default=None)


def weights(found: Sequence[Decided]) -> dict[str, Fraction | int]:
    """What a question about each measure is worth: by the figures of the most that it may bring, never nothing."""
    return {one.measure.id: 1 + len(str((most_fen(one) or 0) // 10**6)) for one in found}


def in_order(found: Sequence[Row], order: str) -> list[Row]:
    """By state, then the largest benefit or the nearest deadline; what has none comes last."""

    def by_benefit(row: Row) -> tuple[int, str, str]:
        return -(row.benefit_fen or -1), row.id, row.decided.about

    def by_deadline(row: Row) -> tuple[bool, str]:
        return row.deadline is None, row.deadline.isoformat() if row.deadline else ""

    ordered = sorted(found, key=by_benefit)
    if order == DEADLINE:
        ordered = sorted(ordered, key=by_deadline)
        return sorted(ordered, key=lambda row: row.deadline is None)
    return sorted(ordered, key=lambda row: STATES.index(row.state))


def best(found: Sequence[Row]) -> Best:
    """The set with the largest sum among the rows that are met and pay; each of the others with what bars it."""
    places = [
        place
        for place, row in enumerate(found)
        if row.state == MET and row.is_exact and row.benefit_fen and row.decided.measure.kind in MONEY
    ]
    paying = [found[place] for place in places]
    claims = [portfolio.Claim(row.id, row.decided.about, row.benefit_fen or 0) for row in paying]
    try:
        chosen = portfolio.best(claims, {row.id: capped(row, paying) for row in paying})
    except Refused as no:
        return Best(refused=no)
    return Best(
        total_fen=chosen.total_fen,
        paid_fen={places[one.place]: one.paid_fen for one in chosen.taken},
        lowered_by={places[one.place]: one.lowered_by for one in chosen.taken if one.lowered_by},
        dropped={places[one.place]: (places[one.because], one.clause) for one in chosen.dropped},
    )


def capped(row: Row, paying: Sequence[Row]) -> portfolio.Member:
    """Its measure with what its own ceilings leave the enterprise for all its things together: each decision alone
    sees the whole of it."""
    return portfolio.with_rooms(member(row.decided), rooms([one.decided for one in paying if one.id == row.id]))


def rooms(same: Sequence[Decided]) -> list[tuple[str, int]]:
    """What each ceiling for the enterprise leaves, of several decisions of one measure: (clause, fen)."""
    found: dict[tuple[str, str], int] = {}
    for one in same if len(same) > 1 else ():
        for limit in one.decision.amount.ceilings if one.decision.amount else ():
            if limit.holds and limit.room_fen is not None and limit.scope.startswith("enterprise"):
                place = (limit.id, limit.clause)
                found[place] = min(found.get(place, limit.room_fen), limit.room_fen)
    return [(clause, room_fen) for (_, clause), room_fen in found.items()]


def member(one: Decided) -> portfolio.Member:
    """A measure as the portfolio sees it, by the parameters of the decision's own day and knowledge."""
    made, decision = one.measure, one.decision
    parameters = parameters_on(made, decision.day, decision.known)
    return portfolio.made_up(made.id, made.tags, made.cumulation, parameters=parameters)
