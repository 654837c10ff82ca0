"""Expressions are read by a grammar of our own: no text escapes it, hangs it, or fails without saying where."""

from __future__ import annotations

import gc
import random
import time
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from zhirong.base.refused import Refused
from zhirong.policy import reading
from zhirong.policy.engine import exact, measure
from zhirong.policy.engine.values import Unknown

TEXTS = 100_000
LONGEST_SECONDS = 0.05
WORDS = [
    *("and", "or", "not", "in", "if", "else", "for", "true", "false", "sum", "any", "top", "slices", "date", "p.rate"),
    *("(", ")", "[", "]", ",", ".", "+", "-", "*", "/", "<", "<=", "==", "!=", ">", "**", "//", "=", ":=", "%", "@"),
    *("staff", "loans", "l", "l.amount", "is_local", "1", "0", "0.1", "9" * 30, '"patent"', '"', "'", "\\", "\n", "#"),
    *("__import__", "__class__", "().__class__.__bases__", "lambda:0", "os.system", "eval(", "exec(", "open", "`id`"),
    *(
        "{}",
        "{x}",
        "%s",
        "\x00",
        "\u202e",
        "（",
        "，",
        "１",
        "ａ",
        "٣",
        "é",
        "😀",
        "\ufeff",
        "1e9",
        "0x1",
        "1_0",
        "(" * 40,
    ),
]
FACTS: dict[str, Any] = {"staff": 3, "is_local": True, "loans": ({"amount": 2}, {}), "l": 1, "kinds": ("patent",)}
# Where it is no single place, the refusal says how much is too much.
PLACED = {"policy.expression_unreadable", "policy.expression_too_deep", "policy.function_unknown"}
MEASURED = {"policy.expression_too_big"}


def texts(count: int) -> list[str]:
    """Words in any order, and the expressions of the measures with a part taken out, doubled or put elsewhere."""
    r = random.Random(100)
    real = sorted(
        rule.text
        for one in reading.own().measures.values()
        for version in one.versions
        for _, rule in measure.expressions(version)
    )
    found = []
    for number in range(count):
        if number % 5:
            found.append(r.choice(["", " "]).join(r.choices(WORDS, k=r.randrange(1, 9))))
            continue
        text = r.choice(real)
        for _ in range(r.randrange(1, 4)):
            at, to = sorted(r.choices(range(len(text) + 1), k=2))
            text = (
                text[:at] + r.choice(["", text[at:to] * 2, r.choice(WORDS), chr(r.randrange(32, 0x3000))]) + text[to:]
            )
        found.append(text)
    return found


def tried(text: str, codes: set[str]) -> Any:
    """Read and run it; what comes is a plain value of the language or a refusal."""
    try:
        rule = exact.expression(text)
    except Refused as no:
        codes.add(no.code)
        return is_placed(no, text)
    try:
        return rule.run(exact.Case(FACTS, {"rate": 1}))
    except Refused as no:
        codes.add(no.code)
        return None


def timed(text: str, codes: set[str]) -> tuple[Any, float]:
    """What came of it and the CPU seconds; what a busy machine made long once is short the second time."""
    seconds = []
    for _ in range(2):
        begun = time.thread_time()
        value = tried(text, codes)
        seconds.append(time.thread_time() - begun)
        if seconds[-1] < LONGEST_SECONDS / 2:
            break
    return value, min(seconds)


def is_placed(no: Refused, text: str) -> None:
    """It names the place, within the text, or how much would have been allowed."""
    assert no.code in PLACED | MEASURED, (text, no)
    assert no.code in MEASURED or 1 <= no.facts["place"] <= len(text) + 1, (text, no)


@pytest.fixture
def _uncollected() -> Iterator[None]:
    """The collector of the whole test process takes its time in whatever test it falls."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("_uncollected")
def test_no_text_escapes_hangs_or_fails_without_its_place() -> None:
    codes: set[str] = set()
    longest = 0.0
    values = 0
    for text in texts(TEXTS):
        value, took = timed(text, codes)
        longest = max(longest, took)
        values += value is not None
        assert is_plain(value), (text, value)
    assert values > 5_000
    assert codes >= PLACED
    assert longest < LONGEST_SECONDS


def is_plain(value: Any) -> bool:
    """A value that the language knows: nothing of the machine under it."""
    if isinstance(value, tuple):
        return all(is_plain(one) for one in value)
    if isinstance(value, dict):
        return all(isinstance(name, str) and is_plain(one) for name, one in value.items())
    return value is None or isinstance(value, bool | int | str | date | Fraction | Unknown)


@pytest.mark.usefixtures("_uncollected")
def test_texts_that_grow_without_end_are_refused_at_once() -> None:
    many = "+".join("1" for _ in range(900))
    deep = "(" * 500 + "1" + ")" * 500
    wide = "[" + ",".join("1" for _ in range(900)) + "]"
    chain = "1" + " < 1" * 400
    nots, minus = "not " * 400 + "true", "-" * 900 + "1"
    digits = "9" * 1500
    for text in (many, deep, wide, chain, nots, minus, digits, "x" * 2_001):
        codes: set[str] = set()
        value, took = timed(text, codes)
        assert value is None
        assert codes, text[:20]
        assert took < LONGEST_SECONDS


def test_a_list_within_a_list_cannot_run_on() -> None:
    loans = tuple({"amount": number} for number in range(2_000))
    rule = exact.expression("sum(sum(b.amount for b in loans) for a in loans)")
    begun = time.thread_time()
    with pytest.raises(Refused) as no:
        rule.run(exact.Case({"loans": loans}, {}))
    assert no.value.code == "policy.too_much_work"
    assert time.thread_time() - begun < 1
