"""The demo's clock: what falls due next, and the house's time moved forward as a deed (demo only)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext

from zhirong.base.refused import Refused
from zhirong.exchange import clockwork
from zhirong.people.models import Person
from zhirong.record import actions as record
from zhirong.record.jobs import Progress
from zhirong.record.models import ClockMove, Job
from zhirong.web import filters
from zhirong.web.office import rooms

SHOWN = 15
# With more stops than this on the way the page does not wait: a job moves the clock, and the page shows how far it is.
AT_ONCE = 25
JOB = "clock.move"
# So near to its end an auction can be seen to move it: the demo's window is a minute.
EVE = timedelta(seconds=30)


@rooms.room("exchange.move_clock", does=("exchange.move_clock",), only_demo=True)
def clock(request: HttpRequest) -> HttpResponse:
    """/office/clock: forward by an hour, a working day, to the next deadline, or to an instant."""
    now = record.now()
    if request.method == "POST":
        return rooms.do(request, {name: lambda: move(request, now) for name in STEPS}, then=reverse("clock"))
    coming = clockwork.deadlines(now, most=SHOWN)
    following = next((one.at for one in coming if one.by_clock), None)
    return rooms.show(
        request,
        "clock.html",
        here="clock",
        title=gettext("The demo's clock"),
        deadlines=coming,
        words=kind_words(),
        next_at=following,
        day_at=next_working_day(now),
        asked=filters.local(now + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%S"),
        has_eve=following is not None and following - EVE > now,
        moved=[(one, filters.fact(one.why, "why")) for one in ClockMove.objects.order_by("-pk")[:5]],
        job=Job.objects.filter(kind=JOB, state__in=("waiting", "running")).order_by("-pk").first(),
    )


def next_working_day(now: datetime) -> datetime:
    """The same hour of the next working day, and no earlier than its opening."""
    return clockwork.working_days_later(1, hour=max(9, min(17, filters.local(now).hour)))


def target(request: HttpRequest, now: datetime) -> datetime:
    """Where the pressed button leads."""
    name = request.POST.get("deed", "")
    if name in ("deadline", "eve"):
        due = clockwork.next_deadline(now)
        if due is None:
            raise Refused("clock.nothing_due")
        return due - EVE if name == "eve" else due + clockwork.BREATH
    if name == "instant":
        return rooms.instant_of(request, "to")
    return {"hour": now + timedelta(hours=1), "ten": now + timedelta(minutes=10)}.get(name) or next_working_day(now)


STEPS = ("ten", "hour", "day", "deadline", "eve", "instant")


def move(request: HttpRequest, now: datetime) -> object:
    """A short move at once; a long one as a job, so that no page waits for a hundred closes."""
    person, to = rooms.who(request), target(request, now)
    if to <= now:
        raise Refused("clock.never_back", now_at=now, asked_at=to)
    why = request.POST.get("why", "").strip()[:200] or "clock_page"
    stops = [one for one in clockwork.deadlines(now, most=AT_ONCE + 1) if one.at <= to]
    if len(stops) <= AT_ONCE:
        return clockwork.move_to(person, to, why=why)
    facts = {"who": person.ref, "to": to.isoformat(), "why": why}
    return record.ask_job(person, JOB, key=f"{JOB}:{to.isoformat()}", facts=facts)


def work(facts: dict[str, Any]) -> Iterator[Progress]:
    """The job of a long move: each stop is a step; done again it goes on from where the clock stands."""
    person, to = Person.objects.get(ref=facts["who"]), datetime.fromisoformat(facts["to"])
    start = record.now()
    total = max(1, (to - start) // timedelta(seconds=1))
    for at in clockwork.moves(person, to, why=facts["why"]):
        yield Progress(done=(at - start) // timedelta(seconds=1), total=total, message=at.isoformat())


def kind_words() -> dict[str, str]:
    """What falls due."""
    return {
        "registration": gettext("Registration closes"),
        "answer": gettext("The seller's silence consents"),
        "offer": gettext("An offer to the next best lapses"),
        "opening": gettext("An auction opens"),
        "close": gettext("An auction closes"),
        "contract": gettext("Contract due"),
        "payment": gettext("Payment due"),
        "recordal": gettext("Recordal due"),
        "refund": gettext("Payout due"),
        "suspension": gettext("A suspension reaches its term"),
        "qualify": gettext("Qualification due"),
        "relisting": gettext("A second run must be announced"),
        "suspense": gettext("Money in suspense must be placed or returned"),
        "bank": gettext("The bank tells a late line"),
    }
