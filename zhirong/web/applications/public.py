"""/policy/publicity: what is granted and published, with names and amounts; anybody with a log-in may object."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from zhirong.base.calendar import beijing_day
from zhirong.policy import visible
from zhirong.policy.actions import publicity
from zhirong.record import actions as record
from zhirong.web import account, filters, lists, pages, reading, uploads
from zhirong.web.applications import words


def columns() -> list[lists.Column]:
    """Names, measures and amounts; no contact and no paper is public."""
    return [
        lists.Column(
            head=gettext("Application"),
            value=lambda one: one.number,
            order="number",
            link=lambda one: reverse("policy-published", args=[one.number]),
        ),
        lists.Column(head=gettext("Enterprise"), value=lambda one: one.party.name, order="party__name"),
        lists.Column(head=gettext("Policy measure"), value=words.title, order="measure"),
        lists.Column(
            head=gettext("Amount (yuan)"), value=lambda one: one.granted_fen, kind="money", order="granted_fen"
        ),
        lists.Column(head=gettext("Published on"), value=lambda one: one.publicity_from, kind="day"),
        lists.Column(
            head=gettext("Until and including"), value=lambda one: one.publicity_until, kind="day",
            order="publicity_until",
        ),
    ]  # fmt: skip


@require_safe
def publicity_page(request: HttpRequest) -> HttpResponse:
    """/policy/publicity?measure=…"""
    found = visible.published()
    measures = sorted(set(found.order_by().values_list("measure", "title_zh", "title_en")))
    measure = reading.choice(request, "measure", [one[0] for one in measures])
    if measure:
        found = found.filter(measure=measure)
    shown, title = columns(), gettext("Publicity of grants")
    if file := lists.taken_away(request, "published", title, columns=shown, found=found.order_by("-pk")):
        return file
    return pages.page(
        request,
        "applications/publicity.html",
        here="policy",
        crumbs=[(title, None)],
        table=lists.table(request, "published", title, columns=shown, found=found, order="publicity_until"),
        measure=measure,
        measures=[
            ("", gettext("Every measure")),
            *((one, zh if filters.is_chinese() else en) for one, zh, en in measures),
        ],
    )


@require_http_methods(["GET", "POST"])
@pages.form
def published_page(request: HttpRequest, number: str) -> HttpResponse:
    """/policy/publicity/SB-2026-000001: one grant as the public sees it, and the form of an objection."""
    row = visible.published().filter(number=number).first()
    if row is None:
        raise Http404
    person = pages.person_of(request)
    if request.method == "POST":
        if person is None:
            return HttpResponseRedirect(f"{reverse('sign-in')}?next={request.path}")
        who = account.known(request)
        kept = uploads.kept(request, who, is_secret=True, is_evidence=True)
        publicity.object_to(who, row.pk, reason=request.POST.get("reason", ""), evidence=kept)
        return HttpResponseRedirect(reverse("policy-published", args=[number]))
    is_in_term = row.publicity_until is not None and beijing_day(record.now()) <= row.publicity_until
    mine = list(row.objections.filter(by=person).order_by("pk")) if person else []
    return pages.page(
        request,
        "applications/published.html",
        here="policy",
        crumbs=[(gettext("Publicity of grants"), reverse("policy-publicity")), (number, None)],
        row=row,
        title=words.title(row),
        facts=[
            (gettext("Enterprise"), row.party.name),
            (gettext("Policy measure"), words.title(row)),
            (gettext("Published on"), row.publicity_from),
            (gettext("Until and including"), row.publicity_until),
        ],
        mine=[(one, words.OBJECTIONS[one.state], words.of("objection", one.state)) for one in mine],
        is_known=person is not None,
        may_object=person is not None and is_in_term and not any(one.state == "open" for one in mine),
    )
