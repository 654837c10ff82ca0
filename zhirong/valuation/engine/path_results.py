"""The paths of a few rights as the one record of every method, with what moves each median."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np

from zhirong.valuation.engine import guards, paths, plain_paths
from zhirong.valuation.engine.paths import Batch, Setup, Tables
from zhirong.valuation.engine.result import Grade, Input, Note, Quantiles, Result, Sensitivity

METHOD, VERSION = "income-paths", "1"
UNITS = {
    "base": "money/year",
    "drift": "1/year",
    "volatility": "1/year",
    "life": "years",
    "hazard": "1/year",
    "discount": "1/year",
    "spread": "1/year",
}


def results(
    batch: Batch,
    setup: Setup,
    *,
    day: date,
    discount_step: float,
    figures: Mapping[str, str],
    currency: str = "CNY",
    parameters_sha256: str = "",
) -> list[Result]:
    """Each right's record, in order: range, exact mean, and the median at other discounts and royalties.

    For a few rights at a time; runs over many take `kernel.value`. `discount_step`: how far the discount is moved
    for the sensitivity. `figures`: name of an input -> source, where it was a dated figure and no statement.
    """
    guards.within(discount_step, "discount_step", least=0, most=0.5)
    shared = paths.tables(setup)
    ranges = plain_paths.value(batch, shared)
    drawn = plain_paths.sampled(batch, shared)
    moved = _sensitivities(batch, shared, discount_step)
    return [
        Result(
            method=METHOD,
            version=VERSION,
            value_date=day,
            currency=currency,
            range=Quantiles.of(row[:-1], row[-1]),
            parameters_sha256=parameters_sha256,
            seed=setup.seed,
            inputs=_inputs(batch, i, (setup, figures)),
            sensitivities=tuple(one[i] for one in moved),
            notes=(Note("life_expected_not_drawn"), *_nothing(batch, i)),
            figures={
                "paths": setup.paths,
                "timing": "middle" if setup.is_mid_year else "end",
                "drawn_mean": drawn[i, -2].item(),
                "standard_deviation": drawn[i, -1].item(),
            },
        )
        for i, row in enumerate(ranges)
    ]


def _inputs(batch: Batch, i: int, about: tuple[Setup, Mapping[str, str]]) -> tuple[Input, ...]:
    """The right's own numbers, the volatility of its class, and the law of its discount."""
    setup, figures = about
    said = {name: column[i].item() for name, column in batch._asdict().items()}
    said |= {"volatility": setup.volatilities[batch.volatility[i]], "spread": setup.spread, "cut": setup.cut}
    return tuple(
        Input(
            name,
            value,
            figures.get(name, ""),
            Grade.FIGURE if name in figures else Grade.STATED,
            unit=UNITS.get(name, ""),
        )
        for name, value in said.items()
    )


def _nothing(batch: Batch, i: int) -> tuple[Note, ...]:
    """Nothing to come, because the life is over or nothing was earned: said, since a zero may be a slip."""
    return (Note("nothing_to_come"),) if batch.base[i] * batch.life[i] * batch.high[i] == 0 else ()


def _sensitivities(batch: Batch, shared: Tables, step: float) -> list[list[Sensitivity]]:
    low = np.maximum(batch.discount - step, 0)
    high = np.minimum(batch.discount + step, paths.MOST_DISCOUNT)
    at_discount = [_medians(batch._replace(discount=moved), shared) for moved in (low, high)]
    at_royalty = [_medians(batch._replace(low=r, mode=r, high=r), shared) for r in (batch.low, batch.high)]
    return [
        [Sensitivity("discount", *each) for each in zip(low.tolist(), high.tolist(), *at_discount, strict=True)],
        [
            Sensitivity("royalty", *each)
            for each in zip(batch.low.tolist(), batch.high.tolist(), *at_royalty, strict=True)
        ],
    ]


def _medians(batch: Batch, shared: Tables) -> list[float]:
    median: list[float] = plain_paths.value(batch, shared)[:, 3].tolist()
    return median
