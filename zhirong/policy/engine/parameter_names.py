"""What the parameters of measures are called: the format keeps no names for them, so the house does, by measure."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from zhirong.base import yaml_text
from zhirong.policy.engine.wording import Said

NAMES = Path(__file__).parent.parent / "parameter_names.yaml"
SHARED = "*"


@cache
def _names() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    found: Mapping[str, Mapping[str, Mapping[str, str]]] = yaml_text.parse(NAMES.read_text("utf-8"))
    return found


def own(measure: str, name: str) -> Said | None:
    """What a parameter of one measure is called; none where only its name is known."""
    return _said(_names().get(measure, {}).get(name))


def shared(name: str) -> Said | None:
    """What parameters of this name are called in any measure."""
    return _said(_names()[SHARED].get(name))


def _said(pair: Mapping[str, str] | None) -> Said | None:
    return Said(pair["zh"], pair["en"][:1].upper() + pair["en"][1:]) if pair else None
