"""What the bank's page and the operator's bank desk show: both houses' lines side by side, and where they differ."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, Sum

from zhirong.ledger import reports, rules
from zhirong.ledger.models import BankFile, BankLine, Payout, Reconciliation, SimulatedLine
from zhirong.people import access
from zhirong.people.access import Who
from zhirong.people.models import Party

SHOWN = 50


@dataclass(frozen=True, slots=True)
class BankPage:
    """The head of the simulated bank's own page: what it holds, and how many lines it has not told."""

    holds: int
    untold: int


@dataclass(frozen=True, slots=True)
class Desk:
    """The operator's bank desk: what waits for a person, what was exchanged, and whether the books agree."""

    standing: rules.Standing
    is_halted: bool
    suspended: tuple[BankLine, ...]
    proposed: tuple[BankLine, ...]
    unbooked: tuple[BankLine, ...]
    unfinished: tuple[BankFile, ...]
    to_check: tuple[Payout, ...]
    to_send: tuple[Payout, ...]
    at_bank: tuple[Payout, ...]
    files: tuple[BankFile, ...]
    reconciliations: tuple[Reconciliation, ...]


def bank_page() -> BankPage:
    """What the simulated bank shows at its counter, in one question."""
    found = SimulatedLine.objects.aggregate(holds=Sum("amount"), untold=Count("pk", filter=Q(tells_left__gt=0)))
    return BankPage(holds=found["holds"] or 0, untold=found["untold"])


def has_payment(code: str) -> bool:
    """Whether a customer has paid under this code at the simulated bank; the exchange may not know it yet."""
    return SimulatedLine.objects.filter(memo=code, amount__gt=0).exists()


def desk(who: Who, *, bank: str = rules.BANK) -> Desk:
    """What the operator, the checker and the auditor see of bank and books."""
    access.require(who, "ledger.see_books")
    verified = Party.objects.filter(name=OuterRef("payer"), verified_at__isnull=False)
    kept = BankLine.objects.annotate(is_payer_known=Exists(verified))
    lines = kept.select_related("proposed", "matched_by").order_by("pk")
    payouts = Payout.objects.select_related("account", "made_by", "checked_by", "due").order_by("made_at", "pk")
    waiting = list(lines.filter(state__in=("suspense", "proposed", "unbooked"))[: 2 * SHOWN])
    under_way = list(payouts.filter(state__in=("made", "checked", "sent"))[: 3 * SHOWN])
    past = tuple(Reconciliation.objects.filter(bank=bank).order_by("-pk")[:SHOWN])
    files = tuple(BankFile.objects.order_by("-pk")[:SHOWN])
    said = past[0].bank_says if past else None
    return Desk(
        standing=rules.standing(reports.balances(), bank_says=said),
        is_halted=bool(past) and not past[0].is_even,
        suspended=tuple(one for one in waiting if one.state == "suspense"),
        proposed=tuple(one for one in waiting if one.state == "proposed"),
        unbooked=tuple(one for one in waiting if one.state == "unbooked"),
        to_check=tuple(one for one in under_way if one.state == "made"),
        to_send=tuple(one for one in under_way if one.state == "checked"),
        at_bank=tuple(one for one in under_way if one.state == "sent"),
        # While one is unfinished no other comes and nothing is sent, so it is among the newest.
        unfinished=tuple(one for one in files if one.direction == "in" and one.booked_at is None),
        files=files,
        reconciliations=past,
    )
