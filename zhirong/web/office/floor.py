"""Floor control: lots that run or will, paused ones, suspended listings; each deed is an order in the floor's queue."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext

from zhirong.base.shown import from_ns
from zhirong.exchange import floor_doors, periods
from zhirong.exchange.actions import bidding
from zhirong.exchange.models import Intent, Listing, Lot, LotStep
from zhirong.people import access
from zhirong.record import actions as record
from zhirong.web import filters, lists, pages, reading
from zhirong.web.exchange import room, times, words
from zhirong.web.office import rooms

RUNNING = ("live", "matching", "paused", "scheduled")


def state_of(state: str) -> tuple[str, str]:
    """Shape and word of a lot's state."""
    words = {
        "scheduled": ("off", gettext("Scheduled")),
        "live": ("on", gettext("Bidding")),
        "matching": ("half", gettext("Right of priority asked")),
        "paused": ("wait", gettext("Paused")),
        "closed": ("done", gettext("Closed")),
    }
    return words.get(state, ("off", state))


@rooms.room("exchange.see_office")
def floor(request: HttpRequest) -> HttpResponse:
    """/office/floor: how the floor is, its lots, and what stands still."""
    which = reading.choice(request, "state", ("running", "closed"), default="running")
    found: QuerySet[Lot] = Lot.objects.select_related("listing")
    found = found.filter(state="closed") if which == "closed" else found.filter(state__in=RUNNING)
    columns = columns_of()
    title = gettext("Lots")
    if file := lists.taken_away(request, "lots", title, columns=columns, found=found.order_by("closes_ns")):
        return file
    return rooms.show(
        request,
        "floor.html",
        here="office-floor",
        title=gettext("Floor"),
        health=floor_doors.health(),
        floor_word=rooms.floor_word(floor_doors.health().state),
        table=lists.table(request, "lots", title, columns=columns, found=found, order="closes_ns"),
        which=which,
        suspended=list(
            Listing.objects.filter(state="suspended").select_related("seller").order_by("suspended_at")[:50]
        ),
    )


def columns_of() -> list[lists.Column]:
    """What the list of lots shows."""
    return [
        lists.Column(
            head=gettext("Lot"), value=lambda lot: filters.title(lot.listing), order="listing__title",
            link=lambda lot: reverse("office-lot", args=[lot.pk]),
        ),
        lists.Column(head=gettext("Listing no."), value=lambda lot: lot.listing.number),
        lists.Column(
            head=gettext("State"), value=lambda lot: state_of(lot.state)[1], order="state",
            state=lambda lot: state_of(lot.state)[0],
        ),
        lists.Column(head=gettext("Opens"), value=lambda lot: from_ns(lot.opens_ns), kind="moment", order="opens_ns"),
        lists.Column(
            head=gettext("Closes"), value=lambda lot: from_ns(lot.closes_ns), kind="moment", order="closes_ns"
        ),
        lists.Column(head=gettext("Price (yuan)"), value=lambda lot: lot.top_fen, kind="money", order="top_fen"),
        lists.Column(head=gettext("Bids"), value=lambda lot: lot.bids, kind="number", order="bids"),
        lists.Column(head=gettext("Extensions"), value=lambda lot: lot.extensions, kind="number"),
    ]  # fmt: skip


@rooms.room("exchange.see_office", does=("exchange.control",))
def lot(request: HttpRequest, lot_id: int) -> HttpResponse:
    """/office/lots/<id>: pause, resume, ban, annul; the bids for those who may see them."""
    one = get_object_or_404(Lot.objects.select_related("listing"), pk=lot_id)
    if request.method == "POST":
        return deed(request, one)
    standing = pages.standing_of(request)
    sees_bids = access.may(standing, "exchange.see_bids", one)
    columns, steps, table = step_columns(), LotStep.objects.filter(lot=one), None
    title = gettext("Record of the lot")
    if sees_bids:
        if file := lists.taken_away(request, "steps", title, columns=columns, found=steps.order_by("seq")):
            return file
        table = lists.table(request, "steps", title, columns=columns, found=steps, order="-seq")
    can = possible(one) if access.may(standing, "exchange.control", one) else []
    blocked = rooms.held_by(one.listing) if "resume" in can else []
    codes = Intent.objects.filter(listing_id=one.listing_id, state="admitted").exclude(code="").order_by("code")
    return rooms.show(
        request,
        "lot.html",
        here="office-floor",
        title=filters.title(one.listing),
        way=(gettext("Floor"), reverse("office-floor")),
        lot=one,
        state=state_of(one.state),
        health=floor_doors.health(),
        table=table,
        deeds=can,
        blocked=blocked,
        rights=rooms.rights_of(one.listing) if blocked else [],
        codes=[(code, code) for code in codes.values_list("code", flat=True)] if "ban" in can else [],
        outcome=words.lot_outcome(one, str(json.loads(one.result).get("outcome", ""))),
        opens_at=from_ns(one.opens_ns),
        free_until=from_ns(free_ns) if (free_ns := periods.free_end_ns(one)) else None,
        stands=times.standing(one, stop, now_ns=record.now_ns()) if (stop := periods.stop_of(one)) else None,
        closes_at=from_ns(one.closes_ns),
        public=rooms.link("room", one.pk),
    )


def possible(one: Lot) -> list[str]:
    """The orders that the floor would take in this state."""
    by_state = {
        "scheduled": ["annul"],
        "live": ["pause", "ban", "annul"],
        "matching": ["annul"],
        "paused": ["resume", "ban", "annul"],
    }
    return by_state.get(one.state, [])


def deed(request: HttpRequest, one: Lot) -> HttpResponse:
    """An order to the floor."""
    person, given = rooms.who(request), request.POST
    reason = given.get("reason", "")
    return rooms.do(
        request,
        {
            "pause": lambda: bidding.pause(person, one, reason=reason),
            "resume": lambda: bidding.resume(person, one),
            "ban": lambda: bidding.ban(person, one, code=given.get("code", ""), reason=reason),
            "annul": lambda: bidding.annul(person, one, reason=reason),
        },
    )


def step_columns() -> list[lists.Column]:
    """What the record of a lot shows of each step."""
    return [
        lists.Column(head=gettext("No."), value=lambda step: step.seq, order="seq"),
        lists.Column(head=gettext("Received"), value=lambda step: from_ns(step.received_ns), kind="moment"),
        lists.Column(head=gettext("What"), value=lambda step: step_words().get(step.kind, step.kind)),
        lists.Column(head=gettext("Bidder"), value=lambda step: step.code, order="code"),
        lists.Column(
            head=gettext("Amount (yuan)"), value=lambda step: step.amount_fen, kind="money", order="amount_fen"
        ),
        lists.Column(
            head=gettext("Judged"),
            value=lambda step: refusal_of(step) if step.refusal else gettext("accepted"),
            state=lambda step: "no" if step.refusal else "go",
        ),
        lists.Column(head=gettext("Close after it"), value=lambda step: from_ns(step.closes_ns), kind="moment"),
    ]


def refusal_of(step: LotStep) -> str:
    """Why a bid was refused, as its bidder reads it."""
    told = room.in_yuan(step.refusal, json.loads(step.facts), step.amount_fen or 0)
    return str(pages.told(told)["sentence"])


def step_words() -> dict[str, Any]:
    """Every kind of step of a lot's record."""
    return {
        "bid": gettext("bid"),
        "paused": gettext("pause"),
        "resumed": gettext("resumed"),
        "banned": gettext("ban"),
        "annulled": gettext("annulled"),
        "opened": gettext("opened"),
        "admitted": gettext("admitted"),
        "begun": gettext("taken up by the floor"),
        "started": gettext("opened"),
        "encumbered": gettext("stopped, the register changed"),
        "edited": gettext("announcement changed"),
        "matching": gettext("priority purchasers asked"),
        "matched": gettext("priority purchaser answered"),
        "hammer": gettext("hammer"),
        "defaulted": gettext("buyer in default"),
        "released": gettext("asked next, released"),
    }
