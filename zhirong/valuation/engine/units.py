"""Between the exact numbers that tables keep and the floats that methods reckon with."""

from __future__ import annotations

import math
from dataclasses import asdict
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from zhirong.valuation.engine import guards
from zhirong.valuation.engine.result import Quantiles, Result

MICRO = 1_000_000
FEN = Decimal(100)
# Beyond this no table and no ledger holds an amount.
MOST_FEN = 9 * 10**18
# The standard score of the 95th percentile; a range without width is taken as a per mille wide.
Z95, LEAST_SD = 1.6448536269514722, 1e-3


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


def ppm(share: float) -> int:
    """A share, a factor or a probability in millionths, half even, held within what a column holds."""
    return fen(share * 10_000)


def log(amount: float) -> float:
    """The natural logarithm of a positive amount."""
    return math.log(guards.positive(amount, "amount"))


def log_sd(found: Quantiles) -> float:
    """The log s.d. of a 90 % range if it were lognormal: what lending takes as the error of the valuation."""
    low = guards.positive(found.p5, "p5")
    return max(math.log(found.p95 / low) / (2 * Z95), LEAST_SD)


def years(months: int) -> float:
    """Months as years."""
    return months / 12


def text(value: float | int | str | bool | None) -> str:
    """An input's value as a table shows it: six digits, thousands apart; unknown is a dash."""
    if value is None:
        return "–"
    if isinstance(value, bool | str):
        return str(value).lower() if isinstance(value, bool) else value
    return f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.0f}"
