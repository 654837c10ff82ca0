from fractions import Fraction

import pytest
from hypothesis import given as given_values
from hypothesis import strategies as values

from zhirong.base import money
from zhirong.base.refused import Refused

CAPITALS = {
    0: "零元整",
    1: "壹分",
    5: "伍分",
    10: "壹角整",
    55: "伍角伍分",
    1_00: "壹元整",
    1_05: "壹元零伍分",
    1_50: "壹元伍角整",
    10_05: "壹拾元零伍分",
    10_00: "壹拾元整",
    105_00: "壹佰零伍元整",
    325_04: "叁佰贰拾伍元零肆分",
    1_409_50: "壹仟肆佰零玖元伍角整",
    1_680_32: "壹仟陆佰捌拾元叁角贰分",
    6_007_14: "陆仟零柒元壹角肆分",
    10_000_00: "壹万元整",
    10_001_00: "壹万零壹元整",
    16_409_02: "壹万陆仟肆佰零玖元零贰分",
    100_500_00: "壹拾万零伍佰元整",
    105_000_00: "壹拾万伍仟元整",
    107_000_53: "壹拾万柒仟元伍角叁分",
    1_280_000_00: "壹佰贰拾捌万元整",
    100_000_000_00: "壹亿元整",
    100_000_005_00: "壹亿零伍元整",
    100_010_000_00: "壹亿零壹万元整",
    105_000_000_00: "壹亿零伍佰万元整",
    1_000_010_000_00: "壹拾亿零壹万元整",
    2_030_405_060_00: "贰拾亿叁仟零肆拾万伍仟零陆拾元整",
    1_000_000_000_000_00: "壹万亿元整",
    1_000_000_000_001_00: "壹万亿零壹元整",
    1_000_100_000_000_00: "壹万零壹亿元整",
    9_999_999_999_999_999_99: "玖仟玖佰玖拾玖万玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分",
}


@pytest.mark.parametrize(("fen", "written"), CAPITALS.items())
def test_capitals_follow_the_rules_of_bills(fen: int, written: str) -> None:
    assert money.capitals(fen) == written


@given_values(values.integers(min_value=0, max_value=money.LARGEST_FEN))
def test_capitals_never_repeat_a_nought_nor_end_a_group_with_one(fen: int) -> None:
    written = money.capitals(fen)
    assert "零零" not in written
    assert not any(ending in written for ending in ("零万", "零亿", "零角", "零分"))
    assert "零元" not in written or fen == 0


@given_values(values.integers(min_value=0, max_value=money.LARGEST_FEN))
def test_capitals_can_be_read_back(fen: int) -> None:
    assert _read_capitals(money.capitals(fen)) == fen


def _read_capitals(written: str) -> int:
    whole, yuan, small = written.removesuffix("整").rpartition("元")
    fen = _yuan(whole) * 100 if yuan else 0
    for unit, size in (("角", 10), ("分", 1)):
        if unit in small:
            digit, small = small.split(unit)
            fen += money.DIGITS.index(digit[-1]) * size
    return fen


def _yuan(written: str) -> int:
    for unit, size in (("亿", 10**8), ("万", 10**4)):
        if unit in written:
            high, low = written.rsplit(unit, 1)
            return _yuan(high) * size + _yuan(low)
    total = digit = 0
    for sign in written:
        if sign in money.DIGITS:
            digit = money.DIGITS.index(sign)
        else:
            total, digit = total + digit * 10 ** " 拾佰仟".index(sign), 0
    return total + digit


def test_negative_amounts_have_no_capitals() -> None:
    with pytest.raises(Refused) as refused:
        money.capitals(-1)
    assert refused.value == Refused("money.negative", amount="-0.01")


def test_amounts_beyond_the_books_have_no_capitals() -> None:
    with pytest.raises(Refused) as refused:
        money.capitals(money.LARGEST_FEN + 1)
    assert refused.value.code == "money.too_large"


@pytest.mark.parametrize(
    ("fen", "written"),
    {
        0: "zero yuan only",
        5: "five fen",
        1_05: "one yuan and five fen",
        21_00: "twenty-one yuan only",
        1_005_00: "one thousand and five yuan only",
        1_280_000_00: "one million two hundred and eighty thousand yuan only",
        2_000_000_100_30: "two billion one hundred yuan and thirty fen",
    }.items(),
)
def test_amounts_are_written_in_english_words(fen: int, written: str) -> None:
    assert money.words(fen) == written


@pytest.mark.parametrize(
    ("text", "fen"),
    {
        "0": 0,
        "1280000": 1_280_000_00,
        "1,280,000.00": 1_280_000_00,
        "１２８，０００．５": 128_000_50,
        " 128 万 ": 1_280_000_00,
        "1.28万元": 12_800_00,
        "1.00001万": 10_000_10,
        "2.5亿": 250_000_000_00,
        "1万亿": 1_000_000_000_000_00,
        "￥88.8": 88_80,
        "¥88.80元": 88_80,
        "人民币100元整": 100_00,
        "RMB 5 yuan": 5_00,
        "0.01": 1,
    }.items(),
)
def test_yuan_are_read_as_people_type_them(text: str, fen: int) -> None:
    assert money.read_yuan(text) == fen


@pytest.mark.parametrize(
    ("text", "code"),
    {
        "": "money.empty",
        "   ": "money.empty",
        "¥": "money.empty",
        "元": "money.empty",
        "NaN": "money.not_an_amount",
        "inf": "money.not_an_amount",
        "1e400": "money.not_an_amount",
        "1e5": "money.not_an_amount",
        "0x10": "money.not_an_amount",
        "1_000": "money.not_an_amount",
        "١٢٣": "money.not_an_amount",
        "1,28,000": "money.not_an_amount",
        "1,5": "money.not_an_amount",
        "1.": "money.not_an_amount",
        "+5": "money.not_an_amount",
        "9" * 61: "money.not_an_amount",
        "-5": "money.negative",
        "−5": "money.negative",
        "－５": "money.negative",
        "(5)": "money.negative",
        "1.005": "money.too_many_decimals",
        "1.000": "money.too_many_decimals",
        "1.0000001万": "money.too_many_decimals",
        "10000000000000000": "money.too_large",
        "99999万亿": "money.too_large",
    }.items(),
)
def test_what_is_no_exact_amount_is_refused(text: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        money.read_yuan(text)
    assert refused.value.code == code


@given_values(values.integers(min_value=0, max_value=money.LARGEST_FEN))
def test_what_is_shown_is_read_back(fen: int) -> None:
    assert money.read_yuan(money.shown(fen)) == fen
    assert money.read_yuan(money.shown(fen, language="en")) == fen
    assert money.read_yuan(money.figures(fen)) == fen


def test_amounts_are_shown_without_empty_decimals() -> None:
    assert money.shown(1_280_000_00) == "1,280,000 元"
    assert money.shown(1_280_000_50, language="en") == "1,280,000.50 yuan"
    assert money.shown(-5) == "-0.05 元"
    assert money.figures(1_280_000_00) == "1,280,000.00"
    assert money.figures(1280, code="JPY") == "1,280"


@pytest.mark.parametrize(
    ("mode", "whole"),
    {
        "half_up": [3, 4, -3, 2, 3],
        "half_even": [2, 4, -2, 2, 3],
        "down": [2, 3, -2, 2, 2],
        "up": [3, 4, -3, 3, 3],
    }.items(),
)
def test_each_rounding_does_what_its_name_says(mode: money.Rounding, whole: list[int]) -> None:
    given = [Fraction(5, 2), Fraction(7, 2), Fraction(-5, 2), Fraction(9, 4), Fraction(11, 4)]
    assert [money.rounded(value, mode) for value in given] == whole
    assert money.rounded(Fraction(7), mode) == 7


def test_the_parts_of_a_loss_sum_to_the_loss() -> None:
    shares = {"bank": Fraction(1, 2), "guarantor": Fraction(1, 5), "fund": Fraction(3, 10)}
    assert money.split(10_001, shares) == {"bank": 5_001, "guarantor": 2_000, "fund": 3_000}
    assert money.split(-10_001, shares) == {"bank": -5_001, "guarantor": -2_000, "fund": -3_000}


def test_ties_of_a_split_go_to_the_first_named() -> None:
    assert money.split(100, {"a": 1, "b": 1, "c": 1}) == {"a": 34, "b": 33, "c": 33}
    assert money.split(2, {"c": 1, "b": 1, "a": 1}) == {"c": 1, "b": 1, "a": 0}


@given_values(
    values.integers(min_value=-(10**15), max_value=10**15),
    values.lists(values.integers(min_value=0, max_value=1000), min_size=1, max_size=9).filter(any),
)
def test_every_split_sums_to_the_whole(total: int, weights: list[int]) -> None:
    parts = money.split(total, dict(enumerate(weights)))
    assert sum(parts.values()) == total
    assert all(part == 0 for key, part in parts.items() if weights[key] == 0)


def test_an_unknown_currency_names_the_known_ones() -> None:
    with pytest.raises(Refused) as refused:
        money.currency("XYZ")
    assert refused.value.facts["currency"] == "XYZ"
    assert "CNY" in refused.value.facts["known"]
