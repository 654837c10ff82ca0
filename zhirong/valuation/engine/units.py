"""Between the exact numbers that tables keep and the floats that methods reckon with."""

from __future__ import annotations

from dataclasses import asdict
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from zhirong.valuation.engine import guards
from zhirong.valuation.engine.result import Quantiles, Result

MICRO = 1_000_000
FEN = Decimal(100)
# Beyond this no table and no ledger holds an amount.
MOST_FEN = 9 * 10**18


def from_micro(value_micro: int) -> float:
    """Millionths of a unit as a number of the unit."""
    return value_micro / MICRO


def fen(yuan: float) -> int:
    """Yuan as fen, half even; what no table holds is its largest amount. Refused: not finite."""
    exact = Decimal(guards.finite(yuan, "amount")) * FEN
    return max(-MOST_FEN, min(MOST_FEN, int(exact.quantize(Decimal(1), ROUND_HALF_EVEN))))


def yuan(fen_: int) -> float:
    """Fen as yuan."""
    return fen_ / 100


def in_fen(found: Quantiles) -> dict[str, int]:
    """A range in fen by the names of its quantiles, the mean with it."""
    return {name: fen(value) for name, value in asdict(found).items()}


def kept(result: Result) -> dict[str, Any]:
    """A method's record as it is kept: as JSON, and under `fen` its range in whole fen where it has one."""
    said = result.as_json()
    return {**said, "fen": in_fen(result.range) if result.range is not None else None}
