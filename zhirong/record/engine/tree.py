"""The audit tree of RFC 6962, section 2.1, as pure functions over hashes.

A proof is first a list of ranges of leaves (`inclusion_ranges`, `consistency_ranges`): whoever stores the tree
answers each range with its root (`Shelf`), so that the tree never has to be in memory.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

Span = tuple[int, int]
"""The leaves from the first number (in) to the second (out)."""

HASHES: Mapping[str, Callable[[bytes], bytes]] = {"sha256": lambda text: hashlib.sha256(text).digest()}
HASH = "sha256"

STORED_LEVELS = (6, 12, 18, 24, 30)
"""Roots of complete subtrees are kept for 64, 4 096, … leaves; level 0 is the leaf's own hash."""


def digest(text: bytes) -> bytes:
    """The hash of the house: SHA-256 now; another suite is another entry and a name stored beside the root."""
    return HASHES[HASH](text)


def leaf_hash(body: bytes) -> bytes:
    """RFC 6962, 2.1: the prefix keeps a leaf from ever being taken for a node."""
    return digest(b"\x00" + body)


def node_hash(left: bytes, right: bytes) -> bytes:
    """RFC 6962, 2.1: the prefix keeps a node from ever being taken for a leaf."""
    return digest(b"\x01" + left + right)


EMPTY_ROOT = digest(b"")


@dataclass(frozen=True, slots=True)
class Frontier:
    """A tree reduced to what appending needs: its size and the roots of its complete subtrees, greatest first."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def append(self, hashes: Iterable[bytes]) -> tuple[Frontier, list[tuple[int, int, bytes]]]:
        """The tree after these leaves, and each subtree worth storing that they completed as (level, place, root)."""
        size, peaks, completed = self.size, list(self.peaks), []
        for top in hashes:
            size += 1
            level, rest = 0, size
            while rest & 1 == 0:
                top = node_hash(peaks.pop(), top)
                level, rest = level + 1, rest >> 1
                if level in STORED_LEVELS:
                    completed.append((level, (size >> level) - 1, top))
            peaks.append(top)
        return Frontier(size, tuple(peaks)), completed

    def root(self) -> bytes:
        """The head of the tree; the empty tree has the hash of nothing."""
        return fold(self.peaks) if self.peaks else EMPTY_ROOT


def fold(peaks: Sequence[bytes]) -> bytes:
    """The root over complete subtrees of falling size: joined from the right."""
    top = peaks[-1]
    for peak in reversed(peaks[:-1]):
        top = node_hash(peak, top)
    return top


def _split(width: int) -> int:
    """The greatest power of two below the width (RFC 6962, 2.1)."""
    return 1 << (width - 1).bit_length() - 1


def inclusion_ranges(number: int, size: int) -> list[Span]:
    """RFC 6962, 2.1.1: the ranges whose roots prove the leaf, from the leaf upward."""
    assert 0 <= number < size, f"leaf {number} does not stand in a tree of {size}"
    ranges, start, end = [], 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if number < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    return ranges[::-1]


def consistency_ranges(old: int, new: int) -> list[Span]:
    """RFC 6962, 2.1.2: the ranges whose roots prove that the old tree is the beginning of the new one."""
    assert 0 < old <= new, f"a tree of {old} is no beginning of a tree of {new}"
    ranges, start, end = [], 0, new
    while end != old:
        middle = start + _split(end - start)
        if old <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    if start > 0:
        ranges.append((start, end))
    return ranges[::-1]


def pieces(span: Span) -> list[tuple[int, int]]:
    """The complete subtrees (level, place) that make up a range of the tree, greatest first."""
    parts, (start, end) = [], span
    while start < end:
        level = (end - start).bit_length() - 1
        assert start % (1 << level) == 0, f"{span} is no range of the tree"
        parts.append((level, start >> level))
        start += 1 << level
    return parts


def _stored_level(level: int) -> int:
    return max((kept for kept in STORED_LEVELS if kept <= level), default=0)


def rows_needed(ranges: Iterable[Span]) -> dict[int, list[Span]]:
    """What to fetch for these ranges: for each stored level, the spans of places."""
    needed: dict[int, list[Span]] = {}
    for span in ranges:
        for level, place in pieces(span):
            kept = _stored_level(level)
            width = 1 << level - kept
            needed.setdefault(kept, []).append((place * width, (place + 1) * width))
    return {kept: _joined(spans) for kept, spans in needed.items()}


def _joined(spans: Iterable[Span]) -> list[Span]:
    """The same places, each once: spans that meet or overlap become one, so that many paths are fetched together."""
    whole: list[Span] = []
    for start, end in sorted(spans):
        if whole and start <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(end, whole[-1][1]))
        else:
            whole.append((start, end))
    return whole


@dataclass(frozen=True, slots=True)
class Shelf:
    """The stored hashes that were fetched, by (level, place)."""

    hashes: Mapping[tuple[int, int], bytes]

    def peaks(self, span: Span) -> tuple[bytes, ...]:
        """The roots of the complete subtrees of a range, greatest first."""
        return tuple(self._complete(level, place) for level, place in pieces(span))

    def root(self, span: Span) -> bytes:
        """The root of a range of the tree."""
        return fold(self.peaks(span))

    def _complete(self, level: int, place: int) -> bytes:
        kept = _stored_level(level)
        width = 1 << level - kept
        row = [self.hashes[kept, at] for at in range(place * width, (place + 1) * width)]
        while len(row) > 1:
            row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)]
        return row[0]


def includes(leaf: bytes, number: int, size: int, *, proof: Sequence[bytes], root: bytes) -> bool:
    """RFC 9162, 2.1.3.2: whether the proof leads from the leaf at this number to the root of this size."""
    if not 0 <= number < size:
        return False
    place, last, top = number, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            top = node_hash(step, top)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            top = node_hash(top, step)
        place, last = place >> 1, last >> 1
    return last == 0 and top == root


def extends(old: int, new: int, *, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """RFC 9162, 2.1.4.2: whether the proof shows the old tree to be the beginning of the new one."""
    if not 0 < old <= new:
        return False
    if old == new:
        return not proof and old_root == new_root
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not path:
        return False
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    below = above = path[0]
    for step in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            below, above = node_hash(step, below), node_hash(step, above)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            above = node_hash(above, step)
        place, last = place >> 1, last >> 1
    return last == 0 and below == old_root and above == new_root
