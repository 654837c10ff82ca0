"""/support/goal: from which value of one number on a measure is met, an amount is reached, or a ceiling is hit."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from zhirong.base import money
from zhirong.base.refused import Refused
from zhirong.policy import deciding, kept, stating
from zhirong.policy.deciding import Decided
from zhirong.policy.engine import goal
from zhirong.policy.engine.facts import Vocabulary
from zhirong.web import limits, pages, reading
from zhirong.web.support import asked as asking
from zhirong.web.support import mine, shown, supposing, words

LONGEST = 40


@require_safe
@pages.signed_in
def goal_page(request: HttpRequest) -> HttpResponse:
    """First the measure, then the number that may move and what is to be reached; nothing is kept."""
    asked, title = asking.read(request), gettext("From which value on")
    frame: dict[str, Any] = {
        "here": "policy",
        "crumbs": [(gettext("My support"), reverse("support") + asked.link()), (title, None)],
        "title": title,
        "asked": asked,
    }
    if asked.party is None:
        return pages.page(request, "support/nobody.html", **frame)
    known = kept.base(asked.known).vocabulary
    found = [one for one in deciding.everything(asked.party, **asked.told()) if one.decision.version]
    keys = {f"{one.measure.id}|{one.about}": one for one in found}
    chosen = keys.get(reading.choice(request, "measure", keys))
    facts = supposing.options([chosen], known, only="number") if chosen else []
    name = reading.choice(request, "fact", {key for key, _ in facts})
    faults: dict[str, Any] = {}
    told = answer(request, chosen, name, known=known, faults=faults) if chosen and name else None
    return pages.page(
        request,
        "support/goal.html",
        **frame,
        measures=[("", gettext("Choose a measure"))] + [(key, option(one)) for key, one in keys.items()],
        measure=request.GET.get("measure", ""),
        chosen=chosen,
        facts=facts,
        goals=goals(),
        unit=unit_hint(known, name),
        faults=faults,
        typed=request.GET,
        told=told,
        link=shown.address(chosen, asked) if chosen else "",
        tabs=mine.tabs("support-goal", asked),
    )


def option(one: Decided) -> str:
    """A measure and the thing it is about."""
    title = words.both(one.measure)
    return f"{title} · {shown.about(one.about)}" if one.about else title


def goals() -> list[tuple[str, str]]:
    return [
        (goal.MET_GOAL, gettext("the measure is met")),
        (goal.AMOUNT_GOAL, gettext("the amount below is reached")),
        (goal.CEILING_GOAL, gettext("a ceiling is reached")),
    ]


def unit_hint(known: Vocabulary, name: str) -> str:
    """The range that a fact declares."""
    fact = known.facts.get(name)
    if fact is None or (fact.least is None and fact.most is None):
        return ""
    ends = [words.value(fact, end) if end is not None else "…" for end in (fact.least, fact.most)]
    return gettext("may be %(least)s to %(most)s") % {"least": ends[0], "most": ends[1]}


def answer(
    request: HttpRequest, one: Decided, name: str, *, known: Vocabulary, faults: dict[str, Any]
) -> dict[str, Any] | None:
    """The spans in words; what could not be read or sought stands among the faults."""
    limits.take(request, "estimate")
    fact = known.facts[name]
    wanted = reading.choice(request, "goal", goal.GOALS, default=goal.MET_GOAL)
    ends: dict[str, Any] = {}
    for field in ("least", "most"):
        try:
            text = request.GET.get(field, "").strip()[:LONGEST]
            ends[field] = Fraction(str(stating.of_text(fact, text))) if text else None
        except Refused as no:
            faults[field] = {**pages.told(no), "field": field}
    fen = amount_of(request, faults) if wanted == goal.AMOUNT_GOAL else 0
    if faults:
        return None
    try:
        question = goal.Question(fact, wanted, fen=fen, **ends)
        found = goal.seek(
            one.measure,
            one.told.facts,
            one.decision.day,
            question=question,
            known=one.decision.known,
            vocabulary=known,
        )
    except Refused as no:
        faults["most" if no.code == "policy.goal_no_range" else "fact"] = {**pages.told(no), "field": "fact"}
        return None
    return {
        "spans": [span(each, found, question) for each in found.spans],
        "fact": words.label(name, known),
        "now": words.value(fact, one.told.facts.get(name)),
        "state": words.of(words.STATES, found.now.eligible),
        "points": found.points,
        "step": words.value(fact, found.step),
        "least": words.value(fact, found.least),
        "most": words.value(fact, found.most),
    }


def amount_of(request: HttpRequest, faults: dict[str, Any]) -> int:
    try:
        return money.read_yuan(request.GET.get("amount", "").strip())
    except Refused as no:
        faults["amount"] = {**pages.told(no), "field": "amount"}
        return 0


def span(one: goal.Span, found: goal.Sought, question: goal.Question) -> dict[str, Any]:
    """One run of values with both sides of each end."""
    fact = question.fact
    first, last = words.value(fact, one.first), words.value(fact, one.last)
    if one.begins_inside and one.ends_inside:
        told = gettext("from %(first)s to %(last)s") % {"first": first, "last": last}
    elif one.begins_inside:
        told = gettext("from %(first)s on") % {"first": first}
    elif one.ends_inside:
        told = gettext("up to %(last)s") % {"last": last}
    else:
        told = gettext("at every value in the range")
    below = words.value(fact, one.first - found.step) if one.begins_inside else ""
    above = words.value(fact, one.last + found.step) if one.ends_inside else ""
    return {"told": told, "below": below, "above": above, "amount_fen": one.at_first.amount_fen}
