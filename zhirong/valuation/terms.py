"""The dated figures of appraisals: purposes, kinds of value, terms, and how long a conclusion is used."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from zhirong.base import dated

PATH = Path(__file__).parent / "parameters" / "service" / "appraisals.yaml"


def on(name: str, day: date) -> Any:
    """The value of a figure as it rules on the day."""
    return dated.on(dated.read(PATH)[name], day).value
