"""/rights/12/value: what a right is likely worth, how sure that is, why, and what would make it surer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from zhirong.people import access
from zhirong.record import actions as record
from zhirong.registry.models import Right
from zhirong.valuation import estimate_paper
from zhirong.valuation.engine.estimate_shape import Estimate
from zhirong.valuation.engine.result import Input
from zhirong.web import account, filters, limits, lists, pages, reading
from zhirong.web.registry import words as registry_words
from zhirong.web.valuation import asking, index_shown, looked, moving, shown, what_if
from zhirong.web.valuation.looked import Found

DIGEST = 8
LANGUAGES = ("zh", "en")
# What an address may ask besides the fields of the what-if.
BESIDE = ("answered", "scenario")


@require_http_methods(["GET", "POST"])
@pages.form
@pages.does("valuation.answer")
def value_page(request: HttpRequest, right_id: int) -> HttpResponse:
    """/rights/12/value?points=2&renew_to=15; what the address asks besides is passed over aloud."""
    found = looked.of(request, right_id)
    if request.method == "POST":
        question = asking.deed_of(request, account.known(request), found)
        after = f"?{urlencode({'answered': question})}" if question else ""
        return HttpResponseRedirect(f"{reverse('right-value', args=[found.right.pk])}{after}")
    facts = {**head_facts(found.right, found.day), "issued": found.issued}
    if found.estimate is None:
        return pages.page(
            request,
            "valuation/value.html",
            here="value",
            stands_against=found.told(),
            ways_out=ways_out(found.right),
            moved="",
            model="",
            parameters="",
            unread=found.unread,
            **facts,
        )
    standing, what_ifs = pages.standing_of(request), what_if.fields(request, found)
    reading.only(request, [*BESIDE, *(one["name"] for one in what_ifs)])
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
        paper=reverse("right-value-paper", args=[found.right.pk, "zh" if filters.is_chinese() else "en"]),
        questions=asking.open_ones(found.estimate),
        answers=asking.given(found),
        can_answer=bool(found.parties) and access.could(standing, "valuation.answer"),
        parties=[(one.pk, one.name) for one in looked.parties_of(found)],
        acts=bool(found.parties),
        unread=found.unread,
        what_ifs=what_ifs,
        what_if=wish.told,
        is_what_if=wish.estimate is not None,
        index=index_shown.facts(request, shown_estimate, found.index_list),
        **facts,
        **estimate_facts(shown_estimate, price_fen=found.bid_fen, names=names_of(found)),
    )


@require_safe
@pages.signed_in
def paper(request: HttpRequest, right_id: int, language: str) -> HttpResponse:
    """/rights/12/value.zh.pdf: the estimate on paper, which says in its title that it is no appraisal report."""
    found = looked.of(request, right_id)
    if language not in LANGUAGES:
        raise Http404
    if found.estimate is None:
        raise found.refused or Http404
    limits.take(request, "export")
    content = estimate_paper.pdf_of(found.right, found.estimate, language=language, now=record.now())
    return lists.file(content, f"{found.right.number}-value.{language}.pdf")


def names_of(found: Found) -> dict[str, str]:
    """Who gave an answer: answers are those of this visitor's parties alone."""
    papers = {one.evidence: gettext("a paper of your organisation") for one in found.said.answers if one.evidence}
    return {**papers, **{one.by: gettext("your organisation") for one in found.said.answers}}


def moved(request: HttpRequest, found: Found) -> str:
    """What the answer that was just given did to the range, in one sentence."""
    question = request.GET.get("answered", "")
    if found.estimate is None or found.said.get(question) is None:
        return ""
    before = found.anew(looked.without(found.said, question))
    return moving.told(before, found.estimate, gettext("Answer kept"))


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
    estimate: Estimate, *, price_fen: int | None = None, names: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """An estimate as the template lays it out; `price_fen` is a real price to stand beside it."""
    price = None if price_fen is None else price_fen // 100
    found = estimate.headline
    unit = shown.unit_of(found)
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
        (gettext("Index"), "#h-index", True),
        (gettext("Inputs"), "#h-inputs", True),
    ]
    return [(word, address, address == "#h-range") for word, address, is_there in rows if is_there]
