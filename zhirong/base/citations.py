"""How a rule is cited in Chinese and in English; catalogues write each citation once, in Chinese.

A citation is parts joined by ；: a law with articles (专利法 第四十三条、第四十四条) or rule ids (N5、E29).
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from zhirong.base import shown, yaml_text

DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")}
UNITS = {"十": 10, "百": 100, "千": 1000}
NUMBER = "[零一二三四五六七八九十百千]+|\\d+"
ARTICLE = re.compile(f"第({NUMBER})条(?:第({NUMBER})款)?(?:第({NUMBER})项)?")


def rule(citation: str, language: str) -> str:
    """The citation for a reader of this language: 专利法 第四十三条；N20 -> Patent Law art. 43; N20."""
    if shown.is_chinese(language):
        return citation
    return "; ".join(_part(part.strip()) for part in citation.split("；") if part.strip())


@cache
def laws() -> dict[str, str]:
    """The laws' names, the longest first, so that none is taken for its beginning."""
    found: dict[str, str] = yaml_text.parse(Path(__file__).with_suffix(".yaml").read_text("utf-8"))
    return dict(sorted(found.items(), key=lambda pair: -len(pair[0])))


def number(text: str) -> int:
    """A Chinese or Arabic numeral below ten thousand: 一百一十五 -> 115."""
    if text.isdecimal():
        return int(text)
    total = digit = 0
    for sign in text:
        if sign in UNITS:
            total, digit = total + (digit or 1) * UNITS[sign], 0
        else:
            digit = DIGITS[sign]
    return total + digit


def _part(part: str) -> str:
    """One law with its articles; several laws may stand in one part, parted by a list comma."""
    found, rest = [], part
    while rest:
        name = next((zh for zh in laws() if rest.startswith(zh)), "")
        cut = min((rest.index(f"、{zh}") for zh in laws() if f"、{zh}" in rest), default=len(rest))
        said, rest = rest[len(name) : cut].strip(), rest[cut + 1 :]
        found.append(f"{laws()[name]} {_articles(said)}".strip() if name else _articles(said, is_law=False))
    return ", ".join(found)


def _articles(text: str, *, is_law: bool = True) -> str:
    """第三十条至第三十五条 -> arts. 30 to 35; a bare number behind a law is an article too."""
    plain = ARTICLE.sub(_article, text).replace("至", " to ").replace("、", ", ")
    if not is_law or not plain:
        return plain
    return f"{'arts.' if len(re.findall(r'(?<![(0-9])[0-9]+', plain)) > 1 else 'art.'} {plain}"


def _article(found: re.Match[str]) -> str:
    parts = "".join(f"({number(part)})" for part in found.groups()[1:] if part)
    return f"{number(found[1])}{parts}"
