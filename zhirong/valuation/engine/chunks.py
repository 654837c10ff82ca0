"""Chunks of a run over many rights: plain values that any process can compute alone, and in any order.

A chunk carries what its tables are made from, not the tables: some hundred bytes instead of megabytes, and each
process makes them once. So an executor needs to know nothing of valuation.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from zhirong.valuation.engine import guards, kernel, paths
from zhirong.valuation.engine.paths import Batch, Floats, Setup

MOST_A_CHUNK = 100_000


class Chunk(NamedTuple):
    """Some rights of a run and the set-up that all of the run share."""

    setup: Setup
    batch: Batch


def cut(setup: Setup, batch: Batch, *, size: int) -> Iterator[Chunk]:
    """A run in chunks of `size` rights, the last one smaller. Refused outside 1 to 100,000."""
    step = int(guards.within(size, "size", least=1, most=MOST_A_CHUNK))
    return (Chunk(setup, batch.part(start, start + step)) for start in range(0, len(batch.base), step))


def value(chunk: Chunk) -> Floats:
    """The ranges of a chunk's rights, [n, 8], as `kernel.value` gives them: arrays in, arrays out."""
    return kernel.value(chunk.batch, paths.tables(chunk.setup))
