"""/office/measures/<id>: one text of a measure: written on, checked, compared, approved by another person."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext

from zhirong.base.refused import Refused
from zhirong.people import access
from zhirong.policy import drafting, finding_words, kept
from zhirong.policy.actions import measures
from zhirong.policy.models import MeasureText
from zhirong.policy.reading import Base
from zhirong.web import filters, pages
from zhirong.web.measures import changes, drafts, effects, words
from zhirong.web.office import rooms

DOES = ("policy.change_measure", "policy.decide_measure")


@rooms.room("policy.see_drafts", does=DOES)
def text_page(request: HttpRequest, text_id: int) -> HttpResponse:
    """The text with what its check finds, what it changes, and the deeds that are open to whoever looks."""
    one = get_object_or_404(MeasureText.objects.select_related("drafted_by", "decided_by"), pk=text_id)
    if request.method == "POST":
        return rooms.do(request, deeds(request, one))
    standing, base = pages.standing_of(request), kept.base()
    made, found = drafting.readable(one.text), drafting.changes(one, base)
    may_change = one.state in ("draft", "waiting", "returned") and access.may(standing, "policy.change_measure", one)
    return rooms.show(
        request,
        "measure_text.html",
        here="office-measures",
        title=one.zh if filters.is_chinese() else one.en,
        way=(gettext("Measures"), reverse("office-measures")),
        one=one,
        state=words.pair(words.TEXTS, one.state),
        gate=gate_of(one, base),
        effect=effects.told(one, base) if one.state in ("draft", "waiting") else None,
        is_open=one.state in ("draft", "waiting"),
        changes=None if found is None else changes.told(found),
        is_ruling=one.name in base.measures,
        may_change=may_change,
        may_ask=may_change and one.state == "draft",
        may_decide=one.state == "waiting" and access.may(standing, "policy.decide_measure", one),
        could_decide=one.state == "waiting" and access.could(standing, "policy.decide_measure"),
        **(drafts.row_form(made) if made and may_change else {"figures": [], "clauses": []}),
    )


def deeds(request: HttpRequest, one: MeasureText) -> rooms.Deeds:
    """What the page's buttons do."""
    person = rooms.who(request)
    seen, reason = request.POST.get("payload_hash", ""), request.POST.get("reason", "")
    return {
        "save": lambda: measures.change_measure(person, one.pk, request.POST.get("text", "")),
        "row": lambda: write_row(request, one),
        "ask": lambda: measures.ask_approval(person, one.pk),
        "approve": lambda: measures.approve_measure(person, one.pk, sha256=seen),
        "return": lambda: measures.return_measure(person, one.pk, sha256=seen, reason=reason),
        "withdraw": lambda: measures.withdraw_measure(person, one.pk, reason=reason),
    }


def write_row(request: HttpRequest, one: MeasureText) -> MeasureText:
    """A figure from a day on, written into this draft."""
    access.require(pages.standing_of(request), "policy.change_measure", one)
    made = drafting.readable(one.text)
    if made is None:
        raise Refused("policy.row_unwritable", name=one.name, since="–", problem="the text has findings")
    return measures.change_measure(rooms.who(request), one.pk, drafts.with_row(request, made, one.text))


def gate_of(one: MeasureText, base: Base) -> dict[str, Any]:
    """What the check finds, for the template."""
    plain = drafting.checked(one, base)
    told = finding_words.chinese if filters.is_chinese() else str
    return {
        "passed": plain["passed"],
        "lint": [(row["line"], row["place"], told(row["problem"])) for row in plain["lint"]],
        "cases": len(plain["cases"]),
        "failing": [(row["name"], list(map(told, row["problems"]))) for row in plain["cases"] if row["problems"]],
        "mutants": plain["mutants"],
        "survivors": list(map(told, plain["survivors"])),
    }
