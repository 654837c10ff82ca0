"""The kinds of deeds, as the modules declare them in their events.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from zhirong.base import shown, yaml_text


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of deed: what a person who is told of it reads, with its facts in braces, and which facts there are.

    A legal notice is one whose receipt has consequences in law or in the rule set (a deadline begins, money moves):
    nobody can switch it off.
    """

    name: str
    zh: str
    en: str
    public: bool
    facts: dict[str, str]
    is_legal: bool
    # What a notice says where it says more than the record's line.
    notice_zh: str = ""
    notice_en: str = ""

    def text(self, language: str) -> str:
        """What a notice of this kind says, with its facts in braces."""
        if shown.is_chinese(language):
            return self.notice_zh or self.zh
        return self.notice_en or self.en


@cache
def declared() -> dict[str, Kind]:
    """Every kind of the house by its name."""
    kinds: dict[str, Kind] = {}
    for path in sorted(Path(__file__).parent.parent.glob("*/events.yaml")):
        for name, entry in (yaml_text.parse(path.read_text("utf-8")) or {}).items():
            assert name not in kinds, f"the kind {name} stands twice"
            kinds[name] = _kind(name, entry)
    return kinds


def of(name: str) -> Kind:
    """The kind of this name; one that nobody declared goes by its bare name."""
    return declared().get(name) or _kind(name, {})


def _kind(name: str, entry: dict[str, Any]) -> Kind:
    said: dict[str, str] = entry.get("notice") or {}
    return Kind(
        name=name,
        zh=entry.get("zh", name),
        en=entry.get("en", name),
        public=bool(entry.get("public")),
        facts=dict(entry.get("facts") or {}),
        is_legal=bool(entry.get("legal")),
        notice_zh=said.get("zh", ""),
        notice_en=said.get("en", ""),
    )
