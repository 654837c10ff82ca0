"""The one record of advice on a licence fee: fixed, running, what bounds them, and what the right would be worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date

from zhirong.valuation.engine import guards, licence_fee
from zhirong.valuation.engine.result import Grade, Input, Note, Quantiles, Result, Sensitivity


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """What the advice is drawn from: recorded contracts, their spread, the line's running band, rates and ceilings.

    `ceilings` None for a negotiated licence, `band` None where the line of business is unknown.
    """

    reference: licence_fee.Reference
    spread: licence_fee.Spread
    rate: float
    ceilings: licence_fee.Ceilings | None
    band: tuple[float, float] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What is expected of the licence and the right, None where unknown: score 0 to 1, profit margin, yearly sales."""

    score: float | None = None
    margin: float | None = None
    sales: Sequence[float] = ()
    remaining_years: float | None = None
    licensees: float | None = None


def advice(
    wanted: licence_fee.Licence,
    *,
    own: Sequence[licence_fee.Licence],
    market: Market,
    outlook: Outlook,
    value_date: date,
    parameters_sha256: str,
    moves: Mapping[str, float] | None = None,
) -> Result:
    """A fixed fee's range in yuan, a running rate, and each seen as the other where sales are told. Source: O9, O10.

    `moves`: how far the discount rate and the spread among all contracts are moved for the sensitivities.
    """
    if outlook.remaining_years is not None:
        # A licence holds only while the patent does (民法典 865).
        guards.within(
            wanted.years, "years", least=0.0, most=guards.not_negative(outlook.remaining_years, "remaining_years")
        )
    found = _fixed(wanted, own, market)
    running = _running(market, outlook)
    is_cut = market.ceilings is not None and found.p95 >= market.ceilings.fixed_fee
    notes = [Note("finance_fee_per_contract", {"patents": f"{market.reference.patents_a_contract:.1f}"})]
    notes += [Note("finance_fee_ceiling")] if is_cut or any(one.is_cut for one in running.values()) else []
    notes += [] if own else [Note("finance_no_own_licences")]
    notes += [] if running else [Note("finance_no_running_band")]
    worth = _worth(wanted, found.median, market=market, outlook=outlook)
    notes += [Note("finance_value_from_fees")] if worth is not None else []
    return Result(
        method="licence-fee",
        version="1",
        value_date=value_date,
        range=found,
        parameters_sha256=parameters_sha256,
        inputs=_inputs(wanted, outlook, own=len(own), on=value_date),
        sensitivities=_sensitivities(wanted, own, market=market, moves=moves or {}),
        notes=tuple(notes),
        figures={
            "recorded_mean_fee": licence_fee.mean_fee(wanted, market.reference, rate=market.rate),
            "patents_a_contract": market.reference.patents_a_contract,
            "running": {base: asdict(one) for base, one in running.items()},
            **_other_form(found.median, running.get("net_sales"), market=market, outlook=outlook),
            "value_of_one_right": worth,
        },
    )


def _fixed(wanted: licence_fee.Licence, own: Sequence[licence_fee.Licence], market: Market) -> Quantiles:
    return licence_fee.fixed_fee(
        wanted,
        reference=market.reference,
        own=own,
        spread=market.spread,
        rate=market.rate,
        ceilings=market.ceilings,
    )


def _sensitivities(
    wanted: licence_fee.Licence, own: Sequence[licence_fee.Licence], *, market: Market, moves: Mapping[str, float]
) -> tuple[Sensitivity, ...]:
    """The median fee at another discount rate and at another spread among contracts (never below an owner's own)."""
    found = []
    for name, move in moves.items():
        at, least = (market.rate, 0.0) if name == "discount_rate" else (market.spread.all, market.spread.own)
        ends = max(least, at - move), at + move
        medians = (
            _fixed(
                wanted,
                own,
                replace(market, rate=end)
                if name == "discount_rate"
                else replace(market, spread=replace(market.spread, all=end)),
            ).median
            for end in ends
        )
        found.append(Sensitivity(name, *ends, *medians))
    return tuple(found)


def _inputs(wanted: licence_fee.Licence, outlook: Outlook, *, own: int, on: date) -> tuple[Input, ...]:
    given = {
        "patents": wanted.patents,
        "years": wanted.years,
        "own_licences": own,
        "score": outlook.score,
        "margin": outlook.margin,
        "remaining_years": outlook.remaining_years,
        "licensees": outlook.licensees,
    }
    return tuple(Input(name, value, "given", Grade.STATED, on) for name, value in given.items())


def _running(market: Market, outlook: Outlook) -> dict[str, licence_fee.Rate]:
    """The running rate by what it is a share of: net sales, and profit where its margin is known."""
    if market.band is None:
        return {}
    bounds = market.ceilings
    rate = licence_fee.running_rate(
        *market.band, score=outlook.score, ceiling=None if bounds is None else bounds.of_net_sales
    )
    if outlook.margin is None:
        return {"net_sales": rate}
    most = None if bounds is None else bounds.of_profit
    return {"net_sales": rate, "profit": licence_fee.of_profit(rate, outlook.margin, ceiling=most)}


def _other_form(
    fee: float, running: licence_fee.Rate | None, *, market: Market, outlook: Outlook
) -> dict[str, float | None]:
    """The typical running rate as a fixed fee, and the median fixed fee as a running rate; None without sales."""
    has_sales = any(one > 0 for one in outlook.sales)
    return {
        "running_as_fixed_fee": licence_fee.as_fixed(running.typical, outlook.sales, rate=market.rate)
        if has_sales and running is not None
        else None,
        "fixed_as_running_rate": licence_fee.as_running(fee, outlook.sales, rate=market.rate) if has_sales else None,
    }


def _worth(wanted: licence_fee.Licence, fee: float, *, market: Market, outlook: Outlook) -> float | None:
    if outlook.remaining_years is None or outlook.licensees is None:
        return None
    granted = licence_fee.Licence(patents=wanted.patents, years=wanted.years, fee=fee)
    return licence_fee.value_of_right(
        granted, remaining_years=outlook.remaining_years, licensees=outlook.licensees, rate=market.rate
    )
