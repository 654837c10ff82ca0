"""Contracts: the text of a deal is written once, soon after the hammer, and kept; both sides accept that very text."""

from __future__ import annotations

from django.db import transaction

from zhirong.exchange import papers
from zhirong.exchange.actions import deals
from zhirong.exchange.models import Deal
from zhirong.people.models import Person
from zhirong.record import actions as record
from zhirong.record.models import File

BATCH = 20


def unwritten() -> list[int]:
    """Deals whose contract is still to be written."""
    waiting = Deal.objects.filter(state="contract", contract_file=None)
    return list(waiting.order_by("pk").values_list("pk", flat=True)[:BATCH])


def write(deal_id: int) -> Deal:
    """Set the contract and keep it: nothing that the register learns later changes what is accepted."""
    beside = ("listing__edition_of_rules", "seller", "buyer", "intent")
    deal = Deal.objects.select_related(*beside).get(pk=deal_id)
    if deal.contract_file_id is not None:
        return deal
    # Before the transaction: setting a paper takes a tenth of a second, and the write lock may not wait for it.
    file = record.keep_file(None, f"{papers.contract_number(deal)}.pdf", papers.fresh_contract(deal, "zh"))
    with transaction.atomic():
        locked = deals.locked_deal(deal_id)
        if locked.contract_file_id is not None:
            return locked
        locked.contract_file = file
        locked.save(update_fields=["contract_file"])
        record.tell(
            "exchange.contract_written",
            locked.topic,
            who=None,
            to=deals.persons_of(locked),
            deal=locked.number,
            contract_sha256=file.sha256,
            contract_due_at=locked.contract_due_at.isoformat(),
        )
    return locked


def accept(who: Person, deal: Deal, *, side: str, contract_sha256: str, signed_copy: File | None = None) -> Deal:
    """One side accepts the kept text, as its page showed it."""
    return deals.accept(who, deal.pk, side=side, contract_sha256=contract_sha256, signed_copy=signed_copy)
