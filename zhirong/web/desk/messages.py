"""/desk/messages: what one was told and by which channel, read or not, and through which channels one wants to hear."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_http_methods, require_POST

from zhirong.exchange import subjects
from zhirong.ledger import payees
from zhirong.ledger.actions import lines
from zhirong.papers.sheets import Column
from zhirong.people.rules import Standing
from zhirong.record import actions as record
from zhirong.record import channels, notices
from zhirong.record.models import Choice, Delivery, Notice
from zhirong.web import account, lists, pages, reading
from zhirong.web.desk import mine

CHANNELS = {
    "in_site": gettext_noop("On this site"),
    "e_mail": gettext_noop("E-mail"),
    "sms": gettext_noop("Text message"),
    "wechat": gettext_noop("WeChat"),
}
STATES = {
    "shown": gettext_noop("shown"),
    "sent": gettext_noop("sent"),
    "in_outbox": gettext_noop("in the outbox"),
    "no_address": gettext_noop("no address given"),
    "not_wanted": gettext_noop("not wanted"),
    "waiting": gettext_noop("waits to be sent"),
    "not_taken": gettext_noop("not taken by the mail server"),
}
NOT_CARRIED = ("not_connected",)  # nor is what an earlier house without a mail server called its outbox


@dataclass(frozen=True)
class Message:
    """One notice in words, where it leads, and through which channels it went."""

    notice: Notice
    text: str
    payee: str
    about: str
    address: str | None
    went: list[tuple[str, str]]


def place_of(notice: Notice, facts: dict[str, Any]) -> str | None:
    """The page that a notice is about."""
    kind, _, number = notice.topic.partition(":")
    if facts.get("deal") and isinstance(facts["deal"], str):
        return reverse("deal", args=[facts["deal"]])
    if notice.kind in lines.ASTRAY.values():
        return f"{reverse('desk-money')}#h-astray"
    if kind == "listing" and facts.get("number"):
        return pages.place_at("listing", facts["number"])
    if kind == "lot" and number.isdecimal():
        return pages.place_at("room", int(number))
    if kind == "right" and number.isdecimal():
        return reverse("right", args=[int(number)])
    return reverse("account") if kind in ("party", "person") else None


def messages_of(rows: list[Notice], standing: Standing | None) -> list[Message]:
    """Notices of one page with their deliveries; those of money with payee and subject, in a few more queries."""
    refs = {one.pk: json.loads(one.facts).get("party", "") for one in rows if one.kind in payees.KINDS}
    payee = payees.shown(standing, refs.values()) if refs else {}
    about = subjects.of(one.topic for one in rows if one.pk in refs)
    language = translation.get_language() or "zh-hans"
    went: dict[int, list[tuple[str, str]]] = {}
    for one in (
        Delivery.objects.filter(notice__in=rows)
        .exclude(channel=channels.IN_SITE)
        .exclude(state__in=NOT_CARRIED if settings.DEMO else (*NOT_CARRIED, "in_outbox"))
        .order_by("pk")
    ):
        went.setdefault(one.notice_id, []).append(
            (gettext(CHANNELS[one.channel]), gettext(STATES.get(one.state, one.state)))
        )
    return [
        Message(
            one,
            notices.text_of(one, language),
            payee.get(refs.get(one.pk, ""), ""),
            about[one.topic].text(language) if one.topic in about else "",
            place_of(one, json.loads(one.facts)),
            went.get(one.pk, []),
        )
        for one in rows
    ]


@require_http_methods(["GET"])
@pages.signed_in
def messages(request: HttpRequest) -> HttpResponse:
    """/desk/messages?show=unread"""
    person = account.known(request)
    only_unread = reading.choice(request, "show", ("unread",)) == "unread"
    found = Notice.objects.filter(person_ref=person.ref)
    if only_unread:
        found = found.filter(read_at=None)
    if form := request.GET.get("form"):
        return taken_away(request, form, list(lists.whole(found.order_by("-pk"))))
    listed = lists.paged(request, found, {"at": "at"}, default="-at")
    unwanted = set(Choice.objects.filter(person_ref=person.ref, is_wanted=False).values_list("channel", flat=True))
    here = reverse("desk-messages")
    return pages.page(
        request,
        "desk/messages.html",
        crumbs=[(gettext("My desk"), reverse("desk")), (gettext("Messages"), None)],
        heading=gettext("Messages"),
        tabs=mine.tabs(request, "desk-messages"),
        which=[(gettext("All"), here, not only_unread), (gettext("Unread"), f"{here}?show=unread", only_unread)],
        listed=listed,
        rows=messages_of(listed.rows, pages.standing_of(request)),
        channels=[
            (name, gettext(word), name not in unwanted) for name, word in CHANNELS.items() if name != channels.IN_SITE
        ],
    )


def taken_away(request: HttpRequest, form: str, rows: list[Notice]) -> HttpResponse:
    """All messages as a sheet."""
    columns = [
        Column(head=gettext("Time"), kind="moment"),
        Column(head=gettext("Text"), width=80),
        Column(head=gettext("Legal notice"), width=12),
        Column(head=gettext("Read"), kind="moment"),
    ]
    language = translation.get_language() or "zh-hans"
    yes = {True: gettext("Yes"), False: ""}
    told = ((one.at, notices.text_of(one, language), yes[one.is_legal], one.read_at) for one in rows)
    return lists.sheet(request, form, columns, rows=told, title=gettext("Messages"))


@require_POST
@pages.signed_in
def mark_read(request: HttpRequest) -> HttpResponse:
    """One message, or all of them."""
    chosen = [lists.number_of(one) for one in request.POST.getlist("notice")]
    record.mark_read(account.known(request), chosen or None)
    return HttpResponseRedirect(pages.safe_back(request.POST.get("back", ""), reverse("desk-messages")))


@require_POST
@pages.signed_in
def choose(request: HttpRequest) -> HttpResponse:
    """Which channels carry ordinary notices; legal ones come by all of them (民法典 137)."""
    person, wanted = account.known(request), set(request.POST.getlist("channel"))
    for name in CHANNELS:
        if name != channels.IN_SITE:
            record.choose_channel(person, name, is_wanted=name in wanted)
    return HttpResponseRedirect(f"{reverse('desk-messages')}#h-channels")
