"""A search as it stands in the address of a page: read, written, and changed by one choice at a time. Pure.

`q` is the query, each facet a parameter (repeated for several values), `from` and `to` are prices in yuan,
then `sort` and `page`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from zhirong.base import money, shown
from zhirong.base.refused import Refused
from zhirong.search import parser
from zhirong.search.backend import DEEPEST, Request
from zhirong.search.documents import FACETS, SORTS
from zhirong.search.query import Parsed

PAGE_SIZE = 20
LARGEST_PAGE = DEEPEST // PAGE_SIZE
MOST_CHOICES = 50
# Every name that the address of a search can have.
NAMES = frozenset({"q", *FACETS, "from", "to", "sort", "page"})


@dataclass(frozen=True, kw_only=True)
class Address:
    """What is asked on a search page; unknown parameters of the address are left out, bad values refused."""

    text: str = ""
    filters: dict[str, tuple[str, ...]] = field(default_factory=dict)
    price_from_fen: int | None = None
    price_to_fen: int | None = None
    sort: str = "score"
    page: int = 1

    def query_string(self) -> str:
        """The address after the question mark, without what is as usual: equal searches have one address."""
        pairs: list[tuple[str, str]] = [("q", self.text)] if self.text else []
        pairs += [(name, value) for name in FACETS for value in sorted(self.filters.get(name, ()))]
        for name, fen in (("from", self.price_from_fen), ("to", self.price_to_fen)):
            if fen is not None:
                pairs.append((name, shown.figures(fen).replace(",", "").removesuffix(".00")))
        if self.sort != "score":
            pairs.append(("sort", self.sort))
        if self.page > 1:
            pairs.append(("page", str(self.page)))
        return urlencode(pairs)

    def toggled(self, facet: str, value: str) -> Address:
        """The same search with one choice put in or taken out, back on its first page."""
        chosen = self.filters.get(facet, ())
        kept = tuple(one for one in chosen if one != value) if value in chosen else (*chosen, value)
        filters = {name: values for name, values in {**self.filters, facet: kept}.items() if values}
        return replace(self, filters=filters, page=1)

    def without_price(self) -> Address:
        """The same search at any price."""
        return replace(self, price_from_fen=None, price_to_fen=None, page=1)

    def sorted_by(self, sort: str) -> Address:
        """The same search in another order, back on its first page."""
        return replace(self, sort=sort, page=1)

    def on_page(self, page: int) -> Address:
        """Another page of the same search."""
        return replace(self, page=page)

    def request(
        self, *, facets: tuple[str, ...] = (), size: int = PAGE_SIZE, deepest: int = DEEPEST
    ) -> tuple[Request, Parsed]:
        """The request to the index and the query as it was understood, with its notes for the page."""
        parsed = parser.parse(self.text)
        request = Request(
            query=parsed.node,
            filters=self.filters,
            price_from_fen=self.price_from_fen,
            price_to_fen=self.price_to_fen,
            facets=facets,
            prices=bool(facets),
            sort=self.sort,
            offset=(self.page - 1) * size,
            limit=size,
            deepest=deepest,
        )
        return request, parsed


def read(pairs: Iterable[tuple[str, str]]) -> Address:
    """The search that an address asks for, from its name and value pairs in order."""
    single: dict[str, str] = {}
    filters: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        if name in FACETS and value and value not in filters.get(name, ()):
            filters[name] = (*filters.get(name, ()), value)[:MOST_CHOICES]
        elif name not in FACETS:
            single[name] = value.strip()
    sort = single.get("sort") or "score"
    if sort != "score" and sort.removeprefix("-") not in SORTS:
        raise Refused("search.unknown_sort", sort=sort[:20], known=["score", *SORTS])
    return Address(
        text=single.get("q", ""),
        filters=filters,
        price_from_fen=_fen(single.get("from", "")),
        price_to_fen=_fen(single.get("to", "")),
        sort=sort,
        page=_page(single.get("page", "")),
    )


def _fen(text: str) -> int | None:
    return money.read_yuan(text) if text else None


def _page(text: str) -> int:
    """A page number; whatever is none is the first page, since pages are typed by nobody."""
    plain = text if text.isascii() and text.isdigit() else "1"
    return min(max(int(plain[:6]), 1), LARGEST_PAGE)
