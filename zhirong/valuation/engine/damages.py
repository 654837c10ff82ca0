"""Damages for infringing a patent (侵权损害赔偿): which of the law's ways leads to an amount, and to how much."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from zhirong.base.refused import Refused
from zhirong.valuation.engine import guards
from zhirong.valuation.engine.result import LEVELS, Grade, Input, Note, Quantiles, Result, Sensitivity


@dataclass(frozen=True, slots=True)
class Band:
    """Least and most, as a law sets them."""

    least: float
    most: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """The law of a day: ways in their order (`steps`, the holder chooses within one), bounds, multiples."""

    steps: Sequence[Sequence[str]]
    statutory: Band
    # None where the law of the day knew no punitive damages.
    punitive: Band | None
    licence_times: Band


@dataclass(frozen=True, slots=True)
class Flow:
    """Money lost or gained `years_before` the day of valuation; negative years are still to come."""

    years_before: float
    amount: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What is known of the harm, money as of the day of valuation; None is unknown. Fees and costs in yuan."""

    actual_loss: float | None = None
    infringer_profit: float | None = None
    licence_fee: float | None = None
    # None: the band of the law's practice.
    licence_times: float | None = None
    wilful_and_serious: bool = False
    # None: the whole band of the law.
    punitive_times: float | None = None
    # Paid to stop the infringement; None where nothing is claimed.
    expenses: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Award:
    """The way that the law leads to, and the least and most it may bring; `times` is the punitive factor within."""

    basis: str
    least: float
    most: float
    times: Band


def worth_now(flows: Sequence[Flow], *, past_rate: float, future_rate: float) -> float:
    """The flows' worth on the day of valuation: each past one compounded from its own day, each later one discounted.

    Rates are yearly, as fractions. Five yearly losses of 1 m, the last just now, at 5 % are 5 525 631.25: the future
    value of the annuity. (VALUATION 1.4 row 6: discounting them first and compounding the lot is wrong.)
    """
    past = guards.within(past_rate, "past_rate", least=0.0, most=1.0)
    later = guards.within(future_rate, "future_rate", least=0.0, most=1.0)
    total = 0.0
    for flow in flows:
        years = guards.within(flow.years_before, "years_before", least=-50.0, most=50.0)
        total += guards.not_negative(flow.amount, "amount") * math.exp(years * math.log1p(past if years > 0 else later))
    return guards.finite(total, "amount")


def award(claim: Claim, law: Law) -> Award:
    """The least and most that a court could award, expenses included; 专利法 第七十一条 and its forerunners.

    The first step of the law with a known amount counts, within it the larger (the right holder's choice). Statutory
    damages are the way left where nothing else is known; they are never multiplied. A punitive factor asked for where
    the law knows none, or the infringement was not wilful and serious, is refused.
    """
    costs = 0.0 if claim.expenses is None else guards.not_negative(claim.expenses, "expenses")
    found = _bases(claim, law)
    times = _times(claim, law)
    for step in law.steps:
        known = [way for way in step if way in found]
        if known:
            way = max(known, key=lambda one: found[one].most)
            factor = Band(1.0, 1.0) if way == "statutory" else times
            most = guards.finite(found[way].most * factor.most + costs, "amount")
            return Award(basis=way, least=found[way].least * factor.least + costs, most=most, times=factor)
    raise AssertionError("the law's last step is always known")


def damages(claim: Claim, law: Law, *, value_date: date, parameters_sha256: str) -> Result:
    """The record of an award: its range spreads evenly in logs between the law's least and most, which is assumed."""
    found = award(claim, law)
    notes = [Note(f"finance_damages_{found.basis}")]
    notes += [Note("finance_damages_spread")] if found.most > found.least else []
    notes += [Note("finance_damages_punitive")] if found.times.most > 1 else []
    given: Mapping[str, float | None] = {
        "actual_loss": claim.actual_loss,
        "infringer_profit": claim.infringer_profit,
        "licence_fee": claim.licence_fee,
        "expenses": claim.expenses,
    }
    return Result(
        method="infringement-damages",
        version="1",
        value_date=value_date,
        range=_even_in_logs(found.least, found.most),
        parameters_sha256=parameters_sha256,
        inputs=tuple(Input(name, one, "given", Grade.STATED, value_date, "CNY") for name, one in given.items()),
        sensitivities=_sensitivities(found),
        notes=tuple(notes),
        figures={
            "basis": found.basis,
            "least": found.least,
            "most": found.most,
            "punitive_times": [found.times.least, found.times.most],
        },
    )


def _sensitivities(found: Award) -> tuple[Sensitivity, ...]:
    """The award if the court goes to either end of what is left to it: what a claimant and a defendant argue about."""
    if found.most <= found.least:
        return ()
    return (Sensitivity(f"court_{found.basis}", found.least, found.most, found.least, found.most),)


def _bases(claim: Claim, law: Law) -> dict[str, Band]:
    found = {"statutory": law.statutory}
    if claim.actual_loss is not None:
        loss = guards.positive(claim.actual_loss, "actual_loss")
        found["actual_loss"] = Band(loss, loss)
    if claim.infringer_profit is not None:
        profit = guards.positive(claim.infringer_profit, "infringer_profit")
        found["infringer_profit"] = Band(profit, profit)
    if claim.licence_fee is not None:
        fee = guards.positive(claim.licence_fee, "licence_fee")
        said = claim.licence_times
        # The law asks for a reasonable multiple and sets no bound: the band stands in only where none is argued.
        times = law.licence_times if said is None else Band(*(guards.positive(said, "licence_times"),) * 2)
        found["licence_fee"] = Band(fee * times.least, fee * times.most)
    return found


def _times(claim: Claim, law: Law) -> Band:
    if law.punitive is None or not claim.wilful_and_serious:
        if claim.punitive_times is not None:
            raise Refused("valuation.not_punitive")
        return Band(1.0, 1.0)
    if claim.punitive_times is None:
        return law.punitive
    return Band(*(_inside(claim.punitive_times, law.punitive, "punitive_times"),) * 2)


def _inside(value: float, band: Band, name: str) -> float:
    return guards.within(value, name, least=band.least, most=band.most)


def _even_in_logs(least: float, most: float) -> Quantiles:
    """Between two ends with nothing known of the middle: small awards are more frequent than large ones."""
    if most <= least:
        return Quantiles.sure(least)
    width = math.log(most / least)
    return Quantiles.of([least * math.exp(level * width) for level in LEVELS], (most - least) / width)
