"""What is done on a deal's page: accept the contract, answer an offer, object. Each only calls its action."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from zhirong.base.refused import Refused
from zhirong.exchange.actions import contracts, objections, succession
from zhirong.exchange.models import Deal
from zhirong.people.models import Party, Person
from zhirong.web import account, pages, uploads
from zhirong.web.deals import deal as deal_pages

Deed = Callable[[HttpRequest, Person, Deal], str]

# No amount in fen has so many digits.
MOST_DIGITS = 19


def on_deal(deed: Deed) -> Callable[[HttpRequest, str], HttpResponse]:
    """A deed posted from a deal's page: done, back to the page; refused, the page with the refusal and all typed."""

    @require_POST
    @pages.signed_in
    @wraps(deed)
    def posted(request: HttpRequest, number: str) -> HttpResponse:
        found = deal_pages.deal_or_404(request, number)
        try:
            place = deed(request, account.known(request), found)
        except Refused as refused:
            request.house_refused = refused  # type: ignore[attr-defined]
            return deal_pages.whole_page(request, number)
        return HttpResponseRedirect(f"{reverse('deal', args=[number])}#{place}")

    return posted


@on_deal
def accept(request: HttpRequest, person: Person, deal: Deal) -> str:
    """One side accepts the text whose digest its page showed; a signed copy may come with it."""
    side = request.POST.get("side", "")
    if side not in ("seller", "buyer") or request.POST.get("read") != "yes":
        raise Refused("web.choice_missing", field="read")
    copy = uploads.kept(request, person)
    sha256 = request.POST.get("sha256", "")
    contracts.accept(person, deal, side=side, contract_sha256=sha256, signed_copy=copy)
    return "h-contract"


@on_deal
def answer_offer(request: HttpRequest, person: Person, deal: Deal) -> str:
    """The next best takes the right at its own bid, or declines."""
    answer, agreed = request.POST.get("answer", ""), request.POST.get("of_repaid", "")
    if answer not in ("take", "decline"):
        raise Refused("web.choice_missing", field="answer")
    if answer == "decline":
        succession.decline(person, deal.pk)
        return ""
    # What the page said in figures after it was asked; a figure that changed since is asked for again.
    of_repaid_fen = int(agreed) if agreed.isdecimal() and len(agreed) < MOST_DIGITS else 0
    succession.take(person, deal.pk, of_repaid_fen=of_repaid_fen)
    return "h-offer"


@on_deal
def object_to(request: HttpRequest, person: Person, deal: Deal) -> str:
    """An objection, with or without evidence, until somebody uninvolved has decided it."""
    standing = pages.standing_of(request)
    mine = [pk for pk in (deal.seller_id, deal.buyer_id) if standing and pk in standing.parties]
    party = Party.objects.filter(pk__in=mine).first()
    brought = uploads.kept(request, person, is_evidence=True)
    objections.raise_objection(person, deal.pk, text=request.POST.get("text", ""), party=party, file=brought)
    return "h-objections"
