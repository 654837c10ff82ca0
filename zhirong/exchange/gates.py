"""The legal gates of a listing: asked at publication, at close and at settlement, and kept with what was found (B9)."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from zhirong.base.calendar import beijing_day
from zhirong.exchange.models import Gate, Listing
from zhirong.people.models import Party
from zhirong.registry import queries
from zhirong.registry.engine.facts import Act, RightFacts
from zhirong.registry.models import Right
from zhirong.registry.rules import Deal as DealInView
from zhirong.registry.rules import Freedom, free_to

HOME = "CN"


def check(listing: Listing, *, stage: str, now: datetime, buyer: Party | None = None) -> Gate:
    """Ask the registry about every right on this day; one that is blocked closes the gate. The caller keeps it."""
    rights = [item.right for item in listing.items.select_related("right").order_by("position")]
    facts = queries.facts_of_many(rights, beijing_day(now))
    answers = [judge(one, seller=listing.seller, now=now, buyer=buyer) for one in facts]
    return made(listing, rights, answers, stage=stage, now=now)


def judge(facts: RightFacts, *, seller: Party, now: datetime, buyer: Party | None = None) -> Freedom:
    """Whether this seller may sell this right today; a buyer from abroad asks for export papers (K1)."""
    return free_to(Act.SELL, facts, beijing_day(now), deal=in_view(seller, buyer))


def in_view(seller: Party, buyer: Party | None = None) -> DealInView:
    """What the registry must know of a deal to judge it."""
    taker = () if buyer is None else (buyer.ref,)
    return DealInView(by=(seller.ref,), to=taker, is_abroad=buyer is not None and buyer.country != HOME)


def made(listing: Listing, rights: list[Right], answers: list[Freedom], *, stage: str, now: datetime) -> Gate:
    """The gate as it is kept; the caller saves it."""
    findings: list[dict[str, Any]] = [
        {
            "right": right.number,
            "code": reason.code,
            "effect": str(reason.effect),
            "rule": reason.rule,
            "facts": {name: str(value) for name, value in reason.facts.items()},
        }
        for right, answer in zip(rights, answers, strict=True)
        for reason in answer.reasons
    ]
    passed = all(answer.allowed for answer in answers)
    kept = json.dumps(findings, ensure_ascii=False, sort_keys=True)
    return Gate(listing=listing, stage=stage, at=now, passed=passed, findings=kept)


def blocking(gate: Gate) -> list[str]:
    """What closed a gate: right and code of each reason, once."""
    found = [finding for finding in json.loads(gate.findings) if finding["effect"] == "blocked"]
    return list(dict.fromkeys(f"{finding['right']}: {finding['code']}" for finding in found))
