"""The embedded engine: tantivy with tokens that we cut ourselves (tantivy-py has no Chinese; SEARCH B3, B4)."""

from __future__ import annotations

import itertools
import shutil
import threading
import zlib
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import tantivy

from zhirong.search import documents, query, tantivy_query, words
from zhirong.search.backend import PRICE_EDGES_FEN, Band, Hit, Request, Results
from zhirong.search.documents import DATES, FACETS, SORTS, Document

# A change of the fields below, or of what may stand in the index, needs a new number: the folder is then rebuilt.
SCHEMA_VERSION = 4
ENGINE = metadata.version("tantivy")
WRITER_BYTES = 32_000_000
# A sort key ends in twenty bits of the id's checksum, so that equal prices keep one order in every index.
TIE_BITS = 20
LARGEST_KEY = 2**63 - 1
# Dearer things (beyond 88 billion yuan) share one place at the end of the order.
LARGEST_SORTED = (LARGEST_KEY >> TIE_BITS) - 1
# More seconds than any date has: what stands behind the dated keeps its order there.
BEHIND = LARGEST_SORTED // 2
BROKEN = (ValueError, OSError, RuntimeError)


def schema() -> tantivy.Schema:
    """Words and characters of each text, raw values for numbers, branches and facets, whole numbers to sort by."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    for name in query.ANYWHERE:
        builder.add_text_field(f"{name}_words", tokenizer_name="blanks", index_option="freq")
        builder.add_text_field(f"{name}_signs", tokenizer_name="blanks", index_option="position")
    for name in ("number", "ipc", "state_name"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in FACETS:
        builder.add_text_field(f"facet_{name}", fast=True, tokenizer_name="raw", index_option="basic")
    for name in ("price", *DATES):
        builder.add_integer_field(name, indexed=True, fast=True)
    for name in SORTS:
        builder.add_integer_field(f"{name}_up", fast=True)
        builder.add_integer_field(f"{name}_down", fast=True)
    return builder.build()


class TantivyBackend:
    """One index in one folder; one process writes, any number of threads search."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._writing = threading.Lock()
        self._index: Any = None
        self._writer: Any = None

    def create(self) -> None:
        self.close()
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self._start(tantivy.Index(schema(), path=str(self.folder)))

    def open(self) -> bool:
        """Open what is there; False when there is nothing or it cannot be read."""
        try:
            if not tantivy.Index.exists(str(self.folder)):
                return False
            self._start(tantivy.Index.open(str(self.folder)))
            self._index.searcher().search(tantivy.Query.all_query(), limit=1)
        except BROKEN:
            self._index = None
            return False
        return True

    def _start(self, index: Any) -> None:
        blanks = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
        index.register_tokenizer("blanks", blanks)
        index.config_reader(reload_policy="manual")
        index.reload()
        self._index = index
        self._schema = index.schema

    def close(self) -> None:
        """Let go of the folder; what was not refreshed is lost."""
        with self._writing:
            self._writer = None
            self._index = None

    def _writes(self) -> Any:
        if self._writer is None:
            self._writer = self._index.writer(heap_size=WRITER_BYTES, num_threads=1)
        return self._writer

    def upsert(self, given: Iterable[Document]) -> int:
        return self._put(given, replacing=True)

    def insert(self, given: Iterable[Document]) -> int:
        """Put documents into a fresh index, where no earlier ones of the same id can be."""
        return self._put(given, replacing=False)

    def _put(self, given: Iterable[Document], *, replacing: bool) -> int:
        put = 0
        with self._writing:
            writer = self._writes()
            for document in given:
                if replacing:
                    writer.delete_documents_by_term("id", document.id)
                writer.add_document(row(document))
                put += 1
        return put

    def delete(self, ids: Iterable[str]) -> None:
        with self._writing:
            writer = self._writes()
            for one in ids:
                writer.delete_documents_by_term("id", one)

    def refresh(self) -> None:
        with self._writing:
            if self._writer is not None:
                self._writer.commit()
            self._index.reload()

    def count(self) -> int:
        index = self._index
        return int(index.searcher().num_docs) if index is not None else 0

    def search(self, request: Request) -> Results:
        index = self._index
        if index is None:
            return Results(hits=(), total=0, facets=dict.fromkeys(request.facets, ()))
        searcher = index.searcher()
        compiled = tantivy_query.compile_request(self._schema, request)
        found = searcher.search(compiled, limit=request.limit, offset=request.offset, **_order(request.sort))
        hits = tuple(Hit(searcher.doc(place).get_first("id"), float(score)) for score, place in found.hits)
        return Results(
            hits=hits,
            total=found.count,
            facets=self._facets(searcher, request),
            prices=self._prices(searcher, request) if request.prices else (),
        )

    def _facets(self, searcher: Any, request: Request) -> dict[str, tuple[tuple[str, int], ...]]:
        """Counts of what each choice would give: a facet's own choice is left out of its own count."""
        counted: dict[str, tuple[tuple[str, int], ...]] = {}
        free = [name for name in request.facets if name not in request.filters]
        for names, without in [(free, None), *(([name], name) for name in request.facets if name in request.filters)]:
            if not names:
                continue
            compiled = tantivy_query.compile_request(self._schema, request, without=without)
            size = {"size": request.facet_size, "segment_size": 10_000}
            terms = {name: {"terms": {"field": f"facet_{name}", **size}} for name in names}
            for name, answer in searcher.aggregate(compiled, terms).items():
                pairs = [(str(bucket["key"]), int(bucket["doc_count"])) for bucket in answer["buckets"]]
                counted[name] = tuple(sorted(pairs, key=lambda pair: (-pair[1], pair[0])))
        return {name: counted.get(name, ()) for name in request.facets}

    def _prices(self, searcher: Any, request: Request) -> tuple[Band, ...]:
        compiled = tantivy_query.compile_request(self._schema, request, without="price")
        edges = [None, *PRICE_EDGES_FEN, None]
        bands = list(itertools.pairwise(edges))
        ranges = [
            {key: value for key, value in (("from", low), ("to", high)) if value is not None} for low, high in bands
        ]
        answer = searcher.aggregate(compiled, {"price": {"range": {"field": "price", "ranges": ranges}}})
        counts = {
            (bucket.get("from"), bucket.get("to")): int(bucket["doc_count"]) for bucket in answer["price"]["buckets"]
        }
        return tuple(Band(low, high, counts.get((low, high), 0)) for low, high in bands)

    def suggest(self, beginning: str, *, limit: int = 8) -> list[str]:
        index = self._index
        if index is None or not beginning.strip():
            return []
        searcher = index.searcher()
        holders = searcher.terms_with_prefix("facet_holder", beginning.strip(), limit=limit)
        titles = searcher.terms_with_prefix("title_words", words.fold(beginning.strip()), limit=limit * 4)
        common = sorted(titles, key=lambda pair: (-pair[1], pair[0]))
        found = [text for text, _ in sorted(holders, key=lambda pair: (-pair[1], pair[0]))]
        found += [text for text, _ in common if len(text) > 1 and text not in words.STOP_WORDS]
        return list(dict.fromkeys(found))[:limit]


def row(document: Document) -> Any:
    """A document as tantivy keeps it."""
    made = tantivy.Document()
    made.add_text("id", document.id)
    for name, text in _texts(document):
        made.add_text(f"{name}_words", " ".join(words.tokens(text)))
        made.add_text(f"{name}_signs", " ".join(words.pairs(text)))
    for key in {key for number in document.numbers for key in documents.number_keys(number)}:
        made.add_text("number", key)
    for key in {key for symbol in document.ipc for key in documents.branch(symbol)}:
        made.add_text("ipc", key)
    for name in document.state_names:
        made.add_text("state_name", words.fold(name))
    for name, values in documents.facet_values(document).items():
        for value in values:
            made.add_text(f"facet_{name}", value)
    if document.price_fen is not None:
        made.add_integer("price", document.price_fen)
    for name, day in document.dates.items():
        made.add_integer(name, day.year * 10_000 + day.month * 100 + day.day)
    _add_sort_keys(made, document)
    return made


def _texts(document: Document) -> Iterator[tuple[str, str]]:
    yield query.TITLE, document.title
    if document.abstract:
        yield query.ABSTRACT, document.abstract
    for name, texts in (
        (query.HOLDER, document.holders), (query.INVENTOR, document.inventors), (query.MORE, document.more)
    ):  # fmt: skip
        for text in texts:
            yield name, text


def _add_sort_keys(made: Any, document: Document) -> None:
    """Upward and downward keys, so that what has no price or date stands last in both orders."""
    tie = zlib.crc32(document.id.encode()) >> (32 - TIE_BITS)
    for name in SORTS:
        value = document.price_fen if name == "price" else _seconds(document.dates.get(name))
        value = None if value is None else min(value, LARGEST_SORTED)
        if value is None:
            made.add_integer(f"{name}_up", LARGEST_KEY - (1 << TIE_BITS) + tie)
            made.add_integer(f"{name}_down", -LARGEST_KEY + (1 << TIE_BITS) - tie)
        else:
            far = BEHIND if name in document.behind else 0
            made.add_integer(f"{name}_up", (value + far << TIE_BITS) + tie)
            made.add_integer(f"{name}_down", (value - far << TIE_BITS) + (1 << TIE_BITS) - 1 - tie)


def _seconds(value: date | datetime | None) -> int | None:
    """An order of instants and days: seconds, days from their beginning; before 1970 counts as 1970."""
    if value is None:
        return None
    at = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day, tzinfo=UTC)
    return max(int(at.timestamp()), 0)


def _order(sort: str) -> dict[str, Any]:
    if sort == "score":
        return {}
    if sort.startswith("-"):
        return {"order_by_field": f"{sort[1:]}_down", "order": tantivy.Order.Desc}
    return {"order_by_field": f"{sort}_up", "order": tantivy.Order.Asc}
