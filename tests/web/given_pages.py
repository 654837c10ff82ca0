"""What every page test asks: few queries, one h1, no style in the page itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

MOST_QUERIES = 12


@contextmanager
def few_queries(most: int = MOST_QUERIES) -> Iterator[None]:
    """A page asks the database at most twelve times (STACK 4), its session and person included."""
    with CaptureQueriesContext(connection) as asked:
        yield
    told = "\n".join(query["sql"][:160] for query in asked.captured_queries)
    assert len(asked) <= most, f"{len(asked)} queries:\n{told}"


def text_of(client: Client, path: str, *, status: int = 200) -> str:
    """The page at this address, well formed as the house wants it, asked in few queries."""
    with few_queries():
        answer = client.get(path)
    assert answer.status_code == status, answer.content[:500]
    text = answer.content.decode()
    assert len(re.findall(r"<h1[ >]", text)) == 1
    assert ' style="' not in text, "the content policy lets no style through"
    assert not re.search(r"<script(?![^>]* src=)", text)
    return text
