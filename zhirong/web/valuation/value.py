"""/rights/12/value: what a right is likely worth, how sure that is, why, and what would make it surer."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from zhirong.registry.models import Right
from zhirong.valuation.engine.estimate_shape import Estimate
from zhirong.web import filters, pages
from zhirong.web.registry import words as registry_words
from zhirong.web.valuation import shown

DIGEST = 8


def head_facts(right: Right, day: Any) -> dict[str, Any]:
    """What the head of every page about the value of one right shows."""
    return {
        "right": right,
        "title": filters.title(right),
        "kind": registry_words.label("kind", right.kind),
        "day": day,
        "crumbs": [
            (gettext("Rights"), reverse("rights")),
            (right.number, reverse("right", args=[right.pk])),
            (gettext("Value"), None),
        ],
    }


def estimate_facts(estimate: Estimate, *, price: int | None = None) -> dict[str, Any]:
    """An estimate as the template lays it out; `price` is a real price in yuan to stand beside it."""
    found = estimate.headline
    unit = shown.unit_for(found.median if found else 1)
    scale = shown.scale_of(estimate)
    facts = {
        "headline": shown.range_of(found, unit) if found else None,
        "unit": unit.word,
        "basis": shown.basis(estimate),
        "off_by": shown.off_by(estimate.record),
        "methods": shown.methods(estimate, unit, price=price),
        "scale": shown.scale_head(scale, unit),
        "price": price,
        "waterfall": shown.waterfall(estimate, unit),
        "tornado": shown.tornado(estimate, unit),
        "comparables": shown.comparables(estimate, unit),
        "inputs": shown.inputs(estimate.inputs),
        "notes": shown.weighed(estimate.notes),
        "model": estimate.model_sha256[:DIGEST],
        "parameters": estimate.parameters_sha256[:DIGEST],
    }
    return {**facts, "tabs": tabs(facts)}


def tabs(facts: dict[str, Any]) -> list[tuple[str, str, bool]]:
    """Links to the sections that are there."""
    rows = [
        (gettext("Range"), "#h-range", True),
        (gettext("Why"), "#h-why", bool(facts["waterfall"])),
        (gettext("What moves it"), "#h-moves", bool(facts["tornado"])),
        (gettext("Surer"), "#h-questions", True),
        (gettext("What if"), "#h-what-if", True),
        (gettext("Deals"), "#h-deals", True),
        (gettext("Inputs"), "#h-inputs", True),
    ]
    return [(word, address, address == "#h-range") for word, address, is_there in rows if is_there]
