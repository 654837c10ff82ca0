"""What needs me first: every open step of mine with its deadline, the nearest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, ngettext

from zhirong.base import shown
from zhirong.exchange.actions import money
from zhirong.exchange.listing_rules import stands_still
from zhirong.exchange.models import Deal, Intent, Listing
from zhirong.ledger.astray import Came
from zhirong.people.models import Party
from zhirong.people.rules import Standing
from zhirong.web import filters, pages
from zhirong.web.exchange import astray_words, stopped

SOON = timedelta(hours=24)
LATER = datetime.max.replace(tzinfo=shown.BEIJING)


@dataclass(frozen=True)
class Step:
    """One thing to do."""

    due: datetime | None
    title: str
    why: str
    word: str
    address: str
    is_live: bool = False


def rows(steps: Iterable[Step], now: datetime) -> list[dict[str, Any]]:
    """The steps as the page shows them, by deadline; those without one last."""
    ordered = sorted(steps, key=lambda one: one.due or LATER)
    return [
        {
            "kind": kind(one, now),
            "when": when(one.due, now),
            "title": one.title,
            "why": one.why,
            "word": one.word,
            "address": one.address,
        }
        for one in ordered
    ]


def kind(step: Step, now: datetime) -> str:
    """Overdue is refused red, a near deadline waits, what merely runs is live."""
    if step.due is not None and step.due <= now:
        return "no"
    return "on" if step.is_live else "wait" if step.due is not None else "off"


def when(due: datetime | None, now: datetime) -> str:
    """今日 17:00 前, 11-27 17:00 前, 已逾期."""
    if due is None:
        return gettext("No deadline")
    if due <= now:
        return gettext("Overdue")
    if filters.day(due) == filters.day(now):
        return gettext("Today by %(time)s") % {"time": filters.minute(due)}
    return gettext("By %(time)s") % {"time": filters.short_moment(due)}


def of_parties(found: Sequence[Party]) -> Iterator[Step]:
    """Nothing can be sold or bought by nobody, nor by a party that is not verified."""
    if not found:
        yield Step(
            None,
            gettext("Say for whom you act"),
            gettext("To sell or bid, register your organisation and have it verified."),
            gettext("Register"),
            reverse("organisations"),
        )
    for party in found:
        if party.verified_at is None:
            why = gettext("Only a verified party can register for a listing or be paid.")
            title = gettext("Have %(name)s verified") % {"name": party.name}
            yield Step(None, title, why, gettext("Verify"), reverse("organisations"))


def of_intents(intents: Iterable[Intent]) -> Iterator[Step]:
    """Deposits to be paid, auctions to bid in."""
    for one in intents:
        listing = one.listing
        if one.state == "registered" and one.deposit_state == "due" and listing.state == "announced":
            amount = shown.yuan(one.deposit_fen, _language())
            why = gettext("%(number)s, payment code %(code)s") % {"number": listing.number, "code": one.payment_code}
            title = gettext("Pay the deposit of %(amount)s") % {"amount": amount}
            yield Step(listing.closes_at, title, why, gettext("Pay"), f"{reverse('desk-money')}#h-due")
        elif one.state == "admitted" and listing.state == "bidding" and one.lot_state != "closed":  # type: ignore[attr-defined]
            yield _auction(one)


def _auction(intent: Intent) -> Step:
    """An auction that runs or is about to, seen by one of its bidders."""
    lot_id, top_fen, top_code = intent.lot_id, intent.lot_top_fen, intent.lot_top_code  # type: ignore[attr-defined]
    place = pages.place_at("room", lot_id) or reverse("desk-bids")
    if top_fen is None:
        why = gettext("No bid yet; your bidder code is %(code)s") % {"code": intent.code}
    elif top_code == intent.code:
        why = gettext("You lead at %(amount)s") % {"amount": shown.yuan(top_fen, _language())}
    else:
        why = gettext("The price stands at %(amount)s, not yours") % {"amount": shown.yuan(top_fen, _language())}
    if intent.lot_state == "paused":  # type: ignore[attr-defined]
        title = gettext("The bidding on %(title)s is stopped") % {"title": filters.title(intent.listing)}
        return Step(None, title, f"{intent.listing.number} · {why}", gettext("Look at it"), place)
    title = gettext("Bid on %(title)s") % {"title": filters.title(intent.listing)}
    closes = shown.from_ns(intent.lot_closes_ns)  # type: ignore[attr-defined]
    return Step(closes, title, f"{intent.listing.number} · {why}", gettext("Bid for it"), place, is_live=True)


def of_astray(found: Iterable[Came], intents: Iterable[Intent], deals: Iterable[Deal]) -> Iterator[Step]:
    """Payments that came under a code of mine and do not fit it; one that is still short has the payment's own term."""
    terms = {one.payment_code: one.listing.closes_at for one in intents}
    terms |= {money.price_code(one): None if stands_still(one) else one.payment_due_at for one in deals}
    for one in found:
        what, way = astray_words.said(one)
        is_mine_to_do = one.misfit in ("short", "other_payer")
        word = gettext("Pay") if is_mine_to_do else gettext("Look at it")
        due = terms.get(one.code) if is_mine_to_do else None
        why = (
            way
            if one.misfit == "no_code"
            else gettext("Payment code %(code)s. %(way)s") % {"code": one.code, "way": way}
        )
        yield Step(due, what, why, word, f"{reverse('desk-money')}#h-astray")


def of_listings(listings: Iterable[Listing]) -> Iterator[Step]:
    """Returned drafts, unanswered questions, the answer to the one buyer, what a suspension waits for."""
    for one in listings:
        place = reverse("listing-seller", args=[one.number])
        if one.state == "answering":
            title = gettext("Answer the one buyer of %(number)s") % {"number": one.number}
            why = gettext("Silence consents to a contract at %(amount)s.") % {
                "amount": shown.yuan(one.asking_fen, _language())
            }
            yield Step(one.answer_due_at, title, why, gettext("Answer"), place)
        elif one.state == "returned":
            title = gettext("Correct %(number)s and hand it in again") % {"number": one.number}
            yield Step(None, title, one.review_reason, gettext("Correct"), place)
        elif one.state == "draft":
            title = gettext("Hand in the draft %(number)s") % {"number": one.number}
            yield Step(None, title, filters.title(one), gettext("Look at it"), place)
        elif one.state == "suspended" and not stopped.is_annulled(one):
            title = gettext("%(number)s is suspended: bring what lets it go on, or take it back")
            why = stopped.reason(one)
            yield Step(None, title % {"number": one.number}, why, gettext("Look at it"), place)
        if one.unanswered and one.state in ("announced", "qualifying", "answering", "bidding"):  # type: ignore[attr-defined]
            title = asked(one.unanswered, one.number)  # type: ignore[attr-defined]
            yield Step(one.closes_at, title, filters.title(one), gettext("Answer"), f"{place}#h-questions")


def asked(count: int, number: str) -> str:
    """Answer 1 question, or 3 questions, on a listing."""
    return ngettext("Answer %(n)s question on %(number)s", "Answer %(n)s questions on %(number)s", count) % {
        "n": count,
        "number": number,
    }


def of_deals(deals: Iterable[Deal], standing: Standing | None) -> Iterator[Step]:
    """Contracts to accept, prices to pay, changes of owner to file."""
    mine = standing.parties if standing else frozenset()
    for one in deals:
        place = reverse("deal", args=[one.number])
        if stands_still(one):
            continue
        amount = shown.yuan(one.price_fen, _language())
        facts = f"{one.number} · {filters.title(one.listing)} · {amount}"
        waits = (one.seller_id in mine and not one.seller_accepted) or (  # type: ignore[attr-defined]
            one.buyer_id in mine and not one.buyer_accepted  # type: ignore[attr-defined]
        )
        if one.state == "offered" and one.buyer_id in mine:
            title = gettext("You are next: take the right at your own bid, or decline")
            yield Step(one.contract_due_at, title, facts, gettext("Answer"), f"{place}#h-offer")
        elif one.state == "contract" and waits:
            yield Step(one.contract_due_at, gettext("Accept the contract"), facts, gettext("Read and accept"), place)
        elif one.state == "payment" and one.buyer_id in mine:
            due = shown.yuan(money.due_fen(one), _language())
            title = gettext("Pay %(amount)s") % {"amount": due}
            yield Step(one.payment_due_at, title, facts, gettext("Pay"), f"{place}#h-pay")
        elif one.state == "recordal":
            title = gettext("File the change of owner at the office")
            yield Step(one.recordal_due_at, title, facts, gettext("See the form"), f"{place}#h-recordal")


def _language() -> str:
    return "zh" if filters.is_chinese() else "en"
