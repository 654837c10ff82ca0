"""By what a party holds a right here: under the name on the register, or by a claim accepted on evidence (N31)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import OuterRef, Subquery

from zhirong.base import text
from zhirong.people.models import Party
from zhirong.registry import records
from zhirong.registry.engine import fees, states
from zhirong.registry.engine.facts import RightFacts
from zhirong.registry.models import Claim, Holding, Right


@dataclass(frozen=True, slots=True)
class Basis:
    """The register names somebody else; `claimed_at` is when the operator accepted that the party is this holder."""

    named: str
    claimed_at: datetime | None = None
    claim: int | None = None
    evidence: str = ""


def beside(right: str, party: str) -> dict[str, Subquery]:
    """Annotations for rows that name a right and a party by these fields: the basis costs no query of its own."""
    held = Holding.objects.filter(right=OuterRef(right), party=OuterRef(party)).order_by("-pk")
    same = {"right": OuterRef(right), "party": OuterRef(party), "holding__party": OuterRef(party)}
    claims = Claim.objects.filter(**same, state="accepted").order_by("-decided_at", "-pk")
    return {
        "held_name": Subquery(held.values("name")[:1]),
        "claim_name": Subquery(claims.values("holding__name")[:1]),
        "claimed_at": Subquery(claims.values("decided_at")[:1]),
        "claim_id": Subquery(claims.values("pk")[:1]),
        "claim_evidence": Subquery(claims.values("evidence__name")[:1]),
    }


def of_row(row: Any, party: str) -> Basis | None:
    """The basis of a row with those annotations; None where the register names the party itself."""
    if row.claimed_at and not is_same(row.claim_name, party):
        return Basis(row.claim_name, row.claimed_at, row.claim_id, row.claim_evidence or "")
    return Basis(row.held_name) if row.held_name and not is_same(row.held_name, party) else None


def of_rights(rights: Sequence[Right], party: Party) -> dict[int, Basis]:
    """The same for these rights, where the register names somebody else."""
    ids = [right.pk for right in rights]
    rows = Holding.objects.filter(right__in=ids, party=party).order_by("pk").annotate(**beside("right", "party"))
    found = {row.right_id: of_row(row, party.name) for row in rows}
    return {pk: one for pk, one in found.items() if one is not None}


def is_same(name: str, other: str) -> bool:
    """One name in two ways of writing."""
    return text.party_name(name) == text.party_name(other)


def looked_at(right: Right) -> date | None:
    """The day as of which somebody read the office's register for the house; None where nobody did.

    A register read for its fees is read for its burdens (the copy of the register holds both); a file of publications
    tells of neither.
    """
    return records.from_text(right.facts).fees_as_of


def unknown_years(facts: RightFacts, day: date) -> tuple[int, int] | None:
    """First and last patent year whose fee fell due and is not known as paid, while nobody looked (细则 115)."""
    if facts.filed_on is None or states.standing(facts, day).fees is not fees.Standing.UNCONFIRMED:
        return None
    first = fees.paid_through(facts) + 1
    return first, max(first, fees.last_year_due(facts.kind, facts.filed_on, day))
