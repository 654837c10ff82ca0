"""Certificates: what a settled deal comes to, on the record and as plain facts from which every paper is made."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction

from zhirong.exchange import published
from zhirong.exchange.actions.deals import persons_of
from zhirong.exchange.actions.listings import next_number, rules_of
from zhirong.exchange.models import Certificate, Deal, Recordal
from zhirong.papers import evidence, facts, verifier
from zhirong.people.models import Person
from zhirong.record import actions as record
from zhirong.record import files


def issue(
    deal: Deal, *, recordal: Recordal, who: Person, now: datetime, proceeds: Sequence[Mapping[str, object]]
) -> Certificate:
    """The transaction certificate (交易凭证) of a deal, in the transaction that settles it."""
    found = rules_of(deal.listing)
    number = next_number("PZ", now, Certificate)
    rights = [
        {"number": item.right.number, "title": item.right.title, "kind": item.right.kind}
        for item in deal.listing.items.select_related("right").order_by("position")
    ]
    told = {
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
        "proceeds": list(proceeds),
        "hammer_at": deal.made_at.isoformat(),
        "settled_at": now.isoformat(),
        "recordal": recordal.number,
        "recordal_effective_on": recordal.effective_on.isoformat(),
        "rule_set": found.code,
        "demo_rules": deal.listing.is_demo_rules,
        "lot": deal.lot.pk if deal.lot else 0,
    }
    leaf = record.tell("exchange.certified", deal.topic, who=who, public=True, to=persons_of(deal), **told)
    return Certificate.objects.create(
        deal=deal,
        number=number,
        issued_at=now,
        leaf=leaf,
        facts=json.dumps(told, ensure_ascii=False, sort_keys=True),
    )


def unsealed() -> list[int]:
    """Certificates whose papers are still to be made; the deeds they rest on are numbered by now."""
    waiting = Certificate.objects.filter(sealed=None, leaf__number__isnull=False)
    return list(waiting.order_by("pk").values_list("pk", flat=True)[:20])


def seal(deal_id: int) -> Certificate:
    """Make the papers of a certificate and put their digests on the record; what is downloaded is what was sealed."""
    found = Certificate.objects.select_related("deal__listing", "deal__intent", "deal__lot").get(pk=deal_id)
    if found.sealed_id is not None:
        return found
    # Made before the transaction: papers take a tenth of a second, and the write lock may not wait for them.
    paper, made = published.papers_of(found, verify_at=f"{settings.SITE}/certificates/{found.number}")
    body, facts_sha256 = evidence.committed(facts.plain(paper), files=made, leaves=published.deeds_of(found.deal))
    for content in made.values():
        files.put(verifier.sha256(content), content)
    with transaction.atomic():
        locked = Certificate.objects.select_for_update().get(pk=deal_id)
        if locked.sealed_id is not None:
            return locked
        kept = {name: verifier.sha256(content) for name, content in made.items()}
        locked.sealed = record.tell(
            "exchange.sealed",
            found.deal.topic,
            who=None,
            public=True,
            certificate=found.number,
            deal=found.deal.number,
            facts_sha256=facts_sha256,
        )
        locked.sealed_body, locked.sealed_files = verifier.canonical(body).decode(), json.dumps(kept)
        locked.save()
    return locked
