"""What belongs to the parties of one person: listings, registrations, deals, money, in one query each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext

from zhirong.exchange.models import Acceptance, Deal, Intent, Listing, Lot
from zhirong.ledger.models import Account
from zhirong.people.models import Party
from zhirong.people.rules import Standing
from zhirong.policy import application_rules as applications
from zhirong.policy.applied import Application
from zhirong.valuation import rules as valuation
from zhirong.valuation.models import Appraisal
from zhirong.web import pages


@dataclass(frozen=True)
class Purse:
    """A party's money at the custody bank: free, and frozen for deposits."""

    party: Party
    free_fen: int
    held_fen: int


def parties(standing: Standing | None) -> list[Party]:
    """Those for which the person acts, by name, each with whether an appraisal or an application waits."""
    of_it = Q(client=OuterRef("pk")) | Q(valuer=OuterRef("pk"), requested_at__isnull=False)
    under_way = Appraisal.objects.filter(of_it, state__in=valuation.OPEN)
    found = Party.objects.filter(pk__in=standing.parties if standing else ())
    waits = Application.objects.filter(party=OuterRef("pk"), state__in=applications.WAITS_FOR_PARTY)
    return list(found.annotate(is_appraised=Exists(under_way), is_applying=Exists(waits)).order_by("name"))


def listings(standing: Standing | None) -> QuerySet[Listing]:
    """As seller; rows of an import that is not yet accepted are not there."""
    seen = Q(batch__isnull=True) | Q(batch__visible_at__isnull=False)
    open_questions = Count("questions", Q(questions__answered_at=None, questions__hidden_at=None))
    mine = Listing.objects.filter(seen, seller__in=standing.parties if standing else ())
    return mine.select_related("seller").annotate(
        unanswered=open_questions,
        lot_state=Subquery(_newest_lot().values("state")[:1]),
        lot_closes_ns=Subquery(_newest_lot().values("closes_ns")[:1]),
    )


def _newest_lot() -> QuerySet[Lot]:
    return Lot.objects.filter(listing=OuterRef("pk")).order_by("-run")


def intents(standing: Standing | None) -> QuerySet[Intent]:
    """As buyer, each with the newest auction of its listing."""
    newest = Lot.objects.filter(listing=OuterRef("listing")).order_by("-run")
    lot = {name: Subquery(newest.values(name)[:1]) for name in ("pk", "state", "top_fen", "top_code")}
    mine = Intent.objects.filter(party__in=standing.parties if standing else ())
    own_deal = Deal.objects.filter(intent=OuterRef("pk")).order_by("-pk")
    mine = mine.annotate(own_deal=Subquery(own_deal.values("state")[:1]))
    return mine.select_related("listing", "party").annotate(
        lot_id=lot["pk"],
        lot_state=lot["state"],
        lot_top_fen=lot["top_fen"],
        lot_top_code=lot["top_code"],
        lot_closes_ns=Subquery(newest.values("closes_ns")[:1]),
        lot_opens_ns=Subquery(newest.values("opens_ns")[:1]),
    )


def deals(standing: Standing | None) -> QuerySet[Deal]:
    """On either side, with who has accepted and the certificate's number."""
    mine = standing.parties if standing else ()
    accepted = Acceptance.objects.filter(deal=OuterRef("pk"))
    found = Deal.objects.filter(Q(seller__in=mine) | Q(buyer__in=mine))
    return found.select_related("listing", "intent", "seller", "buyer", "certificate").annotate(
        seller_accepted=Exists(accepted.filter(side="seller")), buyer_accepted=Exists(accepted.filter(side="buyer"))
    )


def accounts_of(found: Sequence[Party]) -> QuerySet[Account]:
    """Every account of these parties."""
    wanted = Q(pk__in=[])
    for party in found:
        wanted |= Q(path__startswith=f"party:{party.ref}:")
    return Account.objects.filter(wanted)


def purses(found: Sequence[Party], accounts: Sequence[Account]) -> list[Purse]:
    """The money of these parties."""
    return [_purse(party, [one for one in accounts if one.path.startswith(f"party:{party.ref}:")]) for party in found]


def _purse(party: Party, accounts: Sequence[Account]) -> Purse:
    free = sum(
        one.credits_posted - one.debits_posted - one.debits_pending
        for one in accounts
        if one.path.endswith(":available")
    )
    held = sum(
        one.credits_posted + one.credits_pending - one.debits_posted for one in accounts if ":deposit:" in one.path
    )
    return Purse(party, free, held)


def tabs(request: HttpRequest, here: str, **counts: int) -> list[tuple[str, str, bool]]:
    """The parts of the desk; a count only where it is known without asking."""
    rows: list[tuple[str, str, Any]] = [
        ("desk", gettext("To do"), counts.get("todo")),
        ("rights", gettext("Rights"), counts.get("rights")),
        ("desk-listings", gettext("Listings"), counts.get("listings")),
        ("desk-bids", gettext("Bids"), counts.get("bids")),
        ("desk-deals", gettext("Deals"), counts.get("deals")),
        ("desk-money", gettext("Money"), None),
        ("desk-certificates", gettext("Certificates"), counts.get("certificates")),
        ("desk-messages", gettext("Messages"), counts.get("messages")),
    ]
    return [
        (f"{word} {count}" if count else word, reverse(name) + ("?of=mine" if name == "rights" else ""), name == here)
        for name, word, count in rows
    ]


def heading(request: HttpRequest, found: Sequence[Party]) -> str:
    """Whose desk it is."""
    person = pages.person_of(request)
    name = found[0].name if len(found) == 1 else (person.name if person else "")
    return gettext("Desk of %(name)s") % {"name": name}
