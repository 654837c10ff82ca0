"""Which statement of a fact rules on a day, as known at an instant, and which others say something else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Stated:
    """One statement as it was made. `gone_at`: when it was replaced or withdrawn; `rests_on`: rows it was read from."""

    name: str
    about: str
    value: Any
    since: date | None
    until: date | None
    known_from: datetime
    source: str
    source_text: str = ""
    evidence_id: int | None = None
    said_by: int | None = None
    id: int | None = None
    gone_at: datetime | None = None
    rests_on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ruled:
    """The statement that rules, and what other sources say against it on the same day."""

    stated: Stated
    against: tuple[Stated, ...] = ()


def stands(one: Stated, *, day: date, known: datetime | None) -> bool:
    """Whether a statement holds on the day and was known, and not yet replaced or withdrawn, at the instant."""
    if (one.since is not None and day < one.since) or (one.until is not None and one.until < day):
        return False
    if known is None:
        return one.gone_at is None
    return one.known_from <= known and (one.gone_at is None or known < one.gone_at)


def ruling(
    statements: Iterable[Stated], *, day: date, known: datetime | None, ranks: Mapping[str, int]
) -> dict[str, Ruled]:
    """The ruling statement of each fact that has one; a fact nobody states is not there, for it is unknown.

    What is said of one thing goes before what is said of the enterprise as a whole; then the source of the higher
    rank rules, then the later first day, then what was learnt later.
    """
    by_name: dict[str, list[Stated]] = {}
    for one in statements:
        if stands(one, day=day, known=known):
            by_name.setdefault(one.name, []).append(one)
    return {name: _judged(found, ranks) for name, found in by_name.items()}


def _judged(found: Sequence[Stated], ranks: Mapping[str, int]) -> Ruled:
    if len(found) == 1:
        return Ruled(found[0])
    ordered = sorted(found, key=lambda one: _order(one, ranks))
    best = ordered[-1]
    others: dict[str, Stated] = {}
    for one in ordered[:-1]:
        # Only the newest word of each other source counts as its word.
        if one.source != best.source and one.about == best.about:
            others[one.source] = one
    return Ruled(best, tuple(one for one in others.values() if one.value != best.value))


def _order(one: Stated, ranks: Mapping[str, int]) -> tuple[bool, int, date, datetime, int]:
    # An unknown source of an old row ranks last, below the enterprise's own word.
    rank = ranks.get(one.source, len(ranks))
    return bool(one.about), -rank, one.since or date.min, one.known_from, one.id or 0
