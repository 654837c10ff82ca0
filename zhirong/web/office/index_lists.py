"""The lists of items for the index of value: the centre's own, confirmed by a second person, and which one counts."""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext

from zhirong.people import access
from zhirong.record import actions as record
from zhirong.valuation import indices
from zhirong.valuation.actions import appraisals, index_lists
from zhirong.valuation.engine import index_items, units
from zhirong.valuation.engine.index_items import How, ItemList, Words
from zhirong.valuation.models import IndexList
from zhirong.web import filters, lists, pages, reading
from zhirong.web.office import done, rooms
from zhirong.web.office.conveyances import percent

STATES = {"waiting": "wait", "confirmed": "go", "withdrawn": "no"}


@dataclass(frozen=True)
class Line:
    """An item of a list with its weight in the whole of the scenario shown."""

    dimension: str
    criterion: str
    name: str
    how: str
    weight: str


@dataclass(frozen=True)
class Shown:
    """A list's items in a scenario, and the scenarios to choose from."""

    name: str
    edition: str
    author: str
    source: str
    scenarios: list[tuple[str, str]]
    scenario: str
    lines: list[Line]


@rooms.room("valuation.see_index", does=("valuation.bring_index",))
def lists_page(request: HttpRequest) -> HttpResponse:
    """/office/index-lists: the lists that were brought, the one that counts today, and the form to bring another."""
    if request.method == "POST":
        return bring(request)
    today, title = appraisals.today(), gettext("Index of value: lists of items")
    found = IndexList.objects.select_related("brought_by", "confirmed_by")
    if file := lists.taken_away(request, "index-lists", title, columns=columns(), found=found.order_by("-pk")):
        return file
    now = indices.current(today)
    return rooms.show(
        request,
        "index_lists.html",
        here="office-index-lists",
        title=title,
        table=lists.table(request, "index-lists", title, columns=columns(), found=found, order="-brought_at"),
        counting=shown(request, now.items),
        is_own=now.list_id is not None,
        today=today.isoformat(),
        may_bring=access.could(pages.standing_of(request), "valuation.bring_index"),
    )


def bring(request: HttpRequest) -> HttpResponse:
    """The list that the form brought; the same list for the same day is one."""
    person, since = rooms.who(request), rooms.day_of(request, "since")
    name, content = rooms.upload_of(request, "file")
    # A list with a fault leaves no file behind.
    indices.read(content, name=name, day=since)
    kept = index_lists.bring_index(person, content, file=record.keep_file(person, name, content), since=since)
    return done.tell(request, HttpResponseRedirect(reverse("office-index-list", args=[kept.pk])), "bring")


@rooms.room("valuation.see_index", does=("valuation.confirm_index", "valuation.withdraw_index"))
def list_page(request: HttpRequest, list_id: int) -> HttpResponse:
    """/office/index-lists/<id>: a list with its items and weights; the second person's look."""
    person, standing = rooms.who(request), pages.standing_of(request)
    found = IndexList.objects.select_related("brought_by", "confirmed_by", "withdrawn_by", "file")
    one = get_object_or_404(found, pk=list_id)
    if request.method == "POST":
        seen, reason = request.POST.get("payload_hash", ""), request.POST.get("reason", "")
        deeds: rooms.Deeds = {
            "confirm": lambda: index_lists.confirm_index(person, one.pk, sha256=seen),
            "withdraw": lambda: index_lists.withdraw_index(person, one.pk, reason=reason),
        }
        return rooms.do(request, deeds)
    return rooms.show(
        request,
        "index_list.html",
        here="office-index-lists",
        title=name_of(one),
        way=(gettext("Index of value"), reverse("office-index-lists")),
        case=one,
        kind=STATES[one.state],
        state=state_of(one),
        listed=shown(request, index_items.from_plain(json.loads(one.body))),
        may=one.state == "waiting" and access.may(standing, "valuation.confirm_index", one),
        could=access.could(standing, "valuation.confirm_index"),
        may_withdraw=one.state != "withdrawn" and access.may(standing, "valuation.withdraw_index", one),
    )


def columns() -> list[lists.Column]:
    """What the table shows of a list."""
    return [
        lists.Column(
            head=gettext("List of items"), value=name_of,
            link=lambda one: reverse("office-index-list", args=[one.pk]),
        ),
        lists.Column(head=gettext("Edition"), value=lambda one: one.edition),
        lists.Column(head=gettext("In force from"), value=lambda one: one.since, kind="day", order="since"),
        lists.Column(head=gettext("State"), value=state_of, state=lambda one: STATES[one.state]),
        lists.Column(head=gettext("Brought"), value=lambda one: one.brought_at, kind="moment", order="brought_at"),
        lists.Column(head=gettext("Brought by"), value=lambda one: one.brought_by.name),
        lists.Column(head=gettext("Confirmed by"), value=lambda one: one.confirmed_by.name if one.confirmed_by else ""),
    ]  # fmt: skip


def shown(request: HttpRequest, found: ItemList) -> Shown:
    """The items of a list as ?scenario=… asks, else those of its first scenario."""
    scenario = reading.choice(request, "scenario", found.scenarios) or next(iter(found.scenarios))
    return Shown(
        name=word(found.name),
        edition=found.edition,
        author=found.author,
        source=found.source,
        scenarios=[(code, word(name)) for code, name in found.scenarios.items()],
        scenario=scenario,
        lines=[
            Line(
                word(dimension.name),
                word(criterion.name),
                word(item.name),
                how_of(item.how),
                percent(units.ppm(weight)),
            )
            for dimension, criterion, item, weight in found.leaves(scenario)
        ],
    )


def word(words: Words) -> str:
    """A name of the list in the language of the page."""
    return words.zh if filters.is_chinese() else words.en


def name_of(one: IndexList) -> str:
    """A list's name in the language of the page."""
    return one.name_zh if filters.is_chinese() else one.name_en


def state_of(one: IndexList) -> str:
    """What became of a list."""
    words = {
        "waiting": gettext("Waits for a second person"),
        "confirmed": gettext("Confirmed"),
        "withdrawn": gettext("Withdrawn"),
    }
    return words[one.state]


def how_of(how: How) -> str:
    """Where an item's value comes from."""
    words = {
        How.AUTOMATIC: gettext("from the register"),
        How.QUESTIONNAIRE: gettext("from the holder"),
        How.EXPERT: gettext("judged by an expert"),
    }
    return words[how]
