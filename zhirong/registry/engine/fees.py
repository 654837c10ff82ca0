"""Annual fees: what is due for a year, when, what lateness costs, and what is taken off (N20 to N24)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from zhirong.base import calendar
from zhirong.base.refused import Refused
from zhirong.registry import labels
from zhirong.registry.engine import dated, terms
from zhirong.registry.engine.facts import PATENTS, EventKind, FeeRecord, Kind, Payment, Reduction, RightFacts, lasts


class Standing(StrEnum):
    """How a patent stands with its fees on a day. Unconfirmed: a fee fell due and nobody looked since,
    or a holder reported its payment and nobody looked yet.
    """

    NOT_DUE = "not_due"
    PAID = "paid"
    IN_GRACE = "in_grace"
    UNPAID = "unpaid"
    UNCONFIRMED = "unconfirmed"


@dataclass(frozen=True, slots=True)
class FeeYear:
    """One row of the fee table; `owed_fen` is what is missing on the day asked, surcharge included.

    Where `is_known` is false the fee fell due and nobody looked since: what is owed is owed only if it was not paid.
    """

    year: int
    due_on: date
    grace_ends_on: date
    full_fen: int
    reduced_fen: int
    paid_fen: int
    owed_fen: int
    surcharge_percent: int
    is_paid: bool
    is_known: bool


def full_fen(kind: Kind, year: int, *, on: date) -> int:
    """The unreduced annual fee of a patent year by the schedule of the day (N20)."""
    if kind not in PATENTS:
        raise Refused("registry.no_annual_fee", kind=labels.of("kind", kind))
    bands = dated.on(f"annual_fee_fen.{kind}", on).value
    for band in bands:
        if 1 <= year <= band["to_year"]:
            fen: int = band["fen"]
            return fen
    raise Refused(
        "registry.no_such_patent_year", kind=labels.of("kind", kind), year=year, last_year=bands[-1]["to_year"]
    )


def life_total_fen(kind: Kind, *, on: date) -> int:
    """All annual fees of a full life: 82,300 yuan for an invention by the schedule of 2023."""
    last = dated.on(f"annual_fee_fen.{kind}", on).value[-1]["to_year"]
    return sum(full_fen(kind, year, on=on) for year in range(1, last + 1))


def due_on(filed_on: date, year: int) -> date:
    """The day by which a year's fee must be paid: before the year before it ends (细则 第一百一十五条, N21).

    A holiday moves it to the next working day (细则 第五条, T1).
    """
    return calendar.china().on_or_after(terms.year_begins_on(filed_on, year)).day


def last_year_due(kind: Kind, filed_on: date, day: date) -> int:
    """The last patent year whose fee fell due before this day, the end of the term at most (N21)."""
    year = min(terms.patent_year(filed_on, max(day, filed_on)), terms.term_years(kind, filed_on))
    return year if day > due_on(filed_on, year) else year - 1


def grace_ends_on(filed_on: date, year: int) -> date:
    """The last day on which the fee can still be paid with a surcharge; a holiday moves it (N22, T1)."""
    begins = terms.year_begins_on(filed_on, year)
    return calendar.china().period_end(begins, months=dated.on("grace_months", begins).value).day


def surcharge_percent(filed_on: date, year: int, paid_on: date) -> int:
    """Percent of the full fee added on the day of payment; months run to the same day of the month (N22)."""
    begins = terms.year_begins_on(filed_on, year)
    if paid_on <= due_on(filed_on, year):
        return 0
    if paid_on > grace_ends_on(filed_on, year):
        raise Refused("registry.grace_over", year=year, grace_ended_on=grace_ends_on(filed_on, year), as_of=begins)
    steps = dated.on("surcharge_percent_by_month", begins).value
    for month, percent in enumerate(steps, 1):
        if paid_on <= calendar.corresponding_day(begins, months=month):
            return int(percent)
    return int(steps[-1])


def reduced_fen(
    full: int, *, reduction: Reduction, on: date, years_since_grant: int = 0, has_open_licence: bool = False
) -> int:
    """The fee after the better of the two reductions; they never add up (财税〔2024〕23号, N23, N24)."""
    percents = [0]
    if reduction is not Reduction.NONE and years_since_grant < dated.on("reduction_years_from_grant", on).value:
        percents.append(dated.on("reduction_percent", on).value[reduction])
    if has_open_licence and on >= dated.rows_of("open_licence_reduction_percent")[0].since:
        percents.append(dated.on("open_licence_reduction_percent", on).value)
    return full * (100 - max(percents)) // 100


def owed_fen(full: int, fee: int, *, percent: int, paid_fen: int = 0) -> int:
    """What is missing on a day: the surcharge is on the full fee, and a short payment is rated anew (N22)."""
    return max(0, fee + full * percent // 100 - paid_fen)


def restoration_fen(full: int, fee: int, *, on: date) -> int:
    """What it costs to bring a lapsed patent back: fee, 25 % of the full fee, and the request (N22, T5)."""
    surcharge = full * dated.on("restoration_surcharge_percent", on).value // 100
    request: int = dated.on("restoration_fee_fen", on).value
    return int(fee + surcharge + request)


def paid_through(facts: RightFacts) -> int:
    """The last year that is surely paid: as recorded, as paid here year by year, at grant (N19) or at restoration.

    A restoration is granted only when everything missed is made good (细则 第六条, T5).
    """
    year = facts.fees.paid_through_year
    if facts.filed_on is None:
        return year
    proofs = [entry.on for entry in facts.entries if entry.kind is EventKind.RESTORATION]
    proofs += [facts.granted_on] if facts.granted_on else []
    for day in proofs:
        year = max(year, terms.patent_year(facts.filed_on, max(day, facts.filed_on)))
    while _is_settled(facts, year + 1, facts.fees.payments):
        year += 1
    return year


def standing(facts: RightFacts, day: date) -> Standing:
    """How the patent stands with its fees: unpaid means ended as of the due date (细则 第一百一十五条)."""
    if not facts.is_patent or facts.granted_on is None or facts.filed_on is None:
        return Standing.NOT_DUE
    next_year = paid_through(facts) + 1
    if next_year > terms.term_years(facts.kind, facts.filed_on) or day <= due_on(facts.filed_on, next_year):
        return Standing.PAID
    if _is_unconfirmed(facts, next_year, day):
        return Standing.UNCONFIRMED
    return Standing.IN_GRACE if day <= grace_ends_on(facts.filed_on, next_year) else Standing.UNPAID


def was_seen_unpaid(facts: RightFacts, year: int) -> bool:
    """Whether the office's register was looked at after this year fell due and did not have it paid."""
    assert facts.filed_on is not None
    return year > facts.fees.paid_through_year and _was_seen_unpaid(facts.fees, due_on(facts.filed_on, year))


def fee_table(facts: RightFacts, day: date, *, reduction: Reduction = Reduction.NONE) -> list[FeeYear]:
    """Every fee from the year of grant (or, before grant, of today) to the end of the term."""
    years = _years(facts, day)
    through = paid_through(facts) if years else 0
    # A year paid here is paid, though nobody knows of those before it.
    paid = {year for year in years if year <= through or _is_settled(facts, year, facts.fees.payments)}
    return [_fee_year(facts, year, day=day, is_paid=year in paid, reduction=reduction) for year in years]


def next_unpaid(facts: RightFacts, day: date) -> FeeYear | None:
    """The first row of the fee table that is not paid: lists of many rights show no other."""
    years = _years(facts, day)
    through = paid_through(facts) if years else 0
    year = next((one for one in years if one > through), None)
    return None if year is None else _fee_year(facts, year, day=day, is_paid=False, reduction=Reduction.NONE)


def _years(facts: RightFacts, day: date) -> list[int]:
    """The years of the fee table, as far back as the schedules are known."""
    if not facts.is_patent or facts.filed_on is None:
        return []
    first = terms.patent_year(facts.filed_on, max(facts.granted_on or day, facts.filed_on))
    last = terms.term_years(facts.kind, facts.filed_on)
    known_since = dated.rows_of(f"annual_fee_fen.{facts.kind}")[0].since
    return [year for year in range(first, last + 1) if terms.year_begins_on(facts.filed_on, year) >= known_since]


def _fee_year(facts: RightFacts, year: int, *, day: date, is_paid: bool, reduction: Reduction) -> FeeYear:
    assert facts.filed_on is not None
    due, grace = due_on(facts.filed_on, year), grace_ends_on(facts.filed_on, year)
    is_known = is_paid or not _is_unconfirmed(facts, year, day)
    full, fee = _fee_of_year(facts, year, reduction=reduction)
    # Annual fees begin with the grant (细则 第一百一十四条): before it nothing is late.
    percent = 0 if facts.granted_on is None else surcharge_percent(facts.filed_on, year, min(day, grace))
    paid = sum(payment.fen for payment in facts.fees.payments if payment.year == year and payment.on <= day)
    owed = 0 if is_paid else owed_fen(full, fee, percent=percent, paid_fen=paid)
    return FeeYear(year, due, grace, full, fee, paid, owed, percent, is_paid, is_known)


def _fee_of_year(facts: RightFacts, year: int, *, reduction: Reduction) -> tuple[int, int]:
    """The full and the reduced fee of a year, by the schedule of the day on which the year begins."""
    assert facts.filed_on is not None
    begins = terms.year_begins_on(facts.filed_on, year)
    schedule_day = max(begins, _first_schedule_with(facts.kind, year))
    full = full_fen(facts.kind, year, on=schedule_day)
    fee = reduced_fen(
        full,
        reduction=reduction if begins >= dated.rows_of("reduction_percent")[0].since else Reduction.NONE,
        on=begins,
        years_since_grant=_years_since_grant(facts, year),
        has_open_licence=any(lasts(open_.since, open_.until, begins) for open_ in facts.open_licences),
    )
    return full, fee


def _first_schedule_with(kind: Kind, year: int) -> date:
    """Years 11 to 15 of a design stand only in the schedule of 2021."""
    return next(row.since for row in dated.rows_of(f"annual_fee_fen.{kind}") if row.value[-1]["to_year"] >= year)


def _years_since_grant(facts: RightFacts, year: int) -> int:
    """The year of grant is the first of the reduced ones (财税〔2016〕78号: 自授予专利权当年起, N23)."""
    if facts.filed_on is None or facts.granted_on is None:
        return 0
    return max(0, year - terms.patent_year(facts.filed_on, max(facts.granted_on, facts.filed_on)))


def _is_settled(facts: RightFacts, year: int, all_payments: Sequence[Payment]) -> bool:
    """Whether the payments for a year reached what was owed on the day of the last one."""
    assert facts.filed_on is not None
    payments = sorted((paid for paid in all_payments if paid.year == year), key=lambda paid: paid.on)
    if not payments or payments[-1].on > grace_ends_on(facts.filed_on, year):
        return False
    full, fee = _fee_of_year(facts, year, reduction=payments[-1].reduction)
    percent = surcharge_percent(facts.filed_on, year, payments[-1].on)
    return owed_fen(full, fee, percent=percent, paid_fen=sum(payment.fen for payment in payments)) == 0


def _is_unconfirmed(facts: RightFacts, year: int, day: date) -> bool:
    """Whether a fee that fell due may have been paid: nobody looked since, or a holder's word of it waits."""
    if facts.filed_on is None or facts.granted_on is None or day <= due_on(facts.filed_on, year):
        return False
    ended = grace_ends_on(facts.filed_on, year)
    if day > ended:
        return not _was_seen_unpaid(facts.fees, ended)
    is_reported = _is_settled(facts, year, (*facts.fees.payments, *facts.fees.reported))
    return is_reported or not _was_seen_unpaid(facts.fees, due_on(facts.filed_on, year))


def _was_seen_unpaid(fees: FeeRecord, due: date) -> bool:
    return fees.as_of is not None and fees.as_of > due
