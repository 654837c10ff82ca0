"""/office/bank/dues: what must leave for its owner's account, the nearest term first, in batches by two persons."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext

from zhirong.ledger.actions import dues
from zhirong.ledger.models import Due, Payout
from zhirong.people import access
from zhirong.record import actions as record
from zhirong.web import filters, lists, pages, reading
from zhirong.web.office import accounts, rooms

DEEDS = ("ledger.make_payout", "ledger.check_payout")
OPEN = ("due", "made")


@rooms.room("ledger.see_books", does=DEEDS)
def dues_page(request: HttpRequest) -> HttpResponse:
    """/office/bank/dues?state=due: the list, and the batch of those whose term comes first."""
    if request.method == "POST":
        return deed(request)
    state = reading.choice(request, "state", state_words(), default="open")
    found = chosen(state)
    columns = columns_of()
    title = gettext("Payouts due")
    if file := lists.taken_away(request, "dues", title, columns=columns, found=found.order_by("due_at", "pk")):
        return file
    standing = pages.standing_of(request)
    ready = Due.objects.filter(state="due").order_by("due_at", "pk")[: lists.TABLE_PAGE]
    made = Payout.objects.filter(state="made", due__isnull=False).select_related("account", "due")
    cards = accounts.cards(list(made.order_by("due__due_at", "pk")[: 2 * lists.TABLE_PAGE])).values()
    void = [one for one in cards if one.is_void]
    own = rooms.who(request).pk
    to_check = [one for one in cards if not one.is_void and one.payout.made_by_id != own][: lists.TABLE_PAGE]
    return rooms.show(
        request,
        "dues.html",
        here="bank",
        title=title,
        way=(gettext("Bank"), reverse("bank")),
        table=lists.table(request, "dues", title, columns=columns, found=found, order="due_at"),
        states=[(name, word, name == state) for name, word in state_words().items()],
        ready=batch(list(ready.values_list("key", "amount", "used"))),
        to_check=batch([(one.payout.pk, one.payout.amount, 0) for one in to_check]),
        cards=to_check,
        void=batch([(one.due_key, one.payout.amount, 0) for one in void]),
        may_make=access.could(standing, "ledger.make_payout"),
        may_check=access.could(standing, "ledger.check_payout"),
        **waiting(state),
    )


def waiting(state: str) -> dict[str, int]:
    """How much of the chosen list is still to leave, and how many of all are late, in one question."""
    late, left = Count("pk", Q(due_at__lt=record.now())), Sum(F("amount") - F("used"), filter=of_state(state))
    said = Due.objects.filter(state__in=OPEN).aggregate(late=late, waiting_fen=left)
    return {name: value or 0 for name, value in said.items()}


def chosen(state: str) -> QuerySet[Due]:
    """What the list shows: what is still to leave, or everything in one state."""
    return Due.objects.select_related("party", "payout").filter(of_state(state))


def of_state(state: str) -> Q:
    """The rows of one list."""
    return Q() if state == "all" else Q(state__in=OPEN) if state == "open" else Q(state=state)


def batch(rows: list[tuple[str, int, int]]) -> dict[str, Any]:
    """The names of a batch and what it comes to."""
    return {"names": [name for name, _, _ in rows], "fen": sum(amount - used for _, amount, used in rows)}


def state_words() -> dict[str, str]:
    """The lists that can be chosen."""
    return {
        "open": gettext("Still to leave"),
        "due": gettext("to be prepared"),
        "made": gettext("under way"),
        "kept": gettext("left for further bids"),
        "used": gettext("used for another bid"),
        "paid": gettext("paid out"),
        "all": gettext("All"),
    }


def shape_of(due: Due) -> str:
    """How pressing it is."""
    if due.state in OPEN:
        return "no" if due.due_at < record.now() else "wait" if due.state == "due" else "half"
    return "go" if due.state == "paid" else "off"


def columns_of() -> list[lists.Column]:
    """What the list shows of money that is due."""
    words = state_words()
    return [
        lists.Column(head=gettext("Due by"), value=lambda one: one.due_at, kind="moment", order="due_at"),
        lists.Column(head=gettext("To"), value=lambda one: one.party.name, order="party__name"),
        lists.Column(head=gettext("What for"), value=lambda one: filters.fact(one.why, "why"), order="why"),
        lists.Column(head=gettext("Reference"), value=lambda one: one.key, is_code=True),
        lists.Column(head=gettext("State"), value=lambda one: words[one.state], order="state", state=shape_of),
        lists.Column(head=gettext("Amount (yuan)"), value=lambda one: one.left, kind="money", order="amount"),
        lists.Column(head=gettext("Payout"), value=lambda one: one.payout_id),
        lists.Column(head=gettext("Paid on"), value=lambda one: one.paid_at, kind="moment", order="paid_at"),
    ]


def deed(request: HttpRequest) -> HttpResponse:
    """A batch is prepared by one person and released by another."""
    person, names = rooms.who(request), request.POST.getlist("one")
    return rooms.do(
        request,
        {
            "prepare": lambda: dues.prepare(person, names),
            "check": lambda: dues.check(person, names),
        },
        then=reverse("bank-dues"),
    )
