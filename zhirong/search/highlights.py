"""Marks for hits: where in a text the query's words stand, by character offsets; the engine is not asked."""

from __future__ import annotations

import re
from collections.abc import Iterator

from zhirong.search import query, words

MOST_MARKS = 200


def marks(text: str, node: query.Node, *, field: str | None = None) -> list[tuple[int, int]]:
    """Spans (start, end) to be marked, in order, not overlapping; `field` leaves out words asked of others."""
    folded = words.fold(text)
    spans: list[tuple[int, int]] = []
    for one in query.wanted(node):
        if field is None or field in one.fields:
            spans.extend(_places(folded, one))
        if len(spans) > MOST_MARKS:
            break
    return _merged(spans)


def excerpt(text: str, spans: list[tuple[int, int]], *, length: int = 120) -> tuple[int, int]:
    """The piece (start, end) of a long text with the first marks in it, begun a little before them."""
    if len(text) <= length or not spans:
        return 0, min(length, len(text))
    start = max(0, min(spans[0][0] - length // 5, len(text) - length))
    return start, start + length


def _places(folded: str, one: query.Word | query.Exact | query.Prefix) -> Iterator[tuple[int, int]]:
    for pattern in _patterns(one):
        for found in re.finditer(pattern, folded):
            if found.end() > found.start():
                yield found.span()


def _patterns(one: query.Word | query.Exact | query.Prefix) -> Iterator[str]:
    if isinstance(one, query.Exact):
        # Blanks do not count in the engine's character fields, so they do not count here.
        yield r"\s*".join(re.escape(sign) for sign in words.signs(one.text))
    elif isinstance(one, query.Prefix):
        stem = re.escape(words.fold(one.text))
        yield stem if words.is_chinese(one.text) else rf"(?<!\w){stem}\w*"
    else:
        for word in words.asked(one.text):
            pattern = re.escape(word)
            yield pattern if words.is_chinese(word) else rf"(?<![a-z0-9]){pattern}(?![a-z0-9])"


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
