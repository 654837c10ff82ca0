"""What the bank's page and the operator's bank desk show: both houses' lines side by side, and where they differ."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum, Value
from django.db.models.functions import Concat

from zhirong.ledger import astray, reports, rules
from zhirong.ledger.astray import Came
from zhirong.ledger.models import BankFile, BankLine, Expectation, Payout, Reconciliation, SimulatedLine
from zhirong.people import access
from zhirong.people.access import Who
from zhirong.people.models import Party
from zhirong.people.rules import Standing

SHOWN = 50


@dataclass(frozen=True, slots=True)
class BankPage:
    """The head of the simulated bank's own page: what it holds, and how many lines it has not told."""

    holds: int
    untold: int


@dataclass(frozen=True, slots=True)
class Paid:
    """Under one payment code: what waits in suspense (another amount or payer, paid twice), and what is on its way.

    Only a demo's bank is known to have money before it tells.
    """

    astray: tuple[Came, ...] = ()
    coming_fen: int = 0

    @property
    def rest_fen(self) -> int:
        """What is missing beside the payer's own money that waits; nothing where none of it waits."""
        return min((one.rest_fen for one in self.astray if one.misfit == "short"), default=0)


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


def bank_page(who: Who) -> BankPage | None:
    """The whole of the simulated bank in one question, for those who work with it; None for its customers."""
    if not access.may(who, "ledger.see_simulated_bank"):
        return None
    found = SimulatedLine.objects.aggregate(holds=Sum("amount"), untold=Count("pk", filter=Q(tells_left__gt=0)))
    return BankPage(holds=found["holds"] or 0, untold=found["untold"])


def bank_lines(who: Who) -> QuerySet[SimulatedLine]:
    """A customer sees what it paid and what was paid to it; more would tell who bids for what before the hammer (B8).

    A line of the bank's own script names nobody at the counter; it is its payer's by a name that was verified.
    """
    if access.may(who, "ledger.see_simulated_bank"):
        return SimulatedLine.objects.all()
    standing = access.standing_of(who)
    if standing is None:
        return SimulatedLine.objects.none()
    names = Party.objects.filter(pk__in=standing.parties, verified_at__isnull=False).values("name")
    payouts = Payout.objects.filter(account__path__in=own_paths(standing)).values("pk")
    scripted = Q(by_ref="", instruction="", payer__in=names)
    return SimulatedLine.objects.filter(Q(by_ref=standing.ref) | scripted | Q(instruction__in=payouts))


def own_paths(standing: Standing) -> QuerySet[Party, str]:
    """The free accounts of the parties that somebody acts for; the path of an account is made of its party's ref."""
    before, after = rules.available("|").split("|")
    return Party.objects.filter(pk__in=standing.parties).values_list(Concat(Value(before), "ref", Value(after)))


def expected_of(who: Who, code: str) -> Expectation | None:
    """What is expected under a code, for its payer and for those who work with the bank: a code may be guessed."""
    found = Expectation.objects.filter(code=code)
    if access.may(who, "ledger.see_simulated_bank"):
        return found.first()
    standing = access.standing_of(who)
    return found.filter(account__path__in=own_paths(standing)).first() if standing else None


def paid(codes: Collection[str]) -> dict[str, Paid]:
    """What came under each of these codes and met nothing, in one question; a code without any is not there."""
    if not codes:
        return {}
    rows, none = astray.rows_under(codes), Value("")
    if settings.DEMO:
        told = BankLine.objects.filter(memo__in=codes, amount__gt=0).values("bank_ref")
        fresh = SimulatedLine.objects.filter(memo__in=codes, amount__gt=0).exclude(bank_ref__in=told)
        # Not told yet, so it is no line of ours: `astray` reads past it.
        own = fresh.values_list(Value("coming"), "pk", "memo", none, "amount", none, none, none, none, "told_from")
        rows = rows.union(own, all=True)
    found = list(rows)
    coming: dict[str, int] = defaultdict(int)
    for kind, _, memo, _, fen, *_ in found:
        if kind == "coming":
            coming[memo] += fen
    waits = astray.read(found).came
    return {
        code: Paid(tuple(one for one in waits if one.code == code), coming.get(code, 0))
        for code in {*coming, *(one.code for one in waits)}
    }


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
