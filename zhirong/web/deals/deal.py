"""/deals/CJ-2026-000012: a deal as its two sides and the house's people see it, step by step with its deadlines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_safe

from zhirong.base import shown
from zhirong.exchange import listing_rules, papers, published, standstill
from zhirong.exchange.actions import money, objections, succession
from zhirong.exchange.actions.listings import rules_of
from zhirong.exchange.models import Acceptance, Deal, Objection
from zhirong.ledger import bank_view
from zhirong.ledger.bank_view import Paid
from zhirong.people import access
from zhirong.people.rules import Standing
from zhirong.record import actions as record
from zhirong.record import kinds
from zhirong.record.models import Leaf
from zhirong.web import account, filters, pages
from zhirong.web.deals import words
from zhirong.web.exchange import checked, news, proofs
from zhirong.web.exchange import words as exchange_words

STEPS = ("contract", "payment", "recordal", "confirming", "settled")
LEAVES = 40
WHOSE_DEFAULT = gettext_noop(
    "Payment is due only when both have. A buyer who lets the term pass although the seller accepted in time is in"
    " default; where the seller did not, the deal can only be undone and the deposit goes back."
)
# Sealing takes a second or two; a page looks for its papers no longer than this.
SEALING = timedelta(seconds=30)


@dataclass(frozen=True)
class Side:
    """One side of the deal as the page shows it."""

    name: str
    word: str
    party: str
    code: str
    is_mine: bool
    acceptance: Acceptance | None
    fee_fen: int
    can_sign: bool


def deal_or_404(request: HttpRequest, number: str) -> Deal:
    """A deal for its two sides and the house's people."""
    beside = (
        "listing__edition_of_rules",
        "listing__made_by",
        "seller",
        "buyer",
        "lot",
        "intent",
        "contract_file",
        "certificate",
        "certificate__leaf",
    )
    found = Deal.objects.select_related(*beside).filter(number=number).first()
    standing = pages.standing_of(request)
    if found is None or not published.may_have(standing, found):
        raise Http404
    return found


@require_safe
@pages.signed_in
def deal_page(request: HttpRequest, number: str) -> HttpResponse:
    """/deals/CJ-2026-000012"""
    return whole_page(request, number)


@require_safe
@pages.signed_in
def deal_news(request: HttpRequest, number: str) -> HttpResponse:
    """/deals/CJ-2026-000012/news: another mark than the page's means that the page shows what was."""
    deal = deal_or_404(request, number)
    leaves = [leaf.pk for leaf in told_of(deal)]
    return JsonResponse({"mark": news.of_deal(deal, leaves, paid_under(money.price_code(deal)))})


def paid_under(code: str) -> Paid:
    """What came under the deal's payment code and met nothing."""
    return bank_view.paid([code]).get(code, Paid())


def whole_page(request: HttpRequest, number: str) -> HttpResponse:
    """The page, also after a refused deed."""
    deal, standing, now = deal_or_404(request, number), pages.standing_of(request), record.now()
    payment_code, told = money.price_code(deal), told_of(deal)
    paid = paid_under(payment_code)
    mark = news.of_deal(deal, [leaf.pk for leaf in told], paid)
    sides = sides_of(deal, standing)
    can_sign = any(side.can_sign for side in sides)
    can_take, is_taken = may_take(deal, standing)
    owed = money.due_fen(deal)
    objected = of_objections(request, deal, standing)
    rules = rules_of(deal.listing)
    items, is_sealed = checked.items_of(deal), hasattr(deal, "certificate") and deal.certificate.sealed_id is not None
    answer = pages.page(
        request,
        "deals/deal.html",
        here="market",
        crumbs=[(gettext("My desk"), reverse("desk")), (gettext("Deals"), reverse("desk-deals")), (number, None)],
        deal=deal,
        is_undone=deal.state in listing_rules.DEAL_UNDONE,
        state=words.deal(deal.state),
        sides=sides,
        **of_standstill(deal, standing, objected["objections"]),
        rights=[(place, one.right, exchange_words.kind(one.right.kind)) for place, one in enumerate(items, 1)],
        reservations=checked.reservations(deal, items),
        rule_name=exchange_words.rule_set_name(rules),
        can_sign=can_sign,
        can_take=can_take,
        is_taken=is_taken,
        of_repaid=to_confirm(request),
        contract_sha256=deal.contract_file.sha256 if deal.contract_file else "",
        contract_number=papers.contract_number(deal),
        owed_fen=owed,
        payment_code=payment_code,
        paid=paid,
        news=(reverse("deal-news", args=[number]), reverse("deal", args=[number]), mark),
        deposit_word=words.deposit(deal.intent.deposit_state),
        recordals=deal.recordals.select_related("entered_by", "confirmed_by").order_by("-pk"),
        **objected,
        leaves=leaf_rows(told),
        has_certificate=hasattr(deal, "certificate"),
        is_sealed=is_sealed,
        end_word=exchange_words.outcome(deal.end_reason),
        is_overdue=is_overdue(deal, now),
    )
    if is_being_sealed(deal, now) and request.method == "GET":
        answer["Refresh"] = "2"
    return answer


def of_objections(request: HttpRequest, deal: Deal, standing: Standing | None) -> dict[str, Any]:
    """What was objected, whether this reader may object, and whether its side did before."""
    raised = list(deal.objections.select_related("party", "decided_by", "file").order_by("-pk"))
    is_side = bool(standing and standing.parties & {deal.seller_id, deal.buyer_id})
    may = is_side and deal.state not in listing_rules.DEAL_OVER and access.may(standing, "exchange.object", deal)
    is_decided = may and any(one.state != "open" for one in raised)
    before = is_decided and objections.decided_before(deal, by=account.known(request)).exists()
    return {"objections": raised, "can_object": may, "objected": before}


def of_standstill(deal: Deal, standing: Standing | None, raised: list[Objection]) -> dict[str, Any]:
    """The steps and what comes next; while the clock stands, what holds it instead."""
    stands = standstill.of(deal, raised)
    return {
        "steps": steps(deal, stands is not None),
        "next_step": words.standstill(stands) if stands else next_step(deal, standing),
        "stands": words.stands(stands.causes) if stands else "",
        "is_closed": bool(stands and stands.grounds),
    }


def to_confirm(request: HttpRequest) -> Mapping[str, Any]:
    """What the next best has to agree to, in figures, before its deposit takes money that was to be repaid."""
    refused = getattr(request, "house_refused", None)
    return refused.facts if refused is not None and refused.code == "deal.confirm_funding" else {}


def may_take(deal: Deal, standing: Standing | None) -> tuple[bool, bool]:
    """Whether the reader may answer the offer to the next best, and whether the next best said yes already."""
    is_offered = deal.state == "offered"
    runs = is_offered and deal.stopped_at is None
    is_taken = is_offered and deal.intent.deposit_state == succession.TAKEN
    return runs and access.may(standing, "exchange.sign_buyer", deal), is_taken


def sides_of(deal: Deal, standing: Standing | None) -> list[Side]:
    """Seller and buyer, with what each has accepted and may still accept."""
    accepted = {one.side: one for one in Acceptance.objects.filter(deal=deal).select_related("person", "leaf")}
    mine = standing.parties if standing else frozenset()
    rows = (
        ("seller", gettext("Seller"), deal.seller, deal.seller_fee_fen, "exchange.sign_seller"),
        ("buyer", gettext("Buyer"), deal.buyer, deal.buyer_fee_fen, "exchange.sign_buyer"),
    )
    is_open = deal.state == "contract" and deal.stopped_at is None and deal.contract_file_id is not None
    return [
        Side(
            name=name,
            word=word,
            party=party.name,
            code=party.code or "",
            is_mine=party.pk in mine,
            acceptance=accepted.get(name),
            fee_fen=fee,
            can_sign=is_open and name not in accepted and access.may(standing, verb, deal),
        )
        for name, word, party, fee, verb in rows
    ]


def steps(deal: Deal, stands: bool) -> list[tuple[str, str, str]]:
    """From the hammer to the certificate: word, when it was or by when it is due, was | now.

    While the clock stands no deadline runs, and none is told.
    """
    is_dead = deal.state in listing_rules.DEAL_UNDONE
    here = STEPS.index(deal.state) if deal.state in STEPS else 0
    rows = [
        (gettext("Offer to the next best") if deal.rank > 1 else gettext("Hammer"), deal.made_at, None),
        (gettext("Contract"), deal.signed_at, deal.contract_due_at),
        (gettext("Payment into escrow"), deal.paid_at, deal.payment_due_at),
        (gettext("Change of owner recorded"), deal.settled_at, deal.recordal_due_at),
        (gettext("Settled, certificate"), deal.settled_at, None),
    ]
    at_now = min(here + 1, 3) if here < 4 else 5
    return [
        (
            word,
            _when(done, None if stands else due),
            "was" if done else "now" if place == at_now and not is_dead else "",
        )
        for place, (word, done, due) in enumerate(rows)
    ]


def _when(done: datetime | None, due: datetime | None) -> str:
    if done is not None:
        return filters.short_moment(done)
    return gettext("by %(time)s") % {"time": filters.short_moment(due)} if due else ""


def next_step(deal: Deal, standing: Standing | None) -> tuple[str, str]:
    """What happens now and who does it, in a sentence."""
    mine = standing.parties if standing else frozenset()
    language = "zh" if filters.is_chinese() else "en"
    owed = {"amount": shown.yuan(money.due_fen(deal), language)}
    by_state = {
        "offered": (
            gettext("The next best answers."),
            gettext(
                "The sale before it was not completed; the offer is at its own highest bid and binds it to nothing."
            ),
        ),
        "declined": (
            gettext("The next best did not take it."),
            gettext("The one after it was asked, if there was one."),
        ),
        "withdrawn": (
            gettext("The house took the offer back."),
            gettext("Two persons decided it, with a reason; the one after it was asked, if there was one."),
        ),
        "contract": (gettext("Both sides accept the contract."), gettext(WHOSE_DEFAULT)),
        "payment": (
            gettext("You pay %(amount)s.") % owed
            if deal.buyer_id in mine
            else gettext("The buyer pays %(amount)s.") % owed,
            gettext("Into escrow at the custody bank; nothing reaches the seller before the title has moved."),
        ),
        "recordal": (
            gettext("Both file the change of owner at the office."),
            gettext("Then the operator enters the office's notice, and a second person confirms it."),
        ),
        "confirming": (
            gettext("A second person confirms the recordal."),
            gettext("Then price, fees and title move in one step, all or nothing."),
        ),
        "settled": (gettext("All is done."), gettext("The certificate can be verified by anyone.")),
        "defaulted": (gettext("The buyer did not keep its word."), gettext("The deposit went where the rules say.")),
        "annulled": (gettext("The deal was undone."), gettext("Everything paid went back.")),
    }
    return by_state[deal.state]


def is_being_sealed(deal: Deal, now: datetime) -> bool:
    """Whether the papers come a second after the deeds got their numbers: then the page looks again by itself."""
    if not hasattr(deal, "certificate") or deal.certificate.sealed_id is not None:
        return False
    return now - deal.certificate.issued_at < SEALING


def is_overdue(deal: Deal, now: datetime) -> bool:
    """Whether the deadline of the present step has passed."""
    due = {"contract": deal.contract_due_at, "payment": deal.payment_due_at, "recordal": deal.recordal_due_at}
    at = due.get(deal.state)
    return deal.stopped_at is None and at is not None and now > at


def told_of(deal: Deal) -> list[Leaf]:
    """The deal's deeds on the record, newest first."""
    told = Leaf.objects.filter(topic=deal.topic, kind__startswith="exchange.")
    return list(told.select_related("event").order_by("-pk")[:LEAVES])


def leaf_rows(told: list[Leaf]) -> list[dict[str, Any]]:
    """Each deed in words, with its leaf."""
    return [{"leaf": leaf, "text": proofs.sentence(leaf.event, kinds.of(leaf.kind))} for leaf in told]
