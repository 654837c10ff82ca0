"""What the file of a party adds to its decisions, as JSON: whose word each fact is, and the best allowed set."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from zhirong.policy.deciding import Decided
from zhirong.policy.supporting import Best, Row

Json = dict[str, Any]


def sources(one: Decided) -> dict[str, Json]:
    """Whose word each fact is, since when it holds and since when the house knows it."""
    return {
        name: {
            "about": stated.about,
            "source": stated.source,
            "source_text": stated.source_text,
            "since": stated.since.isoformat() if stated.since else None,
            "until": stated.until.isoformat() if stated.until else None,
            "known_from": stated.known_from.isoformat(),
        }
        for name, stated in sorted(one.known.stated.items())
        if name in one.told.facts
    }


def best(found: Best, rows: Sequence[Row]) -> Json:
    """The best allowed set by measure and thing."""

    def name(place: int) -> Json:
        return {"measure": rows[place].id, "about": rows[place].decided.about}

    return {
        "total_fen": found.total_fen,
        "taken": [
            {**name(place), "paid_fen": fen, "lowered_by": list((found.lowered_by or {}).get(place, ()))}
            for place, fen in (found.paid_fen or {}).items()
        ],
        "dropped": [
            {**name(place), "because": name(other), "clause": clause}
            for place, (other, clause) in (found.dropped or {}).items()
        ],
        "refused": found.refused.code if found.refused else "",
    }
