"""Days that a question names: 2022年, 2019年7月以前, 去年, March 2022; a year that tells a fact is none of them."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from typing import Any

DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
# Of a year gone by people tell their figures; it is the year of the rules only where these follow.
YEAR_WORDS = {"去年": -1, "前年": -2, "明年": 1, "后年": 2, "last year": -1, "next year": 1}
OF_RULES = re.compile(r"\s*(?:的|'s)?\s*(?:政策|规定|标准|办法|指南|措施|版|rules|policy|guide)")
# A month of a year told from today: 今年六月份, 去年3月.
SAID_MONTH = re.compile(r"(今年|去年|前年|明年|后年)(\d{1,2}|十[一二]?|[一二三四五六七八九])月(?:份)?")
MONTH_SIGNS = {sign: number for number, sign in enumerate("一二三四五六七八九十", 1)} | {"十一": 11, "十二": 12}
SPOKEN = re.compile(r"[一二][〇零一二三四五六七八九]{3}(?=年)")
ZH = re.compile(r"((?:19|20)\d\d)\s*年\s*(?:(\d{1,2})\s*月\s*(?:(\d{1,2})\s*[日号])?)?")
ISO = re.compile(r"(?<![\d.])((?:19|20)\d\d)[-/.](\d{1,2})(?:[-/.](\d{1,2}))?(?![\d.])")
MONTHS = {name.casefold(): number for number, name in enumerate(calendar.month_name) if name}
EN = re.compile(
    rf"(?:(?:(\d{{1,2}})(?:st|nd|rd|th)?\s+)?({'|'.join(MONTHS)})\s+(?:(\d{{1,2}})(?:st|nd|rd|th)?,?\s+)?)?"
    r"(?<![\d.,])((?:19|20)\d\d)(?![\d,]|\.\d)(?!\s*(?:yuan|rmb|cny|元|万))"
)
# What follows a year that says something of the enterprise and not which rules are asked for.
FACTS = re.compile(r"\s*(成立|注册|设立|创办|创立|出生|毕业)")
FACTS_EN = re.compile(r"(founded|set up|established|registered|incorporated|born)( in| on| since)?\s*$")


@dataclass(frozen=True)
class Span:
    """A stretch of days that a question names, both included, and where."""

    start: int
    end: int
    since: date
    until: date

    def meets(self, since: date, until: date | None) -> bool:
        return since <= self.until and (until is None or self.since <= until)


def named(text: str, today: date) -> list[Span]:
    """Every stretch of days that a plain text names, in its order; days that no calendar has are no days."""
    text = SPOKEN.sub(lambda found: found.group().translate(DIGITS), text)
    found = [span(one, one.groups()) for one in ZH.finditer(text) if not FACTS.match(text, one.end())]
    found += [span(one, one.groups()) for one in ISO.finditer(text)]
    taken = {place for one in (*ZH.finditer(text), *ISO.finditer(text)) for place in range(one.start(), one.end())}
    for one in EN.finditer(text):
        day, month, day_after, year = one.groups()
        if one.end() - 1 not in taken and not FACTS_EN.search(text, 0, one.start()):
            found.append(span(one, (year, str(MONTHS[month]) if month else None, day or day_after)))
    for one in SAID_MONTH.finditer(text):
        word, month = one.groups()
        found.append(span(one, (today.year + YEAR_WORDS.get(word, 0), MONTH_SIGNS.get(month, month), None)))
    for word, step in YEAR_WORDS.items():
        found += [
            Span(one.start(), one.end(), date(today.year + step, 1, 1), date(today.year + step, 12, 31))
            for one in re.finditer(re.escape(word), text)
            if (step > 0 or OF_RULES.match(text, one.end())) and not SAID_MONTH.match(text, one.start())
        ]
    return sorted((one for one in found if one), key=lambda one: one.start)


def span(match: re.Match[str], said: tuple[Any, ...]) -> Span | None:
    """A year, a month of it or a day of that."""
    year, month, day = said
    first_month, last_month = (int(month), int(month)) if month else (1, 12)
    try:
        since = date(int(year), first_month, int(day) if day else 1)
        last = calendar.monthrange(int(year), last_month)[1]
        until = date(int(year), last_month, int(day) if day else last)
    except (ValueError, calendar.IllegalMonthError):
        return None
    return Span(match.start(), match.end(), since, until)
