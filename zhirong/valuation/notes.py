"""Notes on results in words: what a person should know about a figure, in both languages."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from zhirong.base import shown, yaml_text
from zhirong.valuation.engine.result import Note


@cache
def catalogue() -> dict[str, dict[str, Any]]:
    """Every note by its code: zh, en and `weight` (info or warn). A code stands in one file only."""
    texts: dict[str, dict[str, Any]] = {}
    for path in sorted((Path(__file__).parent / "notes").glob("*.yaml")):
        for code, entry in (yaml_text.parse(path.read_text("utf-8")) or {}).items():
            assert code not in texts, f"note {code} stands twice"
            texts[code] = entry
    return texts


def sentence(note: Note, language: str) -> str:
    """The note's sentence in one language, its facts shown as people read them."""
    text = str(catalogue()[note.code]["zh" if shown.is_chinese(language) else "en"])
    return text.format(**{name: shown.fact(name, value, language) for name, value in note.facts.items()})
