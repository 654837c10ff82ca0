"""/policy/almost: who is one or two fixable conditions short of a measure, why, worth what: an invitation list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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


@require_safe
@pages.signed_in
def almost_page(request: HttpRequest) -> HttpResponse:
    """/policy/almost?measure=…&most=2&way=action&place=…&industry=…"""
    access.require(pages.standing_of(request), "policy.see_reach")
    base, title = kept.base(), gettext("Almost eligible")
    one = base.measures.get(reading.choice(request, "measure", base.measures))
    frame: dict[str, Any] = {
        "here": "policy",
        "crumbs": reached.crumbs((gettext("Whom the measures reach"), pages.place("policy-reach")), (title, None)),
        "title": title,
        "fields": fields(request, base),
        "one": one,
    }
    if one is None:
        return pages.page(request, "budgets/almost.html", **frame)
    day = beijing_day(record.now())
    if not population.is_read(day):
        raise Refused("policy.not_screened_yet")
    whole, wish = population.crowd(day), wish_of(request)
    found = almost.listed(one, whole, wish)
    if file := taken_away(request, title, found, told=lambda rows: told(rows, one, whole, wish=wish, base=base)):
        return file
    rows: list[Row] = []

    def beside(page: list[Any]) -> None:
        rows.extend(told(page, one, whole, wish=wish, base=base))

    caption = gettext("Almost eligible for %(title)s") % {"title": words.measure(one, one.id)}
    return pages.page(
        request,
        "budgets/almost.html",
        **frame,
        found=found,
        day=whole.day,
        known=whole.known,
        table=late(request, caption, found, beside=beside, rows=rows),
    )


def late(
    request: HttpRequest, caption: str, found: Listed, *, beside: Callable[[list[Any]], None], rows: list[Row]
) -> lists.Table:
    """The page of the list: its rows alone are decided exactly."""
    by_id: dict[int, Row] = {}

    def prepare(page: list[Any]) -> None:
        beside(page)
        by_id.update({row.party.pk: row for row in rows})

    heads = [
        lists.Column(
            head=column.head,
            value=lambda short, get=column.value: get(by_id[short.party_id]),
            kind=column.kind,
            is_code=column.is_code,
        )
        for column in columns()
    ]
    return lists.table(request, "almost", caption, columns=heads, found=found.rows, beside=prepare)


def told(rows: Sequence[Short], one: Measure, whole: Population, *, wish: Wish, base: Base) -> list[Row]:
    """Rows decided exactly, with names and places."""
    exact = almost.exact(one, whole, rows, wish)
    ids = [row.party_id for row in exact]
    parties, seats = Party.objects.in_bulk(ids), almost.seats(ids, whole.day)
    return [
        Row(parties[row.party_id], seats.get(row.party_id, ""), row, words.reason(row, one, base.vocabulary))
        for row in exact
    ]


def taken_away(
    request: HttpRequest, title: str, found: Listed, *, told: Callable[[Sequence[Short]], list[Row]]
) -> HttpResponse | None:
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
        lists.Column(head=gettext("Sits in"), value=lambda row: row.seat),
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


def fields(request: HttpRequest, base: Base) -> list[dict[str, Any]]:
    """What the list is chosen by."""
    anything = ("", gettext("All"))
    measures = [(name, words.measure(one, name)) for name, one in base.measures.items() if not one.is_draft]
    places = Place.objects.filter(ended_on__isnull=True).order_by("kind", "code")
    industry = base.vocabulary.facts.get(INDUSTRY)
    kinds = [(code, said.value(industry, code)) for code in (industry.choices if industry else ())]
    ways = [("any", gettext("By action or with time")), ("action", gettext("By action alone"))]
    rows: list[tuple[str, str, list[tuple[str, str]]]] = [
        ("measure", gettext("Measure"), [("", gettext("Choose a measure")), *sorted(measures, key=lambda one: one[1])]),
        ("most", gettext("At most so many conditions short"), [(key, key) for key in SHORTS]),
        ("way", gettext("That can be mended"), ways),
        ("place", gettext("Street, park or carrier"), [anything, *((one.code, one.name) for one in places)]),
        (INDUSTRY, gettext("Industry"), [anything, *kinds]),
    ]
    defaults = {"most": "2", "way": "any"}
    return [
        {"name": name, "label": label, "options": options, "value": request.GET.get(name, defaults.get(name, ""))}
        for name, label, options in rows
    ]
