"""Numbers as people write them in Chinese: 300万, 1.5亿, 三百二十万, 百分之五, 12个月; exact, or refused."""

from __future__ import annotations

import re
from fractions import Fraction

from zhirong.base import text as texts
from zhirong.base.refused import Refused

DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")}
DIGITS |= {"〇": 0, "两": 2, "壹": 1, "贰": 2, "叁": 3, "肆": 4, "伍": 5, "陆": 6, "柒": 7, "捌": 8, "玖": 9}
SMALL = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
LARGE = {"万": 10**4, "亿": 10**8}
# What stands after a number, longest first, and the unit that it says.
SUFFIXES = {
    "个百分点": "/1",
    "万元": "CNY",
    "亿元": "CNY",
    "个月": "month",
    "人民币": "CNY",
    "元": "CNY",
    "圆": "CNY",
    "天": "day",
    "日": "day",
    "月": "month",
    "年": "year",
    "人": "person",
    "名": "person",
    "件": "count",
    "个": "count",
    "项": "count",
    "分": "point",
    "%": "/1",
}
PLAIN = re.compile(r"-?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?")
LONGEST = 40


def read(text: str, *, name: str, unit: str) -> Fraction:
    """The number of a text for a fact of that unit. Refused: not one number, or said in another unit."""
    plain = re.sub(r"\s", "", texts.half_width(text))
    if not plain or len(plain) > LONGEST:
        raise unread(name, text)
    body, scale = plain, Fraction(1)
    if body.startswith("百分之"):
        body, scale = body.removeprefix("百分之") + "%", scale
    for suffix, said in SUFFIXES.items():
        if body.endswith(suffix) and len(body) > len(suffix):
            if said != unit:
                raise Refused("policy.units_mixed", name=name, unit=said, wanted=unit)
            body = body.removesuffix(suffix) + (suffix[0] if suffix in ("万元", "亿元") else "")
            scale = Fraction(1, 100) if said == "/1" else scale
            break
    value = number(body)
    if value is None:
        raise unread(name, text)
    return value * scale


def unread(name: str, text: str) -> Refused:
    return Refused("policy.number_unreadable", name=name, text=text[:LONGEST])


def number(body: str) -> Fraction | None:
    """Digits with 万 or 亿 after them, or Chinese numerals; None where it is no number."""
    scale = 1
    if PLAIN.match(body):
        while body and body[-1] in LARGE:
            scale *= LARGE[body[-1]]
            body = body[:-1]
        if scale > 10**12 or not PLAIN.fullmatch(body):
            return None
        return Fraction(body.replace(",", "")) * scale
    return chinese(body)


def chinese(body: str) -> Fraction | None:
    """三百二十万, 一亿零五十万, 两千; a decimal point 点 may be followed by single digits."""
    whole, point, rest = body.partition("点")
    if point and (not rest or any(sign not in DIGITS for sign in rest)):
        return None
    value = grouped(whole)
    if value is None:
        return None
    return value + Fraction(int("".join(str(DIGITS[sign]) for sign in rest) or "0"), 10 ** len(rest))


def grouped(body: str) -> Fraction | None:
    """Groups of 亿 and 万, each below the one before."""
    if not body:
        return None
    for sign, size in (("亿", 10**8), ("万", 10**4)):
        head, mark, tail = body.partition(sign)
        if mark:
            high, low = grouped(head), grouped(tail.removeprefix("零")) if tail else Fraction(0)
            return None if high is None or low is None or low >= size else high * size + low
    return below_ten_thousand(body)


def below_ten_thousand(body: str) -> Fraction | None:
    """Up to four places: each digit before its place, the places falling; 十 alone is ten."""
    total, digit, last, nought = 0, -1, 10**4, False
    for sign in body:
        if sign in DIGITS:
            if digit > 0 or (digit == 0 and DIGITS[sign] == 0):
                return None
            digit = DIGITS[sign]
            nought = nought or digit == 0
        elif sign in SMALL and SMALL[sign] < last:
            if digit < 0 and (total or SMALL[sign] != 10):
                return None
            total, last = total + (digit if digit >= 0 else 1) * SMALL[sign], SMALL[sign]
            digit = -1
        else:
            return None
    # 三百五 is said for 350 and could be read as 305, so it is refused like every number with two readings.
    if digit > 0 and last > 10 and total and not nought:
        return None
    return Fraction(total + max(digit, 0))
