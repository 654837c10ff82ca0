"""/rights: one's own rights, and every right that the house may show, found by number or words of the title."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from zhirong.base.calendar import beijing_day
from zhirong.exchange import disclosed
from zhirong.exchange.models import ListingItem
from zhirong.papers.sheets import Column
from zhirong.people.rules import Standing
from zhirong.record import actions as record
from zhirong.registry import queries
from zhirong.registry.engine import fees, states
from zhirong.registry.engine.facts import Kind
from zhirong.registry.models import Right
from zhirong.web import lists, pages, reading
from zhirong.web.exchange import words as exchange_words
from zhirong.web.registry import words

ORDERS = {"put": "put_at", "title": "title", "number": "number", "filed": "filed_on", "kind": "kind"}


@dataclass(frozen=True)
class Line:
    """A right as a row of a list."""

    right: Right
    kind: str
    state: tuple[str, str]
    overlays: list[tuple[str, str]]
    listed: tuple[str, str] | None
    fee: fees.FeeYear | None
    surcharge_fen: int
    unknown_fee: str


def with_standing(rights: QuerySet[Right], standing: Standing | None) -> QuerySet[Right]:
    """Each right with whether it is one's own, and the live listing it stands in."""
    live = ListingItem.objects.filter(right=OuterRef("pk"), is_live=True)
    return rights.annotate(
        is_mine=disclosed.held_by(standing),
        live_number=Subquery(live.values("listing__number")[:1]),
        live_state=Subquery(live.values("listing__state")[:1]),
    )


def shown_to(standing: Standing | None) -> QuerySet[Right]:
    """The rights that this person may know of."""
    return disclosed.shown_to(with_standing(Right.objects.visible(), standing), standing)


def own(standing: Standing | None) -> QuerySet[Right]:
    """One's own rights."""
    return disclosed.own(with_standing(Right.objects.visible(), standing), standing)


@require_safe
def rights_page(request: HttpRequest) -> HttpResponse:
    """/rights?of=mine&q=…&kind=…&order=…&page=…"""
    standing = pages.standing_of(request)
    of = reading.choice(request, "of", ("mine", "all"), default="mine" if standing and standing.parties else "all")
    kind = reading.choice(request, "kind", list(Kind))
    found = chosen(request, standing, of=of, kind=kind)
    if form := request.GET.get("form"):
        return lists.sheet(request, form, columns(), rows=sheet_rows(found), title=gettext("Rights"))
    listed = lists.paged(request, found, ORDERS, default="-put")
    tabs = [
        (gettext("Mine"), f"{reverse('rights')}?of=mine", of == "mine"),
        (gettext("All rights"), f"{reverse('rights')}?of=all", of != "mine"),
    ]
    return pages.page(
        request,
        "registry/rights.html",
        here="rights",
        crumbs=[(gettext("Rights"), None)],
        listed=listed,
        lines=lines(listed.rows, beijing_day(record.now())),
        tabs=tabs if standing else [],
        of=of,
        text=request.GET.get("q", ""),
        kind=kind,
        kinds=[("", gettext("Every kind")), *((str(kind), words.label("kind", kind)) for kind in Kind)],
    )


def chosen(request: HttpRequest, standing: Standing | None, *, of: str, kind: str) -> QuerySet[Right]:
    """What the address asks for."""
    found = own(standing) if of == "mine" else shown_to(standing)
    if text := request.GET.get("q", "").strip()[:100]:
        found = queries.matching(found, text)
    return found.filter(kind=kind) if kind else found


def lines(rights: Sequence[Right], day: date) -> list[Line]:
    """Rows with their state on the day, in five queries for all of them."""
    if not rights:
        return []
    return [line(right, facts, day) for right, facts in zip(rights, queries.facts_of_read(rights, day), strict=True)]


def line(right: Right, facts: Any, day: date) -> Line:
    """One row; `right` was read by `with_standing`."""
    standing = states.standing(facts, day)
    live = right.live_state  # type: ignore[attr-defined]
    shape, word = exchange_words.LISTING.get(live or "", ("off", ""))
    unpaid = fees.next_unpaid(facts, day) if standing.is_living else None
    return Line(
        right=right,
        kind=words.label("kind", right.kind),
        state=words.state(standing),
        overlays=words.overlays(standing),
        listed=(shape, gettext(word)) if live else None,
        fee=unpaid,
        surcharge_fen=words.surcharge_fen(unpaid, day) if unpaid and unpaid.is_known else 0,
        unknown_fee="" if unpaid is None or unpaid.is_known else words.unknown_fee(unpaid, day),
    )


def columns() -> list[Column]:
    """The sheet of a list of rights."""
    return [
        Column(head=gettext("Number")),
        Column(head=gettext("Kind"), width=14),
        Column(head=gettext("Title"), width=60),
        Column(head=gettext("Filed on"), kind="day"),
        Column(head=gettext("Granted on"), kind="day"),
        Column(head="IPC", width=16),
        Column(head=gettext("Listing")),
    ]


def sheet_rows(rights: QuerySet[Right]) -> list[tuple[Any, ...]]:
    """The rows of that sheet, by number."""
    names = ("number", "kind", lists.title_of("title"), "filed_on", "granted_on", "ipc", "live_number")
    return [
        (row[0], words.label("kind", row[1]), *row[2:])
        for row in lists.whole(rights).order_by("number").values_list(*names)
    ]
