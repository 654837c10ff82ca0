"""The shape of what `zr calc` can run. A module offers its engines as `ENGINES` in its own calc.py."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Engine:
    """A pure function from JSON to JSON with the JSON Schema of both sides."""

    run: Callable[[Any], Any]
    takes: dict[str, Any]
    gives: dict[str, Any]
    line: str
