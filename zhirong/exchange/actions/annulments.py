"""A deal that the clock made while its auction was being annulled: it falls with the auction (E47)."""

from __future__ import annotations

import json

from django.db import transaction

from zhirong.exchange import listing_rules
from zhirong.exchange.actions import settlement
from zhirong.exchange.actions.deals import locked_deal
from zhirong.exchange.models import Deal, LotStep
from zhirong.people.models import Person


def left(lot_id: int | None = None) -> list[int]:
    """Deals that live although their auction is annulled; of one lot, or of all."""
    # The floor writes a result in one spelling, and its other texts are codes.
    found = Deal.objects.filter(
        state__in=listing_rules.DEAL_LIVE, lot__state="closed", lot__result__contains='"outcome":"annulled"'
    )
    if lot_id is not None:
        found = found.filter(lot=lot_id)
    return list(found.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def undo(deal_id: int) -> Deal:
    """Whoever annulled the auction annulled the deal: what was paid goes back, and the listing ends."""
    deal = locked_deal(deal_id)
    if deal.state in listing_rules.DEAL_LIVE:
        step = LotStep.objects.filter(lot=deal.lot_id, kind="annulled").latest("seq")
        facts = json.loads(step.facts)
        settlement.annul(deal, who=Person.objects.get(ref=facts["who"]), reason=facts["reason"])
    return deal
