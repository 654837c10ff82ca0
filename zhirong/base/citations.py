"""How a rule is cited in Chinese and in English; catalogues write each citation once, in Chinese.

A citation is parts joined by ；: a law with articles (专利法 第四十三条、第四十四条) or rule ids (N5、E29).
People read the law, and a rule that stands before or without one by its title with its id as a mark behind it
(rule_titles.yaml).
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from zhirong.base import shown, yaml_text

DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")}
UNITS = {"十": 10, "百": 100, "千": 1000}
NUMBER = "[零一二三四五六七八九十百千]+|\\d+"
ARTICLE = re.compile(f"第({NUMBER})条(?:第({NUMBER})款)?(?:第({NUMBER})项)?")
MARK = re.compile(r"(?<![A-Za-z0-9])[A-Z]\d{1,2}(?![A-Za-z0-9])")
MARKS = re.compile(r"(?P<head>规则 ?|[Rr]ules? )(?P<ids>[A-Z]\d{1,2}(?:(?:、|, )[A-Z]\d{1,2})*)(?![A-Za-z0-9])")
BARE_ARTICLE = re.compile(r"(?<=[ 、])\d+(?![\d条])")


def rule(citation: str, language: str) -> str:
    """The citation for a reader of this language: 专利法 第四十三条；N20 -> Patent Law art. 43."""
    said, has_law = [], False
    for part in (one.strip() for one in citation.split("；") if one.strip()):
        if not _is_marks(part):
            said.append(_law(part, language))
            has_law = True
        elif not has_law:
            # Ids behind a law say the same once more; those before it are what the house itself asks.
            said.append(titled([part], language))
    return ("；" if shown.is_chinese(language) else "; ").join(said)


def titled(parts: list[str], language: str) -> str:
    """Rule ids, each behind its title: N5、E29 -> how a right ends N5, a right that ends on the way E29."""
    side, apart = ("zh", "、") if shown.is_chinese(language) else ("en", ", ")
    ids = [one for part in parts for one in MARK.findall(part)]
    return apart.join(f"{titles()[one][side]} {one}" for one in ids)


def said(text: str, language: str) -> str:
    """A sentence of a catalogue, each rule id in it behind its title: (rule B7) -> (rule: valid bids B7)."""

    def named(found: re.Match[str]) -> str:
        head = f"{found['head'].strip()}{'：' if shown.is_chinese(language) else ': '}"
        return head + titled([found["ids"]], language)

    return MARKS.sub(named, text)


@cache
def titles() -> dict[str, dict[str, Any]]:
    """What each rule id is called and what it says, by its id."""
    found: dict[str, dict[str, Any]] = yaml_text.parse(Path(__file__).with_name("rule_titles.yaml").read_text("utf-8"))
    return found


def _law(part: str, language: str) -> str:
    """A law with its articles, or a public standard as it stands."""
    if not shown.is_chinese(language):
        return _part(part)
    return BARE_ARTICLE.sub(r"第\g<0>条", part) if _law_of(part) else part


def _is_marks(part: str) -> bool:
    """Whether a part is rule ids of the house and nothing else; anything else is a law or a public standard."""
    ids = MARK.findall(part)
    return bool(ids) and all(one in titles() for one in ids) and not MARK.sub("", part).strip("、, ")


def _law_of(part: str) -> str:
    """The law that a part begins with, if the house knows it."""
    return next((zh for zh in laws() if part.startswith(zh)), "")


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
        name = _law_of(rest)
        cut = min((rest.index(f"、{zh}") for zh in laws() if f"、{zh}" in rest), default=len(rest))
        said, rest = rest[len(name) : cut].strip(), rest[cut + 1 :]
        found.append(f"{laws()[name]} {_articles(said)}".strip() if name else _articles(said, is_law=False))
    return ", ".join(found)


def _articles(text: str, *, is_law: bool = True) -> str:
    """第三十条至第三十五条 -> arts. 30 to 35; a bare number behind a law is an article too."""
    plain = ARTICLE.sub(_article, text).replace("至", " to ").replace("、", ", ")
    plain = plain.replace("（参照）", " (by analogy)")
    if not is_law or not plain:
        return plain
    return f"{'arts.' if len(re.findall(r'(?<![(0-9])[0-9]+', plain)) > 1 else 'art.'} {plain}"


def _article(found: re.Match[str]) -> str:
    parts = "".join(f"({number(part)})" for part in found.groups()[1:] if part)
    return f"{number(found[1])}{parts}"
