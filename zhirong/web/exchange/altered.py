"""What a change of an announced listing alters, line by line: as it was and as it is, or would be."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext

from zhirong.exchange import rule_sets
from zhirong.exchange.models import Listing, ListingChange
from zhirong.registry.models import Right
from zhirong.web.exchange import words

Line = tuple[str, str, str]


@dataclass(frozen=True)
class Edition:
    """An approved change as the public reads it: which text it made, when, and its lines."""

    number: int
    at: datetime | None
    lines: list[Line]


def lines(was: Mapping[str, Any], now: Mapping[str, Any], *, day: date, is_public: bool = False) -> list[Line]:
    """The differing lines alone; of the reserve the public hears nothing (拍卖法 28)."""
    numbers = _numbers(was["rights"], now["rights"])
    before, after = (_said(one, numbers, day=day) for one in (was, now))
    if is_public:
        del before[gettext("Reserve")]
    return [(word, text or "–", after[word] or "–") for word, text in before.items() if text != after[word]]


def _said(one: Mapping[str, Any], numbers: Mapping[int, str], *, day: date) -> dict[str, str]:
    """What an offer says, by its words on the page."""
    rule_set = rule_sets.rule_set(one["rule_set"], day)
    return {
        gettext("Title"): one["title"],
        gettext("English title"): one["title_en"],
        gettext("Summary"): one["summary"],
        gettext("Asked of buyers"): one["requirement"],
        gettext("Asking price"): words.money(one["asking_fen"]),
        gettext("Reserve"): words.money(one["reserve_fen"]) if one["reserve_fen"] else "",
        gettext("Rule set"): words.rule_set_name(rule_set),
        gettext("Rights"): gettext(", ").join(sorted(numbers.get(pk, "") for pk in one["rights"])),
    }


def asked(waiting: ListingChange, rights: Sequence[int], *, day: date) -> list[Line]:
    """What a change that waits would alter of a listing with these rights."""
    now = json.loads(waiting.offer)
    was = {**{name: getattr(waiting.listing, name) for name in now if name != "rights"}, "rights": list(rights)}
    return lines(was, now, day=day)


def editions(found: Listing, *, day: date) -> list[Edition]:
    """Every approved change of a listing, the newest first; of those of earlier years the lines are not known."""
    if found.edition == 1:
        return []
    approved = list(found.changes.filter(what="change", state="approved").order_by("-decided_at", "-pk"))
    return [
        Edition(
            number,
            one.decided_at,
            lines(json.loads(one.was), json.loads(one.offer), day=day, is_public=True) if one.was else [],
        )
        for number, one in zip(range(found.edition, 1, -1), approved, strict=False)
    ]


def _numbers(was: Sequence[int], now: Sequence[int]) -> dict[int, str]:
    """The numbers of rights, asked for only where the change is one of rights."""
    if set(was) == set(now):
        return {}
    return dict(Right.objects.filter(pk__in={*was, *now}).values_list("pk", "number"))
