"""The legal gates of a listing: asked at publication, at close and at settlement, and kept with what was found (B9)."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from zhirong.base.calendar import beijing_day
from zhirong.exchange.models import Gate, Listing
from zhirong.people.models import Party
from zhirong.registry import freedom


def check(listing: Listing, *, stage: str, now: datetime, buyer: Party | None = None) -> Gate:
    """Ask the registry about every right of the listing on this day; one that is blocked closes the gate for all."""
    day = beijing_day(now)
    findings: list[dict[str, Any]] = []
    for item in listing.items.select_related("right").order_by("position"):
        answer = freedom.of_right(item.right, act="sell", day=day, seller=listing.seller, buyer=buyer)
        findings.extend(
            {
                "right": item.right.number,
                "code": reason.code,
                "verdict": str(reason.verdict),
                "rule": reason.rule,
                "facts": {name: str(value) for name, value in reason.facts.items()},
            }
            for reason in answer.reasons
        )
    return Gate.objects.create(
        listing=listing,
        stage=stage,
        at=now,
        passed=not any(finding["verdict"] == "blocked" for finding in findings),
        findings=json.dumps(findings, ensure_ascii=False, sort_keys=True),
    )


def blocking(gate: Gate) -> list[str]:
    """The codes of what closed a gate, each once, with its right."""
    found = [finding for finding in json.loads(gate.findings) if finding["verdict"] == "blocked"]
    return list(dict.fromkeys(f"{finding['right']}: {finding['code']}" for finding in found))
