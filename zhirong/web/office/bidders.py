"""Intending buyers whose admission the operator decides, and public questions that may have to be hidden."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext

from zhirong.exchange.actions import intents as buyers
from zhirong.exchange.actions import late_admission
from zhirong.exchange.actions import questions as asked
from zhirong.exchange.models import Intent, Question
from zhirong.people import access
from zhirong.web import lists, pages
from zhirong.web.office import cases, rooms
from zhirong.web.office.reviews import state_of as listing_state


def state_of(state: str) -> tuple[str, str]:
    """Shape and word of an intent."""
    words = {
        "registered": ("wait", gettext("Registered")),
        "admitted": ("go", gettext("Admitted")),
        "refused": ("no", gettext("Refused")),
        "withdrawn": ("off", gettext("Stepped back")),
        "void": ("off", gettext("Void")),
        "lapsed": ("off", gettext("Deposit not paid in time")),
    }
    return words.get(state, ("off", state))


def deposit_words() -> dict[str, tuple[str, str]]:
    """Shape and word of a deposit."""
    return {
        "due": ("wait", gettext("not paid yet")),
        "held": ("go", gettext("held")),
        "none": ("off", gettext("none asked")),
        "waived": ("off", gettext("no longer asked")),
        "released": ("off", gettext("released")),
        "applied": ("done", gettext("part of the price")),
        "forfeited": ("no", gettext("forfeited")),
    }


@rooms.room("people.see_cases", does=("exchange.qualify",))
def intent(request: HttpRequest, intent_id: int) -> HttpResponse:
    """/office/intents/<id>: admit, with a rank where a right of priority was proven, or refuse with a reason."""
    person, given = rooms.who(request), request.POST
    if request.method == "POST":

        def admit() -> object:
            rank = rooms.number_of(request, "rank") if given.get("rank", "").strip() else None
            return buyers.admit(person, intent_id, priority_rank=rank or None)

        refuse = lambda: buyers.refuse(person, intent_id, reason=given.get("reason", ""))  # noqa: E731
        return rooms.do(request, {"admit": admit, "refuse": refuse})
    one = get_object_or_404(
        Intent.objects.select_related("listing__seller", "party", "person", "decided_by"), pk=intent_id
    )
    is_late = late_admission.is_possible(one)
    is_open = is_late or (one.state in ("registered", "admitted") and one.listing.state in ("announced", "qualifying"))
    return rooms.show(
        request,
        "intent.html",
        here="office",
        title=one.party.name,
        case=one,
        state=state_of(one.state),
        deposit=deposit_words().get(one.deposit_state, ("off", one.deposit_state)),
        listing_state=listing_state(one.listing.state),
        is_open=is_open,
        is_late=is_late,
        may=access.may(pages.standing_of(request), "exchange.qualify", one),
        others=list(
            one.listing.intents.exclude(pk=one.pk).order_by("pk").values_list("code", "state", "priority_rank")
        ),
    )


@rooms.room("people.see_cases")
def proof(request: HttpRequest, intent_id: int) -> HttpResponse:
    """The file by which a buyer shows what the listing asks of buyers."""
    return cases.handed(
        request, get_object_or_404(Intent.objects.select_related("proof_file"), pk=intent_id).proof_file
    )


@rooms.room("exchange.see_office", does=("exchange.control",))
def questions(request: HttpRequest) -> HttpResponse:
    """/office/questions: what is asked in public; one that breaks the rules is hidden with a reason."""
    if request.method == "POST":
        person, reason = rooms.who(request), request.POST.get("reason", "")
        hide = lambda: asked.hide(person, rooms.number_of(request, "question"), reason=reason)  # noqa: E731
        return rooms.do(request, {"hide": hide}, then=reverse("office-questions"))
    found = Question.objects.select_related("listing", "asked_by", "answered_by")
    columns = [
        lists.Column(head=gettext("Question"), value=lambda one: one.text,
                      link=lambda one: f"?question={one.pk}#h-one"),
        lists.Column(head=gettext("Listing"), value=lambda one: one.listing.number, order="listing__number"),
        lists.Column(head=gettext("Asked"), value=lambda one: one.asked_at, kind="moment", order="asked_at"),
        lists.Column(head=gettext("Answer"), value=lambda one: one.answer or gettext("none yet")),
        lists.Column(head=gettext("State"), value=shown_or_hidden,
                      state=lambda one: "no" if one.hidden_at else "go"),
    ]  # fmt: skip
    title = gettext("Public questions")
    if file := lists.taken_away(request, "questions", title, columns=columns, found=found.order_by("-pk")):
        return file
    chosen = request.GET.get("question", "")
    return rooms.show(
        request,
        "questions.html",
        here="office-questions",
        title=title,
        table=lists.table(request, "questions", title, columns=columns, found=found, order="-asked_at"),
        one=found.filter(pk=int(chosen)).first() if chosen.isdecimal() and len(chosen) < 12 else None,
        may=access.may(pages.standing_of(request), "exchange.control"),
    )


def shown_or_hidden(one: Question) -> str:
    """Whether the public sees a question."""
    return gettext("hidden") if one.hidden_at else gettext("public")
