"""The bidding room: the board for everyone, choosing and confirming an amount for its bidders (PAGES 7)."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_POST, require_safe

from zhirong.base import money
from zhirong.base.refused import Refused
from zhirong.exchange import periods, rules, sales
from zhirong.exchange.actions import bidding
from zhirong.exchange.engine import amounts
from zhirong.exchange.engine.shape import Reply, Terms
from zhirong.exchange.models import Deal, Intent, Lot, LotStep
from zhirong.people import access
from zhirong.people.models import Person
from zhirong.record import feed
from zhirong.web import bid_door, filters, pages
from zhirong.web.exchange import board, times, words

Deed = Callable[[HttpRequest, int], HttpResponse]


@dataclass(frozen=True)
class LastBid:
    """How the bidder's own last bid was answered; it stands until the next deed (PAGES 7)."""

    price_fen: int
    at_ns: int
    leaf_id: int | None
    sentence: str
    is_leading: bool


@require_safe
def room(request: HttpRequest, lot_id: int) -> HttpResponse:
    """/lots/12"""
    return room_page(request, lot_id)


def room_page(request: HttpRequest, lot_id: int) -> HttpResponse:
    """The room as this person sees it; the number is read first, so that the hub sends whatever comes after it."""
    number = feed.last_number()
    lot = lot_or_404(lot_id)
    seen = board.room_of(lot)
    intent = own_intent(request, lot)
    live = live_of(lot) if seen.is_over else None
    deal = live if live and live.state in sales.SOLD else None
    outcome = str(json.loads(lot.result).get("outcome", ""))
    return pages.page(
        request,
        "exchange/room.html",
        here="market",
        crumbs=crumbs(lot, gettext("Bidding room")),
        room=seen,
        number=number,
        intent=intent,
        own=intent.code if intent else "",
        last=last_bid(lot, intent) if intent else None,
        outbid=outbid(seen, intent) if intent else None,
        result=json.loads(lot.result) if seen.is_over else {},
        deal=deal,
        offer=live if live is not deal else None,
        is_side=deal is not None and is_side(request, deal),
        sale=sales.of(lot.listing),
        sale_state=words.listing_state(lot.listing),
        outcome=words.lot_outcome(lot, outcome),
        deposits=words.deposits_after(lot, outcome),
        can_bid=intent is not None and access.may(pages.standing_of(request), "exchange.bid", intent),
        key=secrets.token_urlsafe(12),
        said_words=spoken(lot),
        rule=times.rule,
        title=title_of(lot),
    )


def sale_of(lot: Lot) -> Deal | None:
    """The deal by which a lot was sold; whoever defaulted or is only asked is no buyer, and is not named."""
    live = live_of(lot)
    return live if live and live.state in sales.SOLD else None


def live_of(lot: Lot) -> Deal | None:
    """The one deal of a lot that stands, or the offer to the next best."""
    return Deal.objects.filter(lot=lot, state__in=sales.LIVE).select_related("buyer", "intent", "certificate").first()


def is_side(request: HttpRequest, deal: Deal) -> bool:
    """Whether this person acts for the seller or the buyer; the deal's page is theirs."""
    standing = pages.standing_of(request)
    return standing is not None and not standing.parties.isdisjoint({deal.seller_id, deal.buyer_id})


def title_of(lot: Lot) -> str:
    """The English title where there is one and the page is English."""
    return filters.title(lot.listing)


def crumbs(lot: Lot, here: str) -> list[tuple[str, str | None]]:
    """Home / hall / listing / here."""
    return [
        (gettext("Trading hall"), pages.place("market")),
        (lot.listing.number, reverse("listing", args=[lot.listing.number])),
        (here, None),
    ]


def lot_or_404(lot_id: int) -> Lot:
    """The lot, or nothing at this address."""
    lot = board.found(lot_id)
    if lot is None:
        raise Http404
    return lot


def own_intent(request: HttpRequest, lot: Lot) -> Intent | None:
    """The admitted bidder for whom this person may act in this lot."""
    standing = pages.standing_of(request)
    if standing is None or not standing.parties:
        return None
    mine = Intent.objects.filter(listing=lot.listing_id, party__in=standing.parties, state="admitted").exclude(code="")
    intent = mine.select_related("party").order_by("pk").first()
    if intent is not None:
        intent.listing = lot.listing
    return intent


def last_bid(lot: Lot, intent: Intent) -> LastBid | None:
    """From the rows, so that it stands after a reload too."""
    step = LotStep.objects.filter(lot=lot, kind="bid", code=intent.code).order_by("-seq").first()
    if step is None:
        return None
    sentence = ""
    if step.refusal:
        facts: dict[str, Any] = json.loads(step.facts)
        sentence = str(pages.told(in_yuan(step.refusal, facts, step.amount_fen or 0))["sentence"])
    leads = not step.refusal and lot.top_code == intent.code and lot.top_fen == step.amount_fen
    return LastBid(step.amount_fen or 0, step.received_ns, step.leaf_id, sentence, leads)


OUTBID = gettext_noop("You have been outbid by {code}; the least valid amount now is {least} yuan.")


def outbid(seen: board.Room, intent: Intent) -> str | None:
    """Who leads in place of this bidder and what would top it; empty while it leads, None where it has not bid."""
    lot = seen.lot
    if not LotStep.objects.filter(lot=lot, kind="bid", code=intent.code, refusal="").exists():
        return None
    if lot.top_code in ("", intent.code):
        return ""
    return gettext(OUTBID).format(code=lot.top_code, least=filters.yuan(seen.least_fen))


def in_yuan(code: str, facts: dict[str, Any], price_fen: int) -> Refused:
    """The floor's refusal as a page says it: the floor quotes an amount that is none in fen, a page in yuan."""
    if code == "bid.not_an_amount":
        facts = {**facts, "given": filters.yuan(price_fen)}
    return Refused(code, **facts)


def spoken(lot: Lot) -> str:
    """What the page's script says aloud, once each (role=alert)."""
    moved = gettext("Limited period until {at}") if lot.form == periods.FORM else gettext("Extended to {at}")
    return json.dumps(
        {
            "five_minutes": gettext("Five minutes left"),
            "one_minute": gettext("One minute left"),
            "ten_seconds": gettext("Ten seconds left"),
            "extended": moved,
            "days": gettext("d"),
            "you": gettext("(you)"),
            "outbid": gettext(OUTBID),
            "choose": gettext("The price has moved; choose an amount again."),
            "reading": gettext("The amount is being read."),
            "unread": gettext(
                "The amount could not be read over the line; it is tried again. You may also check it below."
            ),
            "leads": gettext("You lead; you may bid again once someone tops your bid."),
        },
        ensure_ascii=False,
    )


def in_room(deed: Deed) -> Deed:
    """A deed of the room: what is refused is said in the room itself, with what was typed."""

    @wraps(deed)
    def kept(request: HttpRequest, lot_id: int) -> HttpResponse:
        try:
            return deed(request, lot_id)
        except Refused as refused:
            return refused_in_room(request, lot_id, refused)

    return kept


def refused_in_room(request: HttpRequest, lot_id: int, refused: Refused) -> HttpResponse:
    request.house_refused = refused  # type: ignore[attr-defined]
    return room_page(request, lot_id)


def bidder(request: HttpRequest, lot: Lot) -> Intent:
    """Who bids, or the refusal that says how to become a bidder."""
    intent = own_intent(request, lot)
    if intent is None:
        raise Refused("bid.not_admitted", bidder="")
    access.require(pages.standing_of(request), "exchange.bid", intent)
    return intent


def who(request: HttpRequest) -> Person:
    """Who is signed in, on pages that asked for it."""
    person = pages.person_of(request)
    assert person is not None, "the page asks for a log-in first"
    return person


@require_safe
def amount(request: HttpRequest, lot_id: int) -> HttpResponse:
    """/lots/12/amount?own=130万: what the house reads there, so that the room shows that amount and no other."""
    lot = lot_or_404(lot_id)
    terms = board.terms_of(lot)
    most_fen = terms.most_fen
    try:
        fen = bid_door.typed_fen(request.GET)
    except Refused as unread:
        why = gettext("“%(given)s” cannot be bid: give yuan above zero, at most two decimals.") % unread.facts
        return JsonResponse({"why": why})
    if not 0 < fen <= most_fen:
        why = gettext("%(amount)s cannot be bid: give more than zero and at most %(most)s.")
        return JsonResponse({"why": why % {"amount": words.money(fen), "most": words.money(most_fen)}})
    # Fen go as text: a browser's numbers end at 2**53.
    shown = {"fen": str(fen), "figure": filters.yuan(fen), "caps": money.capitals(fen), "english": money.words(fen)}
    return JsonResponse({**shown, "why": misfit(lot, terms, fen)})


def misfit(lot: Lot, terms: Terms, fen: int) -> str:
    """Why an amount could not be bid at the price as it stands, and which amounts could (B7); empty where it can."""
    try:
        amounts.must_fit(fen, top_fen=lot.top_fen, start_fen=terms.start_fen, steps=terms.steps)
    except Refused as refused:
        facts = {name: words.money(value) for name, value in refused.facts.items()}
        if refused.code == "bid.too_low":
            told = gettext("%(amount)s is too low: the least valid amount now is %(least_fen)s.")
        elif refused.facts["above_fen"] > terms.most_fen:
            told = gettext("%(amount)s is no whole number of steps above the price: %(below_fen)s fits.")
        else:
            told = gettext(
                "%(amount)s is no whole number of steps above the price: %(below_fen)s or %(above_fen)s fits."
            )
        return told % {"amount": words.money(fen), **facts}
    return ""


@require_POST
@pages.signed_in
@in_room
def confirm(request: HttpRequest, lot_id: int) -> HttpResponse:
    """/lots/12/confirm: the amount in capitals and what it would cost, for pages without script."""
    lot = lot_or_404(lot_id)
    intent, price_fen = bidder(request, lot), bid_door.typed_fen(request.POST)
    if stop := periods.stop_of(lot):
        raise Refused("bid.paused", since_ns=stop.since_ns)
    seen = board.room_of(lot)
    if not 0 < price_fen <= seen.terms.most_fen:
        raise in_yuan("bid.not_an_amount", {}, price_fen)
    amounts.must_fit(price_fen, top_fen=lot.top_fen, start_fen=seen.terms.start_fen, steps=seen.terms.steps)
    fee_fen = rules.fee_fen(seen.rules, price_fen, side="buyer") if seen.rules else 0
    return pages.page(
        request,
        "exchange/confirm.html",
        here="market",
        crumbs=crumbs(lot, gettext("Confirm a bid")),
        room=seen,
        intent=intent,
        price_fen=price_fen,
        fee_fen=fee_fen,
        due_fen=price_fen + fee_fen - intent.deposit_fen,
        key=request.POST.get("key") or secrets.token_urlsafe(12),
        title=title_of(lot),
    )


@require_POST
@pages.signed_in
@in_room
def bid(request: HttpRequest, lot_id: int) -> HttpResponse:
    """/lots/12/bid: hand the bid to the floor; no thread waits for its commit."""
    lot = lot_or_404(lot_id)
    price_fen = bid_door.asked_fen(request.POST)
    future = bidding.place_bid(who(request), lot, price_fen, key=request.POST.get("key", ""))

    def answered(done: Future[Reply]) -> HttpResponse:
        reply = done.result()
        if reply.accepted:
            # The answer takes the focus: the keyboard goes on from it, with or without script.
            return HttpResponseRedirect(f"{reverse('room', args=[lot.pk])}#answer")
        return refused_in_room(request, lot.pk, in_yuan(reply.code, dict(reply.facts), price_fen))

    return pages.later(request, future, answered)


@require_POST
@pages.signed_in
@in_room
def match(request: HttpRequest, lot_id: int) -> HttpResponse:
    """/lots/12/match: a priority purchaser takes the lot at the price, or waives (court rule 21)."""
    lot = lot_or_404(lot_id)
    bidding.match_price(who(request), lot, takes=request.POST.get("takes") == "yes")
    return HttpResponseRedirect(f"{reverse('room', args=[lot.pk])}#h-bid")
