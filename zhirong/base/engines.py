"""The shape of what `zr calc` can run. A module offers its engines as `ENGINES` in its own calc.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Engine:
    """A pure function from JSON to JSON with the JSON Schema of both sides."""

    run: Callable[[Any], Any]
    takes: dict[str, Any]
    gives: dict[str, Any]
    line: str


def form(properties: Mapping[str, Any], *needed: str) -> dict[str, Any]:
    """The schema of an object of these properties and no other."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(needed),
        "additionalProperties": False,
    }


def many(items: dict[str, Any], *, most: int, least: int = 0) -> dict[str, Any]:
    """The schema of a list of bounded length, so that no input keeps the machine busy."""
    return {"type": "array", "items": items, "minItems": least, "maxItems": most}
