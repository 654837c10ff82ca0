"""/office/budget-books: each year's money of a measure with what is reserved, granted, paid and returned."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext

from zhirong.people import access
from zhirong.policy import kept
from zhirong.policy.actions import budget_books as deeds
from zhirong.policy.applied import ALLOCATIONS, Booking, Budget
from zhirong.policy.engine import budget as engine
from zhirong.policy.reading import Base
from zhirong.record import actions as record
from zhirong.web import filters, lists, pages
from zhirong.web.applications import mine, words
from zhirong.web.office import rooms
from zhirong.web.valuation.typed import Typed

DEEDS = ("policy.set_budget", "policy.confirm_budget", "policy.allocate_budget")


def named(measure: str, base: Base) -> str:
    """The title of a measure; one that the base lost keeps its id."""
    made = base.measures.get(measure)
    return words.both({"zh": made.zh, "en": made.en}) if made else measure


def bound_fen(found: Budget) -> int:
    """What is reserved or granted and was not paid back."""
    return found.reserved_fen + found.granted_fen - found.returned_fen


def state_of(found: Budget) -> tuple[str, str]:
    """Proposed, replaced, in force, or how near its end it is."""
    if found.confirmed_at is None:
        return "wait", gettext("waits for a second person")
    if found.ended_at is not None:
        return "off", gettext("replaced")
    percent = engine.warning(bound_fen(found), found.amount_fen)
    if percent == 100:
        return "no", gettext("used up")
    return ("wait", gettext("80%% bound") % {}) if percent else ("go", gettext("in force"))


@rooms.room("policy.see_applications", does=DEEDS)
def budget_books(request: HttpRequest) -> HttpResponse:
    """/office/budget-books"""
    if request.method == "POST":
        return rooms.do(request, {"set": lambda: set_budget(request)})
    base = kept.base()
    shown, title, found = columns(base), gettext("Budgets and their books"), Budget.objects.all()
    if file := lists.taken_away(request, "budgets", title, columns=shown, found=found.order_by("-pk")):
        return file
    return rooms.show(
        request,
        "budget_books.html",
        here="office-applications",
        title=title,
        way=(gettext("Applications"), reverse("office-applications")),
        table=lists.table(request, "budgets", title, columns=shown, found=found, order="-year"),
        measures=mine.measures(base),
        allocations=[(one, words.of("allocation", one)) for one in ALLOCATIONS],
        year=filters.day(record.now())[:4],
        can_set=access.could(pages.standing_of(request), "policy.set_budget"),
    )


def columns(base: Base) -> list[lists.Column]:
    """What the list of budgets shows."""
    return [
        lists.Column(
            head=gettext("Policy measure"), value=lambda one: named(one.measure, base), order="measure",
            link=lambda one: reverse("office-budget-book", args=[one.pk]),
        ),
        lists.Column(head=gettext("Year"), value=lambda one: str(one.year), order="year"),
        lists.Column(
            head=gettext("State"), value=lambda one: state_of(one)[1], state=lambda one: state_of(one)[0]
        ),
        lists.Column(head=gettext("Allocation"), value=lambda one: words.of("allocation", one.allocation)),
        lists.Column(head=gettext("Budget (yuan)"), value=lambda one: one.amount_fen, kind="money", order="amount_fen"),
        lists.Column(head=gettext("Reserved"), value=lambda one: one.reserved_fen, kind="money"),
        lists.Column(head=gettext("Granted"), value=lambda one: one.granted_fen, kind="money"),
        lists.Column(head=gettext("Paid"), value=lambda one: one.paid_fen, kind="money"),
        lists.Column(head=gettext("Returned"), value=lambda one: one.returned_fen, kind="money"),
    ]  # fmt: skip


def set_budget(request: HttpRequest) -> None:
    """What the form proposes; every fault at once."""
    typed = Typed(request.POST)
    measure = typed.choice("measure", [one for one, _ in mine.measures(kept.base()) if one])
    year = typed.whole("year", least=2000, most=2100)
    amount_fen = typed.fen("amount")
    allocation = typed.choice("allocation", ALLOCATIONS)
    rest = typed.choice("rest", ("yes", "no"))
    typed.refuse(request)
    assert measure
    assert year
    assert amount_fen is not None
    assert allocation
    deeds.set_budget(
        rooms.who(request),
        measure,
        year,
        amount_fen=amount_fen,
        allocation=allocation,
        last_gets_rest=rest == "yes",
        source=typed.text("source"),
    )


@rooms.room("policy.see_applications", does=DEEDS)
def budget_book(request: HttpRequest, budget_id: int) -> HttpResponse:
    """/office/budget-books/3: the book of one budget."""
    found = Budget.objects.select_related("set_by", "confirmed_by").filter(pk=budget_id).first()
    if found is None:
        raise Http404
    if request.method == "POST":
        return rooms.do(
            request,
            {
                "confirm": lambda: confirm(request, found),
                "allocate": lambda: deeds.allocate(rooms.who(request), found.pk),
            },
        )
    entries = Booking.objects.filter(budget=found).select_related("application__party", "by")
    shown, title = (
        entry_columns(),
        gettext("Budget of %(measure)s, %(year)s")
        % {
            "measure": named(found.measure, kept.base()),
            "year": found.year,
        },
    )
    if file := lists.taken_away(request, "entries", title, columns=shown, found=entries.order_by("-pk")):
        return file
    here = pages.standing_of(request)
    is_shared = found.confirmed_at is not None and found.allocation != "first_come" and found.ended_at is None
    return rooms.show(
        request,
        "budget_book.html",
        here="office-applications",
        title=title,
        way=(gettext("Budgets and their books"), reverse("office-budget-books")),
        found=found,
        state=state_of(found),
        bound_fen=bound_fen(found),
        permille=min(1000, bound_fen(found) * 1000 // found.amount_fen) if found.amount_fen else 1000,
        facts=facts_of(found),
        table=lists.table(request, "entries", gettext("Entries"), columns=shown, found=entries, order="-at"),
        may={
            "confirm": found.confirmed_at is None and access.may(here, "policy.confirm_budget", found),
            "allocate": is_shared and access.may(here, "policy.allocate_budget", found),
        },
    )


def confirm(request: HttpRequest, found: Budget) -> None:
    """The second person, over what stood on the page."""
    deeds.confirm_budget(rooms.who(request), found.pk, proposed_sha256=request.POST.get("proposed_sha256", ""))


def facts_of(found: Budget) -> list[tuple[str, str]]:
    """By which rule it is given out, on what ground, and who set and confirmed it."""
    rest = gettext("the last one gets the rest") if found.last_gets_rest else gettext("the last one gets nothing")
    return [
        (gettext("Allocation"), words.of("allocation", found.allocation)),
        (gettext("Where it runs out"), rest),
        (gettext("Source"), found.source),
        (gettext("Set by"), found.set_by.name),
        (gettext("Confirmed by"), found.confirmed_by.name if found.confirmed_by else gettext("nobody yet")),
    ]


def entry_columns() -> list[lists.Column]:
    """What the book shows of an entry."""
    return [
        lists.Column(
            head=gettext("Application"), value=lambda one: one.application.number,
            link=lambda one: reverse("office-application", args=[one.application.number]),
        ),
        lists.Column(head=gettext("Enterprise"), value=lambda one: one.application.party.name),
        lists.Column(head=gettext("Entry"), value=lambda one: words.of("booking", one.kind), order="kind"),
        lists.Column(head=gettext("Amount (yuan)"), value=lambda one: one.amount_fen, kind="money", order="amount_fen"),
        lists.Column(head=gettext("At"), value=lambda one: one.at, kind="moment", order="at"),
        lists.Column(head=gettext("By"), value=lambda one: one.by.name if one.by else gettext("the house")),
    ]  # fmt: skip
