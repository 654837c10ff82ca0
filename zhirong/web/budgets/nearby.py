"""/policy/almost: who is one or two fixable conditions short of a measure, why, worth what: an invitation list."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from zhirong.base.calendar import beijing_day
from zhirong.base.refused import Refused
from zhirong.enterprises.models import Place
from zhirong.people import access
from zhirong.people.models import Party
from zhirong.policy import almost, kept, population
from zhirong.policy.almost import Almost, Listed, Short, Wish
from zhirong.policy.engine.measure import Measure
from zhirong.policy.population import Population
from zhirong.policy.reading import Base
from zhirong.record import actions as record
from zhirong.web import lists, pages, reading
from zhirong.web.budgets import reached, words
from zhirong.web.support import words as said

INDUSTRY = "industry"
SHORTS = ("1", "2", "3")


@dataclass(frozen=True)
class Row:
    """One enterprise of the list as people read it."""

    party: Party
    seat: str
    almost: Almost
    reason: str


Telling = Callable[[Sequence[Short]], list[Row]]


@dataclass(frozen=True)
class Chosen:
    """What the address chose: a measure, everybody, and which of them."""

    one: Measure
    base: Base
    whole: Population
    wish: Wish
    places: Mapping[int, Place]

    def seats(self) -> almost.Seats | None:
        """Who sits where, asked for everybody only where the list is narrowed to a place."""
        return almost.seats(self.places, self.whole.day) if self.wish.place else None

    def told(self, rows: Sequence[Short]) -> list[Row]:
        """Rows decided exactly, with names and places."""
        exact = almost.exact(self.one, self.whole, rows, wish=self.wish)
        ids = [row.party_id for row in exact]
        parties = Party.objects.in_bulk(ids)
        seats = almost.seats(self.places, self.whole.day, ids)
        known = self.base.vocabulary
        return [
            Row(parties[row.party_id], seats.names(row.party_id), row, words.reason(row, self.one, known))
            for row in exact
        ]


@require_safe
@pages.signed_in
def almost_page(request: HttpRequest) -> HttpResponse:
    """/policy/almost?measure=…&most=2&way=action&place=…&industry=…"""
    access.require(pages.standing_of(request), "policy.see_reach")
    base, places, title = kept.base(), almost.places(), gettext("Almost eligible")
    one = base.measures.get(reading.choice(request, "measure", base.measures))
    frame: dict[str, Any] = {
        "here": "policy",
        "crumbs": reached.crumbs((gettext("Whom the measures reach"), pages.place("policy-reach")), (title, None)),
        "title": title,
        "fields": fields(request, base, places),
        "one": one,
    }
    if one is None:
        return pages.page(request, "budgets/almost.html", **frame)
    is_asked = request.GET.get("read") == "yes"
    try:
        whole = population.crowd(beijing_day(record.now()), is_asked=is_asked)
    except Refused:
        return pages.page(request, "budgets/almost.html", **frame, table=None, query=dict(request.GET.items()))
    chosen = Chosen(one, base, whole, wish_of(request), places)
    found = almost.listed(one, chosen.whole, chosen.wish, sitting=chosen.seats())
    if file := taken_away(request, title, found, told=chosen.told):
        return file
    caption = gettext("Almost eligible for %(title)s") % {"title": words.measure(one, one.id)}
    return pages.page(
        request,
        "budgets/almost.html",
        **frame,
        found=found,
        day=chosen.whole.day,
        known=chosen.whole.known,
        table=late(request, caption, found, told=chosen.told),
    )


def late(request: HttpRequest, caption: str, found: Listed, *, told: Telling) -> lists.Table:
    """The page of the list: its rows alone are decided exactly."""
    by_id: dict[int, Row] = {}

    def prepare(page: list[Any]) -> None:
        by_id.update({row.party.pk: row for row in told(page)})

    heads = [
        lists.Column(
            head=column.head,
            value=value_of(column, by_id),
            kind=column.kind,
            is_code=column.is_code,
        )
        for column in columns()
    ]
    return lists.table(request, "almost", caption, columns=heads, found=found.rows, beside=prepare)


def value_of(column: lists.Column, by_id: Mapping[int, Row]) -> Callable[[Short], Any]:
    """What a column says of a row of the short list."""
    return lambda short: column.value(by_id[short.party_id])


def taken_away(request: HttpRequest, title: str, found: Listed, *, told: Telling) -> HttpResponse | None:
    """The whole list as a file to invite from, each row with its reason."""
    if not request.GET.get("as"):
        return None
    lists.refuse_too_long(len(found.rows))
    return lists.taken_away(request, "almost", title, columns=columns(), found=told(found.rows))


def columns() -> list[lists.Column]:
    """The list, on the page and as a file."""
    return [
        lists.Column(head=gettext("Enterprise"), value=lambda row: row.party.name),
        lists.Column(head=gettext("Credit code"), value=lambda row: row.party.code or "", is_code=True),
        lists.Column(head=gettext("Place it sits in"), value=lambda row: row.seat),
        lists.Column(head=gettext("Conditions short"), value=lambda row: row.almost.steps, kind="number"),
        lists.Column(head=gettext("Reason for the invitation"), value=lambda row: row.reason),
        lists.Column(head=gettext("Worth if met today (yuan)"), value=lambda row: row.almost.fen, kind="money"),
    ]


def wish_of(request: HttpRequest) -> Wish:
    """What the address asks for."""
    return Wish(
        int(reading.choice(request, "most", SHORTS, default="2")),
        reading.choice(request, "way", almost.WAYS, default="any"),
        request.GET.get("place", "").strip()[:24],
        request.GET.get(INDUSTRY, "").strip()[:40],
    )


def fields(request: HttpRequest, base: Base, places: Mapping[int, Place]) -> list[dict[str, Any]]:
    """What the list is chosen by."""
    anything = ("", gettext("All"))
    measures = [(name, words.measure(one, name)) for name, one in base.measures.items() if not one.is_draft]
    industry = base.vocabulary.facts.get(INDUSTRY)
    kinds = [(code, said.value(industry, code)) for code in (industry.choices if industry else ())]
    ways = [("any", gettext("By action or with time")), ("action", gettext("By action alone"))]
    rows: list[tuple[str, str, list[tuple[str, str]]]] = [
        (
            "measure",
            gettext("Policy measure"),
            [("", gettext("Choose a measure")), *sorted(measures, key=lambda one: one[1])],
        ),
        ("most", gettext("At most so many conditions short"), [(key, key) for key in SHORTS]),
        ("way", gettext("That can be mended"), ways),
        ("place", gettext("Street, park or carrier"), [anything, *((one.code, one.name) for one in places.values())]),
        (INDUSTRY, gettext("Industry of the enterprise"), [anything, *kinds]),
    ]
    defaults = {"most": "2", "way": "any"}
    return [
        {"name": name, "label": label, "options": options, "value": request.GET.get(name, defaults.get(name, ""))}
        for name, label, options in rows
    ]
