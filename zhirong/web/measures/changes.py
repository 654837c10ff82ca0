"""/policy/measures/<id>/changes: what two days, or two moments of knowledge, say otherwise, in plain words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from zhirong.policy import kept, reading
from zhirong.policy.engine import difference
from zhirong.policy.engine.changes import Change
from zhirong.web import filters, pages
from zhirong.web.measures import measure, words

SHOWN = 20


@require_safe
def changes_page(request: HttpRequest, name: str) -> HttpResponse:
    """?from=&to= two days of validity; ?known_from=&known_to= two days of knowledge; else every approved text."""
    base = kept.base()
    if name not in base.measures:
        raise Http404
    made = base.measures[name]
    first, second = measure.day_of(request, "from"), measure.day_of(request, "to")
    by_days = difference.between(made, (first, second), base.vocabulary) if first and second else None
    title = measure.title_of(made)
    return pages.page(
        request,
        "measures/changes.html",
        here="policy",
        crumbs=[
            (gettext("Policy"), reverse("policy")),
            (title, reverse("measure", args=[name])),
            (gettext("What changed"), None),
        ],
        title=title,
        name=name,
        first=first,
        second=second,
        by_days=None if by_days is None else told(by_days),
        known_first=measure.day_of(request, "known_from"),
        known_second=measure.day_of(request, "known_to"),
        by_knowledge=by_knowledge(request, name),
        texts=texts(name),
        periods=[(one.id, one.since, one.until) for one in made.versions],
    )


def by_knowledge(request: HttpRequest, name: str) -> list[tuple[str, str]] | None:
    """What the base of one evening says otherwise than that of another; nothing where no two days are named."""
    first, second = measure.day_of(request, "known_from"), measure.day_of(request, "known_to")
    if not first or not second:
        return None
    was, now = (kept.base(kept.end_of(day)) for day in (first, second))
    if name not in now.measures:
        return []
    return told(difference.difference(was.measures.get(name), now.measures[name], now.vocabulary))


def texts(name: str) -> list[dict[str, Any]]:
    """The approved texts, newest first, each with what it changed of the one before."""
    rows = list(kept.texts(name)[: SHOWN + 1])
    ground = reading.own()
    made = [*(kept.read(one.text) for one in rows), ground.measures.get(name)]
    return [
        {
            "at": one.known_from,
            "sha256": one.sha256,
            "changes": told(difference.difference(made[place + 1], kept.read(one.text), ground.vocabulary)),
        }
        for place, one in enumerate(rows[:SHOWN])
    ]


def told(changes: Iterable[Change]) -> list[tuple[str, str]]:
    """Changes as lines: the part, and the words of the page's language."""
    language = 0 if filters.is_chinese() else 1
    return [(words.word(words.PARTS, one.part), one.said[language]) for one in changes]
