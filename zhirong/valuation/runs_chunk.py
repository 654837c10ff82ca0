"""One chunk of a run: what is known of some rights in, their ranges out, in whichever process it is computed.

A chunk carries plain values and no table: whoever computes it needs neither a database nor the house.
"""

from __future__ import annotations

from dataclasses import astuple
from datetime import date
from typing import NamedTuple

from zhirong.base.refused import Refused
from zhirong.valuation import figures
from zhirong.valuation.engine import estimate, units
from zhirong.valuation.engine.market_model import MarketModel
from zhirong.valuation.engine.subject import Subject


class Chunk(NamedTuple):
    """Some rights of a run, and what all of the run share. Figures are named by their hash: each machine has them."""

    subjects: tuple[Subject, ...]
    model: MarketModel | None
    day: date
    parameters_sha256: str


class Told(NamedTuple):
    """The range of a right in fen, half even: p5, p10, p25, median, p75, p90, p95, mean; empty where nothing speaks."""

    fen: tuple[int, ...]
    # tested, pooled or untested; "ended" where the term was over.
    basis: str


def value(chunk: Chunk) -> list[Told]:
    """What is told of each right of the chunk, in order, without anybody's answers.

    Refused: this machine has other figures for the day than the run began with.
    """
    under = figures.on(chunk.day)
    if under.sha256 != chunk.parameters_sha256:
        raise Refused("valuation.run_figures_changed", day=chunk.day)
    rows = estimate.of_many(chunk.subjects, chunk.model, under)
    return [Told(_in_fen(row), row.basis) for row in rows]


def _in_fen(row: estimate.Row) -> tuple[int, ...]:
    return () if row.headline is None else tuple(units.fen(yuan) for yuan in astuple(row.headline))
