"""/support: all measures for my enterprise, what it can have first, then what is one step away, each with its reason."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from zhirong.policy import deciding, kept, supporting
from zhirong.policy.supporting import Best, Row
from zhirong.web import filters, lists, pages, reading
from zhirong.web.support import asked as asking
from zhirong.web.support import shown, words
from zhirong.web.support.asked import Asked

WHOLE = 12


@require_safe
@pages.signed_in
def support(request: HttpRequest) -> HttpResponse:
    """/support?party=…&day=…&known=…: everything, sorted by benefit or deadline, narrowed by place, kind and state."""
    asked, title = asking.read(request), gettext("My support")
    frame: dict[str, Any] = {"here": "policy", "crumbs": [(title, None)], "title": title, "asked": asked}
    if asked.party is None:
        return pages.page(request, "support/nobody.html", **frame)
    base = kept.base(asked.known)
    found = supporting.rows(deciding.everything(asked.party, **asked.told()), base.vocabulary)
    best = supporting.best(found)
    order = reading.choice(request, "order", (supporting.BENEFIT, supporting.DEADLINE), default=supporting.BENEFIT)
    chosen = supporting.in_order(narrowed(request, found), order)
    told = [shown.row(one, asked, base.vocabulary) for one in chosen]
    if file := taken_away(request, told, title):
        return file
    return pages.page(
        request,
        "support/mine.html",
        **frame,
        rows=told,
        met=[row for row, one in zip(told, chosen, strict=True) if one.state == supporting.MET][:WHOLE],
        nearly=[row for row, one in zip(told, chosen, strict=True) if one.state == supporting.NEARLY][:WHOLE],
        counts=[(words.of(words.STATES, one), sum(row.state == one for row in found)) for one in supporting.STATES],
        best=best,
        best_rows=best_rows(best, found, asked),
        left_out=[one for place in (best.dropped or {}) for one in shown.left_out(place, best, found)],
        table=lists.table(request, "support", gettext("All measures"), columns=columns(), found=told),
        fields=fields(request, found),
        unusable=shown.unusable(found[0].decided, base.vocabulary) if found else {},
        tabs=tabs("support", asked),
    )


def tabs(here: str, asked: Asked) -> list[tuple[str, str, bool]]:
    """The pages of support."""
    words_of = [
        ("support", gettext("My support")),
        ("support-what-if", gettext("What if")),
        ("support-goal", gettext("From which value on")),
        ("support-check", gettext("Guided check")),
        ("support-calendar", gettext("Calendar feed")),
    ]
    return [(word, reverse(name) + asked.link(), name == here) for name, word in words_of]


def narrowed(request: HttpRequest, found: list[Row]) -> list[Row]:
    """The rows of the place, the kind and the state asked for."""
    place = reading.choice(request, "place", {code for code, _ in places(found)})
    kind = reading.choice(request, "kind", words.KINDS)
    state = reading.choice(request, "state", supporting.STATES)
    return [
        one
        for one in found
        if (not place or one.decided.measure.raw["jurisdiction"]["code"] == place)
        and (not kind or one.decided.measure.kind == kind)
        and (not state or one.state == state)
    ]


def places(found: list[Row]) -> list[tuple[str, str]]:
    """The places whose measures there are."""
    named = [one.decided.measure.raw["jurisdiction"] for one in found]
    return sorted({(str(one["code"]), words.of_raw(one["name"])) for one in named})


def fields(request: HttpRequest, found: list[Row]) -> list[dict[str, Any]]:
    """What the list can be sorted and narrowed by."""
    anything = ("", gettext("All"))
    orders = [(supporting.BENEFIT, gettext("Largest benefit")), (supporting.DEADLINE, gettext("Nearest deadline"))]
    kinds = [(key, words.kind(key)) for key in words.KINDS]
    states = [(key, words.of(words.STATES, key)[1]) for key in supporting.STATES]
    rows: list[tuple[str, str, list[tuple[str, str]]]] = [
        ("order", gettext("Sorted by"), orders),
        ("place", gettext("Place"), [anything, *places(found)]),
        ("kind", gettext("Kind"), [anything, *kinds]),
        ("state", gettext("State"), [anything, *states]),
    ]
    return [
        {"name": name, "label": label, "options": options, "value": request.GET.get(name, "") or options[0][0]}
        for name, label, options in rows
    ]


def columns() -> list[lists.Column]:
    """The list of all measures, on the page and in a file."""
    return [
        lists.Column(head=gettext("Measure"), value=lambda one: one["title"], link=lambda one: one["address"]),
        lists.Column(head=gettext("For"), value=lambda one: one["about"]),
        lists.Column(head=gettext("State"), value=lambda one: one["state"][1], state=lambda one: one["state"][0]),
        lists.Column(head=gettext("Place"), value=lambda one: one["place"]),
        lists.Column(head=gettext("Kind"), value=lambda one: one["kind"]),
        lists.Column(head=gettext("Brings (yuan)"), value=lambda one: one["benefit_fen"], kind="money"),
        lists.Column(head=gettext("Deadline"), value=lambda one: one["deadline"], kind="moment"),
        lists.Column(head=gettext("Reason and next step"), value=lambda one: one["reason"]),
    ]


def taken_away(request: HttpRequest, told: list[dict[str, Any]], title: str) -> HttpResponse | None:
    """The list as CSV or Excel, where the address asks for it."""
    return lists.taken_away(request, "support", title, columns=columns(), found=told)


def best_rows(best: Best, found: list[Row], asked: Asked) -> list[dict[str, Any]]:
    """What the best allowed set pays for each measure, and the clauses that lowered it."""
    return [
        {
            "title": words.both(found[place].decided.measure),
            "about": shown.about(found[place].decided.about) if found[place].decided.about else "",
            "address": shown.address(found[place].decided, asked),
            "paid_fen": paid_fen,
            "kind": words.kind(found[place].decided.measure.kind),
            "at_most": found[place].decided.decision.at_most,
            "lowered_by": filters.listed(
                shown.clause_anywhere(name, found) for name in (best.lowered_by or {}).get(place, ())
            ),
        }
        for place, paid_fen in (best.paid_fen or {}).items()
    ]
