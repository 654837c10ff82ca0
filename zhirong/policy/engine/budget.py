"""A year's money of a measure: who gets what when it does not reach, how it burns down, when it will be gone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Literal

from zhirong.base import money
from zhirong.base.refused import Refused
from zhirong.policy.engine.values import fen

Allocation = Literal["first_come", "pro_rata", "ranking", "total_control"]
MOST_CLAIMS = 100_000
WARNINGS = (Fraction(4, 5), Fraction(1))


@dataclass(frozen=True)
class Asked:
    """One claim on the budget: the instant of its acceptance (any text that sorts) and its score where ranked."""

    id: str
    amount_fen: int
    accepted: str = ""
    score: Fraction | int | None = None


@dataclass(frozen=True)
class Granted:
    """What each claim gets, in the order asked; `is_settled` is False where the text does not say who gives way."""

    fen: Mapping[str, int]
    order: tuple[str, ...]
    factor: Fraction | None
    left_fen: int
    is_settled: bool


def allocate(
    asked: Sequence[Asked], budget_fen: int, allocation: Allocation, *, last_gets_rest: bool = True
) -> Granted:
    """The budget among the claims.

    `first_come`: by acceptance, `ranking`: by score, then acceptance; the one at whom it runs out gets the rest or
    nothing, as the text says (`last_gets_rest`), and nobody after him. `pro_rata`: all the same share, cents by
    largest remainder. `total_control`: the total may not be exceeded and the text names no order: everybody in full if
    it reaches, else the equal share as an indication and `is_settled` False. Refused: negative money, an id twice.
    """
    guard(asked, budget_fen)
    total = sum(one.amount_fen for one in asked)
    if allocation in ("pro_rata", "total_control"):
        return shared(asked, budget_fen, is_settled=allocation == "pro_rata" or total <= budget_fen)
    by_time = sorted(asked, key=lambda one: (one.accepted, one.id))
    if allocation == "first_come":
        return in_turn(by_time, budget_fen, last_gets_rest=last_gets_rest)
    if any(one.score is None for one in asked):
        raise Refused("policy.score_missing")
    ranked = sorted(by_time, key=lambda one: -(one.score or 0))
    return in_turn(ranked, budget_fen, last_gets_rest=last_gets_rest)


def guard(asked: Sequence[Asked], budget_fen: int) -> None:
    if len(asked) > MOST_CLAIMS:
        raise Refused("policy.list_too_long", most=MOST_CLAIMS, found=len(asked))
    if budget_fen < 0:
        raise Refused("policy.amount_negative", measure="budget")
    seen = set()
    for one in asked:
        if one.amount_fen < 0:
            raise Refused("policy.amount_negative", measure=one.id)
        if one.id in seen:
            raise Refused("policy.claim_twice", claim=one.id)
        seen.add(one.id)


def shared(asked: Sequence[Asked], budget_fen: int, *, is_settled: bool) -> Granted:
    """Everybody the same share of what was asked; the cents sum to the budget exactly."""
    total = sum(one.amount_fen for one in asked)
    if total <= budget_fen:
        whole = {one.id: one.amount_fen for one in asked}
        return Granted(whole, tuple(whole), Fraction(1), budget_fen - total, is_settled)
    parts = money.split(budget_fen, {one.id: one.amount_fen for one in asked})
    return Granted(parts, tuple(parts), Fraction(budget_fen, total), 0, is_settled)


def in_turn(ordered: Sequence[Asked], budget_fen: int, *, last_gets_rest: bool) -> Granted:
    """One after the other until it is used up."""
    left, found, is_over = budget_fen, dict[str, int](), False
    for one in ordered:
        fits = one.amount_fen <= left and not is_over
        part = one.amount_fen if fits else (left if last_gets_rest and not is_over else 0)
        is_over = is_over or not fits
        found[one.id] = part
        left -= part
    return Granted(found, tuple(found), None, left, True)


@dataclass(frozen=True)
class Move:
    """A day's entry, in fen, never negative: reserved (accepted), released (turned down), granted, annulled (a grant
    taken back before it was paid), paid, returned."""

    day: date
    kind: Literal["reserved", "released", "granted", "annulled", "paid", "returned"]
    amount_fen: int


@dataclass(frozen=True)
class Standing:
    """After a day: what is bound, what was paid net of returns, what is left, and the warning reached (%)."""

    day: date
    bound_fen: int
    paid_fen: int
    left_fen: int
    warning_percent: int


def burn_down(budget_fen: int, moves: Iterable[Move]) -> list[Standing]:
    """The budget day by day. Reserving binds; granting turns what was reserved into a debt and binds nothing more;
    a release, an annulment or a return frees. Warnings at 80 % and 100 %. Refused: more freed or paid than bound."""
    found: list[Standing] = []
    reserved = granted = paid = returned = 0
    for move in sorted(moves, key=lambda one: one.day):
        if move.amount_fen < 0:
            raise Refused("policy.amount_negative", measure=move.kind)
        reserved += move.amount_fen * ((move.kind == "reserved") - (move.kind in ("released", "granted")))
        granted += move.amount_fen * ((move.kind == "granted") - (move.kind == "annulled"))
        paid += move.amount_fen * (move.kind == "paid")
        returned += move.amount_fen * (move.kind == "returned")
        if reserved < 0 or paid > granted or returned > paid:
            raise Refused("policy.moves_do_not_fit", day=move.day, kind=move.kind)
        bound = reserved + granted - returned
        standing = Standing(move.day, bound, paid - returned, budget_fen - bound, warning(bound, budget_fen))
        found = [*found[:-1], standing] if found and found[-1].day == move.day else [*found, standing]
    return found


def warning(bound_fen: int, budget_fen: int) -> int:
    """80 or 100 once that share is bound, else 0; a budget of nothing is used up as soon as something is bound."""
    reached = [level for level in WARNINGS if bound_fen >= level * budget_fen and bound_fen]
    return int(100 * max(reached, default=Fraction(0)))


@dataclass(frozen=True)
class Forecast:
    """What is to be expected: the sum by measure and in all, the share of the budget, and the day it is used up."""

    by_measure: Mapping[str, int]
    total_fen: int
    share: Fraction | None
    used_up_on: date | None


def forecast(
    screened: Mapping[str, int], take_up: Mapping[str, Fraction], budget_fen: int, *, since: date, until: date
) -> Forecast:
    """Screened amounts (fen) times the take-up of each measure, spread evenly over since..until (both included).

    Take-up is a share of nought to one from the past; a measure without one is refused, for unknown is never nought.
    """
    if until < since:
        raise Refused("policy.days_reversed", first=since, second=until)
    for name in screened:
        if name not in take_up or not 0 <= take_up[name] <= 1:
            raise Refused("policy.take_up_unknown", measure=name)
    found = {name: fen(Fraction(amount, 100) * take_up[name]) for name, amount in screened.items()}
    total, days = sum(found.values()), (until - since).days + 1
    share = Fraction(total, budget_fen) if budget_fen else None
    if not total or total < budget_fen:
        return Forecast(found, total, share, None)
    reached = -(-budget_fen * days // total) if budget_fen else 1
    return Forecast(found, total, share, since + timedelta(days=max(reached, 1) - 1))
