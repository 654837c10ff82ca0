"""What a measure will cost in a year (资金测算), and how its budget burns down: estimates, each with what it rests on.

Screened amounts times the take-up that people named, as a range. The unknown are never counted as nought: what they
may add stands beside the range and not in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, cast

from django.db.models import Count, QuerySet, Sum

from zhirong.base.calendar import beijing_day
from zhirong.policy.engine import budget
from zhirong.policy.engine.budget import Forecast, Move, Standing
from zhirong.policy.models import Booking, Budget
from zhirong.policy.reach import Reach
from zhirong.policy.reached import Screening, TakeUp

PPM = 1_000_000
WORDS = ("low", "likely", "high")


@dataclass(frozen=True)
class Past:
    """What a year granted, to how many claims, and which share of the amount screened now that is."""

    year: int
    granted_fen: int
    claims: int
    share: Fraction | None


@dataclass(frozen=True)
class Expected:
    """A measure's year. `ranges` are low, likely and high; None where nobody named a take-up. `beyond_fen` is what the
    unknown would add at the high take-up, were all of them to qualify; not in the range."""

    reach: Reach
    year: int
    take_up: TakeUp | None
    money: Budget | None
    ranges: tuple[Forecast, Forecast, Forecast] | None
    beyond_fen: int
    past: Past


def latest() -> Screening | None:
    """The run that ended last."""
    return Screening.objects.filter(state="done").select_related("asked_by").order_by("-ended_at", "-pk").first()


def expected(rows: Sequence[Reach], year: int) -> list[Expected]:
    """Every measure that pays, in one year; four queries whatever the number."""
    names = [row.measure for row in rows]
    said = TakeUp.objects.filter(measure__in=names, year=year, replaced_at__isnull=True).select_related("said_by")
    take_ups = {one.measure: one for one in said}
    budgets = {one.measure: one for one in ruling_budgets(year).filter(measure__in=names)}
    past = granted(names, year - 1)
    return [
        one_expected(row, year, take_up=take_ups.get(row.measure), money=budgets.get(row.measure), past=past)
        for row in rows
        if row.pays
    ]


def ruling_budgets(year: int) -> QuerySet[Budget]:
    """The confirmed budgets of a year."""
    return Budget.objects.filter(year=year, confirmed_at__isnull=False, ended_at__isnull=True)


def one_expected(
    row: Reach, year: int, *, take_up: TakeUp | None, money: Budget | None, past: dict[str, tuple[int, int]]
) -> Expected:
    """One measure's year."""
    fen, claims = past.get(row.measure, (0, 0))
    share = Fraction(fen, row.total_fen) if row.total_fen else None
    beyond = 0 if take_up is None else row.open_fen * take_up.high_ppm // PPM
    return Expected(
        row,
        year,
        take_up,
        money,
        None if take_up is None else ranges(row, take_up, money),
        beyond,
        Past(year - 1, fen, claims, share),
    )


def ranges(row: Reach, take_up: TakeUp, money: Budget | None) -> tuple[Forecast, Forecast, Forecast]:
    """Low, likely and high, spread evenly over the year against its budget."""
    since, until = date(take_up.year, 1, 1), date(take_up.year, 12, 31)
    shares = (take_up.low_ppm, take_up.likely_ppm, take_up.high_ppm)
    low, likely, high = (
        budget.forecast(
            {row.measure: row.total_fen},
            {row.measure: Fraction(ppm, PPM)},
            money.amount_fen if money else 0,
            since=since,
            until=until,
        )
        for ppm in shares
    )
    return low, likely, high


def granted(names: Sequence[str], year: int) -> dict[str, tuple[int, int]]:
    """What was granted of each measure in a budget's year: fen and claims."""
    found = Booking.objects.filter(budget__measure__in=names, budget__year=year, kind="granted")
    rows = found.values("budget__measure").annotate(fen=Sum("amount_fen"), claims=Count("application", distinct=True))
    return {row["budget__measure"]: (row["fen"], row["claims"]) for row in rows}


def moves(money: Budget) -> list[Move]:
    """The book of a measure's year as the engine takes it, whatever budget stood when an entry was made."""
    found = Booking.objects.filter(budget__measure=money.measure, budget__year=money.year).order_by("at", "pk")
    # A constraint of the table and the verbs that book know no other kinds than the engine.
    return [
        Move(beijing_day(at), cast(Any, kind), fen) for at, kind, fen in found.values_list("at", "kind", "amount_fen")
    ]


def burnt(money: Budget) -> list[Standing]:
    """The budget day by day."""
    return budget.burn_down(money.amount_fen, moves(money))
