"""Searching by words, with the parser and the index that the pages use."""

from __future__ import annotations

from collections.abc import Mapping

from zhirong.exchange import finder
from zhirong.search import parser
from zhirong.search.backend import Request


def found_ids(
    text: str,
    *,
    filters: Mapping[str, tuple[str, ...]],
    sort: str = "score",
    prices: tuple[int | None, int | None] = (None, None),
    offset: int,
    limit: int,
) -> tuple[list[int], int]:
    """The rows of a page in the order of the index, and how many there are in all."""
    asked = Request(
        query=parser.parse(text).node,
        filters=dict(filters),
        price_from_fen=prices[0],
        price_to_fen=prices[1],
        sort=sort,
        offset=offset,
        limit=limit,
    )
    results = finder.search(asked)
    return [int(hit.id.partition(":")[2]) for hit in results.hits], results.total
