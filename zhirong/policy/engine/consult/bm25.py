"""BM25 over documents whose fields weigh differently: which of them a few signs mean."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

K1, B = 1.2, 0.6


class Index:
    """Documents by number; a field that counts twice is as if it stood there twice."""

    def __init__(self, documents: Sequence[Mapping[str, float]]) -> None:
        self.rows: dict[str, list[tuple[int, float]]] = defaultdict(list)
        lengths = [sum(one.values()) for one in documents]
        mean = (sum(lengths) / len(lengths) if lengths else 0.0) or 1.0
        for number, counts in enumerate(documents):
            wide = K1 * (1 - B + B * lengths[number] / mean)
            for sign, count in counts.items():
                self.rows[sign].append((number, count * (K1 + 1) / (count + wide)))
        self.count = len(documents)

    def rarity(self, sign: str) -> float:
        """How much a sign tells: near nought where every document holds it."""
        held = len(self.rows.get(sign, ()))
        return math.log(1 + (self.count - held + 0.5) / (held + 0.5))

    def scores(self, signs: Mapping[str, float]) -> dict[int, float]:
        """The documents that hold any of the signs, with their scores."""
        found: dict[int, float] = defaultdict(float)
        for sign, weight in signs.items():
            told = self.rarity(sign) * weight
            for number, part in self.rows.get(sign, ()):
                found[number] += told * part
        return found


def counted(fields: Iterable[tuple[Iterable[str], float]]) -> dict[str, float]:
    """The signs of a document, each field by its weight."""
    found: dict[str, float] = defaultdict(float)
    for signs, weight in fields:
        for sign in signs:
            found[sign] += weight
    return dict(found)
