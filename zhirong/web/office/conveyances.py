"""Transfers that the office registered outside a deal: the list of all that were entered, and the form to enter one."""

from __future__ import annotations

import re

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext

from zhirong.base.refused import Refused
from zhirong.exchange import holds
from zhirong.people import access
from zhirong.people.models import Party
from zhirong.registry import queries
from zhirong.registry.actions import putting, transfers
from zhirong.registry.models import Right, TransferEntry
from zhirong.registry.records import WHOLE_PPM
from zhirong.web import filters, lists, pages, reading, uploads
from zhirong.web.office import done, rooms
from zhirong.web.office.reviews import of

STATES = {"entered": "wait", "confirmed": "go", "returned": "no"}
# A share as it is typed, in hundredths of the whole: 100, 33.3333.
PERCENT = re.compile(r"(\d{1,3})(?:\.(\d{1,4}))?%?")


@rooms.room("people.see_cases")
def entered(request: HttpRequest) -> HttpResponse:
    """/office/transfers?state=entered&q=…: every entered transfer, by its state and its right."""
    state, text = reading.choice(request, "state", STATES), request.GET.get("q", "").strip()[:100]
    found: QuerySet[TransferEntry] = TransferEntry.objects.select_related(
        "right", "to", "seller", "entered_by", "decided_by"
    )
    found = found.filter(state=state) if state else found
    named = list(queries.matching(Right.objects.visible(), text)[:2]) if text else []
    found = found.filter(right__in=queries.matching(Right.objects.visible(), text)) if text else found
    columns, title = columns_of(), gettext("Transfers of title")
    if file := lists.taken_away(request, "transfers", title, columns=columns, found=found.order_by("-pk")):
        return file
    may_enter = access.could(pages.standing_of(request), "registry.enter_transfer")
    return rooms.show(
        request,
        "transfers.html",
        here="office-transfers",
        title=title,
        table=lists.table(request, "transfers", title, columns=columns, found=found, order="-entered_at"),
        states=[("", gettext("All")), *((name, of("transfer", name)) for name in STATES)],
        state=state,
        text=text,
        may_enter=may_enter,
        named=named[0] if may_enter and len(named) == 1 else None,
    )


def columns_of() -> list[lists.Column]:
    """What the list shows of an entered transfer."""
    return [
        lists.Column(
            head=gettext("Right"), value=lambda one: filters.title(one.right), order="right__title",
            link=lambda one: reverse("office-transfer", args=[one.pk]),
        ),
        lists.Column(head=gettext("Number"), value=lambda one: one.right.number, order="right__number"),
        lists.Column(
            head=gettext("Transferor"), value=lambda one: one.seller.name if one.seller else gettext("all holders"),
        ),
        lists.Column(head=gettext("Transferee"), value=lambda one: one.to.name, order="to__name"),
        lists.Column(head=gettext("Share"), value=lambda one: percent(one.share_ppm)),
        lists.Column(head=gettext("Registered on"), value=lambda one: one.on, kind="day", order="on"),
        lists.Column(
            head=gettext("State"), value=lambda one: of("transfer", one.state), order="state",
            state=lambda one: STATES[one.state],
        ),
        lists.Column(head=gettext("Entered"), value=lambda one: one.entered_at, kind="moment", order="entered_at"),
        lists.Column(head=gettext("Entered by"), value=lambda one: one.entered_by.name),
        lists.Column(head=gettext("Decided by"), value=lambda one: one.decided_by.name if one.decided_by else ""),
    ]  # fmt: skip


@rooms.room("people.see_cases", does=("registry.enter_transfer",))
def enter(request: HttpRequest, right_id: int) -> HttpResponse:
    """/office/transfers/of/<right>: what the office's notice of the change of owner says, with the notice."""
    right = get_object_or_404(Right.objects.visible(), pk=right_id)
    if request.method == "POST":
        entry = made(request, right)
        answer = HttpResponseRedirect(reverse("office-transfer", args=[entry.pk]))
        return done.tell(request, answer, "enter")
    holders = [held for held in queries.holdings_on(right, putting.today()) if held.party_id is not None]
    return rooms.show(
        request,
        "transfer_new.html",
        here="office-transfers",
        title=gettext("Enter a transfer"),
        way=(gettext("Transfers of title"), reverse("office-transfers")),
        right=right,
        holders=holders,
        sellers=[("", gettext("all holders in proportion"))]
        + [(held.party.ref, f"{held.name} · {percent(held.share_ppm)}") for held in holders if held.party],
        held=holds.of_right(right),
        today=putting.today().isoformat(),
        may=access.could(pages.standing_of(request), "registry.enter_transfer"),
    )


def made(request: HttpRequest, right: Right) -> TransferEntry:
    """The entry that the form describes; the same notice twice is one."""
    person, post = rooms.who(request), request.POST
    seller = post.get("seller", "").strip()
    said = transfers.Conveyance(
        to=party_of(post.get("to", ""), field="to"),
        on=rooms.day_of(request, "on"),
        key=key_of(post.get("key", "")),
        share_ppm=ppm_of(post.get("share", "")),
        seller=party_of(seller, field="seller") if seller else None,
    )
    proof = uploads.evidence(request, person)
    return transfers.enter_transfer(person, right, said, proof=proof, held=holds.of_right)


def party_of(text: str, *, field: str) -> Party:
    """A party by its ref, or the one verified party of that credit code or whole name: anybody registers a name."""
    given = text.strip()
    named = Q(ref=given) | Q(code=given, verified_at__isnull=False) | Q(name=given, verified_at__isnull=False)
    found = list(Party.objects.filter(named)[:2]) if given else []
    if len(found) != 1:
        raise Refused("web.not_one_party", field=field, given=given[:80])
    return found[0]


def key_of(text: str) -> str:
    """The number of the office's notice, as the interface takes it too."""
    key = text.strip()
    if not re.fullmatch("[0-9A-Za-z:_-]{1,40}", key):
        raise Refused("web.not_a_notice_number", field="key", given=key[:40])
    return key


def ppm_of(text: str) -> int:
    """A share in percent as millionths of the whole."""
    found = PERCENT.fullmatch(text.strip())
    ppm = int(found[1]) * 10_000 + int((found[2] or "").ljust(4, "0")) if found else 0
    if not 0 < ppm <= WHOLE_PPM:
        raise Refused("web.not_a_share", field="share", given=text.strip()[:20])
    return ppm


def percent(ppm: int) -> str:
    """Millionths of the whole in percent, without what is zero."""
    return f"{ppm // 10_000}.{ppm % 10_000:04d}".rstrip("0").rstrip(".") + "%"
