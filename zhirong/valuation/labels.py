"""What valuation's codes are called in both languages, for papers, notices and pages."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from zhirong.base import yaml_text


@cache
def groups() -> dict[str, dict[str, dict[str, str]]]:
    """All names by group and code. A group stands in one file only."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    for path in sorted(Path(__file__).parent.glob("labels*.yaml")):
        for group, names in yaml_text.parse(path.read_text("utf-8")).items():
            assert group not in found, f"group {group} stands twice"
            found[group] = names
    return found


def of(group: str, code: str) -> dict[str, str]:
    """The two names of a code; one without a name, such as the name of an input, stands for itself."""
    return groups().get(group, {}).get(str(code)) or {"zh": str(code), "en": str(code)}
