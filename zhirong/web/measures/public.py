"""/policy: every measure that the house knows, searched, narrowed, sorted, and taken away as a sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_safe

from zhirong.base.calendar import beijing_day
from zhirong.papers.sheets import Column
from zhirong.people import access
from zhirong.people.rules import Standing
from zhirong.policy import describing, kept
from zhirong.policy.engine.measure import Measure
from zhirong.record import actions as record
from zhirong.web import filters, limits, lists, pages, reading
from zhirong.web.measures import words

ORDERS = {"title", "state", "place", "kind", "from"}
PAGE = 20
# What else there is to do with policy: the page, whose verb opens it (empty: everybody's), title, line.
DOORS = (
    (
        "policy-ask", "", gettext_noop("Ask a question"),
        gettext_noop("Answered from the clauses, each with its source."),
    ),
    ("support", "", gettext_noop("My support"), gettext_noop("What my enterprise can get, and what is missing.")),
    ("applications", "", gettext_noop("Applications for support"), gettext_noop("Apply, follow, object.")),
    ("policy-publicity", "", gettext_noop("Publicity"), gettext_noop("Who is to receive support, open to objection.")),
    ("enterprises", "", gettext_noop("My enterprise's facts"), gettext_noop("What the house knows, and who said so.")),
    ("originals", "", gettext_noop("Originals"), gettext_noop("Official texts as they were brought.")),
    (
        "office-measures", "policy.see_drafts", gettext_noop("Drafts of measures"),
        gettext_noop("Write, check, approve."),
    ),
    (
        "policy-reach", "policy.see_reach", gettext_noop("Whom the measures reach"),
        gettext_noop("Everybody screened, with the amounts."),
    ),
    (
        "policy-almost", "policy.see_reach", gettext_noop("Almost eligible"),
        gettext_noop("Who lacks a step or two, to be invited."),
    ),
    (
        "policy-forecasts", "policy.see_reach", gettext_noop("Budgets and forecasts"),
        gettext_noop("What is left of a year's budget, and what is to come."),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """A measure as a line of the list."""

    made: Measure
    title: str
    state: str
    place: str
    level: str
    kind: str
    issuer: str
    since: date
    until: date | None
    doubtful: int

    @property
    def address(self) -> str:
        return reverse("measure", args=[self.made.id])


def row(made: Measure, day: date) -> Row:
    """A line, with the version nearest to the day."""
    version = describing.nearest(made, day)
    return Row(
        made=made,
        title=made.zh if filters.is_chinese() else made.en,
        state=describing.state(made, day),
        place=words.said(describing.place(made)),
        level=str(made.raw["jurisdiction"]["level"]),
        kind=made.kind,
        issuer=words.said(describing.issuer(made)),
        since=version.since,
        until=version.until,
        doubtful=len(list(describing.uncertain(made))),
    )


@require_safe
def measures_page(request: HttpRequest) -> HttpResponse:
    """/policy?q=…&state=…&level=…&kind=…&place=…&order=…&page=…"""
    limits.take(request, "search")
    day = beijing_day(record.now())
    rows = [row(one, day) for one in kept.base().measures.values()]
    places = {str(one.made.raw["jurisdiction"]["code"]): one.place for one in rows}
    asked = {
        "state": reading.choice(request, "state", describing.STATES),
        "level": reading.choice(request, "level", describing.LEVELS),
        "kind": reading.choice(request, "kind", describing.KINDS),
        "place": reading.choice(request, "place", places),
    }
    text = request.GET.get("q", "").strip()[:100]
    order = reading.order(request, ORDERS, default="state")
    found = sorted_by(chosen(rows, asked, text), order)
    if form := request.GET.get("form"):
        return lists.sheet(request, form, columns(), rows=map(sheet_row, found), title=gettext("Policy"))
    last = max(1, -(-len(found) // PAGE))
    number = reading.page(request, last)
    standing = pages.standing_of(request)
    return pages.page(
        request,
        "measures/list.html",
        here="policy",
        crumbs=[(gettext("Policy"), None)],
        rows=[shown(one) for one in found[(number - 1) * PAGE : number * PAGE]],
        total=len(found),
        all=len(rows),
        text=text,
        asked=asked,
        choices=choices(places),
        query={name: str(value) for name, value in request.GET.items() if name not in ("page", "form") and value},
        order=order,
        number=number,
        last=last,
        doors=doors(standing),
    )


def chosen(rows: Sequence[Row], asked: dict[str, str], text: str) -> list[Row]:
    """What the address asks for; every word of the search stands somewhere in the measure."""
    needles = text.casefold().split()
    return [
        one
        for one in rows
        if (not asked["state"] or one.state == asked["state"])
        and (not asked["level"] or one.level == asked["level"])
        and (not asked["kind"] or one.kind == asked["kind"])
        and (not asked["place"] or str(one.made.raw["jurisdiction"]["code"]) == asked["place"])
        and all(needle in describing.haystack(one.made) for needle in needles)
    ]


def sorted_by(rows: Sequence[Row], order: str) -> list[Row]:
    """In the order asked for; equals by their title."""
    keys: dict[str, Any] = {
        "title": lambda one: one.title,
        "state": lambda one: describing.STATES.index(one.state),
        "place": lambda one: (describing.LEVELS.index(one.level) if one.level in describing.LEVELS else 9, one.place),
        "kind": lambda one: one.kind,
        "from": lambda one: one.since,
    }
    by_title = sorted(rows, key=keys["title"])
    return sorted(by_title, key=keys[order.removeprefix("-")], reverse=order.startswith("-"))


def shown(one: Row) -> dict[str, Any]:
    """A line in the words of the page."""
    return {
        "title": one.title,
        "address": one.address,
        "state": words.pair(words.STATES, one.state),
        "place": one.place,
        "level": words.word(words.LEVELS, one.level),
        "kind": words.word(words.KINDS, one.kind),
        "issuer": one.issuer,
        "period": period(one.since, one.until),
        "doubtful": one.doubtful,
    }


def period(since: date, until: date | None) -> str:
    """From when to when; an open end says so."""
    if until is None:
        return gettext("from %(since)s on") % {"since": since}
    return gettext("%(since)s to %(until)s") % {"since": since, "until": until}


def choices(places: dict[str, str]) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """What the list can be narrowed by: name, label, values."""
    return [
        ("state", gettext("State"), [(one, words.pair(words.STATES, one)[1]) for one in describing.STATES]),
        ("level", gettext("Level"), [(one, words.word(words.LEVELS, one)) for one in describing.LEVELS]),
        ("place", gettext("Place"), sorted(places.items())),
        ("kind", gettext("Kind of support"), [(one, words.word(words.KINDS, one)) for one in describing.KINDS]),
    ]


def columns() -> list[Column]:
    """The sheet of the list."""
    return [
        Column(head=gettext("Id"), width=36),
        Column(head=gettext("Title"), width=60),
        Column(head=gettext("State")),
        Column(head=gettext("Level")),
        Column(head=gettext("Place"), width=24),
        Column(head=gettext("Kind of support")),
        Column(head=gettext("Issuer"), width=40),
        Column(head=gettext("In force from"), kind="day"),
        Column(head=gettext("In force until"), kind="day"),
        Column(head=gettext("Clauses that the source does not simply state"), kind="number"),
    ]


def sheet_row(one: Row) -> list[Any]:
    state, level = words.pair(words.STATES, one.state)[1], words.word(words.LEVELS, one.level)
    kind = words.word(words.KINDS, one.kind)
    rest = [one.issuer, one.since, one.until, one.doubtful]
    return [one.made.id, one.title, state, level, one.place, kind, *rest]


def doors(standing: Standing | None) -> list[tuple[str, str, str]]:
    """What else this person can do with policy: title, line, address; a page that is not built is left out."""
    return [
        (gettext(title), gettext(line), str(pages.place(name)))
        for name, verb, title, line in DOORS
        if pages.place(name) and (not verb or access.could(standing, verb))
    ]
