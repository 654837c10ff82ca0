"""Certificates: what a settled deal comes to, on the record and as plain facts from which every paper is made."""

from __future__ import annotations

import json
from datetime import datetime

from zhirong.exchange.actions.deals import persons_of
from zhirong.exchange.actions.listings import next_number, rules_of
from zhirong.exchange.models import Certificate, Deal, Recordal
from zhirong.people.models import Person
from zhirong.record import actions as record


def issue(deal: Deal, *, recordal: Recordal, who: Person, now: datetime) -> Certificate:
    """The transaction certificate (交易凭证) of a deal, in the transaction that settles it."""
    found = rules_of(deal.listing)
    number = next_number("PZ", now, Certificate)
    rights = [
        {"number": item.right.number, "title": item.right.title, "kind": item.right.kind}
        for item in deal.listing.items.select_related("right").order_by("position")
    ]
    facts = {
        "certificate": number,
        "deal": deal.number,
        "listing": deal.listing.number,
        "rights": rights,
        "seller": deal.seller.ref,
        "buyer": deal.buyer.ref,
        "price_fen": deal.price_fen,
        "currency": deal.currency,
        "seller_fee_fen": deal.seller_fee_fen,
        "buyer_fee_fen": deal.buyer_fee_fen,
        "hammer_at": deal.made_at.isoformat(),
        "settled_at": now.isoformat(),
        "recordal": recordal.number,
        "recordal_effective_on": recordal.effective_on.isoformat(),
        "rule_set": found.code,
        "demo_rules": deal.listing.is_demo_rules,
        "lot": deal.lot.pk if deal.lot else 0,
    }
    leaf = record.tell("exchange.certified", deal.topic, who=who, public=True, to=persons_of(deal), **facts)
    return Certificate.objects.create(
        deal=deal,
        number=number,
        issued_at=now,
        leaf=leaf,
        facts=json.dumps(facts, ensure_ascii=False, sort_keys=True),
    )
