"""What valuation's codes are called in both languages, for papers, notices and pages."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from zhirong.base import dated, yaml_text

HERE = Path(__file__).parent


@cache
def groups() -> dict[str, dict[str, dict[str, str]]]:
    """All names by group and code. A group stands in one file only."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    for path in sorted(HERE.glob("labels*.yaml")):
        for group, names in yaml_text.parse(path.read_text("utf-8")).items():
            assert group not in found, f"group {group} stands twice"
            found[group] = names
    found["input_source"] = {**sources(), **found["input_source"]}
    return found


def sources() -> dict[str, dict[str, str]]:
    """The sources of the dated figures that are told in both languages, by their Chinese text."""
    files = [dated.read(path) for path in sorted(HERE.glob("parameters/**/*.yaml"))]
    rows = [row for figures in files for rows in figures.values() for row in rows if row.source_en]
    return {row.source: {"zh": row.source, "en": row.source_en} for row in rows}


def of(group: str, code: str) -> dict[str, str]:
    """The two names of a code; one without a name, such as the name of an input, stands for itself."""
    return groups().get(group, {}).get(str(code)) or {"zh": str(code), "en": str(code)}
