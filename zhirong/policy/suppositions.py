"""What-ifs that come with the house: hire two R&D people, file one invention, have one granted."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

from zhirong.base import dated
from zhirong.base.dated import Figure
from zhirong.base.refused import Refused
from zhirong.policy.engine.what_if import Change

FIGURES: Final = Path(__file__).parent / "parameters" / "suppositions.yaml"


def names() -> list[str]:
    """Every what-if by its name."""
    return list(dated.read(FIGURES))


def figure(name: str, day: date) -> Figure:
    """By how much facts move, with the source. Refused: no such what-if."""
    found = dated.read(FIGURES)
    if name not in found:
        raise Refused("policy.no_such_supposition", name=name[:60])
    return dated.on(found[name], day)


def changes(name: str, day: date) -> list[Change]:
    """The same as changes of facts."""
    moved = figure(name, day).value
    return [Change(fact, how, value) for fact, by in moved.items() for how, value in by.items()]
