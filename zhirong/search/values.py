"""Dates and prices of a query: single values, comparisons and ranges, as whole numbers."""

from __future__ import annotations

import re
from datetime import date

from zhirong.base import money
from zhirong.base.refused import Refused
from zhirong.search.grammar import DATE_FIELDS, Piece
from zhirong.search.query import Span

_DAY = re.compile(r"((?:19|20)\d{2})(?:[-/.年]?(\d{1,2})(?:[-/.月]?(\d{1,2})日?|月)?|年)?", re.ASCII)
_TO = re.compile(r"\s+to\s+|\s*(?:\.\.|~|～|至)\s*")
OPEN = ("", "*")


def span(field: Piece, value: Piece) -> Span:
    """What a date or price field asks for, both ends included."""
    read = _days if field.text in DATE_FIELDS else _price
    name = DATE_FIELDS.get(field.text, "price")
    ends = _TO.split(value.text)
    if len(ends) == 2 and field.comparison == "=":
        low = None if ends[0] in OPEN else read(ends[0], value)[0]
        high = None if ends[1] in OPEN else read(ends[1], value)[1]
        if low is not None and high is not None and low > high:
            raise Refused("search.range_reversed", text=value.text, position=value.at)
        return Span(name, low, high)
    if value.kind == "range" or len(ends) > 1:
        raise _unread(value)
    first, last = read(value.text, value)
    return {
        "=": Span(name, first, last),
        ">=": Span(name, first, None),
        ">": Span(name, last + 1, None),
        "<=": Span(name, None, last),
        "<": Span(name, None, first - 1),
    }[field.comparison]


def _unread(value: Piece) -> Refused:
    return Refused("search.bad_value", text=value.text[:40], position=value.at)


def _days(text: str, value: Piece) -> tuple[int, int]:
    """The first and last day of a year, a month or a day, as yyyymmdd."""
    found = _DAY.fullmatch(text.strip())
    if not found:
        raise _unread(value)
    year, month, day = (int(part) if part else 0 for part in found.groups())
    try:
        date(year, month or 1, day or 1)
    except ValueError:
        raise _unread(value) from None
    first = year * 10_000 + (month or 1) * 100 + (day or 1)
    last = year * 10_000 + (month or 12) * 100 + (day or 31)
    return first, last


def _price(text: str, value: Piece) -> tuple[int, int]:
    """A price in yuan, 万 and 亿 allowed, as fen."""
    try:
        fen = money.read_yuan(text)
    except Refused:
        raise _unread(value) from None
    return fen, fen
