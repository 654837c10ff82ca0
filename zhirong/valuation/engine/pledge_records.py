"""The one record of a lending value and of a portfolio: ranges, ratios, bounds and what they leave out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date

from zhirong.valuation.engine import guards, lending, portfolio
from zhirong.valuation.engine.result import Grade, Input, Note, Quantiles, Result, Sensitivity

# What every answer on a pledge leaves out.
OUTSIDE = Note("finance_interest_outside")


def lending_value(
    value: float,
    *,
    haircut: lending.Haircut,
    levels: Sequence[float],
    product: lending.Product | None,
    term_years: float,
    remaining_years: float | None,
    value_date: date,
    currency: str,
    parameters_sha256: str,
    moves: Mapping[str, float] | None = None,
) -> Result:
    """What a pledge of an appraised `value` brings in a sale, and what may be lent on it.

    The range is of the proceeds; nothing where the right ends before the loan. `figures` holds the ratio and the loan
    at each shortfall level and, with a product, the most it lends, what bounds it, what hinders it, and the
    probability that the pledge alone does not cover it.
    `moves`: how far each part of the haircut is moved for the sensitivities; None tells none.
    """
    guards.positive(value, "value")
    if remaining_years is not None:
        guards.not_negative(remaining_years, "remaining_years")
    # A right that ends before the loan is due leaves nothing to sell.
    has_ended = remaining_years is not None and remaining_years < guards.positive(term_years, "term_years")
    worth = 0.0 if has_ended else value
    figures: dict[str, object] = {"levels": _levels(haircut, levels, worth), "haircut": asdict(haircut)}
    given = {"term_years": term_years, "remaining_years": remaining_years}
    notes = [OUTSIDE]
    if product is not None:
        found = lending.offer(product, value=value, term_years=term_years, remaining_years=remaining_years)
        short = lending.shortfall(haircut, found.loan / value) if found.loan > 0 else None
        figures["product"] = {**asdict(found), "name": product.name, "shortfall_probability": short}
        notes += [Note(f"finance_{code}") for code in found.hindrances]
    if has_ended and Note("finance_ends_before_the_loan") not in notes:
        notes.append(Note("finance_ends_before_the_loan"))
    return Result(
        method="lending-value",
        version="1",
        value_date=value_date,
        currency=currency,
        range=Quantiles.sure(0.0) if has_ended else lending.proceeds(haircut, value),
        parameters_sha256=parameters_sha256,
        inputs=(Input("value", value, "given", Grade.STATED, value_date, currency), *_years(given, value_date)),
        sensitivities=() if has_ended else _of_haircut(value, haircut, moves or {}),
        notes=tuple(notes),
        figures=figures,
    )


def portfolio_value(
    assets: Sequence[portfolio.Asset],
    *,
    correlation: portfolio.Correlation,
    tail: float,
    seed: int,
    value_date: date,
    currency: str,
    parameters_sha256: str,
    move: float | None = None,
) -> Result:
    """The range of many rights together, how concentrated it is, and what each adds to the mean and to the worst tail.

    Paths are chosen by the number of assets (`portfolio.paths_for`). `move`: how far the common correlation is moved
    for the sensitivity, on the same paths; None tells none.
    """
    paths = portfolio.paths_for(len(assets))
    found = portfolio.whole(assets, correlation=correlation, paths=paths, seed=seed, tail=tail)

    def median_at(other: portfolio.Correlation) -> float:
        return portfolio.whole(assets, correlation=other, paths=paths, seed=seed, tail=tail).range.median

    notes = [Note("finance_portfolio_not_a_sum")]
    notes += [Note("finance_part_of_a_set", {"rights": list(found.dropped)})] if found.dropped else []
    notes += [Note("finance_field_unknown")] if any(one.field is None for one in assets) else []
    return Result(
        method="portfolio-value",
        version="1",
        value_date=value_date,
        currency=currency,
        range=found.range,
        parameters_sha256=parameters_sha256,
        seed=seed,
        inputs=(Input("assets", len(assets), "given", Grade.STATED, value_date),),
        sensitivities=() if move is None else (_of_common(correlation, move, median_at),),
        notes=tuple(notes),
        figures={
            "p10_of_mean": found.range.p10 / found.range.mean,
            "herfindahl": found.herfindahl,
            "effective_number": found.effective_number,
            "paths": paths,
            "correlation": asdict(correlation),
            "tail": tail,
            "assets": [asdict(share) for share in found.shares],
        },
    )


def _levels(haircut: lending.Haircut, levels: Sequence[float], worth: float) -> list[dict[str, float]]:
    ratios = [lending.ratio(haircut, level) for level in levels]
    rows = zip(levels, ratios, strict=True)
    return [{"shortfall": level, "ratio": ratio, "loan": ratio * worth} for level, ratio in rows]


def _years(given: Mapping[str, float | None], on: date) -> tuple[Input, ...]:
    return tuple(Input(name, one, "given", Grade.STATED, on, "years") for name, one in given.items())


def _of_haircut(value: float, haircut: lending.Haircut, moves: Mapping[str, float]) -> tuple[Sensitivity, ...]:
    """The median proceeds at each part a move lower and higher, held to where a haircut can be."""
    found = []
    for name, move in moves.items():
        at: float = getattr(haircut, name)
        most = 0.99 if name in ("cost", "forced_sale") else 50.0
        ends = max(0.0, at - move), min(most, at + move)
        low, high = (lending.proceeds(replace(haircut, **{name: end}), value).median for end in ends)
        found.append(Sensitivity(name, *ends, low, high))
    return tuple(found)


def _of_common(
    correlation: portfolio.Correlation, move: float, median_at: Callable[[portfolio.Correlation], float]
) -> Sensitivity:
    ends = max(0.0, correlation.common - move), min(1.0 - correlation.field, correlation.common + move)
    low, high = (median_at(replace(correlation, common=end)) for end in ends)
    return Sensitivity("portfolio_correlation.common", *ends, low, high)
