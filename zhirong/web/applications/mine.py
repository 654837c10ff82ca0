"""/applications: every application of mine; /applications/new: a draft for a measure, with what it would come to."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from zhirong.base.calendar import beijing_day
from zhirong.base.refused import Refused
from zhirong.people.models import Party
from zhirong.policy import application_rules as rules
from zhirong.policy import filing, kept, visible
from zhirong.policy.actions import applications as deeds
from zhirong.policy.filing import Assessed
from zhirong.policy.reading import Base
from zhirong.record import actions as record
from zhirong.web import account, lists, pages, reading
from zhirong.web.applications import preparing, seen, told, words


@require_safe
@pages.signed_in
def applications_page(request: HttpRequest) -> HttpResponse:
    """/applications?state=…"""
    state = reading.choice(request, "state", words.STATES)
    found = visible.mine(pages.standing_of(request))
    if state:
        found = found.filter(state=state)
    shown, title = seen.columns(record.now(), page="application"), gettext("My applications")
    if file := lists.taken_away(request, "applications", title, columns=shown, found=found.order_by("-pk")):
        return file
    return pages.page(
        request,
        "applications/applications.html",
        here="policy",
        crumbs=[(title, None)],
        table=lists.table(request, "applications", title, columns=shown, found=found, order="-number"),
        state=state,
        states=[("", gettext("Every state")), *((key, words.state(key)[1]) for key in words.STATES)],
    )


FIELDS = {
    "policy.measure_unknown": "measure",
    "policy.not_applied_for_here": "measure",
    "policy.filed_elsewhere": "measure",
    "policy.owed_by_employer": "measure",
    "policy.about_unknown": "about",
    "policy.about_which": "about",
}


@require_http_methods(["GET", "POST"])
@pages.signed_in
@pages.form_with(FIELDS)
def new(request: HttpRequest) -> HttpResponse:
    """/applications/new?measure=cn-…&about=loan:1"""
    parties = preparing.parties_of(request)
    if request.method == "POST":
        party = preparing.chosen(request, parties)
        measure, about = request.POST.get("measure", ""), request.POST.get("about", "")
        row = deeds.start(account.known(request), party, measure, about=about)
        return HttpResponseRedirect(reverse("application", args=[row.number]))
    measure = (request.GET.get("measure") or request.POST.get("measure", ""))[:100]
    about = (request.GET.get("about") or request.POST.get("about", ""))[:80]
    for_whom = preparing.asked_for(request, parties)
    offered = measures(kept.base())
    is_offered = measure in dict(offered) and bool(measure)
    preview = preview_of(for_whom, measure, about) if for_whom and is_offered else None
    heading = gettext("New application")
    return pages.page(
        request,
        "applications/new.html",
        here="policy",
        crumbs=[(gettext("My applications"), reverse("applications")), (heading, None)],
        heading=heading,
        measure=measure,
        about=about,
        parties=[(one.pk, one.name) for one in parties],
        party=for_whom.pk if for_whom else "",
        measures=offered,
        preview=preview,
        lines=told.amount_lines(filing.told(preview)) if preview else [],
        conditions=told.conditions(filing.told(preview)) if preview else [],
        materials=told.checklist(filing.checklist(preview), []) if preview else [],
        missing=missing_of(preview) if preview else [],
        limits=[words.both({"zh": one.zh, "en": one.en}) for one in preview.limits] if preview else [],
    )


def measures(base: Base) -> list[tuple[str, str]]:
    """What can be applied for here: measures that pay and are no draft, by title; those out of force say so then."""
    day = beijing_day(record.now())
    found = [one for one in base.measures.values() if rules.served(one, day) and not one.is_draft]
    named = [(one.id, words.both({"zh": one.zh, "en": one.en})) for one in found]
    return [("", gettext("Choose a measure")), *sorted(named, key=lambda pair: pair[1])]


def preview_of(party: Party, measure: str, about: str) -> Assessed | None:
    """What an application today would rest on; nothing where the file cannot be decided with."""
    now = record.now()
    try:
        return filing.assess(party, measure, about, day=beijing_day(now), known=now)
    except Refused:
        return None


def missing_of(found: Assessed) -> list[str]:
    """The facts that are wanting, by name."""
    names = filing.names_of(found)
    return [words.both(names.get(one.split("[")[0], {"zh": one, "en": one})) for one in found.decision.missing]
