"""Words (分词): one folding and one segmentation for index and query, so that the two never disagree.

Words rank; characters decide what is found. Whatever the dictionary does not know or cuts otherwise is caught by
the character fields of the engine, which hold every two neighbouring characters.
"""

from __future__ import annotations

import operator
import re

import rjieba

# A change of anything in this file that alters a token needs a new number: the index folder is then rebuilt.
WORDS_VERSION = 3

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


def fold(text: str) -> str:
    """Lower case, half width, of the same length as the text (so highlights need no map)."""
    return text.translate(_FOLDING)


def tokens(text: str) -> list[str]:
    """Every word of a text, the shorter words within it, and each Chinese character: what the word fields hold.

    They carry no positions. Parts stand between the words, so a phrase of words fails where the dictionary cuts
    otherwise (in 8 of 100, SEARCH B4); phrases therefore go by the character fields, which nothing can cut wrongly.
    """
    folded = fold(text)
    found = [token for token in rjieba.cut_for_search(folded) if token.isalnum() or _WORDY.search(token)]
    return found + list(dict.fromkeys(CJK.findall(folded)))


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
