"""The dated figures of this module: tries, locks, lengths, and the reasons for which a secret may be read."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from zhirong.base import calendar, dated

PATH = Path(__file__).parent / "parameters" / "log_in.yaml"


def at(name: str, now: datetime) -> Any:
    """The value of a figure as it rules at this instant in Beijing."""
    return dated.on(dated.read(PATH)[name], calendar.beijing_day(now)).value
