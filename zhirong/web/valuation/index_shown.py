"""The index of value on the page of a right: points out of a hundred, no money, by which list and how sure."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext

from zhirong.valuation import indexed
from zhirong.valuation.engine import legible
from zhirong.valuation.engine.estimate_shape import Estimate
from zhirong.valuation.engine.index_items import Words
from zhirong.valuation.indices import InForce
from zhirong.web import filters, reading
from zhirong.web.valuation import shown


def facts(request: HttpRequest, estimate: Estimate, by: InForce) -> dict[str, Any]:
    """The section of ?scenario=…; one that the list does not have is passed over aloud."""
    scenario = request.GET.get("scenario", "").strip()
    if scenario and scenario not in by.items.scenarios:
        reading.passed_over(request, reading.not_taken(request, "scenario", by.items.scenarios))
    told = indexed.of(estimate.subject, estimate.said, by, scenario=scenario)
    items, found = told.by.items, told.found
    grade = next(one for one in items.grades if one.code == found.grade)
    return {
        "score": legible.fixed(found.score, 0),
        "span": f"{legible.fixed(found.band[0], 0)} – {legible.fixed(found.band[-1], 0)}",
        "grade": word(grade.name),
        "coverage": legible.percent(found.coverage, places=0),
        "list": word(items.name),
        "edition": items.edition,
        "is_own": told.by.list_id is not None,
        "scenario": found.scenario,
        "scenarios": [(code, word(name)) for code, name in items.scenarios.items()],
        "dimensions": [
            (word(one.name), "–" if score is None else legible.fixed(score, 0))
            for one in items.dimensions
            for score in (found.dimensions[one.code],)
        ],
        "notes": shown.sentences(found.notes),
        "whose": gettext("the centre's own list") if told.by.list_id is not None else gettext("the house's own list"),
    }


def word(words: Words) -> str:
    """A name of the list in the language of the page."""
    return words.zh if filters.is_chinese() else words.en
