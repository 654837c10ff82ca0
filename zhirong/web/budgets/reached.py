"""/policy/reach: all measures over all enterprises, what keeps answers open, and the runs that found it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from zhirong.people import access
from zhirong.policy import forecasts, kept, reach
from zhirong.policy.actions import reaching
from zhirong.policy.models import Screening
from zhirong.policy.reach import Gap, Reach
from zhirong.policy.reading import Base
from zhirong.record.models import Job
from zhirong.web import account, filters, lists, pages, reading
from zhirong.web.budgets import words
from zhirong.web.support import words as said

ORDERS = ("amount", "met", "near", "unknown")


@pages.signed_in
@pages.form
@pages.does("policy.screen")
@require_http_methods(["GET", "HEAD", "POST"])
def reach_page(request: HttpRequest) -> HttpResponse:
    """The run that ended last, and the one that is on its way."""
    access.require(pages.standing_of(request), "policy.see_reach")
    if request.method == "POST":
        reaching.ask_screening(account.known(request))
        return HttpResponseRedirect(reverse("policy-reach"))
    return shown(request, forecasts.latest())


@require_safe
@pages.signed_in
def run_page(request: HttpRequest, ref: str) -> HttpResponse:
    """One run as it was."""
    access.require(pages.standing_of(request), "policy.see_reach")
    run = Screening.objects.filter(ref=ref, state="done").select_related("asked_by").first()
    if run is None:
        raise Http404
    return shown(request, run)


def shown(request: HttpRequest, run: Screening | None) -> HttpResponse:
    """The page of a run, or of none yet."""
    title, base = gettext("Whom the measures reach"), kept.base(run.known if run else None)
    rows = in_order(reach.read(run.found) if run else [], reading.choice(request, "order", ORDERS, default="amount"))
    shown_columns, gaps = columns(base), reach.gathered(rows)
    for name, caption, heads, found in (
        ("reach", title, shown_columns, rows),
        ("gaps", gettext("Facts that are wanting"), gap_columns(base), gaps),
    ):
        if file := lists.taken_away(request, name, caption, columns=heads, found=found):
            return file
    return pages.page(
        request,
        "budgets/reach.html",
        here="policy",
        crumbs=crumbs((title, None)),
        title=title,
        run=run,
        facts=facts_of(run) if run else [],
        waiting=waiting(),
        can_screen=access.could(pages.standing_of(request), "policy.screen"),
        orders=order_words(),
        order=request.GET.get("order", "amount"),
        table=lists.table(request, "reach", gettext("Measure by measure"), columns=shown_columns, found=rows),
        gaps=lists.table(request, "gaps", gettext("Facts that are wanting"), columns=gap_columns(base), found=gaps),
        runs=Screening.objects.filter(state="done").order_by("-ended_at")[:6],
    )


def crumbs(*last: tuple[str, str | None]) -> list[tuple[str, str | None]]:
    """The way to these pages."""
    return [(gettext("Policy"), pages.place("policy")), *last]


def waiting() -> dict[str, Any] | None:
    """The run that is on its way, and how far it is; none where it ended with a fault."""
    run = Screening.objects.filter(state="waiting").first()
    if run is None:
        return None
    job = Job.objects.filter(key=f"{reaching.SCREEN}:{run.ref}").first()
    done, total = (job.done, job.total) if job else (0, 0)
    if job and job.state in ("failed", "refused"):
        return None
    return {"run": run, "job": job, "permille": done * 1000 // max(total, 1), "done": done, "total": total}


def in_order(rows: list[Reach], order: str) -> list[Reach]:
    """The largest first."""
    keys: dict[str, Callable[[Reach], int]] = {
        "amount": lambda one: one.total_fen,
        "met": lambda one: one.met,
        "near": lambda one: sum(one.near.values()),
        "unknown": lambda one: one.unknown,
    }
    return sorted(rows, key=lambda one: (one.version is None, -keys[order](one), one.measure))


def order_words() -> list[tuple[str, str]]:
    return [
        ("amount", gettext("Largest amount")),
        ("met", gettext("Most who meet it")),
        ("near", gettext("Most who nearly meet it")),
        ("unknown", gettext("Most unknown answers")),
    ]


def columns(base: Base) -> list[lists.Column]:
    """One measure a row."""

    def title(one: Reach) -> str:
        return words.measure(base.measures.get(one.measure), one.measure)

    return [
        lists.Column(head=gettext("Policy measure"), value=title, link=lambda one: almost_address(one.measure)),
        lists.Column(
            head=gettext("State"),
            value=lambda one: gettext("In force") if one.version else gettext("Not in force today"),
            state=lambda one: "go" if one.version else "off",
        ),
        number(gettext("Meet it"), lambda one: one.met),
        number(gettext("1 condition short"), lambda one: one.near.get("1", 0)),
        number(gettext("2 short"), lambda one: one.near.get("2", 0)),
        number(gettext("3 short"), lambda one: one.near.get("3", 0)),
        number(gettext("Answer unknown"), lambda one: one.unknown),
        lists.Column(head=gettext("for want of"), value=lambda one: words.gaps(one.gaps, base.vocabulary)),
        lists.Column(
            head=gettext("Due, estimate (yuan)"),
            value=lambda one: one.total_fen if one.pays and one.version else None,
            kind="money",
        ),
        number(gettext("Meet it, amount unknown"), lambda one: one.unpriced),
    ]


def number(head: str, value: Callable[[Reach], int]) -> lists.Column:
    """A count; none where no version is in force."""
    return lists.Column(head=head, value=lambda one: value(one) if one.version else None, kind="number")


def gap_columns(base: Base) -> list[lists.Column]:
    """One missing fact a row."""
    known = base.vocabulary

    def source(one: Gap) -> str:
        return said.source(known.facts[one.fact].source) if one.fact in known.facts else ""

    return [
        lists.Column(head=gettext("Fact"), value=lambda one: said.label(one.fact, known)),
        lists.Column(head=gettext("Who knows it"), value=source),
        lists.Column(head=gettext("Answers it would settle alone"), value=lambda one: one.settles, kind="number"),
        lists.Column(head=gettext("Answers it keeps open"), value=lambda one: one.wanted, kind="number"),
    ]


def almost_address(measure: str) -> str:
    """The list of those who are near a measure."""
    return f"{reverse('policy-almost')}?{urlencode({'measure': measure})}"


def facts_of(run: Screening) -> list[tuple[str, Any]]:
    """What a second run needs to find the same."""
    said_by_run = reach.manifest(run.manifest)
    return [
        (gettext("Screened as of"), filters.day(run.day)),
        (gettext("Known up to"), filters.moment(run.known)),
        (gettext("Enterprises counted"), filters.thousands(run.enterprises or 0)),
        (gettext("With a fact that does not fit and was left out"), filters.thousands(said_by_run["misfits"])),
        (gettext("Measures screened"), filters.thousands(len(said_by_run["measures"]))),
        (gettext("Hash of the population"), filters.code(said_by_run["population_sha256"][:16])),
        (gettext("Engine"), said_by_run["engine"]),
        (gettext("Asked by"), run.asked_by.name),
    ]
