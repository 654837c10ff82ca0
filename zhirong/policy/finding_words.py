"""Findings of lint, cases and mutants in Chinese: the engine tells them in English, and each is one of a known form."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from zhirong.base import citations, refused, yaml_text

FORMS = Path(__file__).with_name("findings_zh.yaml")
FACT = re.compile(r"\{(\w+)\}")


def chinese(finding: str) -> str:
    """The finding in Chinese; one whose form nobody wrote down stays as it is."""
    if finding.startswith("refused: "):
        return f"拒绝：{chinese(finding.removeprefix('refused: '))}"
    for form, zh in forms():
        if fits := form.fullmatch(finding):
            return zh.format_map(fits.groupdict())
    return finding


@cache
def forms() -> list[tuple[re.Pattern[str], str]]:
    """The forms of the engine, then those of policy's refusals, which the lint quotes."""
    own: list[tuple[str, str]] = yaml_text.parse(FORMS.read_text("utf-8"))
    texts = [(one["en"], one["zh"]) for code, one in refused.catalogue().items() if code.startswith("policy.")]
    said = [(citations.said(en, "en"), citations.said(zh, "zh")) for en, zh in texts]
    return [(pattern(en), zh) for en, zh in [*own, *said] if set(FACT.findall(zh)) <= set(FACT.findall(en))]


def pattern(english: str) -> re.Pattern[str]:
    """A sentence with its facts open; a fact that stands twice is the same twice."""
    parts, seen = [], set[str]()
    for place, part in enumerate(FACT.split(english)):
        if place % 2 == 0:
            parts.append(re.escape(part))
        else:
            parts.append(f"(?P={part})" if part in seen else f"(?P<{part}>.+?)")
            seen.add(part)
    return re.compile("".join(parts), re.DOTALL)
