"""/office/applications: the claims desk (申报办理): queues by state, terms as traffic lights, deeds on many at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from zhirong.base.refused import Refused
from zhirong.people.models import Person
from zhirong.policy import visible
from zhirong.policy.actions import payments, publicity
from zhirong.policy.applied import Application
from zhirong.record import actions as record
from zhirong.web import filters, lists, pages, reading
from zhirong.web.applications import seen, words
from zhirong.web.office import rooms

DEEDS = ("policy.publish_application", "policy.make_payment_list")
# In which state a deed may be done on many at once.
BULK = {"eligible": "publish", "publicity": "close", "approved": "list"}
MOST = 500


@rooms.room("policy.see_applications", does=DEEDS)
def claims(request: HttpRequest) -> HttpResponse:
    """/office/applications?state=…&measure=…&q=…"""
    if request.method == "POST":
        return rooms.do(request, {name: partial(on_many, request, name) for name in MANY})
    now, found = record.now(), visible.office(pages.standing_of(request))
    counts = dict(found.order_by().values_list("state").annotate(n=Count("pk")))
    state = reading.choice(request, "state", words.STATES)
    measures = sorted(set(found.order_by().values_list("measure", "title_zh", "title_en").distinct()))
    measure = reading.choice(request, "measure", [one[0] for one in measures])
    asked = request.GET.get("q", "").strip()[:60]
    shown = found.filter(state=state) if state else found
    shown = shown.filter(measure=measure) if measure else shown
    shown = shown.filter(party__name__icontains=asked) if asked else shown
    columns, title = seen.columns(now, page="office-application"), gettext("Applications")
    if file := lists.taken_away(request, "cases", title, columns=columns, found=shown.order_by("-pk")):
        return file
    table = lists.table(request, "cases", title, columns=columns, found=shown, order="due_at")
    return rooms.show(
        request,
        "applications.html",
        here="office-applications",
        title=title,
        table=table,
        state=state,
        states=[("", gettext("All"), sum(counts.values()))]
        + [(name, words.state(name)[1], counts[name]) for name in words.STATES if name in counts],
        measure=measure,
        measures=[
            ("", gettext("Every measure")),
            *((one, zh if filters.is_chinese() else en) for one, zh, en in measures),
        ],
        q=asked,
        bulk=BULK.get(state, ""),
        chosen=[(one.number, one.party.name) for one in table.things] if state in BULK else [],
    )


def on_many(request: HttpRequest, name: str) -> None:
    """The deed on every case that was ticked; each is one transaction, and the first that is refused stops it."""
    numbers = request.POST.getlist("number")[:MOST]
    if not numbers:
        raise Refused("web.choice_missing", field="number")
    MANY[name](rooms.who(request), numbers)


def publish(who: Person, numbers: list[str]) -> None:
    """Publish each."""
    for pk in ids(numbers):
        publicity.publish(who, pk)


def close(who: Person, numbers: list[str]) -> None:
    """Close the publicity of each."""
    for pk in ids(numbers):
        publicity.close(who, pk)


def put_on_list(who: Person, numbers: list[str]) -> None:
    """One payment list of them all."""
    payments.make_list(who, numbers)


def ids(numbers: list[str]) -> list[int]:
    """The cases of these numbers, the earliest first."""
    return list(Application.objects.filter(number__in=numbers).order_by("pk").values_list("pk", flat=True))


MANY: dict[str, Callable[[Person, list[str]], None]] = {"publish": publish, "close": close, "list": put_on_list}
