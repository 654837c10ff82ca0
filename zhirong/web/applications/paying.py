"""/office/payment-lists: what is to be paid together (拨付清单), one list with its lines, its sheet for the bank."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext

from zhirong.papers import sheets
from zhirong.people import access
from zhirong.policy.actions import payees, payments
from zhirong.policy.applied import PaymentLine, PaymentList
from zhirong.record import actions as record
from zhirong.web import filters, lists, pages, reading
from zhirong.web.applications import words
from zhirong.web.office import rooms

DEEDS = ("policy.confirm_payment_list", "policy.note_payment", "policy.make_payment_list", "policy.read_accounts")


@rooms.room("policy.see_applications")
def payment_lists(request: HttpRequest) -> HttpResponse:
    """/office/payment-lists?state=…"""
    state = reading.choice(request, "state", words.LISTS)
    found = PaymentList.objects.select_related("made_by", "confirmed_by")
    found = found.filter(state=state) if state else found
    shown, title = columns(), gettext("Payment lists")
    if file := lists.taken_away(request, "lists", title, columns=shown, found=found.order_by("-pk")):
        return file
    return rooms.show(
        request,
        "payment_lists.html",
        here="office-applications",
        title=title,
        way=(gettext("Applications"), reverse("office-applications")),
        table=lists.table(request, "lists", title, columns=shown, found=found, order="-number"),
        state=state,
        states=[("", gettext("Every state")), *((one, words.of("list", one)) for one in words.LISTS)],
    )


def columns() -> list[lists.Column]:
    """What the list of lists shows."""
    return [
        lists.Column(
            head=gettext("List"), value=lambda one: one.number, order="number",
            link=lambda one: reverse("office-payment-list", args=[one.number]),
        ),
        lists.Column(
            head=gettext("State"), value=lambda one: words.of("list", one.state), order="state",
            state=lambda one: words.LISTS[one.state],
        ),
        lists.Column(head=gettext("Lines"), value=lambda one: one.count, kind="number", order="count"),
        lists.Column(head=gettext("Total (yuan)"), value=lambda one: one.total_fen, kind="money", order="total_fen"),
        lists.Column(head=gettext("Made by"), value=lambda one: one.made_by.name),
        lists.Column(
            head=gettext("Confirmed by"), value=lambda one: one.confirmed_by.name if one.confirmed_by else None
        ),
        lists.Column(head=gettext("Made on"), value=lambda one: one.made_at, kind="moment", order="made_at"),
    ]  # fmt: skip


@rooms.room("policy.see_applications", does=DEEDS)
def payment_list(request: HttpRequest, number: str) -> HttpResponse:
    """/office/payment-lists/BF-2026-000001"""
    found = PaymentList.objects.select_related("made_by", "confirmed_by").filter(number=number).first()
    if found is None:
        raise Http404
    rows = found.lines.select_related("application__party", "noted_by").order_by("pk")
    if request.POST.get("deed") == "accounts":
        read = payees.read_accounts(rooms.who(request), found.pk)
        return sheet(request, found, lines=list(rows), accounts=read, head=gettext("Account"))
    if request.method == "POST":
        return rooms.do(
            request,
            {
                "confirm": lambda: payments.confirm_list(rooms.who(request), found.pk),
                "drop": lambda: payments.drop_list(rooms.who(request), found.pk, reason=request.POST.get("reason", "")),
                "note_paid": lambda: note_paid(request, found),
            },
        )
    lines = list(rows)
    accounts = payments.accounts_of(found)
    if request.GET.get("as") == "list.xlsx":
        return sheet(request, found, lines=lines, accounts=accounts, head=gettext("Account (masked)"))
    here = pages.standing_of(request)
    return rooms.show(
        request,
        "payment_list.html",
        here="office-applications",
        title=gettext("Payment list %(number)s") % {"number": number},
        way=(gettext("Payment lists"), reverse("office-payment-lists")),
        found=found,
        state=(words.LISTS[found.state], words.of("list", found.state)),
        lines=[(one, accounts.get(one.application.party_id, "–"), words.title(one.application)) for one in lines],
        paid_fen=sum(one.paid_fen or 0 for one in lines),
        may={
            "confirm": found.state == "draft" and access.may(here, "policy.confirm_payment_list", found),
            "drop": found.state == "draft" and access.may(here, "policy.make_payment_list"),
            "read": payees.may_read(here, found),
            "pay": found.state == "confirmed" and access.may(here, "policy.note_payment"),
        },
        today=filters.day(record.now()),
    )


def note_paid(request: HttpRequest, found: PaymentList) -> None:
    """One line as the bank paid it."""
    line = found.lines.filter(pk=lists.number_of(request.POST.get("line", ""), least=0)).first()
    payments.note_paid(
        rooms.who(request),
        line.pk if line else 0,
        amount_fen=rooms.fen_of(request, "amount"),
        on=rooms.day_of(request, "on"),
        reference=request.POST.get("reference", ""),
    )


def sheet(
    request: HttpRequest, found: PaymentList, *, lines: list[PaymentLine], accounts: dict[int, str], head: str
) -> HttpResponse:
    """The list as a workbook with its total; accounts stay masked but for who may read them, which is on the record."""
    heads = [
        sheets.Column(head=gettext("Application")),
        sheets.Column(head=gettext("Enterprise"), width=36),
        sheets.Column(head=gettext("Credit code")),
        sheets.Column(head=gettext("Policy measure"), width=36),
        sheets.Column(head=head),
        sheets.Column(head=gettext("Amount (yuan)"), kind="money"),
    ]
    rows: list[Sequence[sheets.Value]] = [
        (
            one.application.number,
            one.application.party.name,
            one.application.party.code,
            words.title(one.application),
            accounts.get(one.application.party_id, ""),
            one.amount_fen,
        )
        for one in lines
    ]
    rows.append((gettext("Total"), None, None, None, None, sum(one.amount_fen for one in lines)))
    title = gettext("Payment list %(number)s") % {"number": found.number}
    return lists.sheet(request, "xlsx", heads, rows=rows, title=title, name=found.number)
