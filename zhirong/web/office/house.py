"""How the house runs: the parts, the jobs with their progress, the data folder; for those who look after it."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from zhirong.exchange import floor_doors
from zhirong.record import audit as checks
from zhirong.record.models import Job, Leaf, Notice
from zhirong.web import filters, lists
from zhirong.web.office import audit, clock, rooms

WORK = {audit.JOB: audit.work, clock.JOB: clock.work}


def state_of(state: str) -> tuple[str, str]:
    """Shape and word of a job."""
    words = {
        "waiting": ("wait", gettext("waits")),
        "running": ("on", gettext("runs")),
        "done": ("go", gettext("done")),
        "refused": ("no", gettext("refused")),
        "failed": ("no", gettext("failed")),
    }
    return words[state]


@rooms.room("people.see_house")
def house(request: HttpRequest) -> HttpResponse:
    """/office/house: jobs and health."""
    columns = [
        lists.Column(head=gettext("Job"), value=lambda job: job.kind, order="kind"),
        lists.Column(head=gettext("State"), value=lambda job: state_of(job.state)[1], order="state",
                      state=lambda job: state_of(job.state)[0]),
        lists.Column(head=gettext("Done"), value=lambda job: job.done, kind="number"),
        lists.Column(head=gettext("Of"), value=lambda job: job.total, kind="number"),
        lists.Column(head=gettext("Asked"), value=lambda job: job.asked_at, kind="moment", order="asked_at"),
        lists.Column(head=gettext("Ended at"), value=lambda job: job.ended_at, kind="moment"),
        lists.Column(head=gettext("Message"), value=lambda job: filters.fact(job.message, "reason")),
    ]  # fmt: skip
    found, title = Job.objects.all(), gettext("Jobs")
    if file := lists.taken_away(request, "jobs", title, columns=columns, found=found.order_by("-pk")):
        return file
    return rooms.show(
        request,
        "house.html",
        here="office-house",
        title=gettext("How the house runs"),
        health=checks.health(),
        floor=floor_doors.health(),
        floor_word=rooms.floor_word(floor_doors.health().state),
        unnumbered=Leaf.objects.filter(number__isnull=True).count(),
        undelivered=Notice.objects.filter(deliveries__isnull=True).count(),
        version=settings.VERSION,
        is_https=settings.HTTPS,
        table=lists.table(request, "jobs", title, columns=columns, found=found, order="-asked_at"),
    )
