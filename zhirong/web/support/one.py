"""/support/<measure>: one measure for my enterprise, condition by condition, with what to do and what to bring."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from zhirong.policy import deciding, kept, supporting
from zhirong.policy.actions import support as deeds
from zhirong.policy.engine.facts import Vocabulary
from zhirong.policy.supporting import Row
from zhirong.web import account, pages
from zhirong.web.support import asked as asking
from zhirong.web.support import mine, shown, words
from zhirong.web.support.asked import Asked


@require_http_methods(["GET", "POST"])
@pages.signed_in
@pages.form
@pages.does("policy.keep_decision")
def measure_page(request: HttpRequest, measure_id: str) -> HttpResponse:
    """The whole answer for one measure and one thing of the enterprise; what is shown can be kept."""
    asked, standing = asking.read(request), pages.standing_of(request)
    if request.method == "POST":
        return keep(request, measure_id, asked)
    base = kept.base(asked.known)
    made = base.measures.get(measure_id)
    if made is None:
        raise Http404
    if asked.party is None:
        crumbs = [(gettext("My support"), reverse("support")), (words.both(made), None)]
        return pages.page(request, "support/nobody.html", here="policy", crumbs=crumbs, title=words.both(made))
    found = supporting.rows(deciding.everything(asked.party, base=base, **asked.told()), base.vocabulary)
    of_measure = [row for row in found if row.id == measure_id]
    row = chosen(of_measure, request.GET.get("about", ""))
    title = words.both(made)
    return pages.page(
        request,
        "support/one.html",
        here="policy",
        crumbs=[(gettext("My support"), reverse("support") + asked.link()), (title, None)],
        title=title,
        asked=asked,
        row=shown.row(row, asked, base.vocabulary),
        text=pages.place_at("measure", made.id),
        check=check_address(row, asked),
        left_out=barred(row, found),
        others=[
            (
                shown.about(each.decided.about) or gettext("The enterprise"),
                shown.address(each.decided, asked),
                each is row,
            )
            for each in of_measure
        ],
        can_keep=asked.known_on is None and asked.party.pk in (standing.parties if standing else ()),
        tabs=mine.tabs("", asked),
        **answer(row, base.vocabulary),
    )


def chosen(rows: list[Row], about: str) -> Row:
    """The thing asked for, else the first."""
    found = next((row for row in rows if row.decided.about == about), None if about else rows[0])
    if found is None:
        raise Http404
    return found


def answer(row: Row, known: Vocabulary) -> dict[str, Any]:
    """What the decision says."""
    one, decision = row.decided, row.decided.decision
    return {
        "issuer": words.of_raw(one.measure.raw["issuer"]),
        "version": decision.version,
        "version_certainty": words.certainty(decision.certainty),
        "conditions": shown.conditions(one, known),
        "fixes": [shown.fix(moved, one, known) for moved in row.fixes],
        "is_cut": decision.is_cut or len(decision.to_qualify) > supporting.MOST_FIXES,
        "questions": [shown.question(each, known) for each in row.questions],
        "materials": shown.materials(one),
        "at_most": decision.at_most,
        "sha256": decision.sha256,
        "against": shown.against(one, known),
    }


def check_address(row: Row, asked: Asked) -> str:
    """The guided check of this measure with the file and the thing of this page."""
    of_whom = {"party": asked.party.ref} if asked.party else {}
    query = {"measure": row.id, **of_whom, "about": row.decided.about, "day": asked.day.isoformat()}
    return f"{reverse('support-check')}?{urlencode(query)}"


def barred(row: Row, found: list[Row]) -> list[dict[str, Any]]:
    """Where the best allowed set leaves this one out, or another because of it."""
    best = supporting.best(found)
    return [
        each
        for place, (because, _) in (best.dropped or {}).items()
        if row is found[place] or row is found[because]
        for each in shown.left_out(place, best, found)
    ]


def keep(request: HttpRequest, measure_id: str, asked: Asked) -> HttpResponse:
    """The decision of the day as the house knows it now."""
    if asked.party is None:
        raise Http404
    about = request.POST.get("about", "")[:80]
    kept_now = deeds.keep_decision(account.known(request), asked.party, measure_id, day=asked.day, about=about)
    return HttpResponseRedirect(reverse("support-kept", args=[kept_now.pk]))
