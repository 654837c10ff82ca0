"""/support/<measure>: one measure for my enterprise, condition by condition, with what to do and what to bring."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from zhirong.policy import deciding, kept, supporting
from zhirong.web import pages
from zhirong.web.support import asked as asking
from zhirong.web.support import mine, shown, words


@require_safe
@pages.signed_in
def measure_page(request: HttpRequest, measure_id: str) -> HttpResponse:
    """The whole answer for one measure and one thing of the enterprise."""
    asked = asking.read(request)
    base = kept.base(asked.known)
    made = base.measures.get(measure_id)
    if made is None or asked.party is None:
        raise Http404
    found = supporting.rows(deciding.everything(asked.party, **asked.told()), base.vocabulary)
    mine_rows = [row for row in found if row.id == measure_id]
    wanted = request.GET.get("about", "")
    row = next((row for row in mine_rows if row.decided.about == wanted), None)
    if row is None:
        if wanted:
            raise Http404
        row = mine_rows[0]
    one, decision, best = row.decided, row.decided.decision, supporting.best(found)
    told = shown.row(row, asked, base.vocabulary)
    title = words.both(made)
    return pages.page(
        request,
        "support/one.html",
        here="policy",
        crumbs=[(gettext("My support"), reverse("support") + asked.link()), (title, None)],
        title=title,
        asked=asked,
        row=told,
        issuer=words.of_raw(made.raw["issuer"]),
        text=pages.place_at("measure", made.id),
        version=decision.version,
        version_certainty=words.certainty(decision.certainty),
        conditions=shown.conditions(one, base.vocabulary),
        fixes=[shown.fix(moved, one, base.vocabulary) for moved in row.fixes],
        is_cut=decision.is_cut or len(decision.to_qualify) > supporting.MOST_FIXES,
        questions=[shown.question(each, base.vocabulary) for each in row.questions],
        check=reverse("support-check") + f"?measure={made.id}",
        materials=shown.materials(one),
        left_out=[
            each
            for place in (best.dropped or {})
            for each in shown.left_out(place, best, found)
            if row in (found[place], found[(best.dropped or {})[place][0]])
        ],
        others=[
            (
                shown.about(each.decided.about) or gettext("The enterprise"),
                shown.address(each.decided, asked),
                each is row,
            )
            for each in mine_rows
        ],
        at_most=decision.at_most,
        sha256=decision.sha256,
        tabs=mine.tabs("", asked),
    )
