"""What choices, units and unnamed fields of facts are called in both languages: the house's table of their words."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from zhirong.base import yaml_text

NAMES = Path(__file__).parent.parent / "choices.yaml"
SHARED = "*"


@cache
def catalogue() -> Mapping[str, Any]:
    """All of it."""
    found: Mapping[str, Any] = yaml_text.parse(NAMES.read_text("utf-8"))
    return found


def of(value: str, fact: str = "") -> Mapping[str, str] | None:
    """A choice of this fact, else one that means the same in every fact; none where nobody named it."""
    named = catalogue()["choices"]
    found: Mapping[str, str] | None = named.get(fact, {}).get(value) or named[SHARED].get(value)
    return found


def in_any(value: str) -> Mapping[str, str] | None:
    """The same where the fact is not known, as in a table: of the first fact that has such a choice."""
    return of(value) or next((named[value] for named in catalogue()["choices"].values() if value in named), None)
