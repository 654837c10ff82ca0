"""Money of record: whole minor units, exact splits, named roundings, amounts in words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Literal, TypeVar

from zhirong.base import shown as shown_values
from zhirong.base import text as texts
from zhirong.base import yaml_text
from zhirong.base.refused import Refused

Rounding = Literal["half_up", "half_even", "down", "up"]
Key = TypeVar("Key")

# Ten thousand times ten thousand 亿: beyond it the written forms have no agreed reading, and a 64-bit column ends.
LARGEST_FEN = 10**18 - 1

DIGITS = "零壹贰叁肆伍陆柒捌玖"
TENS = ("", "拾", "佰", "仟")


@dataclass(frozen=True)
class Currency:
    """A currency with the number of decimals that its minor unit stands for (ISO 4217)."""

    code: str
    minor_digits: int
    zh: str
    en: str
    sign: str


@cache
def currencies() -> dict[str, Currency]:
    """The currencies that the house knows, by ISO 4217 code."""
    data = yaml_text.parse(Path(__file__).with_name("currencies.yaml").read_text("utf-8"))
    return {code: Currency(code=code, **entry) for code, entry in data["currencies"].items()}


def currency(code: str) -> Currency:
    """The currency of a code, or a refusal that names the known ones."""
    if code not in currencies():
        raise Refused("money.unknown_currency", currency=code, known=sorted(currencies()))
    return currencies()[code]


def rounded(value: Fraction, mode: Rounding) -> int:
    """A whole number by the named rule; `down` is towards zero, `up` and halves `half_up` away from zero."""
    sign = -1 if value < 0 else 1
    whole, rest = divmod(abs(value), 1)
    more = {
        "down": False,
        "up": rest > 0,
        "half_up": rest >= Fraction(1, 2),
        "half_even": rest > Fraction(1, 2) or (rest == Fraction(1, 2) and whole % 2 == 1),
    }[mode]
    return sign * (int(whole) + more)


def split(total: int, shares: Mapping[Key, Fraction | int]) -> dict[Key, int]:
    """Parts that sum to the total, in proportion to the shares, by largest remainder; ties in the order given."""
    whole = sum(shares.values(), Fraction(0))
    assert whole > 0, "shares that sum to nothing split nothing"
    assert all(share >= 0 for share in shares.values()), "a share is never negative"
    size = abs(total)
    exact = {key: size * Fraction(share) / whole for key, share in shares.items()}
    parts = {key: int(part) for key, part in exact.items()}
    by_remainder = sorted(parts, key=lambda key: parts[key] - exact[key])
    for key in by_remainder[: size - sum(parts.values())]:
        parts[key] += 1
    return {key: -part if total < 0 else part for key, part in parts.items()}


def shown(fen: int, *, language: str = "zh") -> str:
    """An amount for a sentence: 1,280,000 元, 1,280,000.50 yuan."""
    return shown_values.yuan(fen, language)


def figures(minor: int, *, code: str = "CNY") -> str:
    """An amount for a table: thousands and every decimal of its currency, without the unit."""
    return shown_values.figures(minor, minor_digits=currency(code).minor_digits)


def _writable(fen: int) -> int:
    if fen < 0:
        raise Refused("money.negative", amount=shown_values.figures(fen))
    if fen > LARGEST_FEN:
        raise Refused("money.too_large", largest_fen=LARGEST_FEN)
    return fen


def _four(number: int) -> str:
    """A group of up to four digits: 1050 -> 壹仟零伍拾, no 零 at its end."""
    words = ""
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            words += DIGITS[digit] + TENS[place]
        elif words and number % 10**place and not words.endswith("零"):
            words += "零"
    return words


def _grouped(number: int) -> str:
    """Groups of 万 and 亿, with one 零 wherever the next group does not fill its first place."""
    for unit, size in (("亿", 10**8), ("万", 10**4)):
        high, low = divmod(number, size)
        if high:
            gap = "零" if 0 < low < size // 10 else ""
            return _grouped(high) + unit + gap + (_grouped(low) if low else "")
    return _four(number)


def capitals(fen: int) -> str:
    """An amount in Chinese capitals (支付结算办法 附一): 零 once for a gap, 整 after 元 and after 角, 分 without it."""
    whole, rest = divmod(_writable(fen), 100)
    jiao, single = divmod(rest, 10)
    words = f"{_grouped(whole)}元" if whole else ""
    if not rest:
        return f"{words or '零元'}整"
    if jiao:
        words += f"{DIGITS[jiao]}角"
    elif whole:
        words += "零"
    return f"{words}{DIGITS[single]}分" if single else f"{words}整"


SMALL = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
SMALL += ["thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
TIES = ["_", "_", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
THOUSANDS = ("", " thousand", " million", " billion", " trillion", " quadrillion")


def _hundreds(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    if rest < 20:
        small = SMALL[rest]
    else:
        small = TIES[rest // 10] + (f"-{SMALL[rest % 10]}" if rest % 10 else "")
    if not hundreds:
        return small
    return f"{SMALL[hundreds]} hundred" + (f" and {small}" if rest else "")


def _english(number: int) -> str:
    if not number:
        return SMALL[0]
    parts: list[str] = []
    for place in reversed(range(len(THOUSANDS))):
        group = number // 1000**place % 1000
        if group:
            # British use: "one thousand and five", the "and" stands before a last group below one hundred.
            link = "and " if place == 0 and group < 100 and parts else ""
            parts.append(f"{link}{_hundreds(group)}{THOUSANDS[place]}")
    return " ".join(parts)


def words(fen: int) -> str:
    """An amount in English words as contracts write it: one million two hundred and eighty thousand yuan only."""
    whole, rest = divmod(_writable(fen), 100)
    if not rest:
        return f"{_english(whole)} yuan only"
    return (f"{_english(whole)} yuan and " if whole else "") + f"{_english(rest)} fen"


AMOUNT = re.compile(r"([0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.([0-9]+))?(万|亿|万亿)?")
UNITS = {None: 1, "万": 10**4, "亿": 10**8, "万亿": 10**12}
LONGEST_TEXT = 60


def read_yuan(text: str) -> int:
    """Fen from what a person typed in yuan: full width, thousands, 元, 万, 亿; refused unless it is exact."""
    plain = re.sub(r"\s", "", texts.half_width(text)).replace("−", "-").upper()
    plain = re.sub(r"^(?:人民币|RMB|CNY)?[¥￥]?", "", plain)
    plain = re.sub(r"(?:元|圆|YUAN|RMB|CNY)?整?$", "", plain)
    if not plain:
        raise Refused("money.empty")
    if plain.startswith("-") or (plain.startswith("(") and plain.endswith(")")):
        raise Refused("money.negative", amount=text[:LONGEST_TEXT])
    found = AMOUNT.fullmatch(plain) if len(plain) <= LONGEST_TEXT else None
    if not found:
        raise Refused("money.not_an_amount", text=text[:LONGEST_TEXT])
    whole, decimals, unit = found[1].replace(",", ""), found[2] or "", found[3]
    if unit is None and len(decimals) > 2:
        # 1.000 may be meant as one thousand, so even noughts after the fen are refused rather than guessed at.
        raise Refused("money.too_many_decimals", text=text[:LONGEST_TEXT])
    fen = Fraction(int(whole + decimals) * 100 * UNITS[unit], 10 ** len(decimals))
    if fen.denominator != 1:
        raise Refused("money.too_many_decimals", text=text[:LONGEST_TEXT])
    return _writable(int(fen))
