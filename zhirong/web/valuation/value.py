"""/rights/12/value: what a right is likely worth, how sure that is, why, and what would make it surer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from zhirong.exchange.models import Lot
from zhirong.people import access
from zhirong.registry.models import Right
from zhirong.valuation.engine.estimate_shape import Estimate
from zhirong.valuation.engine.result import Input
from zhirong.web import account, filters, pages
from zhirong.web.registry import words as registry_words
from zhirong.web.valuation import asking, estimated, shown, what_if
from zhirong.web.valuation.estimated import Found

DIGEST = 8


@require_http_methods(["GET", "POST"])
@pages.form
@pages.does("valuation.answer")
def value_page(request: HttpRequest, right_id: int) -> HttpResponse:
    """/rights/12/value?rate=14&renew_to=15"""
    found = estimated.of(request, right_id)
    if request.method == "POST":
        question = asking.deed_of(request, account.known(request), found.parties, found=found)
        after = f"?{urlencode({'answered': question})}" if question else ""
        return HttpResponseRedirect(f"{reverse('right-value', args=[found.right.pk])}{after}")
    facts = head_facts(found.right, found.day)
    if found.estimate is None:
        return pages.page(
            request,
            "valuation/value.html",
            here="value",
            stands_against=found.told(),
            ways_out=ways_out(found.right),
            moved="",
            **facts,
        )
    standing = pages.standing_of(request)
    wish = what_if.read(request, found)
    shown_estimate = wish.estimate or found.estimate
    return pages.page(
        request,
        "valuation/value.html",
        here="value",
        stands_against=None,
        moved=moved(request, found),
        faults={**pages.faults_of(request), **wish.faults},
        typed=request.POST if request.method == "POST" or request.POST else request.GET,
        price_word=gettext("the highest bid now"),
        can_ask=access.could(standing, "valuation.ask_appraisal"),
        can_lend=standing is not None,
        paper=None,
        questions=asking.open_ones(found.estimate),
        answers=asking.given(found),
        can_answer=bool(found.parties) and access.could(standing, "valuation.answer"),
        parties=[(one.pk, one.name) for one in found.parties],
        what_ifs=what_if.fields(request, found),
        what_if=wish.told,
        is_what_if=wish.estimate is not None,
        **facts,
        **estimate_facts(
            shown_estimate, price=price_of(found.right), names={one.ref: one.name for one in found.parties}
        ),
    )


def names_of(found: Found) -> dict[str, str]:
    """Who said what, by name."""
    return {one.ref: one.name for one in found.parties}


def price_of(right: Right) -> int | None:
    """The highest bid in yuan where the right alone is being sold; a bid for many says nothing about one."""
    if not right.live_number:  # type: ignore[attr-defined]
        return None
    lots = Lot.objects.filter(listing__number=right.live_number).exclude(top_fen=None)  # type: ignore[attr-defined]
    alone = lots.exclude(listing__items__position__gt=0).order_by("-run").values_list("top_fen", flat=True)
    top = alone.first()
    return None if top is None else top // 100


def moved(request: HttpRequest, found: Found) -> str:
    """What the answer that was just given did to the range, in one sentence."""
    question = request.GET.get("answered", "")
    if found.estimate is None or found.said.get(question) is None:
        return ""
    before = estimated.compute(found.right, found.day, estimated.without(found.said, question))
    return shown.moved(before.headline, found.estimate.headline, gettext("Answer kept"))


def ways_out(right: Right) -> list[tuple[str, str]]:
    """Where to go on from a refusal."""
    return [
        (gettext("See what the register says"), reverse("right", args=[right.pk])),
        (gettext("Value another right"), reverse("value")),
    ]


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


def estimate_facts(
    estimate: Estimate, *, price: int | None = None, names: Mapping[str, str] | None = None
) -> dict[str, Any]:
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
        "inputs": shown.inputs(all_inputs(estimate), names or {}),
        "notes": shown.weighed(estimate.notes),
        "model": estimate.model_sha256[:DIGEST],
        "parameters": estimate.parameters_sha256[:DIGEST],
    }
    return {**facts, "tabs": tabs(facts)}


def all_inputs(estimate: Estimate) -> list[Input]:
    """Those of the whole and of every method that spoke."""
    of_methods = [one for voice in estimate.voices if voice.result.range for one in voice.result.inputs]
    return [*of_methods, *estimate.inputs]


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
