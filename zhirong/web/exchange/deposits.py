"""What became of a reader's own deposit, in one sentence of the listing's page (B10, X4, X7)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext

from zhirong.exchange import listing_rules
from zhirong.exchange.models import Deal, Intent, Listing
from zhirong.ledger.models import Due
from zhirong.web import filters
from zhirong.web.exchange import words

# Until the hammer others see a bidder's code alone.
RUNNING = ("announced", "qualifying", "answering", "bidding", "suspended")


WAY = ("amount", "used", "state", "due_at", "paid_at")


def beside(parties: Iterable[int]) -> dict[str, Subquery]:
    """Of a registration of these parties how its deposit goes back, so that it costs no question of its own."""
    back = Due.objects.filter(key=OuterRef("hold_id"), party__in=list(parties))
    return {f"back_{name}": Subquery(back.values(name)[:1]) for name in WAY}


def said(listing: Listing, mine: Sequence[Any], *, deal: Deal | None) -> dict[int, str]:
    """The sentence on the deposit of each registration, read with `beside`; empty where there is nothing to say."""
    return {one.pk: _said(listing, one, deal=deal, back=_back(one)) for one in mine}


def _back(one: Any) -> Due | None:
    if one.back_state is None:
        return None
    return Due(**{name: getattr(one, f"back_{name}") for name in WAY})


def _said(listing: Listing, one: Intent, *, deal: Deal | None, back: Due | None) -> str:
    amount = {"amount": words.money(one.deposit_fen)}
    if one.deposit_state == "held":
        return _frozen(listing, one, deal) % amount
    if one.deposit_state == "released":
        return gettext("Deposit of %(amount)s released.") % amount + (_on_its_way(back) if back else "")
    if one.deposit_state == "applied":
        return _applied(one, deal)
    if one.deposit_state == "forfeited":
        return gettext("Deposit of %(amount)s forfeited: the contract was not kept.") % amount
    if one.deposit_state == "waived" and one.deposit_fen:
        return gettext("No deposit is awaited any more.")
    if one.deposit_state == "due" and one.state == "admitted":
        # Whoever is asked next after a default pays anew (E38).
        return gettext("Deposit of %(amount)s awaited, payment code %(code)s.") % {**amount, "code": one.payment_code}
    return gettext("No deposit is asked.") if one.deposit_state == "none" else ""


def _frozen(listing: Listing, one: Intent, deal: Deal | None) -> str:
    if listing.state in RUNNING:
        return gettext("Deposit of %(amount)s frozen.")
    if deal is not None and deal.intent_id == one.pk:
        return gettext("Deposit of %(amount)s frozen; it counts towards the price.")
    return gettext("Deposit of %(amount)s still frozen; it is being released.")


def _applied(one: Intent, deal: Deal | None) -> str:
    """A deposit above price and fee counted with a part of it, and the rest went back; of an undone deal all of it."""
    whole_fen = deal.price_fen + deal.buyer_fee_fen if deal and deal.intent_id == one.pk else one.deposit_fen
    counted = {"amount": words.money(min(one.deposit_fen, whole_fen))}
    if deal and deal.intent_id == one.pk and deal.state in listing_rules.DEAL_UNDONE:
        told = gettext("Deposit: %(amount)s counted towards the price; the deal was undone and all you paid goes back.")
        return told % counted
    return gettext("Deposit: %(amount)s counted towards the price and its fee.") % counted


def _on_its_way(back: Due) -> str:
    """How far the money has come on its way to its owner's account, and what of it went into other bids."""
    told = ""
    if back.used:
        told = gettext(" %(amount)s of it went into other bids of yours.") % {"amount": words.money(back.used)}
    if not back.left:
        return told
    left = {"amount": words.money(back.left)}
    if back.paid_at is not None:
        return told + gettext(" %(amount)s was paid out on %(at)s.") % {**left, "at": filters.moment(back.paid_at)}
    if back.state == "kept":
        return told + gettext(" %(amount)s was left for further bids.") % left
    return told + gettext(" %(amount)s is to be paid out by %(at)s.") % {**left, "at": filters.moment(back.due_at)}
