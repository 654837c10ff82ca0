"""Where the tree's hashes stand: leaves by number, roots of complete subtrees by level and place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db import connection

from zhirong.record import port
from zhirong.record.engine import tree

# SQLite takes a thousand terms in one condition; a span has two.
SPANS_A_QUERY = 300
Select = Callable[[str, Sequence[Any]], list[port.Row]]


def select(sql: str, params: Sequence[Any] = ()) -> list[port.Row]:
    """One reading statement on Django's connection, with the port's marks."""
    with connection.cursor() as cursor:
        cursor.execute(port.with_percent_marks(sql), tuple(params))
        rows: list[port.Row] = cursor.fetchall()
        return rows


def shelf(reading: Select, ranges: Iterable[tree.Span]) -> tree.Shelf:
    """The stored hashes that these ranges need: one statement for each stored level, for a path a few hundred rows."""
    hashes: dict[tuple[int, int], bytes] = {}
    for level, spans in tree.rows_needed(ranges).items():
        for first in range(0, len(spans), SPANS_A_QUERY):
            rows = _rows(reading, level, spans[first : first + SPANS_A_QUERY])
            hashes |= {(level, place): bytes(value) for place, value in rows}
    return tree.Shelf(hashes)


def _rows(reading: Select, level: int, spans: Sequence[tree.Span]) -> list[port.Row]:
    """The hashes of one level in these spans of places."""
    column, table = ("number", "record_leaf") if level == 0 else ("place", "record_subtree")
    among = " OR ".join(f"({column} >= ? AND {column} < ?)" for _ in spans)
    params: list[int] = [end for span in spans for end in span]
    if level:
        among, params = f"level = ? AND ({among})", [level, *params]
    return reading(f"SELECT {column}, hash FROM {table} WHERE {among}", params)


def last_checkpoint(reading: Select) -> tuple[int, bytes]:
    """The size and root that were signed last; nothing at first."""
    rows = reading("SELECT size, root FROM record_checkpoint ORDER BY size DESC LIMIT 1", ())
    return (rows[0][0], bytes(rows[0][1])) if rows else (0, tree.EMPTY_ROOT)


def frontier(reading: Select, size: int) -> tree.Frontier:
    """The tree of this size, ready for appending, from the stored rows."""
    span = (0, size)
    return tree.Frontier(size, shelf(reading, [span]).peaks(span)) if size else tree.Frontier()
