"""/valuation/runs: many rights valued at once, each run with its model, parameters and seed, so that digits repeat."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from zhirong.people import access
from zhirong.valuation.models import Run, RunRow
from zhirong.web import filters, lists, pages
from zhirong.web.valuation import words


def columns() -> list[lists.Column]:
    """The list of runs."""
    return [
        lists.Column(
            head=gettext("Run"),
            value=lambda one: one.ref[:8],
            link=lambda one: reverse("run", args=[one.ref]),
            is_code=True,
        ),
        lists.Column(head=gettext("Value date"), value=lambda one: one.day, kind="day", order="day"),
        lists.Column(
            head=gettext("State"),
            value=lambda one: words.run(one.state)[1],
            order="state",
            state=lambda one: words.run(one.state)[0],
        ),
        lists.Column(head=gettext("Rights"), value=lambda one: one.rights, kind="number", order="rights"),
        lists.Column(head=gettext("Done"), value=lambda one: one.done, kind="number"),
        lists.Column(head=gettext("Asked for"), value=lambda one: one.asked_at, kind="moment", order="asked_at"),
        lists.Column(head=gettext("Ended"), value=lambda one: one.ended_at, kind="moment", order="ended_at"),
    ]


def row_columns() -> list[lists.Column]:
    """The rows of one run."""
    return [
        lists.Column(
            head=gettext("Right"),
            value=lambda one: one.right.number,
            order="right__number",
            link=lambda one: reverse("right-value", args=[one.right_id]),
        ),
        lists.Column(head=gettext("Title"), value=lambda one: filters.title(one.right)),
        lists.Column(head=gettext("P5 (yuan)"), value=lambda one: one.p5_fen, kind="money"),
        lists.Column(head=gettext("Median (yuan)"), value=lambda one: one.median_fen, kind="money", order="median_fen"),
        lists.Column(head=gettext("P95 (yuan)"), value=lambda one: one.p95_fen, kind="money"),
        lists.Column(head=gettext("Mean (yuan)"), value=lambda one: one.mean_fen, kind="money", order="mean_fen"),
        lists.Column(
            head=gettext("Range is"),
            value=lambda one: words.basis(one.basis)[1],
            order="basis",
            state=lambda one: words.basis(one.basis)[0],
        ),
    ]


@require_safe
@pages.signed_in
def runs_page(request: HttpRequest) -> HttpResponse:
    """The list."""
    access.require(pages.standing_of(request), "people.enter_office")
    found, shown, title = Run.objects.all(), columns(), gettext("Runs over many rights")
    if file := lists.taken_away(request, "runs", title, columns=shown, found=found.order_by("-pk")):
        return file
    return pages.page(
        request,
        "valuation/runs.html",
        here="value",
        crumbs=[(gettext("Value"), reverse("value")), (gettext("Runs"), None)],
        title=title,
        table=lists.table(request, "runs", title, columns=shown, found=found, order="-asked_at"),
    )


@require_safe
@pages.signed_in
def run_page(request: HttpRequest, ref: str) -> HttpResponse:
    """One run with its rows."""
    access.require(pages.standing_of(request), "people.enter_office")
    run = Run.objects.select_related("asked_by").filter(ref=ref).first()
    if run is None:
        raise Http404
    shown, title = row_columns(), gettext("Run %(ref)s") % {"ref": run.ref[:8]}
    found = RunRow.objects.filter(run=run).select_related("right")
    if file := lists.taken_away(request, "rows", title, columns=shown, found=found.order_by("pk")):
        return file
    return pages.page(
        request,
        "valuation/run.html",
        here="value",
        crumbs=[(gettext("Value"), reverse("value")), (gettext("Runs"), reverse("runs")), (run.ref[:8], None)],
        title=title,
        run=run,
        state=words.run(run.state),
        facts=facts_of(run),
        permille=run.done * 1000 // max(1, run.rights),
        table=lists.table(
            request, "rows", gettext("Rights of the run"), columns=shown, found=found, order="-median_fen"
        ),
    )


def facts_of(run: Run) -> list[tuple[str, Any]]:
    """What a second run needs to give the same digits."""
    rows: list[tuple[str, Any]] = [
        (gettext("Value date"), run.day),
        (gettext("Rights"), f"{filters.thousands(run.done)} / {filters.thousands(run.rights)}"),
        (gettext("Model"), run.model_sha256[:16] or gettext("None")),
        (gettext("Parameters"), run.parameters_sha256[:16]),
        (gettext("Seed"), run.seed),
        (gettext("Fingerprint of all rows"), run.sha256[:16]),
        (gettext("Asked by"), run.asked_by.name if run.asked_by else gettext("the house")),
        (gettext("What happened"), run.message),
    ]
    return [(label, value) for label, value in rows if value != ""]
