"""Who is paid, for the payee itself and the house's people: name and masked account (个人信息保护法 6, 51)."""

from __future__ import annotations

from collections.abc import Iterable

from zhirong.people import access
from zhirong.people.access import Who
from zhirong.people.models import Party, Secret

# What is told of money that leaves; its facts name the payee by the random reference alone.
KINDS = frozenset(
    {
        "ledger.payout_due", "ledger.account_missing", "ledger.payout_overdue", "ledger.payment_late",
        "ledger.due_paid", "ledger.free_payout_made", "ledger.free_payout_stopped", "ledger.free_payout_paid",
    }
)  # fmt: skip


def shown(who: Who, refs: Iterable[str]) -> dict[str, str]:
    """Name and masked account of each of these parties that this person may know, by reference."""
    standing = access.standing_of(who)
    found = Party.objects.filter(ref__in=set(refs))
    if not access.may(standing, "ledger.see_books"):
        found = found.filter(pk__in=standing.parties if standing else ())
    names = dict(found.values_list("ref", "name"))
    if not names:
        return {}
    kept = Secret.objects.filter(kind="bank_account", party__ref__in=names)
    masked = dict(kept.values_list("party__ref", "masked"))
    return {ref: " ".join(filter(None, (name, masked.get(ref)))) for ref, name in names.items()}
