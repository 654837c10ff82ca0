"""The page of a listing: where it stands, whether it can be sold and by which law, its rights, terms and price card."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Case, OuterRef, Prefetch, Q, QuerySet, When
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from zhirong.base.calendar import beijing_day
from zhirong.exchange import listing_rules, periods, sales, state_assets, stops
from zhirong.exchange.actions import deals, questions
from zhirong.exchange.actions.listings import rules_of
from zhirong.exchange.models import Deal, Intent, Listing, ListingDocument, ListingItem, Lot, Question
from zhirong.exchange.rule_sets import RuleSet
from zhirong.ledger import astray
from zhirong.people import access
from zhirong.people.models import Party
from zhirong.record import actions as record
from zhirong.record import files
from zhirong.registry import basis
from zhirong.registry.models import Holding
from zhirong.web import filters, pages
from zhirong.web.exchange import altered, appraised, checked, deposits, news, stopped, times, words

CAN_REGISTER = "announced"


@require_safe
def listing(request: HttpRequest, number: str) -> HttpResponse:
    """/listings/ZR-2026-000518"""
    return listing_page(request, number)


@require_safe
@pages.signed_in
def listing_news(request: HttpRequest, number: str) -> HttpResponse:
    """/listings/ZR-2026-000518/news: another mark than the page's means that the page shows what was."""
    found = listing_or_404(request, number)
    intents = intents_of(request, found)
    mine, deal = own_intents(request, intents), deal_of(found)
    if not follows(request, found, mine):
        raise Http404
    lot, others = deal.lot if deal else lot_of(found), counts(intents)["registered"]
    return JsonResponse({"mark": news.of_listing(found, lot, deal, mine=mine, others=others, paid=news.paid(mine))})


def follows(request: HttpRequest, found: Listing, mine: Sequence[Intent]) -> bool:
    """Whether the page follows what happens by itself: for who registered and for the seller; others load it again."""
    return bool(mine) or access.may(pages.standing_of(request), "exchange.list", found)


def intents_of(request: HttpRequest, found: Listing) -> list[Intent]:
    """Who registered, in order; beside the reader's own what came for it too late and how its deposit goes back."""
    standing = pages.standing_of(request)
    parties = standing.parties if standing else frozenset()
    own = Q(state="lapsed", party__in=parties) & ~Q(payment_code="")
    late = Case(When(own, then=astray.waiting_fen(OuterRef("payment_code"))), default=None)
    known = Intent.objects.filter(listing=found).exclude(state="void").select_related("party", "proof_file")
    return list(known.annotate(late_fen=late, **deposits.beside(parties)).order_by("pk"))


def listing_or_404(request: HttpRequest, number: str) -> Listing:
    """An announced listing for everyone; one that is not, for the seller's people and the operator."""
    beside = ("seller", "edition_of_rules", "follows", "batch")
    found = (
        Listing.objects.select_related(*beside)
        .annotate(**checked.beside(), **state_assets.beside("pk"), **stops.beside())
        .filter(number=number)
        .first()
    )
    if found is None:
        raise Http404
    is_public = found.announced_at is not None and (found.batch is None or found.batch.visible_at is not None)
    standing = pages.standing_of(request)
    if not is_public and not (
        access.may(standing, "exchange.list", found) or access.may(standing, "exchange.review", found)
    ):
        raise Http404
    return found


def listing_page(request: HttpRequest, number: str, **more: Any) -> HttpResponse:
    """The whole page; `more` are facts of a deed that was just done."""
    found = listing_or_404(request, number)
    rules = rules_of(found) if found.edition_of_rules and found.rules_day else None
    items = list(items_of(found))
    deal = deal_of(found)
    lot = deal.lot if deal else lot_of(found)
    intents = intents_of(request, found)
    editions = altered.editions(found, day=beijing_day(record.now()))
    announced_at = editions[0].at if editions else found.announced_at
    mine = own_intents(request, intents)
    paid, others = news.paid(mine), counts(intents)
    mark = news.of_listing(found, lot, deal, mine=mine, others=others["registered"], paid=paid)
    facts: dict[str, Any] = {
        "listing": found,
        "title": filters.title(found),
        "state": words.running_state(found, lot.state if lot else None),
        "rules": rules,
        "editions": editions,
        "steps": steps(found, rules, lot=lot, deal=deal, announced_at=announced_at),
        "findings": checked.findings(found, items),
        "items": items,
        "terms": terms(found, rules) if rules else [],
        "state_papers": appraised.shown(found, rules, row=found),
        "lot": lot,
        "bidding": times.rows(lot, now_ns=record.now_ns()) if lot and found.state == "bidding" else [],
        "deal": deal,
        "price": price_of(found, lot, deal),
        "result_until": deals.result_stands_until(deal) if deal else None,
        "counts": others,
        "mine": mine,
        "paid": paid,
        "deposits": deposits.said(found, mine, deal=deal),
        "runs": found.state in deposits.RUNNING,
        "my_parties": my_parties(request, mine) if can_register(found) else [],
        "papers": papers(request, found),
        "questions": Question.objects.filter(listing=found, hidden_at=None).order_by("asked_at"),
        "can_ask": may_ask(request, found),
        "is_seller": access.may(pages.standing_of(request), "exchange.list", found),
        "can_register": can_register(found),
        "confirm": None,
        "news": followed(found, mark) if follows(request, found, mine) else None,
        "outcome": end_of(found, rules),
        "stands": stopped.now(found),
        "stops": stopped.history(found),
        "kind_word": words.kind,
        "span": words.span,
    }
    crumbs = [(gettext("Trading hall"), pages.place("market")), (f"{gettext('Listing')} {found.number}", None)]
    return pages.page(request, "exchange/listing.html", here="market", crumbs=crumbs, **{**facts, **more})


def followed(found: Listing, mark: str) -> tuple[str, str, str]:
    """Where the page asks for news, where it is, and the mark of what it shows."""
    return reverse("listing-news", args=[found.number]), reverse("listing", args=[found.number]), mark


def price_of(found: Listing, lot: Lot | None, deal: Deal | None) -> tuple[str, int]:
    """Word and amount of the price: of the deal while it stands, else of the bidding, else what is asked."""
    live_fen = deal.price_fen if deal and deal.state in sales.LIVE else None
    return words.price(found, live_fen=live_fen, top_fen=lot.top_fen if lot else None)


def end_of(found: Listing, rules: RuleSet | None) -> str:
    """Why it ended; of a sale that failed also where the deposits went and what follows."""
    if sales.of(found) == "failed" and rules is not None:
        return words.failed(is_run_again=rules.on_default == "rerun")
    return words.outcome(found.end_reason)


def items_of(found: Listing) -> QuerySet[ListingItem]:
    """The rights with who holds them, in the order of the announcement."""
    now = Holding.objects.filter(until=None).order_by("position", "pk").select_related("party")
    held = Prefetch("right__holdings", now, to_attr="held")
    items = ListingItem.objects.filter(listing=found).order_by("position").select_related("right")
    return items.annotate(**basis.beside("right", "listing__seller")).prefetch_related(held)


def can_register(found: Listing) -> bool:
    """Whether an intent may be registered now; the action decides."""
    return found.state == CAN_REGISTER and found.closes_at is not None and record.now() < found.closes_at


def deal_of(found: Listing) -> Deal | None:
    """What the listing came to, where it can have come to something."""
    if found.state not in ("sold", "offering", *listing_rules.OVER):
        return None
    return (
        Deal.objects.filter(listing=found)
        .select_related("certificate", "lot", "listing__edition_of_rules")
        .order_by("-pk")
        .first()
    )


def lot_of(found: Listing) -> Lot | None:
    """Its newest auction, once there is one."""
    if found.state in ("draft", "submitted", "returned", "announced", "qualifying", "answering"):
        return None
    return periods.with_times(Lot.objects.filter(listing=found)).order_by("-run").first()


def counts(intents: Sequence[Intent]) -> dict[str, int]:
    """How many intending buyers there are, never who."""
    live = [one for one in intents if one.state in ("registered", "admitted")]
    return {"registered": len(live), "claims": sum(1 for one in live if one.priority_basis)}


def own_intents(request: HttpRequest, intents: Sequence[Intent]) -> list[Intent]:
    """The intents of the parties for which this person acts."""
    standing = pages.standing_of(request)
    return [one for one in intents if standing is not None and one.party_id in standing.parties]


def my_parties(request: HttpRequest, mine: Sequence[Intent]) -> list[Party]:
    """The parties of this person that could still register."""
    standing = pages.standing_of(request)
    if standing is None or not standing.parties:
        return []
    free = standing.parties - {intent.party_id for intent in mine if intent.state != "withdrawn"}
    return list(Party.objects.filter(pk__in=free).order_by("name")) if free else []


def may_ask(request: HttpRequest, found: Listing) -> bool:
    """Whether this person may put a public question now."""
    return found.state in listing_rules.LIVE and access.may(pages.standing_of(request), "exchange.ask", found)


def papers(request: HttpRequest, found: Listing) -> list[tuple[ListingDocument, bool]]:
    """Every paper with whether this person may open it; who may not still sees that it is there."""
    documents = list(ListingDocument.objects.filter(listing=found).select_related("file").order_by("added_at"))
    if not documents:
        return []
    standing = pages.standing_of(request)
    return [(document, questions.may_read(standing, document, found)) for document in documents]


@require_safe
def paper(request: HttpRequest, number: str, document_id: int) -> HttpResponse:
    """/listings/ZR-2026-000518/papers/4: the file, for those who may read it."""
    found = listing_or_404(request, number)
    document = ListingDocument.objects.filter(pk=document_id, listing=found).select_related("file").first()
    if document is None or not questions.may_read(pages.standing_of(request), document, found):
        raise Http404
    kept = document.file
    return HttpResponse(files.get(kept.sha256), headers=files.headers(kept.name, kept.media_type))


def steps(
    found: Listing, rules: RuleSet | None, *, lot: Lot | None, deal: Deal | None, announced_at: datetime | None
) -> list[tuple[str, str, str]]:
    """The course of a listing seen from the buyer's side: (word, date or deadline, was | now | "")."""
    at = filters.short_moment
    rows: list[tuple[str, str]] = [
        (gettext("Filed"), at(found.submitted_at) if found.submitted_at else "–"),
        (gettext("Announced"), at(announced_at) if announced_at else "–"),
        (gettext("Registration closes"), stopped.closes(found) or "–"),
        (gettext("Auction"), at(lot.opens_ns) if lot else gettext("with two or more bidders")),
        (gettext("Contract"), _due(deal and deal.signed_at, words.span(rules.contract) if rules else "–")),
        (gettext("Payment and recordal"), _due(deal and deal.paid_at, words.span(rules.payment) if rules else "–")),
        (gettext("Certificate"), _due(deal and deal.settled_at, gettext("after the recordal"))),
    ]
    here = step_now(found, deal)
    return [
        (
            word,
            when,
            "was" if place < here else "now" if place == here and found.state not in listing_rules.OVER else "",
        )
        for place, (word, when) in enumerate(rows)
    ]


def _due(done_at: Any, span: str) -> str:
    return filters.short_moment(done_at) if done_at else span


def step_now(found: Listing, deal: Deal | None) -> int:
    """The step at which a listing stands; past the last one when all is done."""
    if found.state == "settled":
        return 7
    if found.state in ("sold", "offering") and deal is not None:
        return {"offered": 3, "contract": 4, "payment": 5, "recordal": 5, "confirming": 5}.get(deal.state, 6)
    by_state = {
        "draft": 0,
        "submitted": 0,
        "returned": 0,
        "announced": 2,
        "qualifying": 2,
        "answering": 2,
        "bidding": 3,
    }
    return by_state.get(found.suspended_from or found.state, 2 if found.state == "suspended" else 3)


def terms(found: Listing, rules: RuleSet) -> list[tuple[str, str]]:
    """The conditions of the sale as its rule set has them."""
    first_step = [step for low, step in rules.steps if low <= found.asking_fen][-1]
    deposit = gettext("%(amount)s (%(share)s of the asking price), counts towards the price")
    return [
        (gettext("Asked of buyers"), found.requirement or gettext("nothing beyond the deposit")),
        (gettext("Start price"), words.money(found.asking_fen)),
        (gettext("Step"), gettext("%(amount)s at this price") % {"amount": words.money(first_step)}),
        (
            gettext("Deposit"),
            deposit % {"amount": words.money(found.deposit_fen), "share": words.share(rules.deposit_share)},
        ),
        *times.terms(rules),
        (gettext("Payment"), gettext("within %(span)s of the contract") % {"span": words.span(rules.payment)}),
        (gettext("Deposits of others"), gettext("released within %(span)s") % {"span": words.span(rules.refund)}),
        (gettext("Rule set"), words.rule_set_name(rules)),
        *((of_no_court(),) if rules.basis == "court" else ()),
    ]


def of_no_court() -> tuple[str, str]:
    """The house carries out no court's order: whoever sells by these terms chose them (网络司法拍卖规定 as a model)."""
    return gettext("Who sells"), gettext(
        "The holder, of its own will and by the terms of the court rule. No court ordered this sale, so there is no "
        "court and no order number to show."
    )


def address_of(found: Listing) -> str:
    """The address of a listing's page."""
    return reverse("listing", args=[found.number])
