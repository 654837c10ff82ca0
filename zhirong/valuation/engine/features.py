"""From what is known of a right to what the market's model reads, and the past deals it learns from."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from zhirong.valuation.engine.hedonic import Sale
from zhirong.valuation.engine.hedonic_design import Item
from zhirong.valuation.engine.subject import Subject

# Columns that may bend: licensing income rises with citations and falls again (VALUATION 2.2).
CURVED = ("citations", "remaining_years")
# The price level of each of these moves by itself over the quarters.
WALK_BY = "kind"
SALE = "sale"
DAYS = ("day", "filed_on", "granted_on", "term_ends_on")


@dataclass(frozen=True, slots=True, kw_only=True)
class PastDeal:
    """What was paid once for one right or for a lot, with the rights as they were known on that day.

    `kind` is sale, auction, disposal, plain_licence, exclusive_licence, open_licence or ask; `price` in yuan.
    `is_ask`: offered at it and not sold. `is_public`: anybody could read the price where it was made.
    """

    reference: str
    on: date
    kind: str
    price: float
    subjects: tuple[Subject, ...]
    is_ask: bool = False
    is_public: bool = False

    @property
    def segment(self) -> str:
        """The kind of its rights, by the first."""
        return self.subjects[0].kind


def item(subject: Subject, *, deal: str = SALE) -> Item:
    """The right as the market's model reads it, were it dealt with in this way on its day. Unknown stays unknown."""
    return Item(on=subject.day, values=_values(subject), groups=_groups(subject, deal))


def sale(past: PastDeal) -> Sale:
    """The deal as the model learns it."""
    # An ask is no way of dealing of its own: it bounds what a sale of the same right would have brought.
    deal = SALE if past.is_ask else past.kind
    items = tuple(item(one, deal=deal) for one in past.subjects)
    return Sale(reference=past.reference, on=past.on, price=past.price, items=items, is_ask=past.is_ask)


def _values(subject: Subject) -> dict[str, float | None]:
    """Counts in logs, years as years, flags as 0 and 1."""
    return {
        "family": _log(subject.family),
        "claims": _log(subject.claims),
        "independent_claims": _log(subject.independent_claims),
        "classes": _log(subject.ipc_count),
        "citations": None if subject.citations is None else math.log1p(subject.citations),
        "inventors": _log(subject.inventors),
        "remaining_years": subject.remaining_years,
        "is_granted": float(subject.granted_on is not None and subject.granted_on <= subject.day),
        "plain_licences": math.log1p(subject.plain_licences),
        "exclusive_licences": math.log1p(subject.exclusive_licences),
        "is_pledged": float(subject.is_pledged),
        "invalidation_open": float(subject.invalidation_open),
        "invalidation_survived": float(subject.invalidation_survived),
        "open_licence": float(subject.open_licence),
    }


def _groups(subject: Subject, deal: str) -> dict[str, str]:
    found = {"kind": subject.kind, "deal": deal, "section": subject.section}
    if subject.field is not None:
        found["field"] = str(subject.field)
    if subject.owner_kind:
        found["owner"] = subject.owner_kind
    return {name: level for name, level in found.items() if level}


def _log(count: int | None) -> float | None:
    """ln of a count of one or more; a zero is a count that nobody took."""
    return math.log(count) if count else None


def subject_of(said: Mapping[str, Any]) -> Subject:
    """A right's facts from their plain values, as `result.plain` told them."""
    known = {one.name for one in fields(Subject)}
    made = {name: value for name, value in said.items() if name in known}
    for name in DAYS:
        if made.get(name) is not None:
            made[name] = date.fromisoformat(made[name])
    return Subject(**made)
