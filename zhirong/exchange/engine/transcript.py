"""The public transcript of an auction: numbered lines with time, pseudonym, amount, rule and the new end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from zhirong.exchange.engine.shape import Event

RULES = {
    "admitted": "B7",
    "begun": "B8",
    "opened": "X7",
    "bid": "B7",
    "paused": "court-28",
    "encumbered": "B9",
    "resumed": "court-28",
    "edited": "X2",
    "banned": "X6",
    "annulled": "court-31",
    "matching": "court-21",
    "matched": "court-21",
    "hammer": "X7",
    "defaulted": "court-24",
    "released": "X7",
}

# Everything else an event may hold stays out of the open: the terms may name a secret reserve (Auction Law 28).
_SHOWN = ("reason", "outcome", "voided", "takes", "rank", "left_ns")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the transcript; `bidder` is the code, never the name (court rule 18)."""

    number: int
    at_ns: int
    kind: str
    bidder: str
    price_fen: int
    rule: str
    end_ns: int
    more: dict[str, Any]

    def plain(self) -> dict[str, Any]:
        """As plain values for a file that the offline verifier reads."""
        return {name: getattr(self, name) for name in self.__slots__}


def lines(events: Iterable[Event]) -> list[Line]:
    """The transcript of these events in their order; the end carries over where an event does not move it."""
    told: list[Line] = []
    end_ns = 0
    for number, event in enumerate(events, start=1):
        facts = event.facts
        end_ns = facts.get("end_ns", end_ns)
        told.append(
            Line(
                number=number,
                at_ns=facts["at_ns"],
                kind=event.kind,
                bidder=facts.get("bidder") or facts.get("winner") or "",
                price_fen=facts.get("price_fen") or facts.get("top_fen") or 0,
                rule=RULES[event.kind],
                end_ns=end_ns,
                more={name: facts[name] for name in _SHOWN if name in facts},
            )
        )
    return told
