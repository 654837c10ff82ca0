"""Words (分词): one folding and one segmentation for index and query, so that the two never disagree.

A long Chinese word and its parts share one position (SEARCH B4): phrases of neighbouring words keep working.
Whatever the dictionary does not know is caught by the character fields of the engine.
"""

from __future__ import annotations

import operator
import re
from typing import NamedTuple

import rjieba

# A change of anything in this file that alters a token needs a new number: the index folder is then rebuilt.
WORDS_VERSION = 1

STOP_WORDS = frozenset(
    "的 了 和 与 及 或 在 其 一种 所述 及其 以及 用于 the a an of for and or in with to".split()  # noqa: SIM905
)
CJK = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_WORDY = re.compile(r"\w")
# Up to this many Chinese characters a search word is taken whole: 膜纸 must be found although no dictionary has it.
WHOLE_TO = 3


def _folding() -> dict[int, int]:
    """One character to one character, so that offsets in the folded text are offsets in the text."""
    table = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
    table[0x3000] = 0x20
    for code in range(0x250, 0x2000):
        lower = chr(code).lower()
        if len(lower) == 1 and ord(lower) != code:
            table[code] = ord(lower)
    for code in list(range(0x41, 0x5B)) + list(range(0xC0, 0x250)):
        lower = chr(code).lower()
        if len(lower) == 1:
            table[code] = ord(lower)
    for code in range(0xFF21, 0xFF3B):
        table[code] = code - 0xFEE0 + 0x20
    return table


_FOLDING = _folding()


class Word(NamedTuple):
    """A token with its place among the words (position) and among the characters (start, end)."""

    text: str
    position: int
    start: int
    end: int


def fold(text: str) -> str:
    """Lower case, half width, of the same length as the text (so highlights need no map)."""
    return text.translate(_FOLDING)


def words(text: str) -> list[Word]:
    """Every whole word in order, and before it its parts at the same position."""
    found: list[tuple[str, int, int, int]] = []
    position = 0
    begin = len(text) + 1
    # The segmenter gives the parts of a word first and the word last: read backwards, whatever begins
    # at or after the word's first character is a part of it, and what ends before it is the next whole word.
    for token, start, end in reversed(rjieba.tokenize(fold(text), "search")):
        if not (token.isalnum() or _WORDY.search(token)):
            continue
        if start < begin:
            begin = start
            position -= 1
        found.append((token, position, start, end))
    return [Word(token, at - position, start, end) for token, at, start, end in reversed(found)]


def terms(text: str) -> list[str]:
    """The whole words of a text in order, without their parts: what a query asks for."""
    return [token for token, _, _ in rjieba.tokenize(fold(text), "default") if _WORDY.search(token)]


def asked(chunk: str) -> list[str]:
    """What one unquoted piece of a query requires: short pieces whole, long ones by their words without stop words."""
    folded = fold(chunk)
    if len(folded) <= WHOLE_TO and CJK.search(folded):
        return [folded]
    found = terms(folded)
    telling = [term for term in found if term not in STOP_WORDS]
    return list(dict.fromkeys(telling or found))


def signs(text: str) -> str:
    """The folded characters without blanks: what counts in an exact search."""
    return "".join(fold(text).split())


def pairs(text: str) -> list[str]:
    """Every two neighbouring characters in order, and the last alone: the tokens of the character fields.

    Pairs, because the commonest Chinese words have two characters and then are one look-up, not a phrase;
    the last character stands alone so that every single one begins some token.
    """
    plain = signs(text)
    return [*map(operator.add, plain, plain[1:]), plain[-1:]] if plain else []


def is_chinese(text: str) -> bool:
    """True when at least one Chinese character is in it; Latin words are matched whole, never inside others."""
    return CJK.search(text) is not None
