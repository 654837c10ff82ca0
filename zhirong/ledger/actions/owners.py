"""The owner of money on the books: who acts for it, and what it hears of money that leaves its account."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from zhirong.ledger.models import Due, Payout
from zhirong.people.models import Membership, Party, Person
from zhirong.record import actions as record


def owner_of(path: str) -> str:
    """The party whose account of the books this is; nobody for the house's own."""
    return path.split(":")[1] if path.startswith("party:") else ""


def persons_of(parties: Iterable[int]) -> dict[int, list[Person]]:
    """Who acts for each of these parties, in one query."""
    found: dict[int, list[Person]] = defaultdict(list)
    members = Membership.objects.filter(party__in=set(parties), confirmed_at__isnull=False, ended_at__isnull=True)
    for member in members.select_related("person").order_by("pk"):
        found[member.party_id].append(member.person)
    return found


def tell(kind: str, payout: Payout, *, who: record.Actor | None) -> None:
    """Its owner hears of a payout that an operator made of its free money; of what was due its own messages tell."""
    party = Party.objects.filter(ref=owner_of(payout.account.path)).first()
    if party is None or Due.objects.filter(payout=payout).exists():
        return
    to = persons_of([party.pk])[party.pk]
    record.tell(kind, payout.topic, who=who, to=to, payout=payout.pk, party=party.ref, amount_fen=payout.amount)
