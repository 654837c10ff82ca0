"""The port of the search: what every engine can do. Hits are ids and scores; texts come from the rows (SEARCH B8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from zhirong.base.refused import Refused
from zhirong.search import query as queries
from zhirong.search.documents import FACETS, SORTS, Document

# Beyond it nobody reads on; an export says how deep it goes.
DEEPEST = 10_000
# Edges of the price histogram: from 1 to 1,000 万元, each about half as much again as the one before.
_WAN = (1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 1_000)
PRICE_EDGES_FEN = tuple(10_000_00 * step for step in _WAN)


@dataclass(frozen=True, kw_only=True)
class Request:
    """One search: the parsed query, the facet values chosen (or within a facet, and between), ranges, order and page.

    `sort` is "score" or a name of SORTS, with a leading minus for the greatest or latest first.
    """

    query: queries.Node = field(default_factory=queries.Everything)
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    price_from_fen: int | None = None
    price_to_fen: int | None = None
    facets: tuple[str, ...] = ()
    facet_size: int = 12
    prices: bool = False
    sort: str = "score"
    offset: int = 0
    limit: int = 20
    deepest: int = DEEPEST

    def __post_init__(self) -> None:
        if self.sort != "score" and self.sort.removeprefix("-") not in SORTS:
            raise Refused("search.unknown_sort", sort=self.sort, known=["score", *SORTS])
        unknown = sorted((set(self.filters) | set(self.facets)) - set(FACETS))
        if unknown:
            raise Refused("search.unknown_facet", facet=unknown[0], known=list(FACETS))
        if self.offset < 0 or self.limit < 1 or self.offset + self.limit > self.deepest:
            raise Refused("search.too_deep", deepest=self.deepest)


@dataclass(frozen=True)
class Hit:
    """One thing found. The score compares hits of one search only."""

    id: str
    score: float


@dataclass(frozen=True)
class Band:
    """A step of the price histogram: from (included) to (not included), and how many."""

    from_fen: int | None
    to_fen: int | None
    count: int


@dataclass(frozen=True, kw_only=True)
class Results:
    """A page of hits, the number of all, and what each further choice would give within the present search."""

    hits: tuple[Hit, ...]
    total: int
    facets: Mapping[str, tuple[tuple[str, int], ...]]
    prices: tuple[Band, ...] = ()


class SearchBackend(Protocol):
    """An engine. Writes are seen by searches after `refresh`; an upsert replaces the document of the same id."""

    def create(self) -> None:
        """Start an empty index, dropping what was there."""

    def upsert(self, given: Iterable[Document]) -> int:
        """Put documents in and say how many."""

    def delete(self, ids: Iterable[str]) -> None:
        """Take documents out; unknown ids do no harm."""

    def refresh(self) -> None:
        """Commit what was written and show it to searches."""

    def search(self, request: Request) -> Results:
        """Find, count, facet and order."""

    def suggest(self, beginning: str, *, limit: int = 8) -> list[str]:
        """Holders and words that begin so, the most frequent first."""

    def count(self) -> int:
        """How many documents can be found."""
