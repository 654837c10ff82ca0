"""Numbers that a question tells: 800万元, 三百万, 5 million yuan, 12个月, 85%; two readings are refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from zhirong.base.refused import Refused
from zhirong.policy.engine import numerals

CHINESE = "零〇一二两三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟点廿卅兆"
# What stands after a number and the unit it says; "" is no unit but a size, so it says yuan.
UNITS = {
    "人民币": "CNY",
    "块钱": "CNY",
    "元": "CNY",
    "块": "CNY",
    "个月": "month",
    "天": "day",
    "年": "year",
    "%": "/1",
    "个点": "/1",
    "名": "count",
    "位": "count",
    "人": "count",
    "件": "count",
    "个": "count",
    "项": "count",
    "家": "count",
    "座": "count",
    "台": "count",
    "套": "count",
    "户": "count",
    "单": "count",
    "分": "point",
}
LONGER = "|".join(sorted(UNITS, key=len, reverse=True))
ZH = re.compile(rf"(百分之)?((?:[0-9][0-9,]*(?:\.[0-9]+)?|[{CHINESE}])[{CHINESE}]*)\s*(多|余)?\s*({LONGER})?")
SMALL = {
    name: value
    for value, name in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
        ]
    )
} | {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
LARGE = {"hundred": 10**2, "thousand": 10**3, "million": 10**6, "billion": 10**9, "m": 10**6, "bn": 10**9, "k": 10**3}
EN_UNITS = {
    "yuan": "CNY",
    "rmb": "CNY",
    "cny": "CNY",
    "%": "/1",
    "per cent": "/1",
    "percent": "/1",
    "month": "month",
    "months": "month",
    "day": "day",
    "days": "day",
    "year": "year",
    "years": "year",
    "people": "count",
    "persons": "count",
    "employees": "count",
    "staff": "count",
}
NUMBER = r"[0-9][0-9,]*(?:\.[0-9]+)?"
EN = re.compile(
    rf"(rmb|cny|¥|￥)?\s*(?<![a-z0-9.-])({NUMBER}|{'|'.join(SMALL)})(?![a-z0-9])?"
    rf"((?:\s*(?:{'|'.join(LARGE)})(?![a-z]))*)[\s-]*({'|'.join(sorted(EN_UNITS, key=len, reverse=True))})?(?![a-z])"
)
LONGEST = 40


@dataclass(frozen=True)
class Told:
    """A number with its unit ("" where none is said) and its place in the question."""

    start: int
    end: int
    value: Fraction
    unit: str
    text: str


# Shares in words: 五成, 十分之一, 一半, half, one fifth.
TENTHS = re.compile(r"([一二两三四五六七八九])成(?!立|果|长|本|员|功|为|效|熟|都)")
PARTS = re.compile(r"([二两三四五六七八九十])分之([一二两三四五六七八九])")
HALVES = re.compile(r"一半|减半|各半|对半|\bhalf\b")
FIFTHS = re.compile(r"\b(one|two|three|four) (third|quarter|fifth|tenth)s?\b")
ORDINALS = {"third": 3, "quarter": 4, "fifth": 5, "tenth": 10}


def shares(text: str) -> list[Told]:
    """The shares of a plain text that are said in words."""
    found = [(one, Fraction(numerals.DIGITS[one.group(1)], 10)) for one in TENTHS.finditer(text)]
    for one in PARTS.finditer(text):
        below = numerals.number(one.group(1)) or Fraction(10)
        found.append((one, Fraction(numerals.DIGITS[one.group(2)]) / below))
    found += [(one, Fraction(1, 2)) for one in HALVES.finditer(text)]
    found += [(one, Fraction(SMALL[one.group(1)], ORDINALS[one.group(2)])) for one in FIFTHS.finditer(text)]
    return [Told(one.start(), one.end(), value, "/1", one.group()) for one, value in found]


def told(text: str) -> list[Told]:
    """Every number of a plain text. Refused: one with a unit of money that has no one reading."""
    found = [one for match in ZH.finditer(text) if (one := of_chinese(match, text))]
    taken = [(one.start, one.end) for one in found]
    for match in EN.finditer(text):
        one = of_english(match)
        if one and not any(start < one.end and one.start < end for start, end in taken):
            found.append(one)
    taken = [(one.start, one.end) for one in found]
    found += [one for one in shares(text) if not any(start < one.end and one.start < end for start, end in taken)]
    return sorted(found, key=lambda one: one.start)


def of_chinese(match: re.Match[str], text: str) -> Told | None:
    """A number in Chinese writing; a numeral without unit or size is a word and no number."""
    share, body, _, said = match.groups()
    is_sized = any(sign in "万亿" for sign in body)
    unit = "/1" if share else UNITS.get(said or "", "")
    if not unit and is_sized:
        unit = "CNY"
    if not unit or len(body) > LONGEST:
        return None
    value = numerals.number(body)
    if value is None:
        if unit == "CNY" and len(body) > 1:
            raise Refused("policy.question_number_unreadable", text=match.group()[:LONGEST])
        return None
    if unit == "year" and value > 100:
        return None
    scale = Fraction(1, 100) if unit == "/1" else Fraction(1)
    return Told(match.start(), match.end(), value * scale, unit, match.group().strip())


def of_english(match: re.Match[str]) -> Told | None:
    """A number in English writing; a bare one may be a year or a label, so it needs a unit or a size."""
    sign, body, sizes, said = match.groups()
    if not (sign or sizes.strip() or said):
        return None
    value = Fraction(SMALL[body]) if body in SMALL else Fraction(body.replace(",", ""))
    for size in sizes.split():
        value *= LARGE[size]
    unit = EN_UNITS.get(said or "", "") or ("CNY" if sign or sizes.strip() else "")
    scale = Fraction(1, 100) if unit == "/1" else Fraction(1)
    return Told(match.start(), match.end(), value * scale, unit, match.group().strip())


def lenient(text: str) -> list[Told]:
    """The numbers of a text of the house; what has no one reading is left out."""
    try:
        return told(text)
    except Refused:
        return []
