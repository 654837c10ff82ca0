"""Refusals: what was not done, which rule says so, and the way out. Texts live in the catalogues."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from zhirong.base import citations, shown, yaml_text


class Refused(Exception):
    """A deed that the rules do not allow: a code of the catalogue and the facts for its sentence.

    The catalogue is one `refusals.yaml` in each module: code -> zh, en, rule, status.
    Facts are plain values; names ending in `_fen` are shown as money, in `_at` as Beijing time.
    """

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts

    def __str__(self) -> str:
        return f"{self.code} {self.facts}" if self.facts else self.code

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Refused) and (self.code, self.facts) == (other.code, other.facts)

    def __hash__(self) -> int:
        return hash(self.code)


@cache
def catalogue() -> dict[str, dict[str, Any]]:
    """Every refusal of the house by its code. A code stands in one file only."""
    texts: dict[str, dict[str, Any]] = {}
    for path in sorted(Path(__file__).parent.parent.glob("*/refusals.yaml")):
        for code, entry in (yaml_text.parse(path.read_text("utf-8")) or {}).items():
            assert code not in texts, f"refusal {code} stands twice"
            texts[code] = entry
    return texts


class _Facts(dict[str, str]):
    """The facts of a sentence; one that is missing stays visible as {name} instead of breaking the page."""

    def __missing__(self, name: str) -> str:
        return "{" + name + "}"


def sentence(refused: Refused, language: str) -> str:
    """The catalogue's sentence for this refusal in one language, its facts shown as people read them."""
    text = citations.said(catalogue()[refused.code]["zh" if shown.is_chinese(language) else "en"], language)
    facts = {name: shown.fact(name, value, language) for name, value in refused.facts.items()}
    return text.format_map(_Facts(facts))


def status(refused: Refused) -> int:
    """The HTTP status of this refusal (RFC 9110); 409 where the catalogue names none."""
    return int(catalogue()[refused.code].get("status", 409))


def rule(refused: Refused) -> str:
    """The rule that said no, as the catalogue cites it; empty where a refusal needs no law."""
    return str(catalogue()[refused.code].get("rule", ""))
