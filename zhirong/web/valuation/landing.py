"""/valuation: what can be done here: value a right, look at a portfolio, ask for an appraisal, see the record."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from zhirong.people import access
from zhirong.people.rules import Standing
from zhirong.registry import queries
from zhirong.registry.models import Right
from zhirong.valuation import known, rules
from zhirong.web import filters, limits, pages
from zhirong.web.registry import rights as right_lists
from zhirong.web.registry import words as registry_words
from zhirong.web.valuation import back_test, words

SHOWN = 20
OWN = 5


@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    """/valuation?q=…"""
    standing = pages.standing_of(request)
    text = request.GET.get("q", "").strip()[:100]
    found = search(request, standing, text) if text else []
    if len(found) == 1:
        return HttpResponseRedirect(reverse("right-value", args=[found[0].pk]))
    own = list(right_lists.own(standing).order_by("-put_at", "-pk")[:OWN]) if standing and not text else []
    return pages.page(
        request,
        "valuation/landing.html",
        here="value",
        crumbs=[(gettext("Value"), None)],
        text=text,
        found=[line(one) for one in found[:SHOWN]],
        is_more=len(found) > SHOWN,
        own=[line(one) for one in own],
        figures=back_test.figures(),
        waiting=waiting(standing),
        doors=doors(standing),
    )


def search(request: HttpRequest, standing: Standing | None, text: str) -> list[Right]:
    """Rights by number or words of the title, the newest first."""
    limits.take(request, "search")
    return list(queries.matching(right_lists.shown_to(standing), text).order_by("-put_at", "-pk")[: SHOWN + 1])


def line(right: Right) -> dict[str, Any]:
    """A right with the way to its value."""
    return {
        "title": filters.title(right),
        "line": f"{registry_words.label('kind', right.kind)} · {right.number}",
        "address": reverse("right-value", args=[right.pk]),
    }


def waiting(standing: Standing | None) -> list[dict[str, Any]]:
    """My appraisals that still run, the nearest deadline first."""
    if standing is None or not standing.parties:
        return []
    running = known.appraisals_of(standing).filter(state__in=rules.OPEN).order_by("due_at", "-pk")[:OWN]
    return [
        {
            "number": one.number,
            "state": words.appraisal(one.state),
            "line": f"{one.client.name} · {words.of('purpose', one.purpose)}",
            "due": one.due_at,
            "address": reverse("appraisal", args=[one.number]),
        }
        for one in running
    ]


def doors(standing: Standing | None) -> list[tuple[str, str, str, str]]:
    """What else can be done: title, line, word, address."""
    rows = [
        (
            gettext("Portfolio"),
            gettext("Many rights together: the range of the whole, what to renew, what sleeps."),
            gettext("Value a portfolio"),
            reverse("portfolios"),
        ),
        (
            gettext("Appraisal"),
            gettext("A report signed by two licensed valuers, for a bank, a court or a deal."),
            gettext("Appraisals"),
            reverse("appraisals"),
        ),
        (
            gettext("Back-test"),
            gettext("How often past prices lay in the range, kind by kind."),
            gettext("See the back-test"),
            reverse("back-test"),
        ),
    ]
    if access.could(standing, "people.enter_office"):
        rows.append(
            (
                gettext("Runs"),
                gettext("All rights valued at once with one model and one seed."),
                gettext("See the runs"),
                reverse("runs"),
            )
        )
    return rows
