"""What the codes of applications and budgets are called in both languages, for sentences and pages."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from zhirong.base import yaml_text


@cache
def groups() -> dict[str, dict[str, dict[str, str]]]:
    """All names by group and code."""
    found: dict[str, dict[str, dict[str, str]]] = yaml_text.parse(
        Path(__file__).with_name("application_labels.yaml").read_text("utf-8")
    )
    return found


def of(group: str, code: str) -> dict[str, str]:
    """The two names of a code."""
    return groups()[group][code]
