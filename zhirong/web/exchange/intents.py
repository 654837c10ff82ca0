"""The forms of a listing's page: register, step back, claim priority, ask, answer. Each only calls its action."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from zhirong.base.refused import Refused
from zhirong.exchange.actions import closing, intents, questions
from zhirong.exchange.models import Intent, Listing, Question
from zhirong.people.models import Party, Person
from zhirong.web import pages, uploads
from zhirong.web.exchange import listing as listing_pages

Deed = Callable[[HttpRequest, Person, Listing], str]


def on_listing(deed: Deed) -> Callable[[HttpRequest, str], HttpResponse]:
    """A deed posted from a listing's page: done, back to the page; refused, the page with the refusal and all typed."""

    @require_POST
    @pages.signed_in
    @wraps(deed)
    def posted(request: HttpRequest, number: str) -> HttpResponse:
        person = pages.person_of(request)
        assert person is not None, "the page asks for a log-in first"
        found = listing_pages.listing_or_404(request, number)
        try:
            place = deed(request, person, found)
        except Refused as refused:
            request.house_refused = refused  # type: ignore[attr-defined]
            return listing_pages.listing_page(request, number, confirm=to_confirm(request, refused))
        return HttpResponseRedirect(f"{listing_pages.address_of(found)}#{place}")

    return posted


def to_confirm(request: HttpRequest, refused: Refused) -> dict[str, int] | None:
    """What the person has to agree to before a deposit takes money that was to be repaid."""
    if refused.code != "intent.confirm_funding":
        return None
    facts = refused.facts
    return {"party": _id(request, "party"), "of_repaid": facts["repaid_fen"], "deposit_fen": facts["deposit_fen"]}


def _id(request: HttpRequest, name: str) -> int:
    text = request.POST.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 19 else 0


@on_listing
def register(request: HttpRequest, person: Person, found: Listing) -> str:
    """An intending buyer registers; the deposit is frozen at once or asked for under a payment code."""
    party = Party.objects.filter(pk=_id(request, "party")).first()
    if party is None:
        raise Http404
    intents.register(person, found.pk, party=party, of_repaid_fen=_id(request, "of_repaid"))
    return "h-mine"


@on_listing
def step_back(request: HttpRequest, person: Person, found: Listing) -> str:
    """An intending buyer steps back before registration closes."""
    intents.withdraw(person, _own(found, _id(request, "intent")).pk)
    return "h-mine"


@on_listing
def claim_priority(request: HttpRequest, person: Person, found: Listing) -> str:
    """An intending buyer claims a right of priority and its ground."""
    intents.claim_priority(person, _own(found, _id(request, "intent")).pk, basis=request.POST.get("basis", ""))
    return "h-mine"


@on_listing
def prove(request: HttpRequest, person: Person, found: Listing) -> str:
    """An intending buyer shows what the listing asks of buyers."""
    intent = _own(found, _id(request, "intent"))
    # The file goes with the deed: a proof that is refused keeps none.
    with transaction.atomic():
        intents.prove(
            person,
            intent.pk,
            text=request.POST.get("proof", ""),
            file=uploads.kept(request, person, is_secret=True),
        )
    return "h-mine"


@on_listing
def ask(request: HttpRequest, person: Person, found: Listing) -> str:
    """A public question to the seller."""
    questions.ask(person, found.pk, text=request.POST.get("question", ""))
    return "h-qa"


@on_listing
def answer_question(request: HttpRequest, person: Person, found: Listing) -> str:
    """The seller's answer, given once."""
    asked = Question.objects.filter(pk=_id(request, "asked"), listing=found).first()
    if asked is None:
        raise Http404
    questions.answer(person, asked.pk, text=request.POST.get("answer", ""))
    return "h-qa"


@on_listing
def answer_buyer(request: HttpRequest, person: Person, found: Listing) -> str:
    """The seller answers the one qualified buyer (X4)."""
    closing.answer(person, found.pk, consents=request.POST.get("consents") == "yes")
    return "main"


def _own(found: Listing, intent_id: int) -> Intent:
    intent = Intent.objects.filter(pk=intent_id, listing=found).first()
    if intent is None:
        raise Http404
    return intent
