"""/support/kept: decisions kept as they were shown, each computed again by its own day and state of knowledge."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from zhirong.people.rules import Standing
from zhirong.policy import deciding, supporting
from zhirong.policy.followed import KeptDecision
from zhirong.web import lists, pages
from zhirong.web.support import shown, words

STATES = {name: words.STATES[name] for name in ("met", "unknown", "not_met", "not_in_force")}


def of_parties(standing: Standing | None) -> QuerySet[KeptDecision]:
    """The kept decisions of my parties."""
    parties = standing.parties if standing else frozenset()
    return KeptDecision.objects.filter(party__in=parties).select_related("party")


def title_of(one: KeptDecision) -> str:
    return words.of_raw(one.body["title"])


def columns() -> list[lists.Column]:
    """The list of kept decisions."""
    return [
        lists.Column(
            head=gettext("Support measure"),
            value=title_of,
            link=lambda one: reverse("support-kept", args=[one.pk]),
        ),
        lists.Column(head=gettext("On whose behalf"), value=lambda one: one.party.name, order="party__name"),
        lists.Column(head=gettext("About what"), value=lambda one: shown.about(one.about)),
        lists.Column(
            head=gettext("State"),
            value=lambda one: words.of(STATES, one.eligible)[1],
            state=lambda one: words.of(STATES, one.eligible)[0],
            order="eligible",
        ),
        lists.Column(head=gettext("Amount (yuan)"), value=lambda one: one.amount_fen, kind="money", order="amount_fen"),
        lists.Column(head=gettext("Day of the answer"), value=lambda one: one.day.isoformat(), order="day"),
        lists.Column(head=gettext("Known until"), value=lambda one: one.known, kind="moment", order="known"),
    ]


@require_safe
@pages.signed_in
def all_kept(request: HttpRequest) -> HttpResponse:
    """The list."""
    title, found, heads = gettext("Kept results"), of_parties(pages.standing_of(request)), columns()
    if file := lists.taken_away(request, "kept", title, columns=heads, found=found.order_by("-pk")):
        return file
    return pages.page(
        request,
        "support/kept_all.html",
        here="policy",
        crumbs=[(gettext("My support"), reverse("support")), (title, None)],
        title=title,
        table=lists.table(request, "kept", title, columns=heads, found=found, order="-known"),
    )


@require_safe
@pages.signed_in
def kept_page(request: HttpRequest, kept_id: int) -> HttpResponse:
    """One of them, and whether it comes out again as it was."""
    one = of_parties(pages.standing_of(request)).filter(pk=kept_id).first()
    if one is None:
        raise Http404
    (again,) = deciding.again([one])
    title = title_of(one)
    return pages.page(
        request,
        "support/kept.html",
        here="policy",
        crumbs=[(gettext("Kept results"), reverse("support-all-kept")), (title, None)],
        title=title,
        one=one,
        state=words.of(STATES, one.eligible),
        about=shown.about(one.about),
        is_same=again.decision.sha256 == one.sha256,
        again_sha256=again.decision.sha256,
        lines={"lines": shown.lines(again), "ceilings": shown.ceilings(again)},
        address=reverse("support-measure", args=[one.measure]) if one.measure else "",
        met=supporting.MET,
    )
