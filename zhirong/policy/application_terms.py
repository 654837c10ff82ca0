"""The dated figures of applications: terms in working days, and what the house takes at most."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from zhirong.base import dated
from zhirong.base.dated import Figure
from zhirong.policy.engine.measure import Measure

PATH = Path(__file__).parent / "parameters" / "applications.yaml"


def on(name: str, day: date) -> Any:
    """The value of a figure as it rules on the day."""
    return figure(name, day).value


def is_filed_here(made: Measure, day: date) -> bool:
    """Whether its money is claimed from the centre: no tax or fee, no recognition, and no duty of employers."""
    return made.kind == "payment" and not set(made.tags) & set(on("duty_tags", day))


def figure(name: str, day: date) -> Figure:
    """The figure with its source and how sure it is."""
    return dated.on(dated.read(PATH)[name], day)
