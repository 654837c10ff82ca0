"""A population of enterprises at random, as columns: shared by the benches of policy."""

from __future__ import annotations

import random

import numpy as np

from zhirong.policy import reading
from zhirong.policy.engine import columns, facts


def people(base: reading.Base, size: int, *, unknown: float = 0.1) -> columns.Population:
    """Everybody at random: a share of facts unknown, amounts in whole yuan, up to four records in each list."""
    r = np.random.default_rng(random.Random(size).randrange(2**32))
    found = {name: column(fact, size, r, share=unknown) for name, fact in base.vocabulary.facts.items()}
    return columns.Population(size, found)


def column(fact: facts.Fact, size: int, r: np.random.Generator, *, share: float) -> columns.Column:
    """One fact of everybody."""
    unknown = r.random(size) < share
    if fact.kind in ("texts", "records"):
        offsets = np.concatenate([[0], np.cumsum(np.where(unknown, 0, r.integers(0, 5, size)))])
        inside = int(offsets[-1])
        fields = {name: column(inner, inside, r, share=share) for name, inner in fact.fields.items()}
        words = fact.choices or ("other",)
        codes = r.integers(0, len(words), inside) if fact.kind == "texts" else np.zeros(0)
        return columns.Column(fact.kind, codes, unknown, words=words, offsets=offsets, fields=fields)
    if fact.kind == "bool":
        return columns.Column("bool", r.random(size) < 0.7, unknown)
    if fact.kind == "date":
        return columns.Column("date", r.integers(736_000, 739_000, size), unknown)
    if fact.kind == "text":
        words = fact.choices or ("440304", "440305", "440300", "440100")
        return columns.Column("text", r.integers(0, len(words), size), unknown, words=words)
    if fact.unit == "/1":
        return columns.Column("number", r.integers(0, 101, size) / 100, unknown)
    top = {"CNY": 5e7, "year": 30, "month": 36, "day": 400, "count": 20}.get(fact.unit, 800)
    return columns.Column("number", np.floor(r.random(size) ** 2 * top), unknown, is_whole=True)
