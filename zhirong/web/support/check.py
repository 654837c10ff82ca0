"""/support/check: the guided check, one question a page, the most telling first, until the answer is certain."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from zhirong.base.calendar import beijing_day
from zhirong.base.refused import Refused
from zhirong.enterprises import sources
from zhirong.enterprises.actions import facts as file_deeds
from zhirong.enterprises.rules import Told
from zhirong.policy import kept, reading, stating, supporting
from zhirong.record import actions as record
from zhirong.web import account, limits, pages
from zhirong.web.registry import forms
from zhirong.web.support import answers as answered
from zhirong.web.support import asked as asking
from zhirong.web.support import checking, questions, shown, words
from zhirong.web.support.answers import Answers
from zhirong.web.support.checking import Checked


def crumbs(title: str) -> list[tuple[str, str | None]]:
    return [(gettext("Guided check"), reverse("support-check")), (title, None)]


def to(name: str, answers: Answers, **more: str) -> str:
    """The address of a page of the check with the answers in it."""
    return f"{reverse(name)}?{urlencode({'s': answers.written(), **more})}"


@require_safe
def check_page(request: HttpRequest) -> HttpResponse:
    """The start; then what the file says, to be confirmed; then one question a page."""
    if "s" not in request.GET:
        return start(request)
    limits.take(request, "estimate")
    answers, faults = answered.read(request.GET["s"]), {}
    name = request.GET.get("fact", "")
    if request.GET.get("confirmed"):
        return HttpResponseRedirect(to("support-check", questions.confirmed(answers)))
    if name and "again" not in request.GET:
        try:
            return HttpResponseRedirect(to("support-check", taken(request, answers, name)))
        except Refused as no:
            faults["value"] = {**pages.told(no), "field": "value"}
    found = checking.check(request, answers)
    if not name and found.from_file and not answers.is_confirmed:
        return confirm(request, found)
    if not name and not found.questions:
        return HttpResponseRedirect(to("support-check-answers", answers))
    return ask(request, found, name or found.questions[0].fact, faults=faults)


def taken(request: HttpRequest, answers: Answers, name: str) -> Answers:
    """The answers with the one of this page. Refused: a value that the fact cannot have, a contradiction."""
    if request.GET.get("unknown"):
        return answers.said(name, None)
    base = kept.base()
    now = answers.said(name, stating.read(name, questions.text_of(request, name, base.vocabulary), base.vocabulary))
    checking.check(request, now)
    return now


def start(request: HttpRequest) -> HttpResponse:
    """What it is, who it is not for, and which measures to check."""
    base, today = kept.base(), beijing_day(record.now())
    parties = forms.parties_of(request)
    if request.GET.get("start"):
        return HttpResponseRedirect(to("support-check", begun(request, base)))
    measures = [(one.id, words.both(one)) for one in base.measures.values() if not one.is_draft]
    return pages.page(
        request,
        "support/check_start.html",
        here="policy",
        crumbs=[(gettext("Guided check"), None)],
        title=gettext("Guided check"),
        measures=[("", gettext("All measures")), *sorted(measures, key=lambda one: one[1])],
        measure=request.GET.get("measure", ""),
        kinds=[("", gettext("All"))] + [(key, words.kind(key)) for key in words.KINDS],
        places=[("", gettext("All")), *questions.places(base)],
        parties=[(one.ref, one.name) for one in parties],
        party=request.GET.get("party", parties[0].ref if parties else ""),
        about=request.GET.get("about", ""),
        day=today,
    )


def begun(request: HttpRequest, base: reading.Base) -> Answers:
    """The first state of a check."""
    given = {name: request.GET.get(name, "") for name in ("measure", "kind", "place", "party", "about")}
    known = {"measure": base.measures, "kind": words.KINDS, "place": dict(questions.places(base))}
    for name, values in known.items():
        if given[name] and given[name] not in values:
            raise Refused("web.not_filtered", name=name, given=given[name][:40])
    day = asking.day_of(request)
    return Answers(
        day=day.isoformat(),
        measure=given["measure"],
        kind=given["kind"],
        place=given["place"],
        party=given["party"][:40],
        about=given["about"][:80],
    )


def confirm(request: HttpRequest, found: Checked) -> HttpResponse:
    """What the file and the registers say is shown, not asked."""
    title = gettext("Is this right?")
    return pages.page(
        request,
        "support/check_confirm.html",
        here="policy",
        crumbs=crumbs(title),
        title=title,
        party=found.party,
        rows=[
            {
                "label": words.label(name, found.base.vocabulary),
                "value": words.value(found.base.vocabulary.facts[name], value),
                "source": words.said_by(found.stated.stated.get(name)),
                "address": to("support-check", found.answers, fact=name, again="1"),
            }
            for name, value in sorted(found.from_file.items())
        ],
        onward=to("support-check", found.answers, confirmed="1"),
    )


def ask(request: HttpRequest, found: Checked, name: str, *, faults: dict[str, Any]) -> HttpResponse:
    """One question: the fact as the heading, why it is asked, the ways to answer."""
    fact = found.base.vocabulary.facts.get(name)
    if fact is None:
        raise Refused("policy.fact_unknown", name=name[:100])
    waiting = next((one.measures for one in found.questions if one.fact == name), ())
    answers, last = found.answers, found.answers.last
    return pages.page(
        request,
        "support/check_question.html",
        status=422 if faults else 200,
        here="policy",
        crumbs=crumbs(words.label(name, found.base.vocabulary)),
        title=words.label(name, found.base.vocabulary),
        s=answers.written(),
        fact=name,
        field=questions.field(request, fact, found),
        source=words.source(fact.source),
        waiting=[words.both(found.base.measures[one]) for one in waiting][:5],
        more=max(0, len(waiting) - 5),
        left=len(found.questions),
        settled=sum(one.decision.eligible in ("met", "not_met", "not_in_force") for one in found.found),
        all=len(found.found),
        back=to("support-check", answers, fact=last, again="1") if last and last != name else "",
        so_far=to("support-check-answers", answers),
        faults=faults,
        typed=request.GET if faults else {},
    )


@require_safe
def answers_page(request: HttpRequest) -> HttpResponse:
    """Check your answers: each with a way to change it, and whether anything is still open."""
    answers = answered.read(request.GET.get("s", ""))
    found, title = checking.check(request, answers), gettext("Check your answers")
    return pages.page(
        request,
        "support/check_answers.html",
        here="policy",
        crumbs=crumbs(title),
        title=title,
        rows=questions.told(found, lambda name: to("support-check", answers, fact=name, again="1")),
        left=len(found.questions),
        onward=to("support-check", answers),
        result=to("support-check-result", answers),
    )


@require_safe
def result_page(request: HttpRequest) -> HttpResponse:
    """What the answers come to: amounts, reasons, the next step of each measure."""
    answers = answered.read(request.GET.get("s", ""))
    found, title = checking.check(request, answers), gettext("The result")
    rows = supporting.in_order(supporting.rows(found.found, found.base.vocabulary), supporting.BENEFIT)
    best = supporting.best(rows)
    asked = questions.asked(request, found)
    told = [(row.state, shown.row(row, asked, found.base.vocabulary)) for row in rows]
    return pages.page(
        request,
        "support/check_result.html",
        here="policy",
        crumbs=crumbs(title),
        title=title,
        day=answers.on,
        met=[one for state, one in told if state == supporting.MET],
        nearly=[one for state, one in told if state == supporting.NEARLY],
        unknown=[one for state, one in told if state == supporting.UNKNOWN],
        others=[one for state, one in told if state in (supporting.NOT_MET, supporting.NOT_IN_FORCE)],
        total_fen=best.total_fen if best.paid_fen else None,
        s=answers.written(),
        left=len(found.questions),
        onward=to("support-check", answers),
        change=to("support-check-answers", answers),
        parties=[(one.ref, one.name) for one in forms.parties_of(request)],
        can_keep=any(value is not None for value in answers.facts.values()),
        kept=request.GET.get("kept", ""),
    )


@require_POST
@pages.signed_in
def keep(request: HttpRequest, ref: str) -> HttpResponse:
    """The answers become statements of the enterprise in its file, from this day on; nothing else was ever kept."""
    party = next((one for one in forms.parties_of(request) if one.ref == ref), None)
    if party is None:
        raise Http404
    person, answers = account.known(request), answered.read(request.POST.get("s", ""))
    said = [
        Told(name, value, since=answers.on, about=answers.about, source_text=gettext("Guided check"))
        for name, value in answers.facts.items()
        if value is not None
    ]
    file_deeds.note_facts(person, party, said, source=sources.SELF)
    return HttpResponseRedirect(to("support-check-result", answers, kept="1"))
