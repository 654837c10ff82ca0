"""The dated figures of the market approach (parameters/market.yaml), as its engines take them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from zhirong.base import dated
from zhirong.valuation.engine import conformal, hedonic
from zhirong.valuation.engine.result import digest

PATH = Path(__file__).parent / "parameters" / "market.yaml"


def on(day: date) -> dict[str, Any]:
    """Every figure of the market approach as it rules on a day; a day before the first is refused."""
    return {name: dated.on(figures, day).value for name, figures in dated.read(PATH).items()}


def priors(day: date) -> hedonic.Priors:
    """What the hedonic model believes before any deal."""
    return hedonic.Priors(**on(day)["hedonic_priors"])


def range_rules(day: date) -> conformal.Rules:
    """How scores become ranges."""
    return conformal.Rules(**on(day)["conformal_rules"])


def study_rules(day: date) -> dict[str, Any]:
    """Shares, bands and chances of studies by name."""
    found: dict[str, Any] = on(day)["study_rules"]
    return found


def sha256(day: date) -> str:
    """The hash of the set of figures that ruled."""
    return digest(on(day))
