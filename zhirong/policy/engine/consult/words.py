"""Texts as signs to be compared: one plain form, pairs of Chinese characters, bare English words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from zhirong.base import text as texts

HAN = "\u3400-\u9fff\uf900-\ufaff"
RUNS = re.compile(f"[{HAN}]+")
WORDS = re.compile(r"[a-z0-9]+(?:[&'][a-z0-9]+|\.[0-9]+)*")
# Endings of English words that change nothing for us, longest first, and what is left in their place.
ENDINGS = (
    ("isation", "is"),
    ("ization", "is"),
    ("ises", "is"),
    ("izes", "is"),
    ("ised", "is"),
    ("ized", "is"),
    ("ising", "is"),
    ("izing", "is"),
    ("ise", "is"),
    ("ize", "is"),
    ("ations", "at"),
    ("ation", "at"),
    ("ies", "y"),
    ("ences", "ens"),
    ("enses", "ens"),
    ("ence", "ens"),
    ("ense", "ens"),
    ("sses", "ss"),
    ("ings", ""),
    ("ing", ""),
    ("ied", "y"),
    ("ed", ""),
    ("es", "e"),
    ("s", ""),
)
SHORTEST_STEM = 3
DOUBLING, DOUBLED = ("ing", "ed"), re.compile(r"([bdgmnprt])\1$")


def plain(text: str) -> str:
    """One form of every text: compatible signs joined (NFKC), no invisible marks, lower case, single spaces."""
    joined = unicodedata.normalize("NFKC", texts.INVISIBLE.sub("", text)).casefold()
    return re.sub(r"\s+", " ", joined.replace("’", "'").replace("‘", "'")).strip()


def is_chinese(text: str) -> bool:
    """Whether a text is to be answered in Chinese."""
    return bool(RUNS.search(text))


def speaks_chinese(text: str) -> bool:
    """Whether somebody asks in Chinese; an English sentence may name a place or a right in Chinese."""
    return sum(map(len, RUNS.findall(text))) > len(WORDS.findall(text.casefold()))


def english(text: str) -> list[tuple[str, int, int]]:
    """The bare words of a plain text with their places."""
    return [(stem(found.group()), found.start(), found.end()) for found in WORDS.finditer(text)]


def stem(word: str) -> str:
    """A word without its ending; British and American spellings fall together."""
    bare = word.removesuffix("'s")
    if bare.isdigit() or any(sign.isdigit() for sign in bare):
        return bare
    for ending, left in ENDINGS:
        if bare.endswith(ending) and len(bare) - len(ending) >= SHORTEST_STEM and not bare.endswith("ss"):
            bare = bare.removesuffix(ending) + left
            # Transferred, transferring: the sign that the ending doubled is single again.
            if ending in DOUBLING and DOUBLED.search(bare):
                bare = bare[:-1]
            break
    return bare.removesuffix("e") if len(bare) > SHORTEST_STEM else bare


def pairs(text: str) -> Iterator[str]:
    """Every two neighbours of each Chinese run; a sign that stands alone is itself."""
    for run in RUNS.findall(text):
        if len(run) == 1:
            yield run
        yield from (run[place : place + 2] for place in range(len(run) - 1))


def signs(text: str) -> list[str]:
    """What two texts are compared by."""
    return [*pairs(text), *(word for word, _, _ in english(text))]
