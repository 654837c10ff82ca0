"""What the register says of a listing's rights today beside what the gate found when the listing was announced."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils import translation
from django.utils.translation import gettext

from zhirong.exchange import gates
from zhirong.exchange.models import Gate, Listing
from zhirong.registry import rules as registry_rules
from zhirong.web import filters
from zhirong.web.exchange import checked


@dataclass(frozen=True)
class Compared:
    """What is new since the announcement and what no longer stands, each with its right; whether there was a gate."""

    at: datetime | None
    new: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()

    @property
    def note(self) -> str:
        """What stands beside the register's words of today."""
        if self.at is None:
            return gettext("The gate will ask the same when the listing is announced")
        said = {"at": filters.short_moment(self.at)}
        if self.new or self.gone:
            return gettext("Not what was found at the announcement on %(at)s") % said
        return gettext("The same as was found at the announcement on %(at)s") % said


def beside(listing: str) -> dict[str, Subquery]:
    """The gate of the newest announcement beside another row, so that it costs no question of its own."""
    gate = Gate.objects.filter(listing=OuterRef(listing), stage="announce", passed=True).order_by("-at", "-pk")
    return {f"gate_{name}": Subquery(gate.values(name)[:1]) for name in ("findings", "at")}


def of(one: Listing, row: Any, answers: Iterable[tuple[str, registry_rules.Freedom]]) -> Compared:
    """Today's answers, each with the number of its right, beside the gate that was read with the row."""
    if one.announced_at is None or row.gate_at is None:
        return Compared(None)
    today = [found for number, answer in answers for found in gates.found(number, answer.reasons)]
    # As a gate keeps it: what is compared has gone the same way.
    now, then = _said(json.loads(json.dumps(today))), _said(json.loads(row.gate_findings))
    return Compared(
        row.gate_at,
        tuple(text for text in now if text not in then),
        tuple(text for text in then if text not in now),
    )


def _said(findings: Iterable[dict[str, Any]]) -> list[str]:
    """Each ground in a sentence, once, with its right."""
    language, joint = translation.get_language() or "zh-hans", gettext(": ")
    told = (f"{one['right']}{joint}{registry_rules.sentence(checked.reason_of(one), language)}" for one in findings)
    return list(dict.fromkeys(told))
