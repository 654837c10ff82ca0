"""What questions are asked of in a house: its measures as kept, and the paragraphs that their clauses stand on."""

from __future__ import annotations

from functools import lru_cache

from django.db.models import Count, Max

from zhirong.policy import consulting, kept
from zhirong.policy.engine.consult.corpus import Corpus
from zhirong.policy.engine.consult.reply import Paragraph
from zhirong.policy.models import ClauseLink


def corpus() -> Corpus:
    """The index over what the house holds now, kept until a text is approved or a link changes."""
    links = ClauseLink.objects.filter(ended_at__isnull=True).aggregate(Count("pk"), Max("pk"))
    return consulting.corpus_of(kept.base(), paragraphs(links["pk__count"], links["pk__max"] or 0))


@lru_cache(maxsize=4)
def paragraphs(count: int, newest: int) -> tuple[Paragraph, ...]:
    """The paragraphs of so many links, the newest of that number: links are only added and ended."""
    rows = ClauseLink.objects.filter(ended_at__isnull=True, pk__lte=newest).select_related("paragraph")
    found: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
    for row in rows.order_by("pk")[:count]:
        told = row.paragraph
        entry = (str(told.original_id), str(told.number), told.text)
        found.setdefault(entry, []).append((row.name, row.clause))
    return tuple(Paragraph(*entry, clauses=tuple(places)) for entry, places in found.items())
