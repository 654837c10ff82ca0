"""The dated figures of applications: terms in working days, and what the house takes at most."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from zhirong.base import dated
from zhirong.base.dated import Figure

PATH = Path(__file__).parent / "parameters" / "applications.yaml"


def on(name: str, day: date) -> Any:
    """The value of a figure as it rules on the day."""
    return figure(name, day).value


def figure(name: str, day: date) -> Figure:
    """The figure with its source and how sure it is."""
    return dated.on(dated.read(PATH)[name], day)


def listed(name: str, day: date) -> tuple[str, ...]:
    """A list as it rules on the day; before its first day it is empty."""
    ruling = [one for one in dated.read(PATH)[name] if one.since <= day]
    return tuple(dated.on(ruling, day).value) if ruling else ()
