"""The division of a deal's proceeds as pages, papers and the interface show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from zhirong.base.calendar import beijing_day
from zhirong.exchange.actions import entitled
from zhirong.exchange.actions.entitled import Part
from zhirong.exchange.models import Deal, Share, Split
from zhirong.record import actions as record


@dataclass(frozen=True, slots=True)
class Proceeds:
    """What is divided, how, what still waits in escrow, and the agreement where one was entered."""

    net_fen: int
    waiting_fen: int
    parts: Sequence[Part]
    agreement: Split | None


def of(deal: Deal) -> Proceeds:
    """Before the settlement as the register and an agreement stand now, after it what each one got."""
    agreements = deal.splits.filter(state__in=("proposed", "confirmed")).select_related("proposed_by", "confirmed_by")
    shares = list(deal.shares.select_related("party").order_by("position"))
    net_fen = entitled.net_fen(deal)
    if deal.state == "defaulted" and shares:
        # What there was to divide is the sellers' part of the forfeited deposit.
        parts, net_fen = [part_of(share) for share in shares], sum(share.amount_fen for share in shares)
    elif deal.state == "settled":
        parts = [part_of(share) for share in shares] or [sold_alone(deal)]
    else:
        parts = entitled.of(deal, beijing_day(record.now()))
    waiting_fen = sum(share.amount_fen for share in shares if share.paid_at is None)
    return Proceeds(net_fen, waiting_fen, parts, agreements.first())


def part_of(share: Share) -> Part:
    """A share that was settled."""
    return Part(share.role, share.name, share.party, share.amount_fen, waits=share.paid_at is None)


def sold_alone(deal: Deal) -> Part:
    """Deals of earlier days were paid to the seller alone and kept no shares."""
    return Part("owner", deal.seller.name, deal.seller, entitled.net_fen(deal))
