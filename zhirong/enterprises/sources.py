"""The sources of facts (事实来源) and their rank, as dated data; what they are called."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

from zhirong.base import dated, yaml_text

PATH = Path(__file__).parent / "parameters" / "sources.yaml"
SELF, HOUSE = "self", "house"


def ranks(day: date) -> dict[str, int]:
    """The rank of each source on a day: 0 rules over 1, and so on."""
    tiers = dated.on(dated.read(PATH)["tiers"], day).value
    return {source: rank for rank, tier in enumerate(tiers) for source in tier}


def official(day: date) -> list[str]:
    """The sources that only officials and operators may note: all but the enterprise itself and our own register."""
    return [source for source in ranks(day) if source not in (SELF, HOUSE)]


@cache
def _labels() -> dict[str, dict[str, dict[str, str]]]:
    found: dict[str, dict[str, dict[str, str]]] = yaml_text.parse(
        Path(__file__).with_name("labels.yaml").read_text("utf-8")
    )
    return found


def names() -> dict[str, dict[str, str]]:
    """What each source is called in both languages."""
    return _labels()["source"]


def places() -> dict[str, dict[str, str]]:
    """What each kind of place is called in both languages."""
    return _labels()["place"]
