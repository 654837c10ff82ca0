"""A chunk of a run over many rights: plain values that any process can value alone, without a database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from zhirong.valuation import figures
from zhirong.valuation.engine import estimate, units
from zhirong.valuation.engine.market_model import MarketModel
from zhirong.valuation.engine.subject import Subject

# The columns of a row in the order in which the hash of a run reads them.
AMOUNTS = ("p5", "p10", "p25", "median", "p75", "p90", "p95", "mean")
REFUSED, SILENT = "refused", "silent"


class Chunk(NamedTuple):
    """Rights by their ids, in order; None where the registry's facts refuse an estimate. `model` is its JSON or ""."""

    day: date
    model: str
    rights: tuple[tuple[int, Subject | None], ...]


class Valued(NamedTuple):
    """One right of a run: eight amounts in fen, or none, and where the width of the range comes from."""

    right_id: int
    fen: tuple[int, ...] | None
    basis: str


def value(chunk: Chunk) -> tuple[Valued, ...]:
    """The chunk's rights, in its order; the digits are those that each right has alone."""
    known = [subject for _, subject in chunk.rights if subject is not None]
    rows = iter(estimate.of_many(known, _model(chunk.model), figures.on(chunk.day)))
    return tuple(
        Valued(right_id, None, REFUSED) if subject is None else _valued(right_id, next(rows))
        for right_id, subject in chunk.rights
    )


def digest(rows: Iterable[Valued]) -> str:
    """The hash of a run's results, by rising id of the right."""
    found = hashlib.sha256()
    for right_id, fen, basis in rows:
        amounts = ",".join(str(one) for one in fen) if fen is not None else ""
        found.update(f"{right_id}:{basis}:{amounts}\n".encode())
    return found.hexdigest()


def _valued(right_id: int, row: estimate.Row) -> Valued:
    if row.headline is None:
        return Valued(right_id, None, row.basis if row.basis == "ended" else SILENT)
    amounts = units.in_fen(row.headline)
    return Valued(right_id, tuple(amounts[name] for name in AMOUNTS), row.basis)


@lru_cache(maxsize=2)
def _model(text: str) -> MarketModel | None:
    """Every chunk of a run brings the same one."""
    return MarketModel.from_json(json.loads(text)) if text else None
