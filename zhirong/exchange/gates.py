"""The legal gates of a listing: asked at publication, at close and at settlement, and kept with what was found (B9)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from zhirong.base import citations
from zhirong.base.calendar import beijing_day
from zhirong.exchange.models import Gate, Listing, ListingItem
from zhirong.people.models import Party
from zhirong.registry import queries
from zhirong.registry.engine.facts import Act, RightFacts
from zhirong.registry.models import Right
from zhirong.registry.rules import Deal as DealInView
from zhirong.registry.rules import Effect, Freedom, Reason, free_to, sentence

HOME = "CN"
# Facts of reasons that name somebody; the record knows parties by their refs alone.
NAMES = {"names", "by", "pledgee", "licensee"}
A_PARTY = {"zh": "某主体", "en": "a party"}
# Its place in the sentence says already whose name it is.
UNNAMED = {"pledgee": {"zh": "名称不公开", "en": "name not published"}}
LINES = {"zh": "{right}：{sentence}（{rule}）", "en": "{right}: {sentence} ({rule})"}
JOINTS = {"zh": "；", "en": "; "}


def check(listing: Listing, *, stage: str, now: datetime, buyer: Party | None = None) -> Gate:
    """Ask the registry about every right on this day; one that is blocked closes the gate. The caller keeps it."""
    rights = [item.right for item in listing.items.select_related("right").order_by("position")]
    facts = queries.facts_of_many(rights, beijing_day(now))
    answers = [judge(one, seller=listing.seller, now=now, buyer=buyer) for one in facts]
    return made(listing, rights, answers, stage=stage, now=now)


def check_many(listings: Sequence[Listing], *, stage: str, now: datetime) -> list[Gate]:
    """The same of many listings in a few questions for all; none of them has a buyer yet."""
    items = ListingItem.objects.filter(listing__in=listings).select_related("right").order_by("position")
    rights: dict[int, list[Right]] = {}
    for item in items:
        rights.setdefault(item.listing_id, []).append(item.right)
    every = {right.pk: right for found in rights.values() for right in found}
    facts = dict(zip(every, queries.facts_of_many(list(every.values()), beijing_day(now)), strict=True))
    return [
        made(
            one,
            rights.get(one.pk, []),
            [judge(facts[right.pk], seller=one.seller, now=now) for right in rights.get(one.pk, [])],
            stage=stage,
            now=now,
        )
        for one in listings
    ]


def judge(facts: RightFacts, *, seller: Party, now: datetime, buyer: Party | None = None) -> Freedom:
    """Whether this seller may sell this right today; a buyer from abroad asks for export papers (K1)."""
    return free_to(Act.SELL, facts, beijing_day(now), deal=in_view(seller, buyer))


def in_view(seller: Party, buyer: Party | None = None) -> DealInView:
    """What the registry must know of a deal to judge it."""
    taker = () if buyer is None else (buyer.ref,)
    return DealInView(by=(seller.ref,), to=taker, is_abroad=buyer is not None and buyer.country != HOME)


def made(listing: Listing, rights: list[Right], answers: list[Freedom], *, stage: str, now: datetime) -> Gate:
    """The gate as it is kept; the caller saves it."""
    findings = [
        one for right, answer in zip(rights, answers, strict=True) for one in found(right.number, answer.reasons)
    ]
    passed = all(answer.allowed for answer in answers)
    kept = json.dumps(findings, ensure_ascii=False, sort_keys=True)
    return Gate(listing=listing, stage=stage, at=now, passed=passed, findings=kept)


def found(number: str, reasons: Iterable[Reason]) -> list[dict[str, Any]]:
    """The reasons of one right as a gate keeps them."""
    return [
        {
            "right": number,
            "code": reason.code,
            "effect": str(reason.effect),
            "rule": reason.rule,
            "facts": {name: _plain(value) for name, value in reason.facts.items()},
        }
        for reason in reasons
    ]


def _plain(value: Any) -> Any:
    """A fact as JSON keeps it: names in both languages and lists stay what they are, days become text."""
    return value if isinstance(value, dict | list | tuple | int) else str(value)


def blocking(gate: Gate) -> list[dict[str, str]]:
    """What closed a gate, once each: the right, why in a sentence, and its rule, in both languages."""
    return [_told(finding, finding["facts"]) for finding in _closing(gate)]


def reason(gate: Gate) -> dict[str, str]:
    """The same in one text for the record, which names no party."""
    told = [_told(one, nameless(one["facts"])) for one in _closing(gate)]
    return {language: JOINTS[language].join(one[language] for one in told) for language in JOINTS}


def in_one_text(gate: Gate) -> str:
    """The same for the floor, whose own record takes one text."""
    found = reason(gate)
    return f"{found['zh']} / {found['en']}"


def nameless(facts: dict[str, Any]) -> dict[str, Any]:
    """The facts of a finding without the names of those it speaks of."""
    return {**facts, **{name: UNNAMED.get(name, A_PARTY) for name in NAMES & facts.keys()}}


def _closing(gate: Gate) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [one for one in json.loads(gate.findings) if one["effect"] == "blocked"]
    return list({(one["right"], one["code"]): one for one in found}.values())


def _told(finding: dict[str, Any], facts: dict[str, Any]) -> dict[str, str]:
    found = Reason(finding["code"], Effect(finding["effect"]), finding["rule"], facts)
    return {
        language: LINES[language].format(
            right=finding["right"],
            sentence=sentence(found, language).rstrip("。."),
            rule=citations.rule(finding["rule"], language),
        )
        for language in LINES
    }
