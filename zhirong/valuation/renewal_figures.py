"""The dated figures of the renewal option: priors by kind of patent and how far the sensitivities move them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from zhirong.base import dated
from zhirong.base.refused import Refused
from zhirong.valuation.engine.result import digest

FILE = Path(__file__).parent / "parameters" / "renewal.yaml"


@dataclass(frozen=True, slots=True)
class RenewalFigures:
    """What rules on a day for a kind of patent: figures, moves, and the hash that names them."""

    prior: Mapping[str, Any]
    moves: Mapping[str, Any]
    source: str
    dated: date | None
    sha256: str


def on(kind: str, day: date) -> RenewalFigures:
    """The prior of a kind as it stands on the day. A kind that pays no annual fees has none and is refused."""
    figures = dated.read(FILE)
    if f"renewal_prior_{kind}" not in figures:
        raise Refused("valuation.no_such_kind", kind=kind)
    prior = dated.on(figures[f"renewal_prior_{kind}"], day)
    moves = dated.on(figures["renewal_sensitivity"], day)
    return RenewalFigures(prior.value, moves.value, prior.source, prior.dated, digest([prior.value, moves.value]))
